/*-------------------------------------------------------------------------
 *
 * output.h
 *	  The rows of profiled statements, turned into text as for a client.
 *
 * Reading large values and printing them is often most of what a query costs
 * the server, and happens only where somebody takes its rows.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_OUTPUT_H
#define LBD_OUTPUT_H

#include "tcop/dest.h"

#include "trace/trace.h"

extern DestReceiver *lbd_output_create(LbdTrace *trace,
									   MemoryContext context);

#endif							/* LBD_OUTPUT_H */
