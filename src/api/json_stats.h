/*-------------------------------------------------------------------------
 *
 * json_stats.h
 *	  What the functions on statistics of any JSON share.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_JSON_STATS_H
#define LBD_JSON_STATS_H

#include "fmgr.h"

#include "json/path_stats.h"

extern void lbd_stats_add_datum(LbdPathStats *stats, LbdPath *root,
								Datum value, bool is_jsonb);
extern LbdPathStats *lbd_stats_state(FunctionCallInfo fcinfo, Datum *state);
extern const LbdPathStats *lbd_stats_of_datum(Datum value);
extern Datum lbd_stats_datum(const LbdPathStats *stats);

#endif							/* LBD_JSON_STATS_H */
