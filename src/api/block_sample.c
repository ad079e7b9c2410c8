/*-------------------------------------------------------------------------
 *
 * block_sample.c
 *	  A sample of a relation's blocks, and what it tells of all of them.
 *
 * The server takes the sample, by TABLESAMPLE SYSTEM.  How many blocks are in
 * it cannot be seen from the rows, since a block may have none: the same
 * method is asked for them.  The estimate of a sum is the mean of the sampled
 * blocks times the number of blocks, and its error comes from the variance
 * between the blocks.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/tsmapi.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"

#include "api/block_sample.h"
#include "util/string_map.h"

static double student_quantile(double freedom);

/*
 * Prepares a sample of so many percent of the blocks, which differs from the
 * one before.
 */
void
lbd_sample_init(LbdBlockSample *sample, double percent)
{
	memset(sample, 0, sizeof(*sample));
	sample->percent = percent;
	sample->seed = (int) (lbd_string_seed() & PG_INT32_MAX);
}

/*
 * Counts the blocks of a table, and those of them that are in the sample.  The
 * scan is a node that nobody initializes: the method chooses blocks by their
 * numbers, and keeps what it needs in tsm_state.
 */
void
lbd_sample_count(LbdBlockSample *sample, BlockNumber nblocks)
{
	TsmRoutine *method = GetTsmRoutine(F_SYSTEM);
	SampleScanState *scan = makeNode(SampleScanState);
	Datum		percent = Float4GetDatum((float4) sample->percent);
	Datum		seed = DirectFunctionCall1(hashfloat8,
										   Float8GetDatum(sample->seed));

	sample->blocks += nblocks;
	if (method->NextSampleBlock == NULL)
		elog(ERROR, "sampling method does not choose blocks");
	if (method->InitSampleScan)
		method->InitSampleScan(scan, 0);
	method->BeginSampleScan(scan, &percent, 1, DatumGetUInt32(seed));
	while (BlockNumberIsValid(method->NextSampleBlock(scan, nblocks)))
	{
		CHECK_FOR_INTERRUPTS();
		sample->chosen++;
	}
	if (method->EndSampleScan)
		method->EndSampleScan(scan);
}

/*
 * What the sum over the sample is multiplied with.
 */
double
lbd_sample_factor(const LbdBlockSample *sample)
{
	return sample->chosen > 0 ?
		(double) sample->blocks / (double) sample->chosen : 1;
}

/*
 * Returns half the width of the 95 % interval of the estimate of a sum, by
 * the sum over the sample and the sum of the squares of what each block has
 * of it; negative where the sample is too small to tell.
 */
double
lbd_sample_error(const LbdBlockSample *sample, int64 sum, double squares)
{
	double		n = (double) sample->chosen;
	double		all = (double) sample->blocks;
	double		variance;

	if (sample->chosen >= sample->blocks)
		return 0;
	if (sample->chosen < 2)
		return -1;
	variance = Max(squares - (double) sum * (double) sum / n, 0) / (n - 1);
	return student_quantile(n - 1) * all * sqrt((1 - n / all) * variance / n);
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
