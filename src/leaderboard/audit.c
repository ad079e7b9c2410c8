/*-------------------------------------------------------------------------
 *
 * audit.c
 *	  What the payload of a leaderboard takes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "json/path_rows.h"
#include "leaderboard/audit.h"

static void component_done(LbdPayload *payload, LbdComponent component,
						   void *arg);

/*
 * Opens a payload, builds it, and counts its bytes by path.
 * lbd_payload_close ends it.
 */
void
lbd_audit_run(LbdAudit *audit, const LbdRequest *request, LbdEncoding encoding)
{
	lbd_audit_payload(audit, lbd_payload_open(request), encoding, true);
}

/*
 * Builds a payload that is open, and counts its bytes by path, with the
 * compressed bytes unless the encoding is none.  attribute has these
 * attributed to paths, where the encoding allows it.
 */
void
lbd_audit_payload(LbdAudit *audit, LbdPayload *payload, LbdEncoding encoding,
				  bool attribute)
{
	LbdEncoder *encoder = lbd_encoder_create(encoding, payload->build, NULL);

	memset(audit, 0, sizeof(*audit));
	audit->payload = payload;
	audit->compressed = encoder != NULL;
	lbd_payload_writers(payload, true);
	lbd_payload_stream(payload, encoder);
	if (attribute)
		lbd_payload_attribute(payload);

	/* What is not compressed may be written in any order. */
	lbd_payload_run(payload,
					encoder && payload->layout->sent[LBD_COMPARISON_DATA],
					component_done, audit);
	for (int i = 0; i < LBD_NCOMPONENTS; i++)
		audit->compressed_total += payload->compressed_bytes[i];
}

/*
 * Takes the sizes of a component that has been written, and says so where not
 * all paths have been kept apart.
 */
static void
component_done(LbdPayload *payload, LbdComponent component, void *arg)
{
	LbdAudit   *audit = arg;
	int64		bytes = lbd_stats_sum(payload->writers[component]->tree);

	if (payload->layout->sent[component])
		audit->total += bytes;
	lbd_rows_notice(payload->writers[component]->tree,
					lbd_component_name(component));
}

/*
 * Bounds the number of paths for rows that are made of them.
 */
void
lbd_audit_limit(const LbdAudit *audit)
{
	const LbdPayload *payload = audit->payload;
	LbdPathTree trees[LBD_NCOMPONENTS];
	int			ntrees = 0;

	for (int i = 0; i < LBD_NCOMPONENTS; i++)
	{
		if (payload->writers[i] == NULL)
			continue;
		trees[ntrees].stats = payload->writers[i]->tree;
		trees[ntrees++].compressed = payload->compressed_own[i];
	}
	lbd_rows_limit(trees, ntrees);
}

/*
 * Puts the components that are sent, or those that are not, into the order of
 * their sizes, the largest first, and returns how many there are.
 */
int
lbd_audit_sorted(const LbdPayload *payload, bool sent, LbdComponent *components)
{
	int			n = 0;

	for (int i = 0; i < LBD_NCOMPONENTS; i++)
	{
		int			at = n;

		if (payload->writers[i] == NULL || payload->layout->sent[i] != sent)
			continue;
		while (at > 0 &&
			   payload->writers[components[at - 1]]->tree->root->bytes <
			   payload->writers[i]->tree->root->bytes)
		{
			components[at] = components[at - 1];
			at--;
		}
		components[at] = i;
		n++;
	}
	return n;
}

/*
 * Adds the sizes of what is sent to the measurements that targets are compared with.
 */
void
lbd_audit_measurements(const LbdAudit *audit, LbdMeasurements *measured)
{
	const LbdPayload *payload = audit->payload;

	lbd_measured_size(measured, NULL, audit->total,
					  audit->compressed ? &audit->compressed_total : NULL);
	for (int i = 0; i < LBD_NCOMPONENTS; i++)
	{
		if (payload->writers[i] && payload->layout->sent[i])
			lbd_measured_size(measured, lbd_component_name(i),
							  lbd_audit_root(audit, i)->bytes,
							  audit->compressed ?
							  &payload->compressed_bytes[i] : NULL);
	}
}

/*
 * The path of a component as a whole, or NULL where it has not been built.
 */
const LbdPath *
lbd_audit_root(const LbdAudit *audit, LbdComponent component)
{
	LbdWriter  *writer = audit->payload->writers[component];

	return writer ? writer->tree->root : NULL;
}
