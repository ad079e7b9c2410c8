/*-------------------------------------------------------------------------
 *
 * path_stats.c
 *	  What every path of a JSON document weighs.
 *
 * The tree's memory is bounded, whatever the document: past LBD_MAX_NODES
 * paths, a member with a key that its object did not have before is counted
 * under the any-member step, and past twice as many there are no new paths at
 * all: a value is counted on the path of the container that it is in.  No
 * byte is lost.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/int.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "json/path_stats.h"
#include "json/waste.h"
#include "util/string_map.h"

#define LBD_MAX_NODES			5000

/* Of any JSON, an object with more keys than these has dynamic keys. */
#define LBD_FOLD_MEMBERS		200

/* Distinct values counted exactly: for the first nodes, and for the rest. */
#define LBD_EXACT_NODES			256
#define LBD_EXACT_FIRST			4096
#define LBD_EXACT_REST			256

/* Registers for more of them, as a power of two. */
#define LBD_REGISTER_BITS		12

/*
 * The same for any JSON: every path can have as many values, and 5,000 paths
 * must fit into 16 MB.
 */
#define LBD_EXACT_ANY			50
#define LBD_REGISTER_BITS_ANY	10

/* What is shown of a key that is too long: so many bytes, and its hash. */
#define LBD_KEY_SHOWN			100

/* The largest block of memory for them. */
#define LBD_STATS_BLOCK			(512 * 1024)

typedef struct LbdChildKey
{
	const LbdPath *parent;		/* the object */
	const char *key;			/* the member's key */
	int			key_len;		/* and its length */
} LbdChildKey;

typedef struct LbdChildEntry
{
	LbdChildKey key;			/* what is looked up */
	LbdPath    *node;			/* what is found */
	uint32		hash;			/* of the key */
	char		status;			/* for simplehash */
} LbdChildEntry;

/*
 * Keys are data of users: they cannot choose keys that all have one hash.
 */
static inline uint32
child_hash(LbdChildKey key, uint64 seed)
{
	return lbd_string_hash(key.key, key.key_len,
						   seed ^ (uint64) (uintptr_t) key.parent);
}

static inline bool
child_equal(LbdChildKey a, LbdChildKey b)
{
	return a.parent == b.parent && a.key_len == b.key_len &&
		memcmp(a.key, b.key, a.key_len) == 0;
}

#define SH_PREFIX lbdchild
#define SH_ELEMENT_TYPE LbdChildEntry
#define SH_KEY_TYPE LbdChildKey
#define SH_KEY key
#define SH_HASH_KEY(tb, key) \
	child_hash(key, ((const LbdPathStats *) (tb)->private_data)->seed)
#define SH_EQUAL(tb, a, b) child_equal(a, b)
#define SH_STORE_HASH
#define SH_GET_HASH(tb, a) (a)->hash
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

static LbdPath *tree_add(LbdPathStats *tree, LbdPath *parent, LbdPathKind step,
						 const char *key, int key_len);
static int	shorten_key(const char *key, int len, char *shortened);
static void stats_fold(LbdPathStats *stats, LbdPath *object);
static void stats_merge_path(LbdPathStats *stats, LbdPath *path,
							 const LbdPath *other);
static void stats_free(LbdPathStats *stats, LbdPath *path);
static int64 end_block(LbdPath *path);
static void tree_sum(LbdPathStats *stats, LbdPath *path);
static inline int64 add_counts(int64 a, int64 b);

/*
 * A tree that holds the root alone; all of it is allocated in context.
 */
LbdPathStats *
lbd_stats_create(MemoryContext context)
{
	LbdPathStats *tree = MemoryContextAllocZero(context, sizeof(LbdPathStats));

	tree->context = context;
	tree->complete = true;
	tree->max_nodes = LBD_MAX_NODES;
	tree->seed = lbd_string_seed();
	tree->children = lbdchild_create(context, 64, tree);
	tree->root = tree_add(tree, NULL, LBD_PATH_ROOT, NULL, 0);
	return tree;
}

/*
 * Makes a node and adds it after its parent's other children.
 */
static LbdPath *
tree_add(LbdPathStats *tree, LbdPath *parent, LbdPathKind step, const char *key,
		 int key_len)
{
	LbdPath    *node = MemoryContextAllocZero(tree->context, sizeof(LbdPath));

	node->parent = parent;
	node->kind = step;
	if (step == LBD_PATH_MEMBER)
	{
		char	   *copy = MemoryContextAlloc(tree->context, key_len + 1);

		memcpy(copy, key, key_len);
		copy[key_len] = '\0';
		node->key = copy;
		node->key_len = key_len;
	}
	if (tree->fold > 0)
		lbd_distinct_init(&node->distinct, LBD_EXACT_ANY,
						  LBD_REGISTER_BITS_ANY, true);
	else
		lbd_distinct_init(&node->distinct, tree->nnodes < LBD_EXACT_NODES ?
						  LBD_EXACT_FIRST : LBD_EXACT_REST,
						  LBD_REGISTER_BITS, false);
	if (tree->count_waste)
		node->waste = MemoryContextAllocZero(tree->context, sizeof(LbdWaste));
	node->number = tree->attribution ?
		(int) lbd_attribution_path(tree->attribution) : tree->nnodes;
	tree->nnodes++;
	if (parent)
	{
		node->depth = parent->depth + 1;
		if (parent->last)
			parent->last->next = node;
		else
			parent->first = node;
		parent->last = node;
		parent->nmembers += step == LBD_PATH_MEMBER;
		if (step == LBD_PATH_ELEMENT)
			parent->element = node;
		else if (step == LBD_PATH_DYNAMIC)
			parent->dynamic = node;
	}
	return node;
}

/*
 * Returns the node of a member, a new one where the key is new.  Where the
 * bounds do not let there be one it is that of the members whose keys are
 * data, or the parent itself.
 */
LbdPath *
lbd_stats_member(LbdPathStats *tree, LbdPath *parent, const char *key, int key_len)
{
	char		shortened[LBD_PATH_KEY_MAX];
	LbdChildKey lookup = {parent, key, key_len};
	LbdChildEntry *entry;
	LbdPath    *node;
	bool		found;

	/* What has been folded has no members. */
	if (tree->fold > 0 && parent->dynamic)
		return parent->dynamic;
	if (key_len > LBD_PATH_KEY_MAX)
	{
		lookup.key_len = shorten_key(key, key_len, shortened);
		lookup.key = shortened;
	}
	entry = lbdchild_lookup(tree->children, lookup);
	if (entry)
		return entry->node;
	if (tree->nnodes >= tree->max_nodes)
		tree->complete = false;
	if (tree->fold > 0 && parent->dynamic == NULL && parent->nmembers > 0 &&
		(parent->nmembers >= tree->fold || tree->nnodes >= tree->max_nodes))
		stats_fold(tree, parent);
	if ((tree->fold > 0 && parent->dynamic != NULL) ||
		tree->nnodes >= tree->max_nodes ||
		parent->depth >= LBD_PATH_MAX_DEPTH)
		return lbd_stats_child(tree, parent, LBD_PATH_DYNAMIC);

	node = tree_add(tree, parent, LBD_PATH_MEMBER, lookup.key,
					lookup.key_len);
	lookup.key = node->key;
	entry = lbdchild_insert(tree->children, lookup, &found);
	entry->node = node;
	return node;
}

/*
 * The start of a long key and a hash of all of it, so that keys stay
 * different.  Returns the length.
 */
static int
shorten_key(const char *key, int len, char *shortened)
{
	int			shown = pg_mbcliplen(key, len, LBD_KEY_SHOWN);

	memcpy(shortened, key, shown);
	return shown + snprintf(shortened + shown, LBD_PATH_KEY_MAX - shown,
							"...%016llx",
							(unsigned long long) lbd_distinct_hash(key, len));
}

/*
 * Returns the node of an array's elements, or of an object's members whose
 * keys are data; or the parent, where the bounds do not let there be one.
 */
LbdPath *
lbd_stats_child(LbdPathStats *tree, LbdPath *parent, LbdPathKind step)
{
	LbdPath    *child = step == LBD_PATH_ELEMENT ?
		parent->element : parent->dynamic;

	if (child)
		return child;
	if (tree->nnodes >= tree->max_nodes || parent->depth >= LBD_PATH_MAX_DEPTH)
	{
		/* Nesting that is deep, or as well wide, is counted further out. */
		tree->complete = false;
		if (tree->nnodes >= 2 * tree->max_nodes ||
			parent->depth >= LBD_PATH_MAX_DEPTH)
			return parent;
	}
	return tree_add(tree, parent, step, NULL, 0);
}

/*
 * Stats of any JSON, which can be merged: no key is known to be dynamic, and
 * the bounds do not depend on the order in which paths are met.
 */
LbdPathStats *
lbd_stats_create_any(MemoryContext context)
{
	LbdPathStats *stats;

	/* Blocks that are small: what is allocated is near to what is used. */
	context = AllocSetContextCreate(context, "lbdiag JSON statistics",
									ALLOCSET_DEFAULT_MINSIZE,
									ALLOCSET_DEFAULT_INITSIZE,
									LBD_STATS_BLOCK);
	stats = lbd_stats_create(context);
	stats->fold = LBD_FOLD_MEMBERS;
	lbd_distinct_init(&stats->root->distinct, LBD_EXACT_ANY,
					  LBD_REGISTER_BITS_ANY, true);
	return stats;
}

/*
 * Adds what others have counted.  Both are of lbd_stats_create_any.
 */
void
lbd_stats_merge(LbdPathStats *stats, const LbdPathStats *other)
{
	stats->complete = stats->complete && other->complete;
	stats_merge_path(stats, stats->root, other->root);
}

/*
 * Makes all members of an object one path, .*, with what is below them.
 */
static void
stats_fold(LbdPathStats *stats, LbdPath *object)
{
	LbdPath    *child = object->first;
	LbdPath    *dynamic;

	check_stack_depth();
	object->first = object->last = object->latest = NULL;
	object->nmembers = 0;
	dynamic = tree_add(stats, object, LBD_PATH_DYNAMIC, NULL, 0);
	while (child)
	{
		LbdPath    *next = child->next;

		CHECK_FOR_INTERRUPTS();
		if (child == object->element)
		{
			child->next = NULL;
			dynamic->next = object->last = child;
		}
		else
		{
			stats_merge_path(stats, dynamic, child);
			stats_free(stats, child);
		}
		child = next;
	}
}

/*
 * Adds a path, with all below it, to another one.
 */
static void
stats_merge_path(LbdPathStats *stats, LbdPath *path, const LbdPath *other)
{
	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	if (stats->attribution)
		lbd_attribution_merge(stats->attribution, other->number, path->number);
	lbd_stats_add_counts(path, other);
	stats->complete = stats->complete && lbd_stats_in_range(path);
	lbd_distinct_merge(&path->distinct, &other->distinct, stats->context);
	if (other->dynamic && path->dynamic == NULL)
		stats_fold(stats, path);
	for (LbdPath *child = other->first; child; child = child->next)
	{
		LbdPath    *into = child->kind == LBD_PATH_MEMBER ?
			lbd_stats_member(stats, path, child->key, child->key_len) :
			lbd_stats_child(stats, path, child->kind);

		stats_merge_path(stats, into, child);
	}
}

/*
 * The sum of two counts, as far as there are such counts.
 */
static inline int64
add_counts(int64 a, int64 b)
{
	int64		sum;

	if (pg_add_s64_overflow(a, b, &sum))
		return LBD_STATS_MAX_COUNT;
	return Min(sum, LBD_STATS_MAX_COUNT);
}

/*
 * Adds what another path has been counted, without what is below it.
 */
void
lbd_stats_add_counts(LbdPath *path, const LbdPath *other)
{
	path->types |= other->types;
	path->occurrences = add_counts(path->occurrences, other->occurrences);
	path->nulls = add_counts(path->nulls, other->nulls);
	path->key_bytes = add_counts(path->key_bytes, other->key_bytes);
	path->value_bytes = add_counts(path->value_bytes, other->value_bytes);
	path->syntax_bytes = add_counts(path->syntax_bytes,
									other->syntax_bytes);
	path->jsonb_own = add_counts(path->jsonb_own, other->jsonb_own);
	path->stored_own += other->stored_own;
	path->sampled += other->sampled;
	/* How the two go together is not known: this is the most that it is. */
	path->squares += other->squares + 2 * sqrt(path->squares * other->squares);
	if (path->waste && other->waste)
		lbd_waste_merge(path->waste, other->waste);
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
		path->jsonb_own < LBD_STATS_MAX_COUNT;
}

/*
 * Frees a path that is no longer among its parent's children.
 */
static void
stats_free(LbdPathStats *stats, LbdPath *path)
{
	LbdPath    *child = path->first;

	check_stack_depth();
	while (child)
	{
		LbdPath    *next = child->next;

		stats_free(stats, child);
		child = next;
	}
	if (path->kind == LBD_PATH_MEMBER)
	{
		LbdChildKey lookup = {path->parent, path->key, path->key_len};

		lbdchild_delete(stats->children, lookup);
		pfree((char *) path->key);
	}
	lbd_distinct_free(&path->distinct);
	if (path->waste)
		pfree(path->waste);
	pfree(path);
	stats->nnodes--;
}

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

/*
 * Attributes the text that is counted here; the attribution may be that
 * of other stats as well.  No path but the root has been met.
 */
void
lbd_stats_attribute(LbdPathStats *stats, LbdAttribution *attribution)
{
	stats->attribution = attribution;
	stats->root->number = lbd_attribution_path(attribution);
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

/*
 * Ends a block of a sample: adds the square of what each path, with all below
 * it, has got in it.  Returns what the root has got.
 */
int64
lbd_stats_end_block(LbdPathStats *stats)
{
	return end_block(stats->root);
}

static int64
end_block(LbdPath *path)
{
	int64		own = lbd_stats_own(path);
	int64		block = own - path->sampled;

	check_stack_depth();
	path->sampled = own;
	for (LbdPath *child = path->first; child; child = child->next)
		block += end_block(child);
	path->squares += (double) block * (double) block;
	return block;
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
		path->bytes = add_counts(path->bytes, child->bytes);
		path->jsonb_bytes = add_counts(path->jsonb_bytes,
									   child->jsonb_bytes);
		path->stored += child->stored;
	}
	if (path->bytes >= LBD_STATS_MAX_COUNT || !lbd_stats_in_range(path))
		stats->complete = false;
}

/*
 * The number of distinct values.  An estimate may be higher than what there
 * is: no more than the values that are not null.
 */
int64
lbd_stats_distinct(const LbdPath *node)
{
	return Min(lbd_distinct_count(&node->distinct),
			   node->occurrences - node->nulls);
}
