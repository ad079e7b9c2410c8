/*-------------------------------------------------------------------------
 *
 * scopes.h
 *	  The scopes of a build, which are places of a call tree.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_SCOPES_H
#define LBD_SCOPES_H

#include "util/call_tree.h"

/* A function as a profile shows it; it is told from others by its address. */
typedef struct LbdFunction
{
	const char *name;			/* what it does */
	const char *file;			/* where its scope is opened */
	int			line;			/* and the line there */
	const char *phase;			/* part of the work that it is, or NULL */
} LbdFunction;

/*
 * Calls of a function that is too short to time each call: all are counted,
 * and one in LBD_SAMPLE is timed.
 */
typedef struct LbdSampled
{
	int64		calls;			/* in this run */
	int64		timed;			/* how many of them were timed */
	int64		time;			/* ns of these */
} LbdSampled;

#define LBD_LEAVES	2
#define LBD_SAMPLE	61			/* prime: in step with no pattern of calls */

extern LbdCallTree *lbd_scopes_create(MemoryContext context,
									  const LbdFunction *root,
									  const LbdFunction *const *sampled,
									  int nruns);
extern void lbd_scopes_start(LbdCallTree *tree);
extern void lbd_scopes_stop(LbdCallTree *tree, bool keep);
extern void lbd_scope_enter(LbdCallTree *tree, const LbdFunction *function);
extern void lbd_scope_leave(LbdCallTree *tree, int64 calls);
extern void lbd_scope_rows(LbdCallTree *tree, int64 rows);
extern int64 lbd_leaf_begin(LbdCallTree *tree);
extern void lbd_leaf_end(LbdCallTree *tree, int leaf, int64 started);

/*
 * Opens and closes a scope, where there is a profile.  What lies between is
 * one call; LBD_LEAVE_CALLS closes one that stands for several.
 */
#define LBD_ENTER(profile, label) LBD_ENTER_PHASE(profile, label, NULL)

/* The same for a function of another phase than its caller. */
#define LBD_ENTER_PHASE(profile, label, phase) \
	do { \
		static const LbdFunction lbd_function = { \
			label, __FILE__, __LINE__, phase \
		}; \
		if (unlikely(profile)) \
			lbd_scope_enter(profile, &lbd_function); \
	} while (0)

#define LBD_LEAVE(profile) LBD_LEAVE_CALLS(profile, 1)

#define LBD_LEAVE_CALLS(profile, calls) \
	do { \
		if (unlikely(profile)) \
			lbd_scope_leave(profile, calls); \
	} while (0)

/*
 * A call of the sampled function in slot leaf begins.  Returns what
 * lbd_leaf_leave wants at its end: 0 where the call is not timed.
 */
static inline int64
lbd_leaf_enter(LbdCallTree *tree, int leaf)
{
	if (likely(tree == NULL))
		return 0;
	tree->current->sampled[leaf].calls++;
	return likely(--tree->countdown > 0) ? 0 : lbd_leaf_begin(tree);
}

static inline void
lbd_leaf_leave(LbdCallTree *tree, int leaf, int64 started)
{
	if (unlikely(started != 0))
		lbd_leaf_end(tree, leaf, started);
}

#endif							/* LBD_SCOPES_H */
