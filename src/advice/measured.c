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

static void read_part(LbdMeasured *measured, const LbdBuild *build,
					  LbdComponent component);

/*
 * An audit as rules look at it.  The result, and the paths, live as long as
 * the payload is open, also when it runs again.
 */
LbdMeasured *
lbd_measured_create(const LbdAudit *audit)
{
	const LbdBuild *build = audit->build;
	LbdMeasured *measured = MemoryContextAllocZero(build->memory,
												   sizeof(LbdMeasured));

	measured->nparts = LBD_NCOMPONENTS;
	measured->parts = MemoryContextAllocZero(build->memory,
											 LBD_NCOMPONENTS * sizeof(LbdMeasuredPart));
	measured->bytes = audit->total;
	measured->compressed_bytes = audit->compressed_total;
	measured->compressed = audit->compressed;
	measured->blanks = build->layout->format.comma_len > 1;
	measured->escapes = build->layout->format.ascii;
	for (int i = 0; i < LBD_NCOMPONENTS; i++)
		read_part(measured, build, i);
	return measured;
}

static void
read_part(LbdMeasured *measured, const LbdBuild *build,
		  LbdComponent component)
{
	LbdMeasuredPart *part = &measured->parts[component];

	part->name = lbd_component_name(component);
	if (build->writers[component] == NULL)
		return;
	part->stats = build->writers[component]->tree;
	part->sent = build->layout->sent[component];
	part->bytes = part->stats->root->bytes;
	part->compressed_bytes = build->compressed_bytes[component];
	part->compressed_own = build->compressed_own[component];
	measured->js_strings |= build->layout->js_string[component];
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
