/*-------------------------------------------------------------------------
 *
 * audit_query.c
 *	  lbdiag_audit_query_detail: what a query's result takes when it is sent.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

#include "api/definition.h"
#include "api/encoding_setting.h"
#include "api/json_stats.h"
#include "api/query.h"
#include "api/query_audit.h"
#include "json/path_rows.h"

/* Columns of lbdiag_audit_query_detail. */
enum LbdQueryColumn
{
	QUERY_COLUMN_NAME, QUERY_PATH, QUERY_DEPTH, QUERY_TYPES, QUERY_OCCURRENCES,
	QUERY_NULLS, QUERY_DISTINCT, QUERY_MOST_COMMON, QUERY_BYTES, QUERY_SHARE,
	QUERY_KEY_BYTES, QUERY_VALUE_BYTES, QUERY_SYNTAX_BYTES, QUERY_COMPRESSED,
	QUERY_COMPRESSED_OWN
};

StaticAssertDecl(QUERY_COMPRESSED == QUERY_PATH + LBD_PATH_COLS,
				 "lbd_path_columns fills in the columns from the path on");

#define LBD_QUERY_COLS		(QUERY_COMPRESSED_OWN + 1)

/* An audit that is being returned. */
typedef struct LbdQueryRows
{
	LbdQueryAudit audit;		/* what has been measured */
	ReturnSetInfo *rsinfo;		/* where the rows go */
} LbdQueryRows;

static void query_rows(LbdQueryRows *rows, const LbdColumn *column,
					   const LbdPath *path);
static void query_row(LbdQueryRows *rows, const LbdColumn *column,
					  const LbdPath *path);
static void query_summary(LbdQueryRows *rows, const char *name, int64 bytes);

PG_FUNCTION_INFO_V1(lbdiag_audit_query_detail_1_0);
/*
 * lbdiag_audit_query_detail(query text, encoding text)
 *	 -> SETOF (column_name text, path text, depth int, types text,
 *			   occurrences bigint, nulls bigint, distinct_values bigint,
 *			   most_common bigint, bytes bigint, share numeric,
 *			   key_bytes bigint, value_bytes bigint, syntax_bytes bigint,
 *			   compressed_bytes bigint, compressed_own_bytes bigint)
 *
 * A row for each column and each JSON path in it, the largest column first, a
 * row for what belongs to no column, and a row TOTAL.  compressed_bytes is
 * NULL with the encoding none, and with others than gzip on all rows but
 * TOTAL.
 */
Datum
lbdiag_audit_query_detail_1_0(PG_FUNCTION_ARGS)
{
	LbdQueryRows rows = {0};
	LbdResultCounter *counter = &rows.audit.counter;
	char	   *query;
	LbdEncoding encoding;

	lbd_check_definition(fcinfo, 2, LBD_QUERY_COLS);
	query = lbd_query_argument(fcinfo, 0);
	encoding = lbd_encoding_argument(fcinfo, 1);
	InitMaterializedSRF(fcinfo, 0);
	rows.rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	lbd_query_audit_run(&rows.audit, query, encoding, false);
	lbd_counter_limit(counter, rows.audit.own);
	for (int i = 0; i < counter->ncolumns; i++)
		query_rows(&rows, &counter->columns[i],
				   counter->columns[i].stats->root);
	query_summary(&rows, NULL, counter->rows * LBD_ROW_BYTES);
	query_summary(&rows, "TOTAL", rows.audit.total);
	lbd_query_audit_end(&rows.audit);
	return (Datum) 0;
}

/*
 * Returns the rows of a path of a column, and of all paths below it.
 */
static void
query_rows(LbdQueryRows *rows, const LbdColumn *column, const LbdPath *path)
{
	LbdPath   **children;
	int			nchildren;

	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	query_row(rows, column, path);
	children = lbd_stats_sorted(path, &nchildren);
	for (int i = 0; i < nchildren; i++)
		query_rows(rows, column, children[i]);
	pfree(children);
}

static void
query_row(LbdQueryRows *rows, const LbdColumn *column, const LbdPath *path)
{
	Datum		values[LBD_QUERY_COLS];
	bool		nulls[LBD_QUERY_COLS] = {0};
	MemoryContext old = MemoryContextSwitchTo(rows->audit.counter.row);

	values[QUERY_COLUMN_NAME] = CStringGetTextDatum(column->name);
	lbd_path_columns(path, rows->audit.total, &values[QUERY_PATH],
					 &nulls[QUERY_PATH]);
	if (column->type_name && path->parent == NULL)
		values[QUERY_TYPES] = CStringGetTextDatum(column->type_name);
	nulls[QUERY_COMPRESSED] = nulls[QUERY_COMPRESSED_OWN] = rows->audit.own == NULL;
	if (rows->audit.own)
	{
		values[QUERY_COMPRESSED] =
			Int64GetDatum(lbd_stats_compressed(path, rows->audit.own));
		values[QUERY_COMPRESSED_OWN] =
			Int64GetDatum(rows->audit.own[path->number]);
	}
	tuplestore_putvalues(rows->rsinfo->setResult, rows->rsinfo->setDesc,
						 values, nulls);
	MemoryContextSwitchTo(old);
	MemoryContextReset(rows->audit.counter.row);
}

/*
 * Returns a row that is of no path.  Of the messages of the rows, which have
 * no name, the bytes are syntax.
 */
static void
query_summary(LbdQueryRows *rows, const char *name, int64 bytes)
{
	Datum		values[LBD_QUERY_COLS] = {0};
	bool		nulls[LBD_QUERY_COLS];

	memset(nulls, true, sizeof(nulls));
#define SET(column, datum) \
	(nulls[column] = false, values[column] = (datum))
	SET(QUERY_OCCURRENCES, Int64GetDatum(rows->audit.counter.rows));
	SET(QUERY_BYTES, Int64GetDatum(bytes));
	SET(QUERY_SHARE, lbd_share_datum(bytes, rows->audit.total));
	if (name)
	{
		SET(QUERY_COLUMN_NAME, CStringGetTextDatum(name));
		if (rows->audit.encoder)
			SET(QUERY_COMPRESSED, Int64GetDatum(rows->audit.compressed));
	}
	else
	{
		SET(QUERY_KEY_BYTES, Int64GetDatum(0));
		SET(QUERY_VALUE_BYTES, Int64GetDatum(0));
		SET(QUERY_SYNTAX_BYTES, Int64GetDatum(bytes));
	}
	if (name == NULL && rows->audit.own)
	{
		SET(QUERY_COMPRESSED, Int64GetDatum(rows->audit.own[rows->audit.rows_path]));
		SET(QUERY_COMPRESSED_OWN, values[QUERY_COMPRESSED]);
	}
#undef SET
	tuplestore_putvalues(rows->rsinfo->setResult, rows->rsinfo->setDesc,
						 values, nulls);
}
