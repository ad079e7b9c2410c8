/*-------------------------------------------------------------------------
 *
 * statement_report.c
 *	  The profile of statements as text.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "report/statement_findings.h"
#include "report/statement_report.h"

/* The call tree is shown to this depth with further indentation. */
#define LBD_DEPTH_SHOWN		12

/* What takes less of the whole is not in the call tree. */
#define LBD_SHARE_SHOWN		0.01

static void write_answer(LbdReport *report, const LbdTreeRows *rows,
						 const LbdRowContext *contexts);
static void write_findings(LbdReport *report, const LbdTreeRows *rows,
						   const LbdRowContext *contexts);
static void write_functions(LbdReport *report, const LbdTreeRows *rows,
							int top);
static void write_tree(LbdReport *report, const LbdTreeRows *rows,
					   const LbdRowContext *contexts);
static void write_remarks(LbdReport *report, const LbdTreeRows *rows,
						  const char *remark);
static const char *hottest_name(const LbdHottest *hottest);
static char *ms_text(double ns, int places);

/*
 * The whole report: what takes most, what is found, the functions that take
 * most, at most top of them, and the call tree.  remark says how it was
 * measured.
 */
LbdReport *
lbd_statement_report(const LbdTreeRows *rows, int top, const char *remark)
{
	LbdReport  *report = lbd_report_create();
	LbdRowContext *contexts = lbd_row_contexts(rows);

	write_answer(report, rows, contexts);
	write_findings(report, rows, contexts);
	write_functions(report, rows, top);
	write_tree(report, rows, contexts);
	write_remarks(report, rows, remark);
	return report;
}

/*
 * Writes how long it took, and the function, the line and the node that took
 * most of that.
 */
void
lbd_statement_answer(LbdReport *report, const LbdTreeRows *rows)
{
	write_answer(report, rows, lbd_row_contexts(rows));
}

static void
write_answer(LbdReport *report, const LbdTreeRows *rows,
			 const LbdRowContext *contexts)
{
	LbdHottest	hottest[LBD_MAX_HOTTEST];
	int			n = lbd_statement_hottest(rows, contexts, hottest);
	int64		whole = rows->rows[0].time;

	lbd_report_line(report, "The statements took %s ms. Most of that:",
					ms_text(whole, 1));
	for (int i = 0; i < n; i++)
	{
		int			indent = 2 * (Min(hottest[i].level, 3) - hottest[0].level);
		char	   *calls = "";

		if (hottest[i].level == 1)
			calls = psprintf(", in %s", lbd_text_count(hottest[i].calls,
													   "call", "calls"));
		lbd_report_line(report, "%*s%s: %s ms, %s%s", indent, "",
						hottest_name(&hottest[i]),
						ms_text(hottest[i].ns, 1),
						lbd_text_percent(hottest[i].ns, Max(whole, 1), 1),
						calls);
	}
}

static const char *
hottest_name(const LbdHottest *hottest)
{
	static const char *const kinds[] = {
		"", "Function ", "Line ", "Node ", "Starting and ending "
	};
	static const char output[] = "output: ";
	char	   *label = lbd_text_short(hottest->label, 45);

	if (hottest->kind != LBD_PLACE_OUTPUT)
		return psprintf("%s%s", kinds[hottest->level], label);
	if (strncmp(label, output, strlen(output)) == 0)
		label += strlen(output);
	return psprintf("Turning rows into text: %s", label);
}

static void
write_findings(LbdReport *report, const LbdTreeRows *rows,
			   const LbdRowContext *contexts)
{
	int			n;
	LbdFinding *findings = lbd_statement_findings(rows, contexts, &n);

	lbd_report_heading(report, "FINDINGS");
	for (int i = 0; i < n; i++)
	{
		lbd_report_line(report, "%8s %s",
						lbd_text_percent(findings[i].share, 1, 1),
						findings[i].text);
		lbd_report_line(report, "         %s", findings[i].advice);
	}
}

static void
write_functions(LbdReport *report, const LbdTreeRows *rows, int top)
{
	static const LbdTableColumn columns[] = {
		{"ncalls", 10, 0, true}, {"tottime", 9, 1, true},
		{"percall", 9, 1, true}, {"cumtime", 9, 1, true},
		{"percall", 9, 1, true}, {"function", 0, 2, false}
	};
	const LbdTreeFunction **functions = lbd_tree_by_time(rows);
	LbdTable	table;

	lbd_report_heading(report, "TOP %d BY CUMULATIVE TIME, IN MS", top);
	lbd_table_begin(&table, report, columns, lengthof(columns));
	for (int i = 0; i < Min(top, rows->nfunctions); i++)
	{
		const LbdTreeFunction *function = functions[i];
		int64		calls = function->calls;

		CHECK_FOR_INTERRUPTS();
		lbd_table_cell(&table, INT64_FORMAT, calls);
		lbd_table_cell(&table, "%s", ms_text(function->self, 3));
		lbd_table_cell(&table, "%s", calls == 0 ? "" :
					   ms_text((double) function->self / calls, 3));
		lbd_table_cell(&table, "%s", ms_text(function->time, 3));
		lbd_table_cell(&table, "%s", calls == 0 ? "" :
					   ms_text((double) function->time / calls, 3));
		lbd_table_cell(&table, "%s",
					   lbd_text_short(function->place->label, 46));
	}
	lbd_table_end(&table);
}

static void
write_tree(LbdReport *report, const LbdTreeRows *rows,
		   const LbdRowContext *contexts)
{
	int64		whole = rows->rows[0].time;

	lbd_report_heading(report, "CALL TREE");
	for (int i = 0; i < rows->nrows; i++)
	{
		const LbdTreeRow *row = &rows->rows[i];
		int64		calls = row->place->counts.calls;
		int			indent = 2 * Min(row->depth, LBD_DEPTH_SHOWN);

		CHECK_FOR_INTERRUPTS();
		if (row->time < LBD_SHARE_SHOWN * whole)
			continue;
		lbd_report_line(report, "%8s %*s%s%s",
						lbd_text_percent(row->time, Max(whole, 1), 1), indent,
						"", lbd_text_short(contexts[i].label, 72 - indent),
						calls == 1 ? "" : psprintf(" x " INT64_FORMAT, calls));
	}
}

static void
write_remarks(LbdReport *report, const LbdTreeRows *rows, const char *remark)
{
	double		overhead = 0;
	double		workers = 0;
	int64		merged = 0;

	for (int i = 0; i < rows->nrows; i++)
	{
		overhead += rows->rows[i].overhead;
		merged += rows->rows[i].place->counts.merged;
		workers = Max(workers, rows->rows[i].place->counts.workers);
	}
	lbd_report_heading(report, "ABOUT THIS PROFILE");
	lbd_report_line(report, "%s", remark);
	lbd_report_line(report, "Reading the clock took about %s ms of it.",
					ms_text(overhead, 1));
	if (merged > 0)
		lbd_report_line(report, INT64_FORMAT " calls had no place of their own:"
						" they are counted above.", merged);
	if (workers > 0)
		lbd_report_line(report, "Parallel workers took %s ms, which are not in"
						" the times above.", ms_text(workers, 1));
}

/*
 * A time in ms, with some decimal places.
 */
static char *
ms_text(double ns, int places)
{
	return lbd_text_ratio(ns, LBD_NS_PER_MS, places);
}
