/*-------------------------------------------------------------------------
 *
 * context.h
 *	  What the SQL-callable functions have in common.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_CONTEXT_H
#define LBD_CONTEXT_H

#include "fmgr.h"

#include "leaderboard/build.h"

extern LbdRequest lbd_request(FunctionCallInfo fcinfo, const char *function,
							  int nargs, int ncols);

#endif							/* LBD_CONTEXT_H */
