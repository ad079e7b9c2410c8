/*-------------------------------------------------------------------------
 *
 * leaderboard_payload.c
 *	  The payload of a leaderboard as one of the kinds of payloads.
 *
 * What is counted with a change is what the payload's own writer writes, with
 * the change in front of it: there is no estimate.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/memutils.h"

#include "json/columnar.h"
#include "json/encoder.h"
#include "payload/leaderboard_payload.h"

/* A leaderboard whose build is open. */
typedef struct LbdLeaderboardPayload
{
	LbdPayload	payload;		/* first: its calls get a pointer to it */
	LbdBuild   *build;			/* that produces it */
	const LbdPathStats *known[LBD_NCOMPONENTS]; /* paths of a build without a
												 * change, or NULL */
} LbdLeaderboardPayload;

/* One change while it is measured. */
typedef struct LbdChangedBuild
{
	LbdChange  *change;			/* what is different */
	LbdLayout  *layout;			/* with the change */
	LbdEncoding encoding;		/* of which compressed bytes are counted */
	LbdComponent last;			/* of all that are sent with the change */
	LbdPartSize *sizes;			/* by component: the result */
} LbdChangedBuild;

static void leaderboard_measure(LbdPayload *payload, const LbdTrial *trial,
								LbdPartSize *sizes);
static void note_paths(LbdLeaderboardPayload *leaderboard);
static void measure_unchanged(LbdLeaderboardPayload *leaderboard,
							  LbdEncoding encoding, LbdPartSize *sizes);
static void try_change(LbdLeaderboardPayload *leaderboard,
					   const LbdTrial *trial, LbdPartSize *sizes);
static LbdOutline *layout_outline(const LbdLayout *layout);
static LbdLayout *changed_layout(const LbdLayout *layout,
								 const LbdChange *change);
static bool cut_components(LbdChangedBuild *changed, bool partial);
static void measure_change(LbdBuild *build, LbdChangedBuild *changed);
static void start_change(LbdBuild *build, LbdChangedBuild *changed,
						 LbdEncoder *encoder);
static void survey_change(LbdBuild *build, LbdChangedBuild *changed);
static void changed_done(LbdBuild *build, LbdComponent component, void *arg);
static char *leaderboard_whatif_call(const LbdPayload *payload,
									 const char *change);
static char *leaderboard_phases_met(const LbdPayload *payload, int64 bytes,
									const int64 *compressed_bytes);
static void read_part(LbdMeasured *measured, const LbdBuild *build,
					  LbdComponent component);

static const LbdPayloadKind leaderboard_kind = {
	leaderboard_measure, leaderboard_whatif_call, leaderboard_phases_met
};

/*
 * The payload of a build that is open.  It lives as long as that.
 */
LbdPayload *
lbd_leaderboard_payload(LbdBuild *build)
{
	MemoryContext old = MemoryContextSwitchTo(build->memory);
	LbdLeaderboardPayload *leaderboard = palloc0(sizeof(LbdLeaderboardPayload));

	leaderboard->payload.kind = &leaderboard_kind;
	leaderboard->payload.outline = layout_outline(build->layout);
	leaderboard->payload.memory = build->memory;
	leaderboard->build = build;
	note_paths(leaderboard);
	MemoryContextSwitchTo(old);
	return &leaderboard->payload;
}

/*
 * Notes the paths of what has been built, of which it is known which keys are
 * data: a change finds paths as an audit shows them.
 */
static void
note_paths(LbdLeaderboardPayload *leaderboard)
{
	const LbdBuild *build = leaderboard->build;

	for (int i = 0; i < LBD_NCOMPONENTS; i++)
	{
		if (build->writers[i] && build->writers[i]->tree->decided)
			leaderboard->known[i] = build->writers[i]->tree;
	}
}

/*
 * Produces the payload with a change.  The build, and what has been measured
 * with it, is afterwards as it was.
 */
static void
leaderboard_measure(LbdPayload *payload, const LbdTrial *trial,
					LbdPartSize *sizes)
{
	LbdLeaderboardPayload *leaderboard = (LbdLeaderboardPayload *) payload;
	LbdBuild   *build = leaderboard->build;
	LbdBuild	before = *build;
	MemoryContext context = AllocSetContextCreate(build->memory,
												  "lbdiag trial",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);

	build->request.only_sent = true;
	build->request.every = trial->every;
	/* A part of a payload is tried by who reports how many changes are. */
	if (trial->partial)
		build->request.progress = NULL;
	if (trial->change)
		try_change(leaderboard, trial, sizes);
	else
		measure_unchanged(leaderboard, trial->encoding, sizes);
	*build = before;
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
}

static void
measure_unchanged(LbdLeaderboardPayload *leaderboard, LbdEncoding encoding,
				  LbdPartSize *sizes)
{
	LbdBuild   *build = leaderboard->build;

	MemoryContextSwitchTo(build->memory);
	lbd_build_restart(build, build->layout, build->memory);
	lbd_build_writers(build, false);
	lbd_build_stream(build, lbd_encoder_create(encoding, build->memory, NULL));
	build->decide = true;
	lbd_build_run(build, true, NULL, NULL);
	note_paths(leaderboard);
	for (int i = 0; i < LBD_NCOMPONENTS; i++)
	{
		if (build->writers[i] == NULL)
			continue;
		sizes[i].counted = true;
		sizes[i].bytes = build->writers[i]->streamed;
		sizes[i].compressed_bytes = build->compressed_bytes[i];
	}
}

static void
try_change(LbdLeaderboardPayload *leaderboard, const LbdTrial *trial,
		   LbdPartSize *sizes)
{
	LbdBuild   *build = leaderboard->build;
	const LbdLayout *layout = build->layout;
	LbdChangedBuild changed = {0};
	LbdItem		item;

	lbd_item_from_jsonb(&item, unconstify(Jsonb *, trial->change));
	changed.change = lbd_change_parse(&item, leaderboard->payload.outline);
	changed.layout = changed_layout(layout, changed.change);
	changed.encoding = trial->encoding;
	changed.sizes = sizes;
	for (int i = 0; i < LBD_NCOMPONENTS; i++)
	{
		sizes[i].counted = layout->sent[i] && changed.change->dropped[i];
		changed.change->edits[i].known = leaderboard->known[i];
	}
	if (cut_components(&changed, trial->partial))
		measure_change(build, &changed);
}

/*
 * What changes must know of a leaderboard's payload.
 */
static LbdOutline *
layout_outline(const LbdLayout *layout)
{
	LbdOutline *outline = palloc0(sizeof(LbdOutline));
	const char **names = palloc(LBD_NCOMPONENTS * sizeof(char *));

	for (int i = 0; i < LBD_NCOMPONENTS; i++)
		names[i] = lbd_component_name(i);
	outline->title = psprintf("layout \"%s\"", layout->name);
	outline->names = names;
	outline->has = layout->components;
	outline->js_string = layout->js_string;
	outline->nparts = LBD_NCOMPONENTS;
	outline->rows = layout->components[LBD_ROW_DATA] ? LBD_ROW_DATA : -1;
	return outline;
}

/*
 * The layout that a payload has with the change.
 */
static LbdLayout *
changed_layout(const LbdLayout *layout, const LbdChange *change)
{
	LbdLayout  *changed = palloc(sizeof(LbdLayout));
	LbdFormat  *format = &changed->format;

	memcpy(changed, layout, sizeof(LbdLayout));
	for (int i = 0; i < LBD_NCOMPONENTS; i++)
	{
		changed->components[i] &= !change->dropped[i];
		changed->js_string[i] &= !change->plain_json;
	}
	if (change->compact || change->utf8)
		lbd_format_init(format, change->compact || format->comma_len == 1,
						format->ascii && !change->utf8, format->html_safe,
						format->embedding);
	return changed;
}

/*
 * Leaves out of a partial measurement what comes after the last component that
 * the change touches and keeps.  Returns whether anything is to be produced.
 */
static bool
cut_components(LbdChangedBuild *changed, bool partial)
{
	LbdLayout  *layout = changed->layout;
	bool	   *touched = changed->change->touched;
	int			last = LBD_NCOMPONENTS - 1;

	while (last > 0 && !(layout->components[last] && layout->sent[last]))
		last--;
	changed->last = last;
	if (!partial)
		memset(touched, true, LBD_NCOMPONENTS * sizeof(bool));
	while (last >= 0 && !(touched[last] && layout->components[last]))
		layout->components[last--] = false;
	return last >= 0;
}

/*
 * Produces the payload with a change, and notes its sizes.
 */
static void
measure_change(LbdBuild *build, LbdChangedBuild *changed)
{
	MemoryContext context = CurrentMemoryContext;

	if (changed->change->survey)
		survey_change(build, changed);
	start_change(build, changed,
				 lbd_encoder_create(changed->encoding, context, NULL));
	/* Its stream is that of the whole payload with the change. */
	build->last = changed->last;
	if (changed->change->columnar && build->writers[LBD_ROW_DATA])
	{
		/* It is the first component, so its start may go out now. */
		lbd_writer_flush(build->writers[LBD_ROW_DATA]);
		build->columnar = lbd_columnar_create(context,
											  build->writers[LBD_ROW_DATA]);
	}
	lbd_build_run(build, true, changed_done, changed);
}

/*
 * Prepares a run with the change.
 */
static void
start_change(LbdBuild *build, LbdChangedBuild *changed, LbdEncoder *encoder)
{
	lbd_build_restart(build, changed->layout, CurrentMemoryContext);
	lbd_build_writers(build, false);
	lbd_build_stream(build, encoder);
	for (int i = 0; i < LBD_NCOMPONENTS; i++)
	{
		if (build->writers[i])
			lbd_transform_begin(&changed->change->edits[i],
								build->writers[i]);
	}
}

/*
 * Finds the usual values of members, by a run whose text nobody takes.
 */
static void
survey_change(LbdBuild *build, LbdChangedBuild *changed)
{
	LbdTransform *edits = changed->change->edits;

	for (int i = 0; i < LBD_NCOMPONENTS; i++)
		edits[i].survey = true;
	start_change(build, changed, NULL);
	lbd_build_run(build, true, NULL, NULL);
	for (int i = 0; i < LBD_NCOMPONENTS; i++)
	{
		lbd_transform_survey(&edits[i]);
		edits[i].survey = false;
	}
}

/*
 * Counts a component that has been produced.
 */
static void
changed_done(LbdBuild *build, LbdComponent component, void *arg)
{
	LbdChangedBuild *changed = arg;
	LbdPartSize *size = &changed->sizes[component];

	lbd_transform_check(&changed->change->edits[component],
						lbd_component_name(component));
	if (!changed->change->touched[component])
		return;
	size->counted = true;
	size->bytes = build->writers[component]->streamed;
	size->compressed_bytes = build->compressed_bytes[component];
}

/*
 * The call of lbdiag_whatif that shows a change.
 */
static char *
leaderboard_whatif_call(const LbdPayload *payload, const char *change)
{
	const LbdBuild *build = ((const LbdLeaderboardPayload *) payload)->build;
	const LbdRequest *request = &build->request;
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "SELECT * FROM lbdiag_whatif(%s",
					 quote_literal_cstr(request->payload));
	if (strcmp(request->viewer, LBD_DEFAULT_VIEWER) != 0)
		appendStringInfo(&out, ", viewer => %s",
						 quote_literal_cstr(request->viewer));
	if (request->layout)
		appendStringInfo(&out, ", layout => %s",
						 quote_literal_cstr(request->layout));
	appendStringInfo(&out, ", changes => %s)", quote_literal_cstr(change));
	return out.data;
}

static char *
leaderboard_phases_met(const LbdPayload *payload, int64 bytes,
					   const int64 *compressed_bytes)
{
	const LbdBuild *build = ((const LbdLeaderboardPayload *) payload)->build;

	return lbd_phases_met(&build->request, bytes, compressed_bytes);
}

/*
 * An audit as rules look at it.  The result, and the paths, live as long as
 * the payload is open, also when it runs again.
 */
LbdMeasured *
lbd_leaderboard_measured(const LbdAudit *audit)
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
