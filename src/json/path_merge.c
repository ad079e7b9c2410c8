/*-------------------------------------------------------------------------
 *
 * path_merge.c
 *	  Path stats that become one: paths of others, and of the same.
 *
 * What comes out does not depend on the order in which stats are merged, as
 * long as they are complete: counts are added, counters united, and the caps
 * on keys applied to the sums.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "json/path_nodes.h"
#include "json/path_sample.h"
#include "json/waste.h"

static void move_node(LbdPathStats *stats, LbdPath *path, LbdPath *into);
static void adopt(LbdPathStats *stats, LbdPath *parent, LbdPath *child);
static void retire(LbdPathStats *stats, LbdPath *path, LbdPath *into);
static LbdPath *child_like(LbdPathStats *stats, LbdPath *path,
						   const LbdPath *child);
static void merge_usual(LbdUsualValue *usual, const LbdUsualValue *other);
static void merge_own(LbdPathStats *stats, LbdPath *path,
					  const LbdPath *other);
static void merge_keys(LbdPathStats *stats, LbdPath *path,
					   const LbdPathKeys *keys);
static void merge_distinct(LbdPathStats *stats, LbdDistinct *distinct,
						   const LbdDistinct *other);
static void merge_histogram(LbdPathStats *stats, LbdHistogram *histogram,
							const LbdHistogram *other);

/*
 * Makes some of the members of an object path a part of .*.
 */
void
lbd_stats_fold_members(LbdPathStats *stats, LbdPath *object,
					   const LbdMemberFilter *filter)
{
	LbdPath    *dynamic = lbd_stats_dynamic(stats, object);
	LbdPath    *child = object->first;

	object->first = object->last = object->latest = NULL;
	object->nmembers = object->ndata = 0;
	while (child)
	{
		LbdPath    *next = child->next;
		bool		data = child->look == LBD_KEY_DATA;

		CHECK_FOR_INTERRUPTS();
		child->follow = NULL;
		if (child->kind == LBD_PATH_MEMBER && child->having < filter->least &&
			(data ? filter->data : filter->names))
		{
			lbd_stats_count_member(stats, dynamic, child);
			lbd_node_leave(stats, child);
			move_node(stats, child, dynamic);
		}
		else
		{
			lbd_node_link(object, child);
			object->ndata += child->kind == LBD_PATH_MEMBER && data;
		}
		child = next;
	}
	lbd_stats_apply_caps(stats, dynamic);
}

/*
 * Makes a node that is in no list a part of another one, with all below it.
 */
static void
move_node(LbdPathStats *stats, LbdPath *path, LbdPath *into)
{
	LbdPath    *child = path->first;

	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	if (stats->attribution)
		lbd_attribution_merge(stats->attribution, path->number, into->number);
	merge_own(stats, into, path);
	path->first = path->last = NULL;
	while (child)
	{
		LbdPath    *next = child->next;
		LbdPath    *like = child_like(stats, into, child);

		if (child->kind == LBD_PATH_MEMBER)
			lbd_node_leave(stats, child);
		child->follow = NULL;
		if (like)
		{
			move_node(stats, child, like);
			lbd_stats_apply_caps(stats, like);
		}
		else
			adopt(stats, into, child);
		child = next;
	}
	retire(stats, path, into);
}

/*
 * Gives a node that is in no list another parent, at the same depth.
 */
static void
adopt(LbdPathStats *stats, LbdPath *parent, LbdPath *child)
{
	lbd_node_link(parent, child);
	if (child->kind != LBD_PATH_MEMBER)
		return;
	parent->ndata += child->look == LBD_KEY_DATA;
	lbd_node_enter(stats, child);
}

/*
 * Ends a node that has become a part of another one.  What is still being read
 * at it is counted there until it is closed.
 */
static void
retire(LbdPathStats *stats, LbdPath *path, LbdPath *into)
{
	if (path->open == 0)
	{
		lbd_node_free(stats, path);
		return;
	}
	into->latest = NULL;
	into->here = path->here;
	into->open++;
	path->moved = into;
	path->latest = NULL;
	path->element = path->dynamic = NULL;
	path->nmembers = path->ndata = 0;
	path->keys_known = 0;
	lbd_node_free_keys(stats, path);
	lbd_stats_forget(stats, path);
}

/*
 * Closes a path that has become a part of another one.
 */
void
lbd_stats_close_moved(LbdPathStats *stats, LbdPath *path)
{
	LbdPath    *into = path->moved;
	LbdPath    *last = into;

	if (path->open > 0)
		return;
	while (last->moved)
		last = last->moved;
	merge_own(stats, last, path);
	lbd_node_free(stats, path);
	if ((last->keys_known & LBD_KEYS_MANY) != 0)
		lbd_stats_object_ends(stats, last);
	into->open--;
	if (into->moved)
		lbd_stats_close_moved(stats, into);
}

/*
 * Adds a path of other stats, with all below it.
 */
void
lbd_stats_merge_path(LbdPathStats *stats, LbdPath *path, const LbdPath *other)
{
	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	merge_own(stats, path, other);
	path->documents = lbd_counts_sum(path->documents, other->documents);
	for (const LbdPath *child = other->first; child; child = child->next)
	{
		LbdPath    *like = child_like(stats, path, child);

		if (like == NULL)
			like = child->kind == LBD_PATH_MEMBER ?
				lbd_node_member(stats, path, child->key, child->key_len,
								child->look) :
				lbd_node_add(stats, path, child->kind, NULL, 0);
		lbd_stats_merge_path(stats, like, child);
	}
	lbd_stats_apply_caps(stats, path);
}

/*
 * The child of a path that another one's child is merged into, NULL where
 * there is none yet.
 */
static LbdPath *
child_like(LbdPathStats *stats, LbdPath *path, const LbdPath *child)
{
	LbdPath    *member;

	if (child->kind != LBD_PATH_MEMBER)
		return child->kind == LBD_PATH_ELEMENT ? path->element : path->dynamic;
	member = lbd_node_find(stats, path, child->key, child->key_len);
	if (member)
		return member;
	if ((path->keys_known & LBD_KEYS_CLOSED) == 0 &&
		((path->keys_known & LBD_KEYS_DATA) == 0 || child->look != LBD_KEY_DATA))
		return NULL;
	path = lbd_stats_dynamic(stats, path);
	lbd_stats_count_member(stats, path, child);
	return path;
}

/*
 * Applies the caps on keys after a merge: what is kept is what would have
 * been kept if the values had come one after the other.
 */
void
lbd_stats_apply_caps(LbdPathStats *stats, LbdPath *object)
{
	if ((object->keys_known & LBD_KEYS_NONE) != 0)
	{
		lbd_stats_cut(stats, object);
		return;
	}
	if (object->ndata > LBD_DATA_KEYS)
		object->keys_known |= LBD_KEYS_DATA;
	if (object->nmembers - object->ndata > LBD_OTHER_KEYS)
		object->keys_known |= LBD_KEYS_MANY;
	if ((object->keys_known & LBD_KEYS_DATA) != 0)
		lbd_stats_drop(stats, object, true, PG_INT64_MAX);
	if ((object->keys_known & LBD_KEYS_ALL) != 0)
		lbd_stats_drop(stats, object, false, PG_INT64_MAX);
	else if ((object->keys_known & LBD_KEYS_MANY) != 0)
		lbd_stats_drop(stats, object, false, object->open > 0 ?
					   object->objects - 1 : object->objects);
}

/*
 * Counts on a path all that is below it, from now on as well.
 */
void
lbd_stats_cut(LbdPathStats *stats, LbdPath *path)
{
	LbdPath    *child = path->first;

	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	path->keys_known |= LBD_KEYS_NONE;
	path->first = path->last = path->latest = NULL;
	path->element = path->dynamic = NULL;
	path->nmembers = path->ndata = 0;
	while (child)
	{
		LbdPath    *next = child->next;

		lbd_stats_cut(stats, child);
		if (child->kind == LBD_PATH_MEMBER)
			lbd_node_leave(stats, child);
		if (stats->attribution)
			lbd_attribution_merge(stats->attribution, child->number,
								  path->number);
		/* These are of a member, and of keys, that there are no longer. */
		child->having = 0;
		lbd_node_free_keys(stats, child);
		merge_own(stats, path, child);
		retire(stats, child, path);
		child = next;
	}
}

/*
 * Adds what another path alone has been counted.
 */
static void
merge_own(LbdPathStats *stats, LbdPath *path, const LbdPath *other)
{
	if (other->sample)
		lbd_sample_of(stats, path);
	lbd_stats_add_counts(path, other);
	stats->complete = stats->complete && lbd_stats_in_range(path);
	if (path->kind == LBD_PATH_MEMBER)
		path->having = lbd_counts_sum(path->having, other->having);
	path->keys_known |= other->keys_known;
	merge_distinct(stats, &path->distinct, &other->distinct);
	merge_histogram(stats, &path->sizes, &other->sizes);
	if (other->lengths)
		merge_histogram(stats, lbd_stats_make_lengths(stats, path),
						other->lengths);
	if (other->keys)
		merge_keys(stats, path, other->keys);
}

static void
merge_keys(LbdPathStats *stats, LbdPath *path, const LbdPathKeys *keys)
{
	lbd_stats_make_keys(stats, path);
	merge_distinct(stats, &path->keys->data, &keys->data);
	merge_distinct(stats, &path->keys->others, &keys->others);
}

static void
merge_distinct(LbdPathStats *stats, LbdDistinct *distinct,
			   const LbdDistinct *other)
{
	Size		size = lbd_distinct_size(distinct);

	lbd_distinct_merge(distinct, other, stats->context);
	lbd_stats_grow(stats, lbd_distinct_size(distinct) - size);
}

static void
merge_histogram(LbdPathStats *stats, LbdHistogram *histogram,
				const LbdHistogram *other)
{
	Size		size = lbd_histogram_size(histogram);

	lbd_histogram_merge(histogram, other, stats->context);
	lbd_stats_grow(stats, lbd_histogram_size(histogram) - size);
}

/*
 * Adds what another path has been counted, without what is below it.
 */
void
lbd_stats_add_counts(LbdPath *path, const LbdPath *other)
{
	path->types |= other->types;
	path->occurrences = lbd_counts_sum(path->occurrences, other->occurrences);
	path->nulls = lbd_counts_sum(path->nulls, other->nulls);
	path->objects = lbd_counts_sum(path->objects, other->objects);
	path->arrays = lbd_counts_sum(path->arrays, other->arrays);
	path->numbers = lbd_counts_sum(path->numbers, other->numbers);
	path->booleans = lbd_counts_sum(path->booleans, other->booleans);
	path->key_bytes = lbd_counts_sum(path->key_bytes, other->key_bytes);
	path->value_bytes = lbd_counts_sum(path->value_bytes, other->value_bytes);
	path->syntax_bytes = lbd_counts_sum(path->syntax_bytes,
										other->syntax_bytes);
	path->jsonb_own = lbd_counts_sum(path->jsonb_own, other->jsonb_own);
	path->stored_own = lbd_counts_sum(path->stored_own, other->stored_own);
	if (path->sample && other->sample)
		lbd_sample_merge(path->sample, other->sample);
	if (path->waste && other->waste)
		lbd_waste_merge(path->waste, other->waste);
	if (path->usual && other->usual)
		merge_usual(path->usual, other->usual);
}

/*
 * The value that leads in both, or else the one that leads by more: one that
 * more than half of all have is found, and counted no more often than it is.
 */
static void
merge_usual(LbdUsualValue *usual, const LbdUsualValue *other)
{
	int64		lead = usual->lead;

	if (usual->hash == other->hash)
	{
		usual->lead += other->lead;
		usual->count += other->count;
	}
	else if (lead >= other->lead)
		usual->lead -= other->lead;
	else
	{
		*usual = *other;
		usual->lead -= lead;
	}
}

/*
 * Whether all counts of a path are what has been counted.
 */
bool
lbd_stats_in_range(const LbdPath *path)
{
	return path->occurrences < LBD_STATS_MAX_COUNT &&
		path->nulls < LBD_STATS_MAX_COUNT &&
		path->key_bytes < LBD_STATS_MAX_COUNT &&
		path->value_bytes < LBD_STATS_MAX_COUNT &&
		path->syntax_bytes < LBD_STATS_MAX_COUNT &&
		path->jsonb_own < LBD_STATS_MAX_COUNT &&
		path->stored_own < LBD_STATS_MAX_COUNT;
}

/*
 * Forgets what has been counted of a path alone.
 */
void
lbd_stats_forget(LbdPathStats *stats, LbdPath *path)
{
	path->types = 0;
	path->occurrences = path->nulls = path->objects = path->having = 0;
	path->arrays = path->numbers = path->booleans = path->documents = 0;
	path->last_object = path->last_document = 0;
	path->key_bytes = path->value_bytes = path->syntax_bytes = 0;
	path->jsonb_own = path->stored_own = 0;
	if (path->waste)
		memset(path->waste, 0, sizeof(LbdWaste));
	if (path->sample)
		lbd_sample_reset(path->sample);
	lbd_stats_grow(stats, -(int64) (lbd_distinct_size(&path->distinct) +
									lbd_histogram_size(&path->sizes)));
	lbd_histogram_free(&path->sizes);
	if (path->lengths)
	{
		lbd_stats_grow(stats, -(int64) lbd_histogram_size(path->lengths));
		lbd_histogram_free(path->lengths);
	}
	lbd_distinct_free(&path->distinct);
	lbd_distinct_init(&path->distinct, LBD_EXACT_ANY, LBD_REGISTER_BITS_ANY);
}

/*
 * Called at the end of an object that has, or whose path has, many keys: those
 * that not all objects have are not kept.
 */
void
lbd_stats_object_ends(LbdPathStats *stats, LbdPath *object)
{
	while (object->moved)
		object = object->moved;
	if (object->here > LBD_OTHER_KEYS)
		object->keys_known |= LBD_KEYS_MANY | LBD_KEYS_ALL;
	lbd_stats_drop(stats, object, false,
				   (object->keys_known & LBD_KEYS_ALL) != 0 ? PG_INT64_MAX :
				   object->objects);
}

/*
 * Makes the members of an object path that look like data, or those that do
 * not, a part of .*, but for those that so many objects have at least.
 */
void
lbd_stats_drop(LbdPathStats *stats, LbdPath *object, bool data, int64 least)
{
	bool		any = false;

	for (LbdPath *child = object->first; child && !any; child = child->next)
		any = child->kind == LBD_PATH_MEMBER && child->having < least &&
			(child->look == LBD_KEY_DATA) == data;
	if (any)
	{
		LbdMemberFilter filter = {.data = data,.names = !data,.least = least};

		lbd_stats_fold_members(stats, object, &filter);
	}
}
