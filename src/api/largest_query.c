/*-------------------------------------------------------------------------
 *
 * largest_query.c
 *	  lbdiag_largest_query: the largest rows of the result of a query.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

#include "api/arguments.h"
#include "api/datum_values.h"
#include "api/definition.h"
#include "api/query.h"
#include "api/row_messages.h"
#include "api/top_rows.h"
#include "compat.h"
#include "util/progress.h"
#include "util/row_receiver.h"

#define LBD_LARGEST_QUERY_COLS 3

typedef struct LbdResultColumnInfo
{
	const char *name;			/* unlike those of all other columns */
	Oid			type;			/* no domain */
	FmgrInfo	output;			/* its output function */
} LbdResultColumnInfo;

/* What is kept of a row. */
typedef struct LbdResultRow
{
	LbdTopRow	top;			/* first: how large, and its number */
	int64		columns[FLEXIBLE_ARRAY_MEMBER]; /* bytes of each */
} LbdResultRow;

typedef struct LbdLargestResult
{
	DestReceiver receiver;		/* first: the executor's pointer to it */
	MemoryContext context;		/* of what is kept */
	MemoryContext row;			/* of the present row */
	int			nrows;			/* that are asked for */
	LbdResultColumnInfo *columns;	/* of the result */
	int			ncolumns;		/* how many there are */
	int64	   *bytes;			/* of the columns of the present row */
	LbdTopRows *top;			/* the largest rows so far */
	uint64		rows;			/* that have come */
	LbdProgress progress;		/* of rows */
} LbdLargestResult;

static void receive_columns(DestReceiver *self, int operation, TupleDesc desc);
static const char *column_name(TupleDesc desc, int column);
static bool is_taken(TupleDesc desc, int ncolumns, const char *name);
static bool receive_row(TupleTableSlot *slot, DestReceiver *self);
static void result_row(const LbdLargestResult *largest,
					   const LbdResultRow *row, ReturnSetInfo *rsinfo);

PG_FUNCTION_INFO_V1(lbdiag_largest_query_1_0);
/*
 * lbdiag_largest_query(query text, n int)
 *		-> SETOF (row_number bigint, bytes bigint, columns jsonb)
 */
Datum
lbdiag_largest_query_1_0(PG_FUNCTION_ARGS)
{
	LbdLargestResult largest = {0};
	LbdTopRow **rows;
	char	   *query;
	int			count = 0;

	lbd_check_definition(fcinfo, 2, LBD_LARGEST_QUERY_COLS);
	query = lbd_query_argument(fcinfo, 0);
	largest.nrows = lbd_argument_count(fcinfo, 1, "n", LBD_TOP_ROWS_MOST);
	InitMaterializedSRF(fcinfo, 0);
	largest.context = CurrentMemoryContext;
	largest.row = AllocSetContextCreate(CurrentMemoryContext, "lbdiag row",
										ALLOCSET_DEFAULT_SIZES);
	lbd_receiver_init(&largest.receiver, receive_columns, receive_row);
	lbd_progress_start(&largest.progress, "lbdiag_largest_query", "row",
					   "rows", 0);
	lbd_query_run(query, &largest.receiver);
	rows = lbd_top_sorted(largest.top, &count);
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		result_row(&largest, (LbdResultRow *) rows[i],
				   (ReturnSetInfo *) fcinfo->resultinfo);
	}
	return (Datum) 0;
}

static void
receive_columns(DestReceiver *self, int operation, TupleDesc desc)
{
	LbdLargestResult *largest = (LbdLargestResult *) self;
	MemoryContext old = MemoryContextSwitchTo(largest->context);

	largest->ncolumns = desc->natts;
	largest->columns = palloc0(desc->natts * sizeof(LbdResultColumnInfo));
	largest->bytes = palloc(desc->natts * sizeof(int64));
	for (int i = 0; i < desc->natts; i++)
	{
		LbdResultColumnInfo *column = &largest->columns[i];

		CHECK_FOR_INTERRUPTS();
		column->name = column_name(desc, i);
		column->type = getBaseType(TupleDescAttr(desc, i)->atttypid);
		lbd_find_output(TupleDescAttr(desc, i)->atttypid, &column->output,
						largest->context);
	}
	largest->top = lbd_top_create(largest->nrows,
								  offsetof(LbdResultRow, columns) +
								  desc->natts * sizeof(int64));
	MemoryContextSwitchTo(old);
}

/*
 * The name of a column, with its number where that is the name of one before
 * it; then it must still be none that there is.
 */
static const char *
column_name(TupleDesc desc, int column)
{
	char	   *name = pstrdup(NameStr(TupleDescAttr(desc, column)->attname));

	if (!is_taken(desc, column, name))
		return name;
	while (is_taken(desc, desc->natts, name))
		name = psprintf("%s #%d", name, column + 1);
	return name;
}

/*
 * Whether one of the first columns has a name.
 */
static bool
is_taken(TupleDesc desc, int ncolumns, const char *name)
{
	for (int i = 0; i < ncolumns; i++)
	{
		if (strcmp(NameStr(TupleDescAttr(desc, i)->attname), name) == 0)
			return true;
	}
	return false;
}

/*
 * Counts a row's message, and keeps the sizes if they are among the largest so
 * far.
 */
static bool
receive_row(TupleTableSlot *slot, DestReceiver *self)
{
	LbdLargestResult *largest = (LbdLargestResult *) self;
	MemoryContext old = MemoryContextSwitchTo(largest->row);
	LbdTopRow	row = {.bytes = LBD_ROW_BYTES,.place = ++largest->rows};
	LbdResultRow *kept;

	CHECK_FOR_INTERRUPTS();
	slot_getallattrs(slot);
	for (int i = 0; i < largest->ncolumns; i++)
	{
		LbdResultColumnInfo *column = &largest->columns[i];

		largest->bytes[i] = LBD_LENGTH_BYTES;
		if (!slot->tts_isnull[i])
			largest->bytes[i] += lbd_datum_length(column->type,
												  &column->output,
												  slot->tts_values[i]);
		row.bytes += largest->bytes[i];
	}
	kept = (LbdResultRow *) lbd_top_add(largest->top, &row);
	if (kept)
		memcpy(kept->columns, largest->bytes,
			   largest->ncolumns * sizeof(int64));
	MemoryContextSwitchTo(old);
	MemoryContextReset(largest->row);
	lbd_progress_add(&largest->progress);
	return true;
}

static void
result_row(const LbdLargestResult *largest, const LbdResultRow *row,
		   ReturnSetInfo *rsinfo)
{
	Datum		values[LBD_LARGEST_QUERY_COLS];
	bool		nulls[LBD_LARGEST_QUERY_COLS] = {false};
	MemoryContext old = MemoryContextSwitchTo(largest->row);
	StringInfoData columns;

	initStringInfo(&columns);
	for (int i = 0; i < largest->ncolumns; i++)
	{
		appendStringInfoString(&columns, i == 0 ? "{" : ", ");
		escape_json(&columns, largest->columns[i].name);
		appendStringInfo(&columns, ": %lld", (long long) row->columns[i]);
	}
	appendStringInfoChar(&columns, '}');
	values[0] = Int64GetDatum((int64) row->top.place);
	values[1] = Int64GetDatum(row->top.bytes);
	values[2] = DirectFunctionCall1(jsonb_in, CStringGetDatum(columns.data));
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	MemoryContextSwitchTo(old);
	MemoryContextReset(largest->row);
}
