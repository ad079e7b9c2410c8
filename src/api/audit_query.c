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
#include "api/json_stats.h"
#include "api/query.h"
#include "api/result_counter.h"
#include "json/waste.h"

/* A row's message: its type, its length and the number of columns. */
#define LBD_ROW_BYTES		(1 + sizeof(int32) + sizeof(int16))

/* The length of a value, -1 for null. */
#define LBD_LENGTH_BYTES	sizeof(int32)

/* Columns of lbdiag_audit_query_detail. */
#define LBD_QUERY_COLS		(1 + LBD_PATH_COLS)

/* Columns of _lbdiag_audit_query_waste, the same and these. */
#define LBD_WASTE_COLS		7

typedef struct LbdQueryAudit
{
	LbdResultCounter counter;	/* first: its calls get a pointer to it */
	bool		waste;			/* what could be left out is counted */
	int64		total;			/* bytes of all */
	ReturnSetInfo *rsinfo;		/* where the result goes */
} LbdQueryAudit;

static Datum query_audit(FunctionCallInfo fcinfo, bool waste);
static void query_columns(LbdResultCounter *counter);
static void query_count_row(LbdResultCounter *counter, TupleTableSlot *slot);
static void query_rows(LbdQueryAudit *audit, const LbdColumn *column,
					   const LbdPath *path);
static void query_row(LbdQueryAudit *audit, const LbdColumn *column,
					  const LbdPath *path);
static void waste_columns(const LbdWaste *waste, Datum *values);
static void query_summary(LbdQueryAudit *audit, const char *name, int64 bytes);

PG_FUNCTION_INFO_V1(lbdiag_audit_query_detail_1_0);
/*
 * lbdiag_audit_query_detail(query text) -> SETOF (column_name text, path text,
 *		depth int, types text, occurrences bigint, nulls bigint,
 *		distinct_values bigint, most_common bigint, bytes bigint,
 *		share numeric, key_bytes bigint, value_bytes bigint,
 *		syntax_bytes bigint)
 *
 * A row for each column and each JSON path in it, the largest column first, a
 * row for what belongs to no column, and a row TOTAL.
 */
Datum
lbdiag_audit_query_detail_1_0(PG_FUNCTION_ARGS)
{
	lbd_check_definition(fcinfo, 1, LBD_QUERY_COLS);
	return query_audit(fcinfo, false);
}

PG_FUNCTION_INFO_V1(lbdiag_audit_query_waste_1_0);
/*
 * _lbdiag_audit_query_waste(query text) -> the same, and separator_bytes
 *		bigint, colon_bytes bigint, null_bytes bigint, digit_bytes bigint,
 *		base64_bytes bigint, blank_bytes bigint, string_bytes bigint
 *
 * What could be left out of each path is what LbdWaste has.
 */
Datum
lbdiag_audit_query_waste_1_0(PG_FUNCTION_ARGS)
{
	lbd_check_definition(fcinfo, 1, LBD_QUERY_COLS + LBD_WASTE_COLS);
	return query_audit(fcinfo, true);
}

static Datum
query_audit(FunctionCallInfo fcinfo, bool waste)
{
	LbdQueryAudit audit = {.waste = waste};
	LbdResultCounter *counter = &audit.counter;
	char	   *query = lbd_query_argument(fcinfo, 0);

	InitMaterializedSRF(fcinfo, 0);
	audit.rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	lbd_counter_init(counter);
	counter->started = query_columns;
	counter->each_row = query_count_row;
	lbd_progress_start(&counter->progress, "lbdiag_audit_query", "row",
					   "rows", 0);
	lbd_query_run(query, &counter->receiver);

	audit.total = lbd_counter_sum(counter) + counter->rows * LBD_ROW_BYTES;
	for (int i = 0; i < counter->ncolumns; i++)
		query_rows(&audit, &counter->columns[i],
				   counter->columns[i].stats->root);
	query_summary(&audit, NULL, counter->rows * LBD_ROW_BYTES);
	query_summary(&audit, "TOTAL", audit.total);
	MemoryContextDelete(counter->context);
	return (Datum) 0;
}

/*
 * Checks that the columns can be told apart by their names.
 */
static void
query_columns(LbdResultCounter *counter)
{
	const LbdQueryAudit *audit = (const LbdQueryAudit *) counter;

	for (int i = 0; i < counter->ncolumns; i++)
	{
		counter->columns[i].waste = audit->waste;
		if (audit->waste)
			lbd_stats_count_waste(counter->columns[i].stats);
		for (int j = 0; j < i; j++)
		{
			if (strcmp(counter->columns[j].name, counter->columns[i].name) == 0)
				ereport(ERROR,
						(errcode(ERRCODE_DUPLICATE_COLUMN),
						 errmsg("query returns two columns named \"%s\"",
								counter->columns[i].name),
						 errhint("Give each column a name of its own with AS.")));
		}
	}
}

/*
 * Counts what is sent of each value beside its text.
 */
static void
query_count_row(LbdResultCounter *counter, TupleTableSlot *slot)
{
	for (int i = 0; i < counter->ncolumns; i++)
		counter->columns[i].stats->root->syntax_bytes += LBD_LENGTH_BYTES;
}

/*
 * Returns the rows of a path of a column, and of all paths below it.
 */
static void
query_rows(LbdQueryAudit *audit, const LbdColumn *column, const LbdPath *path)
{
	LbdPath   **children;
	int			nchildren;

	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	query_row(audit, column, path);
	children = lbd_stats_sorted(path, &nchildren);
	for (int i = 0; i < nchildren; i++)
		query_rows(audit, column, children[i]);
	pfree(children);
}

static void
query_row(LbdQueryAudit *audit, const LbdColumn *column, const LbdPath *path)
{
	Datum		values[LBD_QUERY_COLS + LBD_WASTE_COLS];
	bool		nulls[LBD_QUERY_COLS + LBD_WASTE_COLS] = {0};
	MemoryContext old = MemoryContextSwitchTo(audit->counter.row);

	values[0] = CStringGetTextDatum(column->name);
	lbd_path_columns(path, audit->total, &values[1], &nulls[1]);
	if (column->type_name && path->parent == NULL)
		values[3] = CStringGetTextDatum(column->type_name);
	if (path->waste)
		waste_columns(path->waste, &values[LBD_QUERY_COLS]);
	tuplestore_putvalues(audit->rsinfo->setResult, audit->rsinfo->setDesc,
						 values, nulls);
	MemoryContextSwitchTo(old);
	MemoryContextReset(audit->counter.row);
}

static void
waste_columns(const LbdWaste *waste, Datum *values)
{
	values[0] = Int64GetDatum(waste->separators);
	values[1] = Int64GetDatum(waste->colons);
	values[2] = Int64GetDatum(waste->nulls);
	values[3] = Int64GetDatum(waste->digits);
	values[4] = Int64GetDatum(waste->base64);
	values[5] = Int64GetDatum(waste->blanks);
	values[6] = Int64GetDatum(waste->strings);
}

/*
 * Returns a row that is of no path.  Of the messages of the rows, which have
 * no name, the bytes are syntax.
 */
static void
query_summary(LbdQueryAudit *audit, const char *name, int64 bytes)
{
	Datum		values[LBD_QUERY_COLS + LBD_WASTE_COLS] = {0};
	bool		nulls[LBD_QUERY_COLS + LBD_WASTE_COLS];

	memset(nulls, true, sizeof(nulls));
	if (name)
		values[0] = CStringGetTextDatum(name);
	nulls[0] = name == NULL;
	values[4] = Int64GetDatum(audit->counter.rows);
	values[8] = Int64GetDatum(bytes);
	values[9] = lbd_share_datum(bytes, audit->total);
	nulls[4] = nulls[8] = nulls[9] = false;
	if (name == NULL)
	{
		values[10] = values[11] = Int64GetDatum(0);
		values[12] = Int64GetDatum(bytes);
		nulls[10] = nulls[11] = nulls[12] = false;
	}
	tuplestore_putvalues(audit->rsinfo->setResult, audit->rsinfo->setDesc,
						 values, nulls);
}
