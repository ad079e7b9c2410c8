/*-------------------------------------------------------------------------
 *
 * path_rows.h
 *	  The paths of stats as rows of a result: their texts, order and number.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_PATH_ROWS_H
#define LBD_PATH_ROWS_H

#include "json/path_stats.h"

/* The longest text of a path, in bytes; a longer one is cut to it. */
#define LBD_PATH_TEXT_MAX	1000

/* A text of no more bytes has not been cut. */
#define LBD_PATH_TEXT_WHOLE	900

/* Trees of paths whose rows are one result. */
typedef struct LbdPathTree
{
	LbdPathStats *stats;		/* summed */
	int64	   *compressed;		/* compressed bytes by the number of the path,
								 * or NULL */
} LbdPathTree;

/* Paths that a result has rows of: what the setting is, and can be. */
#define LBD_PATHS_DEFAULT	5000
#define LBD_PATHS_LEAST		100
#define LBD_PATHS_MOST		20000

extern int	lbd_max_paths;

extern void lbd_stats_path(const LbdPath *path, StringInfo out);
extern void lbd_stats_step(const LbdPath *path, StringInfo out);
extern void lbd_stats_types(const LbdPath *path, StringInfo out);
extern LbdPath **lbd_stats_sorted(const LbdPath *parent, int *nchildren);
extern const LbdPath *lbd_rows_main(const LbdPath *path, int64 whole,
									int64 (*weight) (const LbdPath *path));

/* Called for a path of stats that have been summed. */
typedef void (*LbdPathVisit) (const LbdPath *path, void *arg);

extern void lbd_rows_walk(const LbdPath *root, LbdPathVisit visit, void *arg);
extern void lbd_rows_limit(const LbdPathTree *trees, int ntrees);
extern void lbd_rows_notice(const LbdPathStats *stats, const char *name);

#endif							/* LBD_PATH_ROWS_H */
