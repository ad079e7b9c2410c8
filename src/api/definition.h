/*-------------------------------------------------------------------------
 *
 * definition.h
 *	  Whether a function's SQL definition is the one that the library means.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_DEFINITION_H
#define LBD_DEFINITION_H

#include "fmgr.h"

extern void lbd_check_definition(FunctionCallInfo fcinfo, int nargs,
								 int ncols);
extern void lbd_definition_error(FunctionCallInfo fcinfo, const char *detail);

#endif							/* LBD_DEFINITION_H */
