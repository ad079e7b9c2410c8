/*-------------------------------------------------------------------------
 *
 * events.h
 *	  JSON events: what makes a document calls these.
 *
 * An event goes to the writer, or, where the document is written with a
 * change, to the transform in front of it, which writes what is left of it.
 * So there is one writer, what a change would save is measured by the same
 * account of bytes, and a build without a change pays a predictable branch an
 * event and nothing else.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_EVENTS_H
#define LBD_EVENTS_H

#include "json/transform.h"
#include "json/writer.h"

#define LBD_EVENT(writer, put, change) \
	do { \
		if (likely((writer)->transform == NULL)) \
			(put); \
		else \
			(change); \
	} while (0)

/* Opens an object; pairs of a key and a value follow. */
static inline void
lbd_write_object(LbdWriter *writer)
{
	LBD_EVENT(writer, lbd_put_object(writer),
			  lbd_transform_object(writer->transform));
}

/* Opens an object that is copied: its keys can be data. */
static inline void
lbd_write_copied_object(LbdWriter *writer)
{
	lbd_write_object(writer);
	if (likely(writer->transform == NULL))
		writer->frames[writer->depth - 1].node->keys_known |= LBD_KEYS_FREE;
}

/* Closes the object that was opened last. */
static inline void
lbd_write_object_end(LbdWriter *writer)
{
	LBD_EVENT(writer, lbd_put_object_end(writer),
			  lbd_transform_object_end(writer->transform));
}

/* Opens an array; values follow. */
static inline void
lbd_write_array(LbdWriter *writer)
{
	LBD_EVENT(writer, lbd_put_array(writer),
			  lbd_transform_array(writer->transform));
}

/* Closes the array that was opened last. */
static inline void
lbd_write_array_end(LbdWriter *writer)
{
	LBD_EVENT(writer, lbd_put_array_end(writer),
			  lbd_transform_array_end(writer->transform));
}

/* A key of a fixed object, which has a path of its own. */
static inline void
lbd_write_key(LbdWriter *writer, const char *key, int len)
{
	LBD_EVENT(writer, lbd_put_key(writer, key, len),
			  lbd_transform_key(writer->transform, key, len));
}

/* A dynamic key: its path has * in the place of it. */
static inline void
lbd_write_data_key(LbdWriter *writer, const char *key, int len)
{
	LBD_EVENT(writer, lbd_put_data_key(writer, key, len),
			  lbd_transform_data_key(writer->transform, key, len));
}

/*
 * A dynamic key from text that lbd_writer_escape has prepared, with a suffix
 * that needs no escaping in JSON and is padded too.
 */
static inline void
lbd_write_escaped_key(LbdWriter *writer, const char *escaped, int len,
					  const char *suffix, int suffix_len)
{
	LBD_EVENT(writer,
			  lbd_put_escaped_key(writer, escaped, len, suffix, suffix_len),
			  lbd_transform_escaped_key(writer->transform, escaped, len,
										suffix, suffix_len));
}

/* A string of the server's encoding. */
static inline void
lbd_write_string(LbdWriter *writer, const char *string, int len)
{
	LBD_EVENT(writer, lbd_put_string(writer, string, len),
			  lbd_transform_string(writer->transform, string, len));
}

/* A number, as its text in JSON. */
static inline void
lbd_write_number(LbdWriter *writer, const char *text, int len)
{
	LBD_EVENT(writer, lbd_put_number(writer, text, len),
			  lbd_transform_number(writer->transform, text, len));
}

static inline void
lbd_write_boolean(LbdWriter *writer, bool value)
{
	LBD_EVENT(writer, lbd_put_boolean(writer, value),
			  lbd_transform_boolean(writer->transform, value));
}

static inline void
lbd_write_null(LbdWriter *writer)
{
	LBD_EVENT(writer, lbd_put_null(writer),
			  lbd_transform_null(writer->transform));
}

extern void lbd_write_integer(LbdWriter *writer, int64 value);
extern void lbd_write_item(LbdWriter *writer, const LbdItem *item);
extern void lbd_write_cstring(LbdWriter *writer, const char *string);

/* A key that is written in the source. */
#define lbd_write_name(writer, name) \
	lbd_write_key(writer, name, sizeof(name) - 1)

/* Ends a document: what a change adds to it. */
static inline void
lbd_write_end(LbdWriter *writer)
{
	if (writer->transform)
		lbd_transform_end(writer->transform);
}

#endif							/* LBD_EVENTS_H */
