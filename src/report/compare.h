/*-------------------------------------------------------------------------
 *
 * compare.h
 *	  What differs between two recorded runs.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_COMPARE_H
#define LBD_COMPARE_H

#include "nodes/pg_list.h"
#include "utils/numeric.h"

/* A metric of two runs; amounts are whole numbers of 10 ^ -scale units. */
typedef struct LbdDifference
{
	int			number;			/* of its kind, by which kinds are sorted */
	const char *kind;			/* what kind of thing it is of */
	const char *name;			/* of that thing */
	const char *unit;			/* of the amounts */
	int			scale;			/* their digits after the point */
	bool		has_before;		/* the first run has it */
	bool		has_after;		/* the second run has it */
	bool		has_delta;		/* the two can be compared */
	int64		before;			/* amount, 0 where there is none */
	int64		after;			/* likewise */
	int64		delta;			/* what was added */
	const char *verdict;		/* in a word */
} LbdDifference;

typedef struct LbdDifferences
{
	const char *kind;			/* of both runs: "payload" or "statement" */
	List	   *notes;			/* char *: what makes the two hard to compare */
	LbdDifference *rows;		/* by kind, from the largest change on */
	int			count;			/* how many there are */
} LbdDifferences;

extern LbdDifferences *lbd_compare_runs(const char *schema,
										const int64 *before,
										const int64 *after);
extern Numeric lbd_difference_percent(const LbdDifference *row);

#endif							/* LBD_COMPARE_H */
