/*-------------------------------------------------------------------------
 *
 * trial.h
 *	  A payload produced with a change, and counted.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_TRIAL_H
#define LBD_TRIAL_H

#include "utils/jsonb.h"

#include "json/encoding.h"
#include "leaderboard/build.h"

/* A component with a change. */
typedef struct LbdTrialSize
{
	bool		counted;		/* it is part of the payload, and produced */
	int64		bytes;			/* as it is sent: 0 where it is dropped */
	int64		compressed_bytes;	/* likewise, where it is compressed */
} LbdTrialSize;

extern void lbd_try_change(LbdBuild *build, const Jsonb *change,
						   LbdEncoding encoding, bool partial,
						   LbdTrialSize sizes[LBD_NCOMPONENTS]);

#endif							/* LBD_TRIAL_H */
