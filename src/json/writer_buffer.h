/*-------------------------------------------------------------------------
 *
 * writer_buffer.h
 *	  The buffer of a writer's text: for writer.c and writer_keys.c.
 *
 * All is inline, as each piece of a payload's text goes through it.  Space is
 * reserved before text is appended.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_WRITER_BUFFER_H
#define LBD_WRITER_BUFFER_H

#include "json/attribution.h"
#include "json/writer.h"

extern void lbd_writer_grow(LbdWriter *writer, Size more);

/*
 * Reserves space for so many more bytes.
 */
static inline void
writer_reserve(LbdWriter *writer, Size more)
{
	if (unlikely(writer->capacity - writer->len < more))
		lbd_writer_grow(writer, more);
}

static inline void
writer_append(LbdWriter *writer, const char *data, Size len)
{
	memcpy(writer->text + writer->len, data, len);
	writer->len += len;
}

/*
 * Appends short text in steps of LBD_COPY_STEP, which the compiler does
 * without a call.  After data there must be padding of a step; after the
 * buffer's capacity there always is.
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
 * Space for it is reserved by the caller.
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

#endif							/* LBD_WRITER_BUFFER_H */
