/*-------------------------------------------------------------------------
 *
 * environment_items.c
 *	  What can distort a measurement.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xlog.h"
#include "commands/dbcommands.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"

#include "leaderboard/environment.h"
#include "leaderboard/layout.h"
#include "leaderboard/source_tables.h"
#include "report/environment_items.h"
#include "util/attempt.h"

/* A setting that makes statements slower where it is on. */
typedef struct LbdSlowSetting
{
	const char *name;			/* of the setting */
	const char *status;			/* how bad that is */
	const char *why;			/* in words */
} LbdSlowSetting;

static const LbdSlowSetting slow_settings[] = {
	{"auto_explain.log_analyze", "notice", "It adds to the time of every query."},
	{"debug_assertions", "warning", "Assertions make everything slower."},
	{"jit_debugging_support", "notice", "It adds to the time of every query."},
	{"log_executor_stats", "notice", "It adds to the time of every query."},
	{"log_statement_stats", "notice", "It adds to the time of every query."},
};

/* Which layout a leaderboard has. */
typedef struct LbdLayoutQuestion
{
	const char *payload;		/* leaderboard */
	const char *schema;			/* of the extension */
	char	   *layout;			/* answer */
	char	   *reason;			/* why */
} LbdLayoutQuestion;

static void put_item(List **items, const char *name, const char *value,
					 const char *status, const char *detail);
static void put_server(List **items);
static void put_encoding(List **items, LbdEncoding encoding);
static void put_layout(List **items, const char *payload,
					   const char *schema);
static void find_layout(void *arg);
static void put_analyzed(List **items, const char *payload,
						 const char *schema);
static void put_settings(List **items);

/*
 * In which environment the server runs, and what can distort a measurement:
 * the items, in the current memory context.  Needs no rights on the sources of
 * the leaderboard.
 */
List *
lbd_environment_items(const char *schema, const char *payload,
					  LbdEncoding encoding)
{
	List	   *items = NIL;

	put_server(&items);
	put_encoding(&items, encoding);
	put_layout(&items, payload, schema);
	put_analyzed(&items, payload, schema);
	put_settings(&items);
	return items;
}

/*
 * Adds an item; detail may be NULL, value too.
 */
static void
put_item(List **items, const char *name, const char *value,
		 const char *status, const char *detail)
{
	LbdEnvironmentItem *item = palloc(sizeof(LbdEnvironmentItem));

	item->name = name;
	item->value = value;
	item->status = status;
	item->detail = detail;
	*items = lappend(*items, item);
}

static void
put_server(List **items)
{
	LbdServer	server = lbd_server();
	bool		standby = RecoveryInProgress();

	if (!server.allowed)
		put_item(items, "environment", server.environment, "refuse",
				 psprintf("%s Payloads are not built here.", server.reason));
	else if (server.production)
		put_item(items, "environment", server.environment, "warning",
				 psprintf("%s lbdiag.allow_production is on.", server.reason));
	else
		put_item(items, "environment", server.environment, "ok",
				 server.reason);
	put_item(items, "server_version",
			 GetConfigOption("server_version", false, false), "ok", NULL);
	if (server.host)
		put_item(items, "host", server.host, "ok", NULL);
	else
		put_item(items, "host", NULL, "notice",
				 "Only members of pg_read_all_settings see it.");
	put_item(items, "database", get_database_name(MyDatabaseId), "ok", NULL);
	put_item(items, "recovery", standby ? "standby" : "primary",
			 standby ? "notice" : "ok", standby ?
			 "The server is read-only: audits work, recording does not." :
			 NULL);
}

static void
put_encoding(List **items, LbdEncoding encoding)
{
	const char *name = lbd_encoding_name(encoding);
	bool		none = strcmp(name, "none") == 0;

	put_item(items, "encoding", name, none ? "notice" : "ok",
			 none ? "Compressed bytes are not measured." : NULL);
}

/*
 * The layout of the leaderboard; that its sources cannot be read, for whatever
 * reason, is no error here.
 */
static void
put_layout(List **items, const char *payload, const char *schema)
{
	LbdLayoutQuestion question = {payload, schema, NULL, NULL};
	ErrorData  *error = lbd_attempt(find_layout, &question);

	if (error == NULL)
		put_item(items, "layout", question.layout, "ok", question.reason);
	else if (error->sqlerrcode == ERRCODE_QUERY_CANCELED)
		ReThrowError(error);
	else
		put_item(items, "layout", NULL, "notice",
				 "It cannot be told: the sources cannot be read.");
}

/*
 * Finds the name of the layout, and why it is this one.
 */
static void
find_layout(void *arg)
{
	LbdLayoutQuestion *question = arg;
	MemoryContext context = CurrentMemoryContext;
	LbdLeaderboard *leaderboard;
	char	   *layout;
	char	   *reason;

	SPI_connect();
	leaderboard = lbd_leaderboard_load(question->payload, question->schema,
									   CurrentMemoryContext);
	layout = lbd_layout_find(leaderboard, NULL, &reason);
	question->layout = MemoryContextStrdup(context, layout);
	question->reason = MemoryContextStrdup(context, reason);
	SPI_finish();
}

/*
 * When the tables that the leaderboard reads were analyzed.
 */
static void
put_analyzed(List **items, const char *payload, const char *schema)
{
	Oid			types[1] = {TEXTOID};
	Datum		values[1] = {CStringGetTextDatum(payload)};
	char	   *query = psprintf("SELECT 'analyzed ' OPERATOR(pg_catalog.||) s.storage::pg_catalog.text AS item,"
								 " pg_catalog.date_trunc('second', GREATEST(pg_catalog.max(t.last_analyze), pg_catalog.max(t.last_autoanalyze)))::pg_catalog.text"
								 " FROM (%s) AS s"
								 " LEFT JOIN pg_catalog.pg_stat_all_tables AS t ON t.relid OPERATOR(pg_catalog.=) s.storage"
								 " GROUP BY s.storage ORDER BY 1",
								 lbd_source_tables_query(schema));

	MemoryContext context = CurrentMemoryContext;

	SPI_connect();
	if (SPI_execute_with_args(query, 1, types, values, NULL, true, 0) !=
		SPI_OK_SELECT)
		elog(ERROR, "query of the source tables failed");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		MemoryContext old = MemoryContextSwitchTo(context);
		char	   *analyzed = SPI_getvalue(tuple, desc, 2);

		put_item(items, SPI_getvalue(tuple, desc, 1),
				 analyzed ? analyzed : "never", analyzed ? "ok" : "notice",
				 analyzed ? NULL :
				 "Plans rest on default estimates; run ANALYZE.");
		MemoryContextSwitchTo(old);
	}
	SPI_finish();
}

static void
put_settings(List **items)
{
	for (size_t i = 0; i < lengthof(slow_settings); i++)
	{
		const LbdSlowSetting *setting = &slow_settings[i];
		const char *value = GetConfigOption(setting->name, true, false);

		if (value && strcmp(value, "on") == 0)
			put_item(items, setting->name, value, setting->status,
					 setting->why);
	}
}
