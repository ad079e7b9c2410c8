/*-------------------------------------------------------------------------
 *
 * json_text_reader.c
 *	  Counting a text of JSON, as it is, by paths.
 *
 * json_scanner.c finds the tokens, and what is wrong with a text that nobody
 * has checked.  Every byte is counted once: a key's on its member, a scalar's
 * on its own path, brackets and commas on their container, the colon on its
 * member, and whitespace on the member whose value is still to come, else on
 * the innermost open container.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "compat.h"
#include "json/json_scanner.h"
#include "json/json_text_reader.h"
#include "json/path_count.h"
#include "json/stored.h"
#include "json/waste.h"

/* Tokens that are scanned at once. */
#define LBD_TEXT_TOKENS		128

/* Open containers that there is memory for at first. */
#define LBD_TEXT_FRAMES		64

/*
 * No text is nested more deeply.  The type json accepts less, unless its
 * parser, which is recursive, has a stack of a gigabyte.
 */
#define LBD_TEXT_MAX_DEPTH	(4 * 1024 * 1024)

typedef struct LbdTextFrame
{
	LbdPath    *outer;			/* what the container is in, or the document */
	int64		quotes;			/* of the reader, when it began */
	int			start;			/* where it is in the text */
	int			elements;		/* of an array */
	bool		is_object;		/* or else an array */
	bool		first_null;		/* of an object: its first member is null */
	uint8		nkeys;			/* that it has had so far; 2: or more */
} LbdTextFrame;

typedef struct LbdTextReader
{
	LbdPathStats *stats;		/* where it is counted */
	LbdPath    *inner;			/* of the innermost open container, or of the
								 * document */
	LbdPath    *member;			/* its value comes next, or NULL */
	int			level;			/* how often the text is quoted */
	int64		quotes;			/* what quoting has added so far */
	int64		member_bytes;	/* from the comma to the member's value */
	const char *text;			/* of the document */
	int			len;			/* its length */
	const uint8 *costs;			/* of each byte of it where it is stored, or
								 * NULL */
	LbdTextFrame *frames;		/* open containers, outermost first */
	bool	   *objects;		/* which of them are objects */
	int			depth;			/* how many are open */
	int			capacity;		/* how many frames there is memory for */
} LbdTextReader;

/* The type of a value, by the kind of its token. */
static const uint32 text_types[] = {
	[LBD_JSON_STRING] = LBD_TYPE_STRING,
	[LBD_JSON_NUMBER] = LBD_TYPE_NUMBER,
	[LBD_JSON_TRUE] = LBD_TYPE_BOOLEAN,
	[LBD_JSON_FALSE] = LBD_TYPE_BOOLEAN,
	[LBD_JSON_NULL] = LBD_TYPE_NULL,
	[LBD_JSON_OBJECT] = LBD_TYPE_OBJECT,
	[LBD_JSON_ARRAY] = LBD_TYPE_ARRAY
};

static void reader_run(LbdTextReader *reader);
static void reader_grow(LbdTextReader *reader, LbdJsonScanner *scanner);
static void reader_failed(const LbdTextReader *reader,
						  const LbdJsonScanner *scanner);
static void reader_token(LbdTextReader *reader, const LbdJsonToken *token,
						 const char *done);
static inline void reader_stored(const LbdTextReader *reader, LbdPath *path,
								 const char *start, int len);
static inline void reader_syntax(const LbdTextReader *reader, LbdPath *path,
								 const char *start, int len);
static inline int reader_gap(LbdTextReader *reader, const char *start, int len);
static int	reader_waste_gap(LbdTextReader *reader, LbdPath *path,
							 const char *start, int len);
static inline LbdPath *reader_inner(const LbdTextReader *reader);
static inline LbdPath *reader_value(LbdTextReader *reader, LbdJsonKind kind);
static inline int64 reader_length(LbdTextReader *reader,
								  const LbdJsonToken *token);
static void reader_open(LbdTextReader *reader, const LbdJsonToken *token);
static void reader_close(LbdTextReader *reader, const LbdJsonToken *token);
static void reader_key(LbdTextReader *reader, const LbdJsonToken *token,
					   int lead);
static LbdPath *reader_escaped_key(LbdTextReader *reader, LbdPath *object,
								   const LbdJsonToken *token);
static void reader_waste_first(LbdTextReader *reader, LbdPath *object,
							   int lead);
static void reader_scalar(LbdTextReader *reader, const LbdJsonToken *token);
static void reader_waste_member(LbdTextReader *reader, LbdPath *path,
								uint32 type, int64 length);

/*
 * Counts a document, of which the caller has the text, on root and below it.
 * What is palloc'ed on the way is left to the current context.
 */
void
lbd_stats_add_text(LbdPathStats *stats, LbdPath *root, const char *text,
				   int len)
{
	lbd_stats_document(stats, root);
	lbd_stats_add_quoted_text(stats, root, text, len, 0);
}

/*
 * The length of a text after it has been quoted so many times, each of which
 * puts a character in front of each quotation mark and backslash; without the
 * quotation marks around it.
 */
int64
lbd_quoted_length(const char *text, int len, int level)
{
	int64		special = 0;

	if (level == 0)
		return len;
	/* A text that were quoted more often would be larger than any value. */
	if (level > 30)
		elog(ERROR, "text of a value is quoted too often");
	for (int i = 0; i < len; i++)
		special += text[i] == '"' || text[i] == '\\';
	return len + special * ((INT64CONST(1) << level) - 1);
}

/*
 * Counts a document that is sent inside other values, with quotes; the text
 * is without them.
 */
void
lbd_stats_add_quoted_text(LbdPathStats *stats, LbdPath *root,
						  const char *text, int len, int level)
{
	LbdTextReader reader = {0};

	reader.stats = stats;
	reader.inner = root;
	reader.level = level;
	reader.text = text;
	reader.len = len;
	reader_run(&reader);
}

/*
 * Counts a document, and what each of its bytes takes where it is stored
 * (lbd_stored_costs).
 */
void
lbd_stats_add_stored_text(LbdPathStats *stats, LbdPath *root,
						  const char *text, int len, const uint8 *costs)
{
	LbdTextReader reader = {0};

	reader.stats = stats;
	reader.inner = root;
	reader.text = text;
	reader.len = len;
	reader.costs = costs;
	lbd_stats_document(stats, root);
	reader_run(&reader);
}

static void
reader_run(LbdTextReader *reader)
{
	LbdJsonToken tokens[LBD_TEXT_TOKENS];
	LbdJsonScanner scanner;
	const char *done = reader->text;
	const char *end = reader->text + reader->len;

	reader->capacity = LBD_TEXT_FRAMES;
	reader->frames = palloc(reader->capacity * sizeof(LbdTextFrame));
	reader->objects = palloc(reader->capacity * sizeof(bool));
	lbd_json_scanner_init(&scanner, reader->text, reader->len, reader->objects,
						  reader->capacity);
	do
	{
		int			n = lbd_json_scan(&scanner, tokens, LBD_TEXT_TOKENS);

		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < n; i++)
		{
			reader_token(reader, &tokens[i], done);
			done = tokens[i].start + tokens[i].len;
		}
		if (scanner.status == LBD_JSON_DEEP)
			reader_grow(reader, &scanner);
	} while (scanner.status == LBD_JSON_MORE);
	if (scanner.status != LBD_JSON_DONE)
		reader_failed(reader, &scanner);
	reader_gap(reader, done, end - done);
	pfree(reader->frames);
	pfree(reader->objects);
}

/*
 * Makes room for more open containers, of which there are as many as there is
 * room for.
 */
static void
reader_grow(LbdTextReader *reader, LbdJsonScanner *scanner)
{
	if (reader->capacity >= LBD_TEXT_MAX_DEPTH)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("JSON text is nested too deeply"),
				 errdetail("Arrays and objects can be nested %d levels deep.",
						   LBD_TEXT_MAX_DEPTH)));
	reader->capacity *= 2;
	reader->frames = repalloc(reader->frames,
							  reader->capacity * sizeof(LbdTextFrame));
	reader->objects = repalloc(reader->objects,
							   reader->capacity * sizeof(bool));
	scanner->objects = reader->objects;
	scanner->max_depth = reader->capacity;
	scanner->status = LBD_JSON_MORE;
}

/*
 * Nobody need have checked the text: a cast can give a text the type json.
 */
static void
reader_failed(const LbdTextReader *reader, const LbdJsonScanner *scanner)
{
	const char *wrong = lbd_json_status_text(scanner->status);
	int			before = scanner->next - reader->text;

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid JSON text"),
			 scanner->status == LBD_JSON_ENDED ?
			 errdetail_internal("%s after byte %d.", wrong, before) :
			 errdetail_internal("%s at byte %d of %d.", wrong, before + 1,
								reader->len)));
}

/*
 * Counts a token, and what is between it and where the one before was done.
 */
static void
reader_token(LbdTextReader *reader, const LbdJsonToken *token,
			 const char *done)
{
	int			lead = reader_gap(reader, done, token->start - done);

	if (token->kind == LBD_JSON_KEY)
		reader_key(reader, token, lead);
	else if (token->kind == LBD_JSON_CLOSE)
		reader_close(reader, token);
	else if (token->kind == LBD_JSON_OBJECT || token->kind == LBD_JSON_ARRAY)
		reader_open(reader, token);
	else
		reader_scalar(reader, token);
}

/*
 * Counts what bytes of the text take where it is stored.
 */
static inline void
reader_stored(const LbdTextReader *reader, LbdPath *path, const char *start,
			  int len)
{
	if (reader->costs)
		path->stored_own += lbd_stored_sum(reader->costs + (start - reader->text),
										   len);
}

static inline void
reader_syntax(const LbdTextReader *reader, LbdPath *path, const char *start,
			  int len)
{
	path->syntax_bytes += len;
	lbd_stats_text(reader->stats, path, len);
	reader_stored(reader, path, start, len);
}

/*
 * Counts what is between two tokens: blanks with no more than one comma or
 * colon.  Returns the length from the comma on, where waste is counted.
 */
static inline int
reader_gap(LbdTextReader *reader, const char *start, int len)
{
	LbdPath    *path = reader_inner(reader);

	if (len == 0)
		return 0;
	reader_syntax(reader, path, start, len);
	return path->waste ? reader_waste_gap(reader, path, start, len) : 0;
}

static int
reader_waste_gap(LbdTextReader *reader, LbdPath *path, const char *start,
				 int len)
{
	const char *comma = NULL;

	if (reader->member)
	{
		path->waste->colons += len;
		path->waste->blanks += len - 1;
		reader->member_bytes += len;
		return 0;
	}
	comma = memchr(start, ',', len);
	path->waste->blanks += comma ? len - 1 : len;
	return comma ? start + len - comma : 0;
}

/*
 * Returns the path that what is between values belongs to.
 */
static inline LbdPath *
reader_inner(const LbdTextReader *reader)
{
	return reader->member ? reader->member : reader->inner;
}

/*
 * Returns the path of the value that begins, which is counted there.
 */
static inline LbdPath *
reader_value(LbdTextReader *reader, LbdJsonKind kind)
{
	LbdPath    *path = reader_inner(reader);

	if (reader->member == NULL && reader->depth > 0)
	{
		path = lbd_stats_child(reader->stats, path, LBD_PATH_ELEMENT);
		reader->frames[reader->depth - 1].elements++;
	}
	reader->member = NULL;
	path->types |= text_types[kind];
	path->occurrences++;
	return path;
}

/*
 * What a token takes where the text is sent.
 */
static inline int64
reader_length(LbdTextReader *reader, const LbdJsonToken *token)
{
	int64		length = token->len;

	if (unlikely(reader->level > 0))
	{
		length = lbd_quoted_length(token->start, token->len, reader->level);
		reader->quotes += length - token->len;
	}
	return length;
}

static void
reader_open(LbdTextReader *reader, const LbdJsonToken *token)
{
	bool		is_object = token->kind == LBD_JSON_OBJECT;
	LbdPath    *path = reader_value(reader, token->kind);

	reader_syntax(reader, path, token->start, 1);
	if (is_object)
		lbd_stats_begin(reader->stats, path);
	else
	{
		path->arrays++;
		lbd_stats_open(reader->stats, path);
	}
	/* The scanner has no more open than there are frames. */
	Assert(reader->depth < reader->capacity);
	reader->frames[reader->depth++] = (LbdTextFrame)
	{
		.outer = reader->inner,.quotes = reader->quotes,
			.start = token->start - reader->text,.is_object = is_object
	};
	reader->inner = path;
}

static void
reader_close(LbdTextReader *reader, const LbdJsonToken *token)
{
	const LbdTextFrame *frame;

	Assert(reader->depth > 0 && reader->member == NULL);
	reader_syntax(reader, reader->inner, token->start, 1);
	frame = &reader->frames[--reader->depth];
	lbd_stats_size(reader->stats, reader->inner,
				   token->start + 1 - reader->text - frame->start +
				   reader->quotes - frame->quotes);
	if (frame->is_object)
		lbd_stats_end(reader->stats, reader->inner);
	else
	{
		lbd_stats_array(reader->stats, reader->inner, frame->elements);
		lbd_stats_close(reader->stats, reader->inner);
	}
	reader->inner = frame->outer;
}

/*
 * A key, with what leads to it from the comma on, where waste is counted.
 */
static void
reader_key(LbdTextReader *reader, const LbdJsonToken *token, int lead)
{
	LbdPath    *object = reader->inner;
	int64		length = reader_length(reader, token);
	LbdPath    *member;

	if (object->waste)
		reader_waste_first(reader, object, lead);
	if (token->escaped)
		member = reader_escaped_key(reader, object, token);
	else
		member = lbd_stats_next(reader->stats, object, token->start + 1,
								token->len - 2);
	reader->member = member;
	member->key_bytes += length;
	lbd_stats_text(reader->stats, member, length);
	reader_stored(reader, member, token->start, token->len);
	if (member->waste)
	{
		member->waste->separators += lead;
		reader->member_bytes = length + lead;
	}
}

/*
 * The path of a key with escapes is that of the key that they mean, or, where
 * the server cannot represent that, of the key as it is written.
 */
static LbdPath *
reader_escaped_key(LbdTextReader *reader, LbdPath *object,
				   const LbdJsonToken *token)
{
	JsonLexContext *lex = lbd_json_lexer(token->start, token->len, true);
	const char *key = token->start + 1;
	int			key_len = token->len - 2;
	LbdPath    *member;

	if (json_lex(lex) == JSON_SUCCESS)
	{
		key = lex->strval->data;
		key_len = lex->strval->len;
	}
	member = lbd_stats_next(reader->stats, object, key, key_len);
	lbd_json_lexer_free(lex);
	return member;
}

/*
 * Counts the members of the object.  The comma in front of the second one goes
 * with the first one as well, if that is left out.
 */
static void
reader_waste_first(LbdTextReader *reader, LbdPath *object, int lead)
{
	LbdTextFrame *frame = &reader->frames[reader->depth - 1];
	LbdPath    *first = object->latest ? object->latest : object->dynamic;

	if (frame->nkeys == 1 && first != NULL)
	{
		first->waste->separators += lead;
		if (frame->first_null)
			first->waste->nulls += lead;
	}
	if (frame->nkeys < 2)
		frame->nkeys++;
}

static void
reader_scalar(LbdTextReader *reader, const LbdJsonToken *token)
{
	uint32		type = text_types[token->kind];
	bool		is_member = reader->member != NULL;
	LbdPath    *path = reader_value(reader, token->kind);
	int64		length = reader_length(reader, token);
	uint32		ndistinct = path->distinct.used;

	path->value_bytes += length;
	lbd_stats_text(reader->stats, path, length);
	lbd_stats_size(reader->stats, path, length);
	reader_stored(reader, path, token->start, token->len);
	path->numbers += type == LBD_TYPE_NUMBER;
	path->booleans += type == LBD_TYPE_BOOLEAN;
	if (type == LBD_TYPE_NULL)
		path->nulls++;
	else
		lbd_stats_value(reader->stats, path, token->hash + type);
	if (path->waste == NULL)
		return;
	if (is_member)
		reader_waste_member(reader, path, type, length);
	if (path->distinct.used > ndistinct)
		path->waste->strings += length;
	if (type == LBD_TYPE_STRING)
		lbd_waste_string(path->waste, token->start + 1, token->len - 2);
	else if (type == LBD_TYPE_NUMBER)
		lbd_waste_number(path->waste, token->start, token->len);
}

static void
reader_waste_member(LbdTextReader *reader, LbdPath *path, uint32 type,
					int64 length)
{
	LbdTextFrame *frame = &reader->frames[reader->depth - 1];

	frame->first_null = frame->nkeys == 1 && type == LBD_TYPE_NULL;
	if (type == LBD_TYPE_NULL)
		path->waste->nulls += reader->member_bytes + length;
}
