/*-------------------------------------------------------------------------
 *
 * profile.c
 *	  The SQL-callable functions over profiles of a build.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "api/arguments.h"
#include "api/context.h"
#include "api/encoding_setting.h"
#include "api/report_rows.h"
#include "leaderboard/profile.h"
#include "report/profile_report.h"
#include "report/tree_export.h"
#include "util/call_tree_rows.h"

/* Rows of lbdiag_profile, where nothing is said. */
#define LBD_DEFAULT_TOP	30

/* Columns of lbdiag_profile. */
typedef enum LbdProfileColumn
{
	PROFILE_NCALLS, PROFILE_TOTTIME, PROFILE_TOTTIME_PERCALL, PROFILE_CUMTIME,
	PROFILE_CUMTIME_PERCALL, PROFILE_FUNCTION, PROFILE_SOURCE, PROFILE_PHASE,
	PROFILE_TOTTIME_MIN, PROFILE_TOTTIME_MAX, PROFILE_CUMTIME_MIN,
	PROFILE_CUMTIME_MAX, PROFILE_OVERHEAD, PROFILE_HIT, PROFILE_READ
} LbdProfileColumn;

#define LBD_PROFILE_COLS	(PROFILE_READ + 1)

/* Columns of lbdiag_profile_calls. */
typedef enum LbdCallsColumn
{
	CALLS_CALLER, CALLS_CALLEE, CALLS_NCALLS, CALLS_TOTTIME, CALLS_CUMTIME
} LbdCallsColumn;

#define LBD_CALLS_COLS		(CALLS_CUMTIME + 1)

#define MS(ns)		Float8GetDatum((ns) / LBD_NS_PER_MS)

static LbdTreeRows *profile_rows(const LbdRequest *request, int runs,
								 LbdEncoding encoding);
static void put_function(FunctionCallInfo fcinfo,
						 const LbdTreeFunction *function);
static int	compare_edges(const void *a, const void *b, void *arg);

PG_FUNCTION_INFO_V1(lbdiag_profile_1_0);
/*
 * lbdiag_profile(payload text, viewer text, layout text, top int,
 *				  repetitions int, encoding text)
 *	 -> SETOF (ncalls bigint, tottime_ms float8, tottime_percall_ms float8,
 *			   cumtime_ms float8, cumtime_percall_ms float8, function text,
 *			   source text, phase text, tottime_min_ms float8,
 *			   tottime_max_ms float8, cumtime_min_ms float8,
 *			   cumtime_max_ms float8, overhead_ms float8,
 *			   buffers_hit bigint, buffers_read bigint)
 *
 * Builds the payload repetitions times, after once more to warm up where there
 * are several, and returns the functions that take most with what they call,
 * at most top of them.  Counts, buffers and overhead are those of the last
 * run; encoding is as in lbdiag_audit.  phase is query, fetch, detoast, build,
 * encode or compress.
 */
Datum
lbdiag_profile_1_0(PG_FUNCTION_ARGS)
{
	LbdRequest	request = lbd_request(fcinfo, "lbdiag_profile", 6,
									  LBD_PROFILE_COLS);
	int			top = lbd_argument_count_or(fcinfo, 3, "top", PG_INT32_MAX,
											LBD_DEFAULT_TOP);
	int			runs = lbd_argument_count_or(fcinfo, 4, "repetitions",
											 LBD_MAX_RUNS, 1);
	LbdEncoding encoding = lbd_encoding_argument(fcinfo, 5);
	LbdTreeRows *rows;
	const LbdTreeFunction **functions;

	InitMaterializedSRF(fcinfo, 0);
	rows = profile_rows(&request, runs, encoding);
	functions = lbd_tree_by_time(rows);
	for (int i = 0; i < Min(top, rows->nfunctions); i++)
		put_function(fcinfo, functions[i]);
	return (Datum) 0;
}

/*
 * Takes a profile.
 */
static LbdTreeRows *
profile_rows(const LbdRequest *request, int runs, LbdEncoding encoding)
{
	int64	   *reference = palloc((runs + 1) * sizeof(int64));

	return lbd_tree_rows(lbd_build_profile(*request, encoding, runs,
										   CurrentMemoryContext,
										   reference));
}

/*
 * Returns the row of a function.
 */
static void
put_function(FunctionCallInfo fcinfo, const LbdTreeFunction *function)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum		values[LBD_PROFILE_COLS] = {0};
	bool		nulls[LBD_PROFILE_COLS] = {0};
	int64		calls = function->calls;

	values[PROFILE_NCALLS] = Int64GetDatum(calls);
	values[PROFILE_TOTTIME] = MS(function->self);
	values[PROFILE_CUMTIME] = MS(function->time);
	nulls[PROFILE_TOTTIME_PERCALL] = calls == 0;
	nulls[PROFILE_CUMTIME_PERCALL] = calls == 0;
	if (calls > 0)
	{
		values[PROFILE_TOTTIME_PERCALL] = MS((double) function->self / calls);
		values[PROFILE_CUMTIME_PERCALL] = MS((double) function->time / calls);
	}
	values[PROFILE_FUNCTION] = CStringGetTextDatum(function->place->label);
	nulls[PROFILE_SOURCE] = function->source == NULL;
	if (function->source)
		values[PROFILE_SOURCE] = CStringGetTextDatum(function->source);
	values[PROFILE_PHASE] = CStringGetTextDatum(function->phase);
	values[PROFILE_TOTTIME_MIN] = MS(function->self_min);
	values[PROFILE_TOTTIME_MAX] = MS(function->self_max);
	values[PROFILE_CUMTIME_MIN] = MS(function->time_min);
	values[PROFILE_CUMTIME_MAX] = MS(function->time_max);
	values[PROFILE_OVERHEAD] = MS(function->overhead);
	values[PROFILE_HIT] = Int64GetDatum(function->hit);
	values[PROFILE_READ] = Int64GetDatum(function->read);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

PG_FUNCTION_INFO_V1(lbdiag_profile_calls_1_0);
/*
 * lbdiag_profile_calls(payload text, viewer text, layout text,
 *						repetitions int, encoding text)
 *	 -> SETOF (caller text, callee text, ncalls bigint, tottime_ms float8,
 *			   cumtime_ms float8)
 *
 * The profile by edges, the one that takes most first.
 */
Datum
lbdiag_profile_calls_1_0(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	LbdRequest	request = lbd_request(fcinfo, "lbdiag_profile", 5,
									  LBD_CALLS_COLS);
	int			runs = lbd_argument_count_or(fcinfo, 3, "repetitions",
											 LBD_MAX_RUNS, 1);
	LbdEncoding encoding = lbd_encoding_argument(fcinfo, 4);
	LbdTreeRows *rows;
	LbdTreeEdge *edges;
	int			nedges;

	InitMaterializedSRF(fcinfo, 0);
	rows = profile_rows(&request, runs, encoding);
	edges = lbd_tree_edges(rows, &nedges);
	qsort_arg(edges, nedges, sizeof(LbdTreeEdge), compare_edges, rows);
	for (int i = 0; i < nedges; i++)
	{
		Datum		values[LBD_CALLS_COLS];
		bool		nulls[LBD_CALLS_COLS] = {0};

		values[CALLS_CALLER] = CStringGetTextDatum(
												   rows->functions[edges[i].caller].place->label);
		values[CALLS_CALLEE] = CStringGetTextDatum(
												   rows->functions[edges[i].callee].place->label);
		values[CALLS_NCALLS] = Int64GetDatum(edges[i].calls);
		values[CALLS_TOTTIME] = MS(edges[i].self);
		values[CALLS_CUMTIME] = MS(edges[i].time);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values,
							 nulls);
	}
	return (Datum) 0;
}

static int
compare_edges(const void *a, const void *b, void *arg)
{
	const LbdTreeEdge *left = a;
	const LbdTreeEdge *right = b;
	const LbdTreeFunction *functions = ((const LbdTreeRows *) arg)->functions;
	int			result;

	if (left->time != right->time)
		return left->time < right->time ? 1 : -1;
	result = strcmp(functions[left->caller].place->label,
					functions[right->caller].place->label);
	return result ? result : strcmp(functions[left->callee].place->label,
									functions[right->callee].place->label);
}

PG_FUNCTION_INFO_V1(lbdiag_profile_export_1_0);
/*
 * lbdiag_profile_export(payload text, viewer text, layout text, format text,
 *						 repetitions int, encoding text) -> text
 *
 * The profile as a file for a tool.
 */
Datum
lbdiag_profile_export_1_0(PG_FUNCTION_ARGS)
{
	LbdRequest	request = lbd_request(fcinfo, "lbdiag_profile", 6, 0);
	LbdExportFormat format = lbd_argument_choice(fcinfo, 3, "format",
												 lbd_export_formats,
												 lengthof(lbd_export_formats));
	int			runs = lbd_argument_count_or(fcinfo, 4, "repetitions",
											 LBD_MAX_RUNS, 1);
	LbdEncoding encoding = lbd_encoding_argument(fcinfo, 5);
	LbdTreeRows *rows = profile_rows(&request, runs, encoding);
	char	   *title = psprintf("get_ag_grid_context %s", request.payload);

	PG_RETURN_TEXT_P(cstring_to_text(lbd_tree_export(rows, format, title)));
}

PG_FUNCTION_INFO_V1(lbdiag_profile_report_1_0);
/*
 * lbdiag_profile_report(payload text, viewer text, layout text, top int,
 *						 repetitions int) -> SETOF text
 */
Datum
lbdiag_profile_report_1_0(PG_FUNCTION_ARGS)
{
	LbdRequest	request;
	LbdProfileFacts facts = {.request = &request};
	LbdEncoding none = {0};
	LbdReport  *report;
	LbdAudit	audit;

	lbd_report_begin(fcinfo, 5);
	request = lbd_request(fcinfo, "lbdiag_profile", 5, 0);
	facts.top = lbd_argument_count_or(fcinfo, 3, "top", PG_INT32_MAX,
									  LBD_DEFAULT_TOP);
	facts.repetitions = lbd_argument_count_or(fcinfo, 4, "repetitions",
											  LBD_MAX_RUNS, 1);
	facts.encoding = lbd_encoding_setting();
	report = lbd_report_create();
	facts.rows = profile_rows(&request, facts.repetitions, facts.encoding);
	request.only_sent = true;
	request.progress = "lbdiag_audit";
	lbd_audit_run(&audit, &request, none);
	facts.audit = &audit;
	lbd_report_profile(report, &facts);
	lbd_build_close(audit.build);
	return lbd_report_return(fcinfo, report);
}
