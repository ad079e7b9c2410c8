/*-------------------------------------------------------------------------
 *
 * payload.c
 *	  The payload of a leaderboard: its components for one viewer.
 *
 * A payload is opened, run once or more, and closed.  The models are read
 * from their relation once, and gone through again for the components that
 * come later.  An unordered build, for consumers that do not mind which
 * component's text comes first, writes row_data and comparison_data side by
 * side, so that scores are detoasted once.
 *
 * A component that the layout only builds has a writer as those that are sent
 * have, but its text is dropped when it has been counted: it is no part of
 * the compressed stream.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "utils/memutils.h"

#include "leaderboard/benchmarks.h"
#include "leaderboard/column_defs.h"
#include "leaderboard/metadata_map.h"
#include "leaderboard/build.h"
#include "util/progress.h"

static void build_load(LbdBuild *build);
static void check_encoding(const LbdLayout *layout);
static void write_models(LbdBuild *build, LbdMetadataNames *names,
						 LbdWriter *comparisons);
static void start_progress(LbdBuild *build, LbdProgress *progress,
						   const char *one, const char *many);
static void write_component(LbdBuild *build, LbdComponent component,
							LbdMetadataNames *names, bool ordered);
static bool next_model(LbdBuild *build, LbdModel *model, int64 *number,
					   bool with_scores);
static void decide_keys(LbdBuild *build, LbdComponent component);
static void flush_component(LbdBuild *build, LbdComponent component);
static void write_comparisons(LbdBuild *build);

/*
 * Opens a payload: connects to SPI, and reads configuration, benchmarks and
 * models.  It lives in a context of its own below the current one, and ends
 * with lbd_build_close, or with an error.
 */
LbdBuild *
lbd_build_open(const LbdRequest *request)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "lbdiag build",
												  ALLOCSET_DEFAULT_SIZES);
	LbdBuild   *build = MemoryContextAllocZero(context, sizeof(LbdBuild));

	build->request = *request;
	build->memory = build->context = context;
	build->profile = request->profile;
	SPI_connect();
	build->connected = true;
	LBD_ENTER_PHASE(build->profile, "get_context", "query");
	build_load(build);
	LBD_LEAVE(build->profile);
	return build;
}

/*
 * Reads what a payload is made of.
 */
static void
build_load(LbdBuild *build)
{
	const LbdRequest *request = &build->request;
	MemoryContext context = build->context;

	LBD_ENTER(build->profile, "load_configuration");
	build->viewer = lbd_viewer_parse(request->viewer);
	build->leaderboard = lbd_leaderboard_load(request->payload,
											  request->extension_schema,
											  context);
	build->layout =
		lbd_layout_load(request->extension_schema,
						lbd_layout_find(build->leaderboard, request->layout,
										&build->layout_reason),
						context);
	LBD_LEAVE(build->profile);
	build->benchmarks = lbd_benchmarks_load(build->leaderboard,
											&build->viewer,
											build->profile, context);
	if (request->returned)
		check_encoding(build->layout);
	lbd_build_restart(build, build->layout, context);
	LBD_ENTER(build->profile, "filter_and_rank_models");
	build->models = lbd_models_load(build->leaderboard, &build->viewer,
									build->layout->rank_binary,
									lbd_layout_has(build->layout,
												   LBD_MEMBER_GROUP),
									build->profile, context);
	LBD_LEAVE(build->profile);
}

/*
 * Wire text that is not ASCII is UTF-8; a value has the server's encoding.
 */
static void
check_encoding(const LbdLayout *layout)
{
	if (!layout->format.ascii && layout->format.convert)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("layout \"%s\" cannot be returned in a database with encoding %s",
						layout->name, GetDatabaseEncodingName()),
				 errdetail("Its text is UTF-8."),
				 errhint("Use a layout with ascii = true; lbdiag_audit measures both.")));
}

/*
 * Makes the build ready for another run, with the same benchmarks and models
 * and a layout that asks for no other members than its own.  What the run
 * needs lives in context.
 */
void
lbd_build_restart(LbdBuild *build, LbdLayout *layout,
				  MemoryContext context)
{
	build->context = context;
	build->layout = layout;
	build->filters = lbd_filters_create(context);
	build->scores = lbd_scores_create(layout, context);
	build->columnar = NULL;
	build->encoder = NULL;
	build->attribution = NULL;
	build->decide = false;
	lbd_format_init(&build->js_format, layout->format.comma_len == 1,
					layout->format.ascii, layout->format.html_safe,
					LBD_EMBED_JS_STRING);
	memset(build->writers, 0, sizeof(build->writers));
	memset(build->compressed_own, 0, sizeof(build->compressed_own));
	memset(build->compressed_bytes, 0, sizeof(build->compressed_bytes));
}

/*
 * Gives each component of the layout that is asked for a writer, which
 * gathers its text as long as nobody makes it a streaming one.
 */
void
lbd_build_writers(LbdBuild *build, bool distinct)
{
	const LbdLayout *layout = build->layout;

	for (int i = 0; i < LBD_NCOMPONENTS; i++)
	{
		bool		embedded = layout->js_string[i] && !build->request.returned;

		if (!layout->components[i] ||
			(build->request.only_sent && !layout->sent[i]))
			continue;
		build->writers[i] = lbd_writer_create(build->context, embedded ?
											  &build->js_format :
											  &layout->format,
											  distinct);
		build->writers[i]->profile = build->profile;
		build->writers[i]->name = lbd_component_name(i);
	}
}

/*
 * Lets the writers hand their text on in pieces: what is sent to encoder,
 * or, where that is NULL, to nobody.  The stream ends with the last component
 * that is sent.
 */
void
lbd_build_stream(LbdBuild *build, LbdEncoder *encoder)
{
	build->encoder = encoder;
	build->last = 0;
	for (int i = 0; i < LBD_NCOMPONENTS; i++)
	{
		if (build->writers[i] == NULL)
			continue;
		if (build->layout->sent[i])
			build->last = i;
		lbd_writer_stream(build->writers[i],
						  build->layout->sent[i] ? encoder : NULL);
	}
}

/*
 * Has the compressed bytes attributed to paths, where the encoding allows it.
 */
void
lbd_build_attribute(LbdBuild *build)
{
	if (build->encoder == NULL)
		return;
	build->attribution = lbd_encoder_attribute(build->encoder);
	for (int i = 0; i < LBD_NCOMPONENTS; i++)
	{
		if (build->writers[i] && build->layout->sent[i])
			build->writers[i]->attribution = build->attribution;
	}
}

/*
 * Ends the use of SPI.  The models can still be read.
 */
void
lbd_build_disconnect(LbdBuild *build)
{
	if (build->connected)
		SPI_finish();
	build->connected = false;
}

/*
 * Closes a payload, and frees it.
 */
void
lbd_build_close(LbdBuild *build)
{
	lbd_models_end(build->models);
	lbd_build_disconnect(build);
	MemoryContextDelete(build->memory);
}

/*
 * Writes all components to the build's writers, and calls done for each,
 * unless it is NULL.
 */
void
lbd_build_run(LbdBuild *build, bool ordered, LbdComponentDone done,
			  void *arg)
{
	MemoryContext old = MemoryContextSwitchTo(build->context);
	LbdMetadataNames *names = lbd_metadata_names_create(build->context);

	write_models(build, names,
				 ordered ? NULL : build->writers[LBD_COMPARISON_DATA]);
	for (int i = 0; i < LBD_NCOMPONENTS; i++)
	{
		LbdWriter  *writer = build->writers[i];
		MemoryContext scratch;

		if (writer == NULL)
			continue;
		scratch = AllocSetContextCreate(build->context, "lbdiag component",
										ALLOCSET_DEFAULT_SIZES);
		MemoryContextSwitchTo(scratch);
		write_component(build, i, names, ordered);
		MemoryContextSwitchTo(build->context);
		MemoryContextDelete(scratch);
		lbd_write_end(writer);
		lbd_writer_flush(writer);
		if (build->decide)
			decide_keys(build, i);
		if (build->encoder && build->layout->sent[i])
			flush_component(build, i);
		if (done)
			done(build, i, arg);
	}
	MemoryContextSwitchTo(old);
}

/*
 * Decides which keys of a component that has been written are data.
 */
static void
decide_keys(LbdBuild *build, LbdComponent component)
{
	LbdPathStats *stats = build->writers[component]->tree;

	if (build->attribution && build->layout->sent[component])
	{
		lbd_attribution_number(build->attribution, stats->nnodes);
		stats->attribution = build->attribution;
	}
	(void) lbd_stats_decide(stats);
	stats->attribution = NULL;
}

/*
 * Ends the compressed text of a component.
 */
static void
flush_component(LbdBuild *build, LbdComponent component)
{
	int64		bytes = lbd_encoder_flush(build->encoder,
										  component == build->last);

	build->compressed_bytes[component] = bytes;
	if (build->attribution)
		build->compressed_own[component] =
			lbd_attribution_end(build->attribution,
								build->attribution->npaths, bytes);
}

/*
 * Writes one component, in the current context; row_data has been written
 * with the models.
 */
static void
write_component(LbdBuild *build, LbdComponent component,
				LbdMetadataNames *names, bool ordered)
{
	LbdWriter  *writer = build->writers[component];

	switch (component)
	{
		case LBD_ROW_DATA:
			break;
		case LBD_COLUMN_DEFS:
			lbd_write_columns(build->benchmarks, build->layout,
							  &build->viewer, writer);
			break;
		case LBD_FILTER_OPTIONS:
			lbd_write_filters(build->filters, build->benchmarks,
							  build->layout, writer);
			break;
		case LBD_MODEL_METADATA_MAP:
			lbd_write_metadata_map(names, build->models, writer,
								   lbd_layout_has(build->layout,
												  LBD_MEMBER_LAYER_MAPPING));
			break;
		case LBD_COMPARISON_DATA:
			if (ordered)
				write_comparisons(build);
			break;
		default:
			lbd_write_benchmark_component(build->benchmarks, build->layout,
										  component, writer);
	}
}

/*
 * Goes through the models: writes row_data and, where a writer for it is
 * given, comparison_data; gathers filters, and the names for
 * model_metadata_map.
 */
static void
write_models(LbdBuild *build, LbdMetadataNames *names,
			 LbdWriter *comparisons)
{
	LbdWriter  *rows = build->writers[LBD_ROW_DATA];
	LbdModel	model;
	LbdProgress progress;
	int64		number = -1;

	LBD_ENTER(build->profile, "serialize_models");
	start_progress(build, &progress, "model", "models");
	lbd_models_rewind(build->models);
	if (rows)
		lbd_write_array(rows);
	if (comparisons)
		lbd_write_array(comparisons);
	while (next_model(build, &model, &number, rows || comparisons))
	{
		MemoryContext old = MemoryContextSwitchTo(build->models->model);

		lbd_filters_add(build->filters, &model, build->profile);
		lbd_metadata_names_add(names, &model, number);
		if (rows || comparisons)
			lbd_scores_read(build->scores, &model, build->profile);
		if (rows)
			lbd_write_row(build->scores, rows, &model);
		if (build->columnar)
			lbd_columnar_row(build->columnar);
		if (comparisons)
			lbd_write_comparison(build->scores, comparisons, &model);
		MemoryContextSwitchTo(old);
		lbd_progress_add(&progress);
	}
	if (build->columnar)
		lbd_columnar_finish(build->columnar);
	else if (rows)
		lbd_write_array_end(rows);
	if (comparisons)
		lbd_write_array_end(comparisons);
	LBD_LEAVE(build->profile);
}

/*
 * Begins to report how many of the models that are built are done.
 */
static void
start_progress(LbdBuild *build, LbdProgress *progress, const char *one,
			   const char *many)
{
	lbd_progress_start(progress, build->request.progress, one, many,
					   lbd_models_count(build->models) /
					   Max(build->request.every, 1));
}

/*
 * The next model of those that are built, and its number among all of them;
 * it is -1 before the first.  Returns false where there is none.
 */
static bool
next_model(LbdBuild *build, LbdModel *model, int64 *number,
		   bool with_scores)
{
	int			every = Max(build->request.every, 1);
	bool		built;

	do
	{
		built = ++*number % every == every / 2;
		if (!lbd_models_next(build->models, model, with_scores && built))
			return false;
	} while (!built);
	return true;
}

/*
 * comparison_data, where it was not written with the rows.
 */
static void
write_comparisons(LbdBuild *build)
{
	LbdWriter  *writer = build->writers[LBD_COMPARISON_DATA];
	LbdModel	model;
	LbdProgress progress;
	int64		number = -1;

	LBD_ENTER(build->profile, "build_comparison_data");
	start_progress(build, &progress, "model of comparison_data",
				   "models of comparison_data");
	lbd_models_rewind(build->models);
	lbd_write_array(writer);
	while (next_model(build, &model, &number, true))
	{
		MemoryContext old = MemoryContextSwitchTo(build->models->model);

		lbd_scores_read(build->scores, &model, build->profile);
		lbd_write_comparison(build->scores, writer, &model);
		MemoryContextSwitchTo(old);
		lbd_progress_add(&progress);
	}
	lbd_write_array_end(writer);
	LBD_LEAVE(build->profile);
}
