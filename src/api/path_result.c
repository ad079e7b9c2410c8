/*-------------------------------------------------------------------------
 *
 * path_result.c
 *	  The rows of a tree of paths, as the result of a function.
 *
 * What all trees tell of a path is filled in here; a function adds what only
 * it knows, and names the columns that it has.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/numeric.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

#include "api/path_result.h"
#include "json/path_fold.h"
#include "json/path_rows.h"

/* Decimals of a share. */
#define LBD_SHARE_PLACES	4
#define LBD_SHARE_ONE		10000

static void add_path(const LbdPath *path, void *arg);
static void fill_names(LbdPathRow *row, const LbdPathResult *result,
					   const LbdPath *path);
static void fill_counts(LbdPathRow *row, const LbdPathResult *result,
						const LbdPath *path);
static void fill_types(LbdPathRow *row, const LbdPathResult *result,
					   const LbdPath *path);
static void fill_spread(LbdPathRow *row, const LbdPath *path);
static Datum bigint_array(const int64 *numbers, int n);
static void fill_keys(LbdPathRow *row, const LbdPathResult *result,
					  const LbdPath *path);
static void fill_stored(LbdPathRow *row, const LbdPathResult *result,
						const LbdPath *path);

/*
 * Begins the result of a function that has these columns.
 */
void
lbd_path_result_init(LbdPathResult *result, FunctionCallInfo fcinfo,
					 const LbdPathColumn *columns, int ncolumns)
{
	Assert(ncolumns <= LBD_PATH_COLUMNS);
	InitMaterializedSRF(fcinfo, 0);
	memset(result, 0, sizeof(*result));
	result->rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	result->columns = columns;
	result->ncolumns = ncolumns;
	result->row = AllocSetContextCreate(CurrentMemoryContext, "lbdiag row",
										ALLOCSET_DEFAULT_SIZES);
}

/*
 * Adds the rows of a tree that has been summed.
 */
void
lbd_path_result_tree(LbdPathResult *result, const LbdPathStats *stats)
{
	result->stats = stats;
	lbd_rows_walk(stats->root, add_path, result);
}

static void
add_path(const LbdPath *path, void *arg)
{
	LbdPathResult *result = arg;
	LbdPathRow	row;
	MemoryContext old = MemoryContextSwitchTo(result->row);

	lbd_path_row_clear(&row);
	fill_names(&row, result, path);
	fill_counts(&row, result, path);
	fill_types(&row, result, path);
	fill_spread(&row, path);
	fill_stored(&row, result, path);
	fill_keys(&row, result, path);
	if (result->finish)
		result->finish(&row, path, result->arg);
	lbd_path_result_put(result, &row);
	MemoryContextSwitchTo(old);
	MemoryContextReset(result->row);
}

/*
 * Which path it is, and what is there.
 */
static void
fill_names(LbdPathRow *row, const LbdPathResult *result, const LbdPath *path)
{
	StringInfoData text;

	if (result->part)
		lbd_path_row_set(row, LBD_COL_PART, CStringGetTextDatum(result->part));
	initStringInfo(&text);
	lbd_stats_path(path, &text);
	lbd_path_row_set(row, LBD_COL_PATH, CStringGetTextDatum(text.data));
	lbd_path_row_set(row, LBD_COL_DEPTH, Int32GetDatum(path->depth));
	resetStringInfo(&text);
	if (result->part_type && path->parent == NULL)
		appendStringInfoString(&text, result->part_type);
	else
		lbd_stats_types(path, &text);
	lbd_path_row_set(row, LBD_COL_TYPES, CStringGetTextDatum(text.data));
}

/*
 * The values, and the bytes of their text.
 */
static void
fill_counts(LbdPathRow *row, const LbdPathResult *result, const LbdPath *path)
{
	int64		most = lbd_distinct_most(&path->distinct);

	lbd_path_row_set(row, LBD_COL_OCCURRENCES, Int64GetDatum(path->occurrences));
	if (!lbd_stats_is_pooled(path))
		lbd_path_row_set(row, LBD_COL_DOCUMENTS, Int64GetDatum(path->documents));
	if ((path->types & LBD_TYPE_SCALAR) != 0 && path->kind != LBD_PATH_REST)
		lbd_path_row_set(row, LBD_COL_DISTINCT,
						 Int64GetDatum(lbd_stats_distinct(path)));
	if (most != 0)
		lbd_path_row_set(row, LBD_COL_MOST_COMMON, Int64GetDatum(most));
	lbd_path_row_set(row, LBD_COL_BYTES, Int64GetDatum(path->bytes));
	lbd_path_row_set(row, LBD_COL_SHARE,
					 lbd_share_datum(path->bytes, result->total));
	lbd_path_row_set(row, LBD_COL_KEY_BYTES, Int64GetDatum(path->key_bytes));
	lbd_path_row_set(row, LBD_COL_VALUE_BYTES, Int64GetDatum(path->value_bytes));
	lbd_path_row_set(row, LBD_COL_SYNTAX_BYTES,
					 Int64GetDatum(path->syntax_bytes));
}

/*
 * How many values there are of each type of JSON: of a column that is none,
 * how many are null.
 */
static void
fill_types(LbdPathRow *row, const LbdPathResult *result, const LbdPath *path)
{
	static const LbdPathColumn columns[] = {
		LBD_COL_OBJECTS, LBD_COL_ARRAYS, LBD_COL_STRINGS, LBD_COL_NUMBERS,
		LBD_COL_BOOLEANS, LBD_COL_NULLS
	};
	int64		counts[LBD_JSON_TYPES];

	lbd_stats_type_counts(path, counts);
	for (int i = 0; i < LBD_JSON_TYPES; i++)
	{
		if (columns[i] == LBD_COL_NULLS || !result->part_type || path->parent)
			lbd_path_row_set(row, columns[i], Int64GetDatum(counts[i]));
	}
}

/*
 * How large values are, and how long arrays, where there are some.
 */
static void
fill_spread(LbdPathRow *row, const LbdPath *path)
{
	const LbdHistogram *sizes = &path->sizes;
	const LbdHistogram *lengths = path->lengths;

	if (sizes->total > 0)
	{
		lbd_path_row_set(row, LBD_COL_MIN_BYTES, Int64GetDatum(sizes->least));
		lbd_path_row_set(row, LBD_COL_MEDIAN_BYTES,
						 Int64GetDatum(lbd_histogram_median(sizes)));
		lbd_path_row_set(row, LBD_COL_MAX_BYTES, Int64GetDatum(sizes->most));
		lbd_path_row_histogram(row, path, 1);
	}
	if (lengths && lengths->total > 0)
	{
		lbd_path_row_set(row, LBD_COL_MIN_ELEMENTS,
						 Int64GetDatum(lengths->least));
		lbd_path_row_set(row, LBD_COL_MEDIAN_ELEMENTS,
						 Int64GetDatum(lbd_histogram_median(lengths)));
		lbd_path_row_set(row, LBD_COL_MAX_ELEMENTS,
						 Int64GetDatum(lengths->most));
	}
}

/*
 * Sets the histogram of the bytes of values: those that a sample has, by a
 * factor.
 */
void
lbd_path_row_histogram(LbdPathRow *row, const LbdPath *path, double factor)
{
	int64		bounds[LBD_HISTOGRAM_BOUNDS];
	int64		counts[LBD_HISTOGRAM_BOUNDS];
	int			n = lbd_histogram_bounds(&path->sizes, bounds, counts);

	for (int i = 0; factor != 1 && i < n; i++)
		counts[i] = llrint((double) counts[i] * factor);
	lbd_path_row_set(row, LBD_COL_BOUNDS, bigint_array(bounds, n));
	lbd_path_row_set(row, LBD_COL_COUNTS, bigint_array(counts, n));
}

static Datum
bigint_array(const int64 *numbers, int n)
{
	Datum		elements[LBD_HISTOGRAM_BOUNDS];

	for (int i = 0; i < n; i++)
		elements[i] = Int64GetDatum(numbers[i]);
	return PointerGetDatum(construct_array(elements, n, INT8OID, sizeof(int64),
										   sizeof(Datum) >= sizeof(int64),
										   TYPALIGN_DOUBLE));
}

/*
 * What the path takes in other forms than its text, as far as that has been
 * counted.
 */
static void
fill_stored(LbdPathRow *row, const LbdPathResult *result, const LbdPath *path)
{
	if (result->stats->root->jsonb_bytes > 0)
	{
		lbd_path_row_set(row, LBD_COL_JSONB_BYTES,
						 Int64GetDatum(path->jsonb_bytes));
		lbd_path_row_set(row, LBD_COL_JSONB_OWN, Int64GetDatum(path->jsonb_own));
	}
	if (result->own)
	{
		lbd_path_row_set(row, LBD_COL_COMPRESSED,
						 Int64GetDatum(lbd_stats_compressed(path, result->own)));
		lbd_path_row_set(row, LBD_COL_COMPRESSED_OWN,
						 Int64GetDatum(result->own[path->number]));
	}
}

/*
 * Which keys have become one path, and whether all have been told apart.
 */
static void
fill_keys(LbdPathRow *row, const LbdPathResult *result, const LbdPath *path)
{
	const char *why = lbd_stats_why(path);

	if (path->keys)
		lbd_path_row_set(row, LBD_COL_KEYS,
						 Int64GetDatum(lbd_stats_keys(path)));
	if (why)
		lbd_path_row_set(row, LBD_COL_FOLDED, CStringGetTextDatum(why));
	lbd_path_row_set(row, LBD_COL_COMPLETE,
					 BoolGetDatum(result->stats->complete));
}

/*
 * Makes a row of NULLs.
 */
void
lbd_path_row_clear(LbdPathRow *row)
{
	memset(row->values, 0, sizeof(row->values));
	memset(row->nulls, true, sizeof(row->nulls));
}

/*
 * Adds a row to the result, with the columns that the function has.
 */
void
lbd_path_result_put(LbdPathResult *result, const LbdPathRow *row)
{
	LbdPathRow	part;

	for (int i = 0; i < result->ncolumns; i++)
	{
		part.values[i] = row->values[result->columns[i]];
		part.nulls[i] = row->nulls[result->columns[i]];
	}
	tuplestore_putvalues(result->rsinfo->setResult, result->rsinfo->setDesc,
						 part.values, part.nulls);
}

/*
 * A part of the total, from 0 to 1, rounded half up.
 */
Datum
lbd_share_datum(int64 bytes, int64 total)
{
	int64		parts = total > 0 ?
		(bytes * 2 * LBD_SHARE_ONE + total) / (2 * total) : 0;

	return NumericGetDatum(int64_div_fast_to_numeric(parts, LBD_SHARE_PLACES));
}
