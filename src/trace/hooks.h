/*-------------------------------------------------------------------------
 *
 * hooks.h
 *	  What the server does, as places of the call tree.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_HOOKS_H
#define LBD_HOOKS_H

#include "trace/trace.h"

extern void lbd_hooks_init(void);
extern void lbd_trace_on(LbdTrace *trace);
extern void lbd_trace_off(bool keep);
extern void lbd_trace_abandon(void);
extern void lbd_trace_discard(void);

#endif							/* LBD_HOOKS_H */
