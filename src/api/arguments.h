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

#include "trace/profile.h"

/* Repetitions: each keeps its times, and two numbers for each function. */
#define LBD_MAX_RUNS	1000

/* Those of statements, for each place. */
#define LBD_MAX_REPETITIONS	100

extern void lbd_argument_required(FunctionCallInfo fcinfo, int number,
								  const char *name, const char *hint);
extern char *lbd_argument_statement(FunctionCallInfo fcinfo, int number);
extern int	lbd_argument_count(FunctionCallInfo fcinfo, int number,
							   const char *name, int most);
extern int	lbd_argument_count_or(FunctionCallInfo fcinfo, int number,
								  const char *name, int most, int value);
extern const double *lbd_argument_application_ms(FunctionCallInfo fcinfo,
												 int number, double *ms);
extern LbdStatements lbd_argument_statements(FunctionCallInfo fcinfo,
											 int statement, int first);
extern int	lbd_argument_choice(FunctionCallInfo fcinfo, int number,
								const char *name, const char *const *choices,
								int nchoices);
extern bool lbd_argument_flag(FunctionCallInfo fcinfo, int number,
							  const char *name);

#endif							/* LBD_ARGUMENTS_H */
