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

extern char *lbd_argument_statement(FunctionCallInfo fcinfo, int number);
extern int	lbd_argument_count(FunctionCallInfo fcinfo, int number,
							   const char *name, int most);
extern bool lbd_argument_flag(FunctionCallInfo fcinfo, int number,
							  const char *name);

#endif							/* LBD_ARGUMENTS_H */
