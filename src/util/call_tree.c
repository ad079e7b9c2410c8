/*-------------------------------------------------------------------------
 *
 * call_tree.c
 *	  A call tree: what takes the time, by place.
 *
 * Time is counted where the current place changes: what has passed since the
 * last change belongs to the place that was current.  The tree knows nothing
 * of what is measured: the builder of a payload opens scopes in it (scopes.c),
 * a trace follows the statements of a session (src/trace).
 *
 * Invariant: at any time the self times of all places add up to what has
 * passed between the beginning of the run and the last change, to the
 * nanosecond, whatever has been left by an error.  An error can only have
 * time counted at the wrong place, up to the next place that is left in
 * order.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"

#include "util/call_tree.h"

/* Readings that their cost is found from, and how often it is tried. */
#define LBD_COST_CALLS		500
#define LBD_COST_TRIES		5

typedef struct LbdPlaceKey
{
	LbdPlace   *parent;			/* caller */
	uint64		identity;		/* what is called, with its kind */
} LbdPlaceKey;

typedef struct LbdPlaceEntry
{
	LbdPlaceKey key;			/* first: what is looked up */
	LbdPlace   *place;			/* found; a recursive call's is above parent */
	char		status;			/* of simplehash */
} LbdPlaceEntry;

static inline uint32
place_key_hash(LbdPlaceKey key)
{
	uint64		hash = hash_combine64(key.identity, key.parent->number);

	return murmurhash32((uint32) (hash ^ (hash >> 32)));
}

#define SH_PREFIX lbd_places
#define SH_ELEMENT_TYPE LbdPlaceEntry
#define SH_KEY_TYPE LbdPlaceKey
#define SH_KEY key
#define SH_HASH_KEY(table, key) place_key_hash(key)
#define SH_EQUAL(table, a, b) \
	((a).parent == (b).parent && (a).identity == (b).identity)
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

static LbdPlace *place_create(LbdCallTree *tree, LbdPlace *parent,
							  LbdPlaceKind kind, uint64 identity,
							  const char *label, const char *source);
static void place_remember(LbdCallTree *tree, LbdPlace *parent,
						   LbdPlaceKind kind, uint64 identity,
						   LbdPlace *place);
static void tree_calibrate(LbdCallTree *tree);

/*
 * Makes an empty tree for nruns runs, whose root has the label root.  What it
 * allocates is in context.
 */
void
lbd_tree_init(LbdCallTree *tree, MemoryContext context, const char *root,
			  int nruns)
{
	memset(tree, 0, sizeof(LbdCallTree));
	tree->context = context;
	tree->nruns = nruns;
	tree->places = lbd_places_create(context, 256, NULL);
	tree->root = place_create(tree, NULL, LBD_PLACE_ROOT, 0, root, NULL);
	tree_calibrate(tree);
}

/*
 * Adds the kind to an identity.
 */
static inline uint64
kind_identity(LbdPlaceKind kind, uint64 identity)
{
	return hash_combine64(identity, (uint64) kind + 1);
}

static LbdPlace *
place_create(LbdCallTree *tree, LbdPlace *parent, LbdPlaceKind kind,
			 uint64 identity, const char *label, const char *source)
{
	LbdPlace   *place = MemoryContextAllocZero(tree->context,
											   sizeof(LbdPlace));

	place->parent = parent;
	place->number = ++tree->nplaces;
	place->kind = kind;
	place->identity = identity;
	place->key = kind_identity(kind, identity);
	place->label = MemoryContextStrdup(tree->context, label);
	if (source)
		place->source = MemoryContextStrdup(tree->context, source);
	place->self_runs = MemoryContextAllocZero(tree->context, tree->nruns *
											  sizeof(int64));
	place->counts.rows = place->counts.loops = -1;
	if (tree->newest)
		tree->newest->next = place;
	tree->newest = place;
	return place;
}

/*
 * The place below parent, or NULL where there is none yet.  What follows what
 * has been found before is mostly the same again.
 */
LbdPlace *
lbd_place_find(LbdCallTree *tree, LbdPlace *parent, LbdPlaceKind kind,
			   uint64 identity)
{
	LbdPlaceKey key = {parent, kind_identity(kind, identity)};
	LbdPlace   *last = parent->last;
	LbdPlaceEntry *entry;

	if (last && last->successor && last->successor->key == key.identity)
	{
		parent->last = last->successor;
		return parent->last;
	}
	entry = lbd_places_lookup(tree->places, key);
	if (entry == NULL)
		return NULL;
	/* A recursive call's place is above. */
	if (entry->place->parent == parent)
	{
		if (last)
			last->successor = entry->place;
		parent->last = entry->place;
	}
	return entry->place;
}

/*
 * Whether another place can be made; where not, a call is counted under
 * parent.
 */
bool
lbd_place_fits(LbdCallTree *tree, LbdPlace *parent)
{
	if (tree->nplaces < LBD_TREE_PLACES)
		return true;
	parent->counts.merged++;
	return false;
}

/*
 * A new place below parent; the caller knows that there is none of this
 * identity, and that it fits.  Without a source it has its parent's.
 */
LbdPlace *
lbd_place_add(LbdCallTree *tree, LbdPlace *parent, LbdPlaceKind kind,
			  uint64 identity, const char *label, const char *source)
{
	LbdPlace   *place = place_create(tree, parent, kind, identity, label,
									 source);

	if (source == NULL)
		place->source = parent->source;
	place->phase = parent->phase;
	place_remember(tree, parent, kind, identity, place);
	return place;
}

/*
 * Has calls of this identity from parent counted at place, which is a new one
 * or, in a recursion, one above.
 */
void
lbd_place_same(LbdCallTree *tree, LbdPlace *parent, LbdPlaceKind kind,
			   uint64 identity, LbdPlace *place)
{
	if (tree->places->members < 2 * LBD_TREE_PLACES)
		place_remember(tree, parent, kind, identity, place);
}

static void
place_remember(LbdCallTree *tree, LbdPlace *parent, LbdPlaceKind kind,
			   uint64 identity, LbdPlace *place)
{
	LbdPlaceKey key = {parent, kind_identity(kind, identity)};
	bool		found;
	LbdPlaceEntry *entry = lbd_places_insert(tree->places, key, &found);

	entry->place = place;
}

/*
 * Begins a run: all counts are 0, and the root is current.
 */
void
lbd_tree_begin_run(LbdCallTree *tree)
{
	LbdPlace   *place = tree->root;

	do
	{
		bool		has_rows = place->counts.rows >= 0;
		bool		has_loops = place->counts.loops >= 0;

		memset(&place->counts, 0, sizeof(LbdPlaceCounts));
		if (!has_rows)
			place->counts.rows = -1;
		if (!has_loops)
			place->counts.loops = -1;
		place = place->next;
	} while (place);
	tree->root->counts.calls = 1;
	lbd_tree_restart(tree, tree->root);
}

/*
 * Makes place current from now on; what has passed is nobody's.
 */
void
lbd_tree_restart(LbdCallTree *tree, LbdPlace *place)
{
	tree->current = tree->charged = place;
	tree->hit = pgBufferUsage.shared_blks_hit;
	tree->read = pgBufferUsage.shared_blks_read;
	tree->temp = pgBufferUsage.temp_blks_read +
		pgBufferUsage.temp_blks_written;
	tree->clock = lbd_clock();
}

/*
 * Ends a run whose time has been counted, and keeps its times unless it was
 * one to warm up.
 */
void
lbd_tree_end_run(LbdCallTree *tree, bool keep)
{
	if (!keep)
		return;
	for (LbdPlace *place = tree->root; place; place = place->next)
		place->self_runs[tree->run] = place->counts.self;
	tree->run++;
}

/*
 * Finds out what reading the clock costs, with the counting: the smallest mean
 * of several tries.
 */
static void
tree_calibrate(LbdCallTree *tree)
{
	lbd_tree_restart(tree, tree->root);
	for (int try = 0; try < LBD_COST_TRIES; try++)
	{
		int64		start = lbd_clock();
		double		cost;

		for (int i = 0; i < LBD_COST_CALLS; i++)
			lbd_tree_switch(tree, tree->root);
		cost = (double) (lbd_clock() - start) / LBD_COST_CALLS;
		if (try == 0 || cost < tree->cost)
			tree->cost = cost;
	}
}

/*
 * What measuring cost at a place in the last run, in ns.
 */
double
lbd_place_cost(const LbdCallTree *tree, const LbdPlace *place)
{
	double		cost = place->counts.reads * tree->cost;

	if (tree->functions && place->sampled == NULL)
		cost += place->counts.calls * tree->sampled_cost;
	return cost;
}

const char *
lbd_place_kind_name(LbdPlaceKind kind)
{
	static const char *const names[] = {
		[LBD_PLACE_ROOT] = "profile",
		[LBD_PLACE_OUTSIDE] = "outside",
		[LBD_PLACE_STATEMENT] = "statement",
		[LBD_PLACE_UTILITY] = "utility",
		[LBD_PLACE_PLANNING] = "planning",
		[LBD_PLACE_OUTPUT] = "output",
		[LBD_PLACE_FUNCTION] = "function",
		[LBD_PLACE_TRIGGER] = "trigger",
		[LBD_PLACE_LINE] = "line",
		[LBD_PLACE_NODE] = "node",
		[LBD_PLACE_COMMIT] = "commit",
	};

	return names[kind];
}
