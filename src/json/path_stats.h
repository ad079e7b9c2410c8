/*-------------------------------------------------------------------------
 *
 * path_stats.h
 *	  How much each path of a JSON document takes.
 *
 * A node is a path.  It holds what belongs to it alone; what is below it
 * is added up by lbd_stats_sum() when all has been written.
 *
 * Of any JSON (lbd_stats_create_any) it is not known which keys are names and
 * which are data.  While it is read, keys are kept, as far as caps and bounds
 * let them; which of them become one path is decided when rows are made:
 * path_fold.c.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_PATH_STATS_H
#define LBD_PATH_STATS_H

#include "lib/stringinfo.h"

#include "json/attribution.h"
#include "json/key_look.h"
#include "util/distinct.h"
#include "util/estimate.h"
#include "util/histogram.h"

/*
 * No count or size of a path, or of a path with all below it, is larger: what
 * would be more is so much, and the stats are not complete.
 */
#define LBD_STATS_MAX_COUNT		(INT64CONST(1) << 48)

/*
 * A key that is longer is known, and shown, by its first bytes and its hash;
 * what is nested deeper is counted on the innermost path that there is.  So
 * the text of a path is bounded, whatever the document.
 */
#define LBD_PATH_KEY_MAX		128
#define LBD_PATH_MAX_DEPTH		100

/* The JSON types that a path has been seen with, as bits. */
#define LBD_TYPE_OBJECT		0x01
#define LBD_TYPE_ARRAY		0x02
#define LBD_TYPE_STRING		0x04
#define LBD_TYPE_NUMBER		0x08
#define LBD_TYPE_BOOLEAN	0x10
#define LBD_TYPE_NULL		0x20
#define LBD_JSON_TYPES		6	/* how many bits these are */
#define LBD_TYPE_SCALAR \
	(LBD_TYPE_STRING | LBD_TYPE_NUMBER | LBD_TYPE_BOOLEAN | LBD_TYPE_NULL)

typedef enum LbdPathKind
{
	LBD_PATH_ROOT,				/* $ */
	LBD_PATH_ELEMENT,			/* [*] */
	LBD_PATH_MEMBER,			/* .key */
	LBD_PATH_DYNAMIC,			/* .*, for dynamic keys */
	LBD_PATH_REST				/* of rows: those below the parent that are
								 * too small to have their own */
} LbdPathKind;

/*
 * Of any JSON, so many keys of an object path that look like data are kept,
 * and so many others.
 */
#define LBD_DATA_KEYS			15
#define LBD_OTHER_KEYS			1000

/* What is known of the keys of objects at a path, as bits. */
#define LBD_KEYS_DATA		0x01	/* many look like data: those are not kept */
#define LBD_KEYS_MANY		0x02	/* many others, too: only those are kept
									 * that all objects have */
#define LBD_KEYS_ALL		0x04	/* one object has too many: none is kept */
#define LBD_KEYS_CLOSED		0x08	/* no other is kept, to save memory */
#define LBD_KEYS_NONE		0x10	/* nothing below is kept, for the same
									 * reason */
#define LBD_KEYS_KNOWN		0x1f	/* all of these */
#define LBD_KEYS_FREE		0x20	/* of a leaderboard's payload: the object
									 * is copied, and its keys can be data */

/* Why the keys of an object path are data. */
typedef enum LbdFoldReason
{
	LBD_FOLD_UNKNOWN,			/* it has not been decided here */
	LBD_FOLD_LOOK,				/* they look like data */
	LBD_FOLD_ALIKE,				/* their values are alike */
	LBD_FOLD_SPARSE,			/* each object has few of them */
	LBD_FOLD_MANY,				/* there are very many, or many in an object */
	LBD_FOLD_MEMORY				/* there is no memory for more */
} LbdFoldReason;

/* Which members of an object path become a part of .*. */
typedef struct LbdMemberFilter
{
	bool		data;			/* those whose keys look like data */
	bool		names;			/* all others */
	int64		least;			/* but for those that so many objects have */
	LbdFoldReason why;			/* they do */
} LbdMemberFilter;

/* The keys that .* stands for. */
typedef struct LbdPathKeys
{
	LbdDistinct data;			/* those that look like data */
	LbdDistinct others;			/* all others */
} LbdPathKeys;

/* The value that more than half of all have, if there is one. */
typedef struct LbdUsualValue
{
	uint64		hash;			/* of the value */
	int64		lead;			/* its occurrences less those of all others */
	int64		count;			/* its occurrences since it led */
} LbdUsualValue;

/* Counts of a path that are estimated from a sample: LBD_SCALED. */
#define LBD_SCALED_COUNTS		12

/* What a sample has at a path. */
typedef struct LbdPathSample
{
	int64		before;			/* own bytes before the present block */
	int64		start[LBD_SCALED_COUNTS];	/* before the present table:
											 * estimates */
	int64		occurrences;	/* before that: counted */
	int64		nulls;			/* the same */
	LbdSumEstimate estimate;	/* of the bytes with all below it */
} LbdPathSample;

typedef struct LbdPath
{
	struct LbdPath *parent;		/* NULL for the root */
	struct LbdPath *first;		/* first child */
	struct LbdPath *last;		/* last child */
	struct LbdPath *next;		/* next child of the parent */
	struct LbdPath *element;	/* the child [*], or NULL */
	struct LbdPath *dynamic;	/* the child .*, or NULL */
	struct LbdPath *follow;		/* member that came after this one last time */
	struct LbdPath *latest;		/* member that the present object has had last */
	struct LbdPath *moved;		/* the path that it has become a part of while
								 * a value at it was being read, or NULL */
	const char *key;			/* of a member: in the server's encoding */
	int			key_len;		/* and its length */
	int			key_text;		/* of a member: length of the key as the
								 * server prints it, with its quotes; 0: not
								 * known */
	int			nmembers;		/* children that are members by key; of a
								 * rest: how many paths it is for */
	int			number;			/* of the path among its stats, from 0, or in
								 * their attribution */
	uint16		depth;			/* 0 for the root */
	uint8		kind;			/* LbdPathKind: how it is reached from the
								 * parent */
	uint8		types;			/* LBD_TYPE_ bits */
	uint8		keys_known;		/* LBD_KEYS_ bits */
	uint8		look:2;			/* of a member: LbdKeyLook of its key */
	uint8		why:3;			/* of .*: LbdFoldReason, once it is decided */
	uint16		ndata;			/* members by key that look like data: there
								 * is no memory for more paths than that */
	int			here;			/* members of the present object that do not,
								 * each as often as it comes */
	int			open;			/* values at it that are being read */
	int64		occurrences;	/* values at this path */
	int64		nulls;			/* how many of them are null */
	int64		key_bytes;		/* keys with their quotes */
	int64		value_bytes;	/* scalars' text */
	int64		syntax_bytes;	/* colons, own brackets, own separators */
	int64		bytes;			/* all of these and of all below; see above */
	int64		jsonb_own;		/* of jsonb, without values' 4 header bytes */
	int64		jsonb_bytes;	/* the same, with all below; see above */
	int64		stored_own;		/* as stored, in LBD_STORED_UNITs of a byte */
	int64		stored;			/* the same, with all below; see above */
	int64		objects;		/* values at this path that are objects */
	int64		arrays;			/* that are arrays */
	int64		numbers;		/* that are numbers */
	int64		booleans;		/* that are booleans; all others are strings */
	int64		having;			/* of a member: the parent's objects that have
								 * it */
	int64		last_object;	/* the last one of them, by its number */
	int64		documents;		/* that have it; not known of .* and below it */
	int64		last_document;	/* the last one of them, by its number */
	LbdPathKeys *keys;			/* of .*: keys that it stands for, or NULL */
	struct LbdWaste *waste;		/* NULL where it is not counted */
	LbdPathSample *sample;		/* NULL where there are no blocks */
	LbdUsualValue *usual;		/* NULL where it is not looked for */
	LbdDistinct distinct;		/* scalars but null */
	LbdHistogram sizes;			/* bytes of the text of a value, of any JSON */
	LbdHistogram *lengths;		/* elements of an array, of any JSON, or NULL */
} LbdPath;

typedef struct LbdPathStats
{
	MemoryContext context;		/* holds all of it */
	MemoryContext nodes;		/* holds the nodes */
	LbdPath    *root;			/* $ */
	struct lbdchild_hash *children; /* members by parent and key */
	uint64		seed;			/* of the hashes of keys */
	int64		document;		/* number of the one that is being read */
	int			nnodes;			/* nodes in all */
	int64		size;			/* what they take, with their keys and values */
	bool		any;			/* of any JSON: keys can be data; of a
								 * leaderboard's payload those of objects that
								 * are copied */
	bool		column;			/* of a column: what is stored is a part of
								 * them, and values need not be JSON */
	bool		full;			/* the size is beyond its bound */
	bool		unbounded;		/* it may be, for the moment */
	bool		decided;		/* which keys are data has been decided */
	LbdAttribution *attribution;	/* of the text to paths, or NULL */
	bool		count_waste;	/* paths have a waste */
	bool		count_usual;	/* and a usual value */
	bool		grouped;		/* a sample of them is of several tables */
	bool		complete;		/* no bound has changed anything */
} LbdPathStats;

extern LbdPathStats *lbd_stats_create(MemoryContext context);
extern LbdPathStats *lbd_stats_create_any(MemoryContext context);
extern LbdPathStats *lbd_stats_create_known(MemoryContext context,
											const LbdPathStats *known);
extern void lbd_stats_fold_members(LbdPathStats *stats, LbdPath *object,
								   const LbdMemberFilter *filter);
extern void lbd_stats_apply_caps(LbdPathStats *stats, LbdPath *object);
extern void lbd_stats_cut(LbdPathStats *stats, LbdPath *path);
extern LbdPath *lbd_stats_dynamic(LbdPathStats *stats, LbdPath *object);
extern void lbd_stats_forget(LbdPathStats *stats, LbdPath *path);
extern void lbd_stats_make_keys(LbdPathStats *stats, LbdPath *dynamic);
extern void lbd_stats_count_key(LbdPathStats *stats, LbdPath *dynamic,
								const char *key, int key_len, LbdKeyLook look);
extern void lbd_stats_count_member(LbdPathStats *stats, LbdPath *dynamic,
								   const LbdPath *member);
extern void lbd_stats_extend(LbdPathStats *stats, LbdHistogram *histogram,
							 uint32 number);
extern LbdHistogram *lbd_stats_make_lengths(LbdPathStats *stats,
											LbdPath *path);
extern void lbd_stats_add_counts(LbdPath *path, const LbdPath *other);
extern bool lbd_stats_in_range(const LbdPath *path);
extern void lbd_stats_insert(LbdPathStats *stats, LbdPath *path, uint64 hash);
extern int64 lbd_stats_sum(LbdPathStats *tree);
extern int64 lbd_stats_distinct(const LbdPath *node);
extern void lbd_stats_type_counts(const LbdPath *path, int64 *counts);
extern bool lbd_stats_is_pooled(const LbdPath *path);
extern int64 lbd_stats_compressed(const LbdPath *path, const int64 *own);

/*
 * The bytes of a path alone.
 */
static inline int64
lbd_stats_own(const LbdPath *path)
{
	return path->key_bytes + path->value_bytes + path->syntax_bytes;
}

/*
 * Whether values at a path are of several types.
 */
static inline bool
lbd_stats_mixed(const LbdPath *path)
{
	return (path->types & (path->types - 1)) != 0;
}

/* What stats of any JSON may take. */
#define LBD_STATS_BOUND		(14 * 1024 * 1024)

/*
 * Accounts for memory that has been allocated, or freed.
 */
static inline void
lbd_stats_grow(LbdPathStats *stats, int64 size)
{
	stats->size += size;
	stats->full = stats->size > LBD_STATS_BOUND && stats->any &&
		!stats->unbounded;
}

#endif							/* LBD_PATH_STATS_H */
