/*-------------------------------------------------------------------------
 *
 * attribution.c
 *	  Which paths the bytes of a deflate stream belong to.
 *
 * The bits of a literal belong to the path of its byte, those of a match to
 * the path of the first byte that it stands for.  What belongs to no symbol
 * (headers of blocks, ends of blocks, flushes, gzip's framing) is shared in
 * proportion.
 *
 * It says where compressed bytes are.  It does not say what a change would
 * save: text that is dropped takes matches away from what comes after it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "json/attribution.h"
#include "json/deflate_decoder.h"

#define LBD_FIRST_RUNS		1024
#define LBD_FIRST_PATHS		256

/* Numbers of merged paths are freed when there are so many of them. */
#define LBD_MERGED_PATHS	1024

/* What a path lacks of one more byte, when its share is rounded down. */
typedef struct LbdRemainder
{
	int64		remainder;		/* of the division */
	int			path;			/* number of the path */
} LbdRemainder;

static void reserve_bits(LbdAttribution *attribution, uint32 path);
static void settle_merged(LbdAttribution *attribution);
static uint32 merged_into(const LbdAttribution *attribution, uint32 path);
static void add_symbol(void *arg, int bits, int64 len);
static void advance(LbdAttribution *attribution, int64 len);
static int	compare_remainders(const void *a, const void *b);

/*
 * Begins the attribution of a stream; it lives in context.
 */
LbdAttribution *
lbd_attribution_create(MemoryContext context)
{
	LbdAttribution *attribution =
		MemoryContextAllocZero(context, sizeof(LbdAttribution));

	attribution->context = context;
	attribution->max_runs = LBD_FIRST_RUNS;
	attribution->runs = MemoryContextAlloc(context,
										   LBD_FIRST_RUNS * sizeof(LbdRun));
	attribution->nbits = LBD_FIRST_PATHS;
	attribution->bits = MemoryContextAllocZero(context,
											   LBD_FIRST_PATHS * sizeof(int64));
	attribution->decoder = MemoryContextAllocZero(context,
												  sizeof(LbdDecoder));
	return attribution;
}

/*
 * Reserves space for one more run, of that path.
 */
void
lbd_attribution_grow(LbdAttribution *attribution, uint32 path)
{
	reserve_bits(attribution, path);
	if (attribution->nruns == attribution->max_runs && attribution->compress)
		attribution->compress(attribution->arg);
	if (attribution->nruns < attribution->max_runs)
		return;
	if (attribution->current >= attribution->nruns / 2)
	{
		attribution->nruns -= attribution->current;
		memmove(attribution->runs, attribution->runs + attribution->current,
				attribution->nruns * sizeof(LbdRun));
		attribution->current = 0;
	}
	else
	{
		attribution->max_runs *= 2;
		attribution->runs = repalloc_huge(attribution->runs,
										  attribution->max_runs * sizeof(LbdRun));
	}
}

static void
reserve_bits(LbdAttribution *attribution, uint32 path)
{
	int64		n = Max(2 * attribution->nbits, (int64) path + 1);

	if (path < attribution->nbits)
		return;
	attribution->bits = repalloc_huge(attribution->bits, n * sizeof(int64));
	memset(attribution->bits + attribution->nbits, 0,
		   (n - attribution->nbits) * sizeof(int64));
	attribution->nbits = n;
}

/*
 * Returns a number for a new path.  It is the smallest that is free: there are
 * no more numbers than paths at a time, and some that wait to be settled.
 */
uint32
lbd_attribution_path(LbdAttribution *attribution)
{
	if (attribution->nmerged >= Max(LBD_MERGED_PATHS, attribution->npaths / 2))
		settle_merged(attribution);
	while (attribution->next < attribution->npaths &&
		   attribution->merged[attribution->next] != LBD_PATH_FREE)
		attribution->next++;
	if (attribution->next == attribution->max_paths)
	{
		uint32		n = Max(2 * attribution->max_paths, LBD_FIRST_PATHS);

		attribution->merged = attribution->merged ?
			repalloc_huge(attribution->merged, n * sizeof(uint32)) :
			MemoryContextAlloc(attribution->context, n * sizeof(uint32));
		attribution->max_paths = n;
	}
	attribution->npaths = Max(attribution->npaths, attribution->next + 1);
	attribution->merged[attribution->next] = attribution->next;
	reserve_bits(attribution, attribution->next);
	return attribution->next++;
}

/*
 * Gives the numbers that the stats of one document have given already, from 0
 * on, so that its paths can be merged.
 */
void
lbd_attribution_number(LbdAttribution *attribution, int npaths)
{
	attribution->npaths = attribution->next = attribution->nmerged = 0;
	for (int i = 0; i < npaths; i++)
		(void) lbd_attribution_path(attribution);
}

/*
 * Merges a path into another one: its runs and bits are that one's from now on.
 * No more runs may be added for it.
 */
void
lbd_attribution_merge(LbdAttribution *attribution, uint32 path, uint32 into)
{
	attribution->merged[path] = into;
	attribution->nmerged++;
}

/*
 * Moves the runs and bits of paths that have become part of others, and frees
 * their numbers.
 */
static void
settle_merged(LbdAttribution *attribution)
{
	uint32	   *merged = attribution->merged;

	for (int64 i = attribution->current; i < attribution->nruns; i++)
		attribution->runs[i].path = merged_into(attribution,
												attribution->runs[i].path);
	for (uint32 i = 0; i < attribution->npaths; i++)
	{
		if (merged[i] == i || merged[i] == LBD_PATH_FREE)
			continue;
		attribution->bits[merged_into(attribution, i)] += attribution->bits[i];
		attribution->bits[i] = 0;
	}
	for (uint32 i = 0; i < attribution->npaths; i++)
	{
		if (merged[i] != i)
			merged[i] = LBD_PATH_FREE;
	}
	attribution->next = attribution->nmerged = 0;
}

/*
 * Returns the path that a path is a part of now.
 */
static uint32
merged_into(const LbdAttribution *attribution, uint32 path)
{
	while (attribution->merged[path] != path)
		path = attribution->merged[path];
	return path;
}

/*
 * Reads compressed text, as much as has come out.
 */
void
lbd_attribution_decode(LbdAttribution *attribution, const unsigned char *data,
					   Size len)
{
	lbd_decoder_read(attribution->decoder, data, len, add_symbol, attribution);
}

/*
 * Counts the bits of a symbol that stands for len bytes of text.
 */
static void
add_symbol(void *arg, int bits, int64 len)
{
	LbdAttribution *attribution = arg;

	if (unlikely(attribution->current >= attribution->nruns))
		elog(ERROR, "compressed text has no path");
	attribution->bits[attribution->runs[attribution->current].path] += bits;
	if (likely(len < attribution->left))
		attribution->left -= len;
	else
		advance(attribution, len);
}

/*
 * Goes on in the text, beyond the present run.
 */
static void
advance(LbdAttribution *attribution, int64 len)
{
	while (len >= attribution->left)
	{
		len -= attribution->left;
		attribution->left = 0;
		if (++attribution->current < attribution->nruns)
			attribution->left = attribution->runs[attribution->current].len;
		else if (len > 0)
			elog(ERROR, "compressed text has no path");
		else
			return;
	}
	attribution->left -= len;
}

/*
 * Ends a document, whose text has been flushed, and returns its compressed
 * bytes by the number of their path, allocated in its context.  They
 * add up to bytes: each path has its share rounded down, and those that lack
 * least have one more.  It goes on with the next document.
 */
int64 *
lbd_attribution_end(LbdAttribution *attribution, int npaths, int64 bytes)
{
	int64	   *own = MemoryContextAllocZero(attribution->context,
											 npaths * sizeof(int64));
	LbdRemainder *remainders = palloc(npaths * sizeof(LbdRemainder));
	int64		total = 0;
	int64		missing = bytes;
	int64		whole;
	int			shift = 0;
	int			n = 0;

	if (attribution->current != attribution->nruns)
		elog(ERROR, "text has no compressed bytes");
	if (attribution->nmerged > 0)
		settle_merged(attribution);
	for (int i = 0; i < npaths && i < attribution->nbits; i++)
		total += attribution->bits[i];
	if (total == 0)
	{
		own[0] = bytes;
		missing = 0;
	}
	/* Past 1 GB the last bits of a share are left out. */
	while (bytes > 0 && (total >> shift) > PG_INT64_MAX / bytes)
		shift++;
	whole = total >> shift;
	for (int i = 0; i < npaths; i++)
	{
		int64		bits = i < attribution->nbits ? attribution->bits[i] : 0;
		int64		product = (bits >> shift) * bytes;

		if (bits == 0 || whole == 0)
			continue;
		own[i] = product / whole;
		remainders[n].remainder = product - own[i] * whole;
		remainders[n++].path = i;
		missing -= own[i];
	}
	qsort(remainders, n, sizeof(LbdRemainder), compare_remainders);
	for (int i = 0; n > 0 && missing > 0; i = (i + 1) % n, missing--)
		own[remainders[i].path]++;
	pfree(remainders);
	memset(attribution->bits, 0, attribution->nbits * sizeof(int64));
	attribution->nruns = attribution->current = attribution->end = 0;
	return own;
}

/* The largest first, equal ones in the order of their paths. */
static int
compare_remainders(const void *a, const void *b)
{
	const LbdRemainder *left = a;
	const LbdRemainder *right = b;

	if (left->remainder != right->remainder)
		return left->remainder > right->remainder ? -1 : 1;
	return left->path - right->path;
}
