/*-------------------------------------------------------------------------
 *
 * writer_keys.c
 *	  Keys of objects -> serialized text.
 *
 * Keys of fixed objects come in the same order again and again: each open
 * object remembers which member came next the last time, and the writer keeps
 * the serialized text of each member's key, so that a key costs a comparison
 * and a copy.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "json/writer.h"
#include "util/utf8.h"

static void put_other_key(LbdWriter *writer, LbdPath *node, const char *key,
						  int len);
static void put_key_text(LbdWriter *writer, LbdPath *node,
						 const char *escaped, int len, const char *suffix,
						 int suffix_len);
static void writer_prepare_key(LbdWriter *writer, const LbdPath *path);

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

static char *
append_quote(const LbdFormat *format, char *out)
{
	memcpy(out, format->quote, format->quote_len);
	return out + format->quote_len;
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
 * the quotes of serialized text, allocated in context, not terminated, and padded
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
