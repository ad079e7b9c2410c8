/*-------------------------------------------------------------------------
 *
 * schedule.c
 *	  Recording by schedule, with pg_cron.
 *
 * A job outlives upgrades of the extension and the renaming of its schema, and
 * whoever creates a schema of the old name would own what its text still
 * names.  So a job's command finds the schema when it runs, and calls one
 * function in it, whose name and arguments stay as they are.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "commands/dbcommands.h"
#include "commands/extension.h"
#include "common/md5.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "api/arguments.h"
#include "api/calls.h"
#include "api/definition.h"
#include "leaderboard/audit.h"
#include "leaderboard/environment.h"
#include "leaderboard/targets.h"
#include "leaderboard/spi_query.h"
#include "util/attempt.h"
#include "util/utf8.h"

/*
 * pg_cron cuts names at 63 bytes: a longer name of a leaderboard is cut here
 * and ends with a hash, and is longer than any that does not.
 */
#define LBD_JOB_NAME_BYTES	40
#define LBD_JOB_HASH_DIGITS	16

/* A call of cron.schedule. */
typedef struct LbdCronCall
{
	const char *payload;		/* what the job records */
	const char *schedule;		/* when */
	int64		job;			/* its number */
} LbdCronCall;

static void try_audit(const char *schema, const char *payload);
static bool is_scheduled_by_other(const char *schema, const char *payload);
static bool remove_job(const char *schema, const char *payload);
static int64 cron_schedule(const char *payload, const char *schedule);
static void cron_call(void *arg);
static char *job_name(const char *payload);
static char *job_command(const char *payload);

PG_FUNCTION_INFO_V1(lbdiag_schedule_1_0);
/*
 * lbdiag_schedule(payload text, schedule text, phase text) -> bigint
 *
 * Has pg_cron record a leaderboard, and returns the job's number.  phase may be
 * NULL; a job whose run misses a target of it fails.
 */
Datum
lbdiag_schedule_1_0(PG_FUNCTION_ARGS)
{
	Oid			types[] = {TEXTOID, TEXTOID, TEXTOID, INT8OID};
	Datum		values[4];
	char		nulls[4] = {' ', ' ', ' ', ' '};
	char	   *schema;
	char	   *payload;
	int64		job;

	lbd_check_definition(fcinfo, 3, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("the arguments of lbdiag_schedule must not be null"),
				 errhint("Name a leaderboard and a schedule, as in lbdiag_schedule('vision', '0 3 * * *').")));
	if (!OidIsValid(get_extension_oid("pg_cron", true)))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("pg_cron is not installed in database \"%s\"",
						get_database_name(MyDatabaseId)),
				 errhint("Add pg_cron to shared_preload_libraries, set cron.database_name to this database, restart, and use CREATE EXTENSION pg_cron. Any other scheduler can call lbdiag_record.")));
	lbd_must_write("change a schedule");
	schema = lbd_call_schema(fcinfo);
	payload = text_to_cstring(PG_GETARG_TEXT_PP(0));
	values[0] = PG_GETARG_DATUM(0);
	values[1] = PG_GETARG_DATUM(1);
	values[2] = PG_ARGISNULL(2) ? (Datum) 0 : PG_GETARG_DATUM(2);
	SPI_connect();
	if (PG_ARGISNULL(2))
		nulls[2] = 'n';
	else
		lbd_phase_check(schema, payload, TextDatumGetCString(values[2]));
	try_audit(schema, payload);
	if (is_scheduled_by_other(schema, payload))
		(void) remove_job(schema, payload);
	values[3] = Int64GetDatum(cron_schedule(payload, text_to_cstring(PG_GETARG_TEXT_PP(1))));
	lbd_execute(psprintf("INSERT INTO %s._lbdiag_scheduled AS s (payload, schedule, phase, job)"
						 " VALUES ($1, $2, $3, $4)"
						 " ON CONFLICT (payload) DO UPDATE"
						 " SET schedule = excluded.schedule, phase = excluded.phase, job = excluded.job",
						 quote_identifier(schema)), 4, types, values, nulls, SPI_OK_INSERT);
	job = DatumGetInt64(values[3]);
	SPI_finish();
	PG_RETURN_INT64(job);
}

/*
 * What would let each run fail is better said now.
 */
static void
try_audit(const char *schema, const char *payload)
{
	LbdRequest	request = {
		.payload = payload,.viewer = LBD_DEFAULT_VIEWER,.extension_schema = schema
	};
	LbdEncoding none = lbd_encoding_read("none");
	LbdAudit	audit;

	lbd_guard_production("lbdiag_schedule", payload);
	lbd_audit_run(&audit, &request, none);
	lbd_build_close(audit.build);
}

/*
 * Whether another role than the current one has scheduled the leaderboard:
 * only a superuser may then go on.
 */
static bool
is_scheduled_by_other(const char *schema, const char *payload)
{
	char	   *query = psprintf("SELECT s.scheduled_by FROM %s._lbdiag_scheduled AS s WHERE s.payload OPERATOR(pg_catalog.=) $1",
								 quote_identifier(schema));
	LbdRow		row = lbd_query_row(query, payload, "_lbdiag_scheduled");
	Oid			owner;

	if (!row.found)
		return false;
	owner = DatumGetObjectId(lbd_row_value(&row, "scheduled_by", REGROLEOID));
	if (owner == GetUserId())
		return false;
	if (!superuser())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("leaderboard \"%s\" was scheduled by role \"%s\"",
						payload, GetUserNameFromId(owner, false)),
				 errhint("Only that role or a superuser can change its job.")));
	return true;
}

PG_FUNCTION_INFO_V1(lbdiag_unschedule_1_0);
/*
 * lbdiag_unschedule(payload text) -> boolean
 *
 * Removes the job that records a leaderboard; false where there is none.
 */
Datum
lbdiag_unschedule_1_0(PG_FUNCTION_ARGS)
{
	char	   *schema;
	char	   *payload;
	bool		removed;

	lbd_check_definition(fcinfo, 1, 0);
	lbd_argument_required(fcinfo, 0, "payload",
						  "Name a leaderboard, such as 'vision'.");
	lbd_must_write("change a schedule");
	schema = lbd_call_schema(fcinfo);
	SPI_connect();
	payload = text_to_cstring(PG_GETARG_TEXT_PP(0));
	(void) is_scheduled_by_other(schema, payload);
	removed = remove_job(schema, payload);
	SPI_finish();
	PG_RETURN_BOOL(removed);
}

/*
 * Removes the row of a leaderboard, and its job where that is there and has
 * its name.  Returns whether there was a row.
 */
static bool
remove_job(const char *schema, const char *payload)
{
	Oid			types[] = {TEXTOID, INT8OID};
	Datum		values[] = {CStringGetTextDatum(payload), 0};
	bool		isnull;

	lbd_execute(psprintf("DELETE FROM %s._lbdiag_scheduled AS s WHERE s.payload OPERATOR(pg_catalog.=) $1 RETURNING s.job",
						 quote_identifier(schema)), 1, types, values, NULL, SPI_OK_DELETE_RETURNING);
	if (SPI_processed == 0)
		return false;
	values[1] = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1,
							  &isnull);
	if (!OidIsValid(get_extension_oid("pg_cron", true)))
		return true;
	values[0] = CStringGetTextDatum(job_name(payload));
	lbd_execute("SELECT cron.unschedule(j.jobid) FROM cron.job AS j"
				" WHERE j.jobid OPERATOR(pg_catalog.=) $2 AND j.jobname::pg_catalog.text OPERATOR(pg_catalog.=) $1",
				2, types, values, NULL, SPI_OK_SELECT);
	return true;
}

/*
 * Has pg_cron call the command of a leaderboard, and returns the job's number.
 */
static int64
cron_schedule(const char *payload, const char *schedule)
{
	LbdCronCall call = {payload, schedule, 0};
	ErrorData  *error = lbd_attempt(cron_call, &call);

	if (error == NULL)
		return call.job;
	if (error->sqlerrcode == ERRCODE_INVALID_PARAMETER_VALUE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" is not a schedule of pg_cron", schedule),
				 errdetail("pg_cron says: %s.", error->message),
				 errhint("Use minute, hour, day of the month, month and day of the week, as in '0 3 * * *' for each night at 3:00 in cron.timezone.")));
	ReThrowError(error);
}

/*
 * Calls cron.schedule.
 */
static void
cron_call(void *arg)
{
	LbdCronCall *call = arg;
	Oid			types[] = {TEXTOID, TEXTOID, TEXTOID};
	Datum		values[] = {
		CStringGetTextDatum(job_name(call->payload)),
		CStringGetTextDatum(call->schedule),
		CStringGetTextDatum(job_command(call->payload))
	};
	bool		isnull;

	lbd_execute("SELECT cron.schedule($1, $2, $3)", lengthof(values), types,
				values, NULL, SPI_OK_SELECT);
	call->job = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0],
											SPI_tuptable->tupdesc, 1,
											&isnull));
}

/*
 * The name of the job of a leaderboard: another one for each.
 */
static char *
job_name(const char *payload)
{
	int			len = strlen(payload);
	char		hash[MD5_PASSWD_LEN + 1];
	const char *error;

	if (len <= LBD_JOB_NAME_BYTES)
		return psprintf("lbdiag %s", payload);
	if (!pg_md5_hash(payload, len, hash, &error))
		elog(ERROR, "could not compute MD5 hash: %s", error);
	return psprintf("lbdiag %.*s %.*s",
					lbd_clip(payload, len, LBD_JOB_NAME_BYTES - 1), payload,
					LBD_JOB_HASH_DIGITS, hash);
}

/*
 * The command of the job that records a leaderboard.  It fails, so that pg_cron
 * knows it, after what is known has been committed.
 */
static char *
job_command(const char *payload)
{
	char	   *body = psprintf("\n"
								"DECLARE\n"
								"    home pg_catalog.text := (\n"
								"        SELECT pg_catalog.quote_ident(n.nspname)\n"
								"        FROM pg_catalog.pg_extension AS e\n"
								"        JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) e.extnamespace\n"
								"        WHERE e.extname OPERATOR(pg_catalog.=) 'lbdiag');\n"
								"    state pg_catalog.text;\n"
								"    message pg_catalog.text;\n"
								"BEGIN\n"
								"    EXECUTE pg_catalog.format(\n"
								"        'SELECT * FROM %%1$s.lbdiag_record_scheduled(%%2$L::%%1$s._lbdiag_text)', home,\n"
								"        %s) INTO state, message;\n"
								"    COMMIT;\n"
								"    IF state IS NOT NULL THEN\n"
								"        RAISE USING ERRCODE = state, MESSAGE = message;\n"
								"    END IF;\n"
								"END",
								quote_literal_cstr(payload));

	return psprintf("DO %s", quote_literal_cstr(body));
}
