/*-------------------------------------------------------------------------
 *
 * leaderboard_payload.h
 *	  The payload of a leaderboard as one of the kinds of payloads.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_LEADERBOARD_PAYLOAD_H
#define LBD_LEADERBOARD_PAYLOAD_H

#include "leaderboard/audit.h"
#include "payload/measured.h"
#include "payload/payload.h"

extern LbdPayload *lbd_leaderboard_payload(LbdBuild *build);
extern LbdMeasured *lbd_leaderboard_measured(const LbdAudit *audit);

#endif							/* LBD_LEADERBOARD_PAYLOAD_H */
