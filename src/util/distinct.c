/*-------------------------------------------------------------------------
 *
 * distinct.c
 *	  Counting distinct values: exactly at first, then by an estimate.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "port/pg_bswap.h"
#include "utils/memutils.h"

#include "util/distinct.h"

#define LBD_DISTINCT_FIRST_SLOTS	16
#define LBD_DISTINCT_REGISTER_BITS	12
/* The position of the first one bit in what the registers' number leaves. */
#define LBD_DISTINCT_REGISTER_MAX	(32 - LBD_DISTINCT_REGISTER_BITS + 1)

static void distinct_grow(LbdDistinct *distinct, MemoryContext context);
static void distinct_to_estimate(LbdDistinct *distinct,
								 MemoryContext context);
static int	distinct_compare(const void *a, const void *b);

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
	if (distinct->slots)
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

/*
 * Adds all that the other one has counted.  Both must have the same limit:
 * then what comes out depends only on which values either one has counted.
 */
void
lbd_distinct_merge(LbdDistinct *distinct, const LbdDistinct *other,
				   MemoryContext context)
{
	if (other->estimate == NULL)
	{
		for (uint32 i = 0; i < other->nslots; i++)
		{
			if (other->slots[i] != 0)
				lbd_distinct_insert(distinct, other->slots[i], context);
		}
		return;
	}
	if (distinct->estimate == NULL)
		distinct_to_estimate(distinct, context);
	for (Size i = 0; i < other->estimate->nRegisters; i++)
		distinct->estimate->hashesArr[i] = Max(distinct->estimate->hashesArr[i],
											   other->estimate->hashesArr[i]);
}

/*
 * Appends what has been counted: the number of hashes and the hashes in
 * ascending order, or the number UINT32_MAX and the registers.
 */
void
lbd_distinct_write(const LbdDistinct *distinct, StringInfo out)
{
	uint32		count = distinct->estimate ? PG_UINT32_MAX : distinct->used;
	uint32		number = pg_hton32(count);
	uint64	   *hashes;
	uint32		n = 0;

	appendBinaryStringInfo(out, (char *) &number, sizeof(number));
	if (distinct->estimate)
	{
		appendBinaryStringInfo(out, (char *) distinct->estimate->hashesArr,
							   distinct->estimate->nRegisters);
		return;
	}
	hashes = palloc(Max(count, 1) * sizeof(uint64));
	for (uint32 i = 0; i < distinct->nslots; i++)
	{
		if (distinct->slots[i] != 0)
			hashes[n++] = distinct->slots[i];
	}
	qsort(hashes, n, sizeof(uint64), distinct_compare);
	for (uint32 i = 0; i < n; i++)
		hashes[i] = pg_hton64(hashes[i]);
	appendBinaryStringInfo(out, (char *) hashes, n * sizeof(uint64));
	pfree(hashes);
}

static int
distinct_compare(const void *a, const void *b)
{
	uint64		left = *(const uint64 *) a;
	uint64		right = *(const uint64 *) b;

	return left < right ? -1 : left > right;
}

/*
 * Reads what lbd_distinct_write has written into an empty counter.  Returns
 * false where it is something else.
 */
bool
lbd_distinct_read(LbdDistinct *distinct, StringInfo in, MemoryContext context)
{
	uint32		count;
	uint64		previous = 0;
	uint64		hash;

	if ((Size) (in->len - in->cursor) < sizeof(count))
		return false;
	memcpy(&count, in->data + in->cursor, sizeof(count));
	in->cursor += sizeof(count);
	count = pg_ntoh32(count);
	if (count == PG_UINT32_MAX)
	{
		distinct_to_estimate(distinct, context);
		if ((Size) (in->len - in->cursor) < distinct->estimate->nRegisters)
			return false;
		memcpy(distinct->estimate->hashesArr, in->data + in->cursor,
			   distinct->estimate->nRegisters);
		in->cursor += distinct->estimate->nRegisters;
		for (Size i = 0; i < distinct->estimate->nRegisters; i++)
		{
			if (distinct->estimate->hashesArr[i] > LBD_DISTINCT_REGISTER_MAX)
				return false;
		}
		return true;
	}
	if (count > distinct->limit ||
		(Size) (in->len - in->cursor) < count * sizeof(hash))
		return false;
	for (uint32 i = 0; i < count; i++, in->cursor += sizeof(hash))
	{
		memcpy(&hash, in->data + in->cursor, sizeof(hash));
		hash = pg_ntoh64(hash);
		if (hash <= previous)
			return false;
		lbd_distinct_insert(distinct, hash, context);
		previous = hash;
	}
	return true;
}

/*
 * Frees what the counter has allocated.
 */
void
lbd_distinct_free(LbdDistinct *distinct)
{
	if (distinct->slots)
		pfree(distinct->slots);
	if (distinct->estimate)
	{
		freeHyperLogLog(distinct->estimate);
		pfree(distinct->estimate);
	}
	memset(distinct, 0, sizeof(*distinct));
}
