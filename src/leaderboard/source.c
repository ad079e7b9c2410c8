/*-------------------------------------------------------------------------
 *
 * source.c
 *	  A leaderboard's source relations: their columns, and the queries that read
 *	  them.
 *
 * The relations are found by name once for each query and then named in full,
 * with quotes; every function and operator in a query's text is qualified.
 * So what the search path holds decides which relation a default name means
 * (that is documented), and nothing else.  Queries run with the rights of
 * the caller, and see one snapshot.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/params.h"
#include "tcop/pquery.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/varlena.h"

#include "leaderboard/source.h"
#include "leaderboard/source_relation.h"
#include "leaderboard/spi_query.h"

static const LbdColumnRule model_columns[] = {
	{"model_id", LBD_COLUMN_INTEGER, true, "%s AS id"},
	{"name", LBD_COLUMN_TEXT, true, "%s AS name"},
	{"public", LBD_COLUMN_BOOLEAN, true, "%s AS public"},
	{"scores", LBD_COLUMN_JSONB, true, "%s AS scores"},
	{"model_meta", LBD_COLUMN_JSONB, false, "%s AS meta"},
	{"layers", LBD_COLUMN_JSONB, false, "%s AS layers"},
	{"timestamp", LBD_COLUMN_TIMESTAMPTZ, false, "%s AS submitted"},
	{"submitter", LBD_COLUMN_JSONB, false,
		"%s OPERATOR(pg_catalog.->) 'display_name'::pg_catalog.text"
	" AS submitter"},
	{"user", LBD_COLUMN_JSONB, false,
		"COALESCE($4 AND %s OPERATOR(pg_catalog.->) 'id'::pg_catalog.text"
		" OPERATOR(pg_catalog.=) pg_catalog.to_jsonb($5), false)"
	" AS is_owner"},
};

static const LbdColumnRule benchmark_columns[] = {
	{"identifier", LBD_COLUMN_TEXT, true, "%s AS identifier"},
	{"benchmark_type_id", LBD_COLUMN_TEXT, true, NULL},
	{"overall_order", LBD_COLUMN_INTEGER, true, NULL},
	{"parent", LBD_COLUMN_JSON_ANY, false,
		"%s OPERATOR(pg_catalog.->>) 'identifier'::pg_catalog.text"
	" AS parent"},
	{"version", LBD_COLUMN_INTEGER, false,
		"COALESCE(%s OPERATOR(pg_catalog.=) 0::pg_catalog.int8, false)"
	" AS is_version_0"},
	{"number_of_all_children", LBD_COLUMN_INTEGER, false,
		"COALESCE(%s OPERATOR(pg_catalog.=) 0::pg_catalog.int8, false)"
	" AS is_leaf"},
	{"short_name", LBD_COLUMN_TEXT, false, "%s AS short_name"},
	{"ceiling", LBD_COLUMN_TEXT, false, "%s AS ceiling"},
	{"benchmark_bibtex", LBD_COLUMN_TEXT, false, "%s AS bibtex"},
	{"benchmark_id", LBD_COLUMN_INTEGER, false,
	"COALESCE(%s, 0::pg_catalog.int8) AS benchmark_id"},
	{"benchmark_stimuli_meta", LBD_COLUMN_JSONB, false, "%s AS stimuli_meta"},
	{"benchmark_data_meta", LBD_COLUMN_JSONB, false, "%s AS data_meta"},
	{"benchmark_metric_meta", LBD_COLUMN_JSONB, false, "%s AS metric_meta"},
};

static Portal source_portal(const char *query,
							const LbdLeaderboard *leaderboard,
							const LbdViewer *viewer, bool rank_binary);
static ParamListInfo source_params(const LbdLeaderboard *leaderboard,
								   const LbdViewer *viewer, bool rank_binary);
static char *visible_condition(Relation relation, const LbdViewer *viewer);
static char *benchmarks_query(const LbdLeaderboard *leaderboard,
							  const LbdViewer *viewer);
static void benchmark_read(const LbdRow *row,
						   const LbdLeaderboard *leaderboard,
						   LbdBenchmark *benchmark);
static List *portal_relations(Portal portal, MemoryContext context);
static void check_domain(const LbdLeaderboard *leaderboard);
static char *models_query(const LbdLeaderboard *leaderboard,
						  const LbdViewer *viewer, bool with_group);

/*
 * Opens a portal for a query, whose parameters are those of source_params.
 * It is closed before anything else runs.
 */
static Portal
source_portal(const char *query, const LbdLeaderboard *leaderboard,
			  const LbdViewer *viewer, bool rank_binary)
{
	SPIParseOpenOptions options = {0};
	Portal		portal;

	options.params = source_params(leaderboard, viewer, rank_binary);
	options.cursorOptions = CURSOR_OPT_NO_SCROLL | CURSOR_OPT_PARALLEL_OK;
	options.read_only = true;
	portal = SPI_cursor_parse_open(NULL, query, &options);
	if (portal == NULL)
		elog(ERROR, "could not plan a query of the sources");
	return portal;
}

/*
 * The parameters of the queries of the sources: domain, rank_root,
 * rank_binary, whether the viewer is a user, its id.
 */
static ParamListInfo
source_params(const LbdLeaderboard *leaderboard, const LbdViewer *viewer,
			  bool rank_binary)
{
	bool		is_user = viewer->kind == LBD_VIEWER_USER ||
		viewer->kind == LBD_VIEWER_OWN;
	Oid			types[] = {TEXTOID, TEXTOID, BOOLOID, BOOLOID, INT8OID};
	Datum		values[] = {
		CStringGetTextDatum(leaderboard->domain),
		CStringGetTextDatum(leaderboard->rank_root),
		BoolGetDatum(rank_binary), BoolGetDatum(is_user),
		Int64GetDatum(viewer->id)
	};
	ParamListInfo params = makeParamList(lengthof(types));

	for (size_t i = 0; i < lengthof(types); i++)
	{
		params->params[i].ptype = types[i];
		params->params[i].value = values[i];
		params->params[i].isnull = false;
		params->params[i].pflags = PARAM_FLAG_CONST;
	}
	return params;
}

/*
 * The condition that picks the benchmarks that a viewer sees.
 */
static char *
visible_condition(Relation relation, const LbdViewer *viewer)
{
	static const LbdColumnRule visible = {"visible", LBD_COLUMN_BOOLEAN, false, NULL};

	return viewer->kind == LBD_VIEWER_ALL ? "true" :
		psprintf("%s IS NOT FALSE", lbd_source_column(relation, &visible));
}

/*
 * The query of the benchmarks that a viewer sees, in order.
 */
static char *
benchmarks_query(const LbdLeaderboard *leaderboard, const LbdViewer *viewer)
{
	static const LbdColumnRule order = {"overall_order", LBD_COLUMN_INTEGER, true, NULL};
	Relation	relation = lbd_source_open(leaderboard, "benchmarks",
										   leaderboard->benchmarks);
	StringInfoData query;

	initStringInfo(&query);
	appendStringInfo(&query, "SELECT %s FROM %s WHERE %s AND %s",
					 lbd_source_select(relation, benchmark_columns,
									   lengthof(benchmark_columns)),
					 lbd_source_name(relation), lbd_domain_condition(relation),
					 visible_condition(relation, viewer));
	appendStringInfo(&query, " ORDER BY %s, %s",
					 lbd_source_column(relation, &order),
					 lbd_code_point_order("identifier::pg_catalog.text"));
	relation_close(relation, NoLock);
	return query.data;
}

/*
 * Reads the benchmarks that a viewer sees, in order, into context.
 */
LbdBenchmarks *
lbd_benchmarks_load(const LbdLeaderboard *leaderboard, const LbdViewer *viewer,
					LbdCallTree *profile, MemoryContext context)
{
	LbdBenchmarks *benchmarks;
	Portal		portal;
	MemoryContext old;

	LBD_ENTER(profile, "plan_benchmarks");
	portal = source_portal(benchmarks_query(leaderboard, viewer), leaderboard,
						   viewer, false);
	LBD_LEAVE(profile);

	LBD_ENTER(profile, "execute_benchmarks");
	SPI_cursor_fetch(portal, true, FETCH_ALL);
	lbd_scope_rows(profile, SPI_processed);
	LBD_LEAVE(profile);

	LBD_ENTER_PHASE(profile, "fetch_benchmarks", "fetch");
	old = MemoryContextSwitchTo(context);
	benchmarks = palloc(sizeof(LbdBenchmarks));
	benchmarks->leaderboard = leaderboard;
	benchmarks->count = (int) SPI_processed;
	benchmarks->nodes = palloc_extended(Max(SPI_processed, 1) *
										sizeof(LbdBenchmark),
										MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (int i = 0; i < benchmarks->count; i++)
	{
		LbdRow		row = {true, SPI_tuptable->vals[i], SPI_tuptable->tupdesc,
		leaderboard->benchmarks};

		CHECK_FOR_INTERRUPTS();
		benchmark_read(&row, leaderboard, &benchmarks->nodes[i]);
	}
	MemoryContextSwitchTo(old);
	LBD_LEAVE(profile);
	SPI_cursor_close(portal);
	if (benchmarks->count == 0 && !leaderboard->registered)
		check_domain(leaderboard);
	return benchmarks;
}

/*
 * Reads the columns of a benchmark, into the current context.
 */
static void
benchmark_read(const LbdRow *row, const LbdLeaderboard *leaderboard,
			   LbdBenchmark *benchmark)
{
	benchmark->identifier = lbd_row_text(row, "identifier");
	if (benchmark->identifier == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("a benchmark of leaderboard \"%s\" has no identifier",
						leaderboard->domain),
				 errhint("Give every row of \"%s\" an identifier.",
						 leaderboard->benchmarks)));
	benchmark->parent = lbd_row_text(row, "parent");
	benchmark->short_name = lbd_row_text(row, "short_name");
	benchmark->ceiling = lbd_row_text(row, "ceiling");
	benchmark->bibtex = lbd_row_text(row, "bibtex");
	benchmark->is_leaf = DatumGetBool(lbd_row_value(row, "is_leaf", BOOLOID));
	benchmark->is_version_0 = DatumGetBool(lbd_row_value(row, "is_version_0",
														 BOOLOID));
	benchmark->benchmark_id = DatumGetInt64(lbd_row_value(row, "benchmark_id",
														  INT8OID));
	lbd_row_item(row, "stimuli_meta", &benchmark->stimuli_meta);
	lbd_row_item(row, "data_meta", &benchmark->data_meta);
	lbd_row_item(row, "metric_meta", &benchmark->metric_meta);
}

/*
 * Raises an error where no row of either relation has the domain.
 */
static void
check_domain(const LbdLeaderboard *leaderboard)
{
	Relation	models = lbd_source_open(leaderboard, "models",
										 leaderboard->models);
	Relation	benchmarks = lbd_source_open(leaderboard, "benchmarks",
											 leaderboard->benchmarks);
	char	   *query;
	char	   *domains;

	query = psprintf("SELECT 1 WHERE EXISTS (SELECT 1 FROM %s WHERE %s)"
					 " OR EXISTS (SELECT 1 FROM %s WHERE %s)",
					 lbd_source_name(models), lbd_domain_condition(models),
					 lbd_source_name(benchmarks), lbd_domain_condition(benchmarks));
	if (!lbd_query_row(query, leaderboard->domain, leaderboard->models).found)
	{
		/* Where there are no leaderboards at all, any is an empty one. */
		domains = lbd_query_list(psprintf("SELECT domain::pg_catalog.text COLLATE pg_catalog.\"C\" FROM %s"
										  " UNION SELECT domain::pg_catalog.text COLLATE pg_catalog.\"C\" FROM %s"
										  " UNION SELECT domain COLLATE pg_catalog.\"C\" FROM %s.lbdiag_leaderboard"
										  " ORDER BY 1",
										  lbd_source_name(models),
										  lbd_source_name(benchmarks),
										  quote_identifier(leaderboard->schema)));
		if (domains)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_OBJECT),
					 errmsg("leaderboard \"%s\" does not exist",
							leaderboard->domain),
					 errhint("The leaderboards are: %s.", domains)));
	}
	relation_close(models, NoLock);
	relation_close(benchmarks, NoLock);
}

/*
 * A query of one score of the leaderboard, as the column score: the first of
 * the first model that has scores.  The domain is parameter 1.
 */
char *
lbd_source_score_query(const LbdLeaderboard *leaderboard)
{
	static const LbdColumnRule scores = {"scores", LBD_COLUMN_JSONB, true, NULL};
	Relation	relation = lbd_source_open(leaderboard, "models",
										   leaderboard->models);
	char	   *column = lbd_source_column(relation, &scores);
	char	   *query;

	query = psprintf("SELECT %s OPERATOR(pg_catalog.->) 0 AS score FROM %s"
					 " WHERE %s AND pg_catalog.jsonb_typeof(%s OPERATOR(pg_catalog.->) 0)"
					 " OPERATOR(pg_catalog.=) 'object'::pg_catalog.text LIMIT 1",
					 column, lbd_source_name(relation), lbd_domain_condition(relation),
					 column);
	relation_close(relation, NoLock);
	return query;
}

/*
 * The query of the models that a viewer sees, in rank order.
 */
static char *
models_query(const LbdLeaderboard *leaderboard, const LbdViewer *viewer,
			 bool with_group)
{
	Relation	relation = lbd_source_open(leaderboard, "models",
										   leaderboard->models);
	StringInfoData query;

	/*
	 * OFFSET 0 keeps what is below it a query of its own: the columns of a
	 * view and the deciding score are worked out once.
	 */
	initStringInfo(&query);
	appendStringInfo(&query,
					 "SELECT m.*, %s FROM (SELECT s.*,"
					 " %s._lbdiag_deciding_score(s.scores, $2::%s._lbdiag_text, $3, s.id) AS score"
					 " FROM (SELECT %s FROM %s WHERE %s AND %s OFFSET 0) AS s"
					 " OFFSET 0) AS m",
					 with_group ? "g.\"group\"" : "NULL::pg_catalog.text",
					 quote_identifier(leaderboard->schema),
					 quote_identifier(leaderboard->schema),
					 lbd_source_select(relation, model_columns,
									   lengthof(model_columns)),
					 lbd_source_name(relation), lbd_domain_condition(relation),
					 lbd_viewer_condition(relation, viewer));
	relation_close(relation, NoLock);
	if (with_group)
	{
		static const LbdColumnRule id = {"id", LBD_COLUMN_INTEGER, true, NULL};
		static const LbdColumnRule group = {"group", LBD_COLUMN_TEXT, true, NULL};

		relation = lbd_source_open(leaderboard, "model groups",
								   leaderboard->groups);
		appendStringInfo(&query,
						 " LEFT JOIN (SELECT %s AS id, pg_catalog.min(%s) AS \"group\""
						 " FROM %s GROUP BY 1) AS g"
						 " ON g.id OPERATOR(pg_catalog.=) m.id",
						 lbd_source_column(relation, &id),
						 lbd_source_column(relation, &group),
						 lbd_source_name(relation));
		relation_close(relation, NoLock);
	}
	appendStringInfo(&query, " WHERE m.score IS NOT NULL"
					 " ORDER BY m.score DESC, %s, m.id",
					 lbd_code_point_order("m.name"));
	return query.data;
}

/*
 * The OIDs of the relations that a portal reads, but for views, which have no
 * rows of their own.
 */
static List *
portal_relations(Portal portal, MemoryContext context)
{
	MemoryContext old = MemoryContextSwitchTo(context);
	PlannedStmt *plan = linitial_node(PlannedStmt, portal->stmts);
	List	   *relations = NIL;
	ListCell   *cell;

	foreach(cell, plan->rtable)
	{
		RangeTblEntry *entry = lfirst_node(RangeTblEntry, cell);

		if (entry->rtekind == RTE_RELATION && entry->relkind != RELKIND_VIEW)
			relations = list_append_unique_oid(relations, entry->relid);
	}
	MemoryContextSwitchTo(old);
	return relations;
}

/*
 * Runs the query of the models, in rank order; dest gets its rows, with the
 * columns that models.c numbers.  relations gets the OIDs of the tables that
 * the query reads, a list in context.
 */
void
lbd_models_query(const LbdLeaderboard *leaderboard, const LbdViewer *viewer,
				 bool rank_binary, bool with_group, LbdCallTree *profile,
				 DestReceiver *dest, MemoryContext context, List **relations)
{
	Portal		portal;

	LBD_ENTER(profile, "plan_models");
	portal = source_portal(models_query(leaderboard, viewer, with_group),
						   leaderboard, viewer, rank_binary);
	LBD_LEAVE(profile);

	LBD_ENTER(profile, "execute_models");
	lbd_scope_rows(profile, PortalRunFetch(portal, FETCH_FORWARD, FETCH_ALL,
										   dest));
	LBD_LEAVE(profile);
	*relations = portal_relations(portal, context);
	SPI_cursor_close(portal);
}

/*
 * How the server would run the query of a source, with the numbers of a run
 * that is made for it: the text of EXPLAIN (ANALYZE, BUFFERS), in SPI's
 * memory.  Needs an SPI connection.
 */
char *
lbd_source_plan(const LbdLeaderboard *leaderboard, const LbdViewer *viewer,
				bool of_models, bool rank_binary, bool with_group)
{
	SPIExecuteOptions options = {0};
	StringInfoData plan;
	const char *query = of_models ?
		models_query(leaderboard, viewer, with_group) :
		benchmarks_query(leaderboard, viewer);

	/* EXPLAIN counts as a command that writes; the query does not. */
	options.params = source_params(leaderboard, viewer, rank_binary);
	if (SPI_execute_extended(psprintf("EXPLAIN (ANALYZE, BUFFERS, SETTINGS) %s",
									  query), &options) != SPI_OK_UTILITY)
		elog(ERROR, "could not explain a query of the sources");
	initStringInfo(&plan);
	for (uint64 i = 0; i < SPI_processed; i++)
		appendStringInfo(&plan, "%s%s", i > 0 ? "\n" : "",
						 SPI_getvalue(SPI_tuptable->vals[i],
									  SPI_tuptable->tupdesc, 1));
	return plan.data;
}

/*
 * Runs the query with which an application reads a source: all columns of the
 * rows that the viewer sees.  Its rows go to dest.  Needs an SPI connection.
 */
void
lbd_source_application_query(const LbdLeaderboard *leaderboard,
							 const LbdViewer *viewer, bool of_models,
							 DestReceiver *dest)
{
	SPIExecuteOptions options = {0};
	Relation	relation = of_models ?
		lbd_source_open(leaderboard, "models", leaderboard->models) :
		lbd_source_open(leaderboard, "benchmarks", leaderboard->benchmarks);
	char	   *query;

	/* Columns that the payload cannot be made of are the same errors here. */
	if (of_models)
		(void) lbd_source_select(relation, model_columns,
								 lengthof(model_columns));
	else
		(void) lbd_source_select(relation, benchmark_columns,
								 lengthof(benchmark_columns));
	query = psprintf("SELECT %s FROM %s WHERE %s AND %s",
					 lbd_source_columns(relation), lbd_source_name(relation),
					 lbd_domain_condition(relation),
					 of_models ? lbd_viewer_condition(relation, viewer) :
					 visible_condition(relation, viewer));
	relation_close(relation, NoLock);
	options.params = source_params(leaderboard, viewer, false);
	options.read_only = true;
	options.dest = dest;
	if (SPI_execute_extended(query, &options) < 0)
		elog(ERROR, "could not run a query of the sources");
}
