/*-------------------------------------------------------------------------
 *
 * path_count.h
 *	  Counting JSON by its paths: what readers and writers call.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_PATH_COUNT_H
#define LBD_PATH_COUNT_H

#include "json/path_fold.h"
#include "json/path_nodes.h"

extern LbdPath *lbd_stats_member(LbdPathStats *stats, LbdPath *parent,
								 const char *key, int key_len);
extern LbdPath *lbd_stats_stored_member(LbdPathStats *stats, LbdPath *object,
										const char *key, int key_len);
extern LbdPath *lbd_stats_child(LbdPathStats *stats, LbdPath *parent,
								LbdPathKind kind);
extern void lbd_stats_merge(LbdPathStats *stats, const LbdPathStats *other);
extern void lbd_stats_attribute(LbdPathStats *stats,
								LbdAttribution *attribution);

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
 * A document, or else a value of a column, begins at the root.
 */
static inline void
lbd_stats_document(LbdPathStats *stats, LbdPath *root)
{
	stats->document++;
	root->documents++;
}

/*
 * Counts a path that the document has: once, however often it has it.
 */
static inline void
lbd_stats_in_document(const LbdPathStats *stats, LbdPath *path)
{
	if (path->last_document != stats->document)
	{
		path->last_document = stats->document;
		path->documents++;
	}
}

/*
 * Counts a size, or a length, of any JSON.
 */
static inline void
lbd_stats_spread(LbdPathStats *stats, LbdHistogram *histogram, int64 size)
{
	uint32		number = Min(size, (int64) PG_UINT32_MAX);

	if (!stats->any)
		return;
	if (unlikely(!lbd_histogram_spans(histogram, number)))
		lbd_stats_extend(stats, histogram, number);
	lbd_histogram_add(histogram, number);
}

/*
 * Counts the bytes of a value's text.  Of a container it is done before it is
 * closed, when the path may go.
 */
static inline void
lbd_stats_size(LbdPathStats *stats, LbdPath *path, int64 size)
{
	lbd_stats_spread(stats, &path->sizes, size);
}

/*
 * Counts an array, before it is closed, with the number of its elements.
 */
static inline void
lbd_stats_array(LbdPathStats *stats, LbdPath *path, int64 nelements)
{
	if (stats->any)
		lbd_stats_spread(stats, path->lengths ? path->lengths :
						 lbd_stats_make_lengths(stats, path), nelements);
}

/*
 * A container at a path is being read from here to lbd_stats_close: the path
 * can be counted on even if memory is saved meanwhile.
 */
static inline void
lbd_stats_open(LbdPathStats *stats, LbdPath *path)
{
	path->open++;
	if (unlikely(stats->full))
		lbd_stats_save_memory(stats);
}

static inline void
lbd_stats_close(LbdPathStats *stats, LbdPath *path)
{
	if (unlikely((path->keys_known & LBD_KEYS_MANY) != 0))
		lbd_stats_object_ends(stats, path);
	path->open--;
	if (unlikely(path->moved != NULL))
		lbd_stats_close_moved(stats, path);
}

/*
 * Begins an object at a path, up to lbd_stats_end: its members come next, by
 * lbd_stats_next().
 */
static inline void
lbd_stats_begin(LbdPathStats *stats, LbdPath *object)
{
	object->latest = NULL;
	object->objects++;
	object->here = 0;
	lbd_stats_open(stats, object);
}

static inline void
lbd_stats_end(LbdPathStats *stats, LbdPath *object)
{
	if (unlikely(object->here > LBD_OTHER_KEYS) && stats->any)
		lbd_stats_object_ends(stats, object);
	lbd_stats_close(stats, object);
}

static inline bool
lbd_stats_is_member(const LbdPath *path, const char *key, int key_len)
{
	return path && path->kind == LBD_PATH_MEMBER && path->key_len == key_len &&
		memcmp(path->key, key, key_len) == 0;
}

/*
 * Counts an object that has a member: once, however often the key comes.  How
 * many keys it has here does not depend on which of them are members.
 */
static inline void
lbd_stats_has(const LbdPathStats *stats, LbdPath *object, LbdPath *member)
{
	object->here += member->look != LBD_KEY_DATA;
	if (member->last_object != object->objects)
	{
		member->last_object = object->objects;
		member->having++;
		lbd_stats_in_document(stats, member);
	}
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
			if (path->kind != LBD_PATH_MEMBER || path->parent != object)
				return path;
			/* Members may have become others: the latest may be gone. */
			if (object->latest)
				object->latest->follow = path;
		}
	}
	lbd_stats_has(stats, object, path);
	object->latest = path;
	return path;
}

/*
 * Counts a scalar, but null, by its hash.  The usual one is the majority
 * vote of Boyer and Moore: a value that more than half of all have leads at
 * the end.  It is counted from when it took the lead: no more than it has.
 */
static inline void
lbd_stats_value(LbdPathStats *stats, LbdPath *path, uint64 hash)
{
	LbdUsualValue *usual = path->usual;

	if (usual && hash == usual->hash)
	{
		usual->lead++;
		usual->count++;
	}
	else if (usual && --usual->lead < 0)
	{
		usual->hash = hash;
		usual->lead = usual->count = 1;
	}
	hash += hash == 0;
	if (!lbd_distinct_again(&path->distinct, hash))
		lbd_stats_insert(stats, path, hash);
}

#endif							/* LBD_PATH_COUNT_H */
