/*-------------------------------------------------------------------------
 *
 * html_report.h
 *	  The HTML reports.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_HTML_REPORT_H
#define LBD_HTML_REPORT_H

#include "lib/stringinfo.h"

#include "leaderboard/build.h"
#include "report/query_report.h"
#include "report/relation_sizes.h"
#include "trace/profile.h"

/* Two recorded runs, by their numbers; NULL where one is not named. */
typedef struct LbdRunPair
{
	const int64 *before;		/* the first one */
	const int64 *after;			/* the second one */
} LbdRunPair;

extern void lbd_html_leaderboard(StringInfo out, const LbdRequest *request,
								 LbdEncoding encoding, LbdRunPair runs);
extern void lbd_html_query(StringInfo out, const LbdResultSizes *result);
extern void lbd_html_relation(StringInfo out, const LbdRelationSizes *sizes);
extern void lbd_html_statements(StringInfo out,
								const LbdStatements *statements);

#endif							/* LBD_HTML_REPORT_H */
