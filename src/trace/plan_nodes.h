/*-------------------------------------------------------------------------
 *
 * plan_nodes.h
 *	  The nodes of plans as places of the call tree.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_PLAN_NODES_H
#define LBD_PLAN_NODES_H

#include "executor/execdesc.h"

#include "trace/trace.h"

extern bool lbd_nodes_prepare(QueryDesc *query);
extern void lbd_nodes_watch(LbdTrace *trace, QueryDesc *query,
							LbdPlace *statement, bool untimed);
extern LbdPlace *lbd_nodes_statement(const LbdTrace *trace,
									 const QueryDesc *query);
extern void lbd_nodes_count(const QueryDesc *query);
extern char *lbd_node_label(const PlanState *node);

#endif							/* LBD_PLAN_NODES_H */
