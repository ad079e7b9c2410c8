/*-------------------------------------------------------------------------
 *
 * column_defs.h
 *	  column_defs: the page's columns.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_COLUMN_DEFS_H
#define LBD_COLUMN_DEFS_H

#include "leaderboard/layout.h"
#include "leaderboard/source.h"

extern void lbd_write_columns(const LbdBenchmarks *benchmarks,
							  const LbdLayout *layout,
							  const LbdViewer *viewer, LbdWriter *writer);

#endif							/* LBD_COLUMN_DEFS_H */
