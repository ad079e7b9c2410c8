/*-------------------------------------------------------------------------
 *
 * arguments.h
 *	  What functions on profiles share: their arguments and their times.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_ARGUMENTS_H
#define LBD_ARGUMENTS_H

#include "fmgr.h"

#define LBD_NS_PER_MS	1000000.0

/* Repetitions: each keeps its times, and two numbers for each function. */
#define LBD_MAX_RUNS	1000

extern int	lbd_argument_count(FunctionCallInfo fcinfo, int number,
							   const char *name, int most);
extern bool lbd_argument_flag(FunctionCallInfo fcinfo, int number,
							  const char *name);
extern int64 lbd_median(const int64 *values, int n);
extern Datum lbd_runs_datum(const int64 *values, int n);

#endif							/* LBD_ARGUMENTS_H */
