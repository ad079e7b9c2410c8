/*-------------------------------------------------------------------------
 *
 * trial.c
 *	  A payload produced with a change, and counted.
 *
 * What is counted is what the payload's own writer writes, with the change in
 * front of it: there is no estimate.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "advice/changes.h"
#include "advice/trial.h"
#include "json/columnar.h"
#include "json/encoder.h"

/* One change while it is measured. */
typedef struct LbdTrial
{
	LbdChange  *change;			/* what is different */
	LbdLayout  *layout;			/* with the change */
	LbdEncoding encoding;		/* of which compressed bytes are counted */
	LbdComponent last;			/* of all that are sent with the change */
	LbdTrialSize *sizes;		/* by component: the result */
} LbdTrial;

static LbdOutline *layout_outline(const LbdLayout *layout);
static LbdLayout *changed_layout(const LbdLayout *layout,
								 const LbdChange *change);
static bool cut_components(LbdTrial *trial, bool partial);
static void measure_change(LbdBuild *build, LbdTrial *trial);
static void start_change(LbdBuild *build, LbdTrial *trial,
						 LbdEncoder *encoder);
static void survey_change(LbdBuild *build, LbdTrial *trial);
static void trial_done(LbdBuild *build, LbdComponent component, void *arg);

/*
 * Produces a payload that is open with a change, an object as changes.c
 * describes it, and counts the bytes of its components.  Where partial is
 * set, only the components that the change can touch are counted: what comes
 * after the last of them is not produced.  The payload can run again.
 */
void
lbd_try_change(LbdBuild *build, const Jsonb *change, LbdEncoding encoding,
			   bool partial, LbdTrialSize sizes[LBD_NCOMPONENTS])
{
	LbdLayout  *layout = build->layout;
	MemoryContext run = build->context;
	MemoryContext context = AllocSetContextCreate(build->memory,
												  "lbdiag trial",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	LbdTrial	trial = {0};
	LbdItem		item;

	memset(sizes, 0, LBD_NCOMPONENTS * sizeof(LbdTrialSize));
	lbd_item_from_jsonb(&item, unconstify(Jsonb *, change));
	trial.change = lbd_change_parse(&item, layout_outline(layout));
	trial.layout = changed_layout(layout, trial.change);
	trial.encoding = encoding;
	trial.sizes = sizes;
	for (int i = 0; i < LBD_NCOMPONENTS; i++)
		sizes[i].counted = layout->sent[i] && trial.change->dropped[i];
	if (cut_components(&trial, partial))
		measure_change(build, &trial);
	build->layout = layout;
	build->context = run;
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
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
 * Leaves out of a partial trial what comes after the last component that
 * the change touches and keeps.  Returns whether anything is to be produced.
 */
static bool
cut_components(LbdTrial *trial, bool partial)
{
	LbdLayout  *layout = trial->layout;
	bool	   *touched = trial->change->touched;
	int			last = LBD_NCOMPONENTS - 1;

	while (last > 0 && !(layout->components[last] && layout->sent[last]))
		last--;
	trial->last = last;
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
measure_change(LbdBuild *build, LbdTrial *trial)
{
	MemoryContext context = CurrentMemoryContext;

	if (trial->change->survey)
		survey_change(build, trial);
	start_change(build, trial,
				 lbd_encoder_create(trial->encoding, context, NULL));
	/* Its stream is that of the whole payload with the change. */
	build->last = trial->last;
	if (trial->change->columnar && build->writers[LBD_ROW_DATA])
	{
		/* It is the first component, so its start may go out now. */
		lbd_writer_flush(build->writers[LBD_ROW_DATA]);
		build->columnar = lbd_columnar_create(context,
											  build->writers[LBD_ROW_DATA]);
	}
	lbd_build_run(build, true, trial_done, trial);
}

/*
 * Prepares a run with the change.
 */
static void
start_change(LbdBuild *build, LbdTrial *trial, LbdEncoder *encoder)
{
	lbd_build_restart(build, trial->layout, CurrentMemoryContext);
	lbd_build_writers(build, false);
	lbd_build_stream(build, encoder);
	for (int i = 0; i < LBD_NCOMPONENTS; i++)
	{
		if (build->writers[i])
			lbd_transform_begin(&trial->change->edits[i],
								build->writers[i]);
	}
}

/*
 * Finds the usual values of members, by a run whose text nobody takes.
 */
static void
survey_change(LbdBuild *build, LbdTrial *trial)
{
	LbdTransform *edits = trial->change->edits;

	for (int i = 0; i < LBD_NCOMPONENTS; i++)
		edits[i].survey = true;
	start_change(build, trial, NULL);
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
trial_done(LbdBuild *build, LbdComponent component, void *arg)
{
	LbdTrial   *trial = arg;
	LbdTrialSize *size = &trial->sizes[component];

	lbd_transform_check(&trial->change->edits[component],
						lbd_component_name(component));
	if (!trial->change->touched[component])
		return;
	size->counted = true;
	size->bytes = build->writers[component]->streamed;
	size->compressed_bytes = build->compressed_bytes[component];
}
