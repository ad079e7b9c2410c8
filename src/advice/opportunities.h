/*-------------------------------------------------------------------------
 *
 * opportunities.h
 *	  What could be done about a payload's size.
 *
 * Whoever has measured a payload asks for its opportunities, all in C:
 *
 *		lbd_audit_run(&audit, &request, encoding);	-- all components
 *		payload = lbd_leaderboard_payload(audit.build);
 *		found = lbd_find_opportunities(payload,
 *									   lbd_leaderboard_measured(&audit),
 *									   encoding);
 *		...										-- the audit is still there
 *		lbd_build_close(audit.build);
 *
 * Everything lives as long as the payload.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_OPPORTUNITIES_H
#define LBD_OPPORTUNITIES_H

#include "advice/proposals.h"
#include "payload/payload.h"

/* A list of texts. */
typedef struct LbdTexts
{
	const char **texts;			/* NULL: there is no list */
	int			n;				/* how many */
} LbdTexts;

typedef struct LbdOpportunity
{
	const char *impact;			/* SECURITY, HIGH, MEDIUM, LOW, UNSENT or ALL
								 * HIGH */
	LbdTexts	rules;			/* by which it was found */
	const char *action;			/* what to do */
	LbdTexts	components;		/* that it is about */
	LbdTexts	paths;			/* that it is about */
	int64		bytes_saved;	/* of the payload's bytes */
	int64		compressed_saved;	/* of its compressed bytes, if counted */
	bool		sampled;		/* tried on a part of the models */
	const char *trade_off;		/* what it costs */
	const char *change;			/* for lbdiag_whatif, or NULL */
} LbdOpportunity;

typedef struct LbdOpportunities
{
	LbdOpportunity *rows;		/* in the order of their priority */
	int			nrows;			/* how many */
	int64		bytes;			/* of the payload */
	int64		compressed_bytes;	/* of the payload, if counted */
	bool		compressed;		/* compressed bytes have been counted */
} LbdOpportunities;

extern LbdOpportunities *lbd_find_opportunities(LbdPayload *payload,
												const LbdMeasured *measured,
												LbdEncoding encoding);

#endif							/* LBD_OPPORTUNITIES_H */
