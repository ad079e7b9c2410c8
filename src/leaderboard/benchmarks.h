/*-------------------------------------------------------------------------
 *
 * benchmarks.h
 *	  The components that are made of the benchmarks alone.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_BENCHMARKS_H
#define LBD_BENCHMARKS_H

#include "leaderboard/payload.h"

extern void lbd_write_benchmark_component(LbdPayload *payload,
										  LbdComponent component,
										  LbdWriter *writer);
extern bool lbd_benchmark_ceiling(const LbdBenchmark *benchmark,
								  double *ceiling);
extern void lbd_stats_cycle(const LbdPayload *payload,
						   const LbdBenchmark *benchmark);

#endif							/* LBD_BENCHMARKS_H */
