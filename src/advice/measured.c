/*-------------------------------------------------------------------------
 *
 * measured.c
 *	  A payload as it has been measured: what rules look at.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "advice/measured.h"
#include "json/encoder.h"

static void part_done(LbdPayload *payload, LbdComponent component, void *arg);
static void read_parts(LbdMeasured *measured, const LbdPayload *payload);

/*
 * Builds a payload that is open, and measures it: all of its components, or
 * those that are sent, as its request says.  attribute has compressed bytes
 * attributed to paths, where the encoding allows it.  The result, and the
 * paths, live as long as the payload is open, also when it runs again.
 */
LbdMeasured *
lbd_measure_payload(LbdPayload *payload, LbdEncoding encoding, bool attribute)
{
	LbdMeasured *measured = MemoryContextAllocZero(payload->build,
												   sizeof(LbdMeasured));
	const LbdLayout *layout = payload->layout;
	LbdEncoder *encoder = lbd_encoder_create(encoding, payload->build, NULL);

	measured->nparts = LBD_NCOMPONENTS;
	measured->parts = MemoryContextAllocZero(payload->build,
											 LBD_NCOMPONENTS * sizeof(LbdMeasuredPart));
	measured->compressed = encoder != NULL;
	measured->blanks = layout->format.comma_len > 1;
	measured->escapes = layout->format.ascii;
	lbd_payload_writers(payload, true);
	lbd_payload_stream(payload, encoder);
	if (attribute)
		lbd_payload_attribute(payload);

	/* What is not compressed may be written in any order. */
	lbd_payload_run(payload, encoder && layout->sent[LBD_COMPARISON_DATA],
					part_done, measured);
	read_parts(measured, payload);
	return measured;
}

/*
 * Adds up the paths of a component that has been written.
 */
static void
part_done(LbdPayload *payload, LbdComponent component, void *arg)
{
	LbdMeasured *measured = arg;

	measured->parts[component].bytes =
		lbd_stats_sum(payload->writers[component]->tree);
}

/*
 * Notes what the parts are, once all have been written.
 */
static void
read_parts(LbdMeasured *measured, const LbdPayload *payload)
{
	for (int i = 0; i < measured->nparts; i++)
	{
		LbdMeasuredPart *part = &measured->parts[i];

		part->name = lbd_component_name(i);
		if (payload->writers[i] == NULL)
			continue;
		part->stats = payload->writers[i]->tree;
		part->sent = payload->layout->sent[i];
		part->compressed_bytes = payload->compressed_bytes[i];
		part->compressed_own = payload->compressed_own[i];
		measured->js_strings |= payload->layout->js_string[i];
		if (!part->sent)
			continue;
		measured->bytes += part->bytes;
		measured->compressed_bytes += part->compressed_bytes;
	}
}

/*
 * The part with a name, or NULL where the payload has none.
 */
const LbdMeasuredPart *
lbd_measured_part(const LbdMeasured *measured, const char *name)
{
	for (int i = 0; i < measured->nparts; i++)
	{
		if (measured->parts[i].stats &&
			strcmp(measured->parts[i].name, name) == 0)
			return &measured->parts[i];
	}
	return NULL;
}
