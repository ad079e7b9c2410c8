/*-------------------------------------------------------------------------
 *
 * record.h
 *	  What all that is recorded begins with.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_RECORD_H
#define LBD_RECORD_H

#include "api/run_store.h"
#include "util/call_tree_rows.h"

extern void lbd_record_begin(const char *schema, const char *action);
extern void lbd_record_server(LbdStore * run);
extern void lbd_record_function(LbdStore * row, int64 run,
								const LbdTreeFunction *function);

#endif							/* LBD_RECORD_H */
