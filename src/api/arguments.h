/*-------------------------------------------------------------------------
 *
 * arguments.h
 *	  What functions on profiles share: their arguments.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_ARGUMENTS_H
#define LBD_ARGUMENTS_H

#include "fmgr.h"

/* Repetitions: each keeps its times, and two numbers for each function. */
#define LBD_MAX_RUNS	1000

extern char *lbd_argument_statement(FunctionCallInfo fcinfo, int number);
extern int	lbd_argument_count(FunctionCallInfo fcinfo, int number,
							   const char *name, int most);
extern int	lbd_argument_count_or(FunctionCallInfo fcinfo, int number,
								  const char *name, int most, int value);
extern int	lbd_argument_choice(FunctionCallInfo fcinfo, int number,
								const char *name, const char *const *choices,
								int nchoices);
extern bool lbd_argument_flag(FunctionCallInfo fcinfo, int number,
							  const char *name);

#endif							/* LBD_ARGUMENTS_H */
