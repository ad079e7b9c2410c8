/*-------------------------------------------------------------------------
 *
 * payload.h
 *	  What is sent, whatever it is: its parts, and their sizes with a change.
 *
 * A payload is of a kind, which says how it is produced.  Whoever looks for
 * opportunities, or shows what a change gives, knows the payload alone:
 *
 *		payload = lbd_leaderboard_payload(build);	-- while the build is open
 *		lbd_payload_measure(payload, &trial, sizes);
 *
 * A payload lives as long as what it was made of.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_PAYLOAD_H
#define LBD_PAYLOAD_H

#include "utils/jsonb.h"

#include "json/encoding.h"
#include "payload/changes.h"

/* A part of a payload with a change. */
typedef struct LbdPartSize
{
	bool		counted;		/* it is part of the payload, and produced */
	int64		bytes;			/* as it is sent: 0 where it is dropped */
	int64		compressed_bytes;	/* likewise, where it is compressed */
} LbdPartSize;

/* What is to be measured. */
typedef struct LbdTrial
{
	const Jsonb *change;		/* an object as changes.c describes it, or
								 * NULL; its paths are those of a payload that
								 * has been produced without a change */
	LbdEncoding encoding;		/* of which compressed bytes are counted */
	bool		partial;		/* only the parts that the change can touch
								 * are counted: what comes after the last of
								 * them is not produced */
	int			every;			/* of the rows, only each so many-th is
								 * produced; 0 is 1 */
} LbdTrial;

typedef struct LbdPayload LbdPayload;

/* How payloads of a kind do it. */
typedef struct LbdPayloadKind
{
	/* Produces the payload with a change; see LbdTrial. */
	void		(*measure) (LbdPayload *payload, const LbdTrial *trial,
							LbdPartSize *sizes);
	/* The call of the function that shows a change. */
	char	   *(*whatif_call) (const LbdPayload *payload, const char *change);
	/* In words, the phases whose targets of size such bytes meet. */
	char	   *(*phases_met) (const LbdPayload *payload, int64 bytes,
							   const int64 *compressed_bytes);
} LbdPayloadKind;

struct LbdPayload
{
	const LbdPayloadKind *kind; /* how it is produced */
	const LbdOutline *outline;	/* of it without a change */
	MemoryContext memory;		/* in which results live */
};

extern void lbd_payload_measure(LbdPayload *payload, const LbdTrial *trial,
								LbdPartSize *sizes);
extern char *lbd_payload_whatif_call(const LbdPayload *payload,
									 const char *change);
extern char *lbd_payload_phases_met(const LbdPayload *payload, int64 bytes,
									const int64 *compressed_bytes);

#endif							/* LBD_PAYLOAD_H */
