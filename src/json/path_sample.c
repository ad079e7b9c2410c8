/*-------------------------------------------------------------------------
 *
 * path_sample.c
 *	  Paths of a sample of blocks: estimates of all from what is in it.
 *
 * When a table of the sample ends, what has been counted in it is replaced by
 * the estimate for all of it: tables of which other parts are in the sample
 * add up.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"

#include "json/path_nodes.h"
#include "json/path_sample.h"

static int64 end_block(LbdPathStats *stats, LbdPath *path, int group);
static void end_table(LbdPathStats *stats, LbdPath *path, double factor,
					  const LbdStratum *stratum);
static void end_pool(LbdPath *path, const LbdStratum *pool);

/*
 * Ends a block of a group: notes what each path, with all below it, has got in
 * it.  Returns what the root has got.
 */
int64
lbd_stats_end_block(LbdPathStats *stats, int group)
{
	return end_block(stats, stats->root, group);
}

static int64
end_block(LbdPathStats *stats, LbdPath *path, int group)
{
	int64		own = lbd_stats_own(path);
	int64		block;

	check_stack_depth();
	lbd_sample_of(stats, path);
	block = own - path->sample->before;
	path->sample->before = own;
	for (LbdPath *child = path->first; child; child = child->next)
		block += end_block(stats, child, group);
	lbd_estimate_block(&path->sample->estimate, (double) block, group);
	return block;
}

/*
 * Ends a table, which is a stratum, or, with NULL, a part of the pool: what
 * has been counted in it is multiplied with the factor.
 */
void
lbd_stats_end_table(LbdPathStats *stats, double factor,
					const LbdStratum *stratum)
{
	end_table(stats, stats->root, factor, stratum);
}

static void
end_table(LbdPathStats *stats, LbdPath *path, double factor,
		  const LbdStratum *stratum)
{
	int64	   *counts[LBD_SCALED_COUNTS] = LBD_SCALED(path);
	LbdPathSample *sample;

	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	lbd_sample_of(stats, path);
	sample = path->sample;
	sample->occurrences += path->occurrences - sample->start[0];
	sample->nulls += path->nulls - sample->start[1];
	for (int i = 0; i < LBD_SCALED_COUNTS; i++)
	{
		*counts[i] = lbd_scaled(*counts[i], sample->start[i], factor);
		sample->start[i] = *counts[i];
	}
	sample->before = lbd_stats_own(path);
	lbd_estimate_end(&sample->estimate, stratum);
	for (LbdPath *child = path->first; child; child = child->next)
		end_table(stats, child, factor, stratum);
}

/*
 * A count, of which what has come since start is multiplied with the factor.
 */
int64
lbd_scaled(int64 count, int64 start, double factor)
{
	double		scaled = (double) start +
		rint((double) (count - start) * factor);

	/* What a double has no room for must be exact all the same. */
	if (factor == 1)
		return count;
	return (int64) Min(scaled, (double) LBD_STATS_MAX_COUNT);
}

/*
 * Ends the stratum of all tables that are too small for one of their own.
 */
void
lbd_stats_end_pool(LbdPathStats *stats, const LbdStratum *pool)
{
	end_pool(stats->root, pool);
}

static void
end_pool(LbdPath *path, const LbdStratum *pool)
{
	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	if (path->sample)
		lbd_estimate_pool(&path->sample->estimate, pool);
	for (LbdPath *child = path->first; child; child = child->next)
		end_pool(child, pool);
}

/*
 * Makes what a path of a sample has, if it has not got it.
 */
void
lbd_sample_of(LbdPathStats *stats, LbdPath *path)
{
	Size		size = sizeof(LbdPathSample);

	if (path->sample)
		return;
	if (stats->grouped)
		size += sizeof(LbdGroups);
	path->sample = MemoryContextAllocZero(stats->context, size);
	if (stats->grouped)
		path->sample->estimate.groups = (LbdGroups *) (path->sample + 1);
}

/*
 * Forgets it.
 */
void
lbd_sample_reset(LbdPathSample *sample)
{
	LbdGroups  *groups = sample->estimate.groups;

	memset(sample, 0, sizeof(LbdPathSample));
	sample->estimate.groups = groups;
	if (groups)
		memset(groups, 0, sizeof(LbdGroups));
}

/*
 * The values that are not null and have been counted, not estimated.
 */
int64
lbd_sample_values(const LbdPath *path)
{
	const LbdPathSample *sample = path->sample;
	int64		values = path->occurrences - path->nulls;

	return sample == NULL ? values :
		sample->occurrences - sample->nulls +
		values - (sample->start[0] - sample->start[1]);
}

/*
 * How many times as many values are estimated as have been counted.
 */
double
lbd_sample_share(const LbdPath *path)
{
	const LbdPathSample *sample = path->sample;

	return sample == NULL || sample->occurrences == 0 ? 1 :
		(double) path->occurrences / (double) sample->occurrences;
}

/*
 * Adds what another path of the same sample has.
 */
void
lbd_sample_merge(LbdPathSample *sample, const LbdPathSample *other)
{
	sample->before += other->before;
	sample->occurrences += other->occurrences;
	sample->nulls += other->nulls;
	for (int i = 0; i < LBD_SCALED_COUNTS; i++)
		sample->start[i] += other->start[i];
	lbd_estimate_merge(&sample->estimate, &other->estimate);
}
