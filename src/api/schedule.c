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
 * The message of an error may hold values of the data (a cast in a source
 * view): it goes into the server's log, and nowhere else.  What is kept is
 * what its SQLSTATE means.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/dbcommands.h"
#include "commands/extension.h"
#include "common/md5.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "parser/parse_func.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "api/definition.h"
#include "leaderboard/audit.h"
#include "leaderboard/environment.h"
#include "leaderboard/spi_query.h"

/*
 * pg_cron cuts names at 63 bytes: a longer name of a leaderboard is cut here
 * and ends with a hash, and is longer than any that does not.
 */
#define LBD_JOB_NAME_BYTES	40
#define LBD_JOB_HASH_DIGITS	16

/* So that a change can be told from noise. */
#define LBD_JOB_REPETITIONS	3

/* Columns of lbdiag_record_scheduled. */
enum
{
	STATE,
	MESSAGE,
	LBD_RECORD_SCHEDULED_COLS
};

/* How a job has gone. */
typedef struct LbdJob
{
	const char *leaderboard;	/* what it records */
	bool		recorded;		/* it has */
	int64		run;			/* the run's number */
	char	   *state;			/* SQLSTATE of its failure, or NULL */
	char	   *meaning;		/* what that means */
	char	   *message;		/* what pg_cron is told */
}			LbdJob;

static char *extension_schema(FunctionCallInfo fcinfo);
static void check_phase(const char *schema, Datum domain, Datum phase);
static void try_audit(const char *schema, const char *domain);
static Datum call_function(const char *schema, const char *name, int nargs,
						   const Oid *types, const NullableDatum *arguments);
static bool is_scheduled_by_other(const char *schema, const char *domain);
static bool remove_job(const char *schema, const char *domain);
static int64 cron_schedule(const char *domain, const char *schedule);
static bool cron_call(const char *domain, const char *schedule, int64 *job,
					  ErrorData **error);
static char *job_name(const char *domain);
static char *job_command(const char *domain);
static void record_now(const char *schema, LbdJob * job);
static void job_failed(LbdJob * job, const ErrorData *error);
static const char *failure_meaning(const char *state);
static void check_targets(const char *schema, const char *phase, LbdJob * job);
static void keep_result(const char *schema, const LbdJob * job);
static void execute(const char *query, int nargs, Oid *types, Datum *values,
					const char *nulls, int expected);

PG_FUNCTION_INFO_V1(lbdiag_schedule_1_0);
/*
 * lbdiag_schedule(domain text, schedule text, phase text) -> bigint
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
	char	   *domain;
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
	schema = extension_schema(fcinfo);
	domain = text_to_cstring(PG_GETARG_TEXT_PP(0));
	values[0] = PG_GETARG_DATUM(0);
	values[1] = PG_GETARG_DATUM(1);
	values[2] = PG_ARGISNULL(2) ? (Datum) 0 : PG_GETARG_DATUM(2);
	SPI_connect();
	if (PG_ARGISNULL(2))
		nulls[2] = 'n';
	else
		check_phase(schema, values[0], values[2]);
	try_audit(schema, domain);
	if (is_scheduled_by_other(schema, domain))
		(void) remove_job(schema, domain);
	values[3] = Int64GetDatum(cron_schedule(domain, text_to_cstring(PG_GETARG_TEXT_PP(1))));
	execute(psprintf("INSERT INTO %s.lbdiag_scheduled AS s (domain, schedule, phase, job)"
					 " VALUES ($1, $2, $3, $4)"
					 " ON CONFLICT (domain) DO UPDATE"
					 " SET schedule = excluded.schedule, phase = excluded.phase, job = excluded.job",
					 quote_identifier(schema)), 4, types, values, nulls, SPI_OK_INSERT);
	job = DatumGetInt64(values[3]);
	SPI_finish();
	PG_RETURN_INT64(job);
}

static char *
extension_schema(FunctionCallInfo fcinfo)
{
	return get_namespace_name(get_func_namespace(fcinfo->flinfo->fn_oid));
}

/*
 * Runs a query through SPI; expected is what SPI must return.
 */
static void
execute(const char *query, int nargs, Oid *types, Datum *values,
		const char *nulls, int expected)
{
	int			result = SPI_execute_with_args(query, nargs, types, values,
											   nulls, false, 0);

	if (result != expected)
		elog(ERROR, "query failed: %s", SPI_result_code_string(result));
}

/*
 * Calls a function of the extension by its exact arguments: an overload of
 * somebody else's, with a further argument that has a default, would make a
 * call by name ambiguous.
 */
static Datum
call_function(const char *schema, const char *name, int nargs,
			  const Oid *types, const NullableDatum *arguments)
{
	List	   *qualified = list_make2(makeString(pstrdup(schema)),
									   makeString(pstrdup(name)));
	FmgrInfo	function;
	LOCAL_FCINFO(call, FUNC_MAX_ARGS);
	Datum		result;

	fmgr_info(LookupFuncName(qualified, nargs, types, false), &function);
	InitFunctionCallInfoData(*call, &function, nargs, InvalidOid, NULL, NULL);
	memcpy(call->args, arguments, nargs * sizeof(NullableDatum));
	result = FunctionCallInvoke(call);
	if (call->isnull)
		elog(ERROR, "%s returned NULL", name);
	return result;
}

/*
 * Raises an error where the leaderboard has no target of the phase.
 */
static void
check_phase(const char *schema, Datum domain, Datum phase)
{
	Oid			types[] = {TEXTOID, TEXTOID};
	NullableDatum arguments[] = {{domain, false}, {phase, false}};

	(void) call_function(schema, "_lbdiag_phase_check", lengthof(types), types,
						 arguments);
}

/*
 * What would let each run fail is better said now.
 */
static void
try_audit(const char *schema, const char *domain)
{
	LbdRequest	request = {
		.domain = domain,.viewer = "public",.extension_schema = schema
	};
	LbdEncoding none = lbd_encoding_read("none");
	LbdAudit	audit;

	lbd_guard_production("lbdiag_schedule", domain);
	lbd_audit_run(&audit, &request, none);
	lbd_payload_close(audit.payload);
}

/*
 * Whether another role than the current one has scheduled the leaderboard:
 * only a superuser may then go on.
 */
static bool
is_scheduled_by_other(const char *schema, const char *domain)
{
	char	   *query = psprintf("SELECT s.scheduled_by FROM %s.lbdiag_scheduled AS s WHERE s.domain OPERATOR(pg_catalog.=) $1",
								 quote_identifier(schema));
	LbdRow		row = lbd_query_row(query, domain, "lbdiag_scheduled");
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
						domain, GetUserNameFromId(owner, false)),
				 errhint("Only that role or a superuser can change its job.")));
	return true;
}

PG_FUNCTION_INFO_V1(lbdiag_unschedule_1_0);
/*
 * lbdiag_unschedule(domain text) -> boolean
 *
 * Removes the job that records a leaderboard; false where there is none.
 */
Datum
lbdiag_unschedule_1_0(PG_FUNCTION_ARGS)
{
	char	   *schema;
	char	   *domain;
	bool		removed;

	lbd_check_definition(fcinfo, 1, 0);
	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("domain must not be null"),
				 errhint("Name a leaderboard, such as 'vision'.")));
	lbd_must_write("change a schedule");
	schema = extension_schema(fcinfo);
	SPI_connect();
	domain = text_to_cstring(PG_GETARG_TEXT_PP(0));
	(void) is_scheduled_by_other(schema, domain);
	removed = remove_job(schema, domain);
	SPI_finish();
	PG_RETURN_BOOL(removed);
}

/*
 * Removes the row of a leaderboard, and its job where that is there and has
 * its name.  Returns whether there was a row.
 */
static bool
remove_job(const char *schema, const char *domain)
{
	Oid			types[] = {TEXTOID, INT8OID};
	Datum		values[] = {CStringGetTextDatum(domain), 0};
	bool		isnull;

	execute(psprintf("DELETE FROM %s.lbdiag_scheduled AS s WHERE s.domain OPERATOR(pg_catalog.=) $1 RETURNING s.job",
					 quote_identifier(schema)), 1, types, values, NULL, SPI_OK_DELETE_RETURNING);
	if (SPI_processed == 0)
		return false;
	values[1] = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1,
							  &isnull);
	if (!OidIsValid(get_extension_oid("pg_cron", true)))
		return true;
	values[0] = CStringGetTextDatum(job_name(domain));
	execute("SELECT cron.unschedule(j.jobid) FROM cron.job AS j"
			" WHERE j.jobid OPERATOR(pg_catalog.=) $2 AND j.jobname::pg_catalog.text OPERATOR(pg_catalog.=) $1",
			2, types, values, NULL, SPI_OK_SELECT);
	return true;
}

/*
 * Has pg_cron call the command of a leaderboard, and returns the job's number.
 */
static int64
cron_schedule(const char *domain, const char *schedule)
{
	ErrorData  *error = NULL;
	int64		job = 0;

	if (cron_call(domain, schedule, &job, &error))
		return job;
	if (error->sqlerrcode == ERRCODE_INVALID_PARAMETER_VALUE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" is no schedule of pg_cron", schedule),
				 errdetail("pg_cron says: %s.", error->message),
				 errhint("Use minute, hour, day of the month, month and day of the week, as in '0 3 * * *' for each night at 3:00 in cron.timezone.")));
	ReThrowError(error);
}

/*
 * Calls cron.schedule; an error is returned, not raised.
 */
static bool
cron_call(const char *domain, const char *schedule, int64 *job,
		  ErrorData **error)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	Oid			types[] = {TEXTOID, TEXTOID, TEXTOID};
	Datum		values[] = {
		CStringGetTextDatum(job_name(domain)), CStringGetTextDatum(schedule),
		CStringGetTextDatum(job_command(domain))
	};

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		bool		isnull;

		execute("SELECT cron.schedule($1, $2, $3)", 3, types, values, NULL,
				SPI_OK_SELECT);
		*job = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0],
										   SPI_tuptable->tupdesc, 1, &isnull));
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		*error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	return *error == NULL;
}

/*
 * The name of the job of a leaderboard: another one for each.
 */
static char *
job_name(const char *domain)
{
	int			len = strlen(domain);
	char		hash[MD5_PASSWD_LEN + 1];
	const char *error;

	if (len <= LBD_JOB_NAME_BYTES)
		return psprintf("lbdiag %s", domain);
	if (!pg_md5_hash(domain, len, hash, &error))
		elog(ERROR, "could not compute MD5 hash: %s", error);
	return psprintf("lbdiag %.*s %.*s",
					pg_mbcliplen(domain, len, LBD_JOB_NAME_BYTES - 1), domain,
					LBD_JOB_HASH_DIGITS, hash);
}

/*
 * The command of the job that records a leaderboard.  It fails, so that pg_cron
 * knows it, after what is known has been committed.
 */
static char *
job_command(const char *domain)
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
								quote_literal_cstr(domain));

	return psprintf("DO %s", quote_literal_cstr(body));
}

PG_FUNCTION_INFO_V1(lbdiag_record_scheduled_1_0);
/*
 * lbdiag_record_scheduled(payload text, OUT state text, OUT message text)
 *
 * What the job of lbdiag_schedule calls: records a leaderboard, keeps how it
 * went in lbdiag_schedule_status, and returns what its failure is, if it is
 * one.
 */
Datum
lbdiag_record_scheduled_1_0(PG_FUNCTION_ARGS)
{
	LbdJob		job = {0};
	Datum		values[LBD_RECORD_SCHEDULED_COLS] = {0};
	bool		nulls[LBD_RECORD_SCHEDULED_COLS] = {0};
	TupleDesc	desc;
	HeapTupleHeader tuple;
	LbdRow		row;
	char	   *schema;
	char	   *phase;

	lbd_check_definition(fcinfo, 1, LBD_RECORD_SCHEDULED_COLS);
	(void) get_call_result_type(fcinfo, NULL, &desc);
	desc = BlessTupleDesc(desc);
	schema = extension_schema(fcinfo);
	job.leaderboard = PG_ARGISNULL(0) ? "" :
		text_to_cstring(PG_GETARG_TEXT_PP(0));
	SPI_connect();
	row = lbd_query_row(psprintf("SELECT s.phase FROM %s.lbdiag_scheduled AS s WHERE s.domain OPERATOR(pg_catalog.=) $1",
								 quote_identifier(schema)), job.leaderboard, "lbdiag_scheduled");
	if (!row.found)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("leaderboard \"%s\" is not scheduled",
						job.leaderboard),
				 errhint("Use lbdiag_schedule, or lbdiag_record to record it now.")));
	phase = lbd_row_text(&row, "phase");
	record_now(schema, &job);
	if (job.recorded && phase)
		check_targets(schema, phase, &job);
	keep_result(schema, &job);
	nulls[STATE] = nulls[MESSAGE] = job.state == NULL;
	if (job.state)
	{
		values[STATE] = CStringGetTextDatum(job.state);
		values[MESSAGE] = CStringGetTextDatum(job.message);
	}
	tuple = SPI_returntuple(heap_form_tuple(desc, values, nulls), desc);
	SPI_finish();
	PG_RETURN_HEAPTUPLEHEADER(tuple);
}

/*
 * Records; an error, a cancel too, is a failure of the job.
 */
static void
record_now(const char *schema, LbdJob * job)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData  *error = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		job->run = record_run(schema, job->leaderboard);
		job->recorded = true;
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	if (error)
		job_failed(job, error);
}

static void
job_failed(LbdJob * job, const ErrorData *error)
{
	const char *detail = error->detail ? error->detail : "";
	const char *context = error->context ? error->context : "";

	job->recorded = false;
	job->state = pstrdup(unpack_sql_state(error->sqlerrcode));
	ereport(LOG,
			(errcode(error->sqlerrcode),
			 errmsg("leaderboard \"%s\" could not be recorded: %s",
					job->leaderboard, error->message),
			 errdetail_internal("%s%s%s", detail,
								detail[0] && context[0] ? "\n" : "", context)));
	job->meaning = psprintf("%s; the server's log has the message",
							failure_meaning(job->state));
	job->message = psprintf("leaderboard \"%s\" could not be recorded: %s",
							job->leaderboard, job->meaning);
}

/*
 * What an SQLSTATE means here.
 */
static const char *
failure_meaning(const char *state)
{
	static const struct
	{
		const char *state;		/* or how it begins */
		const char *meaning;	/* in words */
	}			meanings[] = {
		{"42501", "permission denied"},
		{"57014", "canceled, or past statement_timeout"},
		{"55000", "not possible in the state of this server"},
		{"42P01", "a relation, column or leaderboard is missing"},
		{"42703", "a relation, column or leaderboard is missing"},
		{"42704", "a relation, column or leaderboard is missing"},
		{"3F000", "a relation, column or leaderboard is missing"},
		{"22", "the sources hold something that cannot be read"},
		{"53", "out of memory, disk or connections"},
	};

	for (size_t i = 0; i < lengthof(meanings); i++)
	{
		if (strncmp(state, meanings[i].state, strlen(meanings[i].state)) == 0)
			return meanings[i].meaning;
	}
	return "an error";
}

/*
 * A job whose run misses a target of its phase has failed, and has recorded.
 */
static void
check_targets(const char *schema, const char *phase, LbdJob * job)
{
	Oid			types[] = {TEXTOID, INT8OID};
	Datum		values[] = {CStringGetTextDatum(phase), Int64GetDatum(job->run)};
	char	   *missed;

	execute(psprintf("SELECT pg_catalog.string_agg(t.metric, ', '::pg_catalog.text ORDER BY t.metric)"
					 " FROM %s.lbdiag_latest_targets AS t"
					 " WHERE t.run OPERATOR(pg_catalog.=) $2 AND t.phase OPERATOR(pg_catalog.=) $1 AND NOT t.met",
					 quote_identifier(schema)), 2, types, values, NULL, SPI_OK_SELECT);
	missed = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	if (missed == NULL)
		return;
	job->state = pstrdup("LB001");
	job->meaning = psprintf("targets of phase %s are missed: %s", phase,
							missed);
	job->message = psprintf("leaderboard \"%s\": %s", job->leaderboard,
							job->meaning);
}

/*
 * Keeps how a job went.
 */
static void
keep_result(const char *schema, const LbdJob * job)
{
	Oid			types[] = {TEXTOID, INT8OID, TEXTOID, TEXTOID};
	Datum		values[] = {
		CStringGetTextDatum(job->leaderboard), Int64GetDatum(job->run),
		job->state ? CStringGetTextDatum(job->state) : (Datum) 0,
		job->meaning ? CStringGetTextDatum(job->meaning) : (Datum) 0
	};
	char		nulls[] = {' ', job->recorded ? ' ' : 'n',
		job->state ? ' ' : 'n', job->meaning ? ' ' : 'n'
	};

	execute(psprintf("UPDATE %s.lbdiag_scheduled AS s"
					 " SET last_run = t.ended,"
					 " last_success = CASE WHEN $2 IS NOT NULL THEN t.ended ELSE s.last_success END,"
					 " last_recorded = COALESCE($2, s.last_recorded),"
					 " last_failure = CASE WHEN $3 IS NULL THEN s.last_failure ELSE t.ended END,"
					 " last_sqlstate = COALESCE($3, s.last_sqlstate),"
					 " last_error = COALESCE($4, s.last_error),"
					 " failures = CASE WHEN $3 IS NULL THEN 0 ELSE s.failures OPERATOR(pg_catalog.+) 1 END"
					 " FROM (SELECT pg_catalog.clock_timestamp() AS ended) AS t"
					 " WHERE s.domain OPERATOR(pg_catalog.=) $1", quote_identifier(schema)), 4,
			types, values, nulls, SPI_OK_UPDATE);
}
