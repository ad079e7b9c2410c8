/*-------------------------------------------------------------------------
 *
 * audit_facts.c
 *	  What a report on a payload says beside its sizes: opportunities and
 *	  targets.
 *
 * All of it lives as long as the audit's payload is open.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "advice/opportunities.h"
#include "payload/leaderboard_payload.h"
#include "report/audit_facts.h"

static void find_tips(LbdAuditFacts *facts);
static LbdTip *make_tip(const LbdPayload *payload, const LbdOpportunity *row,
						int priority);
static void read_targets(LbdAuditFacts *facts);

/*
 * Finds the opportunities, and reads the targets, of what has been audited.
 */
void
lbd_audit_facts_read(LbdAuditFacts *facts)
{
	read_targets(facts);
	find_tips(facts);
}

/*
 * Finds the opportunities.
 */
static void
find_tips(LbdAuditFacts *facts)
{
	LbdPayload *payload = lbd_leaderboard_payload(facts->audit->build);
	LbdOpportunities *found =
		lbd_find_opportunities(payload, lbd_leaderboard_measured(facts->audit),
							   facts->encoding);

	for (int i = 0; i < found->nrows; i++)
		facts->tips = lappend(facts->tips,
							  make_tip(payload, &found->rows[i], i + 1));
}

static LbdTip *
make_tip(const LbdPayload *payload, const LbdOpportunity *row, int priority)
{
	LbdTip	   *tip = palloc0(sizeof(LbdTip));

	tip->priority = priority;
	tip->impact = row->impact;
	tip->action = row->action;
	tip->trade_off = row->trade_off;
	if (row->change)
		tip->apply = lbd_payload_whatif_call(payload, row->change);
	tip->bytes_saved = row->bytes_saved;
	tip->compressed_saved = row->compressed_saved;
	tip->sampled = row->sampled;
	if (strcmp(row->impact, "ALL HIGH") != 0)
		tip->rule = row->rules.texts[0];
	else
	{
		for (int i = 0; i < row->rules.n; i++)
			tip->together = lappend(tip->together,
									unconstify(char *, row->rules.texts[i]));
	}
	return tip;
}

/*
 * Reads the targets against the sizes that were measured.
 */
static void
read_targets(LbdAuditFacts *facts)
{
	LbdMeasurements measured = {0};

	lbd_audit_measurements(facts->audit, &measured);
	lbd_measured_time(&measured, "query_time", NULL,
					  "not measured: see lbdiag_targets");
	lbd_measured_application(&measured, facts->request, NULL, facts->ms);
	facts->targets = lbd_targets_read(facts->request->extension_schema,
									  facts->request->payload, &measured);
}
