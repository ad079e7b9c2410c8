/*-------------------------------------------------------------------------
 *
 * record_sql.c
 *	  lbdiag_record_sql: a run of statements.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"

#include "api/arguments.h"
#include "api/calls.h"
#include "api/definition.h"
#include "api/record.h"

static int64 store_run(const char *label, const LbdTreeRows *rows,
					   const int64 *reference, const char *schema);
static char *statements_text(const LbdTreeRows *rows);
static void store_places(const LbdTreeRows *rows, const char *schema,
						 int64 id);

PG_FUNCTION_INFO_V1(lbdiag_record_sql_1_0);
/*
 * lbdiag_record_sql(label text, statement text, repetitions int,
 *					 rollback boolean, functions boolean) -> bigint
 *
 * Records a profile of statements, and returns the number of the run.
 */
Datum
lbdiag_record_sql_1_0(PG_FUNCTION_ARGS)
{
	char	   *schema;
	LbdStatements statements;
	LbdTreeRows *rows;
	int64	   *reference;
	char	   *label;
	int64		id;

	lbd_check_definition(fcinfo, 5, 0);
	lbd_argument_required(fcinfo, 0, "label",
						  "Name what is measured, such as 'before the index'.");
	label = text_to_cstring(PG_GETARG_TEXT_PP(0));
	statements = lbd_argument_statements(fcinfo, 1, 2);
	schema = lbd_call_schema(fcinfo);
	lbd_record_begin(schema, "record a profile");
	reference = palloc((statements.repetitions + 1) * sizeof(int64));
	rows = lbd_tree_rows(lbd_statements_profile(&statements,
												CurrentMemoryContext,
												reference));
	SPI_connect();
	id = store_run(label, rows, reference, schema);
	store_places(rows, schema, id);
	SPI_finish();
	PG_RETURN_INT64(id);
}

/*
 * Adds the run, and returns its number.
 */
static int64
store_run(const char *label, const LbdTreeRows *rows, const int64 *reference,
		  const char *schema)
{
	const LbdTreeFunction *whole = &rows->functions[rows->rows[0].function];
	int			repetitions = rows->tree->run;
	LbdStore	run;
	int64		low;
	int64		high;

	lbd_store_open(&run, schema, &lbd_store_run);
	lbd_store_text(&run, RUN_KIND, "statement");
	lbd_store_text(&run, RUN_LABEL, label);
	lbd_store_text(&run, RUN_STATEMENT, statements_text(rows));
	lbd_store_set(&run, RUN_REPETITIONS, Int32GetDatum(repetitions));
	lbd_record_server(&run);
	/* A single repetition has no reference load beside it. */
	if (repetitions > 1)
	{
		lbd_range(reference, repetitions + 1, &low, &high);
		lbd_store_ms(&run, RUN_REFERENCE_MIN, low);
		lbd_store_ms(&run, RUN_REFERENCE_MAX, high);
	}
	lbd_store_ms(&run, RUN_STATEMENT_TIME, whole->time);
	lbd_store_ms(&run, RUN_STATEMENT_MIN, whole->time_min);
	lbd_store_ms(&run, RUN_STATEMENT_MAX, whole->time_max);
	return lbd_store_put(&run);
}

/*
 * The statements without their literals.
 */
static char *
statements_text(const LbdTreeRows *rows)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 1; i < rows->nrows; i++)
	{
		if (rows->rows[i].depth == 1)
			appendStringInfo(&text, "%s%s", text.len > 0 ? "; " : "",
							 rows->rows[i].place->label);
	}
	return text.data;
}

/*
 * Adds the places, but for the whole.
 */
static void
store_places(const LbdTreeRows *rows, const char *schema, int64 id)
{
	LbdStore	row;

	lbd_store_open(&row, schema, &lbd_store_function);
	for (int i = 0; i < rows->nfunctions; i++)
	{
		const LbdTreeFunction *function = &rows->functions[i];

		CHECK_FOR_INTERRUPTS();
		if (i == rows->rows[0].function)
			continue;
		lbd_store_text(&row, FUNCTION_KIND,
					   lbd_place_kind_name(function->place->kind));
		if (function->rows >= 0)
			lbd_store_set(&row, FUNCTION_ROWS, Int64GetDatum(function->rows));
		lbd_store_set(&row, FUNCTION_SHARED,
					  Int64GetDatum(function->hit + function->read));
		lbd_store_set(&row, FUNCTION_TEMP, Int64GetDatum(function->temp));
		lbd_record_function(&row, id, function);
	}
}
