/*-------------------------------------------------------------------------
 *
 * recorded_run.h
 *	  Recorded runs and their metrics.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_RECORDED_RUN_H
#define LBD_RECORDED_RUN_H

#include "leaderboard/spi_query.h"

/* Digits of times in ms after the point. */
#define LBD_METRIC_TIME_SCALE		3

/* What runs are recorded of, and how they are read. */
typedef struct LbdRunKind
{
	const char *name;			/* in _lbdiag_run.kind */
	const char *metrics_query;	/* its metrics */
	const char *less;			/* verdict on an amount that is exact */
	const char *more;			/* likewise */
} LbdRunKind;

/* What is known of a run. */
typedef struct LbdRecordedRun
{
	int64		id;				/* its number */
	const LbdRunKind *kind;		/* what it is of */
	LbdRow		row;			/* of the query */
	int32		repetitions;	/* of the measurement */
	const char *encoding;		/* that made the compressed bytes, or NULL */
	int64		paths_left_out; /* small ones, of which nothing is known */
	int64		changing;		/* bytes of the time of the build in it */
	double		reference_low;	/* ms of the reference load, or 0 */
	double		reference_high; /* likewise */
} LbdRecordedRun;

/* A metric of a run. */
typedef struct LbdMetric
{
	int			number;			/* of its kind */
	const char *kind;			/* in words */
	const char *name;			/* of what it is of */
	const char *unit;			/* of the amount */
	int64		value;			/* amount, of times in microseconds */
	bool		has_range;		/* it was measured in repetitions */
	double		low;			/* range, in the unit of the reference load */
	double		high;			/* likewise */
} LbdMetric;

typedef struct LbdMetrics
{
	LbdMetric  *rows;			/* sorted by number and name */
	int			count;			/* how many there are */
} LbdMetrics;

extern void lbd_recorded_run(LbdRecordedRun *run, const char *schema,
							 int64 id);
extern LbdMetrics lbd_recorded_metrics(const char *schema,
									   const LbdRecordedRun *run);
extern int	lbd_metric_order(const void *a, const void *b);

#endif							/* LBD_RECORDED_RUN_H */
