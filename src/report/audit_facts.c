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

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "advice/opportunities.h"
#include "leaderboard/spi_query.h"
#include "report/audit_facts.h"

static void find_tips(LbdAuditFacts *facts);
static LbdTip *make_tip(const LbdRequest *request, const LbdOpportunity *row,
						int priority);
static void read_targets(LbdAuditFacts *facts);
static void size_arrays(const LbdAudit *audit, Datum *metrics, Datum *sizes);
static LbdTarget *read_target(const LbdRow *row);
static int64 row_int64(const LbdRow *row, const char *column);

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
	LbdOpportunities *found = lbd_find_opportunities(facts->audit,
													 facts->encoding);

	for (int i = 0; i < found->nrows; i++)
		facts->tips = lappend(facts->tips,
							  make_tip(facts->request, &found->rows[i], i + 1));
}

static LbdTip *
make_tip(const LbdRequest *request, const LbdOpportunity *row, int priority)
{
	LbdTip	   *tip = palloc0(sizeof(LbdTip));

	tip->priority = priority;
	tip->impact = row->impact;
	tip->action = row->action;
	tip->trade_off = row->trade_off;
	if (row->change)
		tip->apply = lbd_whatif_call(request, row->change);
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
	const LbdRequest *request = facts->request;
	const char *schema = quote_identifier(request->extension_schema);
	Oid			types[] = {TEXTOID, TEXTOID, FLOAT8OID, TEXTARRAYOID, INT8ARRAYOID};
	Datum		values[5];
	uint64		nrows;

	values[0] = CStringGetTextDatum(request->domain);
	values[1] = CStringGetTextDatum(request->viewer);
	values[2] = Float8GetDatum(facts->ms);
	size_arrays(facts->audit, &values[3], &values[4]);
	nrows = lbd_query_rows(psprintf("SELECT t.phase, t.metric, t.unit, t.target::pg_catalog.text, t.met, t.basis,"
									" CASE WHEN t.unit OPERATOR(pg_catalog.=) 'bytes'"
									" THEN least(t.target, 9e18)::pg_catalog.int8 END AS target_bytes,"
									" CASE WHEN t.unit OPERATOR(pg_catalog.=) 'bytes'"
									" THEN t.reduction_needed::pg_catalog.int8 END AS reduction_bytes,"
									" pg_catalog.round(t.reduction_needed, 3)::pg_catalog.text AS reduction,"
									" t.reduction_pct::pg_catalog.text"
									" FROM %1$s._lbdiag_target_rows($1::%1$s._lbdiag_text,"
									" (SELECT pg_catalog.jsonb_object_agg(s.metric, s.size)"
									" FROM ROWS FROM (pg_catalog.unnest($4), pg_catalog.unnest($5)) AS s (metric, size))"
									" OPERATOR(pg_catalog.||) %1$s._lbdiag_time_figures($1::%1$s._lbdiag_text, $2, NULL::pg_catalog.float8, $3)"
									" OPERATOR(pg_catalog.||) '{\"query_time basis\": \"not measured: see lbdiag_targets\"}'::pg_catalog.jsonb) AS t"
									" ORDER BY t.phase, t.unit, t.metric", schema),
						   lengthof(values), types, values, NULL);
	for (uint64 i = 0; i < nrows; i++)
	{
		LbdRow		row = lbd_result_row(i, "lbdiag_targets");

		facts->targets = lappend(facts->targets, read_target(&row));
	}
}

/*
 * The metrics of sizes, and their values: of the payload, and of each
 * component that is sent.
 */
static void
size_arrays(const LbdAudit *audit, Datum *metrics, Datum *sizes)
{
	LbdComponent components[LBD_NCOMPONENTS];
	int			n = lbd_audit_sorted(audit->payload, true, components);
	Datum		names[2 * (LBD_NCOMPONENTS + 1)];
	Datum		bytes[2 * (LBD_NCOMPONENTS + 1)];
	bool		nulls[2 * (LBD_NCOMPONENTS + 1)] = {0};
	int			dims[1] = {2 * (n + 1)};
	int			lbs[1] = {1};

	for (int i = 0; i <= n; i++)
	{
		const char *name = i == n ? "" :
			psprintf(":%s", lbd_component_name(components[i]));

		names[2 * i] = CStringGetTextDatum(psprintf("bytes%s", name));
		bytes[2 * i] = Int64GetDatum(i == n ? audit->total :
									 lbd_audit_root(audit, components[i])->bytes);
		names[2 * i + 1] =
			CStringGetTextDatum(psprintf("compressed_bytes%s", name));
		bytes[2 * i + 1] =
			Int64GetDatum(i == n ? audit->compressed_total :
						  audit->payload->compressed_bytes[components[i]]);
		nulls[2 * i + 1] = !audit->compressed;
	}
	*metrics = PointerGetDatum(construct_array(names, dims[0], TEXTOID, -1,
											   false, TYPALIGN_INT));
	*sizes = PointerGetDatum(construct_md_array(bytes, nulls, 1, dims, lbs,
												INT8OID, sizeof(int64),
												FLOAT8PASSBYVAL,
												TYPALIGN_DOUBLE));
}

static LbdTarget *
read_target(const LbdRow *row)
{
	LbdTarget  *target = palloc0(sizeof(LbdTarget));
	bool		isnull;

	target->phase = lbd_row_text(row, "phase");
	target->metric = lbd_row_text(row, "metric");
	target->is_size = strcmp(lbd_row_text(row, "unit"), "bytes") == 0;
	target->target = lbd_row_text(row, "target");
	target->target_bytes = row_int64(row, "target_bytes");
	target->met = DatumGetBool(lbd_row_datum(row, "met", BOOLOID, &isnull));
	target->measured = !isnull;
	target->reduction = lbd_row_text(row, "reduction");
	target->reduction_bytes = row_int64(row, "reduction_bytes");
	target->reduction_pct = lbd_row_text(row, "reduction_pct");
	target->basis = lbd_row_text(row, "basis");
	return target;
}

/*
 * The number in a column, 0 for null.
 */
static int64
row_int64(const LbdRow *row, const char *column)
{
	bool		isnull;
	Datum		value = lbd_row_datum(row, column, INT8OID, &isnull);

	return isnull ? 0 : DatumGetInt64(value);
}
