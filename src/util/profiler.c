/*-------------------------------------------------------------------------
 *
 * profiler.c
 *	  Scopes: where the time of a build goes.
 *
 * A scope is a function called from one place of the call tree.  The state
 * travels with the build: an error or a cancel in the middle of a run leaves
 * nothing that a later profile could see.
 *
 * Invariant: when a run has been settled, a scope's time is its self time and
 * the times of its callees, to the nanosecond, so that the self times of a
 * tree add up to the time of its root.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/instrument.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "compat.h"
#include "util/profiler.h"

/* Calls that the cost of measuring is found from, and how often it is tried. */
#define LBD_COST_CALLS		500
#define LBD_COST_TRIES		5

static LbdScope *scope_create(LbdProfile *profile, LbdScope *parent,
							  const LbdFunction *function);
static LbdScope *scope_callee(LbdProfile *profile, LbdScope *caller,
							  const LbdFunction *function);
static void scope_clear(LbdScope *scope);
static void scope_settle(LbdProfile *profile, LbdScope *scope,
						 const LbdLeaf *totals, bool keep);
static void scope_leaves(LbdProfile *profile, LbdScope *scope,
						 const LbdLeaf *totals);
static void scope_totals(const LbdScope *scope, LbdLeaf *totals);
static void profile_calibrate(LbdProfile *profile);
static void take_smaller(double *cost, double candidate);

/*
 * A profile of nruns runs; it lives in context.  leaves names the functions
 * that are sampled, one a slot.
 */
LbdProfile *
lbd_profile_create(MemoryContext context, const LbdFunction *root,
				   const LbdFunction *const *leaves, int nruns)
{
	LbdProfile *profile = MemoryContextAllocZero(context, sizeof(LbdProfile));

	profile->context = context;
	profile->nruns = nruns;
	profile->leaves = leaves;
	profile->countdown = LBD_SAMPLE;
	profile->root = scope_create(profile, NULL, root);
	profile_calibrate(profile);
	return profile;
}

static LbdScope *
scope_create(LbdProfile *profile, LbdScope *parent,
			 const LbdFunction *function)
{
	Size		runs = profile->nruns * sizeof(int64);
	LbdScope   *scope = MemoryContextAllocZero(profile->context,
											   sizeof(LbdScope));

	scope->function = function;
	scope->parent = parent;
	scope->rows = -1;
	scope->leaves = MemoryContextAllocZero(profile->context,
										   LBD_LEAVES * sizeof(LbdLeaf));
	scope->self_runs = MemoryContextAllocZero(profile->context, runs);
	scope->time_runs = MemoryContextAllocZero(profile->context, runs);
	for (LbdScope *caller = parent; caller; caller = caller->parent)
	{
		if (caller->function == function)
			scope->recursive = true;
	}
	if (parent && parent->last)
		parent->last->next = scope;
	else if (parent)
		parent->first = scope;
	if (parent)
		parent->last = scope;
	return scope;
}

static LbdScope *
scope_callee(LbdProfile *profile, LbdScope *caller,
			 const LbdFunction *function)
{
	for (LbdScope *scope = caller->first; scope; scope = scope->next)
	{
		if (scope->function == function)
			return scope;
	}
	return scope_create(profile, caller, function);
}

/*
 * Opens a scope below the open one.
 */
void
lbd_profile_enter(LbdProfile *profile, const LbdFunction *function)
{
	LbdScope   *scope = scope_callee(profile, profile->current, function);

	profile->current = scope;
	scope->entered++;
	scope->hit -= pgBufferUsage.shared_blks_hit;
	scope->read -= pgBufferUsage.shared_blks_read;
	scope->started = lbd_clock();
}

/*
 * Closes the open scope, which stood for so many calls.
 */
void
lbd_profile_leave(LbdProfile *profile, int64 calls)
{
	LbdScope   *scope = profile->current;

	scope->time += lbd_clock() - scope->started;
	scope->hit += pgBufferUsage.shared_blks_hit;
	scope->read += pgBufferUsage.shared_blks_read;
	scope->calls += calls;
	profile->current = scope->parent;
}

/*
 * Counts the rows that the open scope's query has returned.
 */
void
lbd_profile_rows(LbdProfile *profile, int64 rows)
{
	if (profile == NULL)
		return;
	if (profile->current->rows < 0)
		profile->current->rows = 0;
	profile->current->rows += rows;
}

/*
 * Begins the timing of a sampled call.
 */
int64
lbd_profile_sample(LbdProfile *profile)
{
	profile->countdown = LBD_SAMPLE;
	return lbd_clock();
}

/*
 * Ends it.
 */
void
lbd_profile_sampled(LbdProfile *profile, int slot, int64 started)
{
	LbdLeaf    *leaf = &profile->current->leaves[slot];

	leaf->time += lbd_clock() - started;
	leaf->timed++;
}

/*
 * Starts a run: opens the root.
 */
void
lbd_profile_start(LbdProfile *profile)
{
	scope_clear(profile->root);
	profile->root->hit -= pgBufferUsage.shared_blks_hit;
	profile->root->read -= pgBufferUsage.shared_blks_read;
	profile->current = profile->root;
	profile->root->started = lbd_clock();
}

/*
 * Ends a run, and keeps its times unless it was one to warm up.
 */
void
lbd_profile_stop(LbdProfile *profile, bool keep)
{
	LbdLeaf		totals[LBD_LEAVES] = {0};

	lbd_profile_leave(profile, 1);
	if (profile->current)
		elog(ERROR, "scope \"%s\" has not been closed",
			 profile->current->function->name);
	scope_totals(profile->root, totals);
	scope_settle(profile, profile->root, totals, keep);
	if (keep)
		profile->run++;
}

static void
scope_clear(LbdScope *scope)
{
	check_stack_depth();
	scope->calls = scope->entered = scope->time = scope->hit = scope->read = 0;
	scope->rows = -1;
	memset(scope->leaves, 0, LBD_LEAVES * sizeof(LbdLeaf));
	for (LbdScope *callee = scope->first; callee; callee = callee->next)
		scope_clear(callee);
}

/*
 * Adds up the sampled calls of all scopes.
 */
static void
scope_totals(const LbdScope *scope, LbdLeaf *totals)
{
	check_stack_depth();
	for (int i = 0; i < LBD_LEAVES; i++)
	{
		totals[i].timed += scope->leaves[i].timed;
		totals[i].time += scope->leaves[i].time;
	}
	for (LbdScope *callee = scope->first; callee; callee = callee->next)
		scope_totals(callee, totals);
}

/*
 * Turns sampled calls into scopes, and finds self times.
 */
static void
scope_settle(LbdProfile *profile, LbdScope *scope, const LbdLeaf *totals,
			 bool keep)
{
	int64		self = scope->time;

	check_stack_depth();
	scope_leaves(profile, scope, totals);
	for (LbdScope *callee = scope->first; callee; callee = callee->next)
	{
		scope_settle(profile, callee, totals, keep);
		self -= callee->time;
	}
	if (keep)
	{
		scope->self_runs[profile->run] = self;
		scope->time_runs[profile->run] = scope->time;
	}
}

/*
 * Makes callees of a scope's sampled calls.  The time of all of them is
 * estimated from those that were timed, in this scope or, where none was, in
 * all of them; what the estimate says above what the scope has is cut off.
 */
static void
scope_leaves(LbdProfile *profile, LbdScope *scope, const LbdLeaf *totals)
{
	int64		self = scope->time;

	for (LbdScope *callee = scope->first; callee; callee = callee->next)
		self -= callee->time;
	for (int i = 0; i < LBD_LEAVES; i++)
	{
		const LbdLeaf *leaf = &scope->leaves[i];
		const LbdLeaf *timed = leaf->timed > 0 ? leaf : &totals[i];
		LbdScope   *callee;

		if (leaf->calls == 0)
			continue;
		callee = scope_callee(profile, scope, profile->leaves[i]);
		callee->calls = leaf->calls;
		callee->time = timed->timed == 0 ? 0 :
			(int64) (((double) timed->time / timed->timed -
					  profile->clock_cost) * leaf->calls);
		callee->time = Max(Min(callee->time, self), 0);
		self -= callee->time;
	}
}

/*
 * What measuring cost in the last run within the time of a scope, in ns: an
 * estimate from the cost of empty scopes.
 */
double
lbd_profile_cost(const LbdProfile *profile, const LbdScope *scope)
{
	for (int i = 0; i < LBD_LEAVES; i++)
	{
		if (scope->function == profile->leaves[i])
			return scope->calls * profile->leaf_cost;
	}
	return scope->entered * profile->scope_cost;
}

/*
 * Finds out what measuring costs, by measuring nothing: the smallest mean of
 * several tries.
 */
static void
profile_calibrate(LbdProfile *profile)
{
	static const LbdFunction empty = {"empty", __FILE__, __LINE__, NULL};
	LbdProfile	scratch = *profile;
	LbdLeaf    *leaf;

	scratch.context = AllocSetContextCreate(profile->context,
											"lbdiag calibration",
											ALLOCSET_SMALL_SIZES);
	scratch.root = scope_create(&scratch, NULL, &empty);
	scratch.current = scratch.root;
	leaf = &scratch.root->leaves[0];
	for (int try = 0; try < LBD_COST_TRIES; try++)
	{
		int64		start = lbd_clock();
		int64		middle;
		int64		end;

		for (int i = 0; i < LBD_COST_CALLS; i++)
		{
			lbd_profile_enter(&scratch, &empty);
			lbd_profile_leave(&scratch, 1);
		}
		middle = lbd_clock();
		leaf->timed = leaf->time = 0;
		for (int i = 0; i < LBD_COST_CALLS * LBD_SAMPLE; i++)
			lbd_leaf_leave(&scratch, 0, lbd_leaf_enter(&scratch, 0));
		end = lbd_clock();
		take_smaller(&profile->scope_cost,
					 (double) (middle - start) / LBD_COST_CALLS);
		take_smaller(&profile->leaf_cost,
					 (double) (end - middle) / leaf->timed / LBD_SAMPLE);
		take_smaller(&profile->clock_cost,
					 (double) leaf->time / leaf->timed);
	}
	MemoryContextDelete(scratch.context);
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
