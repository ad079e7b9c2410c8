/*-------------------------------------------------------------------------
 *
 * path_sample.h
 *	  Paths of a sample of blocks: estimates of all from what is in it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_PATH_SAMPLE_H
#define LBD_PATH_SAMPLE_H

#include "json/path_stats.h"

/* The counts of a path that are estimated; LbdPathSample has their order. */
#define LBD_SCALED(path) { \
	&(path)->occurrences, &(path)->nulls, &(path)->key_bytes, \
	&(path)->value_bytes, &(path)->syntax_bytes, &(path)->jsonb_own, \
	&(path)->stored_own, &(path)->objects, &(path)->arrays, \
	&(path)->numbers, &(path)->booleans, &(path)->documents \
}

extern int64 lbd_stats_end_block(LbdPathStats *stats, int group);
extern void lbd_stats_end_table(LbdPathStats *stats, double factor,
								const LbdStratum *stratum);
extern void lbd_stats_end_pool(LbdPathStats *stats, const LbdStratum *pool);
extern int64 lbd_scaled(int64 count, int64 start, double factor);
extern void lbd_sample_of(LbdPathStats *stats, LbdPath *path);
extern void lbd_sample_reset(LbdPathSample *sample);
extern int64 lbd_sample_values(const LbdPath *path);
extern double lbd_sample_share(const LbdPath *path);
extern void lbd_sample_merge(LbdPathSample *sample,
							 const LbdPathSample *other);

#endif							/* LBD_PATH_SAMPLE_H */
