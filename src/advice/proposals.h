/*-------------------------------------------------------------------------
 *
 * proposals.h
 *	  What rules propose for a payload that has been measured.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_PROPOSALS_H
#define LBD_PROPOSALS_H

#include "payload/measured.h"
#include "advice/rules.h"

/* A place that fits a rule. */
typedef struct LbdFit
{
	const LbdMeasuredPart *part;	/* the component */
	const LbdPath *at;			/* its path; the root for all of it */
	const char *path;			/* as an audit shows it */
	const char *key;			/* the last step of it, without quotes */
} LbdFit;

/* A change that a rule proposes. */
typedef struct LbdProposal
{
	const LbdRule *rule;		/* by which it was found */
	LbdFit	   *fits;			/* the largest first */
	int			nfits;			/* how many */
	int			max_fits;		/* how many there is memory for */
	const LbdPath **dropped;	/* paths that it leaves out, by address, or
								 * NULL */
} LbdProposal;

typedef struct LbdProposals
{
	LbdProposal *proposals;		/* in the rules' order */
	int			nproposals;		/* how many */
} LbdProposals;

extern LbdProposals *lbd_proposals_find(const LbdMeasured *measured);
extern bool lbd_proposals_conflict(const LbdProposal *a,
								   const LbdProposal *b);
extern char *lbd_proposals_change(const LbdProposal **proposals, int n);
extern const char **lbd_proposal_components(const LbdProposal *proposal,
											int *n);

#endif							/* LBD_PROPOSALS_H */
