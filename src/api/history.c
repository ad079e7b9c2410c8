/*-------------------------------------------------------------------------
 *
 * history.c
 *	  What all recorded runs have in common: their server, and their end.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "api/arguments.h"
#include "api/calls.h"
#include "api/definition.h"
#include "api/record.h"
#include "api/settings.h"
#include "leaderboard/environment.h"
#include "leaderboard/spi_query.h"

static int64 remove_runs(const char *schema, Interval *keep);

/*
 * What recording a run begins with: refuses what cannot work, and removes the
 * runs that are older than lbdiag.retention.  Who may add runs but not delete
 * them leaves that to others.
 */
void
lbd_record_begin(const char *schema, const char *action)
{
	Interval	keep = {.time = (int64) lbd_retention * USECS_PER_MINUTE};

	lbd_must_write(action);
	/* Before the work: it would be lost. */
	if (!lbd_may(schema, "_lbdiag_run", ACL_INSERT))
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, "_lbdiag_run");
	if (lbd_retention > 0 && lbd_may(schema, "_lbdiag_run", ACL_DELETE))
		(void) remove_runs(schema, &keep);
}

/*
 * Sets what a run tells of the server that it was recorded on.
 */
void
lbd_record_server(LbdStore *run)
{
	LbdServer	server = lbd_server();

	lbd_store_text(run, RUN_MACHINE, server.machine);
	lbd_store_text(run, RUN_ENVIRONMENT, server.environment);
	lbd_store_text(run, RUN_EXTENSION_VERSION, lbd_extension_version());
}

/*
 * Adds a function of a run, or a place in its statements; row has what is of
 * its kind.
 */
void
lbd_record_function(LbdStore *row, int64 run, const LbdTreeFunction *function)
{
	lbd_store_set(row, FUNCTION_RUN, Int64GetDatum(run));
	lbd_store_text(row, FUNCTION_NAME, function->place->label);
	lbd_store_text(row, FUNCTION_SOURCE, function->source);
	lbd_store_set(row, FUNCTION_NCALLS, Int64GetDatum(function->calls));
	lbd_store_ms(row, FUNCTION_TOTTIME, function->self);
	lbd_store_ms(row, FUNCTION_TOTTIME_MIN, function->self_min);
	lbd_store_ms(row, FUNCTION_TOTTIME_MAX, function->self_max);
	lbd_store_ms(row, FUNCTION_CUMTIME, function->time);
	lbd_store_ms(row, FUNCTION_CUMTIME_MIN, function->time_min);
	lbd_store_ms(row, FUNCTION_CUMTIME_MAX, function->time_max);
	lbd_store_put(row);
}

PG_FUNCTION_INFO_V1(lbdiag_prune_1_0);
/*
 * lbdiag_prune(keep interval) -> bigint
 *
 * Removes the recorded runs that are older, and returns how many these were.
 */
Datum
lbdiag_prune_1_0(PG_FUNCTION_ARGS)
{
	static const Interval none = {0};
	Interval   *keep;

	lbd_check_definition(fcinfo, 1, 0);
	lbd_argument_required(fcinfo, 0, "keep",
						  "Say how much to keep, as in lbdiag_prune('90 days').");
	keep = PG_GETARG_INTERVAL_P(0);
	if (DatumGetBool(DirectFunctionCall2(interval_lt, IntervalPGetDatum(keep),
										 IntervalPGetDatum(&none))))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a history of %s cannot be kept",
						DatumGetCString(DirectFunctionCall1(interval_out,
															IntervalPGetDatum(keep)))),
				 errhint("Use a positive interval, as in lbdiag_prune('90 days').")));
	lbd_must_write("remove recorded runs");
	PG_RETURN_INT64(remove_runs(lbd_call_schema(fcinfo), keep));
}

static int64
remove_runs(const char *schema, Interval *keep)
{
	Oid			types[] = {INTERVALOID};
	Datum		values[] = {IntervalPGetDatum(keep)};
	int64		removed;

	SPI_connect();
	lbd_execute(psprintf("DELETE FROM %s._lbdiag_run AS r"
						 " WHERE r.at OPERATOR(pg_catalog.<) (pg_catalog.now() OPERATOR(pg_catalog.-) $1)",
						 quote_identifier(schema)),
				lengthof(types), types, values, NULL, SPI_OK_DELETE);
	removed = SPI_processed;
	SPI_finish();
	return removed;
}
