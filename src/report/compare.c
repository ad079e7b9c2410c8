/*-------------------------------------------------------------------------
 *
 * compare.c
 *	  What differs between two recorded runs.
 *
 * The metrics of each run are read, paired and judged.
 * Times are noisy: they are compared by the ranges of the repetitions, in the
 * unit of the reference load that was measured between them, since a machine
 * that is busy makes both longer.  Everything else is exact.
 *
 * All functions need an SPI connection; results live in the current context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "compat.h"
#include "report/compare.h"
#include "report/recorded_run.h"

/*
 * By so many bytes the compressed size varies with the time of the build that
 * is in the payload.
 */
#define LBD_COMPRESSED_NOISE	64

/* A metric of both runs, or of one of them. */
typedef struct LbdPair
{
	const LbdMetric *before;	/* of the first run, or NULL */
	const LbdMetric *after;		/* of the second run, or NULL */
	int64		changing;		/* bytes by which the time of the build alone
								 * makes the second one larger */
} LbdPair;

/* Two runs that are compared. */
typedef struct LbdComparison
{
	LbdRecordedRun before;		/* the first one */
	LbdRecordedRun after;		/* the second one */
	LbdPair    *pairs;			/* their metrics, by number and name */
	int			count;			/* how many there are */
	List	   *same;			/* char *: components without a change */
	bool		all_same;		/* no component and not the whole has one */
} LbdComparison;

static void must_be_of_one_kind(const LbdComparison *comparison);
static List *notes_of(const LbdComparison *comparison);
static void pair_metrics(LbdComparison *comparison, const LbdMetrics *before,
						 const LbdMetrics *after);
static bool changes_itself(const LbdMetric *metric);
static void find_same(LbdComparison *comparison);
static bool is_total(const LbdMetric *metric, const char *name);
static bool is_same(const LbdPair *pair);
static LbdDifference judge(const LbdComparison *comparison,
						   const LbdPair *pair);
static bool is_incomparable(const LbdComparison *comparison,
							const LbdPair *pair, const char **verdict);
static const char *verdict_on(const LbdComparison *comparison,
							  const LbdPair *pair);
static bool is_compressed_noise(const LbdComparison *comparison,
								const LbdPair *pair);
static int	compare_differences(const void *a, const void *b);
static int	compare_amounts(const LbdDifference *a, int64 left,
							const LbdDifference *b, int64 right);

/*
 * What differs between two runs, which are given by pointers to their numbers.
 * schema is the extension's, quoted.
 */
LbdDifferences *
lbd_compare_runs(const char *schema, const int64 *before, const int64 *after)
{
	LbdDifferences *differences = palloc0(sizeof(LbdDifferences));
	LbdComparison comparison = {0};
	LbdMetrics	first;
	LbdMetrics	second;

	if (before == NULL || after == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("a run to compare must not be null"),
				 errhint("lbdiag_record and lbdiag_record_sql return the number of a run; lbdiag_runs lists them.")));
	lbd_recorded_run(&comparison.before, schema, *before);
	lbd_recorded_run(&comparison.after, schema, *after);
	must_be_of_one_kind(&comparison);
	differences->kind = comparison.after.kind->name;
	differences->notes = notes_of(&comparison);
	first = lbd_recorded_metrics(schema, &comparison.before);
	second = lbd_recorded_metrics(schema, &comparison.after);
	pair_metrics(&comparison, &first, &second);
	find_same(&comparison);
	differences->rows = palloc_extended((comparison.count + 1) *
										sizeof(LbdDifference),
										MCXT_ALLOC_HUGE);
	for (int i = 0; i < comparison.count; i++)
		differences->rows[differences->count++] =
			judge(&comparison, &comparison.pairs[i]);
	qsort(differences->rows, differences->count, sizeof(LbdDifference),
		  compare_differences);
	return differences;
}

static void
must_be_of_one_kind(const LbdComparison *comparison)
{
	const LbdRecordedRun *b = &comparison->before;
	const LbdRecordedRun *a = &comparison->after;

	if (a->kind != b->kind)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("runs " INT64_FORMAT " and " INT64_FORMAT " are of different kinds",
						b->id, a->id),
				 errdetail("They are of the kinds \"%s\" and \"%s\".",
						   b->kind->name, a->kind->name),
				 errhint("Compare runs of the same kind; lbdiag_runs lists them.")));
}

/*
 * What makes the metrics of two runs harder to compare.
 */
static List *
notes_of(const LbdComparison *comparison)
{
	static const struct
	{
		const char *what;		/* in words */
		const char *column;		/* of a run */
	}			compared[] = {
		{"statements", "statement"},
		{"leaderboards", "payload"}, {"viewers", "viewer"},
		{"layouts", "layout"}, {"environments", "environment"},
		{"server versions", "server_version"},
		{"extension versions", "extension_version"},
		{"encodings", "encoding"}, {"cache states", "cache"},
		{"machines", "machine"}
	};
	const LbdRecordedRun *b = &comparison->before;
	const LbdRecordedRun *a = &comparison->after;
	List	   *notes = NIL;

	for (size_t i = 0; i < lengthof(compared); i++)
	{
		char	   *before = lbd_row_text(&b->row, compared[i].column);
		char	   *after = lbd_row_text(&a->row, compared[i].column);

		if (before && after && strcmp(before, after) != 0)
			notes = lappend(notes,
							psprintf("the runs have different %s: %s and %s",
									 compared[i].what, before, after));
	}
	if (Min(b->repetitions, a->repetitions) == 1 && b->id != a->id)
		notes = lappend(notes,
						pstrdup("times were measured once, so their noise is not known: "
								"record with repetitions => 3 or more"));
	return notes;
}

/*
 * Pairs the metrics of both runs, which are sorted.
 */
static void
pair_metrics(LbdComparison *comparison, const LbdMetrics *before,
			 const LbdMetrics *after)
{
	int			b = 0;
	int			a = 0;

	comparison->pairs = palloc_extended((before->count + after->count + 1) *
										sizeof(LbdPair), MCXT_ALLOC_HUGE);
	while (b < before->count || a < after->count)
	{
		int			order = b == before->count ? 1 : a == after->count ? -1 :
			lbd_metric_order(&before->rows[b], &after->rows[a]);
		LbdPair    *pair = &comparison->pairs[comparison->count++];
		const LbdMetric *metric;

		CHECK_FOR_INTERRUPTS();
		pair->before = order <= 0 ? &before->rows[b++] : NULL;
		pair->after = order >= 0 ? &after->rows[a++] : NULL;
		/* There is one of the two. */
		metric = order <= 0 ? pair->before : pair->after;
		pair->changing = changes_itself(metric) ?
			comparison->after.changing - comparison->before.changing : 0;
	}
}

/*
 * Whether the time of the build, which is in the payload and is written with
 * more or fewer digits, is in a metric.
 */
static bool
changes_itself(const LbdMetric *metric)
{
	static const char *const paths[] = {
		"filter_options:$", "filter_options:$.datetime_range",
		"filter_options:$.datetime_range.max"
	};

	if (strcmp(metric->kind, "total") == 0)
		return strcmp(metric->name, "bytes") == 0;
	if (strcmp(metric->kind, "component") == 0)
		return strcmp(metric->name, "filter_options") == 0;
	for (size_t i = 0; i < lengthof(paths); i++)
	{
		if (strcmp(metric->kind, "path") == 0 &&
			strcmp(metric->name, paths[i]) == 0)
			return true;
	}
	return false;
}

/*
 * Finds the components in which nothing but that has changed, and whether it
 * is so of all.
 */
static void
find_same(LbdComparison *comparison)
{
	comparison->all_same = true;
	for (int i = 0; i < comparison->count; i++)
	{
		const LbdPair *pair = &comparison->pairs[i];
		const LbdMetric *metric = pair->before ? pair->before : pair->after;
		bool		is_component = strcmp(metric->kind, "component") == 0;

		if (!is_component && !is_total(metric, "bytes"))
			continue;
		if (!is_same(pair))
			comparison->all_same = false;
		else if (is_component)
			comparison->same = lappend(comparison->same,
									   unconstify(char *, metric->name));
	}
}

static bool
is_total(const LbdMetric *metric, const char *name)
{
	return strcmp(metric->kind, "total") == 0 &&
		strcmp(metric->name, name) == 0;
}

static bool
is_same(const LbdPair *pair)
{
	return pair->before && pair->after &&
		pair->before->value == pair->after->value - pair->changing;
}

static LbdDifference
judge(const LbdComparison *comparison, const LbdPair *pair)
{
	const LbdMetric *metric = pair->before ? pair->before : pair->after;
	LbdDifference row = {
		.number = metric->number,.kind = metric->kind,.name = metric->name,
		.unit = metric->unit,.has_before = pair->before != NULL,
		.has_after = pair->after != NULL,.has_delta = true
	};

	row.scale = strcmp(metric->unit, "ms") == 0 ? LBD_METRIC_TIME_SCALE : 0;
	row.before = pair->before ? pair->before->value : 0;
	row.after = pair->after ? pair->after->value : 0;
	row.delta = row.after - row.before;
	if (is_incomparable(comparison, pair, &row.verdict))
	{
		row.has_delta = false;
		row.delta = 0;
	}
	else if (pair->before == NULL)
		row.verdict = "added";
	else if (pair->after == NULL)
		row.verdict = "removed";
	else
		row.verdict = verdict_on(comparison, pair);
	return row;
}

/*
 * Whether the two amounts tell nothing about a change, and why.
 */
static bool
is_incomparable(const LbdComparison *comparison, const LbdPair *pair,
				const char **verdict)
{
	const LbdRecordedRun *b = &comparison->before;
	const LbdRecordedRun *a = &comparison->after;
	const LbdMetric *metric = pair->before ? pair->before : pair->after;

	if ((strcmp(metric->kind, "component_compressed") == 0 ||
		 is_total(metric, "compressed_bytes")) &&
		b->encoding && a->encoding && strcmp(b->encoding, a->encoding) != 0)
	{
		*verdict = "different encoding";
		return true;
	}
	/* Of a run with many paths, the small ones are not known. */
	if (strcmp(metric->kind, "path") == 0 &&
		((pair->before == NULL && b->paths_left_out > 0) ||
		 (pair->after == NULL && a->paths_left_out > 0)))
	{
		*verdict = "not recorded";
		return true;
	}
	return false;
}

/*
 * The verdict on a metric that both runs have.
 */
static const char *
verdict_on(const LbdComparison *comparison, const LbdPair *pair)
{
	const LbdMetric *b = pair->before;
	const LbdMetric *a = pair->after;

	if (is_same(pair) || is_compressed_noise(comparison, pair))
		return "same";
	if (strcmp(b->unit, "ms") != 0)
		return a->value < b->value ? comparison->after.kind->less :
			comparison->after.kind->more;
	if (Min(comparison->before.repetitions, comparison->after.repetitions) == 1 ||
		!b->has_range || !a->has_range)
		return "unknown";
	if (a->high < b->low)
		return "faster";
	return a->low > b->high ? "slower" : "within noise";
}

/*
 * Whether compressed bytes differ by no more than the time of the build makes
 * them.
 */
static bool
is_compressed_noise(const LbdComparison *comparison, const LbdPair *pair)
{
	const LbdMetric *metric = pair->before;
	ListCell   *cell;

	if (lbd_abs(pair->after->value - metric->value) > LBD_COMPRESSED_NOISE)
		return false;
	if (is_total(metric, "compressed_bytes"))
		return comparison->all_same;
	if (strcmp(metric->kind, "component_compressed") != 0 ||
		strcmp(metric->name, "row_data") == 0)
		return false;
	foreach(cell, comparison->same)
	{
		if (strcmp(lfirst(cell), metric->name) == 0)
			return true;
	}
	return false;
}

/*
 * By kind, from the largest change on; what has none comes last.
 */
static int
compare_differences(const void *a, const void *b)
{
	const LbdDifference *left = a;
	const LbdDifference *right = b;
	int			order;

	if (left->number != right->number)
		return left->number < right->number ? -1 : 1;
	if (left->has_delta != right->has_delta)
		return left->has_delta ? -1 : 1;
	order = compare_amounts(right, lbd_abs(right->delta), left, lbd_abs(left->delta));
	if (order == 0)
		order = compare_amounts(right, Max(right->before, right->after),
								left, Max(left->before, left->after));
	return order ? order : strcmp(left->name, right->name);
}

/* Compares amounts of two metrics in the units of each. */
static int
compare_amounts(const LbdDifference *a, int64 left, const LbdDifference *b,
				int64 right)
{
	double		left_units = (double) left / pow(10, a->scale);
	double		right_units = (double) right / pow(10, b->scale);

	return left_units < right_units ? -1 : left_units > right_units;
}

/*
 * What was added in percent of what there was, or NULL.
 */
Numeric
lbd_difference_percent(const LbdDifference *row)
{
	Datum		percent;

	if (!row->has_delta || row->before == 0)
		return NULL;
	percent = DirectFunctionCall2(numeric_mul,
								  NumericGetDatum(int64_to_numeric(100)),
								  NumericGetDatum(int64_to_numeric(row->delta)));
	percent = DirectFunctionCall2(numeric_div, percent,
								  NumericGetDatum(int64_to_numeric(row->before)));
	return DatumGetNumeric(DirectFunctionCall2(numeric_round, percent,
											   Int32GetDatum(1)));
}
