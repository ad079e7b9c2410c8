/*-------------------------------------------------------------------------
 *
 * html_table.c
 *	  Tables of an HTML report.
 *
 * Cells are written in the order of their columns, row by row.  A text that
 * is too long for its cell is shortened, so that a row has a bounded length,
 * whatever the names in it are.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"

#include "report/html_table.h"
#include "util/html.h"

/* Columns of text, above which it is shortened. */
#define LBD_CELL_COLUMNS	240
#define LBD_CODE_COLUMNS	2000

/* Shares are shown as of four decimals. */
#define LBD_SHARE_UNIT		10000

static void table_head(LbdHtmlTable *table);
static void cell_begin(LbdHtmlTable *table);
static void cell_end(LbdHtmlTable *table);

/*
 * Begins a table.  One that gets no rows says so.
 */
void
lbd_html_table_begin(LbdHtmlTable *table, StringInfo out, const char *caption,
					 const LbdHtmlColumn *columns, int ncolumns)
{
	table->out = out;
	table->caption = caption;
	table->columns = columns;
	table->ncolumns = ncolumns;
	table->next = 0;
	table->begun = false;
}

/*
 * Fills the next cell, which is empty for NULL.
 */
void
lbd_html_cell(LbdHtmlTable *table, const char *value)
{
	LbdHtmlKind kind = table->columns[table->next].kind;
	StringInfo	out = table->out;

	cell_begin(table);
	if (value == NULL)
		appendStringInfoString(out, "<td>");
	else if (kind == LBD_HTML_NUMBER)
	{
		appendStringInfoString(out, "<td class=\"n\">");
		lbd_html_name(out, value);
	}
	else if (kind == LBD_HTML_CODE)
	{
		appendStringInfoString(out, "<td><code>");
		lbd_html_text(out, value, LBD_CODE_COLUMNS);
		appendStringInfoString(out, "</code>");
	}
	else
	{
		appendStringInfoString(out, "<td>");
		lbd_html_text(out, value, LBD_CELL_COLUMNS);
	}
	cell_end(table);
}

/*
 * Fills the next cell with a number, in groups of three digits; it is empty
 * for one that is negative.
 */
void
lbd_html_count(LbdHtmlTable *table, int64 count)
{
	char		digits[32];
	char		grouped[48];
	int			len;
	int			n = 0;

	len = snprintf(digits, sizeof(digits), INT64_FORMAT, count);
	for (int i = 0; i < len; i++)
	{
		if (i > 0 && (len - i) % 3 == 0)
			grouped[n++] = ',';
		grouped[n++] = digits[i];
	}
	grouped[n] = '\0';
	lbd_html_cell(table, count < 0 ? NULL : grouped);
}

/*
 * Fills the next cell with a share, -1 to 1: as a bar, and of what is a part
 * of a whole in per cent, too.  It is empty for what is not a number.
 */
void
lbd_html_share(LbdHtmlTable *table, double share)
{
	bool		change = table->columns[table->next].kind == LBD_HTML_CHANGE;
	double		parts = rint(fabs(share) * LBD_SHARE_UNIT);
	int			width = (int) Min(parts, LBD_SHARE_UNIT);
	StringInfo	out = table->out;

	if (isnan(share))
	{
		lbd_html_cell(table, NULL);
		return;
	}
	cell_begin(table);
	appendStringInfoString(out, "<td>");
	if (!change)
		appendStringInfo(out, "%s%.1f %%", share < 0 && parts > 0 ? "-" : "",
						 floor((parts + 5) / 10) / 10);
	appendStringInfoString(out, "<svg class=\"bar\" viewBox=\"0 0 100 7\""
						   " preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect");
	if (change)
		appendStringInfoString(out, share > 0 ? " class=\"grew\"" :
							   " class=\"shrank\"");
	appendStringInfo(out, " width=\"%d.%02d\" height=\"7\"/></svg>",
					 width / 100, width % 100);
	cell_end(table);
}

/*
 * Ends a table, at the end of a row.
 */
void
lbd_html_table_end(LbdHtmlTable *table)
{
	Assert(table->next == 0);
	appendStringInfoString(table->out, table->begun ?
						   "\n</tbody>\n</table></div>" : "<p>None.</p>");
}

static void
table_head(LbdHtmlTable *table)
{
	StringInfo	out = table->out;

	appendStringInfoString(out, "<div class=\"scroll\"><table>\n<caption>");
	lbd_html_text(out, table->caption, LBD_CELL_COLUMNS);
	appendStringInfoString(out, "</caption>\n<thead><tr>");
	for (int i = 0; i < table->ncolumns; i++)
	{
		appendStringInfo(out, "<th scope=\"col\"%s>",
						 table->columns[i].kind == LBD_HTML_NUMBER ? " class=\"n\"" : "");
		lbd_html_name(out, table->columns[i].head);
		appendStringInfoString(out, "</th>");
	}
	appendStringInfoString(out, "</tr></thead>\n<tbody>");
	table->begun = true;
}

static void
cell_begin(LbdHtmlTable *table)
{
	if (!table->begun)
		table_head(table);
	if (table->next == 0)
	{
		CHECK_FOR_INTERRUPTS();
		appendStringInfoString(table->out, "\n<tr>");
	}
}

static void
cell_end(LbdHtmlTable *table)
{
	appendStringInfoString(table->out, "</td>");
	if (++table->next < table->ncolumns)
		return;
	appendStringInfoString(table->out, "</tr>");
	table->next = 0;
}
