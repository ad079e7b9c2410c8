/*-------------------------------------------------------------------------
 *
 * audit_query.c
 *	  lbdiag_audit_query_detail: what a query's result takes when it is sent.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "api/definition.h"
#include "api/encoding_setting.h"
#include "api/path_result.h"
#include "api/query.h"
#include "api/query_audit.h"

static const LbdPathColumn query_columns[] = {
	LBD_COL_PART, LBD_COL_PATH, LBD_COL_DEPTH, LBD_COL_TYPES,
	LBD_COL_OCCURRENCES, LBD_COL_DOCUMENTS, LBD_COL_OBJECTS, LBD_COL_ARRAYS,
	LBD_COL_STRINGS, LBD_COL_NUMBERS, LBD_COL_BOOLEANS, LBD_COL_NULLS,
	LBD_COL_DISTINCT, LBD_COL_MOST_COMMON, LBD_COL_BYTES, LBD_COL_SHARE,
	LBD_COL_KEY_BYTES, LBD_COL_VALUE_BYTES, LBD_COL_SYNTAX_BYTES,
	LBD_COL_COMPRESSED, LBD_COL_COMPRESSED_OWN, LBD_COL_MIN_BYTES,
	LBD_COL_MEDIAN_BYTES, LBD_COL_MAX_BYTES, LBD_COL_BOUNDS, LBD_COL_COUNTS,
	LBD_COL_MIN_ELEMENTS, LBD_COL_MEDIAN_ELEMENTS, LBD_COL_MAX_ELEMENTS,
	LBD_COL_KEYS, LBD_COL_FOLDED, LBD_COL_COMPLETE
};

#define LBD_QUERY_COLS ((int) lengthof(query_columns))

static void query_rest(LbdPathResult *result, const LbdQueryAudit *audit);
static void query_total(LbdPathResult *result, const LbdQueryAudit *audit);
static void query_summary(LbdPathRow *row, const LbdQueryAudit *audit,
						  int64 bytes);

PG_FUNCTION_INFO_V1(lbdiag_audit_query_detail_1_0);
/*
 * lbdiag_audit_query_detail(query text, encoding text)
 *	 -> SETOF (column_name text, path text, depth int, types text,
 *			   occurrences bigint, documents bigint, objects bigint,
 *			   arrays bigint, strings bigint, numbers bigint,
 *			   booleans bigint, nulls bigint, distinct_values bigint,
 *			   most_common bigint, bytes bigint, share numeric,
 *			   key_bytes bigint, value_bytes bigint, syntax_bytes bigint,
 *			   compressed_bytes bigint, compressed_own_bytes bigint,
 *			   min_bytes bigint, median_bytes bigint, max_bytes bigint,
 *			   histogram_bounds bigint[], histogram_counts bigint[],
 *			   min_elements bigint, median_elements bigint,
 *			   max_elements bigint, dynamic_keys bigint, folded text,
 *			   complete boolean)
 *
 * A row for each column and each JSON path in it, the largest column first, a
 * row for what belongs to no column, and a row TOTAL.  compressed_bytes is
 * NULL with the encoding none, and with others than gzip on all rows but
 * TOTAL.
 */
Datum
lbdiag_audit_query_detail_1_0(PG_FUNCTION_ARGS)
{
	LbdQueryAudit audit;
	LbdPathResult result;
	char	   *query;
	LbdEncoding encoding;

	lbd_check_definition(fcinfo, 2, LBD_QUERY_COLS);
	query = lbd_query_argument(fcinfo, 0);
	encoding = lbd_encoding_argument(fcinfo, 1);
	lbd_path_result_init(&result, fcinfo, query_columns, LBD_QUERY_COLS);
	lbd_query_audit_run(&audit, query, encoding, false);
	lbd_counter_limit(&audit.counter, audit.own);
	result.total = audit.total;
	result.own = audit.own;
	for (int i = 0; i < audit.counter.ncolumns; i++)
	{
		result.part = audit.counter.columns[i].name;
		result.part_type = audit.counter.columns[i].type_name;
		lbd_path_result_tree(&result, audit.counter.columns[i].stats);
	}
	query_rest(&result, &audit);
	query_total(&result, &audit);
	lbd_query_audit_end(&audit);
	return (Datum) 0;
}

/*
 * Returns the row of what belongs to no column, which has no name: the bytes
 * of the rows' messages are syntax.
 */
static void
query_rest(LbdPathResult *result, const LbdQueryAudit *audit)
{
	LbdPathRow	row;
	int64		bytes = audit->counter.rows * LBD_ROW_BYTES;

	query_summary(&row, audit, bytes);
	lbd_path_row_set(&row, LBD_COL_KEY_BYTES, Int64GetDatum(0));
	lbd_path_row_set(&row, LBD_COL_VALUE_BYTES, Int64GetDatum(0));
	lbd_path_row_set(&row, LBD_COL_SYNTAX_BYTES, Int64GetDatum(bytes));
	if (audit->own)
	{
		Datum		compressed = Int64GetDatum(audit->own[audit->rows_path]);

		lbd_path_row_set(&row, LBD_COL_COMPRESSED, compressed);
		lbd_path_row_set(&row, LBD_COL_COMPRESSED_OWN, compressed);
	}
	lbd_path_result_put(result, &row);
}

static void
query_total(LbdPathResult *result, const LbdQueryAudit *audit)
{
	LbdPathRow	row;

	query_summary(&row, audit, audit->total);
	lbd_path_row_set(&row, LBD_COL_PART, CStringGetTextDatum("TOTAL"));
	if (audit->encoder)
		lbd_path_row_set(&row, LBD_COL_COMPRESSED,
						 Int64GetDatum(audit->compressed));
	lbd_path_result_put(result, &row);
}

/*
 * Begins a row that is of no path.
 */
static void
query_summary(LbdPathRow *row, const LbdQueryAudit *audit, int64 bytes)
{
	lbd_path_row_clear(row);
	lbd_path_row_set(row, LBD_COL_OCCURRENCES,
					 Int64GetDatum(audit->counter.rows));
	lbd_path_row_set(row, LBD_COL_BYTES, Int64GetDatum(bytes));
	lbd_path_row_set(row, LBD_COL_SHARE, lbd_share_datum(bytes, audit->total));
}
