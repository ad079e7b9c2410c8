/*-------------------------------------------------------------------------
 *
 * estimate.c
 *	  The error of an estimate from a sample of blocks.
 *
 * The estimate of a sum is, of each stratum, the mean of its sampled blocks
 * times the number of its blocks.  Of one table, the error comes from the
 * variance between the blocks.
 *
 * Of several tables, TABLESAMPLE chooses blocks with the same numbers in each,
 * and blocks with the same number can be alike: rows are often written in the
 * same order.  So the errors of tables are not independent, and their variances
 * do not add up.  Blocks are put in groups by their numbers, the same for all
 * tables, and the error comes from the variance between groups of what they
 * have more than the means of their strata.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "port/pg_bitutils.h"

#include "util/estimate.h"

static void end_stratum(LbdSumEstimate *estimate, const LbdStratum *stratum,
						double sum, double squares, const double *groups);
static void add_errors(LbdGroups *groups, const LbdStratum *stratum,
					   const double *sums, double mean, double scale);
static double groups_error(const LbdGroups *groups);
static double student_quantile(double freedom);

/*
 * Ends a table, which is a stratum, or, with NULL, a part of the pool.
 */
void
lbd_estimate_end(LbdSumEstimate *estimate, const LbdStratum *stratum)
{
	LbdGroups  *groups = estimate->groups;

	if (stratum)
		end_stratum(estimate, stratum, estimate->sum, estimate->squares,
					groups ? groups->present : NULL);
	else
	{
		estimate->pool_sum += estimate->sum;
		estimate->pool_squares += estimate->squares;
		for (int i = 0; groups && i < LBD_BLOCK_GROUPS; i++)
			groups->pool[i] += groups->present[i];
	}
	estimate->counted += estimate->sum;
	estimate->sum = estimate->squares = 0;
	if (groups)
		memset(groups->present, 0, sizeof(groups->present));
}

/*
 * Ends the stratum of all tables that are too small for one of their own.
 */
void
lbd_estimate_pool(LbdSumEstimate *estimate, const LbdStratum *pool)
{
	end_stratum(estimate, pool, estimate->pool_sum, estimate->pool_squares,
				estimate->groups ? estimate->groups->pool : NULL);
}

static void
end_stratum(LbdSumEstimate *estimate, const LbdStratum *stratum, double sum,
			double squares, const double *groups)
{
	double		n = stratum->chosen;
	double		scale;

	if (n >= stratum->blocks)
		return;
	if (n < 2)
	{
		estimate->unknown++;
		return;
	}
	/* The standard error of the sum is so many times that of the blocks. */
	scale = stratum->blocks / n * sqrt((1 - n / stratum->blocks) * n / (n - 1));
	if (groups)
		add_errors(estimate->groups, stratum, groups, sum / n, scale);
	else
	{
		estimate->variance = Max(squares - sum * sum / n, 0) * scale * scale;
		estimate->freedom = n - 1;
	}
}

static void
add_errors(LbdGroups *groups, const LbdStratum *stratum, const double *sums,
		   double mean, double scale)
{
	for (int i = 0; i < LBD_BLOCK_GROUPS; i++)
	{
		groups->errors[i] += (sums[i] - stratum->groups[i] * mean) * scale;
		if (stratum->groups[i] > 0)
			groups->used |= (uint32) 1 << i;
	}
}

/*
 * Adds what is known of another sum over the same blocks.  How the two go
 * together is known of groups; without, the error is the most that it can be.
 */
void
lbd_estimate_merge(LbdSumEstimate *estimate, const LbdSumEstimate *other)
{
	estimate->sum += other->sum;
	estimate->squares += other->squares +
		2 * sqrt(estimate->squares * other->squares);
	estimate->pool_sum += other->pool_sum;
	estimate->pool_squares += other->pool_squares +
		2 * sqrt(estimate->pool_squares * other->pool_squares);
	estimate->counted += other->counted;
	estimate->variance += other->variance +
		2 * sqrt(estimate->variance * other->variance);
	estimate->freedom = Max(estimate->freedom, other->freedom);
	estimate->unknown = Max(estimate->unknown, other->unknown);
	if (estimate->groups == NULL || other->groups == NULL)
		return;
	for (int i = 0; i < LBD_BLOCK_GROUPS; i++)
	{
		estimate->groups->present[i] += other->groups->present[i];
		estimate->groups->pool[i] += other->groups->pool[i];
		estimate->groups->errors[i] += other->groups->errors[i];
	}
	estimate->groups->used |= other->groups->used;
}

/*
 * Returns half the width of the 95 % interval of the estimate; negative where
 * the sample is too small to tell.
 */
double
lbd_estimate_error(const LbdSumEstimate *estimate)
{
	if (estimate->unknown > 0)
		return -1;
	if (estimate->groups)
		return groups_error(estimate->groups);
	if (estimate->variance <= 0)
		return 0;
	return sqrt(estimate->variance) * student_quantile(estimate->freedom);
}

static double
groups_error(const LbdGroups *groups)
{
	int			used = pg_popcount32(groups->used);
	double		squares = 0;

	if (used == 0)
		return 0;
	if (used == 1)
		return -1;
	for (int i = 0; i < LBD_BLOCK_GROUPS; i++)
		squares += groups->errors[i] * groups->errors[i];
	return sqrt(squares * used / (used - 1)) * student_quantile(used - 1);
}

/*
 * The 97.5 % quantile of Student's distribution, by its expansion around the
 * normal one; exact where that is too coarse.
 */
static double
student_quantile(double freedom)
{
	static const double exact[] = {12.706, 4.303, 3.182, 2.776};
	const double z = 1.959964;
	double		z3 = z * z * z;
	double		z5 = z3 * z * z;

	if (freedom < lengthof(exact) + 0.5)
		return exact[(int) freedom - 1];
	return z + (z3 + z) / (4 * freedom) +
		(5 * z5 + 16 * z3 + 3 * z) / (96 * freedom * freedom) +
		(3 * z5 * z * z + 19 * z5 + 17 * z3 - 15 * z) /
		(384 * freedom * freedom * freedom);
}
