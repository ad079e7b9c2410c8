/*-------------------------------------------------------------------------
 *
 * payload.c
 *	  What is sent, whatever it is: its parts, and their sizes with a change.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "payload/payload.h"

/*
 * Produces a payload with a change, and counts the bytes of its parts: sizes
 * has one for each part of the outline.  The payload can be measured again.
 */
void
lbd_payload_measure(LbdPayload *payload, const LbdTrial *trial,
					LbdPartSize *sizes)
{
	memset(sizes, 0, payload->outline->nparts * sizeof(LbdPartSize));
	payload->kind->measure(payload, trial, sizes);
}

/*
 * The call of the function that shows a change, with the change as the server
 * prints it.
 */
char *
lbd_payload_whatif_call(const LbdPayload *payload, const char *change)
{
	Datum		jsonb = DirectFunctionCall1(jsonb_in, CStringGetDatum(change));

	return payload->kind->whatif_call(payload,
									  JsonbToCString(NULL, &DatumGetJsonbP(jsonb)->root, 0));
}

/*
 * In words, the phases whose targets of size a payload of so many bytes meets;
 * compressed_bytes is NULL where they are not known.
 */
char *
lbd_payload_phases_met(const LbdPayload *payload, int64 bytes,
					   const int64 *compressed_bytes)
{
	return payload->kind->phases_met(payload, bytes, compressed_bytes);
}
