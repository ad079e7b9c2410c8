/*-------------------------------------------------------------------------
 *
 * attribution.h
 *	  Which paths the bytes of a deflate stream belong to.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_ATTRIBUTION_H
#define LBD_ATTRIBUTION_H

/* Text of one path, between that of others. */
typedef struct LbdRun
{
	uint32		path;			/* number of the path */
	uint32		len;			/* bytes of text */
} LbdRun;

/* What one run has at most: longer ones are several. */
#define LBD_RUN_MAX		(PG_UINT32_MAX / 2)

typedef struct LbdDecoder LbdDecoder;

/*
 * The account of a stream.  Text is told by its runs before it is compressed;
 * they wait in the queue until the stream's symbols for their text come out.
 */
typedef struct LbdAttribution
{
	MemoryContext context;		/* of all of it */
	LbdRun	   *runs;			/* the queue */
	int64		nruns;			/* runs in it */
	int64		max_runs;		/* that it has memory for */
	int64		current;		/* run whose text comes next in the stream */
	int64		left;			/* bytes of its text that are still to come */
	int64		end;			/* of the runs in the document's text */
	int64	   *bits;			/* of symbols, by the number of their path */
	int64		nbits;			/* how many there is memory for */
	LbdDecoder *decoder;		/* reads the stream */
} LbdAttribution;

extern LbdAttribution *lbd_attribution_create(MemoryContext context);
extern void lbd_attribution_grow(LbdAttribution *attribution, uint32 path);
extern void lbd_attribution_decode(LbdAttribution *attribution,
								   const unsigned char *data, Size len);
extern int64 *lbd_attribution_end(LbdAttribution *attribution, int npaths,
								  int64 bytes);

/*
 * Tells whose the document's text is from where the runs end up to a position.
 */
static inline void
lbd_attribution_add(LbdAttribution *attribution, uint32 path, int64 end)
{
	int64		last = attribution->nruns - 1;
	uint32		len = end - attribution->end;

	if (len == 0)
		return;
	attribution->end = end;
	if (last >= attribution->current &&
		attribution->runs[last].path == path &&
		attribution->runs[last].len < LBD_RUN_MAX)
		attribution->runs[last].len += len;
	else
	{
		if (unlikely(attribution->nruns == attribution->max_runs ||
					 path >= attribution->nbits))
			lbd_attribution_grow(attribution, path);
		attribution->runs[attribution->nruns].path = path;
		attribution->runs[attribution->nruns++].len = len;
	}
	if (attribution->current == attribution->nruns - 1)
		attribution->left += len;
}

#endif							/* LBD_ATTRIBUTION_H */
