/*-------------------------------------------------------------------------
 *
 * path_stats.h
 *	  What every path of a JSON document weighs.
 *
 * A node is a path.  It holds what belongs to it alone; what is below it
 * is added up by lbd_stats_sum() when all has been written.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_PATH_STATS_H
#define LBD_PATH_STATS_H

#include "lib/stringinfo.h"

#include "json/attribution.h"
#include "util/distinct.h"

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
#define LBD_TYPE_SCALAR \
	(LBD_TYPE_STRING | LBD_TYPE_NUMBER | LBD_TYPE_BOOLEAN | LBD_TYPE_NULL)

typedef enum LbdPathKind
{
	LBD_PATH_ROOT,				/* $ */
	LBD_PATH_ELEMENT,			/* [*] */
	LBD_PATH_MEMBER,			/* .key */
	LBD_PATH_DYNAMIC,			/* .*, where keys are data */
	LBD_PATH_REST				/* of rows: those below the parent that are
								 * too small to have their own */
} LbdPathKind;

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
	int			nmembers;		/* children that are members by key; of a
								 * rest: how many paths it is for */
	LbdPathKind kind;			/* how it is reached from the parent */
	int			key_len;		/* of a member: its key, in the server's */
	const char *key;			/* encoding */
	int			key_text;		/* of a member: length of the key as the
								 * server prints it, with its quotes; 0: not
								 * known */
	int			number;			/* of the path among its stats, from 0, or in
								 * their attribution */
	int			depth;			/* 0 for the root */
	uint32		types;			/* LBD_TYPE_ bits */
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
	int64		sampled;		/* own bytes before the present block */
	double		squares;		/* sum of squares of blocks' bytes */
	struct LbdWaste *waste;		/* NULL where it is not counted */
	LbdDistinct distinct;		/* scalars but null */
	uint64		common;			/* hash of what may be the most common one */
	int64		common_lead;	/* its occurrences less those of all others */
	int64		common_count;	/* its occurrences since it led */
} LbdPath;

typedef struct LbdPathStats
{
	MemoryContext context;		/* holds all nodes */
	LbdPath    *root;			/* $ */
	struct lbdchild_hash *children; /* members by parent and key */
	uint64		seed;			/* of the hashes of keys */
	int			nnodes;			/* nodes in all */
	int			fold;			/* members of an object that are kept by their
								 * keys, 0: as many as there are */
	int			max_nodes;		/* beyond these, members are folded */
	LbdAttribution *attribution;	/* of the text to paths, or NULL */
	bool		count_waste;	/* paths have a waste */
	bool		complete;		/* no bound has changed anything */
} LbdPathStats;

extern LbdPathStats *lbd_stats_create(MemoryContext context);
extern LbdPath *lbd_stats_member(LbdPathStats *tree, LbdPath *parent,
								 const char *key, int key_len);
extern LbdPath *lbd_stats_child(LbdPathStats *tree, LbdPath *parent, LbdPathKind step);
extern LbdPathStats *lbd_stats_create_any(MemoryContext context);
extern void lbd_stats_merge(LbdPathStats *stats, const LbdPathStats *other);
extern void lbd_stats_add_counts(LbdPath *path, const LbdPath *other);
extern bool lbd_stats_in_range(const LbdPath *path);
extern int64 lbd_stats_end_block(LbdPathStats *stats);
extern int64 lbd_stats_sum(LbdPathStats *tree);
extern int64 lbd_stats_distinct(const LbdPath *node);
extern void lbd_stats_attribute(LbdPathStats *stats,
								LbdAttribution *attribution);
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
 * Tells whose the next bytes of the text are, where that is asked for.
 */
static inline void
lbd_stats_text(const LbdPathStats *stats, const LbdPath *path, int64 len)
{
	LbdAttribution *attribution = stats->attribution;

	if (unlikely(attribution != NULL))
		lbd_attribution_add(attribution, path->number, attribution->end + len);
}

/*
 * Begins an object at a path: its members come next, by lbd_stats_next().
 */
static inline void
lbd_stats_begin(LbdPath *object)
{
	object->latest = NULL;
}

static inline bool
lbd_stats_is_member(const LbdPath *path, const char *key, int key_len)
{
	return path && path->kind == LBD_PATH_MEMBER && path->key_len == key_len &&
		memcmp(path->key, key, key_len) == 0;
}

/*
 * Returns the path of the next member of an object, as lbd_stats_member does.
 * Most objects at a path have the same members in the same order, with one or
 * the other missing: then nothing is hashed.
 */
static inline LbdPath *
lbd_stats_next(LbdPathStats *stats, LbdPath *object, const char *key,
			   int key_len)
{
	LbdPath    *latest = object->latest;
	LbdPath    *path = latest ? latest->follow : object->first;

	if (!lbd_stats_is_member(path, key, key_len))
	{
		path = path ? path->follow : NULL;
		if (!lbd_stats_is_member(path, key, key_len))
		{
			path = lbd_stats_member(stats, object, key, key_len);
			/* Where members have been folded, the latest is gone. */
			if (path->kind != LBD_PATH_MEMBER || path == object)
				return path;
			if (latest)
				latest->follow = path;
		}
	}
	object->latest = path;
	return path;
}

/*
 * Counts a scalar, but null, by its hash.  The one that leads is the majority
 * vote of Boyer and Moore: a value that more than half of all have leads at
 * the end.  It is counted from when it took the lead: no more than it has.
 */
static inline void
lbd_stats_value(LbdPathStats *tree, LbdPath *node, uint64 hash)
{
	if (hash == node->common)
	{
		node->common_lead++;
		node->common_count++;
	}
	else if (--node->common_lead < 0)
	{
		node->common = hash;
		node->common_lead = node->common_count = 1;
	}
	lbd_distinct_add(&node->distinct, hash, tree->context);
}

#endif							/* LBD_PATH_STATS_H */
