/*-------------------------------------------------------------------------
 *
 * svg_trend.h
 *	  A series of values over time, with targets, as SVG.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_SVG_TREND_H
#define LBD_SVG_TREND_H

#include "util/svg.h"

typedef struct LbdTrend
{
	int			count;			/* points, in the order of time */
	const double *at;			/* times, in any unit */
	char	  **times;			/* as text */
	const double *values;		/* in the picture's unit */
	int			ntargets;		/* lines to be below of */
	const double *targets;		/* in the picture's unit */
} LbdTrend;

extern void lbd_svg_trend(StringInfo out, const LbdPicture *picture,
						  const LbdTrend *trend);

#endif							/* LBD_SVG_TREND_H */
