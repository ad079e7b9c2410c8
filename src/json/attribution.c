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

/* What a path lacks of one more byte, when its share is rounded down. */
typedef struct LbdRemainder
{
	int64		remainder;		/* of the division */
	int			path;			/* number of the path */
} LbdRemainder;

static void add_symbol(void *arg, int bits, int64 len);
static void advance(LbdAttribution *attribution, int64 len);
static int	compare_remainders(const void *a, const void *b);

/*
 * Begins the account of a stream; it lives in context.
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
	if (path >= attribution->nbits)
	{
		int64		n = Max(2 * attribution->nbits, (int64) path + 1);

		attribution->bits = repalloc_huge(attribution->bits, n * sizeof(int64));
		memset(attribution->bits + attribution->nbits, 0,
			   (n - attribution->nbits) * sizeof(int64));
		attribution->nbits = n;
	}
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
 * bytes by the number of their path, allocated in the account's context.  They
 * add up to bytes: each path has its share rounded down, and those that lack
 * least have one more.  The account goes on with the next document.
 */
int64 *
lbd_attribution_end(LbdAttribution *attribution, int npaths, int64 bytes)
{
	int64	   *own = MemoryContextAllocZero(attribution->context,
											 npaths * sizeof(int64));
	LbdRemainder *remainders = palloc(npaths * sizeof(LbdRemainder));
	int64		total = 0;
	int64		missing = bytes;
	int			shift = 0;

	if (attribution->current != attribution->nruns)
		elog(ERROR, "text has no compressed bytes");
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
	for (int i = 0; i < npaths; i++)
	{
		int64		bits = i < attribution->nbits ? attribution->bits[i] : 0;
		int64		product = (bits >> shift) * bytes;

		if (total > 0)
			own[i] = product / (total >> shift);
		remainders[i].remainder = product - own[i] * (total >> shift);
		remainders[i].path = i;
		missing -= own[i];
	}
	qsort(remainders, npaths, sizeof(LbdRemainder), compare_remainders);
	for (int i = 0; missing > 0; i = (i + 1) % npaths, missing--)
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
