/*-------------------------------------------------------------------------
 *
 * path_sums.c
 *	  Sizes of paths with everything below them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "json/path_nodes.h"
#include "json/path_sample.h"

static void tree_sum(LbdPathStats *stats, LbdPath *path);

/*
 * Fills in bytes, jsonb_bytes and stored everywhere, and returns the root's
 * bytes.
 */
int64
lbd_stats_sum(LbdPathStats *tree)
{
	tree_sum(tree, tree->root);
	return tree->root->bytes;
}

static void
tree_sum(LbdPathStats *stats, LbdPath *path)
{
	check_stack_depth();
	path->bytes = Min(lbd_stats_own(path), LBD_STATS_MAX_COUNT);
	path->jsonb_bytes = path->jsonb_own;
	path->stored = path->stored_own;
	for (LbdPath *child = path->first; child; child = child->next)
	{
		tree_sum(stats, child);
		path->bytes = lbd_counts_sum(path->bytes, child->bytes);
		path->jsonb_bytes = lbd_counts_sum(path->jsonb_bytes,
										   child->jsonb_bytes);
		path->stored = lbd_counts_sum(path->stored, child->stored);
	}
	if (path->bytes >= LBD_STATS_MAX_COUNT || !lbd_stats_in_range(path))
		stats->complete = false;
}

/*
 * The number of distinct values.  An estimate may be higher than what there
 * is: no more than the values that are not null and have been seen.
 */
int64
lbd_stats_distinct(const LbdPath *node)
{
	return Min(lbd_distinct_count(&node->distinct), lbd_sample_values(node));
}

/*
 * How many values are of each type, in the order of the types' bits.  Strings
 * are those of no other type: counts that have reached their limit need not
 * add up.
 */
void
lbd_stats_type_counts(const LbdPath *path, int64 *counts)
{
	int64		others = path->objects + path->arrays + path->numbers +
		path->booleans + path->nulls;

	counts[0] = path->objects;
	counts[1] = path->arrays;
	counts[2] = (path->types & LBD_TYPE_STRING) == 0 ? 0 :
		Max(path->occurrences - others, 0);
	counts[3] = path->numbers;
	counts[4] = path->booleans;
	counts[5] = path->nulls;
}

/*
 * Whether a path is .*, or below it: which documents have it is not known
 * where keys have become one path.
 */
bool
lbd_stats_is_pooled(const LbdPath *path)
{
	for (; path; path = path->parent)
	{
		if (path->kind == LBD_PATH_DYNAMIC || path->kind == LBD_PATH_REST)
			return true;
	}
	return false;
}

/*
 * Adds up the compressed bytes of a path and of all paths below it; own has
 * those of each alone, by the number of the path.
 */
int64
lbd_stats_compressed(const LbdPath *path, const int64 *own)
{
	int64		sum = own[path->number];

	check_stack_depth();
	for (const LbdPath *child = path->first; child; child = child->next)
		sum += lbd_stats_compressed(child, own);
	return sum;
}
