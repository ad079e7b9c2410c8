/*-------------------------------------------------------------------------
 *
 * path_values.c
 *	  The values of a document that are at a path, and how long their text is.
 *
 * No text is made: that of jsonb is counted as the server would print it, and
 * of json it is a part of the text that is there.  Keys that an object has
 * twice, which only json keeps, are two members.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "compat.h"
#include "json/escapes.h"
#include "json/path_values.h"
#include "util/numeric_text.h"

/* Separators in the text of jsonb. */
#define LBD_SEPARATOR_BYTES		2

/* Where a value is searched for in jsonb. */
typedef struct LbdJsonbSearch
{
	LbdPathValues *values;		/* what has been found */
	const LbdPathPattern *pattern;	/* what is searched for */
	const char *data;			/* the jsonb, after its 4 header bytes */
} LbdJsonbSearch;

/* The same in a text. */
typedef struct LbdTextSearch
{
	LbdPathValues *values;		/* what has been found */
	const LbdPathPattern *pattern;	/* what is searched for */
	int			part;			/* the first part that is below the document */
	const char *text;			/* the document */
	bool	   *arrays;			/* of the open containers, outermost first:
								 * whether it is an array */
	int			depth;			/* how many are open */
	int			capacity;		/* how many there is memory for */
	int			on_path;		/* how many of them, from the outermost on,
								 * are on the path */
	bool		after_key;		/* of a member: its value comes next */
	bool		key_matches;	/* and its key is on the path */
	bool		inside;			/* a container at the path is open */
	const char *start;			/* of it */
} LbdTextSearch;

static void search_item(const LbdJsonbSearch *search, int part,
						const LbdItem *item);
static void search_object(const LbdJsonbSearch *search, int part,
						  const JsonbContainer *object);
static void search_array(const LbdJsonbSearch *search, int part,
						 const JsonbContainer *array);
static int64 container_length(const JsonbContainer *container);
static void next_token(JsonLexContext *lex);
static void search_token(LbdTextSearch *search, JsonTokenType type,
						 const char *token, int len);
static void search_key(LbdTextSearch *search, const char *token, int len);
static bool at_value(const LbdTextSearch *search);
static void search_open(LbdTextSearch *search, bool is_array,
						const char *token);
static void search_close(LbdTextSearch *search, const char *token);
static void search_scalar(LbdTextSearch *search, const char *token, int len);

/*
 * Adds a value that is at the path.
 */
void
lbd_values_add(LbdPathValues *values, int64 bytes, Size start, Size len)
{
	if (values->count == 0 || bytes > values->largest)
	{
		values->largest = bytes;
		values->start = start;
		values->len = len;
	}
	values->count++;
	values->bytes += bytes;
}

/*
 * Adds the values of a document that are at the path's parts from part on.
 */
void
lbd_values_jsonb(LbdPathValues *values, const LbdPathPattern *pattern,
				 int part, Jsonb *jsonb)
{
	LbdJsonbSearch search = {values, pattern, (const char *) &jsonb->root};
	LbdItem		item;

	lbd_item_from_jsonb(&item, jsonb);
	search_item(&search, part, &item);
}

static void
search_item(const LbdJsonbSearch *search, int part, const LbdItem *item)
{
	if (part == search->pattern->nparts)
		lbd_values_add(search->values, lbd_item_length(item),
					   item->data - search->data, item->len);
	else if (!JBE_ISCONTAINER(item->entry))
		return;
	else if (JsonContainerIsObject(LBD_ITEM_CONTAINER(item)))
		search_object(search, part, LBD_ITEM_CONTAINER(item));
	else
		search_array(search, part, LBD_ITEM_CONTAINER(item));
}

static void
search_object(const LbdJsonbSearch *search, int part,
			  const JsonbContainer *object)
{
	const LbdPathPart *wanted = &search->pattern->parts[part];
	LbdCursor	keys;
	LbdCursor	values;
	LbdItem		key;
	LbdItem		value;
	int			nmembers;

	if (wanted->kind == LBD_PATH_ELEMENT)
		return;
	check_stack_depth();
	nmembers = lbd_cursor_members(&keys, &values, object);
	while (keys.next < nmembers)
	{
		CHECK_FOR_INTERRUPTS();
		lbd_cursor_next(&keys, &key);
		lbd_cursor_next(&values, &value);
		if (lbd_part_has_member(wanted, key.data, key.len))
			search_item(search, part + 1, &value);
	}
}

static void
search_array(const LbdJsonbSearch *search, int part,
			 const JsonbContainer *array)
{
	LbdCursor	values;
	LbdItem		value;

	if (search->pattern->parts[part].kind != LBD_PATH_ELEMENT)
		return;
	check_stack_depth();
	lbd_cursor_init(&values, array);
	while (values.next < values.count)
	{
		CHECK_FOR_INTERRUPTS();
		lbd_cursor_next(&values, &value);
		search_item(search, part + 1, &value);
	}
}

/*
 * The length of the text that the server prints for a value of jsonb.
 */
int64
lbd_item_length(const LbdItem *item)
{
	char		buffer[LBD_NUMERIC_BUFFER];
	char	   *text;
	int			len;

	if (JBE_ISCONTAINER(item->entry))
		return container_length(LBD_ITEM_CONTAINER(item));
	if (JBE_ISSTRING(item->entry))
		return lbd_string_length(item->data, item->len);
	if (JBE_ISNULL(item->entry))
		return strlen("null");
	if (!JBE_ISNUMERIC(item->entry))
		return JBE_ISBOOL_TRUE(item->entry) ? strlen("true") : strlen("false");
	text = lbd_numeric_text(LBD_ITEM_NUMERIC(item), buffer, &len);
	if (text != buffer)
		pfree(text);
	return len;
}

/*
 * The same for an object or an array: brackets, separators, a colon after
 * each key, and what is in it.
 */
static int64
container_length(const JsonbContainer *container)
{
	int64		length = 2;
	int			nmembers = JsonContainerSize(container);
	LbdCursor	cursor;
	LbdItem		item;

	check_stack_depth();
	lbd_cursor_init(&cursor, container);
	length += Max(nmembers - 1, 0) * LBD_SEPARATOR_BYTES;
	if (JsonContainerIsObject(container))
		length += nmembers * LBD_SEPARATOR_BYTES;
	while (cursor.next < cursor.count)
	{
		CHECK_FOR_INTERRUPTS();
		lbd_cursor_next(&cursor, &item);
		length += lbd_item_length(&item);
	}
	return length;
}

/*
 * Adds the values of a document, of which the caller has the text, that are at
 * the path's parts from part on.  What is palloc'ed on the way is left to the
 * current context.  The whole document has the blanks around it, too.
 */
void
lbd_values_text(LbdPathValues *values, const LbdPathPattern *pattern,
				int part, const char *text, int len)
{
	LbdTextSearch search = {.values = values,.pattern = pattern,.part = part,.text = text};
	JsonLexContext *lex;

	if (part == pattern->nparts)
	{
		lbd_values_add(values, len, 0, len);
		return;
	}
	lex = lbd_json_lexer(text, len, false);
	next_token(lex);
	while (lex->token_type != JSON_TOKEN_END)
	{
		search_token(&search, lex->token_type, lex->token_start,
					 lex->token_terminator - lex->token_start);
		next_token(lex);
	}
}

/*
 * Reads a token.  The server has checked the text when it was stored.
 */
static void
next_token(JsonLexContext *lex)
{
	JsonParseErrorType error = json_lex(lex);

	if (error != JSON_SUCCESS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid JSON text"),
				 errdetail_internal("%s", json_errdetail(error, lex))));
	CHECK_FOR_INTERRUPTS();
}

static void
search_token(LbdTextSearch *search, JsonTokenType type, const char *token, int len)
{
	bool		is_key = type == JSON_TOKEN_STRING && search->depth > 0 &&
		!search->after_key && !search->arrays[search->depth - 1];

	if (type == JSON_TOKEN_COMMA || type == JSON_TOKEN_COLON)
		return;
	if (is_key)
		search_key(search, token, len);
	else if (type == JSON_TOKEN_OBJECT_START || type == JSON_TOKEN_ARRAY_START)
		search_open(search, type == JSON_TOKEN_ARRAY_START, token);
	else if (type == JSON_TOKEN_OBJECT_END || type == JSON_TOKEN_ARRAY_END)
		search_close(search, token);
	else
		search_scalar(search, token, len);
}

/*
 * A key.  With escapes in it, it is the key that they mean, or, where the
 * server cannot represent that, the key as it is written.
 */
static void
search_key(LbdTextSearch *search, const char *token, int len)
{
	int			number = search->part + search->depth - 1;
	const LbdPathPart *part = &search->pattern->parts[number];
	JsonLexContext *lex;

	search->after_key = true;
	search->key_matches = false;
	if (search->inside || search->on_path < search->depth)
		return;
	if (memchr(token, '\\', len) == NULL)
	{
		search->key_matches = lbd_part_has_member(part, token + 1, len - 2);
		return;
	}
	lex = lbd_json_lexer(token, len, true);
	search->key_matches = json_lex(lex) == JSON_SUCCESS ?
		lbd_part_has_member(part, lex->strval->data, lex->strval->len) :
		lbd_part_has_member(part, token + 1, len - 2);
	lbd_json_lexer_free(lex);
}

/*
 * Whether the value that begins is at the path as far as its depth goes.
 */
static bool
at_value(const LbdTextSearch *search)
{
	if (search->inside || search->on_path < search->depth)
		return false;
	if (search->depth == 0 || !search->arrays[search->depth - 1])
		return search->depth == 0 || search->key_matches;
	return search->pattern->parts[search->part + search->depth - 1].kind ==
		LBD_PATH_ELEMENT;
}

static void
search_open(LbdTextSearch *search, bool is_array, const char *token)
{
	bool		matches = at_value(search);

	search->after_key = false;
	if (search->depth == search->capacity)
	{
		int			capacity = Max(search->capacity * 2, 64);

		search->arrays = search->arrays ?
			repalloc_huge(search->arrays, capacity) : palloc(capacity);
		search->capacity = capacity;
	}
	if (matches)
	{
		search->on_path = search->depth + 1;
		search->inside = search->part + search->depth == search->pattern->nparts;
		search->start = token;
	}
	search->arrays[search->depth++] = is_array;
}

static void
search_close(LbdTextSearch *search, const char *token)
{
	if (search->depth == 0)
		elog(ERROR, "unexpected end of a JSON container");
	search->depth--;
	if (search->on_path <= search->depth)
		return;
	search->on_path = search->depth;
	if (search->inside)
	{
		Size		len = token + 1 - search->start;

		lbd_values_add(search->values, len, search->start - search->text, len);
		search->inside = false;
	}
}

static void
search_scalar(LbdTextSearch *search, const char *token, int len)
{
	bool		matches = at_value(search);

	search->after_key = false;
	if (matches && search->part + search->depth == search->pattern->nparts)
		lbd_values_add(search->values, len, token - search->text, len);
}
