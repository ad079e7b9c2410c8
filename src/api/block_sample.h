/*-------------------------------------------------------------------------
 *
 * block_sample.h
 *	  A sample of a relation's blocks, and what it tells of all of them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_BLOCK_SAMPLE_H
#define LBD_BLOCK_SAMPLE_H

#include "storage/block.h"

typedef struct LbdBlockSample
{
	double		percent;		/* of the blocks, as TABLESAMPLE has it */
	int			seed;			/* of TABLESAMPLE's REPEATABLE */
	int64		blocks;			/* of the relation, with its partitions */
	int64		chosen;			/* of these, in the sample */
} LbdBlockSample;

extern void lbd_sample_init(LbdBlockSample *sample, double percent);
extern void lbd_sample_count(LbdBlockSample *sample, BlockNumber nblocks);
extern double lbd_sample_factor(const LbdBlockSample *sample);
extern double lbd_sample_error(const LbdBlockSample *sample, int64 sum,
							   double squares);

#endif							/* LBD_BLOCK_SAMPLE_H */
