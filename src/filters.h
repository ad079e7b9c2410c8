/*-------------------------------------------------------------------------
 *
 * filters.h
 *	  filter_options: what the page's filters offer.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_FILTERS_H
#define LBD_FILTERS_H

#include "context.h"

extern struct LbdFilters *lbd_filters_create(MemoryContext context);
extern void lbd_filters_add(LbdBuild *build, const LbdModel *model);
extern void lbd_write_filters(LbdBuild *build, LbdWriter *writer);

#endif							/* LBD_FILTERS_H */
