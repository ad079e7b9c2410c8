/*-------------------------------------------------------------------------
 *
 * call_tree.h
 *	  A call tree: what takes the time, by place.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_CALL_TREE_H
#define LBD_CALL_TREE_H

#include "executor/instrument.h"

#include "compat.h"

/*
 * Places that a tree can have whose places are user data.  What would be a
 * place past them is counted under its parent.
 */
#define LBD_TREE_PLACES		10000

/* What a place stands for. */
typedef enum LbdPlaceKind
{
	LBD_PLACE_ROOT,				/* all of it */
	LBD_PLACE_OUTSIDE,			/* of a trace: between statements */
	LBD_PLACE_STATEMENT,		/* a statement that the executor runs */
	LBD_PLACE_UTILITY,			/* any other statement */
	LBD_PLACE_PLANNING,			/* planning of a statement */
	LBD_PLACE_OUTPUT,			/* rows of a statement, turned into text */
	LBD_PLACE_FUNCTION,			/* a function's call */
	LBD_PLACE_TRIGGER,			/* a call of a function of a trigger */
	LBD_PLACE_LINE,				/* a statement of a PL/pgSQL function */
	LBD_PLACE_NODE,				/* a node of a plan */
	LBD_PLACE_COMMIT			/* of a trace: a transaction's commit */
} LbdPlaceKind;

/* What has been counted at a place without the places below it. */
typedef struct LbdPlaceCounts
{
	int64		self;			/* ns */
	int64		reads;			/* of the clock, at the end of a time here */
	int64		calls;			/* executions, calls */
	int64		rows;			/* returned, -1 where nothing returns rows */
	int64		loops;			/* of a node of a plan, else -1 */
	int64		removed;		/* rows that a node's filters removed */
	int64		hit;			/* blocks found in shared buffers */
	int64		read;			/* blocks read into them */
	int64		temp;			/* temporary blocks read and written */
	int64		merged;			/* calls counted here for want of a place */
	double		workers;		/* ns of parallel workers, with nodes below */
} LbdPlaceCounts;

/* Something that was called from one place of the call tree. */
typedef struct LbdPlace
{
	struct LbdPlace *parent;	/* caller, NULL for the root */
	struct LbdPlace *next;		/* the one that was made next */
	int			number;			/* from 1, in the order of making */
	LbdPlaceKind kind;			/* what it is */
	uint64		identity;		/* tells it from others of its parent */
	uint64		key;			/* that and its kind */
	struct LbdPlace *last;		/* the one below that was found last */
	struct LbdPlace *successor; /* that was found after this one */
	bool		adjacent;		/* nothing happens between calls below */
	Oid			function;		/* of a function or trigger */
	bool		leaf;			/* what runs below it must not be shown */
	const char *label;			/* what a profile shows */
	const char *source;			/* function:line, or NULL */
	const char *phase;			/* part of a build that it is, or NULL */
	bool		dropped;		/* counted elsewhere since */
	struct LbdSampled *sampled; /* calls of sampled functions, by slot, or
								 * NULL: see scopes.h */
	LbdPlaceCounts counts;		/* in this run */
	int64	   *self_runs;		/* ns of each run that was kept */
} LbdPlace;

struct lbd_places_hash;
struct LbdFunction;

typedef struct LbdCallTree
{
	MemoryContext context;		/* holds all of it */
	LbdPlace   *root;			/* the whole */
	LbdPlace   *newest;			/* made last */
	LbdPlace   *current;		/* what is called now is below it */
	LbdPlace   *charged;		/* that time is counted at, mostly current */
	int			nplaces;		/* made so far */
	struct lbd_places_hash *places; /* by parent and identity */
	int64		clock;			/* when current was counted last, ns */
	int64		hit;			/* the server's counts then */
	int64		read;
	int64		temp;
	int			nruns;			/* space in the places' arrays */
	int			run;			/* kept so far */
	double		cost;			/* ns that a reading of the clock takes */
	const struct LbdFunction *const *functions; /* that are sampled, or NULL */
	int			countdown;		/* calls of them up to the next timed one */
	double		sampled_clock;	/* ns that the clock adds to a timed call */
	double		sampled_cost;	/* ns that a sampled call costs */
} LbdCallTree;

extern void lbd_tree_init(LbdCallTree *tree, MemoryContext context,
						  const char *root, int nruns);
extern void lbd_tree_begin_run(LbdCallTree *tree);
extern void lbd_tree_restart(LbdCallTree *tree, LbdPlace *place);
extern void lbd_tree_end_run(LbdCallTree *tree, bool keep);
extern LbdPlace *lbd_place_find(LbdCallTree *tree, LbdPlace *parent,
								LbdPlaceKind kind, uint64 identity);
extern LbdPlace *lbd_place_add(LbdCallTree *tree, LbdPlace *parent,
							   LbdPlaceKind kind, uint64 identity,
							   const char *label, const char *source);
extern bool lbd_place_fits(LbdCallTree *tree, LbdPlace *parent);
extern void lbd_place_same(LbdCallTree *tree, LbdPlace *parent,
						   LbdPlaceKind kind, uint64 identity,
						   LbdPlace *place);
extern double lbd_place_cost(const LbdCallTree *tree, const LbdPlace *place);
extern const char *lbd_place_kind_name(LbdPlaceKind kind);

/*
 * Counts what has passed since the last time where it belongs, and makes place
 * current.
 */
static inline void
lbd_tree_switch(LbdCallTree *tree, LbdPlace *place)
{
	LbdPlaceCounts *counts = &tree->charged->counts;
	int64		now = lbd_clock();
	int64		temp = pgBufferUsage.temp_blks_read +
		pgBufferUsage.temp_blks_written;

	counts->self += now - tree->clock;
	counts->reads++;
	counts->hit += pgBufferUsage.shared_blks_hit - tree->hit;
	counts->read += pgBufferUsage.shared_blks_read - tree->read;
	counts->temp += temp - tree->temp;
	tree->clock = now;
	tree->hit = pgBufferUsage.shared_blks_hit;
	tree->read = pgBufferUsage.shared_blks_read;
	tree->temp = temp;
	tree->current = tree->charged = place;
}

/*
 * Makes place current, which is below the current one, or which has been left
 * for a short time.
 */
static inline void
lbd_tree_enter(LbdCallTree *tree, LbdPlace *place)
{
	if (tree->charged == place)
		tree->current = place;
	else
		lbd_tree_switch(tree, place);
}

/*
 * Comes back to the place of a caller that has nothing to do before it calls
 * again: the time up to then is counted as that of what is left.
 */
static inline void
lbd_tree_leave_briefly(LbdCallTree *tree, LbdPlace *caller)
{
	tree->current = caller;
}

/*
 * Ends what lbd_tree_leave_briefly has begun: what follows is the caller's.
 */
static inline void
lbd_tree_charge(LbdCallTree *tree)
{
	if (tree->charged != tree->current)
		lbd_tree_switch(tree, tree->current);
}

#endif							/* LBD_CALL_TREE_H */
