/*-------------------------------------------------------------------------
 *
 * function_calls.h
 *	  Calls of functions as places of the call tree.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_FUNCTION_CALLS_H
#define LBD_FUNCTION_CALLS_H

#include "trace/trace.h"

extern void lbd_function_calls_init(void);
extern char *lbd_function_label(Oid function, const char *unnamed);
extern LbdPlace *lbd_function_place(LbdTrace *trace, Oid function,
									const char *unnamed);

#endif							/* LBD_FUNCTION_CALLS_H */
