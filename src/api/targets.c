/*-------------------------------------------------------------------------
 *
 * targets.c
 *	  lbdiag_targets and lbdiag_check: how far a payload is from its targets.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/spi.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "api/application_queries.h"
#include "api/arguments.h"
#include "api/context.h"
#include "api/encoding_setting.h"
#include "leaderboard/audit.h"
#include "leaderboard/profile.h"
#include "leaderboard/targets.h"
#include "util/call_tree_rows.h"

/* Of a check that finds a target missed. */
#define LBD_ERRCODE_TARGET_MISSED	MAKE_SQLSTATE('L', 'B', '0', '0', '1')

/* Columns of lbdiag_target_row. */
typedef enum LbdTargetColumn
{
	TARGET_PHASE, TARGET_METRIC, TARGET_CURRENT, TARGET_TARGET, TARGET_UNIT,
	TARGET_MET, TARGET_REDUCTION, TARGET_PERCENT, TARGET_BASIS
} LbdTargetColumn;

#define LBD_TARGET_COLS		(TARGET_BASIS + 1)

static List *measure_targets(const LbdRequest *request,
							 const double *application_ms);
static void measure_sizes(const LbdRequest *request, LbdMeasurements *measured);
static double measure_builder(const LbdRequest *request);
static void put_target(FunctionCallInfo fcinfo, const LbdTarget *target);
static void check_missed(const LbdRequest *request, const char *phase,
						 const List *targets);
static bool is_missed(const LbdTarget *target);
static char *missed_detail(const LbdTarget *target);

PG_FUNCTION_INFO_V1(lbdiag_targets_1_0);
/*
 * lbdiag_targets(payload text, viewer text, layout text,
 *				  application_ms float8)
 *	 -> SETOF (phase text, metric text, current numeric, target numeric,
 *			   unit text, met boolean, reduction_needed numeric,
 *			   reduction_pct numeric, basis text)
 *
 * The targets of each phase against what is measured now.  What was not
 * measured has neither current nor met.
 */
Datum
lbdiag_targets_1_0(PG_FUNCTION_ARGS)
{
	LbdRequest	request = lbd_request(fcinfo, "lbdiag_targets", 4,
									  LBD_TARGET_COLS);
	double		ms;
	const double *given = lbd_argument_application_ms(fcinfo, 3, &ms);
	ListCell   *cell;

	InitMaterializedSRF(fcinfo, 0);
	SPI_connect();
	foreach(cell, measure_targets(&request, given))
		put_target(fcinfo, lfirst(cell));
	SPI_finish();
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(lbdiag_check_1_0);
/*
 * lbdiag_check(payload text, viewer text, layout text, phase text,
 *				application_ms float8)
 *	 -> SETOF as lbdiag_targets
 *
 * The targets of a phase.  SQLSTATE LB001 where some are missed, or a size is
 * not measured: a time that nobody took is not missed.
 */
Datum
lbdiag_check_1_0(PG_FUNCTION_ARGS)
{
	LbdRequest	request = lbd_request(fcinfo, "lbdiag_check", 5,
									  LBD_TARGET_COLS);
	double		ms;
	const double *given = lbd_argument_application_ms(fcinfo, 4, &ms);
	List	   *targets = NIL;
	char	   *phase;
	ListCell   *cell;

	lbd_argument_required(fcinfo, 3, "phase",
						  "Name a phase, such as '1'.");
	phase = text_to_cstring(PG_GETARG_TEXT_PP(3));
	InitMaterializedSRF(fcinfo, 0);
	SPI_connect();
	lbd_phase_check(request.extension_schema, request.payload, phase);
	foreach(cell, measure_targets(&request, given))
	{
		LbdTarget  *target = lfirst(cell);

		if (strcmp(target->phase, phase) == 0)
			targets = lappend(targets, target);
	}
	check_missed(&request, phase, targets);
	foreach(cell, targets)
		put_target(fcinfo, lfirst(cell));
	SPI_finish();
	return (Datum) 0;
}

/*
 * Measures the payload, the application's queries and the builder, and judges
 * the targets by that.  Needs an SPI connection, and is in its memory.
 */
static List *
measure_targets(const LbdRequest *request, const double *application_ms)
{
	LbdMeasurements measured = {0};
	double		query_ms;
	double		builder_ms;

	measure_sizes(request, &measured);
	query_ms = lbd_application_query_ms(lbd_application_queries(request, 1));
	lbd_measured_time(&measured, "query_time", &query_ms,
					  "the application's SELECTs, run here");
	builder_ms = measure_builder(request);
	lbd_measured_application(&measured, request, application_ms, builder_ms);
	return lbd_targets_read(request->extension_schema, request->payload,
							&measured);
}

static void
measure_sizes(const LbdRequest *request, LbdMeasurements *measured)
{
	MemoryContext context = CurrentMemoryContext;
	LbdRequest	sent = *request;
	LbdAudit	audit;

	sent.only_sent = true;
	sent.progress = "lbdiag_audit";
	lbd_audit_payload(&audit, lbd_build_open(&sent), lbd_encoding_setting(),
					  false);
	MemoryContextSwitchTo(context);
	lbd_audit_measurements(&audit, measured);
	lbd_build_close(audit.build);
}

/*
 * The time of lbdiag's own builder, in ms.
 */
static double
measure_builder(const LbdRequest *request)
{
	LbdRequest	profiled = *request;
	int64		reference[2];
	LbdTreeRows *rows;

	profiled.progress = "lbdiag_profile";
	rows = lbd_tree_rows(lbd_build_profile(profiled, lbd_encoding_setting(),
										   1, CurrentMemoryContext,
										   reference));
	return rows->rows[0].time / LBD_NS_PER_MS;
}

static void
put_target(FunctionCallInfo fcinfo, const LbdTarget *target)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum		values[LBD_TARGET_COLS] = {0};
	bool		nulls[LBD_TARGET_COLS] = {0};

	values[TARGET_PHASE] = CStringGetTextDatum(target->phase);
	values[TARGET_METRIC] = CStringGetTextDatum(target->metric);
	values[TARGET_TARGET] = NumericGetDatum(target->target);
	values[TARGET_UNIT] = CStringGetTextDatum(target->is_size ? "bytes" : "s");
	values[TARGET_BASIS] = CStringGetTextDatum(target->basis);
	nulls[TARGET_CURRENT] = target->current == NULL;
	values[TARGET_CURRENT] = NumericGetDatum(target->current);
	nulls[TARGET_MET] = target->current == NULL;
	values[TARGET_MET] = BoolGetDatum(target->met);
	nulls[TARGET_REDUCTION] = target->reduction == NULL;
	values[TARGET_REDUCTION] = NumericGetDatum(target->reduction);
	nulls[TARGET_PERCENT] = target->reduction_pct == NULL;
	values[TARGET_PERCENT] = NumericGetDatum(target->reduction_pct);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * Raises an error that names the targets that are missed, if there are any.
 */
static void
check_missed(const LbdRequest *request, const char *phase, const List *targets)
{
	StringInfoData metrics;
	StringInfoData details;
	ListCell   *cell;

	initStringInfo(&metrics);
	initStringInfo(&details);
	foreach(cell, targets)
	{
		const LbdTarget *target = lfirst(cell);

		if (!is_missed(target))
			continue;
		appendStringInfo(&metrics, "%s%s", metrics.len > 0 ? ", " : "",
						 target->metric);
		appendStringInfo(&details, "%s%s", details.len > 0 ? "\n" : "",
						 missed_detail(target));
	}
	if (metrics.len > 0)
		ereport(ERROR,
				(errcode(LBD_ERRCODE_TARGET_MISSED),
				 errmsg("leaderboard \"%s\" misses targets of phase %s: %s",
						request->payload, phase, metrics.data),
				 errdetail_internal("%s", details.data),
				 errhint("lbdiag_opportunities tells what would make the payload smaller, lbdiag_profile where the time goes.")));
}

static bool
is_missed(const LbdTarget *target)
{
	return target->current ? !target->met : target->is_size;
}

static char *
missed_detail(const LbdTarget *target)
{
	const char *unit = target->is_size ? "bytes" : "s";

	if (target->current == NULL)
		return psprintf("%s is not measured: the setting lbdiag.encoding is none.",
						target->metric);
	return psprintf("%s is %s %s; it must be below %s %s: %s %s (%s %%) less.",
					target->metric, lbd_target_text(target->current), unit,
					lbd_target_text(target->target), unit,
					lbd_target_text(target->reduction), unit,
					target->reduction_pct ?
					lbd_target_text(target->reduction_pct) : "0");
}
