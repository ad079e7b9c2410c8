/*-------------------------------------------------------------------------
 *
 * filter_options.h
 *	  filter_options: what the page's filters offer.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_FILTER_OPTIONS_H
#define LBD_FILTER_OPTIONS_H

#include "leaderboard/payload.h"

extern struct LbdFilters *lbd_filters_create(MemoryContext context);
extern void lbd_filters_add(LbdPayload *payload, const LbdModel *model);
extern void lbd_write_filters(LbdPayload *payload, LbdWriter *writer);

#endif							/* LBD_FILTER_OPTIONS_H */
