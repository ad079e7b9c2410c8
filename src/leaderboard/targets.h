/*-------------------------------------------------------------------------
 *
 * targets.h
 *	  The targets of a leaderboard, and how far its payload is from them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_TARGETS_H
#define LBD_TARGETS_H

#include "utils/numeric.h"

#include "leaderboard/build.h"

/* What has been measured, by the metrics of lbdiag_target. */
typedef struct LbdMeasurements
{
	List	   *list;			/* of LbdMeasurement * */
} LbdMeasurements;

/* A target, and how far it is: a row of lbdiag_targets. */
typedef struct LbdTarget
{
	char	   *phase;			/* that it is of */
	char	   *metric;			/* what must stay below it */
	bool		is_size;		/* in bytes; else in seconds */
	Numeric		target;			/* what that is */
	Numeric		current;		/* what was measured, or NULL */
	bool		met;			/* it was, and is below the target */
	Numeric		reduction;		/* how much less it must be, or NULL where it
								 * is not known */
	Numeric		reduction_pct;	/* the same in per cent, or NULL */
	char	   *basis;			/* what was measured, or why it was not */
} LbdTarget;

extern void lbd_measured_size(LbdMeasurements *measured, const char *component,
							  int64 bytes, const int64 *compressed_bytes);
extern void lbd_measured_time(LbdMeasurements *measured, const char *metric,
							  const double *ms, char *basis);
extern void lbd_measured_application(LbdMeasurements *measured,
									 const LbdRequest *request,
									 const double *ms, double builder_ms);
extern List *lbd_targets_read(const char *schema, const char *payload,
							  const LbdMeasurements *measured);
extern void lbd_phase_check(const char *schema, const char *payload,
							const char *phase);
extern char *lbd_phases_met(const LbdRequest *request, int64 bytes,
							const int64 *compressed_bytes);
extern int64 lbd_target_bytes(Numeric bytes);
extern char *lbd_target_seconds(Numeric seconds);
extern char *lbd_target_text(Numeric number);

#endif							/* LBD_TARGETS_H */
