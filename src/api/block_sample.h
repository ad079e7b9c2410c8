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

#include "api/result_counter.h"
#include "util/estimate.h"

/* A table that blocks are of: the relation, a partition, a child or a shard. */
typedef struct LbdSampleTable
{
	int64		id;				/* as the caller numbers it */
	LbdStratum	stratum;		/* its blocks */
	bool		pooled;			/* it is too small for a stratum of its own */
} LbdSampleTable;

typedef struct LbdBlockSample
{
	double		percent;		/* of the blocks, as TABLESAMPLE has it */
	int			seed;			/* of TABLESAMPLE's REPEATABLE */
	int64		blocks;			/* of all tables */
	int64		chosen;			/* of these, in the sample */
	LbdSampleTable *tables;		/* all of them */
	int			ntables;		/* how many there are */
	LbdStratum	pool;			/* of the small ones together */
	bool		grouped;		/* several tables have blocks */
	int64		rows;			/* estimated, of tables that have ended */
	LbdSumEstimate total;		/* of the bytes of all columns */
	LbdGroups	groups;			/* of that, if there are several tables */
} LbdBlockSample;

extern void lbd_sample_init(LbdBlockSample *sample, double percent);
extern void lbd_sample_clear(LbdBlockSample *sample);
extern void lbd_sample_add(LbdBlockSample *sample, int64 id,
						   BlockNumber nblocks);
extern void lbd_sample_pool(LbdBlockSample *sample);
extern void lbd_sample_begin(LbdBlockSample *sample,
							 LbdResultCounter *counter);
extern void lbd_sample_end_block(LbdBlockSample *sample,
								 LbdResultCounter *counter,
								 BlockNumber block);
extern void lbd_sample_end_table(LbdBlockSample *sample,
								 LbdResultCounter *counter, int64 id);
extern void lbd_sample_end(LbdBlockSample *sample,
						   LbdResultCounter *counter);

#endif							/* LBD_BLOCK_SAMPLE_H */
