/*-------------------------------------------------------------------------
 *
 * transform.h
 *	  Changes to a document that are made while it is written.
 *
 * A transform is between the events of a document (events.h) and its writer:
 * it gets each event in the writer's place, and puts what is left of it to
 * the writer.  It knows the path that an event has in the document without
 * the change, by path stats of its own.  A change of documents is a function
 * here, called where an event of its kind arrives.
 *
 * Use: fill in what is changed, lbd_transform_begin() once the writer is
 * there, then the events; lbd_write_end() ends both.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_TRANSFORM_H
#define LBD_TRANSFORM_H

#include "json/path_stats.h"
#include "util/string_map.h"

struct LbdWriter;

/* Texts that are sent once, and elsewhere as numbers. */
typedef struct LbdDictionary
{
	LbdStringMap *numbers;		/* from texts to their numbers */
	const char **texts;			/* the texts by their numbers */
	int			ntexts;			/* how many */
	int			capacity;		/* how many there is memory for */
} LbdDictionary;

/* The usual value of a member. */
typedef struct LbdDefault
{
	bool		known;			/* a survey has found it */
	uint64		hash;			/* its hash, and that of its type */
	uint64		common;			/* while it is searched for: what leads */
	int64		lead;			/* its occurrences less those of others */
	int64		values;			/* values of the member */
	const char *text;			/* as it is written, once it was met */
} LbdDefault;

/* A path whose members are changed. */
typedef struct LbdTransformPath
{
	const char *path;			/* as an audit shows it */
	LbdPath    *at;				/* the path, once it was met */
	bool		found;			/* there is what is changed */
	bool		drop;			/* the members are left out, or else */
	LbdDictionary *strings;		/* their strings become numbers, or NULL */
	LbdDictionary *keys;		/* their keys become numbers, or NULL */
	LbdDefault *usual;			/* left out where they have this, or NULL */
} LbdTransformPath;

/* Where a member of an element is in the text of a writer. */
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
	int			capacity;		/* how many there is memory for */
} LbdSpans;

/* A container of the document that is open. */
typedef struct LbdTransformFrame
{
	LbdPath    *path;			/* of the container */
	LbdPath    *member;			/* of its elements, or its next value */
	bool		is_array;		/* elements have no keys */
} LbdTransformFrame;

/* A key that is not written before its value is known. */
typedef struct LbdPendingKey
{
	bool		pending;		/* there is one */
	bool		escaped;		/* as lbd_put_escaped_key has it */
	bool		dynamic;		/* its path has * in the place of it */
	char	   *text;			/* the key, padded */
	int			len;			/* its length */
	int			capacity;		/* of text */
	const char *suffix;			/* of an escaped key */
	int			suffix_len;		/* and its length */
	LbdDictionary *numbers;		/* its number is written, or NULL */
} LbdPendingKey;

typedef struct LbdTransform
{
	LbdTransformPath *paths;	/* whose members are changed */
	int			npaths;			/* how many */
	const LbdPathStats *known;	/* the document's paths, of which it is known
								 * which keys are data, or NULL */
	bool		omit_nulls;		/* members that are null are left out */
	int			round_digits;	/* decimals that numbers keep, or -1 */
	LbdSpans   *spans;			/* members of elements are noted, or NULL */
	bool		survey;			/* usual values are searched for, and nothing
								 * is left out for them */

	/* Set by lbd_transform_begin. */
	struct LbdWriter *writer;	/* gets what is left */
	MemoryContext context;		/* owner of what follows */
	bool		by_value;		/* some paths have strings or usual values */
	bool		envelope;		/* what is sent once is beside the document */
	LbdPathStats *stats;		/* paths of the document without the change;
								 * occurrences are those of objects */
	int		   *marks;			/* by path's number: see transform.c */
	int			nmarks;			/* how many there is memory for */
	LbdTransformFrame *frames;	/* open containers, outermost first */
	int			depth;			/* how many are open */
	int			max_depth;		/* how many there is memory for */
	int			dropped_depth;	/* of the container that is dropped, or 0 */
	bool		drop_value;		/* the value that comes next is dropped */
	bool		by_default;		/* the member that comes next has a default */
	LbdPendingKey key;			/* key that is held back */
} LbdTransform;

extern void lbd_transform_begin(LbdTransform *transform,
								struct LbdWriter *writer);
extern void lbd_transform_end(LbdTransform *transform);
extern void lbd_transform_check(const LbdTransform *transform,
								const char *component);
extern void lbd_transform_survey(LbdTransform *transform);

/* What only transform.c calls: see transform_paths.c. */
extern LbdDictionary *lbd_dictionary_create(void);
extern int	lbd_dictionary_number(LbdDictionary *dictionary, const char *text,
								  int len);
extern void lbd_envelope_begin(LbdTransform *transform);
extern void lbd_envelope_end(LbdTransform *transform);
extern bool lbd_default_met(LbdTransform *transform, LbdTransformPath *path,
							uint32 type, const char *text, int len);

extern void lbd_transform_object(LbdTransform *transform);
extern void lbd_transform_object_end(LbdTransform *transform);
extern void lbd_transform_array(LbdTransform *transform);
extern void lbd_transform_array_end(LbdTransform *transform);
extern void lbd_transform_key(LbdTransform *transform, const char *key,
							  int len);
extern void lbd_transform_data_key(LbdTransform *transform, const char *key,
								   int len);
extern void lbd_transform_escaped_key(LbdTransform *transform,
									  const char *escaped, int len,
									  const char *suffix, int suffix_len);
extern void lbd_transform_string(LbdTransform *transform, const char *string,
								 int len);
extern void lbd_transform_number(LbdTransform *transform, const char *text,
								 int len);
extern void lbd_transform_boolean(LbdTransform *transform, bool value);
extern void lbd_transform_null(LbdTransform *transform);

#endif							/* LBD_TRANSFORM_H */
