/*-------------------------------------------------------------------------
 *
 * path_fold.c
 *	  Which keys of any JSON are names, and which are data.
 *
 * The keys of an object path become .* when they look like data (numbers,
 * dates, versions, ids, paths, codes), when the values are alike (of one type,
 * with members in common) and there are ten or more of them, or when each
 * object has few of them.  Keys that nearly all objects have, and those of
 * values of mixed types, are names.
 *
 * It is decided when rows are made, on the whole of what has been counted,
 * from the root on: what becomes one path is evidence together for what is
 * below it.  Numbers are compared as doubles of whole counts: the same counts
 * decide the same everywhere.
 *
 * Only where the stats take more memory than they may is it decided early;
 * where that is not enough, the members of the smallest paths become one, and
 * then the smallest paths lose what is below them.  Then the stats are not
 * complete.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "miscadmin.h"

#include "json/path_fold.h"

/* With fewer keys than this they are names. */
#define LBD_FEW_KEYS			8

/* Of alike values, so many keys are data; or so many where nearly all objects
 * have nearly all of them. */
#define LBD_ALIKE_KEYS			10
#define LBD_ALIKE_KEYS_FULL		32

/* Codes of two or three letters are some only if there are so many keys. */
#define LBD_CODE_KEYS			30

/* With so many of them, what else half of many objects have is data, too. */
#define LBD_MANY_CODES			3

/* Objects, or else values, that have few of the keys each: at least so many
 * objects, and so many keys where nothing else tells. */
#define LBD_SPARSE_OBJECTS		4
#define LBD_SPARSE_VALUES		8
#define LBD_SPARSE_KEYS			16
#define LBD_SPARSE_KEYS_SURE	100
#define LBD_SPARSE_TIMES		20

/* Keys of a few objects: so many of objects, or of other values, are data. */
#define LBD_MANY_OBJECTS		32
#define LBD_MANY_VALUES			100

/* So many objects tell which keys are in half of them. */
#define LBD_OBJECTS_TELL		8

/* Where memory must be saved: the size of the smallest paths, in bytes, and how
 * fast it grows. */
#define LBD_SMALL_FIRST			64
#define LBD_SMALL_FACTOR		4

#define LBD_NULL_TYPE			5	/* the number of LBD_TYPE_NULL's bit */

/* A member of the values at some keys, and how many of these have it. */
typedef struct LbdInnerMember
{
	const LbdPath *path;		/* one of them: it has the key */
	int64		types[LBD_JSON_TYPES];	/* of them, with a type */
	uint32		hash;			/* of the key */
	char		status;			/* for simplehash */
} LbdInnerMember;

static inline bool
same_key(const LbdPath *a, const LbdPath *b)
{
	return a->key_len == b->key_len && memcmp(a->key, b->key, a->key_len) == 0;
}

static inline bool
is_pair(const LbdPath *path)
{
	return path->key_len == 2 && path->key[0] >= 'a' && path->key[0] <= 'z' &&
		path->key[1] >= 'a' && path->key[1] <= 'z';
}

#define SH_PREFIX lbdinner
#define SH_ELEMENT_TYPE LbdInnerMember
#define SH_KEY_TYPE const LbdPath *
#define SH_KEY path
#define SH_HASH_KEY(tb, key) \
	((uint32) hash_bytes((const unsigned char *) (key)->key, (key)->key_len))
#define SH_EQUAL(tb, a, b) same_key(a, b)
#define SH_STORE_HASH
#define SH_GET_HASH(tb, a) (a)->hash
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/* What the keys of an object path, and the values at them, are like. */
typedef struct LbdEvidence
{
	double		objects;		/* at the path */
	double		keys;			/* different ones */
	double		data;			/* that look like data */
	double		codes;			/* that may be codes */
	double		pairs;			/* of two small letters */
	double		languages;		/* that are codes of languages at that */
	double		times;			/* that objects have them: one each at most */
	double		types[LBD_JSON_TYPES];	/* keys whose values have a type */
	double		typed;			/* keys whose values are not only null */
	double		containers;		/* keys whose values have members */
	double		inner;			/* members of these */
	double		inner_data;		/* whose keys look like data */
	double		squares;		/* of how often members come */
	double		core;			/* how often the most frequent one comes */
	int			type;			/* that most have */
	lbdinner_hash *members;		/* of the values */
} LbdEvidence;

static void look_at_copies(LbdPathStats *stats, LbdPath *path);
static bool decide(LbdPathStats *stats, LbdPath *path);
static void fold_data(LbdPathStats *stats, LbdPath *path,
					  const LbdMemberFilter *filter);
static LbdFoldReason reason_known(const LbdPath *path);
static void clear(LbdPathStats *stats, LbdPath *path);
static bool judge(LbdPath *path, LbdMemberFilter *filter);
static void gather(LbdEvidence *evidence, LbdPath *path);
static void gather_key(LbdEvidence *evidence, const LbdPath *path,
					   double keys);
static void gather_members(LbdEvidence *evidence, const LbdPath *object,
						   double keys);
static const LbdPath *with_members(const LbdPath *path);
static void sum_members(LbdEvidence *evidence);
static bool is_data(const LbdEvidence *evidence, LbdMemberFilter *filter);
static bool is_alike(const LbdEvidence *evidence, double share);
static bool is_sparse(const LbdEvidence *evidence, bool alike);
static void shrink(LbdPathStats *stats, bool cut);
static int64 shrink_smaller(LbdPathStats *stats, LbdPath *path, int64 least,
							bool cut);
static void close_all(LbdPath *path);

/*
 * Makes the members of each object path whose keys are data one path, and
 * returns whether there are such.  The stats are good for rows alone after
 * that, or to count the same once more.
 */
bool
lbd_stats_decide(LbdPathStats *stats)
{
	bool		folded;

	if (stats->decided)
		return false;
	stats->unbounded = stats->decided = true;
	if (!stats->any)
		look_at_copies(stats, stats->root);
	folded = decide(stats, stats->root);
	stats->unbounded = false;
	return folded;
}

/*
 * Does for the objects of a leaderboard's payload that are copied what is done
 * with any JSON while it is read.  They have a key once.
 */
static void
look_at_copies(LbdPathStats *stats, LbdPath *path)
{
	bool		copied = (path->keys_known & LBD_KEYS_FREE) != 0;

	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	for (LbdPath *child = path->first; child; child = child->next)
	{
		if (copied && child->kind == LBD_PATH_MEMBER)
			child->having = child->occurrences;
		look_at_copies(stats, child);
	}
	if (copied)
		lbd_stats_apply_caps(stats, path);
}

static bool
decide(LbdPathStats *stats, LbdPath *path)
{
	LbdMemberFilter filter = {0};
	bool		undecided = stats->any || (path->keys_known & LBD_KEYS_FREE) != 0;
	bool		folded = false;

	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	if (undecided && path->nmembers > 0 && judge(path, &filter))
		fold_data(stats, path, &filter);
	if (undecided && path->dynamic)
	{
		path->dynamic->why = filter.why != LBD_FOLD_UNKNOWN ? filter.why :
			reason_known(path);
		folded = true;
	}
	for (LbdPath *child = path->first; child; child = child->next)
		folded |= decide(stats, child);
	return folded;
}

/*
 * Makes members of an object path a part of .*.  What so many objects have is
 * a name, unless it looks like data.
 */
static void
fold_data(LbdPathStats *stats, LbdPath *path, const LbdMemberFilter *filter)
{
	LbdMemberFilter data = {.data = true,.least = PG_INT64_MAX};
	LbdMemberFilter names = {.names = true,.least = filter->least};

	if (path->ndata > 0)
		lbd_stats_fold_members(stats, path, &data);
	if (filter->names)
		lbd_stats_fold_members(stats, path, &names);
}

/*
 * Why keys have been data from the start.
 */
static LbdFoldReason
reason_known(const LbdPath *path)
{
	bool		capped = (path->keys_known & (LBD_KEYS_DATA | LBD_KEYS_MANY)) != 0;

	if ((path->keys_known & LBD_KEYS_CLOSED) != 0 ||
		((path->keys_known & LBD_KEYS_FREE) != 0 && !capped))
		return LBD_FOLD_MEMORY;
	return (path->keys_known & LBD_KEYS_MANY) != 0 ? LBD_FOLD_MANY :
		LBD_FOLD_LOOK;
}

/*
 * Why keys have become one path, in a word, or NULL.
 */
const char *
lbd_stats_why(const LbdPath *path)
{
	static const char *const words[] = {
		NULL, "look", "alike", "sparse", "many", "memory"
	};

	return words[path->why];
}

/*
 * Forgets all that has been counted, but not by which paths: other keys than
 * those that have been told to be names are counted under .*.
 */
void
lbd_stats_clear(LbdPathStats *stats)
{
	close_all(stats->root);
	clear(stats, stats->root);
}

static void
clear(LbdPathStats *stats, LbdPath *path)
{
	check_stack_depth();
	for (LbdPath *child = path->first; child; child = child->next)
		clear(stats, child);
	lbd_stats_forget(stats, path);
}

/*
 * Whether any members of an object path become a part of .*, and which.
 */
static bool
judge(LbdPath *path, LbdMemberFilter *filter)
{
	LbdEvidence evidence = {0};
	bool		result;

	if (path->nmembers + (path->dynamic ? lbd_stats_keys(path->dynamic) : 0) <
		LBD_FEW_KEYS)
		return false;
	evidence.members = lbdinner_create(CurrentMemoryContext, 64, NULL);
	gather(&evidence, path);
	result = is_data(&evidence, filter);
	lbdinner_destroy(evidence.members);
	return result;
}

/*
 * How many keys .* stands for.
 */
int64
lbd_stats_keys(const LbdPath *path)
{
	return path->keys == NULL ? 0 :
		lbd_distinct_count(&path->keys->data) +
		lbd_distinct_count(&path->keys->others);
}

static void
gather(LbdEvidence *evidence, LbdPath *path)
{
	evidence->objects = path->objects;
	for (const LbdPath *child = path->first; child; child = child->next)
	{
		CHECK_FOR_INTERRUPTS();
		if (child->kind == LBD_PATH_MEMBER)
		{
			evidence->data += child->look == LBD_KEY_DATA;
			evidence->codes += child->look == LBD_KEY_CODE;
			if (is_pair(child))
			{
				evidence->pairs++;
				evidence->languages += child->look == LBD_KEY_DATA;
			}
			evidence->times += child->having;
			gather_key(evidence, child, 1);
		}
		else if (child->kind == LBD_PATH_DYNAMIC && child->keys)
		{
			evidence->data += lbd_distinct_count(&child->keys->data);
			evidence->times += child->occurrences;
			gather_key(evidence, child, lbd_stats_keys(child));
		}
	}
	if (evidence->keys >= LBD_CODE_KEYS)
		evidence->data += evidence->codes;
	/* Every fourth pair of letters is a language, by chance in short names. */
	if (evidence->languages < 0.8 * evidence->pairs)
		evidence->data -= evidence->languages;
	for (int i = 0; i < LBD_NULL_TYPE; i++)
	{
		if (evidence->types[i] > evidence->types[evidence->type])
			evidence->type = i;
	}
	sum_members(evidence);
}

/*
 * Takes what is at a key, or at so many of them.
 */
static void
gather_key(LbdEvidence *evidence, const LbdPath *path, double keys)
{
	const LbdPath *object = with_members(path);

	evidence->keys += keys;
	for (int i = 0; i < LBD_JSON_TYPES; i++)
	{
		if ((path->types & (1 << i)) != 0)
			evidence->types[i] += keys;
	}
	if ((path->types & ~LBD_TYPE_NULL) != 0)
		evidence->typed += keys;
	if (object)
		gather_members(evidence, object, keys);
}

/*
 * The objects at a path, or in arrays there: NULL where none has members.
 */
static const LbdPath *
with_members(const LbdPath *path)
{
	while (path && path->nmembers == 0 && path->dynamic == NULL)
		path = path->element;
	return path;
}

/*
 * Takes the members that the objects at a key have, or at so many of them:
 * then each has a member as often as objects have it.
 */
static void
gather_members(LbdEvidence *evidence, const LbdPath *object, double keys)
{
	evidence->containers += keys;
	for (const LbdPath *member = object->first; member; member = member->next)
	{
		LbdInnerMember *inner;
		int64		times = keys;
		bool		found;

		if (member->kind == LBD_PATH_DYNAMIC && member->keys)
		{
			double		others = lbd_stats_keys(member);

			evidence->inner += others;
			evidence->inner_data += lbd_distinct_count(&member->keys->data);
			evidence->squares += others;
		}
		if (member->kind != LBD_PATH_MEMBER)
			continue;
		if (keys > 1 && object->objects > 0)
			times = (int64) (keys * (double) member->having /
							 (double) object->objects);
		if (times == 0)
			continue;
		if (member->look == LBD_KEY_DATA)
			evidence->inner_data += times;
		inner = lbdinner_insert(evidence->members, member, &found);
		if (!found)
			memset(inner->types, 0, sizeof(inner->types));
		for (int i = 0; i < LBD_JSON_TYPES; i++)
		{
			if ((member->types & (1 << i)) != 0)
				inner->types[i] += times;
		}
	}
}

/*
 * Adds up how often members come, each with its most frequent type.
 */
static void
sum_members(LbdEvidence *evidence)
{
	lbdinner_iterator iterator;
	LbdInnerMember *inner;

	lbdinner_start_iterate(evidence->members, &iterator);
	while ((inner = lbdinner_iterate(evidence->members, &iterator)) != NULL)
	{
		int64		times = 0;

		for (int i = 0; i < LBD_JSON_TYPES; i++)
			times = Max(times, inner->types[i]);
		evidence->inner += times;
		evidence->squares += (double) times * (double) times;
		evidence->core = Max(evidence->core, times);
	}
}

/*
 * Whether keys are data, and which of them.
 */
static bool
is_data(const LbdEvidence *evidence, LbdMemberFilter *filter)
{
	double		keys = evidence->keys;
	double		objects = evidence->objects;
	double		most = evidence->types[evidence->type];
	bool		same = most >= 0.9 * evidence->typed;
	bool		containers = (1 << evidence->type) == LBD_TYPE_OBJECT ||
		(1 << evidence->type) == LBD_TYPE_ARRAY;
	bool		inside = evidence->containers >= 0.45 * keys;
	double		fill = evidence->times / Max(keys * objects, 1);

	filter->data = filter->names = true;
	filter->least = PG_INT64_MAX;
	filter->why = LBD_FOLD_LOOK;
	if (evidence->data >= 0.9 * keys && most >= 0.5 * keys)
	{
		/* As those of rows that have a column for each year. */
		if (objects >= LBD_OBJECTS_TELL && evidence->codes < LBD_MANY_CODES)
			filter->least = (int64) ((objects + 1) / 2);
		return true;
	}
	if (same && containers && inside && is_alike(evidence, 0.5) &&
		keys >= (objects >= LBD_SPARSE_OBJECTS && fill >= 0.9 ?
				 LBD_ALIKE_KEYS_FULL : LBD_ALIKE_KEYS))
	{
		filter->why = LBD_FOLD_ALIKE;
		/* What half of many objects have is a name all the same. */
		if (objects >= LBD_OBJECTS_TELL && fill <= 1.0 / 3)
			filter->least = (int64) ((objects + 1) / 2);
		return true;
	}
	if (evidence->data >= 0.5 * keys && most >= 0.5 * keys)
	{
		filter->names = false;
		return true;
	}
	filter->why = LBD_FOLD_UNKNOWN;
	if (!same)
		return false;
	if (is_sparse(evidence, containers))
	{
		filter->why = LBD_FOLD_SPARSE;
		if (objects >= LBD_OBJECTS_TELL)
			filter->least = (int64) ((objects + 1) / 2);
		return true;
	}
	if ((objects <= 1 || (objects < LBD_OBJECTS_TELL && fill <= 0.75)) &&
		keys >= (containers ? LBD_MANY_OBJECTS : LBD_MANY_VALUES))
		filter->why = LBD_FOLD_MANY;
	return filter->why != LBD_FOLD_UNKNOWN;
}

/*
 * Whether the values at the keys have members in common: one that three of
 * four have, or that share of all on the average, or keys that look like data
 * in their turn.
 */
static bool
is_alike(const LbdEvidence *evidence, double share)
{
	bool		core = evidence->core > 0 &&
		evidence->core >= 0.75 * evidence->containers;

	return core ||
		(evidence->inner > 0 && evidence->squares >=
		 share * evidence->containers * evidence->inner) ||
		(evidence->containers >= LBD_FEW_KEYS && evidence->inner > 0 &&
		 evidence->inner_data >= 0.75 * evidence->inner);
}

/*
 * Whether each object has few of the keys.
 */
static bool
is_sparse(const LbdEvidence *evidence, bool containers)
{
	double		keys = evidence->keys;
	double		fill = evidence->times / Max(keys * evidence->objects, 1);

	if (containers)
		return evidence->objects >= LBD_SPARSE_OBJECTS && fill <= 1.0 / 3 &&
			(is_alike(evidence, 0.25) || keys >= LBD_SPARSE_KEYS_SURE ||
			 evidence->containers < 0.45 * keys);
	return evidence->objects >= LBD_SPARSE_VALUES && fill <= 0.1 &&
		keys >= LBD_SPARSE_KEYS && (keys >= LBD_SPARSE_KEYS_SURE ||
									evidence->times < LBD_SPARSE_TIMES * keys);
}

/*
 * Saves memory where the stats take more than they may.  What is being
 * read goes on to be counted: see lbd_stats_open.
 */
void
lbd_stats_save_memory(LbdPathStats *stats)
{
	stats->complete = false;
	stats->unbounded = true;
	(void) decide(stats, stats->root);
	shrink(stats, false);
	shrink(stats, true);
	close_all(stats->root);
	stats->unbounded = stats->full = false;
}

/*
 * Shrinks the smallest paths, and then larger ones, until the stats are small
 * enough.
 */
static void
shrink(LbdPathStats *stats, bool cut)
{
	for (int64 least = LBD_SMALL_FIRST;
		 stats->size > LBD_STATS_BOUND / 4 * 3 && least < LBD_STATS_MAX_COUNT;
		 least *= LBD_SMALL_FACTOR)
		(void) shrink_smaller(stats, stats->root, least, cut);
}

/*
 * Makes the members of all paths that have fewer bytes one path, but for those
 * of the root, or cuts all that is below them.  Returns the bytes of the path
 * with all below it.
 */
static int64
shrink_smaller(LbdPathStats *stats, LbdPath *path, int64 least, bool cut)
{
	LbdMemberFilter all = {true, true, PG_INT64_MAX, LBD_FOLD_MEMORY};
	int64		bytes = lbd_stats_own(path);

	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	for (LbdPath *child = path->first; child; child = child->next)
	{
		int64		below = shrink_smaller(stats, child, least, cut);

		bytes = Min(bytes + below, LBD_STATS_MAX_COUNT);
	}
	if (bytes < least && path->parent)
	{
		if (cut)
			lbd_stats_cut(stats, path);
		else if (path->nmembers > 0)
			lbd_stats_fold_members(stats, path, &all);
	}
	return bytes;
}

/*
 * What has a .* gets no other members.
 */
static void
close_all(LbdPath *path)
{
	check_stack_depth();
	if (path->dynamic)
		path->keys_known |= LBD_KEYS_CLOSED;
	for (LbdPath *child = path->first; child; child = child->next)
		close_all(child);
}
