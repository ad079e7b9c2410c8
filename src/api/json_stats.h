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

/* Columns that lbd_path_columns fills in. */
#define LBD_PATH_COLS	12

extern void lbd_stats_add_datum(LbdPathStats *stats, LbdPath *root,
								Datum value, bool is_jsonb);
extern void lbd_path_columns(const LbdPath *path, int64 total, Datum *values,
							 bool *nulls);
extern Datum lbd_share_datum(int64 bytes, int64 total);

#endif							/* LBD_JSON_STATS_H */
