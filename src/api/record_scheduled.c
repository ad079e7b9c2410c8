/*-------------------------------------------------------------------------
 *
 * record_scheduled.c
 *	  What a job of lbdiag_schedule calls.
 *
 * The message of an error may hold values of the data (a cast in a source
 * view): it goes into the server's log, and nowhere else.  What is kept is
 * what its SQLSTATE means.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "api/calls.h"
#include "api/definition.h"
#include "leaderboard/spi_query.h"
#include "util/attempt.h"

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
	const char *schema;			/* of the extension */
	const char *leaderboard;	/* what it records */
	const char *phase;			/* whose targets its run must meet, or NULL */
	bool		recorded;		/* it has */
	int64		run;			/* the run's number */
	char	   *state;			/* SQLSTATE of its failure, or NULL */
	char	   *meaning;		/* what that means */
	char	   *message;		/* what pg_cron is told */
} LbdJob;

static void record_now(void *arg);
static int64 record_run(const char *schema, const char *leaderboard);
static void check_targets(void *arg);
static void job_failed(LbdJob *job, const char *what, const ErrorData *error);
static const char *failure_meaning(const char *state);
static void keep_result(const char *schema, const LbdJob *job);

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
	ErrorData  *error;
	Datum		values[LBD_RECORD_SCHEDULED_COLS] = {0};
	bool		nulls[LBD_RECORD_SCHEDULED_COLS] = {0};
	TupleDesc	desc;
	HeapTupleHeader tuple;
	LbdRow		row;
	char	   *schema;

	lbd_check_definition(fcinfo, 1, LBD_RECORD_SCHEDULED_COLS);
	(void) get_call_result_type(fcinfo, NULL, &desc);
	desc = BlessTupleDesc(desc);
	schema = lbd_call_schema(fcinfo);
	job.leaderboard = PG_ARGISNULL(0) ? "" :
		text_to_cstring(PG_GETARG_TEXT_PP(0));
	SPI_connect();
	row = lbd_query_row(psprintf("SELECT s.phase FROM %s._lbdiag_scheduled AS s WHERE s.payload OPERATOR(pg_catalog.=) $1",
								 quote_identifier(schema)), job.leaderboard, "_lbdiag_scheduled");
	if (!row.found)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("leaderboard \"%s\" is not scheduled",
						job.leaderboard),
				 errhint("Use lbdiag_schedule, or lbdiag_record to record it now.")));
	job.phase = lbd_row_text(&row, "phase");
	/* An error, a cancel too, is a failure of the job. */
	job.schema = schema;
	error = lbd_attempt(record_now, &job);
	job.recorded = error == NULL;
	if (error)
		job_failed(&job, "could not be recorded", error);
	else if (job.phase && (error = lbd_attempt(check_targets, &job)) != NULL)
		job_failed(&job, "is recorded, but its targets could not be checked", error);
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
 * Records.
 */
static void
record_now(void *arg)
{
	LbdJob	   *job = arg;

	job->run = record_run(job->schema, job->leaderboard);
}

/*
 * Records, and returns the number of the run.
 */
static int64
record_run(const char *schema, const char *leaderboard)
{
	Oid			types[] = {TEXTOID, TEXTOID, TEXTOID, TEXTOID, INT4OID, FLOAT8OID};
	NullableDatum arguments[] = {
		{CStringGetTextDatum(leaderboard), false}, {0, true}, {0, true},
		{CStringGetTextDatum("scheduled"), false},
		{Int32GetDatum(LBD_JOB_REPETITIONS), false}, {0, true}
	};

	return DatumGetInt64(lbd_call_function(schema, "lbdiag_record",
										   lengthof(types), types, arguments));
}

/*
 * Keeps an error as the job's failure; what says what it has prevented.
 */
static void
job_failed(LbdJob *job, const char *what, const ErrorData *error)
{
	const char *detail = error->detail ? error->detail : "";
	const char *context = error->context ? error->context : "";

	job->state = pstrdup(unpack_sql_state(error->sqlerrcode));
	ereport(LOG,
			(errcode(error->sqlerrcode),
			 errmsg("leaderboard \"%s\" %s: %s",
					job->leaderboard, what, error->message),
			 errdetail_internal("%s%s%s", detail,
								detail[0] && context[0] ? "\n" : "", context)));
	job->meaning = psprintf("%s; the server's log has the message",
							failure_meaning(job->state));
	job->message = psprintf("leaderboard \"%s\" %s: %s",
							job->leaderboard, what, job->meaning);
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
check_targets(void *arg)
{
	LbdJob	   *job = arg;
	Oid			types[] = {TEXTOID, INT8OID};
	Datum		values[] = {CStringGetTextDatum(job->phase), Int64GetDatum(job->run)};
	char	   *missed;

	lbd_execute(psprintf("SELECT pg_catalog.string_agg(t.metric, ', '::pg_catalog.text ORDER BY t.metric)"
						 " FROM %s.lbdiag_latest_targets AS t"
						 " WHERE t.run OPERATOR(pg_catalog.=) $2 AND t.phase OPERATOR(pg_catalog.=) $1 "
						 " AND (NOT t.met OR t.met IS NULL AND t.unit OPERATOR(pg_catalog.=) 'bytes')",
						 quote_identifier(job->schema)), 2, types, values, NULL, SPI_OK_SELECT);
	missed = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	if (missed == NULL)
		return;
	job->state = pstrdup("LB001");
	job->meaning = psprintf("targets of phase %s are missed: %s", job->phase,
							missed);
	job->message = psprintf("leaderboard \"%s\": %s", job->leaderboard,
							job->meaning);
}

/*
 * Keeps how a job went.
 */
static void
keep_result(const char *schema, const LbdJob *job)
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

	lbd_execute(psprintf("UPDATE %s._lbdiag_scheduled AS s"
						 " SET last_run = t.ended,"
						 " last_success = CASE WHEN $2 IS NOT NULL THEN t.ended ELSE s.last_success END,"
						 " last_recorded = COALESCE($2, s.last_recorded),"
						 " last_failure = CASE WHEN $3 IS NULL THEN s.last_failure ELSE t.ended END,"
						 " last_sqlstate = COALESCE($3, s.last_sqlstate),"
						 " last_error = COALESCE($4, s.last_error),"
						 " failures = CASE WHEN $3 IS NULL THEN 0 ELSE s.failures OPERATOR(pg_catalog.+) 1 END"
						 " FROM (SELECT pg_catalog.clock_timestamp() AS ended) AS t"
						 " WHERE s.payload OPERATOR(pg_catalog.=) $1", quote_identifier(schema)), 4,
				types, values, nulls, SPI_OK_UPDATE);
}
