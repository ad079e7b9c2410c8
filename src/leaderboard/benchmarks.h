/*-------------------------------------------------------------------------
 *
 * benchmarks.h
 *	  The components that are made of the benchmarks alone.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_BENCHMARKS_H
#define LBD_BENCHMARKS_H

#include "leaderboard/layout.h"
#include "leaderboard/source.h"

extern void lbd_write_benchmark_component(const LbdBenchmarks *benchmarks,
										  const LbdLayout *layout,
										  LbdComponent component,
										  LbdWriter *writer);
extern bool lbd_benchmark_ceiling(const LbdBenchmark *benchmark,
								  double *ceiling);
extern void lbd_benchmarks_cycle(const LbdBenchmarks *benchmarks,
								 const LbdBenchmark *benchmark);

#endif							/* LBD_BENCHMARKS_H */
