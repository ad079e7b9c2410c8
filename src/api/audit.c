/*-------------------------------------------------------------------------
 *
 * audit.c
 *	  lbdiag_audit: what every path of the payload weighs.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "api/context.h"

/* Decimals of a share. */
#define LBD_SHARE_PLACES	4
#define LBD_SHARE_ONE		10000

typedef struct LbdAudit
{
	LbdGzip    *gzip;			/* NULL: nothing is compressed */
	int64		compressed_bytes[LBD_NCOMPONENTS];	/* of each component */
	int64		total;			/* bytes of all components */
	MemoryContext row;			/* of one row of the result */
	ReturnSetInfo *rsinfo;		/* where the rows go */
} LbdAudit;

static void audit_done(LbdPayload *payload, LbdComponent component, void *arg);
static int	audit_sort(LbdPayload *payload, LbdComponent *components);
static void audit_node(LbdAudit *audit, LbdComponent component,
					   const LbdPath *node);
static void audit_total(LbdAudit *audit);
static Datum share_datum(int64 bytes, int64 total);

/* Columns of lbdiag_audit. */
#define LBD_AUDIT_COLS 14

PG_FUNCTION_INFO_V1(lbdiag_audit_1_0);
/*
 * lbdiag_audit(domain text, viewer text, layout text, compress boolean)
 *	 -> SETOF (component text, path text, depth int, types text,
 *			  occurrences bigint, nulls bigint, bytes bigint, share numeric,
 *			  key_bytes bigint, value_bytes bigint, syntax_bytes bigint,
 *			  distinct_values bigint, compressed_bytes bigint, most_common bigint)
 *
 * A row for each path of each component, the largest component first and
 * within it each path's children from the largest on, and a row TOTAL at the
 * end.  Sizes are bytes of wire text, share is bytes as a part of the total
 * (0 to 1), compressed_bytes is NULL but for the "$" rows and TOTAL, most_common is
 * NULL where no value but null has more than half of the occurrences.
 */
Datum
lbdiag_audit_1_0(PG_FUNCTION_ARGS)
{
	LbdRequest	request = lbd_request(fcinfo, "lbdiag_audit", 4,
									  LBD_AUDIT_COLS);
	LbdAudit	audit = {0};
	LbdComponent components[LBD_NCOMPONENTS];
	LbdPayload   *payload;
	MemoryContext context;
	int			ncomponents;

	if (PG_ARGISNULL(3))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("compress must not be null"),
				 errhint("Use true, or false to leave compressed_bytes out.")));
	InitMaterializedSRF(fcinfo, 0);
	context = AllocSetContextCreate(CurrentMemoryContext, "lbdiag build",
									ALLOCSET_DEFAULT_SIZES);
	if (PG_GETARG_BOOL(3))
		audit.gzip = lbd_gzip_create(context, NULL);
	audit.rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	SPI_connect();
	payload = lbd_payload_create(&request, context);
	lbd_payload_writers(payload, true);
	for (int i = 0; i < LBD_NCOMPONENTS; i++)
	{
		if (payload->writers[i])
			lbd_writer_stream(payload->writers[i], audit.gzip);
	}
	lbd_payload_run(payload, audit.gzip != NULL, audit_done, &audit);
	lbd_payload_end(payload);
	SPI_finish();

	audit.row = AllocSetContextCreate(context, "lbdiag row",
									  ALLOCSET_DEFAULT_SIZES);
	ncomponents = audit_sort(payload, components);
	for (int i = 0; i < ncomponents; i++)
		audit_node(&audit, components[i],
				   payload->writers[components[i]]->tree->root);
	audit_total(&audit);
	MemoryContextDelete(context);
	return (Datum) 0;
}

/*
 * Takes the sizes of a component that has been written.
 */
static void
audit_done(LbdPayload *payload, LbdComponent component, void *arg)
{
	LbdAudit   *audit = arg;

	audit->total += lbd_stats_sum(payload->writers[component]->tree);
	if (audit->gzip)
		audit->compressed_bytes[component] =
			lbd_gzip_boundary(audit->gzip,
							  component == lbd_layout_last(payload->layout));
}

/*
 * Puts the components into the order of their sizes, the largest first, and
 * returns how many there are.
 */
static int
audit_sort(LbdPayload *payload, LbdComponent *components)
{
	int			n = 0;

	for (int i = 0; i < LBD_NCOMPONENTS; i++)
	{
		int			at = n;

		if (payload->writers[i] == NULL)
			continue;
		while (at > 0 &&
			   payload->writers[components[at - 1]]->tree->root->bytes <
			   payload->writers[i]->tree->root->bytes)
		{
			components[at] = components[at - 1];
			at--;
		}
		components[at] = i;
		n++;
	}
	return n;
}

/*
 * Returns the rows of a node and of all nodes below it.
 */
static void
audit_node(LbdAudit *audit, LbdComponent component, const LbdPath *node)
{
	Datum		values[LBD_AUDIT_COLS];
	bool		nulls[LBD_AUDIT_COLS] = {0};
	StringInfoData text;
	MemoryContext old;
	LbdPath   **children;
	int			nchildren;
	int			i = 0;

	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	old = MemoryContextSwitchTo(audit->row);
	initStringInfo(&text);
	values[i++] = CStringGetTextDatum(lbd_component_name(component));
	lbd_stats_path(node, &text);
	values[i++] = CStringGetTextDatum(text.data);
	values[i++] = Int32GetDatum(node->depth);
	resetStringInfo(&text);
	lbd_stats_types(node, &text);
	values[i++] = CStringGetTextDatum(text.data);
	values[i++] = Int64GetDatum(node->occurrences);
	values[i++] = Int64GetDatum(node->nulls);
	values[i++] = Int64GetDatum(node->bytes);
	values[i++] = share_datum(node->bytes, audit->total);
	values[i++] = Int64GetDatum(node->key_bytes);
	values[i++] = Int64GetDatum(node->value_bytes);
	values[i++] = Int64GetDatum(node->syntax_bytes);
	nulls[i] = (node->types & LBD_TYPE_SCALAR) == 0;
	values[i++] = Int64GetDatum(lbd_distinct_count(&node->distinct));
	nulls[i] = node->parent || audit->gzip == NULL;
	values[i++] = Int64GetDatum(audit->compressed_bytes[component]);
	nulls[i] = node->common_count * 2 <= node->occurrences;
	values[i++] = Int64GetDatum(node->common_count);
	Assert(i == LBD_AUDIT_COLS);
	tuplestore_putvalues(audit->rsinfo->setResult, audit->rsinfo->setDesc,
						 values, nulls);
	MemoryContextSwitchTo(old);
	MemoryContextReset(audit->row);

	children = lbd_stats_sorted(node, &nchildren);
	for (int child = 0; child < nchildren; child++)
		audit_node(audit, component, children[child]);
	pfree(children);
}

/*
 * Returns the row TOTAL.  Only what can be added up is in it: its bytes
 * belong to no path, so that key, value and syntax bytes of all rows add up
 * to them too.
 */
static void
audit_total(LbdAudit *audit)
{
	Datum		values[LBD_AUDIT_COLS] = {0};
	bool		nulls[LBD_AUDIT_COLS];
	int64		compressed_bytes = 0;

	for (int i = 0; i < LBD_NCOMPONENTS; i++)
		compressed_bytes += audit->compressed_bytes[i];
	memset(nulls, true, sizeof(nulls));
	nulls[0] = nulls[6] = nulls[7] = false;
	values[0] = CStringGetTextDatum("TOTAL");
	values[6] = Int64GetDatum(audit->total);
	values[7] = share_datum(audit->total, audit->total);
	nulls[12] = audit->gzip == NULL;
	values[12] = Int64GetDatum(compressed_bytes);
	tuplestore_putvalues(audit->rsinfo->setResult, audit->rsinfo->setDesc,
						 values, nulls);
}

/*
 * A part of the total, from 0 to 1, rounded.
 */
static Datum
share_datum(int64 bytes, int64 total)
{
	int64		parts = total > 0 ?
		(int64) ((double) bytes / total * LBD_SHARE_ONE + 0.5) : 0;

	return NumericGetDatum(int64_div_fast_to_numeric(parts, LBD_SHARE_PLACES));
}
