/*-------------------------------------------------------------------------
 *
 * measured.h
 *	  A payload as it has been measured: what rules look at.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_MEASURED_H
#define LBD_MEASURED_H

#include "json/path_stats.h"

/* A part of a payload: a component of a leaderboard. */
typedef struct LbdMeasuredPart
{
	const char *name;			/* of the component */
	const LbdPathStats *stats;	/* its paths, added up, or NULL where the
								 * payload has no such part */
	bool		sent;			/* or else only built */
	int64		bytes;			/* of all of it */
	int64		compressed_bytes;	/* of all of it, where it is compressed */
	const int64 *compressed_own;	/* by number of a path, or NULL where
									 * compressed bytes are not attributed */
} LbdMeasuredPart;

typedef struct LbdMeasured
{
	LbdMeasuredPart *parts;		/* in the payload's order */
	int			nparts;			/* how many, with those that it has not */
	int64		bytes;			/* of all that is sent */
	int64		compressed_bytes;	/* of all that is sent */
	bool		compressed;		/* compressed bytes have been counted */
	bool		blanks;			/* there are blanks after separators */
	bool		escapes;		/* what is not ASCII is escaped */
	bool		js_strings;		/* some of it is in JavaScript strings */
} LbdMeasured;

extern const LbdMeasuredPart *lbd_measured_part(const LbdMeasured *measured,
												const char *name);

#endif							/* LBD_MEASURED_H */
