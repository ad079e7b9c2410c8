/*-------------------------------------------------------------------------
 *
 * audit.c
 *	  lbdiag_audit: the bytes of the payload by path.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "api/context.h"
#include "api/encoding_setting.h"
#include "api/json_stats.h"
#include "json/path_rows.h"
#include "leaderboard/audit.h"

/* Columns of lbdiag_audit_detail. */
typedef enum LbdAuditColumn
{
	AUDIT_COMPONENT, AUDIT_PATH, AUDIT_DEPTH, AUDIT_TYPES, AUDIT_OCCURRENCES,
	AUDIT_NULLS, AUDIT_DISTINCT, AUDIT_MOST_COMMON, AUDIT_BYTES, AUDIT_SHARE,
	AUDIT_KEY_BYTES, AUDIT_VALUE_BYTES, AUDIT_SYNTAX_BYTES, AUDIT_COMPRESSED,
	AUDIT_COMPRESSED_OWN, AUDIT_SENT
} LbdAuditColumn;

#define LBD_AUDIT_DETAIL_COLS (AUDIT_SENT + 1)

/* Columns of lbdiag_audit. */
static const LbdAuditColumn audit_columns[] = {
	AUDIT_COMPONENT, AUDIT_PATH, AUDIT_TYPES, AUDIT_OCCURRENCES,
	AUDIT_DISTINCT, AUDIT_BYTES, AUDIT_SHARE, AUDIT_COMPRESSED
};

#define LBD_AUDIT_COLS ((int) lengthof(audit_columns))

/* One row of the result, with all columns. */
typedef struct LbdAuditRow
{
	Datum		values[LBD_AUDIT_DETAIL_COLS];
	bool		nulls[LBD_AUDIT_DETAIL_COLS];
} LbdAuditRow;

/* An audit that is being returned. */
typedef struct LbdAuditRows
{
	LbdAudit	audit;			/* what has been measured */
	bool		detail;			/* rows have all columns */
	MemoryContext row;			/* of one row of the result */
	ReturnSetInfo *rsinfo;		/* where the rows go */
} LbdAuditRows;

static void audit_run(FunctionCallInfo fcinfo, const char *function,
					  bool detail);
static void audit_limit(LbdPayload *payload);
static void audit_components(LbdAuditRows *rows, bool sent);
static void audit_node(LbdAuditRows *rows, LbdComponent component,
					   const LbdPath *node);
static void audit_path(LbdAuditRows *rows, LbdComponent component,
					   const LbdPath *node);
static void audit_total(LbdAuditRows *rows);
static void audit_put(LbdAuditRows *rows, LbdAuditRow *row);

PG_FUNCTION_INFO_V1(lbdiag_audit_1_0);
/*
 * lbdiag_audit(domain text, viewer text, layout text, encoding text)
 *	 -> SETOF (component text, path text, types text, occurrences bigint,
 *			   distinct_values bigint, bytes bigint, share numeric,
 *			   compressed_bytes bigint)
 *
 * A row for each path of each component that is sent, the largest component
 * first and within it each path's children from the largest on, and a row
 * TOTAL at the end.  Sizes are bytes as they are sent, share is bytes as a
 * part of the total (0 to 1), compressed_bytes is NULL with the encoding none,
 * and with others than gzip on all rows but "$" and TOTAL.
 */
Datum
lbdiag_audit_1_0(PG_FUNCTION_ARGS)
{
	audit_run(fcinfo, "lbdiag_audit", false);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(lbdiag_audit_detail_1_0);
/*
 * lbdiag_audit_detail(domain text, viewer text, layout text, encoding text)
 *	 -> SETOF (component text, path text, depth int, types text,
 *			   occurrences bigint, nulls bigint, distinct_values bigint,
 *			   most_common bigint, bytes bigint, share numeric,
 *			   key_bytes bigint, value_bytes bigint, syntax_bytes bigint,
 *			   compressed_bytes bigint, compressed_own_bytes bigint,
 *			   sent boolean)
 *
 * The rows of lbdiag_audit with all columns.  After TOTAL come the
 * components that are built and not sent: they are in no total, and have
 * neither a share nor compressed bytes.  most_common is NULL where no value
 * but null has more than half of the occurrences.
 */
Datum
lbdiag_audit_detail_1_0(PG_FUNCTION_ARGS)
{
	audit_run(fcinfo, "lbdiag_audit_detail", true);
	return (Datum) 0;
}

/*
 * Builds the payload, and returns the rows of either function.
 */
static void
audit_run(FunctionCallInfo fcinfo, const char *function, bool detail)
{
	LbdRequest	request = lbd_request(fcinfo, function, 4, detail ?
									  LBD_AUDIT_DETAIL_COLS : LBD_AUDIT_COLS);
	LbdEncoding encoding = lbd_encoding_argument(fcinfo, 3);
	LbdAuditRows rows = {0};

	InitMaterializedSRF(fcinfo, 0);
	rows.rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	rows.detail = detail;
	request.only_sent = !detail;
	request.progress = "lbdiag_audit";
	lbd_audit_run(&rows.audit, &request, encoding);
	rows.row = AllocSetContextCreate(rows.audit.payload->build, "lbdiag row",
									 ALLOCSET_DEFAULT_SIZES);
	audit_limit(rows.audit.payload);
	audit_components(&rows, true);
	audit_total(&rows);
	audit_components(&rows, false);
	lbd_payload_close(rows.audit.payload);
}

/*
 * Bounds the number of rows.
 */
static void
audit_limit(LbdPayload *payload)
{
	LbdPathTree trees[LBD_NCOMPONENTS];
	int			ntrees = 0;

	for (int i = 0; i < LBD_NCOMPONENTS; i++)
	{
		if (payload->writers[i] == NULL)
			continue;
		trees[ntrees].stats = payload->writers[i]->tree;
		trees[ntrees++].compressed = payload->compressed_own[i];
	}
	lbd_rows_limit(trees, ntrees);
}

/*
 * Returns the rows of the components that are sent, or of those that are not.
 */
static void
audit_components(LbdAuditRows *rows, bool sent)
{
	LbdComponent components[LBD_NCOMPONENTS];
	int			ncomponents = lbd_audit_sorted(rows->audit.payload, sent, components);

	for (int i = 0; i < ncomponents; i++)
		audit_node(rows, components[i],
				   rows->audit.payload->writers[components[i]]->tree->root);
}

/*
 * Returns the rows of a path and of all paths below it.
 */
static void
audit_node(LbdAuditRows *rows, LbdComponent component, const LbdPath *node)
{
	LbdPath   **children;
	int			nchildren;

	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	audit_path(rows, component, node);
	children = lbd_stats_sorted(node, &nchildren);
	for (int child = 0; child < nchildren; child++)
		audit_node(rows, component, children[child]);
	pfree(children);
}

/*
 * Returns the row of a path.
 */
static void
audit_path(LbdAuditRows *rows, LbdComponent component, const LbdPath *node)
{
	LbdAuditRow row = {0};
	bool		sent = rows->audit.payload->layout->sent[component];
	const int64 *own_bytes = rows->audit.payload->compressed_own[component];
	bool		compressed = sent && rows->audit.payload->encoder &&
		(own_bytes || !node->parent);
	int64		compressed_bytes = rows->audit.payload->compressed_bytes[component];
	int64		own = compressed_bytes;
	StringInfoData text;
	MemoryContext old = MemoryContextSwitchTo(rows->row);

	if (own_bytes)
	{
		compressed_bytes = lbd_stats_compressed(node, own_bytes);
		own = own_bytes[node->number];
	}

#define SET(column, datum, missing) \
	(row.nulls[column] = (missing), row.values[column] = (datum))
	initStringInfo(&text);
	SET(AUDIT_COMPONENT, CStringGetTextDatum(lbd_component_name(component)),
		false);
	lbd_stats_path(node, &text);
	SET(AUDIT_PATH, CStringGetTextDatum(text.data), false);
	SET(AUDIT_DEPTH, Int32GetDatum(node->depth), false);
	resetStringInfo(&text);
	lbd_stats_types(node, &text);
	SET(AUDIT_TYPES, CStringGetTextDatum(text.data), false);
	SET(AUDIT_OCCURRENCES, Int64GetDatum(node->occurrences), false);
	SET(AUDIT_NULLS, Int64GetDatum(node->nulls), false);
	SET(AUDIT_DISTINCT, Int64GetDatum(lbd_stats_distinct(node)),
		(node->types & LBD_TYPE_SCALAR) == 0 ||
		node->kind == LBD_PATH_REST);
	SET(AUDIT_MOST_COMMON, Int64GetDatum(node->common_count),
		node->common_count * 2 <= node->occurrences);
	SET(AUDIT_BYTES, Int64GetDatum(node->bytes), false);
	SET(AUDIT_SHARE, lbd_share_datum(node->bytes, rows->audit.total), !sent);
	SET(AUDIT_KEY_BYTES, Int64GetDatum(node->key_bytes), false);
	SET(AUDIT_VALUE_BYTES, Int64GetDatum(node->value_bytes), false);
	SET(AUDIT_SYNTAX_BYTES, Int64GetDatum(node->syntax_bytes), false);
	SET(AUDIT_COMPRESSED, Int64GetDatum(compressed_bytes), !compressed);
	SET(AUDIT_COMPRESSED_OWN, Int64GetDatum(own), !compressed);
	SET(AUDIT_SENT, BoolGetDatum(sent), false);
	audit_put(rows, &row);
	MemoryContextSwitchTo(old);
	MemoryContextReset(rows->row);
#undef SET
}

/*
 * Returns the row TOTAL.  Only what can be added up is in it: its bytes
 * belong to no path, so that key, value and syntax bytes of all rows add up
 * to them too.
 */
static void
audit_total(LbdAuditRows *rows)
{
	LbdAuditRow row;

	memset(row.nulls, true, sizeof(row.nulls));
	row.nulls[AUDIT_COMPONENT] = row.nulls[AUDIT_BYTES] = false;
	row.nulls[AUDIT_SHARE] = row.nulls[AUDIT_SENT] = false;
	row.nulls[AUDIT_COMPRESSED] = !rows->audit.compressed;
	row.values[AUDIT_COMPONENT] = CStringGetTextDatum("TOTAL");
	row.values[AUDIT_BYTES] = Int64GetDatum(rows->audit.total);
	row.values[AUDIT_SHARE] = lbd_share_datum(rows->audit.total, rows->audit.total);
	row.values[AUDIT_COMPRESSED] = Int64GetDatum(rows->audit.compressed_total);
	row.values[AUDIT_SENT] = BoolGetDatum(true);
	audit_put(rows, &row);
}

/*
 * Adds a row to the result, with the columns that the function has.
 */
static void
audit_put(LbdAuditRows *rows, LbdAuditRow *row)
{
	LbdAuditRow part;

	if (rows->detail)
	{
		tuplestore_putvalues(rows->rsinfo->setResult, rows->rsinfo->setDesc,
							 row->values, row->nulls);
		return;
	}
	for (int i = 0; i < LBD_AUDIT_COLS; i++)
	{
		part.values[i] = row->values[audit_columns[i]];
		part.nulls[i] = row->nulls[audit_columns[i]];
	}
	tuplestore_putvalues(rows->rsinfo->setResult, rows->rsinfo->setDesc,
						 part.values, part.nulls);
}
