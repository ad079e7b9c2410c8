/*-------------------------------------------------------------------------
 *
 * audit_facts.h
 *	  What a report on a payload says beside its sizes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_AUDIT_FACTS_H
#define LBD_AUDIT_FACTS_H

#include "leaderboard/audit.h"

/* What could be done: a row of lbdiag_opportunities. */
typedef struct LbdTip
{
	int			priority;		/* its place in the list, from 1 */
	const char *impact;			/* HIGH, MEDIUM, LOW or a word of its own */
	const char *rule;			/* that it is of, NULL in the row ALL HIGH */
	List	   *together;		/* rules (char *) of the row ALL HIGH */
	const char *action;			/* what to do */
	const char *trade_off;		/* what that costs */
	const char *apply;			/* a query that shows it, or NULL */
	int64		bytes_saved;	/* of the payload */
	int64		compressed_saved;	/* and of the compressed one, if there is
									 * one */
	bool		sampled;		/* tried on a part of the models */
} LbdTip;

/* All that a report on a payload tells. */
typedef struct LbdAuditFacts
{
	const LbdRequest *request;	/* what was asked for */
	const LbdAudit *audit;		/* its sizes */
	LbdEncoding encoding;		/* of the compressed bytes */
	double		ms;				/* that the audit took */
	List	   *tips;			/* of LbdTip *, in their order */
	List	   *targets;		/* of LbdTarget *, by phase and metric */
} LbdAuditFacts;

extern void lbd_audit_facts_read(LbdAuditFacts *facts);

#endif							/* LBD_AUDIT_FACTS_H */
