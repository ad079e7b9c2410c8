/*-------------------------------------------------------------------------
 *
 * profile_queries.c
 *	  lbdiag_profile_queries: the queries that read the sources.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/json.h"
#include "utils/tuplestore.h"

#include "api/application_queries.h"
#include "api/arguments.h"
#include "api/context.h"
#include "leaderboard/profile.h"
#include "leaderboard/source_tables.h"
#include "leaderboard/spi_query.h"
#include "util/call_tree_rows.h"

/* Below this share of misses, the buffers are nearly warm. */
#define LBD_NEARLY_WARM	0.1

/* Columns of lbdiag_profile_queries. */
typedef enum LbdQueriesColumn
{
	QUERIES_QUERY, QUERIES_CALLS, QUERIES_ROWS, QUERIES_MS, QUERIES_BYTES,
	QUERIES_COLUMN_BYTES, QUERIES_BASIS, QUERIES_CACHE, QUERIES_PLAN
} LbdQueriesColumn;

#define LBD_QUERIES_COLS	(QUERIES_PLAN + 1)

/* A row of the result in the making; what is not set is null. */
typedef struct LbdQueriesRow
{
	Datum		values[LBD_QUERIES_COLS];
	bool		nulls[LBD_QUERIES_COLS];
} LbdQueriesRow;

/* What the builder's query of a source takes. */
typedef struct LbdBuilderQuery
{
	int64		rows;			/* -1 where it is not known */
	int64		ns;				/* with planning and fetching */
	int64		hit;			/* blocks */
	int64		read;
} LbdBuilderQuery;

static void put_application(ReturnSetInfo *rsinfo,
							const LbdApplicationQuery *query, int runs);
static Datum column_bytes(const LbdApplicationQuery *query);
static void put_builder(ReturnSetInfo *rsinfo, const LbdBuild *build,
						const LbdTreeRows *rows, const char *name, int runs);
static LbdBuilderQuery builder_query(const LbdTreeRows *rows,
									 const char *name);
static char *cache_text(const LbdBuilderQuery *query);
static void put_statements(ReturnSetInfo *rsinfo, const LbdRequest *request);
static const char *statements_schema(void);
static LbdQueriesRow empty_row(void);
static void set_column(LbdQueriesRow *row, LbdQueriesColumn column,
					   Datum value);
static void set_text(LbdQueriesRow *row, LbdQueriesColumn column,
					 const char *text);
static void put_row(ReturnSetInfo *rsinfo, LbdQueriesRow *row);

PG_FUNCTION_INFO_V1(lbdiag_profile_queries_1_0);
/*
 * lbdiag_profile_queries(payload text, viewer text, layout text,
 *						  repetitions int)
 *	 -> SETOF (query text, calls bigint, row_count bigint, ms float8,
 *			   bytes bigint, column_bytes jsonb, basis text, cache text,
 *			   plan text)
 *
 * The application's queries of the sources; those of lbdiag's own builder,
 * with their plans; and of pg_stat_statements, where it is installed, those
 * that name the sources.
 */
Datum
lbdiag_profile_queries_1_0(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	LbdRequest	request = lbd_request(fcinfo, "lbdiag_profile_queries", 4,
									  LBD_QUERIES_COLS);
	int			runs = lbd_argument_count_or(fcinfo, 3, "repetitions",
											 LBD_MAX_RUNS, 1);
	int64	   *reference = palloc((runs + 1) * sizeof(int64));
	const LbdApplicationQuery *queries;
	LbdEncoding none = {0};
	LbdTreeRows *rows;
	LbdBuild   *build;

	InitMaterializedSRF(fcinfo, 0);
	queries = lbd_application_queries(&request, runs);
	rows = lbd_tree_rows(lbd_build_profile(request, none, runs,
										   CurrentMemoryContext, reference));
	build = lbd_build_open(&request);
	for (int i = 0; i < LBD_APPLICATION_QUERIES; i++)
		put_application(rsinfo, &queries[i], runs);
	for (int i = 0; i < LBD_APPLICATION_QUERIES; i++)
		put_builder(rsinfo, build, rows, queries[i].name, runs);
	put_statements(rsinfo, &request);
	lbd_build_close(build);
	return (Datum) 0;
}

static void
put_application(ReturnSetInfo *rsinfo, const LbdApplicationQuery *query,
				int runs)
{
	LbdQueriesRow row = empty_row();

	set_text(&row, QUERIES_QUERY, query->name);
	set_column(&row, QUERIES_CALLS, Int64GetDatum(runs));
	set_column(&row, QUERIES_ROWS, Int64GetDatum(query->rows));
	set_column(&row, QUERIES_MS, Float8GetDatum(query->ns / LBD_NS_PER_MS));
	set_column(&row, QUERIES_BYTES, Int64GetDatum(query->bytes));
	set_column(&row, QUERIES_COLUMN_BYTES, column_bytes(query));
	set_text(&row, QUERIES_BASIS,
			 "the application's SELECT, run here: all columns, as text");
	put_row(rsinfo, &row);
}

/*
 * The bytes of a query's columns as a jsonb object.
 */
static Datum
column_bytes(const LbdApplicationQuery *query)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < query->ncolumns; i++)
	{
		appendStringInfoChar(&text, i > 0 ? ',' : '{');
		escape_json(&text, query->columns[i]);
		appendStringInfo(&text, ":" INT64_FORMAT, query->column_bytes[i]);
	}
	appendStringInfoString(&text, query->ncolumns > 0 ? "}" : "{}");
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(text.data));
}

static void
put_builder(ReturnSetInfo *rsinfo, const LbdBuild *build,
			const LbdTreeRows *rows, const char *name, int runs)
{
	LbdBuilderQuery query = builder_query(rows, name);
	const LbdLayout *layout = build->layout;
	LbdQueriesRow row = empty_row();

	set_text(&row, QUERIES_QUERY, name);
	set_column(&row, QUERIES_CALLS, Int64GetDatum(runs));
	if (query.rows >= 0)
		set_column(&row, QUERIES_ROWS, Int64GetDatum(query.rows));
	set_column(&row, QUERIES_MS, Float8GetDatum(query.ns / LBD_NS_PER_MS));
	set_text(&row, QUERIES_BASIS, "the query of lbdiag's own builder");
	set_text(&row, QUERIES_CACHE, cache_text(&query));
	set_text(&row, QUERIES_PLAN,
			 lbd_source_plan(build->leaderboard, &build->viewer,
							 strcmp(name, "models") == 0, layout->rank_binary,
							 lbd_layout_has(layout, LBD_MEMBER_GROUP)));
	put_row(rsinfo, &row);
}

/*
 * Adds up the builder's functions that plan, run and fetch a query: they are
 * called plan_NAME, and so on.
 */
static LbdBuilderQuery
builder_query(const LbdTreeRows *rows, const char *name)
{
	LbdBuilderQuery query = {.rows = -1};

	for (int i = 0; i < rows->nrows; i++)
	{
		const LbdTreeRow *row = &rows->rows[i];
		const char *phase = row->place->phase;
		const char *part = strchr(row->place->label, '_');

		if ((strcmp(phase, "query") != 0 && strcmp(phase, "fetch") != 0) ||
			part == NULL || strcmp(part + 1, name) != 0)
			continue;
		query.rows = Max(query.rows, row->place->counts.rows);
		query.ns += row->time;
		query.hit += row->hit;
		query.read += row->read;
	}
	return query;
}

static char *
cache_text(const LbdBuilderQuery *query)
{
	int64		all = query->hit + query->read;
	const char *state = query->read == 0 ? "warm" :
		query->read < LBD_NEARLY_WARM * all ? "nearly warm" : "cold";

	return psprintf("%s: " INT64_FORMAT " of " INT64_FORMAT
					" page accesses missed shared buffers", state, query->read,
					all);
}

/*
 * Returns the statements of pg_stat_statements that name a source or the table
 * that it is stored in, as a word.  Needs an SPI connection.
 */
static void
put_statements(ReturnSetInfo *rsinfo, const LbdRequest *request)
{
	const char *schema = statements_schema();
	Oid			types[] = {TEXTOID};
	Datum		values[] = {CStringGetTextDatum(request->payload)};
	uint64		nrows;
	const char *query =
		"SELECT pg_catalog.left(pg_catalog.regexp_replace(s.query, E'\\\\s+', ' ', 'g'), 200) AS query,"
		" s.calls, s.rows, s.mean_exec_time AS ms"
		" FROM %1$s.pg_stat_statements AS s"
		" WHERE s.query OPERATOR(pg_catalog.~*) E'^\\\\s*(select|with|insert|update|delete|merge|refresh)\\\\M'"
		" AND s.dbid OPERATOR(pg_catalog.=) (SELECT d.oid FROM pg_catalog.pg_database AS d"
		" WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())"
		" AND s.query OPERATOR(pg_catalog.!~) E'\\\\mlbdiag_\\\\w+\\\\(|OPERATOR\\\\(pg_catalog'"
		" AND s.calls OPERATOR(pg_catalog.>) 0"
		" AND EXISTS (SELECT FROM (%2$s) AS r"
		" JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) r.relation"
		" OR c.oid OPERATOR(pg_catalog.=) r.storage"
		" WHERE s.query OPERATOR(pg_catalog.~) pg_catalog.concat('(^|[^[:alnum:]_])',"
		" pg_catalog.regexp_replace(c.relname::pg_catalog.text, E'([.*+?^${}()|\\\\[\\\\]\\\\\\\\])', E'\\\\\\\\\\\\1', 'g'),"
		" '($|[^[:alnum:]_])'))"
		" ORDER BY s.total_exec_time DESC LIMIT 20";

	if (schema == NULL)
		return;
	nrows = lbd_query_rows(psprintf(query, schema,
									lbd_source_tables_query(request->extension_schema)),
						   1, types, values, NULL);
	for (uint64 i = 0; i < nrows; i++)
	{
		LbdRow		statement = lbd_result_row(i, "pg_stat_statements");
		LbdQueriesRow row = empty_row();

		set_text(&row, QUERIES_QUERY, lbd_row_text(&statement, "query"));
		set_column(&row, QUERIES_CALLS, lbd_row_value(&statement, "calls",
													  INT8OID));
		set_column(&row, QUERIES_ROWS, lbd_row_value(&statement, "rows",
													 INT8OID));
		set_column(&row, QUERIES_MS, lbd_row_value(&statement, "ms",
												   FLOAT8OID));
		set_text(&row, QUERIES_BASIS, "pg_stat_statements: mean of all calls");
		put_row(rsinfo, &row);
	}
}

/*
 * The schema of pg_stat_statements, quoted, or NULL where it is not installed
 * or has not been loaded when the server started.
 */
static const char *
statements_schema(void)
{
	LbdRow		row = lbd_query_row("SELECT n.nspname::pg_catalog.text AS name"
									" FROM pg_catalog.pg_extension AS e"
									" JOIN pg_catalog.pg_namespace AS n"
									" ON n.oid OPERATOR(pg_catalog.=) e.extnamespace"
									" WHERE e.extname OPERATOR(pg_catalog.=) 'pg_stat_statements'",
									NULL, "pg_extension");

	if (!row.found ||
		GetConfigOption("pg_stat_statements.track", true, false) == NULL)
		return NULL;
	return quote_identifier(lbd_row_text(&row, "name"));
}

static LbdQueriesRow
empty_row(void)
{
	LbdQueriesRow row;

	memset(row.values, 0, sizeof(row.values));
	memset(row.nulls, true, sizeof(row.nulls));
	return row;
}

static void
set_column(LbdQueriesRow *row, LbdQueriesColumn column, Datum value)
{
	row->values[column] = value;
	row->nulls[column] = false;
}

static void
set_text(LbdQueriesRow *row, LbdQueriesColumn column, const char *text)
{
	set_column(row, column, CStringGetTextDatum(text));
}

static void
put_row(ReturnSetInfo *rsinfo, LbdQueriesRow *row)
{
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, row->values,
						 row->nulls);
}
