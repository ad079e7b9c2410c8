/*-------------------------------------------------------------------------
 *
 * runnable.h
 *	  Whether statements can be run inside a function.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_RUNNABLE_H
#define LBD_RUNNABLE_H

#include "trace/trace.h"

extern void lbd_statements_check(const char *text);
extern void lbd_statements_run(LbdTrace *trace, const char *text,
							   bool rollback, bool keep);

#endif							/* LBD_RUNNABLE_H */
