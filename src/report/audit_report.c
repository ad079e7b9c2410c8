/*-------------------------------------------------------------------------
 *
 * audit_report.c
 *	  The report on the payload of a leaderboard, as text.
 *
 * The answer comes first: how large the payload is, what to do, and which
 * targets it misses.  The sections say the same in full.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "utils/formatting.h"
#include "utils/guc.h"

#include "leaderboard/spi_query.h"
#include "leaderboard/environment.h"
#include "report/audit_report.h"
#include "report/result_sizes.h"

/* So many of the changes that go together are in the answer. */
#define LBD_ANSWER_TIPS		3

static void report_size(LbdReport *report, const LbdAuditFacts *facts);
static void report_versions(LbdReport *report);
static void report_best(LbdReport *report, const LbdAuditFacts *facts);
static List *best_tips(const LbdAuditFacts *facts);
static void report_missed(LbdReport *report, const LbdAuditFacts *facts);
static void report_time(LbdReport *report, const LbdAuditFacts *facts);
static void report_opportunities(LbdReport *report, const LbdAuditFacts *facts);
static void report_tip(LbdReport *report, const LbdAuditFacts *facts,
					   const LbdTip *tip);
static void report_savings(LbdReport *report, const LbdAuditFacts *facts,
						   const LbdTip *tip);
static void report_summary(LbdReport *report, const LbdAuditFacts *facts);
static char *target_state(const LbdTarget *target);

/*
 * Writes the whole report.
 */
void
lbd_report_audit(LbdReport *report, const LbdAuditFacts *facts)
{
	const LbdRequest *request = facts->request;

	lbd_report_answer(report, facts);
	report_time(report, facts);
	lbd_report_sizes(report, facts->audit);
	report_opportunities(report, facts);
	report_summary(report, facts);
	lbd_report_environment(report, request->extension_schema, request->payload,
						   facts->encoding);
}

/*
 * Writes the answer, without a heading.
 */
void
lbd_report_answer(LbdReport *report, const LbdAuditFacts *facts)
{
	const LbdBuild *build = facts->audit->build;
	const char *reason = build->layout_reason;

	report_size(report, facts);
	lbd_report_wrapped(report, "Viewer: %s. Layout: %s (%s). Encoding: %s.",
					   facts->request->viewer, build->layout->name, reason,
					   lbd_encoding_name(facts->encoding));
	report_versions(report);
	report_best(report, facts);
	report_missed(report, facts);
}

/*
 * How large the payload is, and what most of it is.
 */
static void
report_size(LbdReport *report, const LbdAuditFacts *facts)
{
	const LbdAudit *audit = facts->audit;
	LbdComponent components[LBD_NCOMPONENTS];
	char	   *most = "";
	char	   *compressed = "";

	if (audit->compressed)
		compressed = psprintf(", %s compressed",
							  lbd_text_size(audit->compressed_total));
	if (lbd_audit_sorted(audit->build, true, components) > 0 && audit->total > 0)
		most = psprintf("; %s", lbd_component_main(lbd_component_name(components[0]),
												   lbd_audit_root(audit, components[0]),
												   audit->total));
	lbd_report_wrapped(report, "The payload of %s is %s%s%s.",
					   facts->request->payload, lbd_text_size(audit->total),
					   compressed, most);
}

/*
 * What has measured it.
 */
static void
report_versions(LbdReport *report)
{
	lbd_report_wrapped(report, "lbdiag %s, PostgreSQL %s.",
					   lbd_extension_version(),
					   GetConfigOption("server_version", false, false));
}

/*
 * The changes that are worth most together, each with a query that shows it.
 */
static void
report_best(LbdReport *report, const LbdAuditFacts *facts)
{
	List	   *best = best_tips(facts);
	bool		sampled = false;
	ListCell   *cell;

	if (best == NIL)
		return;
	foreach(cell, best)
		sampled |= ((LbdTip *) lfirst(cell))->sampled;
	lbd_report_wrapped(report, "What is worth most, together%s:", sampled ?
					   ", tried on a sample of the models" : "");
	foreach(cell, best)
	{
		LbdTip	   *tip = lfirst(cell);
		char	   *compressed = "";

		if (facts->audit->compressed)
			compressed = psprintf(", %s compressed",
								  lbd_text_size(tip->compressed_saved));
		lbd_report_wrapped(report, "  %d. %s: saves %s%s.",
						   foreach_current_index(cell) + 1, tip->action,
						   lbd_text_size(tip->bytes_saved), compressed);
		lbd_report_wrapped(report, "     %s;", tip->apply);
	}
}

/*
 * The first of those that the row ALL HIGH is made of.
 */
static List *
best_tips(const LbdAuditFacts *facts)
{
	LbdTip	   *last = facts->tips == NIL ? NULL : llast(facts->tips);
	List	   *best = NIL;
	ListCell   *rule;
	ListCell   *tip;

	if (last == NULL || last->together == NIL)
		return NIL;
	foreach(rule, last->together)
	{
		if (foreach_current_index(rule) == LBD_ANSWER_TIPS)
			break;
		foreach(tip, facts->tips)
		{
			const char *name = ((LbdTip *) lfirst(tip))->rule;

			if (name && strcmp(name, lfirst(rule)) == 0)
				best = lappend(best, lfirst(tip));
		}
	}
	return best;
}

/*
 * The targets that are missed.
 */
static void
report_missed(LbdReport *report, const LbdAuditFacts *facts)
{
	StringInfoData missed;
	ListCell   *cell;

	initStringInfo(&missed);
	foreach(cell, facts->targets)
	{
		LbdTarget  *target = lfirst(cell);

		if (target->current && !target->met)
			appendStringInfo(&missed, "%s%s in phase %s",
							 missed.len > 0 ? ", " : "", target->metric,
							 target->phase);
	}
	if (missed.len > 0)
		lbd_report_wrapped(report, "Targets missed: %s.", missed.data);
	else
		lbd_report_wrapped(report, "No measured target is missed.");
}

/*
 * Whose payload it is, and how long the audit took.
 */
static void
report_time(LbdReport *report, const LbdAuditFacts *facts)
{
	const char *payload = facts->request->payload;

	lbd_report_heading(report, "PROFILING DOMAIN: %s",
					   str_toupper(payload, strlen(payload),
								   DEFAULT_COLLATION_OID));
	lbd_report_wrapped(report, "  Viewer: %s", facts->request->viewer);
	lbd_report_line(report, "  Time of lbdiag's own builder, with compression (a lower bound for an application):");
	lbd_report_line(report, "  %.3f s", facts->ms / 1000);
}

/*
 * What could be saved.
 */
static void
report_opportunities(LbdReport *report, const LbdAuditFacts *facts)
{
	ListCell   *cell;

	lbd_report_heading(report, "OPTIMIZATION OPPORTUNITIES");
	if (facts->tips == NIL)
		lbd_report_line(report, "  None.");
	foreach(cell, facts->tips)
		report_tip(report, facts, lfirst(cell));
	if (facts->tips != NIL && facts->audit->compressed)
		lbd_report_line(report, "  Ordered by compressed bytes saved; the order by raw bytes can differ.");
}

static void
report_tip(LbdReport *report, const LbdAuditFacts *facts, const LbdTip *tip)
{
	bool		ranked = strcmp(tip->impact, "HIGH") == 0 ||
		strcmp(tip->impact, "MEDIUM") == 0 || strcmp(tip->impact, "LOW") == 0;

	if (tip->rule)
		lbd_report_wrapped(report, "  %d. [%s%s] %s", tip->priority,
						   tip->impact, ranked ? " IMPACT" : "", tip->action);
	else
		lbd_report_wrapped(report, "  %s", tip->action);
	/* It is not sent: that saves no bytes. */
	if (strcmp(tip->impact, "UNSENT") != 0)
		report_savings(report, facts, tip);
	if (tip->trade_off)
		lbd_report_wrapped(report, "     %s%s", tip->rule ? "Trade-off: " : "",
						   tip->trade_off);
}

static void
report_savings(LbdReport *report, const LbdAuditFacts *facts, const LbdTip *tip)
{
	const LbdAudit *audit = facts->audit;

	lbd_report_wrapped(report, "     Savings: %s, %s of the payload%s",
					   lbd_text_exact_size(tip->bytes_saved),
					   lbd_text_percent(tip->bytes_saved, audit->total, 1),
					   tip->sampled ? ", from a sample of the models" : "");
	if (audit->compressed)
		lbd_report_wrapped(report, "     Savings compressed: %s, %s of the compressed payload",
						   lbd_text_exact_size(tip->compressed_saved),
						   lbd_text_percent(tip->compressed_saved,
											audit->compressed_total, 1));
}

/*
 * How far each target is, and what to do next.
 */
static void
report_summary(LbdReport *report, const LbdAuditFacts *facts)
{
	static const char *const steps[] = {
		"  Next steps:",
		"    1. Take the first opportunity whose trade-off the page can bear.",
		"    2. Keep the state before: SELECT lbdiag_record(label => 'before', repetitions => 3).",
		"    3. Change the page, and a copy of its row in lbdiag_layout with it.",
		"    4. Record again, and compare the runs by the numbers that lbdiag_record returns:",
		"       SELECT * FROM lbdiag_compare(1, 2)."
	};
	ListCell   *cell;

	lbd_report_heading(report, "SUMMARY");
	lbd_report_line(report, "  Current payload: %s",
					lbd_text_size(facts->audit->total));
	foreach(cell, facts->targets)
	{
		LbdTarget  *target = lfirst(cell);

		lbd_report_wrapped(report, "  Phase %s target, %s below %s: %s",
						   target->phase, target->metric, target->is_size ?
						   lbd_text_size(lbd_target_bytes(target->target)) :
						   psprintf("%s s", lbd_target_text(target->target)),
						   target_state(target));
	}
	for (size_t i = 0; i < lengthof(steps); i++)
		lbd_report_line(report, "%s", steps[i]);
}

static char *
target_state(const LbdTarget *target)
{
	if (target->current == NULL)
		return target->basis;
	if (target->met)
		return psprintf("met (%s)", target->basis);
	return psprintf("reduction needed %s (%s %%)", target->is_size ?
					lbd_text_size(lbd_target_bytes(target->reduction)) :
					lbd_target_seconds(target->reduction),
					lbd_target_text(target->reduction_pct));
}
