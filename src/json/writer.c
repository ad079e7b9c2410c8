/*-------------------------------------------------------------------------
 *
 * writer.c
 *	  JSON events -> serialized text and size tree.
 *
 * Sizes are differences of positions in the text, so what is measured is
 * what is written.  Keys are in writer_keys.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "json/writer.h"
#include "util/decimal.h"
#include "util/utf8.h"

/* A streaming writer hands its text on when there is so much of it. */
#define LBD_WRITER_PIECE	(64 * 1024)

#define LBD_FIRST_CAPACITY		1024
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

static void writer_too_large(const LbdWriter *writer);

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
	writer->capacity = LBD_FIRST_CAPACITY;
	writer->limit = MaxAllocSize - VARHDRSZ;
	writer->text = MemoryContextAlloc(context, writer->capacity + LBD_COPY_STEP);
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
 * Makes the buffer larger, or hands on what a streaming writer has gathered.
 */
void
lbd_writer_grow(LbdWriter *writer, Size more)
{
	Size		capacity = writer->capacity;

	if (writer->streaming && writer->len >= LBD_WRITER_PIECE)
		lbd_writer_flush(writer);
	if (writer->len > writer->limit)
		writer_too_large(writer);
	while (capacity - writer->len < more && capacity < writer->limit)
		capacity *= 2;
	/* More is what is needed at most: the text may be within the limit. */
	if (capacity - writer->len < more || capacity > writer->limit)
		capacity = Max(writer->limit, writer->len + more);
	if (capacity > writer->capacity)
	{
		writer->text = repalloc_huge(writer->text, capacity + LBD_COPY_STEP);
		writer->capacity = capacity;
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
 * Space for a number's text, where each of its bytes may be escaped.
 */
static inline Size
writer_number_space(const LbdWriter *writer, int len)
{
	return writer->format->embedding == LBD_EMBED_JSON ? (Size) len :
		(Size) len * LBD_ESCAPED_BYTE;
}

/*
 * The node of the value that is written next: the root, the open array's
 * elements, or the member whose key was written last.
 */
static pg_attribute_always_inline LbdPath *
writer_value(LbdWriter *writer, Size space)
{
	LbdFrame   *frame;
	LbdPath    *node;

	writer_reserve(writer, space + sizeof(writer->format->comma));
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
 * Counts a scalar whose text starts at that position of the buffer.  It
 * is told apart from others by its value, which is elsewhere: reading back
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
	writer->frames[writer->depth - 1].node->objects++;
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
 * Writes a number from its text.
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
	if (writer->distinct)
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
	char		buffer[LBD_NUMBER_TEXT];

	if (writer->format->embedding != LBD_EMBED_JSON)
	{
		text = lbd_number_text(number, buffer, &len);
		lbd_put_number(writer, text, len);
		if (text != buffer)
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
		/* Reserving space may flush the buffer. */
		writer_reserve(writer, len);
		start = writer->len;
		writer_append(writer, text, len);
		pfree(text);
	}
	writer_scalar(writer, node, start, LBD_TYPE_NUMBER, writer->text + start,
				  len);
}
