/*-------------------------------------------------------------------------
 *
 * html_data.c
 *	  What the HTML reports show, read from the functions that measure it.
 *
 * All of it is read through SPI by texts of queries that are constant but for
 * the extension's schema, and lives until SPI_finish.  They are read-only, so
 * that all of them see what the caller's statement sees.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "leaderboard/spi_query.h"
#include "report/html_data.h"

/* Columns of a path, of an audit of either kind. */
#define LBD_PATH_COLUMNS \
	"a.path, a.depth::pg_catalog.int8 AS depth, a.types, a.occurrences, a.bytes," \
	" a.share::pg_catalog.float8 AS share, a.compressed_bytes, a.compressed_own_bytes," \
	" a.key_bytes OPERATOR(pg_catalog.+) a.value_bytes" \
	" OPERATOR(pg_catalog.+) a.syntax_bytes AS own"

static uint64 run_request(const LbdHtmlRequest * request, const char *query);
static LbdHtmlSizes * read_sizes(uint64 nrows, const char *relation);
static LbdHtmlPath read_path(const LbdRow *row);
static LbdHtmlTip * read_tip(const LbdRow *row);
static Oid	run_statements(const LbdHtmlStatements * statements, Datum *tree);
static LbdHtmlPlaces * read_places(uint64 nrows);
static int	place_of(const LbdHtmlPlaces * tree, int64 node);
static LbdHtmlChange read_change(const LbdRow *row);
static int64 int64_of(const LbdRow *row, const char *column, int64 otherwise);
static double double_of(const LbdRow *row, const char *column,
						double otherwise);
static bool bool_of(const LbdRow *row, const char *column);

/*
 * Reads the audit of a leaderboard: what is sent.
 */
LbdHtmlSizes *
lbd_html_read_audit(const LbdHtmlRequest * request)
{
	uint64		nrows;

	nrows = run_request(request,
						psprintf("SELECT a.component, a.sent, " LBD_PATH_COLUMNS
								 " FROM %s.lbdiag_audit_detail($1, $2, $3, NULL) AS a",
								 request->schema));
	return read_sizes(nrows, "lbdiag_audit_detail");
}

/*
 * Reads the audit of a query, which is run for it.
 */
LbdHtmlSizes *
lbd_html_read_query(const char *schema, const char *query)
{
	Oid			types[] = {TEXTOID};
	Datum		values[] = {query ? CStringGetTextDatum(query) : (Datum) 0};
	uint64		nrows;

	nrows = lbd_query_rows(psprintf("SELECT a.column_name AS component, true AS sent, "
									LBD_PATH_COLUMNS
									" FROM %s.lbdiag_audit_query_detail($1, NULL) AS a",
									schema),
						   lengthof(values), types, values, query ? NULL : "n");
	return read_sizes(nrows, "lbdiag_audit_query_detail");
}

/* Runs a query whose parameters are the domain, the viewer and the layout. */
static uint64
run_request(const LbdHtmlRequest * request, const char *query)
{
	Oid			types[] = {TEXTOID, TEXTOID, TEXTOID};
	const char *texts[] = {request->domain, request->viewer, request->layout};
	Datum		values[lengthof(types)] = {0};
	char		nulls[] = "nnn";

	for (int i = 0; i < (int) lengthof(types); i++)
	{
		if (texts[i] == NULL)
			continue;
		values[i] = CStringGetTextDatum(texts[i]);
		nulls[i] = ' ';
	}
	return lbd_query_rows(query, lengthof(types), types, values, nulls);
}

/* Reads the rows of an audit: TOTAL is the one without a path. */
static LbdHtmlSizes *
read_sizes(uint64 nrows, const char *relation)
{
	LbdHtmlSizes *sizes = palloc0(sizeof(LbdHtmlSizes));

	sizes->paths = palloc_extended((nrows + 1) * sizeof(LbdHtmlPath),
								   MCXT_ALLOC_HUGE);
	for (uint64 i = 0; i < nrows; i++)
	{
		LbdRow		row = lbd_result_row(i, relation);
		LbdHtmlPath path;

		CHECK_FOR_INTERRUPTS();
		path = read_path(&row);
		if (path.path == NULL && path.component != NULL)
			sizes->total = path;
		else if (path.sent)
		{
			sizes->paths[sizes->count++] = path;
			if (path.own_compressed >= 0)
				sizes->compressed = true;
		}
	}
	SPI_freetuptable(SPI_tuptable);
	return sizes;
}

static LbdHtmlPath
read_path(const LbdRow *row)
{
	LbdHtmlPath path;

	path.component = lbd_row_text(row, "component");
	path.path = lbd_row_text(row, "path");
	path.depth = int64_of(row, "depth", 0);
	path.types = lbd_row_text(row, "types");
	path.occurrences = int64_of(row, "occurrences", -1);
	path.bytes = int64_of(row, "bytes", 0);
	path.share = double_of(row, "share", 0);
	path.compressed = int64_of(row, "compressed_bytes", -1);
	path.own = Max(int64_of(row, "own", 0), 0);
	path.own_compressed = int64_of(row, "compressed_own_bytes", -1);
	path.sent = bool_of(row, "sent");
	return path;
}

/*
 * Reads what could be done about a leaderboard's payload: LbdHtmlTip.
 */
List *
lbd_html_read_tips(const LbdHtmlRequest * request)
{
	List	   *tips = NIL;
	uint64		nrows;

	nrows = run_request(request,
						psprintf("SELECT o.priority::pg_catalog.int8 AS priority, o.impact, o.rules,"
								 " o.action, o.trade_off, o.apply, o.bytes_saved, o.compressed_saved, o.sampled,"
								 " o.share_saved::pg_catalog.float8 AS share,"
								 " o.compressed_share_saved::pg_catalog.float8 AS compressed_share"
								 " FROM (SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(a))"
								 " FILTER (WHERE a.path IS NOT NULL), '[]') AS audit"
								 " FROM %s.lbdiag_audit_detail($1, $2, $3) AS a) AS a"
								 " CROSS JOIN LATERAL %s._lbdiag_opportunity_rows($1, $2, $3, a.audit) AS o"
								 " ORDER BY o.priority", request->schema, request->schema));
	for (uint64 i = 0; i < nrows; i++)
	{
		LbdRow		row = lbd_result_row(i, "lbdiag_opportunities");

		tips = lappend(tips, read_tip(&row));
	}
	SPI_freetuptable(SPI_tuptable);
	return tips;
}

static LbdHtmlTip *
read_tip(const LbdRow *row)
{
	LbdHtmlTip *tip = palloc0(sizeof(LbdHtmlTip));
	bool		isnull;
	Datum		array = lbd_row_datum(row, "rules", TEXTARRAYOID, &isnull);
	Datum	   *rules;
	int			nrules = 0;

	tip->priority = int64_of(row, "priority", 0);
	tip->impact = lbd_row_text(row, "impact");
	tip->action = lbd_row_text(row, "action");
	tip->trade_off = lbd_row_text(row, "trade_off");
	tip->apply = lbd_row_text(row, "apply");
	tip->saved = int64_of(row, "bytes_saved", 0);
	tip->share = double_of(row, "share", NAN);
	(void) lbd_row_datum(row, "compressed_saved", INT8OID, &tip->compressed);
	tip->compressed = !tip->compressed;
	tip->saved_compressed = int64_of(row, "compressed_saved", 0);
	tip->share_compressed = double_of(row, "compressed_share", NAN);
	tip->sampled = bool_of(row, "sampled");
	if (!isnull)
		deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false,
						  TYPALIGN_INT, &rules, NULL, &nrules);
	for (int i = 0; i < nrules; i++)
		tip->rules = lappend(tip->rules, TextDatumGetCString(rules[i]));
	return tip;
}

/*
 * Reads the targets of a leaderboard, of each metric in each phase the
 * strongest: LbdHtmlTarget.
 */
List *
lbd_html_read_targets(const LbdHtmlRequest * request)
{
	List	   *targets = NIL;
	uint64		nrows;

	nrows = run_request(request,
						psprintf("SELECT t.phase, t.metric, t.target::pg_catalog.float8 AS target"
								 " FROM (SELECT DISTINCT ON (t.phase, t.metric) t.phase, t.metric, t.target"
								 " FROM %s.lbdiag_target AS t"
								 " WHERE t.domain OPERATOR(pg_catalog.=) $1 OR t.domain IS NULL"
								 " ORDER BY t.phase, t.metric, t.domain IS NULL, t.built_in) AS t"
								 " WHERE t.target OPERATOR(pg_catalog.<) 1e30"
								 " ORDER BY t.phase, t.metric", request->schema));
	for (uint64 i = 0; i < nrows; i++)
	{
		LbdRow		row = lbd_result_row(i, "lbdiag_target");
		LbdHtmlTarget *target = palloc(sizeof(LbdHtmlTarget));

		target->phase = lbd_row_text(&row, "phase");
		target->metric = lbd_row_text(&row, "metric");
		target->target = double_of(&row, "target", INFINITY);
		targets = lappend(targets, target);
	}
	SPI_freetuptable(SPI_tuptable);
	return targets;
}

/*
 * The time that the application took for the payload, in seconds, as it was
 * recorded last, or -1.
 */
double
lbd_html_read_seconds(const LbdHtmlRequest * request)
{
	double		ms = -1;

	if (run_request(request,
					psprintf("SELECT r.application_ms FROM %s.lbdiag_run AS r"
							 " WHERE r.domain OPERATOR(pg_catalog.=) $1"
							 " AND r.viewer OPERATOR(pg_catalog.=) $2"
							 " AND r.application_ms IS NOT NULL"
							 " ORDER BY r.at DESC, r.id DESC LIMIT 1",
							 request->schema)) > 0)
	{
		LbdRow		row = lbd_result_row(0, "lbdiag_run");

		ms = double_of(&row, "application_ms", -1);
	}
	SPI_freetuptable(SPI_tuptable);
	return ms < 0 ? -1 : ms / 1000;
}

/*
 * Reads the call tree of lbdiag's own builder, which builds the payload once.
 */
LbdHtmlPlaces *
lbd_html_read_build(const LbdHtmlRequest * request)
{
	uint64		nrows;

	nrows = run_request(request,
						psprintf("SELECT t.node::pg_catalog.int8 AS node, t.parent::pg_catalog.int8 AS parent,"
								 " t.function, t.source, t.ncalls, t.self_ms, t.cum_ms, t.recursive"
								 " FROM %s._lbdiag_call_tree($1, $2, $3, 1, NULL, 1) AS t"
								 " ORDER BY t.node", request->schema));
	return read_places(nrows);
}

/*
 * Runs statements, and reads their profile.
 */
LbdHtmlProfile *
lbd_html_read_profile(const LbdHtmlStatements * statements)
{
	LbdHtmlProfile *profile = palloc0(sizeof(LbdHtmlProfile));
	const char *schema = statements->schema;
	Datum		tree;
	Oid			type = run_statements(statements, &tree);
	uint64		nrows;

	nrows = lbd_query_rows("SELECT t.node::pg_catalog.int8 AS node, t.parent::pg_catalog.int8 AS parent,"
						   " t.function, t.source, t.ncalls, t.self_ms, t.cum_ms, t.recursive"
						   " FROM pg_catalog.unnest($1) AS t ORDER BY t.node",
						   1, &type, &tree, NULL);
	profile->tree = read_places(nrows);
	nrows = lbd_query_rows(psprintf("SELECT a.line FROM %s._lbdiag_place_answer($1) AS a (line)",
									schema), 1, &type, &tree, NULL);
	profile->answer = lbd_report_create();
	for (uint64 i = 0; i < nrows; i++)
	{
		LbdRow		row = lbd_result_row(i, "_lbdiag_place_answer");

		lbd_report_line(profile->answer, "%s", lbd_row_text(&row, "line"));
	}
	nrows = lbd_query_rows(psprintf("SELECT f.share, f.finding, f.advice"
									" FROM %s._lbdiag_place_findings($1) AS f",
									schema), 1, &type, &tree, NULL);
	for (uint64 i = 0; i < nrows; i++)
	{
		LbdRow		row = lbd_result_row(i, "_lbdiag_place_findings");
		LbdHtmlFinding *finding = palloc(sizeof(LbdHtmlFinding));

		finding->share = double_of(&row, "share", NAN);
		finding->finding = lbd_row_text(&row, "finding");
		finding->advice = lbd_row_text(&row, "advice");
		profile->findings = lappend(profile->findings, finding);
	}
	return profile;
}

/*
 * Runs statements, which may write.  Returns the type of their call tree as
 * one value.
 */
static Oid
run_statements(const LbdHtmlStatements * statements, Datum *tree)
{
	Oid			types[] = {TEXTOID, INT4OID, BOOLOID, BOOLOID};
	Datum		values[lengthof(types)] = {0};
	char		nulls[] = "nnnn";
	bool		isnull;
	int			result;

	if (statements->statement)
		values[0] = CStringGetTextDatum(statements->statement);
	if (statements->repetitions)
		values[1] = Int32GetDatum(*statements->repetitions);
	if (statements->rollback)
		values[2] = BoolGetDatum(*statements->rollback);
	if (statements->functions)
		values[3] = BoolGetDatum(*statements->functions);
	nulls[0] = statements->statement ? ' ' : 'n';
	nulls[1] = statements->repetitions ? ' ' : 'n';
	nulls[2] = statements->rollback ? ' ' : 'n';
	nulls[3] = statements->functions ? ' ' : 'n';
	result = SPI_execute_with_args(psprintf("SELECT pg_catalog.array_agg(p)"
											" FROM %s._lbdiag_profile_places($1, 1, $2, $3, $4) AS p",
											statements->schema),
								   lengthof(types), types, values, nulls, false, 1);
	if (result != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "query failed: %s", SPI_result_code_string(result));
	*tree = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	if (isnull)
		elog(ERROR, "call tree is empty");
	return SPI_gettypeid(SPI_tuptable->tupdesc, 1);
}

/*
 * Reads the places of a call tree, the result of the last query, in the order
 * of their numbers.
 */
static LbdHtmlPlaces *
read_places(uint64 nrows)
{
	LbdHtmlPlaces *tree = palloc0(sizeof(LbdHtmlPlaces));

	tree->places = palloc_extended((nrows + 1) * sizeof(LbdHtmlPlace),
								   MCXT_ALLOC_HUGE);
	for (uint64 i = 0; i < nrows; i++)
	{
		LbdRow		row = lbd_result_row(i, "_lbdiag_call_tree");
		LbdHtmlPlace *place = &tree->places[tree->count];

		CHECK_FOR_INTERRUPTS();
		place->node = int64_of(&row, "node", 0);
		place->function = lbd_row_text(&row, "function");
		place->source = lbd_row_text(&row, "source");
		place->calls = int64_of(&row, "ncalls", 0);
		place->self = Max(double_of(&row, "self_ms", 0), 0);
		place->time = double_of(&row, "cum_ms", 0);
		place->recursive = bool_of(&row, "recursive");
		place->parent = place_of(tree, int64_of(&row, "parent", 0));
		if (place->function == NULL || (place->parent < 0) != (tree->count == 0))
			elog(ERROR, "call tree has a place without a caller");
		tree->count++;
	}
	SPI_freetuptable(SPI_tuptable);
	return tree;
}

/* The index of a place by its number, or -1. */
static int
place_of(const LbdHtmlPlaces * tree, int64 node)
{
	int			low = 0;
	int			high = tree->count;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;

		if (tree->places[middle].node < node)
			low = middle + 1;
		else
			high = middle;
	}
	return low < tree->count && tree->places[low].node == node ? low : -1;
}

/*
 * Reads what differs between the two recorded runs: at most so many changes.
 */
LbdHtmlDifference *
lbd_html_read_difference(const LbdHtmlRequest * request, int most)
{
	const int64 *before = request->before;
	const int64 *after = request->after;
	LbdHtmlDifference *difference = palloc0(sizeof(LbdHtmlDifference));
	Oid			types[] = {INT8OID, INT8OID};
	Datum		values[] = {
		before ? Int64GetDatum(*before) : (Datum) 0,
		after ? Int64GetDatum(*after) : (Datum) 0
	};
	char		nulls[] = {before ? ' ' : 'n', after ? ' ' : 'n', '\0'};
	uint64		nrows;

	difference->changes = palloc(most * sizeof(LbdHtmlChange));
	nrows = lbd_query_rows(psprintf("SELECT c.kind, c.name, c.unit, c.verdict, c.before::pg_catalog.int8 AS before,"
									" c.after::pg_catalog.int8 AS after, c.delta::pg_catalog.int8 AS delta,"
									" CASE WHEN c.delta_pct OPERATOR(pg_catalog.>) 0 THEN '+' ELSE '' END"
									" OPERATOR(pg_catalog.||) c.delta_pct::pg_catalog.text AS percent"
									" FROM %s.lbdiag_compare($1, $2) AS c"
									" WHERE c.unit OPERATOR(pg_catalog.=) 'bytes'"
									" OR c.kind OPERATOR(pg_catalog.=) 'note'",
									request->schema), lengthof(types), types, values, nulls);
	for (uint64 i = 0; i < nrows; i++)
	{
		LbdRow		row = lbd_result_row(i, "lbdiag_compare");
		LbdHtmlChange change;

		CHECK_FOR_INTERRUPTS();
		change = read_change(&row);
		if (strcmp(change.kind, "note") == 0)
		{
			difference->notes = lappend(difference->notes,
										unconstify(char *, change.name));
			continue;
		}
		difference->largest = Max(difference->largest, Abs(change.delta));
		if (change.delta == 0 || strcmp(change.verdict, "same") == 0 ||
			strcmp(change.verdict, "not recorded") == 0)
			continue;
		if (difference->count < most)
			difference->changes[difference->count++] = change;
		difference->total++;
	}
	SPI_freetuptable(SPI_tuptable);
	return difference;
}

static LbdHtmlChange
read_change(const LbdRow *row)
{
	LbdHtmlChange change;

	change.kind = lbd_row_text(row, "kind");
	change.name = lbd_row_text(row, "name");
	change.percent = lbd_row_text(row, "percent");
	change.verdict = lbd_row_text(row, "verdict");
	(void) lbd_row_datum(row, "before", INT8OID, &change.has_before);
	change.has_before = !change.has_before;
	(void) lbd_row_datum(row, "after", INT8OID, &change.has_after);
	change.has_after = !change.has_after;
	change.before = int64_of(row, "before", 0);
	change.after = int64_of(row, "after", 0);
	change.delta = int64_of(row, "delta", 0);
	if (change.verdict == NULL)
		change.verdict = "";
	return change;
}

/*
 * Reads the recorded runs of a leaderboard and a viewer that have a layout.
 */
LbdHtmlRuns *
lbd_html_read_runs(const LbdHtmlRequest * request, const char *layout)
{
	LbdHtmlRequest recorded = *request;
	LbdHtmlRuns *runs = palloc0(sizeof(LbdHtmlRuns));
	uint64		nrows;

	recorded.layout = layout;
	nrows = run_request(&recorded,
						psprintf("SELECT r.at, r.bytes::pg_catalog.float8 AS bytes,"
								 " r.compressed_bytes::pg_catalog.float8 AS compressed_bytes"
								 " FROM %s.lbdiag_runs AS r"
								 " WHERE r.domain OPERATOR(pg_catalog.=) $1"
								 " AND r.viewer OPERATOR(pg_catalog.=) $2"
								 " AND r.layout OPERATOR(pg_catalog.=) $3"
								 " AND pg_catalog.isfinite(r.at)"
								 " ORDER BY r.at, r.run", request->schema));
	runs->at = palloc_extended((nrows + 1) * sizeof(TimestampTz), MCXT_ALLOC_HUGE);
	runs->bytes = palloc_extended((nrows + 1) * sizeof(double), MCXT_ALLOC_HUGE);
	runs->compressed = palloc_extended((nrows + 1) * sizeof(double), MCXT_ALLOC_HUGE);
	for (uint64 i = 0; i < nrows; i++)
	{
		LbdRow		row = lbd_result_row(i, "lbdiag_runs");

		CHECK_FOR_INTERRUPTS();
		runs->at[runs->count] =
			DatumGetTimestampTz(lbd_row_value(&row, "at", TIMESTAMPTZOID));
		runs->bytes[runs->count] = double_of(&row, "bytes", -1);
		runs->compressed[runs->count++] = double_of(&row, "compressed_bytes", -1);
	}
	SPI_freetuptable(SPI_tuptable);
	return runs;
}

/* The number in a column, or another one for null. */
static int64
int64_of(const LbdRow *row, const char *column, int64 otherwise)
{
	bool		isnull;
	Datum		value = lbd_row_datum(row, column, INT8OID, &isnull);

	return isnull ? otherwise : DatumGetInt64(value);
}

static double
double_of(const LbdRow *row, const char *column, double otherwise)
{
	bool		isnull;
	Datum		value = lbd_row_datum(row, column, FLOAT8OID, &isnull);

	return isnull ? otherwise : DatumGetFloat8(value);
}

/* Whether a column is true. */
static bool
bool_of(const LbdRow *row, const char *column)
{
	bool		isnull;
	Datum		value = lbd_row_datum(row, column, BOOLOID, &isnull);

	return !isnull && DatumGetBool(value);
}
