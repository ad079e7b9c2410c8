/*-------------------------------------------------------------------------
 *
 * recorded_run.c
 *	  Recorded runs and their metrics.
 *
 * All functions need an SPI connection; results live in the current context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"

#include "report/recorded_run.h"

/* A time as a whole number of microseconds. */
#define US(ms) \
	"(pg_catalog.round((" ms ")::pg_catalog.numeric, 3)" \
	" OPERATOR(pg_catalog.*) 1000)::pg_catalog.int8"
/* The range of times that are shown with as many digits. */
#define RANGE(low, high) \
	"pg_catalog.round((" low ")::pg_catalog.numeric, 3)::pg_catalog.float8," \
	" pg_catalog.round((" high ")::pg_catalog.numeric, 3)::pg_catalog.float8"
#define NO_RANGE "NULL::pg_catalog.float8, NULL::pg_catalog.float8"

static const LbdRunKind kinds[] = {
	{
		.name = "payload",
		.metrics_query =
		"SELECT v.* FROM %1$s._lbdiag_run AS r CROSS JOIN LATERAL (VALUES"
		" (1, 'total', 'bytes', 'bytes', r.bytes, " NO_RANGE "),"
		" (1, 'total', 'compressed_bytes', 'bytes', r.compressed_bytes, " NO_RANGE "),"
		" (1, 'total', 'models', 'models', r.models, " NO_RANGE "),"
		" (1, 'total', 'application_time', 'ms', " US("r.application_ms") ", " NO_RANGE "),"
		" (1, 'total', 'builder_time', 'ms', " US("r.builder_ms") ","
		RANGE("r.builder_min_ms", "r.builder_max_ms") "),"
		" (1, 'total', 'query_time', 'ms', " US("r.query_ms") ", " NO_RANGE ")"
		") AS v (number, kind, name, unit, value, low, high)"
		" WHERE r.id OPERATOR(pg_catalog.=) $1 AND v.value IS NOT NULL"
		" UNION ALL SELECT v.number, v.kind, c.component, 'bytes', v.value, " NO_RANGE
		" FROM %1$s._lbdiag_run_component AS c CROSS JOIN LATERAL (VALUES"
		" (2, 'component', c.bytes), (3, 'component_compressed', c.compressed_bytes)"
		") AS v (number, kind, value)"
		" WHERE c.run OPERATOR(pg_catalog.=) $1 AND v.value IS NOT NULL"
		" UNION ALL SELECT 4, 'path', pg_catalog.concat(p.component, ':', p.path), 'bytes', p.bytes, " NO_RANGE
		" FROM %1$s._lbdiag_run_path AS p WHERE p.run OPERATOR(pg_catalog.=) $1"
		" UNION ALL SELECT v.number, v.kind, f.function, v.unit, v.value, v.low, v.high"
		" FROM %1$s._lbdiag_run_function AS f CROSS JOIN LATERAL (VALUES"
		" (5, 'function', 'ms', " US("f.tottime_ms") ", " RANGE("f.tottime_min_ms", "f.tottime_max_ms") "),"
		" (6, 'function_cumtime', 'ms', " US("f.cumtime_ms") ", " RANGE("f.cumtime_min_ms", "f.cumtime_max_ms") "),"
		" (7, 'function_ncalls', 'calls', f.ncalls, " NO_RANGE ")"
		") AS v (number, kind, unit, value, low, high)"
		" WHERE f.run OPERATOR(pg_catalog.=) $1",
		.less = "smaller",
		.more = "larger"
	},
	{
		.name = "statement",
		.metrics_query =
		"SELECT 1 AS number, 'total' AS kind, 'time' AS name, 'ms' AS unit, " US("r.statement_ms") " AS value,"
		" r.statement_min_ms AS low, r.statement_max_ms AS high"
		" FROM %1$s._lbdiag_run AS r WHERE r.id OPERATOR(pg_catalog.=) $1"
		" UNION ALL SELECT v.number, v.kind, p.function, v.unit, v.value, v.low, v.high"
		" FROM %1$s._lbdiag_run_function AS p CROSS JOIN LATERAL (VALUES"
		" (2, 'time', 'ms', " US("p.tottime_ms") ", p.tottime_min_ms, p.tottime_max_ms),"
		" (3, 'cumulative time', 'ms', " US("p.cumtime_ms") ", p.cumtime_min_ms, p.cumtime_max_ms),"
		" (4, 'calls', 'calls', p.ncalls, " NO_RANGE "),"
		" (5, 'blocks', 'blocks', p.shared_blks, " NO_RANGE "),"
		" (6, 'temporary blocks', 'blocks', p.temp_blks, " NO_RANGE ")"
		") AS v (number, kind, unit, value, low, high)"
		" WHERE p.run OPERATOR(pg_catalog.=) $1",
		.less = "fewer",
		.more = "more"
	}
};

static void run_missing(const char *schema, int64 id);
static const LbdRunKind *kind_of(const LbdRow *row);
static int64 int64_of(const LbdRow *row, const char *column);
static double double_of(const LbdRow *row, const char *column, bool *isnull);
static LbdMetric read_metric(const LbdRow *row, const LbdRecordedRun *run);

/*
 * Reads a run; one that does not exist is an error.
 */
void
lbd_recorded_run(LbdRecordedRun *run, const char *schema, int64 id)
{
	Oid			types[] = {INT8OID};
	Datum		values[] = {Int64GetDatum(id)};
	bool		isnull;

	/* The cache is cold by the same rule as in lbdiag_runs. */
	if (lbd_query_rows(psprintf("SELECT r.*, CASE WHEN (r.buffers_read OPERATOR(pg_catalog.*) 10)"
								" OPERATOR(pg_catalog.>) (r.buffers_hit OPERATOR(pg_catalog.+) r.buffers_read)"
								" THEN 'cold' WHEN r.buffers_read IS NOT NULL THEN 'warm' END AS cache"
								" FROM %s._lbdiag_run AS r WHERE r.id OPERATOR(pg_catalog.=) $1",
								schema), 1, types, values, NULL) == 0)
		run_missing(schema, id);
	run->id = id;
	run->row = lbd_result_row(0, "_lbdiag_run");
	run->kind = kind_of(&run->row);
	run->repetitions = DatumGetInt32(lbd_row_value(&run->row, "repetitions",
												   INT4OID));
	run->encoding = lbd_row_text(&run->row, "encoding");
	run->paths_left_out = int64_of(&run->row, "paths_left_out");
	run->changing = int64_of(&run->row, "changing_bytes");
	run->reference_low = double_of(&run->row, "reference_min_ms", &isnull);
	run->reference_high = double_of(&run->row, "reference_max_ms", &isnull);
}

static void
run_missing(const char *schema, int64 id)
{
	char	   *latest =
		lbd_query_list(psprintf("SELECT pg_catalog.concat(r.id, ' (', COALESCE(r.payload, r.label), ')')"
								" FROM %s._lbdiag_run AS r ORDER BY r.at DESC, r.id DESC LIMIT 5",
								schema));

	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("run " INT64_FORMAT " does not exist", id),
			 latest ? errhint("The latest runs are: %s.", latest) :
			 errhint("No run is recorded. Use lbdiag_record or lbdiag_record_sql.")));
}

static const LbdRunKind *
kind_of(const LbdRow *row)
{
	const char *name = lbd_row_text(row, "kind");

	for (size_t i = 0; i < lengthof(kinds); i++)
	{
		if (name && strcmp(name, kinds[i].name) == 0)
			return &kinds[i];
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TABLE_DEFINITION),
			 errmsg("table \"_lbdiag_run\" has a run of an unknown kind"),
			 errhint("Add the table's constraints again.")));
}

/* The number in a column, 0 for null. */
static int64
int64_of(const LbdRow *row, const char *column)
{
	bool		isnull;
	Datum		value = lbd_row_datum(row, column, INT8OID, &isnull);

	return isnull ? 0 : DatumGetInt64(value);
}

static double
double_of(const LbdRow *row, const char *column, bool *isnull)
{
	Datum		value = lbd_row_datum(row, column, FLOAT8OID, isnull);

	return *isnull ? 0 : DatumGetFloat8(value);
}

/*
 * Reads the metrics of a run, sorted.
 */
LbdMetrics
lbd_recorded_metrics(const char *schema, const LbdRecordedRun *run)
{
	Oid			types[] = {INT8OID};
	Datum		values[] = {Int64GetDatum(run->id)};
	LbdMetrics	metrics;

	metrics.count = (int) lbd_query_rows(psprintf(run->kind->metrics_query, schema),
										 1, types, values, NULL);
	metrics.rows = palloc_extended((metrics.count + 1) * sizeof(LbdMetric),
								   MCXT_ALLOC_HUGE);
	for (int i = 0; i < metrics.count; i++)
	{
		LbdRow		row = lbd_result_row(i, "_lbdiag_run");

		CHECK_FOR_INTERRUPTS();
		metrics.rows[i] = read_metric(&row, run);
	}
	SPI_freetuptable(SPI_tuptable);
	qsort(metrics.rows, metrics.count, sizeof(LbdMetric), lbd_metric_order);
	return metrics;
}

static LbdMetric
read_metric(const LbdRow *row, const LbdRecordedRun *run)
{
	LbdMetric	metric = {0};
	bool		no_low;
	bool		no_high;

	metric.number = DatumGetInt32(lbd_row_value(row, "number", INT4OID));
	metric.kind = lbd_row_text(row, "kind");
	metric.name = lbd_row_text(row, "name");
	metric.unit = lbd_row_text(row, "unit");
	metric.value = DatumGetInt64(lbd_row_value(row, "value", INT8OID));
	metric.low = double_of(row, "low", &no_low);
	metric.high = double_of(row, "high", &no_high);
	metric.has_range = !no_low && !no_high &&
		run->reference_low > 0 && run->reference_high > 0;
	if (metric.has_range)
	{
		metric.low /= run->reference_high;
		metric.high /= run->reference_low;
	}
	return metric;
}

/*
 * The order of metrics: by number of the kind, and name.
 */
int
lbd_metric_order(const void *a, const void *b)
{
	const LbdMetric *left = a;
	const LbdMetric *right = b;

	if (left->number != right->number)
		return left->number < right->number ? -1 : 1;
	return strcmp(left->name, right->name);
}
