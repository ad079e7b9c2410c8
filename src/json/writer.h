/*-------------------------------------------------------------------------
 *
 * writer.h
 *	  JSON events -> serialized text and size tree.
 *
 * A writer makes the text of one JSON document and counts every byte of it
 * on the path that it belongs to.  The text gathers in a buffer, which the
 * caller takes (lbd_writer_text), or hands to a consumer in pieces
 * (lbd_writer_stream), so that memory holds a piece and not the document.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_WRITER_H
#define LBD_WRITER_H

#include "json/attribution.h"
#include "json/encoder.h"
#include "json/format.h"
#include "json/jsonb_reader.h"
#include "json/path_count.h"
#include "util/scopes.h"

/*
 * Keys are copied in such steps: what is handed over as an escaped key or a
 * suffix has padding of one after it.
 */
#define LBD_COPY_STEP	16

typedef struct LbdFrame
{
	LbdPath    *node;			/* the open container */
	LbdPath    *expected;		/* member that came next the last time */
	int64		members;		/* written so far */
	bool		is_array;		/* elements have no keys */
} LbdFrame;

/* A key as it is written, with its quotes and the colon. */
typedef struct LbdKeyText
{
	char	   *text;			/* padded, or NULL: not written yet */
	int			len;			/* its length */
} LbdKeyText;

struct LbdTransform;

typedef struct LbdWriter
{
	const LbdFormat *format;	/* shared with other writers */
	LbdPathStats *tree;			/* sizes by path */
	MemoryContext context;		/* owner of all of it */
	char	   *text;			/* text not yet consumed */
	Size		len;			/* its length */
	int64		streamed;		/* bytes that have been consumed */
	Size		capacity;		/* capacity of text */
	Size		limit;			/* bytes that text may gather */
	const char *name;			/* of the document for messages, or NULL */
	bool		streaming;		/* text is consumed in pieces */
	LbdEncoder *encoder;		/* consumer of a streaming writer, or NULL */
	LbdAttribution *attribution;	/* of the text to paths, or NULL */
	bool		distinct;		/* count distinct values */
	LbdCallTree *profile;		/* of the build, or NULL */
	LbdPath    *next_value;		/* node of the value after a key */
	struct LbdTransform *transform; /* gets events in its place, or NULL */
	LbdKeyText *keys;			/* by the number of their path */
	int			nkeys;			/* how many there is memory for */
	LbdFrame   *frames;			/* open containers, outermost first */
	int			depth;			/* how many are open */
	int			max_depth;		/* capacity of frames */
} LbdWriter;

/* Functions that are called too often to time each call; see profile.h. */
typedef enum LbdWriterLeaf
{
	LBD_LEAF_ENCODE_STRING,
	LBD_LEAF_FORMAT_NUMBER
} LbdWriterLeaf;

extern const LbdFunction *const lbd_writer_leaves[LBD_LEAVES];

extern LbdWriter *lbd_writer_create(MemoryContext context,
									const LbdFormat *format,
									bool distinct);
extern void lbd_writer_stream(LbdWriter *writer, LbdEncoder *encoder);
extern void lbd_writer_raw(LbdWriter *writer, const char *text, Size len);
extern void lbd_writer_flush(LbdWriter *writer);
extern char *lbd_writer_text(LbdWriter *writer, Size *len);

/* What events and transforms write; see events.h. */
extern void lbd_put_object(LbdWriter *writer);
extern void lbd_put_object_end(LbdWriter *writer);
extern void lbd_put_array(LbdWriter *writer);
extern void lbd_put_array_end(LbdWriter *writer);
extern void lbd_put_key(LbdWriter *writer, const char *key, int len);
extern void lbd_put_data_key(LbdWriter *writer, const char *key, int len);
extern void lbd_put_escaped_key(LbdWriter *writer, const char *escaped,
								int len, const char *suffix, int suffix_len);
extern void lbd_put_string(LbdWriter *writer, const char *string, int len);
extern void lbd_put_number(LbdWriter *writer, const char *text, int len);
extern void lbd_put_numeric(LbdWriter *writer, Numeric number);
extern void lbd_put_boolean(LbdWriter *writer, bool value);
extern void lbd_put_null(LbdWriter *writer);

extern char *lbd_writer_escape(LbdWriter *writer, const char *string, int len,
							   MemoryContext context, int *escaped_len);

/*
 * The buffer of the text, for writer.c and writer_keys.c.  All is inline, as
 * each piece of a payload's text goes through it.  Space is reserved before
 * text is appended.
 */
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

#endif							/* LBD_WRITER_H */
