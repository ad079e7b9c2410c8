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

static void component_done(LbdBuild *build, LbdComponent component,
						   void *arg);

/*
 * Opens a payload, builds it, and counts its bytes by path.
 * lbd_build_close ends it.
 */
void
lbd_audit_run(LbdAudit *audit, const LbdRequest *request, LbdEncoding encoding)
{
	lbd_audit_payload(audit, lbd_build_open(request), encoding, true);
}

/*
 * Builds a payload that is open, and counts its bytes by path, with the
 * compressed bytes unless the encoding is none.  attribute has these
 * attributed to paths, where the encoding allows it.
 */
void
lbd_audit_payload(LbdAudit *audit, LbdBuild *build, LbdEncoding encoding,
				  bool attribute)
{
	LbdEncoder *encoder = lbd_encoder_create(encoding, build->memory, NULL);

	memset(audit, 0, sizeof(*audit));
	audit->build = build;
	audit->compressed = encoder != NULL;
	lbd_build_writers(build, true);
	lbd_build_stream(build, encoder);
	if (attribute)
		lbd_build_attribute(build);
	build->decide = true;

	/* What is not compressed may be written in any order. */
	lbd_build_run(build,
				  encoder && build->layout->sent[LBD_COMPARISON_DATA],
				  component_done, audit);
	for (int i = 0; i < LBD_NCOMPONENTS; i++)
		audit->compressed_total += build->compressed_bytes[i];
}

/*
 * Takes the sizes of a component that has been written, and says so where not
 * all paths have been kept apart.
 */
static void
component_done(LbdBuild *build, LbdComponent component, void *arg)
{
	LbdAudit   *audit = arg;
	int64		bytes = lbd_stats_sum(build->writers[component]->tree);

	if (build->layout->sent[component])
		audit->total += bytes;
	lbd_rows_notice(build->writers[component]->tree,
					lbd_component_name(component));
}

/*
 * Bounds the number of paths for rows that are made of them.
 */
void
lbd_audit_limit(const LbdAudit *audit)
{
	const LbdBuild *build = audit->build;
	LbdPathTree trees[LBD_NCOMPONENTS];
	int			ntrees = 0;

	for (int i = 0; i < LBD_NCOMPONENTS; i++)
	{
		if (build->writers[i] == NULL)
			continue;
		trees[ntrees].stats = build->writers[i]->tree;
		trees[ntrees++].compressed = build->compressed_own[i];
	}
	lbd_rows_limit(trees, ntrees);
}

/*
 * Puts the components that are sent, or those that are not, into the order of
 * their sizes, the largest first, and returns how many there are.
 */
int
lbd_audit_sorted(const LbdBuild *build, bool sent, LbdComponent *components)
{
	int			n = 0;

	for (int i = 0; i < LBD_NCOMPONENTS; i++)
	{
		int			at = n;

		if (build->writers[i] == NULL || build->layout->sent[i] != sent)
			continue;
		while (at > 0 &&
			   build->writers[components[at - 1]]->tree->root->bytes <
			   build->writers[i]->tree->root->bytes)
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
	const LbdBuild *build = audit->build;

	lbd_measured_size(measured, NULL, audit->total,
					  audit->compressed ? &audit->compressed_total : NULL);
	for (int i = 0; i < LBD_NCOMPONENTS; i++)
	{
		if (build->writers[i] && build->layout->sent[i])
			lbd_measured_size(measured, lbd_component_name(i),
							  lbd_audit_root(audit, i)->bytes,
							  audit->compressed ?
							  &build->compressed_bytes[i] : NULL);
	}
}

/*
 * The path of a component as a whole, or NULL where it has not been built.
 */
const LbdPath *
lbd_audit_root(const LbdAudit *audit, LbdComponent component)
{
	LbdWriter  *writer = audit->build->writers[component];

	return writer ? writer->tree->root : NULL;
}
