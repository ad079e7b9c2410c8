/*-------------------------------------------------------------------------
 *
 * path_fold.h
 *	  Which keys of any JSON are names, and which are data.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_PATH_FOLD_H
#define LBD_PATH_FOLD_H

#include "json/path_stats.h"

extern void lbd_stats_save_memory(LbdPathStats *stats);
extern bool lbd_stats_decide(LbdPathStats *stats);
extern void lbd_stats_clear(LbdPathStats *stats);
extern const char *lbd_stats_why(const LbdPath *path);
extern int64 lbd_stats_keys(const LbdPath *path);

#endif							/* LBD_PATH_FOLD_H */
