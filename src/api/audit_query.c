/*-------------------------------------------------------------------------
 *
 * audit_query.c
 *	  lbdiag_audit_query_detail: what a query's result takes when it is sent.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

#include "api/definition.h"
#include "api/encoding_setting.h"
#include "api/json_stats.h"
#include "api/query.h"
#include "api/result_counter.h"
#include "api/row_messages.h"
#include "json/path_rows.h"
#include "json/waste.h"

/* Columns of lbdiag_audit_query_detail. */
enum LbdQueryColumn
{
	QUERY_COLUMN_NAME, QUERY_PATH, QUERY_DEPTH, QUERY_TYPES, QUERY_OCCURRENCES,
	QUERY_NULLS, QUERY_DISTINCT, QUERY_MOST_COMMON, QUERY_BYTES, QUERY_SHARE,
	QUERY_KEY_BYTES, QUERY_VALUE_BYTES, QUERY_SYNTAX_BYTES, QUERY_COMPRESSED,
	QUERY_COMPRESSED_OWN, QUERY_WASTE
};

StaticAssertDecl(QUERY_COMPRESSED == QUERY_PATH + LBD_PATH_COLS,
				 "lbd_path_columns fills in the columns from the path on");

#define LBD_QUERY_COLS		QUERY_WASTE

/* Columns of _lbdiag_audit_query_waste, the same and these. */
#define LBD_WASTE_COLS		7

typedef struct LbdQueryAudit
{
	LbdResultCounter counter;	/* first: its calls get a pointer to it */
	bool		waste;			/* what could be left out is counted */
	int64		total;			/* bytes of all */
	LbdEncoder *encoder;		/* compresses the rows, or NULL */
	LbdRowMessages messages;	/* of the rows, where they are compressed */
	Datum	   *values;			/* of the row whose message has been written */
	int			rows_path;		/* number of what belongs to no column */
	int64		compressed;		/* compressed bytes of all */
	int64	   *own;			/* by the number of the path, or NULL */
	ReturnSetInfo *rsinfo;		/* where the result goes */
} LbdQueryAudit;

static Datum query_audit(FunctionCallInfo fcinfo, bool waste);
static void query_encoder(LbdQueryAudit *audit, LbdEncoding encoding);
static void query_columns(LbdResultCounter *counter);
static void query_names(const LbdResultCounter *counter);
static void query_count_row(LbdResultCounter *counter, TupleTableSlot *slot);
static void query_write_row(LbdResultCounter *counter, TupleTableSlot *slot);
static void query_count_message(LbdResultCounter *counter,
								TupleTableSlot *slot);
static void query_compressed(LbdQueryAudit *audit);
static void query_rows(LbdQueryAudit *audit, const LbdColumn *column,
					   const LbdPath *path);
static void query_row(LbdQueryAudit *audit, const LbdColumn *column,
					  const LbdPath *path);
static void waste_columns(const LbdWaste *waste, Datum *values);
static void query_summary(LbdQueryAudit *audit, const char *name, int64 bytes);

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
	lbd_check_definition(fcinfo, 2, LBD_QUERY_COLS);
	return query_audit(fcinfo, false);
}

PG_FUNCTION_INFO_V1(lbdiag_audit_query_waste_1_0);
/*
 * _lbdiag_audit_query_waste(query text, encoding text) -> the same, and
 *		separator_bytes bigint, colon_bytes bigint, null_bytes bigint,
 *		digit_bytes bigint, base64_bytes bigint, blank_bytes bigint,
 *		string_bytes bigint
 *
 * What could be left out of each path is what LbdWaste has.
 */
Datum
lbdiag_audit_query_waste_1_0(PG_FUNCTION_ARGS)
{
	lbd_check_definition(fcinfo, 2, LBD_QUERY_COLS + LBD_WASTE_COLS);
	return query_audit(fcinfo, true);
}

static Datum
query_audit(FunctionCallInfo fcinfo, bool waste)
{
	LbdQueryAudit audit = {.waste = waste};
	LbdResultCounter *counter = &audit.counter;
	char	   *query = lbd_query_argument(fcinfo, 0);
	LbdEncoding encoding = lbd_encoding_argument(fcinfo, 1);

	InitMaterializedSRF(fcinfo, 0);
	audit.rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	lbd_counter_init(counter);
	counter->started = query_columns;
	counter->each_row = query_count_row;
	query_encoder(&audit, encoding);
	lbd_progress_start(&counter->progress, "lbdiag_audit_query", "row",
					   "rows", 0);
	lbd_query_run(query, &counter->receiver);

	audit.total = lbd_counter_sum(counter) + counter->rows * LBD_ROW_BYTES;
	if (audit.encoder)
		query_compressed(&audit);
	lbd_counter_limit(counter, audit.own);
	for (int i = 0; i < counter->ncolumns; i++)
		query_rows(&audit, &counter->columns[i],
				   counter->columns[i].stats->root);
	query_summary(&audit, NULL, counter->rows * LBD_ROW_BYTES);
	query_summary(&audit, "TOTAL", audit.total);
	MemoryContextDelete(counter->context);
	return (Datum) 0;
}

/*
 * Has the rows' messages compressed, but with the encoding none.
 */
static void
query_encoder(LbdQueryAudit *audit, LbdEncoding encoding)
{
	MemoryContext old = MemoryContextSwitchTo(audit->counter.context);

	audit->encoder = lbd_encoder_create(encoding, audit->counter.context,
										NULL);
	if (audit->encoder)
	{
		audit->counter.each_row = query_write_row;
		audit->counter.count_row = query_count_message;
		lbd_messages_init(&audit->messages, audit->encoder);
		lbd_messages_attribute(&audit->messages);
	}
	if (audit->messages.attribution)
		audit->rows_path = lbd_attribution_path(audit->messages.attribution);
	MemoryContextSwitchTo(old);
}

/*
 * Prepares the columns' stats.
 */
static void
query_columns(LbdResultCounter *counter)
{
	LbdQueryAudit *audit = (LbdQueryAudit *) counter;

	query_names(counter);
	audit->values = palloc(counter->ncolumns * sizeof(Datum));
	for (int i = 0; i < counter->ncolumns; i++)
	{
		counter->columns[i].waste = audit->waste;
		if (audit->waste)
			lbd_stats_count_waste(counter->columns[i].stats);
		if (audit->messages.attribution)
			lbd_stats_attribute(counter->columns[i].stats,
								audit->messages.attribution);
	}
}

/*
 * Checks that the columns can be told apart by their names.
 */
static void
query_names(const LbdResultCounter *counter)
{
	for (int i = 0; i < counter->ncolumns; i++)
	{
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
 * Writes a row's message.
 */
static void
query_write_row(LbdResultCounter *counter, TupleTableSlot *slot)
{
	LbdQueryAudit *audit = (LbdQueryAudit *) counter;

	query_count_row(counter, slot);
	lbd_messages_begin(&audit->messages, counter->ncolumns);
	for (int i = 0; i < counter->ncolumns; i++)
	{
		LbdColumn  *column = &counter->columns[i];
		char	   *text = NULL;

		if (!slot->tts_isnull[i])
		{
			audit->values[i] = slot->tts_values[i];
			/* It is read twice. */
			if (column->type == JSONBOID)
				audit->values[i] =
					PointerGetDatum(PG_DETOAST_DATUM(audit->values[i]));
			text = OutputFunctionCall(&column->output, audit->values[i]);
		}
		lbd_messages_value(&audit->messages, text);
		if (text)
			pfree(text);
	}
	lbd_messages_end(&audit->messages);
}

/*
 * Counts the values of the row whose message has been written, and tells whose
 * its text is.
 */
static void
query_count_message(LbdResultCounter *counter, TupleTableSlot *slot)
{
	LbdQueryAudit *audit = (LbdQueryAudit *) counter;
	LbdAttribution *attribution = audit->messages.attribution;
	const char *next = lbd_messages_first(&audit->messages);

	if (attribution)
		lbd_attribution_add(attribution, audit->rows_path,
							attribution->end + LBD_ROW_BYTES);
	for (int i = 0; i < counter->ncolumns; i++)
	{
		LbdColumn  *column = &counter->columns[i];
		int			len;
		const char *text = lbd_messages_next(&next, &len);

		lbd_stats_text(column->stats, column->stats->root, LBD_LENGTH_BYTES);
		if (text)
			lbd_column_add_text(column, audit->values[i], text, len);
		else
			lbd_column_add(column, (Datum) 0, true);
	}
	lbd_messages_send(&audit->messages);
}

/*
 * Ends the compression, and shares the compressed bytes out.
 */
static void
query_compressed(LbdQueryAudit *audit)
{
	LbdAttribution *attribution = audit->messages.attribution;

	audit->compressed = lbd_messages_finish(&audit->messages);
	if (attribution)
		audit->own = lbd_attribution_end(attribution, attribution->npaths,
										 audit->compressed);
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

	values[QUERY_COLUMN_NAME] = CStringGetTextDatum(column->name);
	lbd_path_columns(path, audit->total, &values[QUERY_PATH],
					 &nulls[QUERY_PATH]);
	if (column->type_name && path->parent == NULL)
		values[QUERY_TYPES] = CStringGetTextDatum(column->type_name);
	nulls[QUERY_COMPRESSED] = nulls[QUERY_COMPRESSED_OWN] = audit->own == NULL;
	if (audit->own)
	{
		values[QUERY_COMPRESSED] =
			Int64GetDatum(lbd_stats_compressed(path, audit->own));
		values[QUERY_COMPRESSED_OWN] =
			Int64GetDatum(audit->own[path->number]);
	}
	if (path->waste)
		waste_columns(path->waste, &values[QUERY_WASTE]);
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
#define SET(column, datum) \
	(nulls[column] = false, values[column] = (datum))
	SET(QUERY_OCCURRENCES, Int64GetDatum(audit->counter.rows));
	SET(QUERY_BYTES, Int64GetDatum(bytes));
	SET(QUERY_SHARE, lbd_share_datum(bytes, audit->total));
	if (name)
	{
		SET(QUERY_COLUMN_NAME, CStringGetTextDatum(name));
		if (audit->encoder)
			SET(QUERY_COMPRESSED, Int64GetDatum(audit->compressed));
	}
	else
	{
		SET(QUERY_KEY_BYTES, Int64GetDatum(0));
		SET(QUERY_VALUE_BYTES, Int64GetDatum(0));
		SET(QUERY_SYNTAX_BYTES, Int64GetDatum(bytes));
	}
	if (name == NULL && audit->own)
	{
		SET(QUERY_COMPRESSED, Int64GetDatum(audit->own[audit->rows_path]));
		SET(QUERY_COMPRESSED_OWN, values[QUERY_COMPRESSED]);
	}
#undef SET
	tuplestore_putvalues(audit->rsinfo->setResult, audit->rsinfo->setDesc,
						 values, nulls);
}
