/*-------------------------------------------------------------------------
 *
 * profile_sql.c
 *	  The SQL-callable functions over profiles of statements.
 *
 * They return the call tree as it is; lbdiag_profile_sql and the other views
 * of it are SQL.
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
#include "trace/hooks.h"
#include "trace/runnable.h"
#include "util/progress.h"
#include "util/reference_load.h"

/* Each repetition keeps two numbers for each place. */
#define LBD_MAX_REPETITIONS	100

/* Columns of _lbdiag_place. */
#define LBD_PLACE_COLS		21

/* What a row has besides its place: sums with those of all places below. */
typedef struct LbdPlaceSums
{
	LbdPlace   *place;			/* which */
	int			number;			/* of the row, a caller's before its callees' */
	int			first;			/* callee, an index, 0 for none */
	int			next;			/* callee of the caller, likewise */
	int64		own;			/* ns, the median of the runs */
	int64		time;			/* the sum of these */
	int64		hit;			/* blocks, of the last run */
	int64		read;
	int64		temp;
	int64	   *runs;			/* ns of each run */
} LbdPlaceSums;

static void check_no_trace(void);
static void drop_foreign_trace(void);
static void check_own_session(void);
static void check_own_trace(void);
static void check_not_null(FunctionCallInfo fcinfo);
static void tree_rows(const LbdTrace *trace, const int64 *reference,
					  ReturnSetInfo *rsinfo);
static LbdPlaceSums *tree_sums(const LbdTrace *trace);
static void number_rows(LbdPlaceSums *sums);
static void tree_row(const LbdTrace *trace, const LbdPlaceSums *sums,
					 const LbdPlaceSums *parent, const int64 *reference,
					 ReturnSetInfo *rsinfo);
static bool is_recursive(const LbdPlace *place);

PG_FUNCTION_INFO_V1(lbdiag_profile_places_1_0);
/*
 * _lbdiag_profile_places(statement text, top int, repetitions int,
 *						rollback boolean, functions boolean)
 *	 -> SETOF (node int, parent int, kind text, function text, source text,
 *			  ncalls bigint, self_ms float8, cum_ms float8,
 *			  self_runs_ms float8[], cum_runs_ms float8[],
 *			  overhead_ms float8, recursive boolean, row_count bigint,
 *			  loops bigint, rows_removed bigint, shared_blks_hit bigint,
 *			  shared_blks_read bigint, temp_blks bigint, workers_ms float8,
 *			  merged_calls bigint, reference_ms float8[])
 *
 * Runs the statements repetitions times, after once more to warm up where
 * that is more than 1, and returns their call tree; a caller has a smaller
 * number than its callees.  rollback says whether the effects of each run are
 * undone, functions whether calls of functions are watched.  self_ms is the
 * median of the runs, cum_ms the sum of self_ms over the place and all below
 * it; blocks are sums likewise.  Counts are those of the last run.
 * reference_ms, of the root, is what the reference load took before each run
 * that counts and after the last, where there are several.  top is only
 * checked.
 */
Datum
lbdiag_profile_places_1_0(PG_FUNCTION_ARGS)
{
	int			runs;
	bool		rollback;
	bool		functions;
	char	   *statement;
	LbdTrace   *trace;
	int64	   *reference;
	LbdProgress progress;

	lbd_check_definition(fcinfo, 5, LBD_PLACE_COLS);
	check_not_null(fcinfo);
	statement = text_to_cstring(PG_GETARG_TEXT_PP(0));
	(void) lbd_argument_count(fcinfo, 1, "top", PG_INT32_MAX);
	runs = lbd_argument_count(fcinfo, 2, "repetitions", LBD_MAX_REPETITIONS);
	rollback = lbd_argument_flag(fcinfo, 3, "rollback");
	functions = lbd_argument_flag(fcinfo, 4, "functions");
	check_no_trace();
	lbd_statements_check(statement);
	InitMaterializedSRF(fcinfo, 0);

	trace = lbd_trace_create(CurrentMemoryContext, "(profile)", runs,
							 functions, false);
	reference = palloc0((runs + 1) * sizeof(int64));
	if (runs > 1)
		lbd_statements_run(trace, statement, rollback, false);
	lbd_progress_start(&progress, "lbdiag_profile_sql", "repetition",
					   "repetitions", runs);
	for (int i = 0; i < runs; i++)
	{
		if (runs > 1)
			reference[i] = lbd_reference_load();
		lbd_statements_run(trace, statement, rollback, true);
		lbd_progress_add(&progress);
	}
	if (runs > 1)
		reference[runs] = lbd_reference_load();
	tree_rows(trace, runs > 1 ? reference : NULL,
			  (ReturnSetInfo *) fcinfo->resultinfo);
	MemoryContextDelete(trace->context);
	return (Datum) 0;
}

static void
check_not_null(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("statement must not be null"),
				 errhint("Give one or more SQL statements.")));
}

static void
check_no_trace(void)
{
	drop_foreign_trace();
	if (lbd_tracing == NULL)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 lbd_tracing->session ?
			 errmsg("this session is traced already") :
			 errmsg("this statement is profiled already"),
			 lbd_tracing->session ?
			 errhint("End the trace with lbdiag_trace_stop first.") :
			 errhint("Profile one statement at a time.")));
}

/*
 * A trace ends with the identity that has begun it.  Within the statement
 * that changes that, nobody has looked yet.
 */
static void
drop_foreign_trace(void)
{
	if (lbd_tracing && lbd_tracing->session &&
		lbd_viewer_is_gone(&lbd_tracing->viewer))
		lbd_trace_discard();
}

/*
 * A trace shows what the session's user does: a function that runs with other
 * rights than the caller's must not take one.
 */
static void
check_own_session(void)
{
	if (InLocalUserIdChange() || InSecurityRestrictedOperation())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("cannot trace a session within a function that runs with other rights than its caller"),
				 errhint("Call lbdiag_trace_start and lbdiag_trace_stop from the session itself.")));
}

/*
 * Raises an error where there is no trace that the current user may read.
 */
static void
check_own_trace(void)
{
	const char *owner;

	drop_foreign_trace();
	if (lbd_tracing == NULL || !lbd_tracing->session)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("this session is not traced"),
				 errdetail("A trace also ends at DISCARD ALL and when the session user changes."),
				 errhint("Begin a trace with lbdiag_trace_start first.")));
	if (lbd_viewer_may_be_read(&lbd_tracing->viewer))
		return;
	owner = GetUserNameFromId(lbd_tracing->viewer.role, true);
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("permission denied to read the trace of another role"),
			 errdetail("The trace was begun by role \"%s\".",
					   owner ? owner : "?"),
			 errhint("Return to that role with SET ROLE or RESET ROLE; DISCARD ALL ends the trace.")));
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
	bool		functions;

	lbd_check_definition(fcinfo, 1, 0);
	functions = lbd_argument_flag(fcinfo, 0, "functions");
	check_own_session();
	check_no_trace();
	lbd_trace_on(lbd_trace_create(TopMemoryContext, "(trace)", 1, functions,
								  true));
	PG_RETURN_VOID();
}

PG_FUNCTION_INFO_V1(lbdiag_trace_stop_1_0);
/*
 * _lbdiag_trace_places() -> SETOF as _lbdiag_profile_places
 *
 * Ends the trace, and returns its call tree.
 */
Datum
lbdiag_trace_stop_1_0(PG_FUNCTION_ARGS)
{
	LbdTrace   *trace;

	lbd_check_definition(fcinfo, 0, LBD_PLACE_COLS);
	check_own_session();
	check_own_trace();
	trace = lbd_tracing;
	InitMaterializedSRF(fcinfo, 0);
	lbd_trace_off(true);
	/* Whatever happens from here on, the trace is gone. */
	MemoryContextSetParent(trace->context, CurrentMemoryContext);
	tree_rows(trace, NULL, (ReturnSetInfo *) fcinfo->resultinfo);
	MemoryContextDelete(trace->context);
	return (Datum) 0;
}

/*
 * Returns the rows of a tree, each below its caller's.  reference has the ns
 * of the reference load, or is NULL.
 */
static void
tree_rows(const LbdTrace *trace, const int64 *reference,
		  ReturnSetInfo *rsinfo)
{
	MemoryContext old = MemoryContextSwitchTo(trace->context);
	LbdPlaceSums *sums = tree_sums(trace);
	int			i = 1;

	number_rows(sums);
	MemoryContextSwitchTo(trace->scratch);
	while (i > 0)
	{
		const LbdPlace *parent = sums[i].place->parent;

		CHECK_FOR_INTERRUPTS();
		tree_row(trace, &sums[i], parent ? &sums[parent->number] : NULL,
				 reference, rsinfo);
		MemoryContextReset(trace->scratch);
		if (sums[i].first > 0)
			i = sums[i].first;
		else
		{
			while (sums[i].next == 0 && sums[i].place->parent)
				i = sums[i].place->parent->number;
			i = sums[i].next;
		}
	}
	MemoryContextSwitchTo(old);
}

/*
 * The sums of all places, by number.  Those below a place have been made
 * after it.
 */
static LbdPlaceSums *
tree_sums(const LbdTrace *trace)
{
	LbdPlaceSums *sums = palloc0((trace->nplaces + 1) * sizeof(LbdPlaceSums));

	for (LbdPlace *place = trace->root; place; place = place->next)
	{
		LbdPlaceSums *own = &sums[place->number];

		own->place = place;
		own->own = own->time = lbd_median(place->self_runs, trace->run);
		own->hit = place->counts.hit;
		own->read = place->counts.read;
		own->temp = place->counts.temp;
		own->runs = palloc(trace->run * sizeof(int64));
		memcpy(own->runs, place->self_runs, trace->run * sizeof(int64));
	}
	for (int i = trace->nplaces; i > 1; i--)
	{
		LbdPlaceSums *parent = &sums[sums[i].place->parent->number];

		parent->time += sums[i].time;
		parent->hit += sums[i].hit;
		parent->read += sums[i].read;
		parent->temp += sums[i].temp;
		for (int run = 0; run < trace->run; run++)
			parent->runs[run] += sums[i].runs[run];
		if (sums[i].place->dropped)
			continue;
		sums[i].next = parent->first;
		parent->first = i;
	}
	return sums;
}

/*
 * Numbers the rows in the order in which they are returned.
 */
static void
number_rows(LbdPlaceSums *sums)
{
	int			number = 0;
	int			i = 1;

	while (i > 0)
	{
		sums[i].number = ++number;
		if (sums[i].first > 0)
		{
			i = sums[i].first;
			continue;
		}
		while (sums[i].next == 0 && sums[i].place->parent)
			i = sums[i].place->parent->number;
		i = sums[i].next;
	}
}

static void
tree_row(const LbdTrace *trace, const LbdPlaceSums *sums,
		 const LbdPlaceSums *parent, const int64 *reference,
		 ReturnSetInfo *rsinfo)
{
	const LbdPlace *place = sums->place;
	const LbdPlaceCounts *counts = &place->counts;
	Datum		values[LBD_PLACE_COLS];
	bool		nulls[LBD_PLACE_COLS] = {0};
	int			i = 0;

	values[i++] = Int32GetDatum(sums->number);
	nulls[i] = parent == NULL;
	values[i++] = Int32GetDatum(parent ? parent->number : 0);
	values[i++] = CStringGetTextDatum(lbd_place_kind_name(place->kind));
	values[i++] = CStringGetTextDatum(place->label);
	nulls[i] = place->source == NULL;
	values[i++] = CStringGetTextDatum(place->source ? place->source : "");
	values[i++] = Int64GetDatum(counts->calls);
	values[i++] = Float8GetDatum(sums->own / LBD_NS_PER_MS);
	values[i++] = Float8GetDatum(sums->time / LBD_NS_PER_MS);
	values[i++] = lbd_runs_datum(place->self_runs, trace->run);
	values[i++] = lbd_runs_datum(sums->runs, trace->run);
	values[i++] = Float8GetDatum(counts->reads * trace->cost /
								 LBD_NS_PER_MS);
	values[i++] = BoolGetDatum(is_recursive(place));
	nulls[i] = counts->rows < 0;
	values[i++] = Int64GetDatum(counts->rows);
	nulls[i] = counts->loops < 0;
	values[i++] = Int64GetDatum(counts->loops);
	nulls[i] = counts->loops < 0;
	values[i++] = Int64GetDatum(counts->removed);
	values[i++] = Int64GetDatum(sums->hit);
	values[i++] = Int64GetDatum(sums->read);
	values[i++] = Int64GetDatum(sums->temp);
	nulls[i] = counts->workers == 0;
	values[i++] = Float8GetDatum(counts->workers / LBD_NS_PER_MS);
	values[i++] = Int64GetDatum(counts->merged);
	nulls[i] = parent || reference == NULL;
	values[i++] = parent || reference == NULL ? (Datum) 0 :
		lbd_runs_datum(reference, trace->run + 1);
	Assert(i == LBD_PLACE_COLS);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * Whether the place is below one of the same label.
 */
static bool
is_recursive(const LbdPlace *place)
{
	for (const LbdPlace *caller = place->parent; caller;
		 caller = caller->parent)
	{
		if (strcmp(caller->label, place->label) == 0)
			return true;
	}
	return false;
}
