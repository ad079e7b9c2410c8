/*-------------------------------------------------------------------------
 *
 * arguments.c
 *	  What functions on profiles share: their arguments and their times.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"

#include "api/arguments.h"

static int	compare_int64(const void *a, const void *b);

/*
 * Reads an argument that counts something: 1 to most.
 */
int
lbd_argument_count(FunctionCallInfo fcinfo, int number, const char *name,
				   int most)
{
	int			value;

	if (PG_ARGISNULL(number))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", name),
				 errhint("Leave %s out to get its default.", name)));
	value = PG_GETARG_INT32(number);
	if (value < 1 || value > most)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 most == PG_INT32_MAX ?
				 errmsg("%s must be at least 1, not %d", name, value) :
				 errmsg("%s must be from 1 to %d, not %d", name, most, value),
				 errhint("Leave %s out to get its default.", name)));
	return value;
}

/*
 * Reads an argument that is true or false.
 */
bool
lbd_argument_flag(FunctionCallInfo fcinfo, int number, const char *name)
{
	if (PG_ARGISNULL(number))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", name),
				 errhint("Use true or false.")));
	return PG_GETARG_BOOL(number);
}

/*
 * The median, of an even number of values the mean of the middle two.
 */
int64
lbd_median(const int64 *values, int n)
{
	int64	   *sorted = palloc(n * sizeof(int64));
	int64		result;

	memcpy(sorted, values, n * sizeof(int64));
	qsort(sorted, n, sizeof(int64), compare_int64);
	result = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
	pfree(sorted);
	return result;
}

static int
compare_int64(const void *a, const void *b)
{
	int64		left = *(const int64 *) a;
	int64		right = *(const int64 *) b;

	return left < right ? -1 : left > right;
}

/*
 * The ns of runs as an array of ms.
 */
Datum
lbd_runs_datum(const int64 *values, int n)
{
	Datum	   *elements = palloc(n * sizeof(Datum));

	for (int i = 0; i < n; i++)
		elements[i] = Float8GetDatum(values[i] / LBD_NS_PER_MS);
	return PointerGetDatum(construct_array(elements, n, FLOAT8OID,
										   sizeof(float8), FLOAT8PASSBYVAL,
										   TYPALIGN_DOUBLE));
}
