/*-------------------------------------------------------------------------
 *
 * stats_codec.h
 *	  Path stats of any JSON as bytes, and back.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_STATS_CODEC_H
#define LBD_STATS_CODEC_H

#include "json/path_stats.h"

/* Version of the bytes, the first one of them: of JSON, and of a column. */
#define LBD_STATS_VERSION			2
#define LBD_COLUMN_STATS_VERSION	3

/* The longest number: nine times seven bits. */
#define LBD_NUMBER_BYTES	9

extern Size lbd_stats_written(const LbdPathStats *stats);
extern void lbd_stats_write(const LbdPathStats *stats, StringInfo out);
extern int	lbd_stats_compare_paths(const void *a, const void *b);
extern LbdPathStats *lbd_stats_read(const char *data, Size len,
									MemoryContext context);

#endif							/* LBD_STATS_CODEC_H */
