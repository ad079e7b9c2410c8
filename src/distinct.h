/*-------------------------------------------------------------------------
 *
 * distinct.h
 *	  Counting distinct values: exactly at first, then by an estimate.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_DISTINCT_H
#define LBD_DISTINCT_H

#include "lib/hyperloglog.h"

/*
 * Up to a limit the count is exact (but for the chance of one in 2^64 that
 * two values share a hash); beyond it, a HyperLogLog of 2^12 registers takes
 * over, with a standard error of 1.6 %.
 */
typedef struct LbdDistinct
{
	uint64		last;			/* hash of the value added last */
	uint64	   *slots;			/* open addressing; 0 is a free slot */
	uint32		nslots;			/* a power of two, or 0 */
	uint32		used;			/* slots that are taken */
	uint32		limit;			/* values counted exactly */
	hyperLogLogState *estimate; /* NULL as long as the count is exact */
} LbdDistinct;

extern void lbd_distinct_insert(LbdDistinct *distinct, uint64 hash,
								MemoryContext context);
extern int64 lbd_distinct_count(const LbdDistinct *distinct);

/*
 * Adds a value by its hash.  The same value in a row is common, and free.
 */
static inline void
lbd_distinct_add(LbdDistinct *distinct, uint64 hash, MemoryContext context)
{
	if (hash == distinct->last)
		return;
	distinct->last = hash;
	lbd_distinct_insert(distinct, hash, context);
}

#endif							/* LBD_DISTINCT_H */
