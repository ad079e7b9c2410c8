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

typedef struct LbdTextFrame
{
	LbdPath    *path;			/* the open container */
	bool		is_array;		/* elements have no keys */
} LbdTextFrame;

typedef struct LbdTextReader
{
	LbdPathStats *stats;		/* where it is counted */
	LbdPath    *root;			/* path of the document */
	LbdPath    *member;			/* its value comes next, or NULL */
	int			level;			/* how often the text is quoted */
	LbdTextFrame *frames;		/* open containers, outermost first */
	int			depth;			/* how many are open */
	int			capacity;		/* how many frames there is memory for */
} LbdTextReader;

static void reader_token(LbdTextReader *reader, JsonTokenType type,
						 const char *token, int len);
static LbdPath *reader_inner(LbdTextReader *reader);
static LbdPath *reader_value(LbdTextReader *reader, uint32 type);
static void reader_open(LbdTextReader *reader, bool is_array);
static void reader_close(LbdTextReader *reader);
static void reader_key(LbdTextReader *reader, const char *token, int len);
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
	LbdTextReader reader = {.stats = stats,.root = root,.level = level};
	JsonLexContext *lex = lbd_json_lexer(text, len, false);
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
		token = lex->token_type == JSON_TOKEN_END ? text + len :
			lex->token_start;
		reader_inner(&reader)->syntax_bytes += token - done;
		if (lex->token_type == JSON_TOKEN_END)
			break;
		done = lex->token_terminator;
		reader_token(&reader, lex->token_type, token, done - token);
	}
	lbd_stats_check(root);
}

static void
reader_token(LbdTextReader *reader, JsonTokenType type, const char *token,
			 int len)
{
	switch (type)
	{
		case JSON_TOKEN_OBJECT_START:
		case JSON_TOKEN_ARRAY_START:
			reader_open(reader, type == JSON_TOKEN_ARRAY_START);
			break;
		case JSON_TOKEN_OBJECT_END:
		case JSON_TOKEN_ARRAY_END:
			reader_close(reader);
			break;
		case JSON_TOKEN_COMMA:
		case JSON_TOKEN_COLON:
			reader_inner(reader)->syntax_bytes++;
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
reader_open(LbdTextReader *reader, bool is_array)
{
	LbdPath    *path = reader_value(reader,
									is_array ? LBD_TYPE_ARRAY : LBD_TYPE_OBJECT);

	path->syntax_bytes++;
	if (reader->depth == reader->capacity)
	{
		Size		size = Max(reader->capacity * 2, 16) * sizeof(LbdTextFrame);

		reader->frames = reader->frames ? repalloc(reader->frames, size) :
			palloc(size);
		reader->capacity = Max(reader->capacity * 2, 16);
	}
	if (!is_array)
		lbd_stats_begin(path);
	reader->frames[reader->depth].path = path;
	reader->frames[reader->depth++].is_array = is_array;
}

static void
reader_close(LbdTextReader *reader)
{
	if (reader->depth == 0 || reader->member)
		elog(ERROR, "unexpected end of a JSON container");
	reader->frames[--reader->depth].path->syntax_bytes++;
}

/*
 * A key.  With escapes in it, its path is that of the key that they mean,
 * or, where the server cannot represent that, of the key as it is written.
 */
static void
reader_key(LbdTextReader *reader, const char *token, int len)
{
	LbdPath    *object = reader->frames[reader->depth - 1].path;
	const char *key = token + 1;
	int			key_len = len - 2;

	if (memchr(token, '\\', len) != NULL)
	{
		JsonLexContext *lex = lbd_json_lexer(token, len, true);

		if (json_lex(lex) == JSON_SUCCESS)
		{
			key = lex->strval->data;
			key_len = lex->strval->len;
		}
	}
	reader->member = lbd_stats_next(reader->stats, object, key, key_len);
	reader->member->key_bytes += lbd_quoted_length(token, len, reader->level);
}

static void
reader_scalar(LbdTextReader *reader, uint32 type, const char *token, int len)
{
	LbdPath    *path = reader_value(reader, type);

	path->value_bytes += lbd_quoted_length(token, len, reader->level);
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
	lbd_distinct_add(&path->distinct, lbd_distinct_hash(token, len) + type,
					 reader->stats->context);
}
