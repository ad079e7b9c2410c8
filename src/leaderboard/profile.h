/*-------------------------------------------------------------------------
 *
 * profile.h
 *	  The profile of a build: its call tree.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_PROFILE_H
#define LBD_PROFILE_H

#include "leaderboard/build.h"

extern LbdCallTree *lbd_build_profile(LbdRequest request,
									  LbdEncoding encoding, int runs,
									  MemoryContext context,
									  int64 *reference);

#endif							/* LBD_PROFILE_H */
