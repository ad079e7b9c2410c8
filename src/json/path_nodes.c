/*-------------------------------------------------------------------------
 *
 * path_nodes.c
 *	  The nodes of path stats: made, found and freed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "json/path_nodes.h"
#include "json/waste.h"
#include "util/string_map.h"

/* Distinct values counted exactly: for the first nodes, and for the rest. */
#define LBD_EXACT_NODES			256
#define LBD_EXACT_FIRST			4096
#define LBD_EXACT_REST			256

/* Registers for more of them, as a power of two. */
#define LBD_REGISTER_BITS		12

/* The largest block of memory for them. */
#define LBD_STATS_BLOCK			(512 * 1024)

/* What a node takes beside its struct: its entry among the members. */
#define LBD_NODE_SIZE			(sizeof(LbdPath) + 2 * sizeof(LbdChildEntry))

/* What is looked up: a path with the parent and the key. */
typedef struct LbdChildEntry
{
	LbdPath    *node;			/* a member */
	uint32		hash;			/* of its parent and key */
	char		status;			/* for simplehash */
} LbdChildEntry;

/*
 * Keys are data of users: they cannot choose keys that all have one hash.
 */
static inline uint32
child_hash(const LbdPath *member, uint64 seed)
{
	return lbd_string_hash(member->key, member->key_len,
						   seed ^ (uint64) (uintptr_t) member->parent);
}

static inline bool
child_equal(const LbdPath *a, const LbdPath *b)
{
	return a->parent == b->parent && a->key_len == b->key_len &&
		memcmp(a->key, b->key, a->key_len) == 0;
}

#define SH_PREFIX lbdchild
#define SH_ELEMENT_TYPE LbdChildEntry
#define SH_KEY_TYPE LbdPath *
#define SH_KEY node
#define SH_HASH_KEY(tb, key) \
	child_hash(key, ((const LbdPathStats *) (tb)->private_data)->seed)
#define SH_EQUAL(tb, a, b) child_equal(a, b)
#define SH_STORE_HASH
#define SH_GET_HASH(tb, a) (a)->hash
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

static void copy_paths(LbdPathStats *stats, LbdPath *path,
					   const LbdPath *known);
static int64 node_size(const LbdPath *path);
static inline void insert(LbdPathStats *stats, LbdDistinct *distinct,
						  uint64 hash, int64 times);

/*
 * Stats that hold the root alone; all of it is allocated in context.
 */
LbdPathStats *
lbd_stats_create(MemoryContext context)
{
	LbdPathStats *stats = MemoryContextAllocZero(context, sizeof(LbdPathStats));

	stats->context = stats->nodes = context;
	stats->complete = true;
	stats->count_usual = true;
	stats->seed = lbd_string_seed();
	stats->children = lbdchild_create(context, 64, stats);
	stats->root = lbd_node_add(stats, NULL, LBD_PATH_ROOT, NULL, 0);
	return stats;
}

/*
 * Stats of any JSON, which can be merged: no key is known to be dynamic, and
 * what is kept does not depend on the order in which values are met.
 */
LbdPathStats *
lbd_stats_create_any(MemoryContext context)
{
	LbdPathStats *stats = MemoryContextAllocZero(context, sizeof(LbdPathStats));

	/* Blocks that are small: what is allocated is near to what is used. */
	stats->context = AllocSetContextCreate(context, "lbdiag JSON statistics",
										   ALLOCSET_DEFAULT_MINSIZE,
										   ALLOCSET_DEFAULT_INITSIZE,
										   LBD_STATS_BLOCK);
	/* An AllocSet would round a node's size up to a power of two. */
	stats->nodes = SlabContextCreate(stats->context, "lbdiag paths",
									 SLAB_DEFAULT_BLOCK_SIZE, sizeof(LbdPath));
	stats->any = true;
	stats->complete = true;
	stats->seed = lbd_string_seed();
	stats->children = lbdchild_create(stats->context, 64, stats);
	stats->root = lbd_node_add(stats, NULL, LBD_PATH_ROOT, NULL, 0);
	return stats;
}

/*
 * Stats with the paths of others, of which it is known which keys are data:
 * other keys of an object that has such are data as well.
 */
LbdPathStats *
lbd_stats_create_known(MemoryContext context, const LbdPathStats *known)
{
	LbdPathStats *stats = lbd_stats_create(context);

	copy_paths(stats, stats->root, known->root);
	return stats;
}

static void
copy_paths(LbdPathStats *stats, LbdPath *path, const LbdPath *known)
{
	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	if (known->dynamic)
		path->keys_known |= LBD_KEYS_CLOSED;
	for (const LbdPath *child = known->first; child; child = child->next)
		copy_paths(stats, child->kind == LBD_PATH_MEMBER ?
				   lbd_node_member(stats, path, child->key, child->key_len,
								   LBD_KEY_NAME) :
				   lbd_node_add(stats, path, child->kind, NULL, 0), child);
}

/*
 * Makes a node and adds it after its parent's other children.
 */
LbdPath *
lbd_node_add(LbdPathStats *stats, LbdPath *parent, LbdPathKind kind,
			 const char *key, int key_len)
{
	LbdPath    *node = MemoryContextAlloc(stats->nodes, sizeof(LbdPath));

	memset(node, 0, sizeof(LbdPath));
	node->parent = parent;
	node->kind = kind;
	if (kind == LBD_PATH_MEMBER)
	{
		char	   *copy = MemoryContextAlloc(stats->context, key_len + 1);

		memcpy(copy, key, key_len);
		copy[key_len] = '\0';
		node->key = copy;
		node->key_len = key_len;
	}
	if (stats->any)
		lbd_distinct_init(&node->distinct, LBD_EXACT_ANY,
						  LBD_REGISTER_BITS_ANY);
	else
		lbd_distinct_init(&node->distinct, stats->nnodes < LBD_EXACT_NODES ?
						  LBD_EXACT_FIRST : LBD_EXACT_REST,
						  LBD_REGISTER_BITS);
	if (stats->count_waste)
		node->waste = MemoryContextAllocZero(stats->context, sizeof(LbdWaste));
	if (stats->count_usual)
		node->usual = MemoryContextAllocZero(stats->context,
											 sizeof(LbdUsualValue));
	node->number = stats->attribution ?
		(int) lbd_attribution_path(stats->attribution) : stats->nnodes;
	stats->nnodes++;
	lbd_stats_grow(stats, node_size(node));
	if (parent)
		lbd_node_link(parent, node);
	return node;
}

void
lbd_node_link(LbdPath *parent, LbdPath *node)
{
	node->parent = parent;
	node->depth = parent->depth + 1;
	node->next = NULL;
	if (parent->last)
		parent->last->next = node;
	else
		parent->first = node;
	parent->last = node;
	parent->nmembers += node->kind == LBD_PATH_MEMBER;
	if (node->kind == LBD_PATH_ELEMENT)
		parent->element = node;
	else if (node->kind == LBD_PATH_DYNAMIC)
		parent->dynamic = node;
}

/*
 * The member of an object path that has a key, or NULL.
 */
LbdPath *
lbd_node_find(const LbdPathStats *stats, LbdPath *object, const char *key,
			  int key_len)
{
	LbdPath		probe;
	LbdChildEntry *entry;

	probe.parent = object;
	probe.key = key;
	probe.key_len = key_len;
	entry = lbdchild_lookup(stats->children, &probe);
	return entry ? entry->node : NULL;
}

/*
 * Lets a member be found by its parent and its key, or no longer.
 */
void
lbd_node_enter(LbdPathStats *stats, LbdPath *member)
{
	bool		found;

	lbdchild_insert(stats->children, member, &found);
}

void
lbd_node_leave(LbdPathStats *stats, LbdPath *member)
{
	lbdchild_delete(stats->children, member);
}

/*
 * Makes a member, whatever the caps say.  There must be none of the key.
 */
LbdPath *
lbd_node_member(LbdPathStats *stats, LbdPath *object, const char *key, int key_len,
				LbdKeyLook look)
{
	LbdPath    *node = lbd_node_add(stats, object, LBD_PATH_MEMBER, key, key_len);

	node->look = look;
	object->ndata += look == LBD_KEY_DATA;
	lbd_node_enter(stats, node);
	return node;
}

/*
 * Frees a node that is in no list.
 */
void
lbd_node_free(LbdPathStats *stats, LbdPath *path)
{
	lbd_stats_grow(stats, -node_size(path));
	lbd_distinct_free(&path->distinct);
	lbd_histogram_free(&path->sizes);
	lbd_node_free_keys(stats, path);
	if (path->lengths)
	{
		lbd_histogram_free(path->lengths);
		pfree(path->lengths);
	}
	if (path->key)
		pfree(unconstify(char *, path->key));
	if (path->waste)
		pfree(path->waste);
	if (path->sample)
		pfree(path->sample);
	if (path->usual)
		pfree(path->usual);
	pfree(path);
	stats->nnodes--;
}

/*
 * What a node takes, without the keys that it stands for.
 */
static int64
node_size(const LbdPath *path)
{
	return LBD_NODE_SIZE + path->key_len + lbd_distinct_size(&path->distinct) +
		lbd_histogram_size(&path->sizes) +
		(path->lengths ? sizeof(LbdHistogram) + lbd_histogram_size(path->lengths) : 0) +
		(path->waste ? sizeof(LbdWaste) : 0);
}

/*
 * Frees the counters of the keys that a node stands for.
 */
void
lbd_node_free_keys(LbdPathStats *stats, LbdPath *path)
{
	if (path->keys == NULL)
		return;
	lbd_stats_grow(stats, -(int64) (sizeof(LbdPathKeys) +
									lbd_distinct_size(&path->keys->data) +
									lbd_distinct_size(&path->keys->others)));
	lbd_distinct_free(&path->keys->data);
	lbd_distinct_free(&path->keys->others);
	pfree(path->keys);
	path->keys = NULL;
}

/*
 * The path .* of an object path of any JSON.
 */
LbdPath *
lbd_stats_dynamic(LbdPathStats *stats, LbdPath *object)
{
	return object->dynamic ? object->dynamic :
		lbd_node_add(stats, object, LBD_PATH_DYNAMIC, NULL, 0);
}

/*
 * Counts a key that .* stands for.
 */
void
lbd_stats_count_key(LbdPathStats *stats, LbdPath *dynamic, const char *key,
					int key_len, LbdKeyLook look)
{
	if (unlikely(dynamic->keys == NULL))
		lbd_stats_make_keys(stats, dynamic);
	insert(stats, look == LBD_KEY_DATA ? &dynamic->keys->data :
		   &dynamic->keys->others, lbd_distinct_hash(key, key_len), 1);
}

/*
 * Counts the key of a member that becomes a part of .*, as often as it has
 * come: as if it had never been kept.
 */
void
lbd_stats_count_member(LbdPathStats *stats, LbdPath *dynamic,
					   const LbdPath *member)
{
	if (member->occurrences == 0)
		return;
	lbd_stats_make_keys(stats, dynamic);
	insert(stats, member->look == LBD_KEY_DATA ? &dynamic->keys->data :
		   &dynamic->keys->others,
		   lbd_distinct_hash(member->key, member->key_len),
		   member->occurrences);
}

/*
 * Makes counters for the keys that .* stands for.
 */
void
lbd_stats_make_keys(LbdPathStats *stats, LbdPath *dynamic)
{
	if (dynamic->keys)
		return;
	dynamic->keys = MemoryContextAllocZero(stats->context,
										   sizeof(LbdPathKeys));
	lbd_distinct_init(&dynamic->keys->data, LBD_EXACT_ANY,
					  LBD_REGISTER_BITS_ANY);
	lbd_distinct_init(&dynamic->keys->others, LBD_EXACT_ANY,
					  LBD_REGISTER_BITS_ANY);
	lbd_stats_grow(stats, sizeof(LbdPathKeys));
}

/*
 * Makes a histogram span a number, for which it may grow.
 */
void
lbd_stats_extend(LbdPathStats *stats, LbdHistogram *histogram, uint32 number)
{
	Size		size = lbd_histogram_size(histogram);

	lbd_histogram_extend(histogram, number, number, stats->context);
	lbd_stats_grow(stats, lbd_histogram_size(histogram) - size);
}

/*
 * Makes the histogram of the lengths of the arrays at a path.
 */
LbdHistogram *
lbd_stats_make_lengths(LbdPathStats *stats, LbdPath *path)
{
	if (path->lengths == NULL)
	{
		path->lengths = MemoryContextAllocZero(stats->context,
											   sizeof(LbdHistogram));
		lbd_stats_grow(stats, sizeof(LbdHistogram));
	}
	return path->lengths;
}

/*
 * Puts a value into the counter of distinct ones, which may grow.
 */
void
lbd_stats_insert(LbdPathStats *stats, LbdPath *path, uint64 hash)
{
	insert(stats, &path->distinct, hash, 1);
}

static inline void
insert(LbdPathStats *stats, LbdDistinct *distinct, uint64 hash, int64 times)
{
	uint32		nslots = distinct->nslots;
	Size		size;

	hash += hash == 0;
	if (distinct->nslots == 0 && distinct->slots != NULL)
	{
		/* Registers do not grow. */
		lbd_distinct_insert(distinct, hash, times, stats->context);
		return;
	}
	size = lbd_distinct_size(distinct);
	lbd_distinct_insert(distinct, hash, times, stats->context);
	if (unlikely(distinct->nslots != nslots))
		lbd_stats_grow(stats, lbd_distinct_size(distinct) - size);
}
