/*-------------------------------------------------------------------------
 *
 * html_report.c
 *	  The HTML reports.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "report/html_page.h"
#include "report/html_sections.h"
#include "report/html_table.h"
#include "util/html.h"

/* Columns of a line, above which it is shortened. */
#define LBD_LINE_COLUMNS	4000

/* Characters of the name of a column. */
#define LBD_COLUMN_WIDTH	60

static void answer(StringInfo out, const LbdReport *report);
static LbdReport *query_answer(const LbdHtmlSizes * sizes,
							   const char *encoding);
static const LbdHtmlPath *largest_column(const LbdHtmlSizes * sizes);
static void findings(StringInfo out, const List *found);

/*
 * The report of the result of a query, which is run for it.  encoding is that
 * of compressed bytes.
 */
void
lbd_html_query(StringInfo out, const char *schema, const char *query,
			   const char *encoding)
{
	LbdHtmlSizes *sizes = lbd_html_read_query(schema, query);

	lbd_html_begin(out, "lbdiag: result of a query");
	answer(out, query_answer(sizes, encoding));
	lbd_html_sizes(out, "the result", sizes);
	lbd_html_end(out);
}

/*
 * The profile of statements, which are run for it.
 */
void
lbd_html_statements(StringInfo out, const LbdHtmlStatements * statements)
{
	LbdHtmlProfile *profile = lbd_html_read_profile(statements);
	StringInfoData note;

	initStringInfo(&note);
	if (*statements->repetitions > 1)
		appendStringInfo(&note, "Times are medians of %d repetitions.",
						 *statements->repetitions);
	else
		appendStringInfoString(&note, "The statements ran once.");
	appendStringInfo(&note, " Their effects were %s. The width of a box is its"
					 " time with what it calls below it.",
					 *statements->rollback ? "rolled back" : "kept");
	lbd_html_begin(out, "lbdiag: profile of statements");
	answer(out, profile->answer);
	findings(out, profile->findings);
	lbd_html_times(out, "Time of the statements", profile->tree, note.data);
	lbd_html_end(out);
}

/*
 * Appends the first lines of a report, the first one as the headline.  Calls
 * that can be pasted are indented by five.
 */
static void
answer(StringInfo out, const LbdReport *report)
{
	ListCell   *cell;

	foreach(cell, report->lines)
	{
		const char *line = lfirst(cell);
		const char *element = strncmp(line, "     ", 5) == 0 ? "pre" : "p";

		if (foreach_current_index(cell) == 0)
			element = "h1";
		appendStringInfo(out, "<%s>", element);
		lbd_html_text(out, line + strspn(line, " "), LBD_LINE_COLUMNS);
		appendStringInfo(out, "</%s>\n", element);
	}
}

/*
 * How large a result is, and what most of it is.
 */
static LbdReport *
query_answer(const LbdHtmlSizes * sizes, const char *encoding)
{
	const		LbdHtmlPath *largest = largest_column(sizes);
	bool		compressed = sizes->total.compressed >= 0;
	LbdReport  *report = lbd_report_create();
	StringInfoData line;

	initStringInfo(&line);
	appendStringInfo(&line, "The result of the query is %s",
					 lbd_text_size(sizes->total.bytes));
	if (compressed)
		appendStringInfo(&line, ", %s with %s",
						 lbd_text_size(sizes->total.compressed), encoding);
	if (largest)
		appendStringInfo(&line, "; most of it is the column %s (%s)",
						 lbd_text_short(largest->component, LBD_COLUMN_WIDTH),
						 lbd_text_percent(largest->share, 1, 0));
	lbd_report_line(report, "%s.", line.data);
	lbd_report_line(report, "It is counted as the server sends it, in the text protocol.%s",
					compressed ? " The same messages are compressed." : "");
	return report;
}

/* The column that takes most, the first of equal ones, or NULL. */
static const LbdHtmlPath *
largest_column(const LbdHtmlSizes * sizes)
{
	const		LbdHtmlPath *largest = NULL;

	for (int i = 0; i < sizes->count; i++)
	{
		const		LbdHtmlPath *path = &sizes->paths[i];

		if (path->component && path->depth == 0 &&
			(largest == NULL || path->bytes > largest->bytes))
			largest = path;
	}
	return largest;
}

static void
findings(StringInfo out, const List *found)
{
	static const LbdHtmlColumn columns[] = {
		{"share", LBD_HTML_SHARE}, {"finding", LBD_HTML_TEXT},
		{"advice", LBD_HTML_TEXT}
	};
	LbdHtmlTable table;
	ListCell   *cell;

	appendStringInfoString(out, "<section>\n<h2>Findings</h2>\n");
	lbd_html_table_begin(&table, out, "Shares of the whole time.", columns,
						 lengthof(columns));
	foreach(cell, found)
	{
		const		LbdHtmlFinding *finding = lfirst(cell);

		lbd_html_share(&table, finding->share);
		lbd_html_cell(&table, finding->finding);
		lbd_html_cell(&table, finding->advice);
	}
	lbd_html_table_end(&table);
	appendStringInfoString(out, "\n</section>\n");
}
