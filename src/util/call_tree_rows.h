/*-------------------------------------------------------------------------
 *
 * call_tree_rows.h
 *	  What a call tree says, by place, by function and by edge.
 *
 * Reports, exports and pictures of a call tree are all made from this.  Times
 * are in ns.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_CALL_TREE_ROWS_H
#define LBD_CALL_TREE_ROWS_H

#include "util/call_tree.h"

/* A place with what is below it. */
typedef struct LbdTreeRow
{
	const LbdPlace *place;		/* which */
	int			parent;			/* row of its caller, -1 for the root */
	int			depth;			/* below the root */
	int			function;		/* that it belongs to */
	bool		recursive;		/* the function is also a caller of itself */
	int64		self;			/* without what is below: the median of the
								 * runs */
	int64		time;			/* the sum of self here and below */
	int64		hit;			/* blocks with those below, of the last run */
	int64		read;
	int64		temp;
	double		overhead;		/* what measuring cost, in the last run */
	int64	   *runs;			/* of each run, with what is below */
} LbdTreeRow;

/*
 * All places of one label.  What lies below another place of the label counts
 * once, and so is not in what is with callees.
 */
typedef struct LbdTreeFunction
{
	const LbdPlace *place;		/* the first of them */
	const char *source;			/* of all, or NULL where they differ */
	const char *first_source;	/* the smallest of them, or NULL */
	const char *phase;			/* the smallest of them, or NULL */
	int64		calls;			/* of the last run */
	int64		primitive;		/* those that are not from itself */
	int64		self;			/* without callees */
	int64		self_min;		/* of the runs */
	int64		self_max;
	int64		time;			/* with callees */
	int64		time_min;
	int64		time_max;
	int64		rows;			/* or -1 where there are none */
	int64		loops;			/* likewise */
	int64		merged;			/* calls without a place of their own */
	int64		hit;			/* with callees */
	int64		read;
	int64		temp;
	double		workers;		/* of parallel workers, with callees */
	double		overhead;		/* what measuring cost */
} LbdTreeFunction;

/* The calls of one function by another. */
typedef struct LbdTreeEdge
{
	int			caller;			/* functions */
	int			callee;
	int64		calls;
	int64		primitive;		/* those that are not from within itself */
	int64		self;			/* of the callee, without its callees */
	int64		time;			/* of primitive calls, with them */
} LbdTreeEdge;

typedef struct LbdTreeRows
{
	const LbdCallTree *tree;	/* where they are from */
	int			nrows;
	LbdTreeRow *rows;			/* a caller before its callees, depth first */
	int			nfunctions;
	LbdTreeFunction *functions; /* in the order of their first rows */
} LbdTreeRows;

extern LbdTreeRows *lbd_tree_rows(const LbdCallTree *tree);
extern const LbdTreeFunction **lbd_tree_by_time(const LbdTreeRows *rows);
extern LbdTreeEdge *lbd_tree_edges(const LbdTreeRows *rows, int *nedges);
extern int64 lbd_median(const int64 *values, int n);
extern void lbd_range(const int64 *values, int n, int64 *low, int64 *high);

#endif							/* LBD_CALL_TREE_ROWS_H */
