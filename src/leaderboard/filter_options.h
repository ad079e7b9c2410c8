/*-------------------------------------------------------------------------
 *
 * filter_options.h
 *	  filter_options: what the page's filters offer.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_FILTER_OPTIONS_H
#define LBD_FILTER_OPTIONS_H

#include "leaderboard/layout.h"
#include "leaderboard/models.h"

typedef struct LbdFilters LbdFilters;

extern LbdFilters *lbd_filters_create(MemoryContext context);
extern void lbd_filters_add(LbdFilters *filters, const LbdModel *model,
							LbdCallTree *profile);
extern void lbd_write_filters(const LbdFilters *filters,
							  const LbdBenchmarks *benchmarks,
							  const LbdLayout *layout, LbdWriter *writer);

#endif							/* LBD_FILTER_OPTIONS_H */
