/*-------------------------------------------------------------------------
 *
 * query.h
 *	  Queries of the caller's that are measured.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_QUERY_H
#define LBD_QUERY_H

#include "fmgr.h"
#include "tcop/dest.h"

extern char *lbd_query_argument(FunctionCallInfo fcinfo, int number);
extern void lbd_query_run(const char *query, DestReceiver *receiver);

#endif							/* LBD_QUERY_H */
