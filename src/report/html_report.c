/*-------------------------------------------------------------------------
 *
 * html_report.c
 *	  The HTML reports.
 *
 * Each is one page, written from its beginning to its end as what it shows is
 * measured; only what is measured in another order is kept aside.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/namespace.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "leaderboard/profile.h"
#include "report/audit_report.h"
#include "report/html_page.h"
#include "report/html_report.h"
#include "report/html_sections.h"
#include "report/html_table.h"
#include "report/relation_report.h"
#include "report/statement_findings.h"
#include "report/statement_report.h"
#include "util/html.h"

/* Columns of a line, above which it is shortened. */
#define LBD_LINE_COLUMNS	4000

static void payload_sections(StringInfo out, StringInfo history,
							 const LbdRequest *request, LbdEncoding encoding);
static void build_section(StringInfo out, const LbdRequest *request,
						  LbdEncoding encoding);
static void answer(StringInfo out, const LbdReport *report);
static void paragraphs(StringInfo out, const LbdReport *report,
					   int headlines);
static void opportunities(StringInfo out, const LbdAuditFacts *facts);
static void opportunity(LbdHtmlTable *table, const LbdAudit *audit,
						const LbdTip *tip);
static LbdReport *query_answer(const LbdResultSizes *result);
static void findings(StringInfo out, const LbdTreeRows *rows);

/*
 * The report of a leaderboard, which is audited and profiled for it; where
 * runs are named, with what differs between them.  Needs an SPI connection.
 */
void
lbd_html_leaderboard(StringInfo out, const LbdRequest *request,
					 LbdEncoding encoding, LbdRunPair runs)
{
	StringInfoData difference;
	StringInfoData history;

	initStringInfo(&difference);
	initStringInfo(&history);
	/* First, as a run that does not exist is an error before the work. */
	if (runs.before || runs.after)
		lbd_html_difference(&difference,
							quote_identifier(request->extension_schema),
							runs.before, runs.after);
	lbd_html_begin(out, psprintf("lbdiag: %s", request->payload));
	payload_sections(out, &history, request, encoding);
	build_section(out, request, encoding);
	appendBinaryStringInfo(out, difference.data, difference.len);
	appendBinaryStringInfo(out, history.data, history.len);
	appendStringInfoString(out, "<p class=\"note\">Made by lbdiag. There are names and sizes "
						   "here, and no values of the data. MB is 1024 x 1024 bytes.</p>\n");
	lbd_html_end(out);
}

/*
 * Appends what an audit says, and the section on recorded runs, where the
 * caller may read them, to a text of its own.
 */
static void
payload_sections(StringInfo out, StringInfo history,
				 const LbdRequest *request, LbdEncoding encoding)
{
	LbdRequest	audited = *request;
	LbdAudit	audit;
	LbdAuditFacts facts = {.audit = &audit,.request = &audited,.encoding = encoding};
	LbdReport  *report = lbd_report_create();
	int64		start = lbd_clock();

	audited.progress = "lbdiag_audit";
	lbd_audit_run(&audit, &audited, encoding);
	facts.ms = (lbd_clock() - start) / LBD_NS_PER_MS;
	lbd_audit_facts_read(&facts);
	report->whole = true;
	lbd_report_answer(report, &facts);
	answer(out, report);
	/* The paths of the audit are good for this alone afterwards. */
	lbd_audit_limit(&audit);
	lbd_html_sizes(out, request->payload, lbd_html_audit_sizes(&audit));
	opportunities(out, &facts);
	if (lbd_may(request->extension_schema, "lbdiag_runs", ACL_SELECT) &&
		lbd_may(request->extension_schema, "_lbdiag_run", ACL_SELECT))
		lbd_html_history(history, lbd_html_read_runs(audit.build),
						 facts.targets);
	lbd_build_close(audit.build);
}

static void
build_section(StringInfo out, const LbdRequest *request, LbdEncoding encoding)
{
	LbdRequest	profiled = *request;
	int64		reference[2];
	LbdCallTree *tree;

	profiled.progress = "lbdiag_profile";
	tree = lbd_build_profile(profiled, encoding, 1, CurrentMemoryContext,
							 reference);
	lbd_html_times(out, "Time of lbdiag's own builder", lbd_tree_rows(tree),
				   "The time of lbdiag's own builder, with compression: a lower bound for an "
				   "application that builds the same payload. The width of a box is its "
				   "time with what it calls below it.");
}

/*
 * Appends the first lines of a report, the first one as the headline.  Calls
 * that can be pasted are indented by five.
 */
static void
answer(StringInfo out, const LbdReport *report)
{
	paragraphs(out, report, 1);
}

/*
 * Appends the lines of a report, of which so many are headlines.
 */
static void
paragraphs(StringInfo out, const LbdReport *report, int headlines)
{
	ListCell   *cell;

	foreach(cell, report->lines)
	{
		const char *line = lfirst(cell);
		const char *element = strncmp(line, "     ", 5) == 0 ? "pre" : "p";

		if (foreach_current_index(cell) < headlines)
			element = "h1";
		appendStringInfo(out, "<%s>", element);
		lbd_html_text(out, line + strspn(line, " "), LBD_LINE_COLUMNS);
		appendStringInfo(out, "</%s>\n", element);
	}
}

static void
opportunities(StringInfo out, const LbdAuditFacts *facts)
{
	static const LbdHtmlColumn columns[] = {
		{"impact", LBD_HTML_TEXT}, {"action", LBD_HTML_TEXT}, {"saves", LBD_HTML_NUMBER},
		{"of the payload", LBD_HTML_SHARE}, {"compressed", LBD_HTML_NUMBER},
		{"of that", LBD_HTML_SHARE}, {"trade-off", LBD_HTML_TEXT}, {"call", LBD_HTML_CODE}
	};
	LbdHtmlTable table;
	ListCell   *cell;

	appendStringInfoString(out, "<section>\n<h2>What could be done</h2>\n");
	lbd_html_table_begin(&table, out, "Each was tried, by counting the text that would then be sent.",
						 columns, lengthof(columns));
	foreach(cell, facts->tips)
		opportunity(&table, facts->audit, lfirst(cell));
	lbd_html_table_end(&table);
	appendStringInfoString(out, "\n</section>\n");
}

static void
opportunity(LbdHtmlTable *table, const LbdAudit *audit, const LbdTip *tip)
{
	lbd_html_cell(table, tip->impact);
	lbd_html_cell(table, psprintf("%s%s", tip->action,
								  tip->sampled ? " (from a sample)" : ""));
	lbd_html_cell(table, lbd_text_size(tip->bytes_saved));
	lbd_html_share(table, (double) tip->bytes_saved / Max(audit->total, 1));
	lbd_html_cell(table, audit->compressed ?
				  lbd_text_size(tip->compressed_saved) : NULL);
	lbd_html_share(table, audit->compressed ?
				   (double) tip->compressed_saved / Max(audit->compressed_total, 1) :
				   NAN);
	lbd_html_cell(table, tip->trade_off);
	lbd_html_cell(table, tip->apply);
}

/*
 * The report of the result of a query.
 */
void
lbd_html_query(StringInfo out, const LbdResultSizes *result)
{
	lbd_html_begin(out, "lbdiag: result of a query");
	answer(out, query_answer(result));
	lbd_html_sizes(out, "the result", lbd_html_result_sizes(result));
	lbd_html_end(out);
}

/*
 * How large a result is, and what most of it is.
 */
static LbdReport *
query_answer(const LbdResultSizes *result)
{
	LbdReport  *report = lbd_report_create();
	char	   *incomplete = lbd_result_incomplete(result);
	StringInfoData line;

	initStringInfo(&line);
	appendStringInfo(&line, "The result of the query is %s",
					 lbd_text_size(result->bytes));
	if (result->compressed)
		appendStringInfo(&line, ", %s with %s",
						 lbd_text_size(result->compressed_bytes),
						 result->encoding);
	if (result->bytes > 0)
		appendStringInfo(&line, "; %s", lbd_result_main(result));
	lbd_report_line(report, "%s.", line.data);
	lbd_report_line(report, "It is counted as the server sends it, in the text protocol.%s",
					result->compressed ? " The same messages are compressed." : "");
	if (incomplete)
		lbd_report_line(report, "%s", incomplete);
	return report;
}

/*
 * The report of a relation.
 */
void
lbd_html_relation(StringInfo out, const LbdRelationSizes *sizes)
{
	LbdReport  *report = lbd_report_create();

	report->whole = true;
	lbd_relation_answer(report, sizes);
	lbd_html_begin(out, psprintf("lbdiag: %s", sizes->name));
	answer(out, report);
	lbd_html_sizes(out, sizes->name, lbd_html_relation_sizes(sizes));
	lbd_html_relation_sections(out, sizes);
	report = lbd_report_create();
	report->whole = true;
	lbd_relation_notes(report, sizes);
	appendStringInfoString(out, "<section>\n<h2>How this was measured</h2>\n");
	paragraphs(out, report, 0);
	appendStringInfoString(out, "</section>\n");
	lbd_html_end(out);
}

/*
 * The profile of statements, which are run for it.
 */
void
lbd_html_statements(StringInfo out, const LbdStatements *statements)
{
	int64	   *reference = palloc((statements->repetitions + 1) * sizeof(int64));
	LbdCallTree *tree = lbd_statements_profile(statements,
											   CurrentMemoryContext, reference);
	LbdTreeRows *rows = lbd_tree_rows(tree);
	LbdReport  *report = lbd_report_create();
	StringInfoData note;

	initStringInfo(&note);
	if (statements->repetitions > 1)
		appendStringInfo(&note, "Times are medians of %d repetitions.",
						 statements->repetitions);
	else
		appendStringInfoString(&note, "The statements ran once.");
	appendStringInfo(&note, " Their effects were %s. The width of a box is its"
					 " time with what it calls below it.",
					 statements->rollback ? "rolled back" : "kept");
	report->whole = true;
	lbd_statement_answer(report, rows);
	lbd_html_begin(out, "lbdiag: profile of statements");
	answer(out, report);
	findings(out, rows);
	lbd_html_times(out, "Time of the statements", rows, note.data);
	lbd_html_end(out);
}

static void
findings(StringInfo out, const LbdTreeRows *rows)
{
	static const LbdHtmlColumn columns[] = {
		{"share", LBD_HTML_SHARE}, {"finding", LBD_HTML_TEXT},
		{"advice", LBD_HTML_TEXT}
	};
	int			n;
	LbdFinding *found = lbd_statement_findings(rows, lbd_row_contexts(rows), &n);
	LbdHtmlTable table;

	appendStringInfoString(out, "<section>\n<h2>Findings</h2>\n");
	lbd_html_table_begin(&table, out, "Shares of the whole time.", columns,
						 lengthof(columns));
	for (int i = 0; i < n; i++)
	{
		lbd_html_share(&table, found[i].share);
		lbd_html_cell(&table, found[i].text);
		lbd_html_cell(&table, found[i].advice);
	}
	lbd_html_table_end(&table);
	appendStringInfoString(out, "\n</section>\n");
}
