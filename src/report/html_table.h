/*-------------------------------------------------------------------------
 *
 * html_table.h
 *	  Tables of an HTML report.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_HTML_TABLE_H
#define LBD_HTML_TABLE_H

#include "lib/stringinfo.h"

/* What a column has. */
typedef enum LbdHtmlKind
{
	LBD_HTML_TEXT,				/* words */
	LBD_HTML_NUMBER,			/* an amount, to the right */
	LBD_HTML_CODE,				/* what can be pasted */
	LBD_HTML_SHARE,				/* a part of a whole, with a bar */
	LBD_HTML_CHANGE				/* the same of what grew or shrank: the bar */
} LbdHtmlKind;

typedef struct LbdHtmlColumn
{
	const char *head;			/* what stands above it */
	LbdHtmlKind kind;			/* what it has */
} LbdHtmlColumn;

/* A table that is being written. */
typedef struct LbdHtmlTable
{
	StringInfo	out;			/* the page */
	const char *caption;		/* what it says */
	const LbdHtmlColumn *columns;	/* from the left */
	int			ncolumns;		/* how many there are */
	int			next;			/* column of the next cell */
	bool		begun;			/* there is a row */
} LbdHtmlTable;

extern void lbd_html_table_begin(LbdHtmlTable *table, StringInfo out,
								 const char *caption,
								 const LbdHtmlColumn *columns, int ncolumns);
extern void lbd_html_cell(LbdHtmlTable *table, const char *value);
extern void lbd_html_count(LbdHtmlTable *table, int64 count);
extern void lbd_html_share(LbdHtmlTable *table, double share);
extern void lbd_html_table_end(LbdHtmlTable *table);

#endif							/* LBD_HTML_TABLE_H */
