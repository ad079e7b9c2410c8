/*-------------------------------------------------------------------------
 *
 * bottlenecks.h
 *	  What the time of a build is spent on.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_BOTTLENECKS_H
#define LBD_BOTTLENECKS_H

#include "util/call_tree_rows.h"

typedef struct LbdBottleneck
{
	const char *name;			/* what it is called */
	const char *fix;			/* what can be done */
	int64		ns;				/* self times of its places */
	int64		calls;			/* of these */
	const char *largest;		/* function of the place that takes most */
	int64		largest_ns;		/* what that takes */
	const char *figure;			/* that shows it */
} LbdBottleneck;

#define LBD_BOTTLENECKS	5

extern LbdBottleneck *lbd_bottlenecks(const LbdTreeRows *rows);

#endif							/* LBD_BOTTLENECKS_H */
