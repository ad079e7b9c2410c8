/*-------------------------------------------------------------------------
 *
 * profile_sql.c
 *	  The SQL-callable functions over profiles of statements.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

#include "api/arguments.h"
#include "api/definition.h"
#include "api/report_rows.h"
#include "report/statement_report.h"
#include "report/tree_export.h"
#include "trace/profile.h"
#include "util/call_tree_rows.h"

/* Columns of lbdiag_profile_sql. */
typedef enum LbdSqlColumn
{
	SQL_NCALLS, SQL_TOTTIME, SQL_TOTTIME_PERCALL, SQL_CUMTIME,
	SQL_CUMTIME_PERCALL, SQL_FUNCTION, SQL_SOURCE, SQL_KIND, SQL_ROWS,
	SQL_LOOPS, SQL_HIT, SQL_READ, SQL_TEMP, SQL_WORKERS, SQL_TOTTIME_MIN,
	SQL_TOTTIME_MAX, SQL_CUMTIME_MIN, SQL_CUMTIME_MAX, SQL_OVERHEAD,
	SQL_MERGED
} LbdSqlColumn;

#define LBD_SQL_COLS		(SQL_MERGED + 1)

/* Columns of lbdiag_profile_sql_tree and lbdiag_trace_stop. */
typedef enum LbdTreeColumn
{
	TREE_NODE, TREE_PARENT, TREE_DEPTH, TREE_KIND, TREE_FUNCTION, TREE_SOURCE,
	TREE_NCALLS, TREE_TOTTIME, TREE_CUMTIME, TREE_ROWS, TREE_LOOPS,
	TREE_REMOVED, TREE_HIT, TREE_READ, TREE_TEMP, TREE_WORKERS, TREE_OVERHEAD,
	TREE_MERGED
} LbdTreeColumn;

#define LBD_TREE_COLS		(TREE_MERGED + 1)

/* Rows that are returned, one after the other. */
typedef struct LbdRowSink
{
	ReturnSetInfo *rsinfo;		/* where they go */
	MemoryContext row;			/* of the values of one */
} LbdRowSink;

static LbdTreeRows *statements_rows(const LbdStatements *statements);
static LbdTreeRows *trace_rows(void);
static void put_functions(FunctionCallInfo fcinfo, const LbdTreeRows *rows,
						  int top);
static void function_columns(const LbdTreeFunction *function, Datum *values,
							 bool *nulls);
static void put_tree(FunctionCallInfo fcinfo, const LbdTreeRows *rows);
static void place_columns(const LbdTreeRow *row, Datum *values, bool *nulls);
static LbdRowSink sink_open(FunctionCallInfo fcinfo);
static void sink_put(LbdRowSink *sink, const Datum *values,
					 const bool *nulls);

#define MS(ns) Float8GetDatum((ns) / LBD_NS_PER_MS)

PG_FUNCTION_INFO_V1(lbdiag_profile_sql_1_0);
/*
 * lbdiag_profile_sql(statement text, top int, repetitions int,
 *					  rollback boolean, functions boolean)
 *	 -> SETOF (ncalls bigint, tottime_ms float8, tottime_percall_ms float8,
 *			   cumtime_ms float8, cumtime_percall_ms float8, function text,
 *			   source text, kind text, rows bigint, loops bigint,
 *			   shared_blks_hit bigint, shared_blks_read bigint,
 *			   temp_blks bigint, workers_ms float8, tottime_min_ms float8,
 *			   tottime_max_ms float8, cumtime_min_ms float8,
 *			   cumtime_max_ms float8, overhead_ms float8,
 *			   merged_calls bigint)
 *
 * Runs the statements, and returns what takes most with what it calls, at most
 * top rows.  Counts and blocks are those of the last repetition.
 */
Datum
lbdiag_profile_sql_1_0(PG_FUNCTION_ARGS)
{
	LbdStatements statements;
	int			top;

	lbd_check_definition(fcinfo, 5, LBD_SQL_COLS);
	top = lbd_argument_count(fcinfo, 1, "top", PG_INT32_MAX);
	statements = lbd_argument_statements(fcinfo, 0, 2);
	InitMaterializedSRF(fcinfo, 0);
	put_functions(fcinfo, statements_rows(&statements), top);
	return (Datum) 0;
}

/*
 * Runs statements.
 */
static LbdTreeRows *
statements_rows(const LbdStatements *statements)
{
	int64	   *reference = palloc((statements->repetitions + 1) * sizeof(int64));

	return lbd_tree_rows(lbd_statements_profile(statements,
												CurrentMemoryContext,
												reference));
}

/*
 * Ends the trace of the session.
 */
static LbdTreeRows *
trace_rows(void)
{
	return lbd_tree_rows(lbd_session_trace_end(CurrentMemoryContext));
}

static void
put_functions(FunctionCallInfo fcinfo, const LbdTreeRows *rows, int top)
{
	const LbdTreeFunction **functions = lbd_tree_by_time(rows);
	LbdRowSink	sink = sink_open(fcinfo);

	for (int i = 0; i < Min(top, rows->nfunctions); i++)
	{
		Datum		values[LBD_SQL_COLS] = {0};
		bool		nulls[LBD_SQL_COLS] = {0};
		MemoryContext old = MemoryContextSwitchTo(sink.row);

		CHECK_FOR_INTERRUPTS();
		function_columns(functions[i], values, nulls);
		MemoryContextSwitchTo(old);
		sink_put(&sink, values, nulls);
	}
}

static void
function_columns(const LbdTreeFunction *function, Datum *values, bool *nulls)
{
	const LbdPlace *place = function->place;
	int64		calls = function->calls;

	values[SQL_NCALLS] = Int64GetDatum(calls);
	values[SQL_TOTTIME] = MS(function->self);
	values[SQL_CUMTIME] = MS(function->time);
	nulls[SQL_TOTTIME_PERCALL] = nulls[SQL_CUMTIME_PERCALL] = calls == 0;
	if (calls > 0)
	{
		values[SQL_TOTTIME_PERCALL] = MS((double) function->self / calls);
		values[SQL_CUMTIME_PERCALL] = MS((double) function->time / calls);
	}
	values[SQL_FUNCTION] = CStringGetTextDatum(place->label);
	nulls[SQL_SOURCE] = function->source == NULL;
	if (function->source)
		values[SQL_SOURCE] = CStringGetTextDatum(function->source);
	values[SQL_KIND] = CStringGetTextDatum(lbd_place_kind_name(place->kind));
	values[SQL_ROWS] = Int64GetDatum(function->rows);
	nulls[SQL_ROWS] = function->rows < 0;
	values[SQL_LOOPS] = Int64GetDatum(function->loops);
	nulls[SQL_LOOPS] = function->loops < 0;
	values[SQL_HIT] = Int64GetDatum(function->hit);
	values[SQL_READ] = Int64GetDatum(function->read);
	values[SQL_TEMP] = Int64GetDatum(function->temp);
	values[SQL_WORKERS] = MS(function->workers);
	nulls[SQL_WORKERS] = function->workers == 0;
	values[SQL_TOTTIME_MIN] = MS(function->self_min);
	values[SQL_TOTTIME_MAX] = MS(function->self_max);
	values[SQL_CUMTIME_MIN] = MS(function->time_min);
	values[SQL_CUMTIME_MAX] = MS(function->time_max);
	values[SQL_OVERHEAD] = MS(function->overhead);
	values[SQL_MERGED] = Int64GetDatum(function->merged);
}

PG_FUNCTION_INFO_V1(lbdiag_profile_sql_tree_1_0);
/*
 * lbdiag_profile_sql_tree(statement text, repetitions int,
 *						   rollback boolean, functions boolean)
 *	 -> SETOF (node int, parent int, depth int, kind text, function text,
 *			   source text, ncalls bigint, tottime_ms float8,
 *			   cumtime_ms float8, rows bigint, loops bigint,
 *			   rows_removed bigint, shared_blks_hit bigint,
 *			   shared_blks_read bigint, temp_blks bigint,
 *			   workers_ms float8, overhead_ms float8, merged_calls bigint)
 *
 * The call tree, a caller before its callees.
 */
Datum
lbdiag_profile_sql_tree_1_0(PG_FUNCTION_ARGS)
{
	LbdStatements statements;

	lbd_check_definition(fcinfo, 4, LBD_TREE_COLS);
	statements = lbd_argument_statements(fcinfo, 0, 1);
	InitMaterializedSRF(fcinfo, 0);
	put_tree(fcinfo, statements_rows(&statements));
	return (Datum) 0;
}

static void
put_tree(FunctionCallInfo fcinfo, const LbdTreeRows *rows)
{
	LbdRowSink	sink = sink_open(fcinfo);

	for (int i = 0; i < rows->nrows; i++)
	{
		Datum		values[LBD_TREE_COLS] = {0};
		bool		nulls[LBD_TREE_COLS] = {0};
		MemoryContext old = MemoryContextSwitchTo(sink.row);

		CHECK_FOR_INTERRUPTS();
		values[TREE_NODE] = Int32GetDatum(i + 1);
		values[TREE_PARENT] = Int32GetDatum(rows->rows[i].parent + 1);
		nulls[TREE_PARENT] = rows->rows[i].parent < 0;
		place_columns(&rows->rows[i], values, nulls);
		MemoryContextSwitchTo(old);
		sink_put(&sink, values, nulls);
	}
}

static void
place_columns(const LbdTreeRow *row, Datum *values, bool *nulls)
{
	const LbdPlace *place = row->place;
	const LbdPlaceCounts *counts = &place->counts;

	values[TREE_DEPTH] = Int32GetDatum(row->depth);
	values[TREE_KIND] = CStringGetTextDatum(lbd_place_kind_name(place->kind));
	values[TREE_FUNCTION] = CStringGetTextDatum(place->label);
	nulls[TREE_SOURCE] = place->source == NULL;
	if (place->source)
		values[TREE_SOURCE] = CStringGetTextDatum(place->source);
	values[TREE_NCALLS] = Int64GetDatum(counts->calls);
	values[TREE_TOTTIME] = MS(row->self);
	values[TREE_CUMTIME] = MS(row->time);
	values[TREE_ROWS] = Int64GetDatum(counts->rows);
	nulls[TREE_ROWS] = counts->rows < 0;
	values[TREE_LOOPS] = Int64GetDatum(counts->loops);
	values[TREE_REMOVED] = Int64GetDatum(counts->removed);
	nulls[TREE_LOOPS] = nulls[TREE_REMOVED] = counts->loops < 0;
	values[TREE_HIT] = Int64GetDatum(row->hit);
	values[TREE_READ] = Int64GetDatum(row->read);
	values[TREE_TEMP] = Int64GetDatum(row->temp);
	values[TREE_WORKERS] = MS(counts->workers);
	nulls[TREE_WORKERS] = counts->workers == 0;
	values[TREE_OVERHEAD] = MS(row->overhead);
	values[TREE_MERGED] = Int64GetDatum(counts->merged);
}

static LbdRowSink
sink_open(FunctionCallInfo fcinfo)
{
	LbdRowSink	sink;

	sink.rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	sink.row = AllocSetContextCreate(CurrentMemoryContext, "lbdiag row",
									 ALLOCSET_DEFAULT_SIZES);
	return sink;
}

/*
 * Returns a row, and lets its values go.
 */
static void
sink_put(LbdRowSink *sink, const Datum *values, const bool *nulls)
{
	tuplestore_putvalues(sink->rsinfo->setResult, sink->rsinfo->setDesc,
						 unconstify(Datum *, values),
						 unconstify(bool *, nulls));
	MemoryContextReset(sink->row);
}

PG_FUNCTION_INFO_V1(lbdiag_profile_sql_report_1_0);
/*
 * lbdiag_profile_sql_report(statement text, top int, repetitions int,
 *							 rollback boolean, functions boolean)
 *	 -> SETOF text
 */
Datum
lbdiag_profile_sql_report_1_0(PG_FUNCTION_ARGS)
{
	LbdStatements statements;
	int			top;
	StringInfoData remark;

	lbd_report_begin(fcinfo, 5);
	top = lbd_argument_count(fcinfo, 1, "top", PG_INT32_MAX);
	statements = lbd_argument_statements(fcinfo, 0, 2);
	initStringInfo(&remark);
	if (statements.repetitions > 1)
		appendStringInfo(&remark, "Times are medians of %d repetitions.",
						 statements.repetitions);
	else
		appendStringInfoString(&remark, "The statements ran once.");
	appendStringInfo(&remark, " Their effects were %s.%s",
					 statements.rollback ? "rolled back" : "kept",
					 statements.functions ? "" :
					 " Calls of functions were not watched.");
	return lbd_report_return(fcinfo,
							 lbd_statement_report(statements_rows(&statements),
												  top, remark.data));
}

PG_FUNCTION_INFO_V1(lbdiag_profile_sql_export_1_0);
/*
 * lbdiag_profile_sql_export(statement text, format text, repetitions int,
 *							 rollback boolean, functions boolean) -> text
 */
Datum
lbdiag_profile_sql_export_1_0(PG_FUNCTION_ARGS)
{
	LbdExportFormat format;
	LbdStatements statements;
	const LbdTreeRows *rows;

	lbd_check_definition(fcinfo, 5, 0);
	format = lbd_argument_choice(fcinfo, 1, "format", lbd_export_formats,
								 lengthof(lbd_export_formats));
	statements = lbd_argument_statements(fcinfo, 0, 2);
	rows = statements_rows(&statements);
	PG_RETURN_TEXT_P(cstring_to_text(
									 lbd_tree_export(rows, format, rows->nrows > 1 ?
													 rows->rows[1].place->label : "profile")));
}

PG_FUNCTION_INFO_V1(lbdiag_trace_start_1_0);
/*
 * lbdiag_trace_start(functions boolean) -> void
 *
 * Begins a trace of all that the session does.
 */
Datum
lbdiag_trace_start_1_0(PG_FUNCTION_ARGS)
{
	lbd_check_definition(fcinfo, 1, 0);
	lbd_session_trace(lbd_argument_flag(fcinfo, 0, "functions"));
	PG_RETURN_VOID();
}

PG_FUNCTION_INFO_V1(lbdiag_trace_stop_1_0);
/*
 * lbdiag_trace_stop() -> SETOF as lbdiag_profile_sql_tree
 *
 * Ends the trace, and returns its call tree.
 */
Datum
lbdiag_trace_stop_1_0(PG_FUNCTION_ARGS)
{
	lbd_check_definition(fcinfo, 0, LBD_TREE_COLS);
	InitMaterializedSRF(fcinfo, 0);
	put_tree(fcinfo, trace_rows());
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(lbdiag_trace_report_1_0);
/*
 * lbdiag_trace_report(top int) -> SETOF text
 */
Datum
lbdiag_trace_report_1_0(PG_FUNCTION_ARGS)
{
	int			top;

	lbd_report_begin(fcinfo, 1);
	top = PG_ARGISNULL(0) ? 1 : Max(PG_GETARG_INT32(0), 1);
	return lbd_report_return(fcinfo, lbd_statement_report(trace_rows(), top,
														  "What the session did between lbdiag_trace_start and now, with the time of the client."));
}

PG_FUNCTION_INFO_V1(lbdiag_trace_export_1_0);
/*
 * lbdiag_trace_export(format text) -> text
 */
Datum
lbdiag_trace_export_1_0(PG_FUNCTION_ARGS)
{
	LbdExportFormat format;

	lbd_check_definition(fcinfo, 1, 0);
	format = lbd_argument_choice(fcinfo, 0, "format", lbd_export_formats,
								 lengthof(lbd_export_formats));
	PG_RETURN_TEXT_P(cstring_to_text(lbd_tree_export(trace_rows(), format,
													 "trace")));
}
