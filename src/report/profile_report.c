/*-------------------------------------------------------------------------
 *
 * profile_report.c
 *	  The profile of a build as text.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "report/audit_report.h"
#include "report/bottlenecks.h"
#include "report/profile_report.h"

/* What takes less of the time is no next step, but for the first. */
#define LBD_STEP_SHARE	0.1

static void write_answer(LbdReport *report, const LbdProfileFacts *facts);
static void write_profile(LbdReport *report, const LbdProfileFacts *facts);
static void write_functions(LbdReport *report, const LbdProfileFacts *facts);
static void write_context(LbdReport *report, const LbdProfileFacts *facts);
static int64 models_built(const LbdTreeRows *rows);
static void write_steps(LbdReport *report, const LbdTreeRows *rows);
static char *seconds(double ns);

/*
 * Writes the whole report.  Needs an SPI connection.
 */
void
lbd_report_profile(LbdReport *report, const LbdProfileFacts *facts)
{
	write_answer(report, facts);
	write_profile(report, facts);
	write_functions(report, facts);
	write_context(report, facts);
	write_steps(report, facts->rows);
	lbd_report_environment(report, facts->request->extension_schema,
						   facts->request->payload, facts->encoding);
}

static void
write_answer(LbdReport *report, const LbdProfileFacts *facts)
{
	const LbdBuild *build = facts->audit->build;

	lbd_report_wrapped(report, "lbdiag's own builder makes the payload of %s in"
					   " %s s: a lower bound for an application.",
					   facts->request->payload,
					   seconds(facts->rows->rows[0].time));
	lbd_report_wrapped(report, "Viewer: %s. Layout: %s (%s). Encoding: %s.",
					   facts->request->viewer, build->layout->name,
					   build->layout_reason,
					   lbd_encoding_name(facts->encoding));
}

static void
write_profile(LbdReport *report, const LbdProfileFacts *facts)
{
	const LbdTreeRows *rows = facts->rows;
	const LbdTreeFunction *root = &rows->functions[0];
	double		overhead = 0;

	for (int i = 0; i < rows->nrows; i++)
		overhead += rows->rows[i].overhead;
	lbd_report_heading(report, "PROFILING get_ag_grid_context()");
	lbd_report_wrapped(report, "  Payload: %s, viewer: %s, repetitions: %d",
					   facts->request->payload, facts->request->viewer,
					   facts->repetitions);
	lbd_report_line(report, "  Total time of lbdiag's builder: %s s",
					seconds(root->time));
	lbd_report_line(report, "  Fastest and slowest: %s s, %s s",
					seconds(root->time_min), seconds(root->time_max));
	lbd_report_line(report, "  Cost of measuring: %s ms",
					lbd_text_ratio(overhead, LBD_NS_PER_MS, 1));
}

/*
 * The functions as cProfile prints them, in seconds.
 */
static void
write_functions(LbdReport *report, const LbdProfileFacts *facts)
{
	static const LbdTableColumn columns[] = {
		{"ncalls", 10, 0, true}, {"tottime", 8, 1, true},
		{"percall", 8, 1, true}, {"cumtime", 8, 1, true},
		{"percall", 8, 1, true}, {"function", 0, 2, false}
	};
	const LbdTreeFunction **functions = lbd_tree_by_time(facts->rows);
	LbdTable	table;

	lbd_report_heading(report, "TOP %d FUNCTIONS BY CUMULATIVE TIME",
					   facts->top);
	lbd_table_begin(&table, report, columns, lengthof(columns));
	for (int i = 0; i < Min(facts->top, facts->rows->nfunctions); i++)
	{
		const LbdTreeFunction *function = functions[i];
		int64		calls = function->calls;

		CHECK_FOR_INTERRUPTS();
		lbd_table_cell(&table, INT64_FORMAT, calls);
		lbd_table_cell(&table, "%s", seconds(function->self));
		lbd_table_cell(&table, "%s", calls == 0 ? "" :
					   seconds((double) function->self / calls));
		lbd_table_cell(&table, "%s", seconds(function->time));
		lbd_table_cell(&table, "%s", calls == 0 ? "" :
					   seconds((double) function->time / calls));
		lbd_table_cell(&table, "%s(%s)", function->source ? function->source :
					   "", function->place->label);
	}
	lbd_table_end(&table);
}

static void
write_context(LbdReport *report, const LbdProfileFacts *facts)
{
	const LbdAudit *audit = facts->audit;
	LbdComponent components[LBD_NCOMPONENTS];
	int			n = lbd_audit_sorted(audit->build, true, components);

	lbd_report_heading(report, "CONTEXT DATA");
	lbd_report_line(report, "  Models: " INT64_FORMAT,
					models_built(facts->rows));
	for (int i = 0; i < n; i++)
		lbd_report_line(report, "  %s: %s", lbd_component_name(components[i]),
						lbd_text_exact_size(lbd_audit_root(audit,
														   components[i])->bytes));
	lbd_report_line(report, "  TOTAL: %s", lbd_text_exact_size(audit->total));
}

/*
 * Filters are collected of each model, whichever components there are.
 */
static int64
models_built(const LbdTreeRows *rows)
{
	for (int i = 0; i < rows->nfunctions; i++)
	{
		if (strcmp(rows->functions[i].place->label, "collect_filters") == 0)
			return rows->functions[i].calls;
	}
	return 0;
}

static void
write_steps(LbdReport *report, const LbdTreeRows *rows)
{
	const LbdBottleneck *bottlenecks = lbd_bottlenecks(rows);
	int64		whole = Max(rows->rows[0].time, 1);

	lbd_report_heading(report, "NEXT STEPS");
	for (int i = 0; i < LBD_BOTTLENECKS; i++)
	{
		const LbdBottleneck *bottleneck = &bottlenecks[i];

		if (i > 0 && bottleneck->ns < LBD_STEP_SHARE * whole)
			break;
		lbd_report_wrapped(report, "  %s %s: %s of the builder's time, %s ms (%s)",
						   i == 0 ? "The bottleneck is" : "Then",
						   bottleneck->name,
						   lbd_text_percent(bottleneck->ns, whole, 1),
						   lbd_text_ratio(bottleneck->ns, LBD_NS_PER_MS, 1),
						   bottleneck->figure);
		lbd_report_wrapped(report, "    %s", bottleneck->fix);
	}
}

static char *
seconds(double ns)
{
	return lbd_text_ratio(ns, 1000 * LBD_NS_PER_MS, 3);
}
