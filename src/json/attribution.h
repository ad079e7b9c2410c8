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

/* Of a path's number: it is no path's. */
#define LBD_PATH_FREE	PG_UINT32_MAX

/*
 * The attribution of a stream.  The runs of a text are added before it is
 * compressed, and are in the queue until the stream's symbols for them come
 * out.
 *
 * Paths have numbers.  They are those of one document's stats, or, where
 * several stats share an attribution and fold their paths, those that
 * lbd_attribution_path() gives.
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
	void		(*compress) (void *arg);	/* has the runs' text compressed
											 * before the queue grows, or NULL */
	void	   *arg;			/* of compress */
	uint32	   *merged;			/* by number: the path that it has become a
								 * part of, itself, or LBD_PATH_FREE */
	uint32		npaths;			/* numbers that have been given */
	uint32		max_paths;		/* how many there is memory for */
	uint32		next;			/* no smaller number is free */
	uint32		nmerged;		/* paths that have become part of others */
} LbdAttribution;

extern LbdAttribution *lbd_attribution_create(MemoryContext context);
extern void lbd_attribution_grow(LbdAttribution *attribution, uint32 path);
extern uint32 lbd_attribution_path(LbdAttribution *attribution);
extern void lbd_attribution_number(LbdAttribution *attribution, int npaths);
extern void lbd_attribution_merge(LbdAttribution *attribution, uint32 path,
								  uint32 into);
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
	attribution->end = end;
}

#endif							/* LBD_ATTRIBUTION_H */
