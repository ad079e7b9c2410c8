/*-------------------------------------------------------------------------
 *
 * json_stats.h
 *	  What the functions on statistics of any JSON share.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_JSON_STATS_H
#define LBD_JSON_STATS_H

#include "json/path_stats.h"

extern void lbd_stats_add_datum(LbdPathStats *stats, LbdPath *root,
								Datum value, bool is_jsonb);

#endif							/* LBD_JSON_STATS_H */
