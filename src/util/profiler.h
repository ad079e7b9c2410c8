/*-------------------------------------------------------------------------
 *
 * profiler.h
 *	  Scopes: where the time of a build goes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_PROFILER_H
#define LBD_PROFILER_H

/* A function as a profile shows it; it is told from others by its address. */
typedef struct LbdFunction
{
	const char *name;			/* what it does */
	const char *file;			/* where its scope is opened */
	int			line;			/* and the line there */
	const char *phase;			/* part of the work that it is, or NULL */
} LbdFunction;

/* What a function that was called from one place of the call tree took. */
typedef struct LbdScope
{
	const LbdFunction *function;	/* which */
	struct LbdScope *parent;	/* caller, NULL for the root */
	struct LbdScope *first;		/* first callee */
	struct LbdScope *last;		/* last callee */
	struct LbdScope *next;		/* next callee of the caller */
	bool		recursive;		/* the function is also a caller of itself */
	int64		calls;			/* in this run */
	int64		entered;		/* in this run: a scope can stand for several
								 * calls */
	int64		rows;			/* that a query returned, or -1 */
	int64		time;			/* with all callees, in ns */
	int64		started;		/* when the open call was entered */
	int64		hit;			/* buffers found in shared buffers */
	int64		read;			/* and those that were not */
	struct LbdLeaf *leaves;		/* calls of sampled functions, by slot */
	int64	   *self_runs;		/* ns of each run without callees */
	int64	   *time_runs;		/* ns of each run with callees */
} LbdScope;

/*
 * Calls of a function that is too short to time each call: all are counted,
 * and one in LBD_SAMPLE is timed.
 */
typedef struct LbdLeaf
{
	int64		calls;			/* in this run */
	int64		timed;			/* how many of them were timed */
	int64		time;			/* ns of these */
} LbdLeaf;

#define LBD_LEAVES	2
#define LBD_SAMPLE	61			/* prime: in step with no pattern of calls */

/* A call tree; it lives in context.  Scopes that are open make its stack. */
typedef struct LbdProfile
{
	MemoryContext context;		/* holds all of it */
	LbdScope   *root;			/* the whole build */
	LbdScope   *current;		/* innermost open scope, NULL between runs */
	const LbdFunction *const *leaves;	/* the sampled functions */
	int			countdown;		/* calls of them up to the next timed one */
	int			nruns;			/* capacity of the scopes' arrays */
	int			run;			/* runs that have been kept */
	double		clock_cost;		/* ns that the clock adds to a sampled time */
	double		scope_cost;		/* ns that a scope costs its caller and it */
	double		leaf_cost;		/* ns that a sampled call costs */
} LbdProfile;

extern LbdProfile *lbd_profile_create(MemoryContext context,
									  const LbdFunction *root,
									  const LbdFunction *const *leaves,
									  int nruns);
extern void lbd_profile_start(LbdProfile *profile);
extern void lbd_profile_stop(LbdProfile *profile, bool keep);
extern void lbd_profile_enter(LbdProfile *profile,
							  const LbdFunction *function);
extern void lbd_profile_leave(LbdProfile *profile, int64 calls);
extern void lbd_profile_rows(LbdProfile *profile, int64 rows);
extern int64 lbd_profile_sample(LbdProfile *profile);
extern void lbd_profile_sampled(LbdProfile *profile, int leaf, int64 started);
extern double lbd_profile_cost(const LbdProfile *profile,
							   const LbdScope *scope);

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
			lbd_profile_enter(profile, &lbd_function); \
	} while (0)

#define LBD_LEAVE(profile) LBD_LEAVE_CALLS(profile, 1)

#define LBD_LEAVE_CALLS(profile, calls) \
	do { \
		if (unlikely(profile)) \
			lbd_profile_leave(profile, calls); \
	} while (0)

/*
 * A call of the sampled function in slot leaf begins.  Returns what
 * lbd_leaf_leave wants at its end: 0 where the call is not timed.
 */
static inline int64
lbd_leaf_enter(LbdProfile *profile, int leaf)
{
	if (likely(profile == NULL))
		return 0;
	profile->current->leaves[leaf].calls++;
	return likely(--profile->countdown > 0) ? 0 : lbd_profile_sample(profile);
}

static inline void
lbd_leaf_leave(LbdProfile *profile, int leaf, int64 started)
{
	if (unlikely(started != 0))
		lbd_profile_sampled(profile, leaf, started);
}

#endif							/* LBD_PROFILER_H */
