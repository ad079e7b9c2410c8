/*-------------------------------------------------------------------------
 *
 * audit.c
 *	  lbdiag_audit: the bytes of the payload by path.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "api/context.h"
#include "api/encoding_setting.h"
#include "api/path_result.h"
#include "leaderboard/audit.h"

static const LbdPathColumn audit_columns[] = {
	LBD_COL_PART, LBD_COL_PATH, LBD_COL_TYPES, LBD_COL_OCCURRENCES,
	LBD_COL_DISTINCT, LBD_COL_BYTES, LBD_COL_SHARE, LBD_COL_COMPRESSED
};

#define LBD_AUDIT_COLS ((int) lengthof(audit_columns))

static const LbdPathColumn detail_columns[] = {
	LBD_COL_PART, LBD_COL_PATH, LBD_COL_DEPTH, LBD_COL_TYPES,
	LBD_COL_OCCURRENCES, LBD_COL_NULLS, LBD_COL_DISTINCT, LBD_COL_MOST_COMMON,
	LBD_COL_BYTES, LBD_COL_SHARE, LBD_COL_KEY_BYTES, LBD_COL_VALUE_BYTES,
	LBD_COL_SYNTAX_BYTES, LBD_COL_COMPRESSED, LBD_COL_COMPRESSED_OWN,
	LBD_COL_KEYS, LBD_COL_FOLDED, LBD_COL_COMPLETE, LBD_COL_SENT
};

#define LBD_AUDIT_DETAIL_COLS ((int) lengthof(detail_columns))

/* An audit that is being returned. */
typedef struct LbdAuditRows
{
	LbdAudit	audit;			/* what has been measured */
	LbdPathResult result;		/* where the rows go */
	LbdComponent component;		/* whose paths they are of */
} LbdAuditRows;

static void audit_run(FunctionCallInfo fcinfo, const char *function,
					  const LbdPathColumn *columns, int ncolumns);
static void audit_components(LbdAuditRows *rows, bool sent);
static void audit_path(LbdPathRow *row, const LbdPath *path, void *arg);
static void audit_total(LbdAuditRows *rows);

PG_FUNCTION_INFO_V1(lbdiag_audit_1_0);
/*
 * lbdiag_audit(payload text, viewer text, layout text, encoding text)
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
	audit_run(fcinfo, "lbdiag_audit", audit_columns, LBD_AUDIT_COLS);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(lbdiag_audit_detail_1_0);
/*
 * lbdiag_audit_detail(payload text, viewer text, layout text, encoding text)
 *	 -> SETOF (component text, path text, depth int, types text,
 *			   occurrences bigint, nulls bigint, distinct_values bigint,
 *			   most_common bigint, bytes bigint, share numeric,
 *			   key_bytes bigint, value_bytes bigint, syntax_bytes bigint,
 *			   compressed_bytes bigint, compressed_own_bytes bigint,
 *			   dynamic_keys bigint, folded text, complete boolean,
 *			   sent boolean)
 *
 * The rows of lbdiag_audit with all columns.  After TOTAL come the
 * components that are built and not sent: they are in no total, and have
 * neither a share nor compressed bytes.  most_common is NULL where there are
 * more distinct values than are counted exactly.
 */
Datum
lbdiag_audit_detail_1_0(PG_FUNCTION_ARGS)
{
	audit_run(fcinfo, "lbdiag_audit_detail", detail_columns,
			  LBD_AUDIT_DETAIL_COLS);
	return (Datum) 0;
}

/*
 * Builds the payload, and returns the rows of either function.  What is not
 * sent has rows in that which tells so.
 */
static void
audit_run(FunctionCallInfo fcinfo, const char *function,
		  const LbdPathColumn *columns, int ncolumns)
{
	LbdRequest	request = lbd_request(fcinfo, function, 4, ncolumns);
	LbdEncoding encoding = lbd_encoding_argument(fcinfo, 3);
	LbdAuditRows rows = {0};

	lbd_path_result_init(&rows.result, fcinfo, columns, ncolumns);
	request.only_sent = columns[ncolumns - 1] != LBD_COL_SENT;
	request.progress = "lbdiag_audit";
	lbd_audit_run(&rows.audit, &request, encoding);
	lbd_audit_limit(&rows.audit);
	rows.result.total = rows.audit.total;
	rows.result.finish = audit_path;
	rows.result.arg = &rows;
	audit_components(&rows, true);
	audit_total(&rows);
	audit_components(&rows, false);
	lbd_build_close(rows.audit.build);
}

/*
 * Returns the rows of the components that are sent, or of those that are not.
 */
static void
audit_components(LbdAuditRows *rows, bool sent)
{
	const LbdBuild *build = rows->audit.build;
	LbdComponent components[LBD_NCOMPONENTS];
	int			ncomponents = lbd_audit_sorted(build, sent, components);

	for (int i = 0; i < ncomponents; i++)
	{
		rows->component = components[i];
		rows->result.part = lbd_component_name(components[i]);
		rows->result.own = sent && build->encoder ?
			build->compressed_own[components[i]] : NULL;
		lbd_path_result_tree(&rows->result,
							 build->writers[components[i]]->tree);
	}
}

/*
 * Finishes the row of a path.  A component whose compressed bytes have not
 * been attributed has them on its root.
 */
static void
audit_path(LbdPathRow *row, const LbdPath *path, void *arg)
{
	const LbdAuditRows *rows = arg;
	const LbdBuild *build = rows->audit.build;
	bool		sent = build->layout->sent[rows->component];

	row->nulls[LBD_COL_SHARE] = !sent;
	lbd_path_row_set(row, LBD_COL_SENT, BoolGetDatum(sent));
	if (sent && build->encoder && path->parent == NULL &&
		rows->result.own == NULL)
	{
		Datum		bytes = Int64GetDatum(build->compressed_bytes[rows->component]);

		lbd_path_row_set(row, LBD_COL_COMPRESSED, bytes);
		lbd_path_row_set(row, LBD_COL_COMPRESSED_OWN, bytes);
	}
}

/*
 * Returns the row TOTAL.  Only what can be added up is in it: its bytes
 * belong to no path, so that key, value and syntax bytes of all rows add up
 * to them too.
 */
static void
audit_total(LbdAuditRows *rows)
{
	LbdPathRow	row;
	int64		total = rows->audit.total;

	lbd_path_row_clear(&row);
	lbd_path_row_set(&row, LBD_COL_PART, CStringGetTextDatum("TOTAL"));
	lbd_path_row_set(&row, LBD_COL_BYTES, Int64GetDatum(total));
	lbd_path_row_set(&row, LBD_COL_SHARE, lbd_share_datum(total, total));
	if (rows->audit.compressed)
		lbd_path_row_set(&row, LBD_COL_COMPRESSED,
						 Int64GetDatum(rows->audit.compressed_total));
	lbd_path_row_set(&row, LBD_COL_SENT, BoolGetDatum(true));
	lbd_path_result_put(&rows->result, &row);
}
