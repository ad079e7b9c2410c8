/*-------------------------------------------------------------------------
 *
 * calls.h
 *	  What is called and run in the extension's schema.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_CALLS_H
#define LBD_CALLS_H

#include "fmgr.h"

extern char *lbd_call_schema(FunctionCallInfo fcinfo);
extern void lbd_execute(const char *query, int nargs, Oid *types,
						Datum *values, const char *nulls, int expected);
extern Datum lbd_call_function(const char *schema, const char *name,
							   int nargs, const Oid *types,
							   const NullableDatum *arguments);

#endif							/* LBD_CALLS_H */
