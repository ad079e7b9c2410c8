/*-------------------------------------------------------------------------
 *
 * audit_query.c
 *	  lbdiag_audit_query_detail: what a query's result takes when it is sent.
 *
 * The rows go from the executor to a receiver of ours, which counts each and
 * forgets it: memory holds one row and the stats of each column.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "api/definition.h"
#include "api/json_stats.h"
#include "api/query.h"
#include "api/value_text.h"

/* A row's message: its type, its length and the number of columns. */
#define LBD_ROW_BYTES		(1 + sizeof(int32) + sizeof(int16))

/* The length of a value, -1 for null. */
#define LBD_LENGTH_BYTES	sizeof(int32)

/* Columns of lbdiag_audit_query_detail. */
#define LBD_QUERY_COLS		(1 + LBD_PATH_COLS)

typedef struct LbdColumn
{
	const char *name;			/* as the query names it */
	Oid			type;			/* json, jsonb, or another one */
	const char *type_name;		/* of another one, to be shown */
	FmgrInfo	output;			/* its output function */
	LbdValueType *parts;		/* of another one that JSON is in, or NULL */
	LbdPathStats *stats;		/* what has been counted */
} LbdColumn;

typedef struct LbdQueryAudit
{
	DestReceiver receiver;		/* first: the executor's pointer to it */
	MemoryContext context;		/* of all but rows */
	MemoryContext row;			/* of a row */
	LbdColumn  *columns;		/* of the query */
	int			ncolumns;		/* how many there are */
	int64		rows;			/* counted so far */
	int64		total;			/* bytes of all */
	ReturnSetInfo *rsinfo;		/* where the result goes */
} LbdQueryAudit;

static void query_columns(LbdQueryAudit *audit, TupleDesc desc);
static void receiver_startup(DestReceiver *self, int operation, TupleDesc desc);
static bool receiver_row(TupleTableSlot *slot, DestReceiver *self);
static void count_value(LbdColumn *column, Datum value, bool isnull);
static int	compare_columns(const void *a, const void *b);
static void query_rows(LbdQueryAudit *audit, const LbdColumn *column,
					   const LbdPath *path);
static void query_row(LbdQueryAudit *audit, const LbdColumn *column,
					  const LbdPath *path);
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
	LbdQueryAudit audit = {0};
	char	   *query;

	lbd_check_definition(fcinfo, 1, LBD_QUERY_COLS);
	query = lbd_query_argument(fcinfo, 0);
	InitMaterializedSRF(fcinfo, 0);
	audit.rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	audit.context = AllocSetContextCreate(CurrentMemoryContext, "lbdiag query",
										  ALLOCSET_DEFAULT_SIZES);
	audit.row = AllocSetContextCreate(audit.context, "lbdiag row",
									  ALLOCSET_DEFAULT_SIZES);
	lbd_query_receiver(&audit.receiver, receiver_startup, receiver_row);
	lbd_query_run(query, &audit.receiver);

	audit.total = audit.rows * LBD_ROW_BYTES;
	for (int i = 0; i < audit.ncolumns; i++)
		audit.total += lbd_stats_sum(audit.columns[i].stats);
	qsort(audit.columns, audit.ncolumns, sizeof(LbdColumn), compare_columns);
	for (int i = 0; i < audit.ncolumns; i++)
		query_rows(&audit, &audit.columns[i], audit.columns[i].stats->root);
	query_summary(&audit, NULL, audit.rows * LBD_ROW_BYTES);
	query_summary(&audit, "TOTAL", audit.total);
	MemoryContextDelete(audit.context);
	return (Datum) 0;
}

/*
 * Prepares to count the columns.
 */
static void
query_columns(LbdQueryAudit *audit, TupleDesc desc)
{
	audit->columns = palloc0(desc->natts * sizeof(LbdColumn));
	audit->ncolumns = desc->natts;
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(desc, i);
		LbdColumn  *column = &audit->columns[i];
		Oid			output;
		bool		varlena;

		CHECK_FOR_INTERRUPTS();
		column->name = pstrdup(NameStr(attribute->attname));
		for (int j = 0; j < i; j++)
		{
			if (strcmp(audit->columns[j].name, column->name) == 0)
				ereport(ERROR,
						(errcode(ERRCODE_DUPLICATE_COLUMN),
						 errmsg("query returns two columns named \"%s\"",
								column->name),
						 errhint("Give each column a name of its own with AS.")));
		}
		column->type = getBaseType(attribute->atttypid);
		if (column->type != JSONOID && column->type != JSONBOID)
		{
			column->type_name = format_type_be(attribute->atttypid);
			column->parts = lbd_value_type(attribute->atttypid);
		}
		getTypeOutputInfo(attribute->atttypid, &output, &varlena);
		fmgr_info(output, &column->output);
		column->stats = lbd_stats_create_any(audit->context);
	}
}

static void
receiver_startup(DestReceiver *self, int operation, TupleDesc desc)
{
	LbdQueryAudit *audit = (LbdQueryAudit *) self;
	MemoryContext old = MemoryContextSwitchTo(audit->context);

	query_columns(audit, desc);
	MemoryContextSwitchTo(old);
}

/*
 * Counts a row.
 */
static bool
receiver_row(TupleTableSlot *slot, DestReceiver *self)
{
	LbdQueryAudit *audit = (LbdQueryAudit *) self;
	MemoryContext old = MemoryContextSwitchTo(audit->row);

	slot_getallattrs(slot);
	for (int i = 0; i < audit->ncolumns; i++)
		count_value(&audit->columns[i], slot->tts_values[i],
					slot->tts_isnull[i]);
	audit->rows++;
	MemoryContextSwitchTo(old);
	MemoryContextReset(audit->row);
	return true;
}

static void
count_value(LbdColumn *column, Datum value, bool isnull)
{
	LbdPathStats *stats = column->stats;
	LbdPath    *root = stats->root;

	root->syntax_bytes += LBD_LENGTH_BYTES;
	if (isnull)
	{
		root->occurrences++;
		root->nulls++;
	}
	else if (column->type_name == NULL)
		lbd_stats_add_datum(stats, root, value, column->type == JSONBOID);
	else
	{
		char	   *text = OutputFunctionCall(&column->output, value);
		Size		len = strlen(text);

		if (column->parts)
		{
			lbd_stats_add_value(stats, root, column->parts, text, len);
			return;
		}
		root->occurrences++;
		root->types |= LBD_TYPE_STRING;
		root->value_bytes += len;
		lbd_distinct_add(&root->distinct, lbd_distinct_hash(text, len),
						 stats->context);
	}
}

/* The largest first, equal ones by their names. */
static int
compare_columns(const void *a, const void *b)
{
	const LbdColumn *left = a;
	const LbdColumn *right = b;
	int64		left_bytes = left->stats->root->bytes;
	int64		right_bytes = right->stats->root->bytes;

	if (left_bytes != right_bytes)
		return left_bytes > right_bytes ? -1 : 1;
	return strcmp(left->name, right->name);
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
	Datum		values[LBD_QUERY_COLS];
	bool		nulls[LBD_QUERY_COLS] = {0};
	MemoryContext old = MemoryContextSwitchTo(audit->row);

	values[0] = CStringGetTextDatum(column->name);
	lbd_path_columns(path, audit->total, &values[1], &nulls[1]);
	if (column->type_name && path->parent == NULL)
		values[3] = CStringGetTextDatum(column->type_name);
	tuplestore_putvalues(audit->rsinfo->setResult, audit->rsinfo->setDesc,
						 values, nulls);
	MemoryContextSwitchTo(old);
	MemoryContextReset(audit->row);
}

/*
 * Returns a row that is of no path.  Of the messages of the rows, which have
 * no name, the bytes are syntax.
 */
static void
query_summary(LbdQueryAudit *audit, const char *name, int64 bytes)
{
	Datum		values[LBD_QUERY_COLS] = {0};
	bool		nulls[LBD_QUERY_COLS];

	memset(nulls, true, sizeof(nulls));
	if (name)
		values[0] = CStringGetTextDatum(name);
	nulls[0] = name == NULL;
	values[4] = Int64GetDatum(audit->rows);
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
