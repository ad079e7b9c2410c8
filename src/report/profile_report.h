/*-------------------------------------------------------------------------
 *
 * profile_report.h
 *	  The profile of a build as text.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_PROFILE_REPORT_H
#define LBD_PROFILE_REPORT_H

#include "leaderboard/audit.h"
#include "report/text.h"
#include "util/call_tree_rows.h"

/* What the report is about. */
typedef struct LbdProfileFacts
{
	const LbdRequest *request;	/* what was asked for */
	const LbdTreeRows *rows;	/* where the time went */
	const LbdAudit *audit;		/* sizes of the same payload */
	LbdEncoding encoding;		/* that was part of the build */
	int			repetitions;	/* of it */
	int			top;			/* functions that are shown at most */
} LbdProfileFacts;

extern void lbd_report_profile(LbdReport *report,
							   const LbdProfileFacts *facts);

#endif							/* LBD_PROFILE_REPORT_H */
