/*-------------------------------------------------------------------------
 *
 * distinct.c
 *	  Counting distinct values: exactly at first, then by an estimate.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "utils/memutils.h"

#include "util/distinct.h"

#define LBD_DISTINCT_FIRST_SLOTS	16
#define LBD_DISTINCT_REGISTER_BITS	12

static void distinct_grow(LbdDistinct *distinct, MemoryContext context);
static void distinct_to_estimate(LbdDistinct *distinct,
								 MemoryContext context);

/*
 * Puts a hash into the set; what it needs is allocated in context.
 */
void
lbd_distinct_insert(LbdDistinct *distinct, uint64 hash, MemoryContext context)
{
	uint32		slot;

	if (distinct->estimate)
	{
		addHyperLogLog(distinct->estimate, (uint32) (hash >> 32));
		return;
	}
	if (hash == 0)
		hash = 1;
	if (distinct->used * 4 >= distinct->nslots * 3)
		distinct_grow(distinct, context);
	slot = hash & (distinct->nslots - 1);
	while (distinct->slots[slot] != 0)
	{
		if (distinct->slots[slot] == hash)
			return;
		slot = (slot + 1) & (distinct->nslots - 1);
	}
	distinct->slots[slot] = hash;
	if (++distinct->used > distinct->limit)
		distinct_to_estimate(distinct, context);
}

/*
 * Doubles the slots.
 */
static void
distinct_grow(LbdDistinct *distinct, MemoryContext context)
{
	uint64	   *old = distinct->slots;
	uint32		nold = distinct->nslots;

	distinct->nslots = nold ? nold * 2 : LBD_DISTINCT_FIRST_SLOTS;
	distinct->slots =
		MemoryContextAllocZero(context, distinct->nslots * sizeof(uint64));
	for (uint32 i = 0; i < nold; i++)
	{
		uint32		slot = old[i] & (distinct->nslots - 1);

		if (old[i] == 0)
			continue;
		while (distinct->slots[slot] != 0)
			slot = (slot + 1) & (distinct->nslots - 1);
		distinct->slots[slot] = old[i];
	}
	if (old)
		pfree(old);
}

/*
 * Gives the exact set up for a HyperLogLog of the same values.
 */
static void
distinct_to_estimate(LbdDistinct *distinct, MemoryContext context)
{
	MemoryContext old = MemoryContextSwitchTo(context);

	distinct->estimate = palloc(sizeof(hyperLogLogState));
	initHyperLogLog(distinct->estimate, LBD_DISTINCT_REGISTER_BITS);
	MemoryContextSwitchTo(old);
	for (uint32 i = 0; i < distinct->nslots; i++)
	{
		if (distinct->slots[i] != 0)
			addHyperLogLog(distinct->estimate,
						   (uint32) (distinct->slots[i] >> 32));
	}
	pfree(distinct->slots);
	distinct->slots = NULL;
	distinct->nslots = 0;
}

/*
 * Returns the number of distinct values added, or its estimate.
 */
int64
lbd_distinct_count(const LbdDistinct *distinct)
{
	if (distinct->estimate)
		return llrint(estimateHyperLogLog(distinct->estimate));
	return distinct->used;
}
