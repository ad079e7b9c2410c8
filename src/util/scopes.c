/*-------------------------------------------------------------------------
 *
 * scopes.c
 *	  The scopes of a build, which are places of a call tree.
 *
 * A scope is a function called from one place of the call tree.  The tree
 * travels with the build: an error or a cancel in the middle of a run leaves
 * nothing that a later profile could see.
 *
 * Functions that are too short to be timed are sampled while a run goes on,
 * and become places when it has ended; what they took then leaves the time of
 * their callers.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "util/scopes.h"

/* Sampled calls that their cost is found from, and how often it is tried. */
#define LBD_COST_TIMED		500
#define LBD_COST_TRIES		5

static LbdPlace *scope_place(LbdCallTree *tree, LbdPlace *caller,
							 const LbdFunction *function);
static char *function_source(const LbdFunction *function);
static void give_slots(LbdCallTree *tree, LbdPlace *place);
static void settle_sampled(LbdCallTree *tree);
static void settle_place(LbdCallTree *tree, LbdPlace *place,
						 const LbdSampled *totals);
static void calibrate_sampled(LbdCallTree *tree);
static void take_smaller(double *cost, double candidate);

/*
 * A call tree of nruns runs; it lives in context.  sampled names the functions
 * that are sampled, one a slot.
 */
LbdCallTree *
lbd_scopes_create(MemoryContext context, const LbdFunction *root,
				  const LbdFunction *const *sampled, int nruns)
{
	LbdCallTree *tree = MemoryContextAlloc(context, sizeof(LbdCallTree));
	char	   *source = function_source(root);

	lbd_tree_init(tree, context, root->name, nruns);
	tree->root->kind = LBD_PLACE_FUNCTION;
	tree->root->phase = root->phase;
	tree->root->source = MemoryContextStrdup(context, source);
	pfree(source);
	tree->functions = sampled;
	tree->countdown = LBD_SAMPLE;
	give_slots(tree, tree->root);
	calibrate_sampled(tree);
	return tree;
}

/*
 * Where a function is: file.c:line.
 */
static char *
function_source(const LbdFunction *function)
{
	const char *slash = strrchr(function->file, '/');

	return psprintf("%s:%d", slash ? slash + 1 : function->file,
					function->line);
}

/*
 * Has calls of sampled functions counted at a place.
 */
static void
give_slots(LbdCallTree *tree, LbdPlace *place)
{
	place->sampled = MemoryContextAllocZero(tree->context, LBD_LEAVES *
											sizeof(LbdSampled));
}

/*
 * The place of a function called from caller.
 */
static LbdPlace *
scope_place(LbdCallTree *tree, LbdPlace *caller, const LbdFunction *function)
{
	uint64		identity = (uint64) (uintptr_t) function;
	LbdPlace   *place = lbd_place_find(tree, caller, LBD_PLACE_FUNCTION,
									   identity);
	char	   *source;

	if (likely(place))
		return place;
	source = function_source(function);
	place = lbd_place_add(tree, caller, LBD_PLACE_FUNCTION, identity,
						  function->name, source);
	pfree(source);
	if (function->phase)
		place->phase = function->phase;
	return place;
}

/*
 * Opens a scope below the open one.
 */
void
lbd_scope_enter(LbdCallTree *tree, const LbdFunction *function)
{
	LbdPlace   *place = scope_place(tree, tree->current, function);

	if (unlikely(place->sampled == NULL))
		give_slots(tree, place);
	lbd_tree_switch(tree, place);
}

/*
 * Closes the open scope, which stood for so many calls.
 */
void
lbd_scope_leave(LbdCallTree *tree, int64 calls)
{
	tree->current->counts.calls += calls;
	lbd_tree_switch(tree, tree->current->parent);
}

/*
 * Counts the rows that the open scope's query has returned.
 */
void
lbd_scope_rows(LbdCallTree *tree, int64 rows)
{
	if (tree == NULL)
		return;
	tree->current->counts.rows = Max(tree->current->counts.rows, 0) + rows;
}

/*
 * Begins the timing of a sampled call.
 */
int64
lbd_leaf_begin(LbdCallTree *tree)
{
	tree->countdown = LBD_SAMPLE;
	return lbd_clock();
}

/*
 * Ends it.
 */
void
lbd_leaf_end(LbdCallTree *tree, int leaf, int64 started)
{
	LbdSampled *sampled = &tree->current->sampled[leaf];

	sampled->time += lbd_clock() - started;
	sampled->timed++;
}

/*
 * Starts a run: opens the root.
 */
void
lbd_scopes_start(LbdCallTree *tree)
{
	for (LbdPlace *place = tree->root; place; place = place->next)
	{
		if (place->sampled)
			memset(place->sampled, 0, LBD_LEAVES * sizeof(LbdSampled));
	}
	lbd_tree_begin_run(tree);
}

/*
 * Ends a run, and keeps its times unless it was one to warm up.
 */
void
lbd_scopes_stop(LbdCallTree *tree, bool keep)
{
	if (tree->current != tree->root)
		elog(ERROR, "scope \"%s\" has not been closed", tree->current->label);
	lbd_tree_switch(tree, tree->root);
	settle_sampled(tree);
	lbd_tree_end_run(tree, keep);
}

/*
 * Makes places of the sampled calls of a run that has ended.
 */
static void
settle_sampled(LbdCallTree *tree)
{
	LbdSampled	totals[LBD_LEAVES] = {0};

	for (const LbdPlace *place = tree->root; place; place = place->next)
	{
		for (int i = 0; place->sampled && i < LBD_LEAVES; i++)
		{
			totals[i].timed += place->sampled[i].timed;
			totals[i].time += place->sampled[i].time;
		}
	}
	for (LbdPlace *place = tree->root; place; place = place->next)
	{
		if (place->sampled)
			settle_place(tree, place, totals);
	}
}

/*
 * Makes places below a scope of its sampled calls.  The time of all of them is
 * estimated from those that were timed, in this scope or, where none was, in
 * all of them; what the estimate says above what the scope has is cut off.
 */
static void
settle_place(LbdCallTree *tree, LbdPlace *place, const LbdSampled *totals)
{
	for (int i = 0; i < LBD_LEAVES; i++)
	{
		const LbdSampled *sampled = &place->sampled[i];
		const LbdSampled *timed = sampled->timed > 0 ? sampled : &totals[i];
		LbdPlace   *callee;
		int64		time = 0;

		if (sampled->calls == 0)
			continue;
		callee = scope_place(tree, place, tree->functions[i]);
		if (timed->timed > 0)
			time = ((double) timed->time / timed->timed -
					tree->sampled_clock) * sampled->calls;
		time = Max(Min(time, place->counts.self), 0);
		callee->counts.calls = sampled->calls;
		callee->counts.self = time;
		place->counts.self -= time;
	}
}

/*
 * Finds out what sampled calls cost, by sampling nothing: the smallest mean of
 * several tries.  What is counted meanwhile goes when a run starts.
 */
static void
calibrate_sampled(LbdCallTree *tree)
{
	LbdSampled *sampled = &tree->root->sampled[0];

	tree->current = tree->root;
	for (int try = 0; try < LBD_COST_TRIES; try++)
	{
		int64		start = lbd_clock();
		int64		end;

		sampled->timed = sampled->time = 0;
		for (int i = 0; i < LBD_COST_TIMED * LBD_SAMPLE; i++)
			lbd_leaf_leave(tree, 0, lbd_leaf_enter(tree, 0));
		end = lbd_clock();
		take_smaller(&tree->sampled_cost,
					 (double) (end - start) / sampled->timed / LBD_SAMPLE);
		take_smaller(&tree->sampled_clock,
					 (double) sampled->time / sampled->timed);
	}
}

/*
 * Keeps the smaller one, where there is one.
 */
static void
take_smaller(double *cost, double candidate)
{
	if (*cost == 0 || candidate < *cost)
		*cost = candidate;
}
