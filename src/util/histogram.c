/*-------------------------------------------------------------------------
 *
 * histogram.c
 *	  How numbers are spread: the smallest, the median, the largest.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "util/histogram.h"

/* No count is larger: sums of two cannot overflow. */
#define LBD_HISTOGRAM_MAX_COUNT		(INT64CONST(1) << 48)

/* As many counts are allocated at least: those of a power of two. */
#define LBD_HISTOGRAM_FIRST_COUNTS	8

static void make_counts(LbdHistogram *histogram, int first, int last,
						MemoryContext context);
static int64 bucket_low(int bucket);

/*
 * Makes the histogram span numbers from least to most, which are to be counted
 * next.
 */
void
lbd_histogram_extend(LbdHistogram *histogram, uint32 least, uint32 most,
					 MemoryContext context)
{
	int			first;
	int			last;

	if (histogram->total > 0)
	{
		least = Min(histogram->least, least);
		most = Max(histogram->most, most);
	}
	first = lbd_histogram_bucket(least);
	last = lbd_histogram_bucket(most);
	if (first < last && (histogram->counts == NULL || first < histogram->first ||
						 last >= histogram->first + histogram->ncounts))
		make_counts(histogram, first, last, context);
	histogram->least = least;
	histogram->most = most;
}

/*
 * Makes counts of these buckets, and of more, in a number that the allocator
 * would round up to, and moves those that there are to their new place.
 */
static void
make_counts(LbdHistogram *histogram, int first, int last,
			MemoryContext context)
{
	LbdHistogram old = *histogram;
	int			ncounts = LBD_HISTOGRAM_FIRST_COUNTS;

	while (ncounts <= last - first)
		ncounts *= 2;
	histogram->first = first;
	histogram->ncounts = ncounts;
	histogram->counts = MemoryContextAllocZero(context, ncounts * sizeof(int64));
	if (old.total > 0)
	{
		for (int i = lbd_histogram_bucket(old.least);
			 i <= lbd_histogram_bucket(old.most); i++)
			histogram->counts[i - first] = lbd_histogram_count(&old, i);
	}
	if (old.counts)
		pfree(old.counts);
}

/*
 * Counts so many numbers of a bucket that the histogram spans.
 */
void
lbd_histogram_put(LbdHistogram *histogram, int bucket, int64 times)
{
	histogram->total = Min(histogram->total + times, LBD_HISTOGRAM_MAX_COUNT);
	if (histogram->counts)
	{
		int64	   *count = &histogram->counts[bucket - histogram->first];

		*count = Min(*count + times, LBD_HISTOGRAM_MAX_COUNT);
	}
}

/*
 * Counts all numbers of another one.
 */
void
lbd_histogram_merge(LbdHistogram *histogram, const LbdHistogram *other,
					MemoryContext context)
{
	if (other->total == 0)
		return;
	lbd_histogram_extend(histogram, other->least, other->most, context);
	for (int i = lbd_histogram_bucket(other->least);
		 i <= lbd_histogram_bucket(other->most); i++)
		lbd_histogram_put(histogram, i, lbd_histogram_count(other, i));
}

void
lbd_histogram_free(LbdHistogram *histogram)
{
	if (histogram->counts)
		pfree(histogram->counts);
	memset(histogram, 0, sizeof(*histogram));
}

/*
 * The numbers in a bucket between those of the smallest and the largest one.
 */
int64
lbd_histogram_count(const LbdHistogram *histogram, int bucket)
{
	return histogram->counts ? histogram->counts[bucket - histogram->first] :
		histogram->total;
}

/*
 * The smallest number of a bucket.
 */
static int64
bucket_low(int bucket)
{
	int			shift = Max(bucket / 8 - 1, 0);

	return (int64) (bucket - shift * 8) << shift;
}

/*
 * The number that half of all are no larger than: to the bucket, of which it
 * is the middle, and no less than the smallest and no more than the largest
 * one.
 */
uint32
lbd_histogram_median(const LbdHistogram *histogram)
{
	int			bucket = lbd_histogram_bucket(histogram->least);
	int			last = lbd_histogram_bucket(histogram->most);
	int64		all = 0;
	int64		before = 0;
	int64		middle;

	for (int i = bucket; i <= last; i++)
		all += lbd_histogram_count(histogram, i);
	for (; bucket < last; bucket++)
	{
		before += lbd_histogram_count(histogram, bucket);
		if (2 * before >= all)
			break;
	}
	middle = (bucket_low(bucket) + bucket_low(bucket + 1) - 1) / 2;
	return (uint32) Max(Min(middle, histogram->most), histogram->least);
}

/*
 * The histogram as it is shown: fills in the bounds, which the numbers of a
 * bucket are below of, and how many numbers there are, from the bucket of the
 * smallest to that of the largest one.  Two, four or eight buckets are one,
 * where there would be too many.  Returns how many there are.
 */
int
lbd_histogram_bounds(const LbdHistogram *histogram, int64 *bounds,
					 int64 *counts)
{
	int			first = lbd_histogram_bucket(histogram->least);
	int			last = lbd_histogram_bucket(histogram->most);
	int			shift = 0;
	int			n;

	while ((last >> shift) - (first >> shift) >= LBD_HISTOGRAM_BOUNDS)
		shift++;
	n = (last >> shift) - (first >> shift) + 1;
	for (int i = 0; i < n; i++)
	{
		bounds[i] = bucket_low(((first >> shift) + i + 1) << shift);
		counts[i] = 0;
	}
	for (int i = first; i <= last; i++)
		counts[(i >> shift) - (first >> shift)] +=
			lbd_histogram_count(histogram, i);
	return n;
}
