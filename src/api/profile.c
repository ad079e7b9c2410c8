/*-------------------------------------------------------------------------
 *
 * profile.c
 *	  The SQL-callable functions over profiles of a build.
 *
 * They return the call tree as it is; lbdiag_profile and the other views of
 * it are SQL.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "api/arguments.h"
#include "api/context.h"
#include "api/definition.h"
#include "api/encoding_setting.h"
#include "util/progress.h"
#include "util/reference_load.h"

/* Where the rows of a call tree go. */
typedef struct LbdTreeRows
{
	const LbdProfile *profile;	/* that has the tree */
	ReturnSetInfo *rsinfo;		/* result */
	int			number;			/* of rows so far */
	MemoryContext row;			/* of one of them */
	const int64 *reference;		/* ns of the reference load, before each run
								 * and after the last */
} LbdTreeRows;

static void profile_run(LbdRequest *request, LbdProfile *profile,
						LbdEncoding encoding, bool keep);
static int64 tree_rows(LbdTreeRows *rows, const LbdScope *scope, int parent,
					   const char *phase);
static char *source_place(const LbdFunction *function);

static const LbdFunction root_function = {
	"get_ag_grid_context", __FILE__, __LINE__, "build"
};

/* Columns of _lbdiag_call_tree. */
#define LBD_TREE_COLS 16

PG_FUNCTION_INFO_V1(lbdiag_call_tree_1_0);
/*
 * _lbdiag_call_tree(domain text, viewer text, layout text,
 *					repetitions int, encoding text, top int)
 *	 -> SETOF (node int, parent int, function text, source text,
 *			  ncalls bigint, self_ms float8, cum_ms float8,
 *			  self_runs_ms float8[], cum_runs_ms float8[],
 *			  overhead_ms float8, recursive boolean, row_count bigint,
 *			  buffers_hit bigint, buffers_read bigint, phase text,
 *			  reference_ms float8[])
 *
 * Builds the context repetitions times, after once more to warm up where there
 * are several, and returns the call tree; a caller has a smaller number than
 * its callees.  self_ms is the median of the runs, cum_ms the sum of self_ms
 * over the scope and all below it; counts, buffers and overhead are those of
 * the last run.  encoding is as in lbdiag_audit.  top is checked here for the
 * functions that cut the result.  phase is query, fetch, detoast, build, encode
 * or compress.  reference_ms, of the root, is what the reference load took
 * before each run and after the last one.
 */
Datum
lbdiag_call_tree_1_0(PG_FUNCTION_ARGS)
{
	LbdTreeRows rows = {0};
	LbdRequest	request = lbd_request(fcinfo, "lbdiag_profile", 6,
									  LBD_TREE_COLS);
	int			runs = lbd_argument_count(fcinfo, 3, "repetitions", LBD_MAX_RUNS);
	LbdEncoding encoding = lbd_encoding_argument(fcinfo, 4);
	LbdProfile *profile;
	MemoryContext context;
	int64	   *reference;
	LbdProgress progress;

	(void) lbd_argument_count(fcinfo, 5, "top", PG_INT32_MAX);
	InitMaterializedSRF(fcinfo, 0);
	context = AllocSetContextCreate(CurrentMemoryContext, "lbdiag profile",
									ALLOCSET_DEFAULT_SIZES);
	profile = lbd_profile_create(context, &root_function, lbd_writer_leaves,
								 runs);
	request.profile = profile;
	if (runs > 1)
		profile_run(&request, profile, encoding, false);
	/* From here on between the repetitions only: it would be in the times. */
	request.progress = NULL;
	lbd_progress_start(&progress, "lbdiag_profile", "repetition",
					   "repetitions", runs);
	reference = palloc((runs + 1) * sizeof(int64));
	for (int i = 0; i < runs; i++)
	{
		reference[i] = lbd_reference_load();
		profile_run(&request, profile, encoding, true);
		lbd_progress_add(&progress);
	}
	reference[runs] = lbd_reference_load();

	rows.profile = profile;
	rows.reference = reference;
	rows.rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	rows.row = AllocSetContextCreate(context, "lbdiag row",
									 ALLOCSET_DEFAULT_SIZES);
	tree_rows(&rows, profile->root, 0, NULL);
	MemoryContextDelete(context);
	return (Datum) 0;
}

/*
 * Builds the context once.  Its text is consumed as an audit consumes it, in
 * the order in which a page sends it.
 */
static void
profile_run(LbdRequest *request, LbdProfile *profile,
			LbdEncoding encoding, bool keep)
{
	LbdPayload *payload;

	lbd_profile_start(profile);
	payload = lbd_payload_open(request);
	lbd_payload_writers(payload, false);
	lbd_payload_stream(payload,
					   lbd_encoder_create(encoding, payload->context,
										  request->profile));
	lbd_payload_run(payload, true, NULL, NULL);
	lbd_profile_stop(profile, keep);
	lbd_payload_close(payload);
}

/*
 * Returns the rows of a scope and of all below it, and the ns of its cum_ms.  A
 * scope has the phase of its caller where it has none of its own.
 */
static int64
tree_rows(LbdTreeRows *rows, const LbdScope *scope, int parent,
		  const char *phase)
{
	Datum		values[LBD_TREE_COLS];
	bool		nulls[LBD_TREE_COLS] = {0};
	int			runs = rows->profile->run;
	int			number = ++rows->number;
	int64		self = lbd_median(scope->self_runs, runs);
	int64		cumulative = self;
	MemoryContext old;
	int			i = 0;

	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	if (scope->function->phase)
		phase = scope->function->phase;
	for (const LbdScope *callee = scope->first; callee; callee = callee->next)
		cumulative += tree_rows(rows, callee, number, phase);

	old = MemoryContextSwitchTo(rows->row);
	values[i++] = Int32GetDatum(number);
	nulls[i] = parent == 0;
	values[i++] = Int32GetDatum(parent);
	values[i++] = CStringGetTextDatum(scope->function->name);
	values[i++] = CStringGetTextDatum(source_place(scope->function));
	values[i++] = Int64GetDatum(scope->calls);
	values[i++] = Float8GetDatum(self / LBD_NS_PER_MS);
	values[i++] = Float8GetDatum(cumulative / LBD_NS_PER_MS);
	values[i++] = lbd_runs_datum(scope->self_runs, runs);
	values[i++] = lbd_runs_datum(scope->time_runs, runs);
	values[i++] = Float8GetDatum(lbd_profile_cost(rows->profile, scope) /
								 LBD_NS_PER_MS);
	values[i++] = BoolGetDatum(scope->recursive);
	nulls[i] = scope->rows < 0;
	values[i++] = Int64GetDatum(scope->rows);
	values[i++] = Int64GetDatum(scope->hit);
	values[i++] = Int64GetDatum(scope->read);
	values[i++] = CStringGetTextDatum(phase);
	nulls[i] = parent != 0;
	values[i++] = parent != 0 ? (Datum) 0 :
		lbd_runs_datum(rows->reference, runs + 1);
	Assert(i == LBD_TREE_COLS);
	tuplestore_putvalues(rows->rsinfo->setResult, rows->rsinfo->setDesc,
						 values, nulls);
	MemoryContextSwitchTo(old);
	MemoryContextReset(rows->row);
	return cumulative;
}

/*
 * Where a function is: file.c:line.
 */
static char *
source_place(const LbdFunction *function)
{
	const char *slash = strrchr(function->file, '/');

	return psprintf("%s:%d", slash ? slash + 1 : function->file,
					function->line);
}

PG_FUNCTION_INFO_V1(lbdiag_choice_1_0);
/*
 * _lbdiag_choice(argument text, value text, choices text[]) -> text
 *
 * Returns value, where it is one of the choices, and raises an error where
 * not.  argument is what the error calls it.
 */
Datum
lbdiag_choice_1_0(PG_FUNCTION_ARGS)
{
	char	   *argument;
	char	   *value;
	StringInfoData list;
	Datum	   *choices;
	int			nchoices;

	lbd_check_definition(fcinfo, 3, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(2))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("argument and choices must not be null"),
				 errhint("Name what is chosen, and what there is to choose from.")));
	argument = text_to_cstring(PG_GETARG_TEXT_PP(0));
	value = PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1));
	initStringInfo(&list);
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(2), TEXTOID, -1, false,
					  TYPALIGN_INT, &choices, NULL, &nchoices);
	for (int i = 0; i < nchoices; i++)
	{
		char	   *choice = TextDatumGetCString(choices[i]);

		if (value && strcmp(value, choice) == 0)
			PG_RETURN_DATUM(PG_GETARG_DATUM(1));
		appendStringInfo(&list, "%s\"%s\"", i > 0 ? ", " : "", choice);
	}
	if (value == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", argument),
				 errhint("Use one of: %s.", list.data)));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s \"%s\" does not exist", argument, value),
			 errhint("Use one of: %s.", list.data)));
}

PG_FUNCTION_INFO_V1(lbdiag_query_plans_1_0);
/*
 * _lbdiag_query_plans(domain text, viewer text, layout text)
 *	 -> SETOF (query text, plan text)
 *
 * The queries of the source relations, each run once more by EXPLAIN
 * (ANALYZE, BUFFERS, SETTINGS).
 */
Datum
lbdiag_query_plans_1_0(PG_FUNCTION_ARGS)
{
#define LBD_PLANS_COLS 2
	static const char *const queries[] = {"benchmarks", "models"};
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	LbdRequest	request = lbd_request(fcinfo, "_lbdiag_query_plans", 3,
									  LBD_PLANS_COLS);
	LbdPayload *payload;
	bool		groups;

	InitMaterializedSRF(fcinfo, 0);
	payload = lbd_payload_open(&request);
	groups = lbd_layout_has(payload->layout, LBD_MEMBER_GROUP);
	for (size_t i = 0; i < lengthof(queries); i++)
	{
		Datum		values[LBD_PLANS_COLS];
		bool		nulls[LBD_PLANS_COLS] = {0};
		char	   *plan = lbd_source_plan(payload->leaderboard,
										   &payload->viewer, i > 0,
										   payload->layout->rank_binary, groups);

		values[0] = CStringGetTextDatum(queries[i]);
		values[1] = CStringGetTextDatum(plan);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values,
							 nulls);
	}
	lbd_payload_close(payload);
	return (Datum) 0;
}
