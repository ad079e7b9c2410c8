/*-------------------------------------------------------------------------
 *
 * functions.h
 *	  What the SQL-callable functions have in common.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_FUNCTIONS_H
#define LBD_FUNCTIONS_H

#include "fmgr.h"

#include "context.h"

extern LbdRequest lbd_request(FunctionCallInfo fcinfo, const char *function,
							  int nargs, int ncols);

#endif							/* LBD_FUNCTIONS_H */
