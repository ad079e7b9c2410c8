/*-------------------------------------------------------------------------
 *
 * audit.h
 *	  What the payload of a leaderboard takes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_AUDIT_H
#define LBD_AUDIT_H

#include "leaderboard/targets.h"

/* A payload that has been written, and its sizes. */
typedef struct LbdAudit
{
	LbdBuild   *build;			/* its writers have the paths */
	int64		total;			/* bytes of all components that are sent */
	int64		compressed_total;	/* their compressed bytes, if compressed */
	bool		compressed;		/* the encoding is not none */
} LbdAudit;

extern void lbd_audit_run(LbdAudit *audit, const LbdRequest *request,
						  LbdEncoding encoding);
extern void lbd_audit_limit(const LbdAudit *audit);
extern void lbd_audit_payload(LbdAudit *audit, LbdBuild *build,
							  LbdEncoding encoding, bool attribute);
extern void lbd_audit_measurements(const LbdAudit *audit, LbdMeasurements *measured);
extern int	lbd_audit_sorted(const LbdBuild *build, bool sent,
							 LbdComponent *components);
extern const LbdPath *lbd_audit_root(const LbdAudit *audit,
									 LbdComponent component);

#endif							/* LBD_AUDIT_H */
