/*-------------------------------------------------------------------------
 *
 * block_sample.c
 *	  A sample of a relation's blocks, and what it tells of all of them.
 *
 * The server takes the sample, by TABLESAMPLE SYSTEM.  How many blocks are in
 * it cannot be seen from the rows, since a block may have none: the same
 * method is asked for them.  Each table that many blocks are expected of is a
 * stratum; the others are one together.  That is decided by their sizes rather
 * than by which blocks are in the sample, which would be a bias.
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
#include "json/path_sample.h"
#include "util/string_map.h"

/* A stratum has so many blocks in the sample, as far as can be expected. */
#define LBD_STRATUM_BLOCKS	10

static void choose_blocks(const LbdBlockSample *sample, BlockNumber nblocks,
						  LbdStratum *stratum);
static void pool_table(LbdStratum *pool, LbdSampleTable *table);
static LbdSampleTable *smallest_stratum(const LbdBlockSample *sample);

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
 * Forgets the tables.
 */
void
lbd_sample_clear(LbdBlockSample *sample)
{
	sample->blocks = sample->chosen = 0;
	sample->ntables = 0;
}

/*
 * Adds a table that has so many blocks.
 */
void
lbd_sample_add(LbdBlockSample *sample, int64 id, BlockNumber nblocks)
{
	LbdSampleTable *table;
	Size		size = (sample->ntables + 1) * sizeof(LbdSampleTable);

	sample->tables = sample->tables ? repalloc(sample->tables, size) :
		palloc(size);
	table = &sample->tables[sample->ntables++];
	memset(table, 0, sizeof(*table));
	table->id = id;
	choose_blocks(sample, nblocks, &table->stratum);
	sample->blocks += nblocks;
	sample->chosen += (int64) table->stratum.chosen;
}

/*
 * Counts the blocks of a table that are in the sample.  The scan is a node that
 * nobody initializes: the method chooses blocks by their numbers, and keeps
 * what it needs in tsm_state.
 */
static void
choose_blocks(const LbdBlockSample *sample, BlockNumber nblocks,
			  LbdStratum *stratum)
{
	TsmRoutine *method = GetTsmRoutine(F_SYSTEM);
	SampleScanState *scan = makeNode(SampleScanState);
	Datum		percent = Float4GetDatum((float4) sample->percent);
	Datum		seed = DirectFunctionCall1(hashfloat8,
										   Float8GetDatum(sample->seed));
	BlockNumber block;

	stratum->blocks = nblocks;
	if (method->NextSampleBlock == NULL)
		elog(ERROR, "sampling method does not choose blocks");
	if (method->InitSampleScan)
		method->InitSampleScan(scan, 0);
	method->BeginSampleScan(scan, &percent, 1, DatumGetUInt32(seed));
	while (BlockNumberIsValid(block = method->NextSampleBlock(scan, nblocks)))
	{
		CHECK_FOR_INTERRUPTS();
		stratum->chosen++;
		stratum->groups[lbd_block_group(block)]++;
	}
	if (method->EndSampleScan)
		method->EndSampleScan(scan);
}

/*
 * Decides which tables are strata, when all have been added.  What the pool
 * would have too few blocks for alone, it gets a stratum for.
 */
void
lbd_sample_pool(LbdBlockSample *sample)
{
	double		least = LBD_STRATUM_BLOCKS * 100 / sample->percent;

	int			nfilled = 0;

	memset(&sample->pool, 0, sizeof(sample->pool));
	for (int i = 0; i < sample->ntables; i++)
	{
		LbdSampleTable *table = &sample->tables[i];

		CHECK_FOR_INTERRUPTS();
		nfilled += table->stratum.blocks > 0;
		if (table->stratum.blocks < least || table->stratum.chosen < 2)
			pool_table(&sample->pool, table);
	}
	while (sample->pool.blocks > 0 && sample->pool.blocks < least)
	{
		LbdSampleTable *smallest = smallest_stratum(sample);

		CHECK_FOR_INTERRUPTS();
		if (smallest == NULL)
			break;
		pool_table(&sample->pool, smallest);
	}
	sample->grouped = nfilled > 1;
}

static void
pool_table(LbdStratum *pool, LbdSampleTable *table)
{
	table->pooled = true;
	pool->blocks += table->stratum.blocks;
	pool->chosen += table->stratum.chosen;
	for (int i = 0; i < LBD_BLOCK_GROUPS; i++)
		pool->groups[i] += table->stratum.groups[i];
}

static LbdSampleTable *
smallest_stratum(const LbdBlockSample *sample)
{
	LbdSampleTable *smallest = NULL;

	for (int i = 0; i < sample->ntables; i++)
	{
		LbdSampleTable *table = &sample->tables[i];

		if (!table->pooled &&
			(smallest == NULL ||
			 table->stratum.blocks < smallest->stratum.blocks))
			smallest = table;
	}
	return smallest;
}

/*
 * Begins to count the rows of the sample, from the first table on.
 */
void
lbd_sample_begin(LbdBlockSample *sample, LbdResultCounter *counter)
{
	memset(&sample->total, 0, sizeof(sample->total));
	memset(&sample->groups, 0, sizeof(sample->groups));
	if (sample->grouped)
		sample->total.groups = &sample->groups;
	for (int i = 0; i < counter->ncolumns; i++)
		counter->columns[i].stats->grouped = sample->grouped;
	sample->rows = 0;
}

/*
 * Ends a block: notes what it has of each path, and of all.
 */
void
lbd_sample_end_block(LbdBlockSample *sample, LbdResultCounter *counter,
					 BlockNumber block)
{
	int			group = lbd_block_group(block);
	int64		bytes = 0;

	for (int i = 0; i < counter->ncolumns; i++)
		bytes += lbd_stats_end_block(counter->columns[i].stats, group);
	lbd_estimate_block(&sample->total, (double) bytes, group);
}

/*
 * Ends a table: what has been counted becomes the estimate for all of it.
 */
void
lbd_sample_end_table(LbdBlockSample *sample, LbdResultCounter *counter,
					 int64 id)
{
	const LbdStratum *stratum = NULL;
	double		factor;

	for (int i = 0; i < sample->ntables; i++)
	{
		if (sample->tables[i].id == id && !sample->tables[i].pooled)
			stratum = &sample->tables[i].stratum;
	}
	factor = lbd_stratum_factor(stratum ? stratum : &sample->pool);
	for (int i = 0; i < counter->ncolumns; i++)
	{
		lbd_stats_end_table(counter->columns[i].stats, factor, stratum);
		lbd_column_scale(&counter->columns[i], factor);
	}
	lbd_estimate_end(&sample->total, stratum);
	counter->rows = lbd_scaled(counter->rows, sample->rows, factor);
	sample->rows = counter->rows;
}

/*
 * Ends the sample, when its last table has been ended.
 */
void
lbd_sample_end(LbdBlockSample *sample, LbdResultCounter *counter)
{
	for (int i = 0; i < counter->ncolumns; i++)
		lbd_stats_end_pool(counter->columns[i].stats, &sample->pool);
	lbd_estimate_pool(&sample->total, &sample->pool);
}
