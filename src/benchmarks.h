/*-------------------------------------------------------------------------
 *
 * benchmarks.h
 *	  The components that are made of the benchmarks alone.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_BENCHMARKS_H
#define LBD_BENCHMARKS_H

#include "context.h"

extern void lbd_write_benchmark_component(LbdBuild *build,
										  LbdComponent component,
										  LbdWriter *writer);
extern bool lbd_benchmark_ceiling(const LbdBenchmark *benchmark,
								  double *ceiling);
extern void lbd_tree_cycle(const LbdBuild *build,
						   const LbdBenchmark *benchmark);

#endif							/* LBD_BENCHMARKS_H */
