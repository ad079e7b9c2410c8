/*-------------------------------------------------------------------------
 *
 * path_nodes.h
 *	  The nodes of path stats: for those who count, merge and fold them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_PATH_NODES_H
#define LBD_PATH_NODES_H

#include "common/int.h"

#include "json/path_stats.h"

/* Distinct values of any JSON that are counted exactly: every path can have as
 * many; and registers for more of them, as a power of two. */
#define LBD_EXACT_ANY			50
#define LBD_REGISTER_BITS_ANY	10

extern LbdPath *lbd_node_add(LbdPathStats *stats, LbdPath *parent,
							 LbdPathKind kind, const char *key, int key_len);
extern LbdPath *lbd_node_member(LbdPathStats *stats, LbdPath *object,
								const char *key, int key_len,
								LbdKeyLook look);
extern void lbd_node_link(LbdPath *parent, LbdPath *node);
extern LbdPath *lbd_node_find(const LbdPathStats *stats, LbdPath *object,
							  const char *key, int key_len);
extern void lbd_node_enter(LbdPathStats *stats, LbdPath *member);
extern void lbd_node_leave(LbdPathStats *stats, LbdPath *member);
extern void lbd_node_free_keys(LbdPathStats *stats, LbdPath *path);
extern void lbd_node_free(LbdPathStats *stats, LbdPath *path);
extern void lbd_stats_close_moved(LbdPathStats *stats, LbdPath *path);
extern void lbd_stats_object_ends(LbdPathStats *stats, LbdPath *object);
extern void lbd_stats_merge_path(LbdPathStats *stats, LbdPath *path,
								 const LbdPath *other);
extern void lbd_stats_drop(LbdPathStats *stats, LbdPath *object, bool data,
						   int64 least);

/*
 * The sum of two counts, as far as there are such counts.
 */
static inline int64
lbd_counts_sum(int64 a, int64 b)
{
	int64		sum;

	if (pg_add_s64_overflow(a, b, &sum))
		return LBD_STATS_MAX_COUNT;
	return Min(sum, LBD_STATS_MAX_COUNT);
}

#endif							/* LBD_PATH_NODES_H */
