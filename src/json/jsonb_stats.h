/*-------------------------------------------------------------------------
 *
 * jsonb_stats.h
 *	  Counting jsonb by paths, as the text that the server prints.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_JSONB_STATS_H
#define LBD_JSONB_STATS_H

#include "utils/jsonb.h"

#include "json/path_stats.h"

extern void lbd_stats_add_jsonb(LbdPathStats *stats, LbdPath *root,
								Jsonb *jsonb, const uint8 *costs);

#endif							/* LBD_JSONB_STATS_H */
