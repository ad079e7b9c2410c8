/*-------------------------------------------------------------------------
 *
 * writer.h
 *	  JSON events -> wire text and size tree.
 *
 * A writer makes the text of one JSON document and books every byte of it
 * on the path that it belongs to.  The text gathers in a buffer, which the
 * caller takes (lbd_writer_text), or lets go to a consumer in pieces
 * (lbd_writer_stream), so that memory holds a piece and not the document.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_WRITER_H
#define LBD_WRITER_H

#include "json/format.h"
#include "json/gzip.h"
#include "json/jsonb_reader.h"
#include "json/path_stats.h"
#include "json/transform.h"
#include "util/profiler.h"

/*
 * Keys are copied in such steps: what is handed over as an escaped key or a
 * suffix has padding of one behind it.
 */
#define LBD_COPY_STEP	16

typedef struct LbdFrame
{
	LbdPath    *node;			/* the open container */
	LbdPath    *expected;		/* member that came next the last time */
	int64		members;		/* written so far */
	bool		is_array;		/* elements have no keys */
} LbdFrame;

/* Where a member of an element stands in the text of a writer. */
typedef struct LbdSpan
{
	Size		key;			/* start of its key, with quotes */
	Size		key_len;		/* length of that */
	Size		value;			/* start of its value */
} LbdSpan;

/* The members of the element that is being written. */
typedef struct LbdSpans
{
	LbdSpan    *spans;			/* in order */
	int			nspans;			/* how many */
	int			room;			/* how many there is room for */
} LbdSpans;

typedef struct LbdWriter
{
	const LbdFormat *format;	/* shared with other writers */
	LbdPathStats    *tree;			/* sizes by path */
	MemoryContext context;		/* owner of all of it */
	char	   *text;			/* text not yet consumed */
	Size		len;			/* its length */
	int64		streamed;		/* bytes that have been consumed */
	Size		room;			/* bytes that text has room for */
	bool		streaming;		/* text is consumed in pieces */
	LbdGzip    *gzip;			/* consumer of a streaming writer, or NULL */
	bool		distinct;		/* count distinct values */
	LbdProfile *profile;		/* of the build, or NULL */
	LbdPath    *next_value;		/* node of the value behind a key */
	LbdTransform    *edit;			/* what is changed on the way, or NULL */
	LbdSpans   *spans;			/* members of elements are noted here, or NULL */
	bool		skipping;		/* a value that is dropped */
	int			skip_depth;		/* its containers that are open */
	LbdPath    *skip_node;		/* the innermost of these */
	LbdPath    *skip_value;		/* node of the value behind a key in it */
	Size		key_start;		/* text before the last key and its separator */
	LbdFrame   *frames;			/* open containers, outermost first */
	int			depth;			/* how many are open */
	int			max_depth;		/* how many frames has room for */
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
extern void lbd_writer_stream(LbdWriter *writer, LbdGzip *gzip);
extern void lbd_writer_end(LbdWriter *writer);
extern void lbd_writer_raw(LbdWriter *writer, const char *text, Size len);
extern void lbd_writer_flush(LbdWriter *writer);
extern char *lbd_writer_text(LbdWriter *writer, Size *len);

extern void lbd_write_object(LbdWriter *writer);
extern void lbd_write_object_end(LbdWriter *writer);
extern void lbd_write_array(LbdWriter *writer);
extern void lbd_write_array_end(LbdWriter *writer);

extern void lbd_write_key(LbdWriter *writer, const char *key, int len);
extern void lbd_write_data_key(LbdWriter *writer, const char *key, int len);
extern void lbd_write_escaped_key(LbdWriter *writer, const char *escaped,
								  int len, const char *suffix, int suffix_len);
extern char *lbd_writer_escape(LbdWriter *writer, const char *string, int len,
							   MemoryContext context, int *escaped_len);

extern void lbd_write_string(LbdWriter *writer, const char *string, int len);
extern void lbd_write_number(LbdWriter *writer, const char *text, int len);
extern void lbd_write_integer(LbdWriter *writer, int64 value);
extern void lbd_write_boolean(LbdWriter *writer, bool value);
extern void lbd_write_null(LbdWriter *writer);
extern void lbd_write_item(LbdWriter *writer, const LbdItem *item);

/* A key that is written in the source, and a string that may be NULL. */
#define lbd_write_name(writer, name) \
	lbd_write_key(writer, name, sizeof(name) - 1)
extern void lbd_write_cstring(LbdWriter *writer, const char *string);

#endif							/* LBD_WRITER_H */
