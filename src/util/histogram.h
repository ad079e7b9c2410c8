/*-------------------------------------------------------------------------
 *
 * histogram.h
 *	  How numbers are spread: the smallest, the median, the largest.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_HISTOGRAM_H
#define LBD_HISTOGRAM_H

#include "port/pg_bitutils.h"

/*
 * Numbers of 32 bits are counted in buckets: each below 16 has its own, and
 * each power of two from 16 on has eight of the same width.  So a number is
 * known to within a sixteenth of it.  As long as all numbers are in one
 * bucket, nothing is allocated.  All that is kept depends on the numbers
 * alone, and not on their order, or on how they were split.
 */
typedef struct LbdHistogram
{
	int64		total;			/* numbers */
	uint32		least;			/* the smallest */
	uint32		most;			/* the largest */
	int64	   *counts;			/* of buckets, those of the smallest and the
								 * largest among them; NULL where that is the
								 * same one */
	uint16		first;			/* the first bucket that has a count */
	uint16		ncounts;		/* how many have one */
} LbdHistogram;

/* Buckets that numbers of 32 bits can be in. */
#define LBD_HISTOGRAM_BUCKETS	240

/* Buckets that are shown at most: an eighth of those. */
#define LBD_HISTOGRAM_BOUNDS	(LBD_HISTOGRAM_BUCKETS / 8)

extern void lbd_histogram_extend(LbdHistogram *histogram, uint32 least,
								 uint32 most, MemoryContext context);
extern void lbd_histogram_put(LbdHistogram *histogram, int bucket,
							  int64 times);
extern void lbd_histogram_merge(LbdHistogram *histogram,
								const LbdHistogram *other,
								MemoryContext context);
extern void lbd_histogram_free(LbdHistogram *histogram);
extern int64 lbd_histogram_count(const LbdHistogram *histogram, int bucket);
extern uint32 lbd_histogram_median(const LbdHistogram *histogram);
extern int	lbd_histogram_bounds(const LbdHistogram *histogram, int64 *bounds,
								 int64 *counts);

/*
 * The bucket of a number.
 */
static inline int
lbd_histogram_bucket(uint32 number)
{
	int			shift = pg_leftmost_one_pos32(number | 0x8) - 3;

	return shift * 8 + (int) (number >> shift);
}

/*
 * Whether a number is between the smallest and the largest one so far.
 */
static inline bool
lbd_histogram_spans(const LbdHistogram *histogram, uint32 number)
{
	return number - histogram->least <= histogram->most - histogram->least;
}

/*
 * Counts a number that it spans.
 */
static inline void
lbd_histogram_add(LbdHistogram *histogram, uint32 number)
{
	histogram->total++;
	if (histogram->counts)
		histogram->counts[lbd_histogram_bucket(number) - histogram->first]++;
}

/* What an allocator has in front of what it allocates, at most. */
#define LBD_HISTOGRAM_HEADER	16

/*
 * The memory that is allocated for it.
 */
static inline Size
lbd_histogram_size(const LbdHistogram *histogram)
{
	return histogram->counts == NULL ? 0 :
		LBD_HISTOGRAM_HEADER + histogram->ncounts * sizeof(int64);
}

#endif							/* LBD_HISTOGRAM_H */
