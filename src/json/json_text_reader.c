/*-------------------------------------------------------------------------
 *
 * json_text_reader.c
 *	  Counting a text of JSON, as it is, by paths.
 *
 * The server's lexer finds the tokens.  Every byte is counted once: a key's
 * on its member, a scalar's on its own path, brackets and commas on their
 * container, the colon on its member, and whitespace on the member whose
 * value is still to come, else on the innermost open container.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "compat.h"
#include "json/json_text_reader.h"
#include "json/path_count.h"
#include "json/stored.h"
#include "json/waste.h"

typedef struct LbdTextFrame
{
	LbdPath    *path;			/* the open container */
	bool		is_array;		/* elements have no keys */
	bool		first_null;		/* of an object: its first member is null */
	int			nkeys;			/* that it has had so far */
} LbdTextFrame;

typedef struct LbdTextReader
{
	LbdPathStats *stats;		/* where it is counted */
	LbdPath    *root;			/* path of the document */
	LbdPath    *member;			/* its value comes next, or NULL */
	int			level;			/* how often the text is quoted */
	int			lead;			/* length of the last comma, and of blanks */
	int64		member_bytes;	/* from there to the member's value */
	const char *text;			/* of the document */
	int			len;			/* its length */
	const uint8 *costs;			/* of each byte of it where it is stored, or
								 * NULL */
	LbdTextFrame *frames;		/* open containers, outermost first */
	int			depth;			/* how many are open */
	int			capacity;		/* how many frames there is memory for */
} LbdTextReader;

static void reader_run(LbdTextReader *reader);
static inline void reader_stored(const LbdTextReader *reader, LbdPath *path,
								 const char *start, int len);
static void reader_syntax(LbdTextReader *reader, LbdPath *path,
						  const char *start, int len);
static void reader_blanks(LbdTextReader *reader, const char *start, int len);
static void reader_token(LbdTextReader *reader, JsonTokenType type,
						 const char *token, int len);
static LbdPath *reader_inner(LbdTextReader *reader);
static LbdPath *reader_value(LbdTextReader *reader, uint32 type);
static void reader_open(LbdTextReader *reader, bool is_array,
						const char *token);
static void reader_close(LbdTextReader *reader, const char *token);
static void reader_key(LbdTextReader *reader, const char *token, int len);
static void reader_waste_first(const LbdTextReader *reader, LbdPath *object);
static void reader_waste_key(LbdTextReader *reader, int64 length);
static void reader_scalar(LbdTextReader *reader, uint32 type,
						  const char *token, int len);

/*
 * Counts a document, of which the caller has the text, on root and below it.
 * What is palloc'ed on the way is left to the current context.
 */
void
lbd_stats_add_text(LbdPathStats *stats, LbdPath *root, const char *text,
				   int len)
{
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
	reader.root = root;
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
	reader.root = root;
	reader.text = text;
	reader.len = len;
	reader.costs = costs;
	reader_run(&reader);
}

static void
reader_run(LbdTextReader *reader)
{
	const char *text = reader->text;
	JsonLexContext *lex = lbd_json_lexer(text, reader->len, false);
	const char *done = text;

	for (;;)
	{
		JsonParseErrorType result = json_lex(lex);
		const char *token;

		CHECK_FOR_INTERRUPTS();
		if (result != JSON_SUCCESS)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					 errmsg("invalid JSON text"),
					 errdetail_internal("%s", json_errdetail(result, lex))));
		token = lex->token_type == JSON_TOKEN_END ? text + reader->len :
			lex->token_start;
		if (token > done)
			reader_blanks(reader, done, token - done);
		if (lex->token_type == JSON_TOKEN_END)
			break;
		done = lex->token_terminator;
		reader_token(reader, lex->token_type, token, done - token);
	}
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

static void
reader_syntax(LbdTextReader *reader, LbdPath *path, const char *start,
			  int len)
{
	path->syntax_bytes += len;
	lbd_stats_text(reader->stats, path, len);
	reader_stored(reader, path, start, len);
	if (path->waste && path == reader->member)
	{
		path->waste->colons += len;
		reader->member_bytes += len;
	}
}

static void
reader_blanks(LbdTextReader *reader, const char *start, int len)
{
	LbdPath    *path = reader_inner(reader);

	reader_syntax(reader, path, start, len);
	if (path->waste)
		path->waste->blanks += len;
	reader->lead += len;
}

static void
reader_token(LbdTextReader *reader, JsonTokenType type, const char *token,
			 int len)
{
	switch (type)
	{
		case JSON_TOKEN_OBJECT_START:
		case JSON_TOKEN_ARRAY_START:
			reader_open(reader, type == JSON_TOKEN_ARRAY_START, token);
			break;
		case JSON_TOKEN_OBJECT_END:
		case JSON_TOKEN_ARRAY_END:
			reader_close(reader, token);
			break;
		case JSON_TOKEN_COMMA:
		case JSON_TOKEN_COLON:
			reader_syntax(reader, reader_inner(reader), token, len);
			reader->lead = len;
			break;
		case JSON_TOKEN_STRING:
			if (reader->depth > 0 && reader->member == NULL &&
				!reader->frames[reader->depth - 1].is_array)
				reader_key(reader, token, len);
			else
				reader_scalar(reader, LBD_TYPE_STRING, token, len);
			break;
		case JSON_TOKEN_NUMBER:
			reader_scalar(reader, LBD_TYPE_NUMBER, token, len);
			break;
		case JSON_TOKEN_TRUE:
		case JSON_TOKEN_FALSE:
			reader_scalar(reader, LBD_TYPE_BOOLEAN, token, len);
			break;
		case JSON_TOKEN_NULL:
			reader_scalar(reader, LBD_TYPE_NULL, token, len);
			break;
		default:
			elog(ERROR, "unexpected JSON token %d", (int) type);
	}
}

/*
 * Returns the path that what is between values belongs to.
 */
static LbdPath *
reader_inner(LbdTextReader *reader)
{
	if (reader->member)
		return reader->member;
	return reader->depth > 0 ? reader->frames[reader->depth - 1].path :
		reader->root;
}

/*
 * Returns the path of the value that begins, which is counted there.
 */
static LbdPath *
reader_value(LbdTextReader *reader, uint32 type)
{
	LbdPath    *path = reader_inner(reader);

	if (reader->member == NULL && reader->depth > 0)
		path = lbd_stats_child(reader->stats, path, LBD_PATH_ELEMENT);
	reader->member = NULL;
	path->types |= type;
	path->occurrences++;
	return path;
}

static void
reader_open(LbdTextReader *reader, bool is_array, const char *token)
{
	LbdPath    *path = reader_value(reader,
									is_array ? LBD_TYPE_ARRAY : LBD_TYPE_OBJECT);

	reader_syntax(reader, path, token, 1);
	if (reader->depth == reader->capacity)
	{
		Size		size = Max(reader->capacity * 2, 16) * sizeof(LbdTextFrame);

		reader->frames = reader->frames ? repalloc(reader->frames, size) :
			palloc(size);
		reader->capacity = Max(reader->capacity * 2, 16);
	}
	if (is_array)
		lbd_stats_open(reader->stats, path);
	else
		lbd_stats_begin(reader->stats, path);
	reader->frames[reader->depth++] = (LbdTextFrame)
	{
		.path = path,.is_array = is_array
	};
}

static void
reader_close(LbdTextReader *reader, const char *token)
{
	LbdTextFrame *frame;

	if (reader->depth == 0 || reader->member)
		elog(ERROR, "unexpected end of a JSON container");
	frame = &reader->frames[--reader->depth];
	reader_syntax(reader, frame->path, token, 1);
	if (frame->is_array)
		lbd_stats_close(reader->stats, frame->path);
	else
		lbd_stats_end(reader->stats, frame->path);
}

/*
 * A key.  With escapes in it, its path is that of the key that they mean,
 * or, where the server cannot represent that, of the key as it is written.
 */
static void
reader_key(LbdTextReader *reader, const char *token, int len)
{
	LbdPath    *object = reader->frames[reader->depth - 1].path;
	JsonLexContext *lex = NULL;
	const char *key = token + 1;
	int			key_len = len - 2;
	int64		length = lbd_quoted_length(token, len, reader->level);

	if (memchr(token, '\\', len) != NULL)
	{
		lex = lbd_json_lexer(token, len, true);
		if (json_lex(lex) == JSON_SUCCESS)
		{
			key = lex->strval->data;
			key_len = lex->strval->len;
		}
	}
	if (object->waste)
		reader_waste_first(reader, object);
	reader->member = lbd_stats_next(reader->stats, object, key, key_len);
	reader->member->key_bytes += length;
	lbd_stats_text(reader->stats, reader->member, length);
	reader_stored(reader, reader->member, token, len);
	if (object->waste)
		reader_waste_key(reader, length);
	if (lex)
		lbd_json_lexer_free(lex);
}

/*
 * The comma in front of the second member goes with the first one as well, if
 * that is left out.
 */
static void
reader_waste_first(const LbdTextReader *reader, LbdPath *object)
{
	const LbdTextFrame *frame = &reader->frames[reader->depth - 1];
	LbdPath    *first = object->latest ? object->latest : object->dynamic;

	if (frame->nkeys != 1 || first == NULL)
		return;
	first->waste->separators += reader->lead;
	if (frame->first_null)
		first->waste->nulls += reader->lead;
}

static void
reader_waste_key(LbdTextReader *reader, int64 length)
{
	LbdTextFrame *frame = &reader->frames[reader->depth - 1];
	int			lead = frame->nkeys > 0 ? reader->lead : 0;

	reader->member->waste->separators += lead;
	reader->member_bytes = length + lead;
	frame->nkeys++;
}

static void
reader_scalar(LbdTextReader *reader, uint32 type, const char *token, int len)
{
	bool		is_member = reader->member != NULL;
	LbdPath    *path = reader_value(reader, type);
	int64		length = lbd_quoted_length(token, len, reader->level);
	uint32		ndistinct = path->distinct.used;

	path->value_bytes += length;
	lbd_stats_text(reader->stats, path, length);
	reader_stored(reader, path, token, len);
	if (path->waste && is_member)
	{
		LbdTextFrame *frame = &reader->frames[reader->depth - 1];

		frame->first_null = frame->nkeys == 1 && type == LBD_TYPE_NULL;
		if (type == LBD_TYPE_NULL)
			path->waste->nulls += reader->member_bytes + length;
	}
	if (type == LBD_TYPE_NULL)
	{
		path->nulls++;
		return;
	}
	if (type == LBD_TYPE_STRING)
	{
		/* Without its quotes, as jsonb_stats.c has it. */
		token++;
		len -= 2;
	}
	lbd_stats_value(reader->stats, path, lbd_distinct_hash(token, len) + type);
	if (path->waste == NULL)
		return;
	if (path->distinct.used > ndistinct)
		path->waste->strings += length;
	if (type == LBD_TYPE_STRING)
		lbd_waste_string(path->waste, token, len);
	else if (type == LBD_TYPE_NUMBER)
		lbd_waste_number(path->waste, token, len);
}
