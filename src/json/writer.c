/*-------------------------------------------------------------------------
 *
 * writer.c
 *	  JSON events -> wire text and size tree.
 *
 * Sizes are differences of positions in the text, so what is measured is
 * what is written.  Keys of fixed objects come in the same order again and
 * again: each open object remembers which member came next the last time,
 * and a member's node keeps its key as wire text, so that a key costs a
 * comparison and a copy.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "json/transform.h"
#include "json/writer.h"
#include "util/decimal.h"
#include "util/utf8.h"

/* A streaming writer hands its text on when there is so much of it. */
#define LBD_WRITER_PIECE	(64 * 1024)

#define LBD_FIRST_ROOM		1024
#define LBD_FIRST_DEPTH		16
#define LBD_FIRST_KEYS		64

/* Stand-ins for the hashes of values that need no hashing. */
#define LBD_HASH_TRUE		UINT64CONST(0x74727565)
#define LBD_HASH_FALSE		UINT64CONST(0x66616c7365)

static const LbdFunction encode_string = {
	"encode_string", __FILE__, __LINE__, "encode"
};
static const LbdFunction format_number = {
	"format_number", __FILE__, __LINE__, "encode"
};

const LbdFunction *const lbd_writer_leaves[LBD_LEAVES] = {
	[LBD_LEAF_ENCODE_STRING] = &encode_string,
	[LBD_LEAF_FORMAT_NUMBER] = &format_number,
};

static void writer_grow(LbdWriter *writer, Size more);
static void writer_too_large(const LbdWriter *writer);
static void put_other_key(LbdWriter *writer, LbdPath *node, const char *key,
						  int len);
static void put_key_text(LbdWriter *writer, LbdPath *node,
						 const char *escaped, int len, const char *suffix,
						 int suffix_len);
static void writer_prepare_key(LbdWriter *writer, const LbdPath *path);

/*
 * A writer that gathers its text; it lives in context, with its tree.
 */
LbdWriter *
lbd_writer_create(MemoryContext context, const LbdFormat *format,
				  bool distinct)
{
	LbdWriter  *writer = MemoryContextAllocZero(context, sizeof(LbdWriter));

	writer->format = format;
	writer->context = context;
	writer->tree = lbd_stats_create(context);
	writer->distinct = distinct;
	writer->room = LBD_FIRST_ROOM;
	writer->limit = MaxAllocSize - VARHDRSZ;
	writer->text = MemoryContextAlloc(context, writer->room + LBD_COPY_STEP);
	writer->nkeys = LBD_FIRST_KEYS;
	writer->keys = MemoryContextAllocZero(context, writer->nkeys *
										  sizeof(LbdKeyText));
	writer->max_depth = LBD_FIRST_DEPTH;
	writer->frames = MemoryContextAlloc(context,
										writer->max_depth * sizeof(LbdFrame));
	return writer;
}

/*
 * From now on text is consumed in pieces: compressed, or, where encoder is
 * NULL, dropped once it has been counted.
 */
void
lbd_writer_stream(LbdWriter *writer, LbdEncoder *encoder)
{
	writer->streaming = true;
	writer->encoder = encoder;
}

/*
 * Hands all text so far to the consumer of a streaming writer.
 */
void
lbd_writer_flush(LbdWriter *writer)
{
	if (!writer->streaming)
		return;
	if (writer->encoder)
		lbd_encoder_add(writer->encoder, writer->text, writer->len);
	writer->streamed += writer->len;
	writer->len = 0;
}

/*
 * Gives the text away that has gathered since the last call.  It stays where
 * it is, in the writer's buffer, until the next event.
 */
char *
lbd_writer_text(LbdWriter *writer, Size *len)
{
	*len = writer->len;
	writer->len = 0;
	return writer->text;
}

/*
 * Makes room for so many more bytes.
 */
static inline void
writer_reserve(LbdWriter *writer, Size more)
{
	if (unlikely(writer->room - writer->len < more))
		writer_grow(writer, more);
}

static void
writer_grow(LbdWriter *writer, Size more)
{
	Size		room = writer->room;

	if (writer->streaming && writer->len >= LBD_WRITER_PIECE)
		lbd_writer_flush(writer);
	if (writer->len > writer->limit)
		writer_too_large(writer);
	while (room - writer->len < more && room < writer->limit)
		room *= 2;
	/* More is what is needed at most: the text may be within the limit. */
	if (room - writer->len < more || room > writer->limit)
		room = Max(writer->limit, writer->len + more);
	if (room > writer->room)
	{
		writer->text = repalloc_huge(writer->text, room + LBD_COPY_STEP);
		writer->room = room;
	}
}

static void
writer_too_large(const LbdWriter *writer)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 writer->name ?
			 errmsg("component %s is too large for one value", writer->name) :
			 errmsg("a row is too large for one value"),
			 errdetail("A value has at most %zu bytes.", writer->limit),
			 writer->name ?
			 errhint("Use lbdiag_row_data to get the rows one at a time, or lbdiag_audit to measure them.") :
			 errhint("Use lbdiag_audit to measure it.")));
}

static inline void
writer_append(LbdWriter *writer, const char *data, Size len)
{
	memcpy(writer->text + writer->len, data, len);
	writer->len += len;
}

/*
 * Ends a document: what a transform adds to it.
 */
void
lbd_writer_end(LbdWriter *writer)
{
	if (writer->transform)
		lbd_transform_end(writer->transform);
}

/*
 * Appends text that is on no path: the sizes know nothing of it.
 */
void
lbd_writer_raw(LbdWriter *writer, const char *text, Size len)
{
	writer_reserve(writer, len);
	writer_append(writer, text, len);
}

/*
 * Appends short text in steps of LBD_COPY_STEP, which the compiler does
 * without a call.  Behind data there must be padding of a step; behind the
 * buffer's room there always is.
 */
static inline void
writer_append_padded(LbdWriter *writer, const char *data, Size len)
{
	char	   *out = writer->text + writer->len;

	for (Size i = 0; i < len; i += LBD_COPY_STEP)
		memcpy(out + i, data + i, LBD_COPY_STEP);
	writer->len += len;
}

/*
 * Appends a separator, which is one or two bytes.
 */
static inline void
writer_append_separator(LbdWriter *writer, const char *separator, int len)
{
	memcpy(writer->text + writer->len, separator, 2);
	writer->len += len;
}

/*
 * Appends a string's quotation mark, with a copy that the compiler does
 * without a call.
 */
static inline void
writer_append_quote(LbdWriter *writer)
{
	memcpy(writer->text + writer->len, writer->format->quote,
		   sizeof(writer->format->quote));
	writer->len += writer->format->quote_len;
}

static char *
append_quote(const LbdFormat *format, char *out)
{
	memcpy(out, format->quote, format->quote_len);
	return out + format->quote_len;
}

/*
 * Space for a number's text, where each of its bytes may be escaped.
 */
static inline Size
writer_number_space(const LbdWriter *writer, int len)
{
	return writer->format->embedding == LBD_EMBED_JSON ? (Size) len :
		(Size) len * LBD_ESCAPED_BYTE;
}

/*
 * Tells whose the text is that has been written last.
 */
static inline void
writer_attribute(LbdWriter *writer, const LbdPath *path)
{
	if (unlikely(writer->attribution))
		lbd_attribution_add(writer->attribution, path->number,
							writer->streamed + writer->len);
}

/*
 * Writes the separator that is due before a member of the open container.
 * Room for it is reserved by the caller.
 */
static inline void
writer_separate(LbdWriter *writer, LbdFrame *frame)
{
	if (frame->members++ > 0)
	{
		writer_append_separator(writer, writer->format->comma,
								writer->format->comma_len);
		frame->node->syntax_bytes += writer->format->comma_len;
		writer_attribute(writer, frame->node);
	}
}

/*
 * The node of the value that is written next: the root, the open array's
 * elements, or the member whose key was written last.
 */
static inline LbdPath *
writer_value(LbdWriter *writer, Size room)
{
	LbdFrame   *frame;
	LbdPath    *node;

	writer_reserve(writer, room + sizeof(writer->format->comma));
	if (writer->depth == 0)
		node = writer->tree->root;
	else
	{
		frame = &writer->frames[writer->depth - 1];
		if (frame->is_array)
		{
			if (frame->expected == NULL)
				frame->expected = lbd_stats_child(writer->tree, frame->node,
												LBD_PATH_ELEMENT);
			writer_separate(writer, frame);
			node = frame->expected;
		}
		else
			node = writer->next_value;
	}
	node->occurrences++;
	return node;
}

/*
 * Books a scalar whose wire text starts at that position of the buffer.  It
 * is told apart from others by its value, which stands elsewhere: reading back
 * what has just been written byte by byte would stall.
 */
static inline void
writer_scalar(LbdWriter *writer, LbdPath *node, Size start, uint32 type,
			  const char *value, Size len)
{
	node->types |= type;
	node->value_bytes += writer->len - start;
	writer_attribute(writer, node);
	if (writer->distinct)
		lbd_stats_value(writer->tree, node, lbd_distinct_hash(value, len) + type);
}

static void
writer_open(LbdWriter *writer, char bracket, uint32 type)
{
	LbdPath    *node;
	LbdFrame   *frame;

	node = writer_value(writer, 1);
	if (writer->depth == writer->max_depth)
	{
		writer->max_depth *= 2;
		writer->frames = repalloc(writer->frames,
								  writer->max_depth * sizeof(LbdFrame));
	}
	writer->text[writer->len++] = bracket;
	node->types |= type;
	node->syntax_bytes++;
	writer_attribute(writer, node);
	frame = &writer->frames[writer->depth++];
	frame->node = node;
	frame->expected = type == LBD_TYPE_ARRAY ? NULL : node->first;
	frame->members = 0;
	frame->is_array = type == LBD_TYPE_ARRAY;
}

static void
writer_close(LbdWriter *writer, char bracket)
{
	LbdFrame   *frame;

	frame = &writer->frames[--writer->depth];
	writer_reserve(writer, 1);
	writer->text[writer->len++] = bracket;
	frame->node->syntax_bytes++;
	writer_attribute(writer, frame->node);
	if (writer->streaming && writer->len >= LBD_WRITER_PIECE)
		lbd_writer_flush(writer);
}

/*
 * Opens an object; keys and values follow in turn.
 */
void
lbd_put_object(LbdWriter *writer)
{
	writer_open(writer, '{', LBD_TYPE_OBJECT);
}

/*
 * Closes the object that was opened last.
 */
void
lbd_put_object_end(LbdWriter *writer)
{
	writer_close(writer, '}');
}

/*
 * Opens an array; values follow.
 */
void
lbd_put_array(LbdWriter *writer)
{
	writer_open(writer, '[', LBD_TYPE_ARRAY);
}

/*
 * Closes the array that was opened last.
 */
void
lbd_put_array_end(LbdWriter *writer)
{
	writer_close(writer, ']');
}

/*
 * Writes a key of a fixed object, which has a path of its own.
 */
void
lbd_put_key(LbdWriter *writer, const char *key, int len)
{
	LbdKeyText *text;
	LbdFrame   *frame = &writer->frames[writer->depth - 1];
	const LbdFormat *format = writer->format;
	LbdPath    *node = frame->expected;

	if (node == NULL || node->key_len != len || node->kind != LBD_PATH_MEMBER ||
		memcmp(node->key, key, len) != 0)
		node = lbd_stats_member(writer->tree, frame->node, key, len);
	if (unlikely(node == frame->node || node->kind != LBD_PATH_MEMBER ||
				 len > LBD_PATH_KEY_MAX))
	{
		put_other_key(writer, node, key, len);
		return;
	}
	if (unlikely(node->number >= writer->nkeys ||
				 writer->keys[node->number].text == NULL))
		writer_prepare_key(writer, node);
	text = &writer->keys[node->number];
	writer_reserve(writer, sizeof(format->comma) + text->len);
	writer_separate(writer, frame);
	writer_append_padded(writer, text->text, text->len);
	node->key_bytes += text->len - format->colon_len;
	node->syntax_bytes += format->colon_len;
	writer_attribute(writer, node);
	frame->expected = node->next;
	writer->next_value = node;
}

/*
 * Writes a key whose text is not kept: it is too long, or the tree has all
 * the paths that it can have, so that the node is another one.
 */
static void
put_other_key(LbdWriter *writer, LbdPath *node, const char *key, int len)
{
	int			escaped_len;
	char	   *escaped = lbd_writer_escape(writer, key, len,
											CurrentMemoryContext,
											&escaped_len);

	put_key_text(writer, node, escaped, escaped_len, "", 0);
	writer->frames[writer->depth - 1].expected = NULL;
	pfree(escaped);
}

/*
 * Prepares the text of a member's key.
 */
static void
writer_prepare_key(LbdWriter *writer, const LbdPath *path)
{
	const LbdFormat *format = writer->format;
	LbdKeyText *key;
	int			escaped_len;
	char	   *escaped = lbd_writer_escape(writer, path->key, path->key_len,
											writer->context, &escaped_len);
	char	   *text;

	if (path->number >= writer->nkeys)
	{
		int			n = Max(2 * writer->nkeys, path->number + 1);

		writer->keys = repalloc(writer->keys, n * sizeof(LbdKeyText));
		memset(writer->keys + writer->nkeys, 0,
			   (n - writer->nkeys) * sizeof(LbdKeyText));
		writer->nkeys = n;
	}
	key = &writer->keys[path->number];
	text = MemoryContextAllocHuge(writer->context, (Size) escaped_len +
								  2 * LBD_ESCAPED_BYTE +
								  sizeof(format->colon) + LBD_COPY_STEP);
	key->text = text;
	text = append_quote(format, text);
	memcpy(text, escaped, escaped_len);
	text = append_quote(format, text + escaped_len);
	memcpy(text, format->colon, format->colon_len);
	key->len = text + format->colon_len - key->text;
	pfree(escaped);
}

/*
 * Writes a key that is data: its path has * in the place of it.
 */
void
lbd_put_data_key(LbdWriter *writer, const char *key, int len)
{
	int			escaped_len;
	char	   *escaped = lbd_writer_escape(writer, key, len,
											CurrentMemoryContext,
											&escaped_len);

	lbd_put_escaped_key(writer, escaped, escaped_len, "", 0);
	pfree(escaped);
}

/*
 * Writes a key that is data from text that lbd_writer_escape has prepared,
 * with a suffix that needs no escaping and is padded too.
 */
void
lbd_put_escaped_key(LbdWriter *writer, const char *escaped, int len,
					  const char *suffix, int suffix_len)
{
	LbdFrame   *frame = &writer->frames[writer->depth - 1];
	LbdPath    *node = frame->expected;

	if (node == NULL || node->kind != LBD_PATH_DYNAMIC)
	{
		node = lbd_stats_child(writer->tree, frame->node, LBD_PATH_DYNAMIC);
		frame->expected = node;
	}
	put_key_text(writer, node, escaped, len, suffix, suffix_len);
}

/*
 * Writes a key's prepared text, which belongs to node.
 */
static void
put_key_text(LbdWriter *writer, LbdPath *node, const char *escaped, int len,
			 const char *suffix, int suffix_len)
{
	LbdFrame   *frame = &writer->frames[writer->depth - 1];
	const LbdFormat *format = writer->format;
	Size		start;
	Size		key_len;

	writer_reserve(writer, (Size) len + suffix_len * LBD_ESCAPED_BYTE +
				   2 * LBD_ESCAPED_BYTE + sizeof(format->comma) +
				   sizeof(format->colon));
	writer_separate(writer, frame);
	start = writer->len;
	writer_append_quote(writer);
	writer_append_padded(writer, escaped, len);
	writer_append_padded(writer, suffix, suffix_len);
	writer->len += lbd_format_embed(format,
									writer->text + writer->len - suffix_len,
									suffix_len) - suffix_len;
	writer_append_quote(writer);
	key_len = writer->len - start;
	writer_append_separator(writer, format->colon, format->colon_len);
	node->key_bytes += key_len;
	node->syntax_bytes += format->colon_len;
	writer_attribute(writer, node);
	writer->next_value = node;
}

/*
 * Returns a string of the server's encoding in the form that it has between
 * the quotes of wire text, allocated in context, not terminated, and padded
 * as lbd_put_escaped_key wants it.
 */
char *
lbd_writer_escape(LbdWriter *writer, const char *string, int len,
				  MemoryContext context, int *escaped_len)
{
	char	   *source = (char *) string;
	char	   *escaped;
	Size		size;

	if (writer->format->convert)
		source = lbd_to_utf8(string, len, &len);
	escaped = MemoryContextAllocHuge(context, (Size) len * writer->format->escape_max +
									 LBD_COPY_STEP);
	size = lbd_format_escape(writer->format, escaped, source, len) - escaped;
	if (source != string)
		pfree(source);
	if (size > MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a key or string of the payload is too long"),
				 errdetail("It has %zu bytes.", size)));
	*escaped_len = (int) size;
	return escaped;
}

/*
 * Writes a string of the server's encoding.
 */
void
lbd_put_string(LbdWriter *writer, const char *string, int len)
{
	const LbdFormat *format = writer->format;
	char	   *source = (char *) string;
	LbdPath    *node;
	Size		start;
	int64		timed;

	if (unlikely(format->convert))
		source = lbd_to_utf8(string, len, &len);
	node = writer_value(writer, (Size) len * format->escape_max +
						2 * sizeof(format->quote));
	start = writer->len;
	timed = lbd_leaf_enter(writer->profile, LBD_LEAF_ENCODE_STRING);
	writer_append_quote(writer);
	writer->len = lbd_format_escape(format, writer->text + writer->len,
									source, len) - writer->text;
	writer_append_quote(writer);
	lbd_leaf_leave(writer->profile, LBD_LEAF_ENCODE_STRING, timed);
	writer_scalar(writer, node, start, LBD_TYPE_STRING, source, len);
	if (source != string)
		pfree(source);
}

/*
 * Writes a number from its wire text.
 */
void
lbd_put_number(LbdWriter *writer, const char *text, int len)
{
	LbdPath    *node;
	Size		start;

	node = writer_value(writer, writer_number_space(writer, len));
	start = writer->len;
	writer_append(writer, text, len);
	writer->len = start + lbd_format_embed(writer->format,
										   writer->text + start, len);
	writer_scalar(writer, node, start, LBD_TYPE_NUMBER, text, len);
}

/*
 * Writes true or false.
 */
void
lbd_put_boolean(LbdWriter *writer, bool value)
{
	int			len = value ? 4 : 5;
	LbdPath    *node;

	node = writer_value(writer, 5);
	memcpy(writer->text + writer->len, value ? "true " : "false", 5);
	writer->len += len;
	node->types |= LBD_TYPE_BOOLEAN;
	node->value_bytes += len;
	writer_attribute(writer, node);
	lbd_stats_value(writer->tree, node,
				   value ? LBD_HASH_TRUE : LBD_HASH_FALSE);
}

/*
 * Writes null.
 */
void
lbd_put_null(LbdWriter *writer)
{
	LbdPath    *node;

	node = writer_value(writer, 4);
	writer_append(writer, "null", 4);
	node->types |= LBD_TYPE_NULL;
	node->value_bytes += 4;
	writer_attribute(writer, node);
	node->nulls++;
}

/*
 * Writes a number, straight into the buffer unless it is very long.
 */
void
lbd_put_numeric(LbdWriter *writer, Numeric number)
{
	LbdPath    *node;
	Size		start;
	int			len;
	int64		timed;
	char	   *text;
	char		room[LBD_NUMBER_TEXT];

	if (writer->format->embedding != LBD_EMBED_JSON)
	{
		text = lbd_number_text(number, room, &len);
		lbd_put_number(writer, text, len);
		if (text != room)
			pfree(text);
		return;
	}
	node = writer_value(writer, LBD_NUMBER_TEXT);
	start = writer->len;
	timed = lbd_leaf_enter(writer->profile, LBD_LEAF_FORMAT_NUMBER);
	text = lbd_number_text(number, writer->text + start, &len);
	lbd_leaf_leave(writer->profile, LBD_LEAF_FORMAT_NUMBER, timed);
	if (text == writer->text + start)
		writer->len += len;
	else
	{
		/* Making room may hand on what is in the buffer. */
		writer_reserve(writer, len);
		start = writer->len;
		writer_append(writer, text, len);
		pfree(text);
	}
	writer_scalar(writer, node, start, LBD_TYPE_NUMBER, writer->text + start,
				  len);
}
