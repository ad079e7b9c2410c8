/*-------------------------------------------------------------------------
 *
 * progress.h
 *	  How far long work is, told to the client while it goes on.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_PROGRESS_H
#define LBD_PROGRESS_H

#include "datatype/timestamp.h"

/* A piece of work that is reported; it lives as long as the work's caller. */
typedef struct LbdProgress
{
	bool		on;				/* somebody wants to know */
	const char *function;		/* whose work it is, "lbdiag_..." */
	const char *one;			/* what is counted: a single one */
	const char *many;			/* and several of them */
	int64		done;			/* how many are done */
	int64		total;			/* how many there are, 0 where not known */
	int64		interval;		/* microseconds between two messages */
	TimestampTz started;		/* when the work began */
	TimestampTz due;			/* when the next message may be sent */
} LbdProgress;

extern int	lbd_progress_interval;
extern char *lbd_progress_function;

extern bool lbd_progress_wanted(void);
extern void lbd_progress_start(LbdProgress *progress, const char *function,
							   const char *one, const char *many,
							   int64 total);
extern void lbd_progress_count(LbdProgress *progress);

/*
 * Counts one that is done.  Without the setting it costs a predictable branch.
 */
static inline void
lbd_progress_add(LbdProgress *progress)
{
	if (unlikely(progress->on))
		lbd_progress_count(progress);
}

#endif							/* LBD_PROGRESS_H */
