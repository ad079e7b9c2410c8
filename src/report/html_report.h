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

/* Which report of a leaderboard. */
typedef struct LbdHtmlRequest
{
	const char *schema;			/* of the extension, quoted */
	const char *domain;			/* leaderboard */
	const char *viewer;			/* as in lbdiag_audit */
	const char *layout;			/* or NULL for the leaderboard's own */
	const char *encoding;		/* of compressed bytes: its name */
	bool		compare;		/* two recorded runs as well */
	const int64 *before;		/* number of the first one, or NULL */
	const int64 *after;			/* number of the second one, or NULL */
}			LbdHtmlRequest;

/* Which profile of statements. */
typedef struct LbdHtmlStatements
{
	const char *schema;			/* of the extension, quoted */
	const char *statement;		/* what is run, or NULL */
	const int32 *repetitions;	/* how often, or NULL */
	const bool *rollback;		/* whether effects are undone, or NULL */
	const bool *functions;		/* whether functions are watched, or NULL */
}			LbdHtmlStatements;

extern void lbd_html_leaderboard(StringInfo out,
								 const LbdHtmlRequest * request);
extern void lbd_html_query(StringInfo out, const char *schema,
						   const char *query, const char *encoding);
extern void lbd_html_statements(StringInfo out,
								const LbdHtmlStatements * statements);

#endif							/* LBD_HTML_REPORT_H */
