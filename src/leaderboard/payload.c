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
#include "leaderboard/payload.h"
#include "util/progress.h"

static void payload_load(LbdPayload *payload);
static void check_encoding(const LbdLayout *layout);
static void write_models(LbdPayload *payload, LbdMetadataNames *names,
						 LbdWriter *comparisons);
static void start_progress(LbdPayload *payload, LbdProgress *progress,
						   const char *one, const char *many);
static void write_component(LbdPayload *payload, LbdComponent component,
							LbdMetadataNames *names, bool ordered);
static bool next_model(LbdPayload *payload, LbdModel *model, int64 *number,
					   bool with_scores);
static void flush_component(LbdPayload *payload, LbdComponent component);
static void write_comparisons(LbdPayload *payload);

/*
 * Opens a payload: connects to SPI, and reads configuration, benchmarks and
 * models.  It lives in a context of its own below the current one, and ends
 * with lbd_payload_close, or with an error.
 */
LbdPayload *
lbd_payload_open(const LbdRequest *request)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "lbdiag build",
												  ALLOCSET_DEFAULT_SIZES);
	LbdPayload *payload = MemoryContextAllocZero(context, sizeof(LbdPayload));

	payload->request = *request;
	payload->build = payload->context = context;
	payload->profile = request->profile;
	SPI_connect();
	payload->connected = true;
	LBD_ENTER_PHASE(payload->profile, "get_context", "query");
	payload_load(payload);
	LBD_LEAVE(payload->profile);
	return payload;
}

/*
 * Reads what a payload is made of.
 */
static void
payload_load(LbdPayload *payload)
{
	const LbdRequest *request = &payload->request;
	MemoryContext context = payload->context;

	LBD_ENTER(payload->profile, "load_configuration");
	payload->viewer = lbd_viewer_parse(request->viewer);
	payload->leaderboard = lbd_leaderboard_load(request->payload,
												request->extension_schema,
												context);
	payload->layout =
		lbd_layout_load(request->extension_schema,
						lbd_layout_find(payload->leaderboard, request->layout,
										&payload->layout_reason),
						context);
	LBD_LEAVE(payload->profile);
	payload->benchmarks = lbd_benchmarks_load(payload->leaderboard,
											  &payload->viewer,
											  payload->profile, context);
	if (request->returned)
		check_encoding(payload->layout);
	lbd_payload_restart(payload, payload->layout, context);
	LBD_ENTER(payload->profile, "filter_and_rank_models");
	payload->models = lbd_models_load(payload->leaderboard, &payload->viewer,
									  payload->layout->rank_binary,
									  lbd_layout_has(payload->layout,
													 LBD_MEMBER_GROUP),
									  payload->profile, context);
	LBD_LEAVE(payload->profile);
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
lbd_payload_restart(LbdPayload *payload, LbdLayout *layout,
					MemoryContext context)
{
	payload->context = context;
	payload->layout = layout;
	payload->filters = lbd_filters_create(context);
	payload->scores = lbd_scores_create(layout, context);
	payload->columnar = NULL;
	payload->encoder = NULL;
	payload->attribution = NULL;
	lbd_format_init(&payload->js_format, layout->format.comma_len == 1,
					layout->format.ascii, layout->format.html_safe,
					LBD_EMBED_JS_STRING);
	memset(payload->writers, 0, sizeof(payload->writers));
	memset(payload->compressed_own, 0, sizeof(payload->compressed_own));
	memset(payload->compressed_bytes, 0, sizeof(payload->compressed_bytes));
}

/*
 * Gives each component of the layout that is asked for a writer, which
 * gathers its text as long as nobody makes it a streaming one.
 */
void
lbd_payload_writers(LbdPayload *payload, bool distinct)
{
	const LbdLayout *layout = payload->layout;

	for (int i = 0; i < LBD_NCOMPONENTS; i++)
	{
		bool		embedded = layout->js_string[i] && !payload->request.returned;

		if (!layout->components[i] ||
			(payload->request.only_sent && !layout->sent[i]))
			continue;
		payload->writers[i] = lbd_writer_create(payload->context, embedded ?
												&payload->js_format :
												&layout->format,
												distinct);
		payload->writers[i]->profile = payload->profile;
		payload->writers[i]->name = lbd_component_name(i);
	}
}

/*
 * Lets the writers hand their text on in pieces: what is sent to encoder,
 * or, where that is NULL, to nobody.  The stream ends with the last component
 * that is sent.
 */
void
lbd_payload_stream(LbdPayload *payload, LbdEncoder *encoder)
{
	payload->encoder = encoder;
	payload->last = 0;
	for (int i = 0; i < LBD_NCOMPONENTS; i++)
	{
		if (payload->writers[i] == NULL)
			continue;
		if (payload->layout->sent[i])
			payload->last = i;
		lbd_writer_stream(payload->writers[i],
						  payload->layout->sent[i] ? encoder : NULL);
	}
}

/*
 * Has the compressed bytes attributed to paths, where the encoding allows it.
 */
void
lbd_payload_attribute(LbdPayload *payload)
{
	if (payload->encoder == NULL)
		return;
	payload->attribution = lbd_encoder_attribute(payload->encoder);
	for (int i = 0; i < LBD_NCOMPONENTS; i++)
	{
		if (payload->writers[i] && payload->layout->sent[i])
			payload->writers[i]->attribution = payload->attribution;
	}
}

/*
 * Ends the use of SPI.  The models can still be read.
 */
void
lbd_payload_disconnect(LbdPayload *payload)
{
	if (payload->connected)
		SPI_finish();
	payload->connected = false;
}

/*
 * Closes a payload, and frees it.
 */
void
lbd_payload_close(LbdPayload *payload)
{
	lbd_models_end(payload->models);
	lbd_payload_disconnect(payload);
	MemoryContextDelete(payload->build);
}

/*
 * Writes all components to the build's writers, and calls done for each,
 * unless it is NULL.
 */
void
lbd_payload_run(LbdPayload *payload, bool ordered, LbdComponentDone done,
				void *arg)
{
	MemoryContext old = MemoryContextSwitchTo(payload->context);
	LbdMetadataNames *names = lbd_metadata_names_create(payload->context);

	write_models(payload, names,
				 ordered ? NULL : payload->writers[LBD_COMPARISON_DATA]);
	for (int i = 0; i < LBD_NCOMPONENTS; i++)
	{
		LbdWriter  *writer = payload->writers[i];
		MemoryContext scratch;

		if (writer == NULL)
			continue;
		scratch = AllocSetContextCreate(payload->context, "lbdiag component",
										ALLOCSET_DEFAULT_SIZES);
		MemoryContextSwitchTo(scratch);
		write_component(payload, i, names, ordered);
		MemoryContextSwitchTo(payload->context);
		MemoryContextDelete(scratch);
		lbd_write_end(writer);
		lbd_writer_flush(writer);
		if (payload->encoder && payload->layout->sent[i])
			flush_component(payload, i);
		if (done)
			done(payload, i, arg);
	}
	MemoryContextSwitchTo(old);
}

/*
 * Ends the compressed text of a component.
 */
static void
flush_component(LbdPayload *payload, LbdComponent component)
{
	int64		bytes = lbd_encoder_flush(payload->encoder,
										  component == payload->last);

	payload->compressed_bytes[component] = bytes;
	if (payload->attribution)
		payload->compressed_own[component] =
			lbd_attribution_end(payload->attribution,
								payload->writers[component]->tree->nnodes,
								bytes);
}

/*
 * Writes one component, in the current context; row_data has been written
 * with the models.
 */
static void
write_component(LbdPayload *payload, LbdComponent component,
				LbdMetadataNames *names, bool ordered)
{
	LbdWriter  *writer = payload->writers[component];

	switch (component)
	{
		case LBD_ROW_DATA:
			break;
		case LBD_COLUMN_DEFS:
			lbd_write_columns(payload->benchmarks, payload->layout,
							  &payload->viewer, writer);
			break;
		case LBD_FILTER_OPTIONS:
			lbd_write_filters(payload->filters, payload->benchmarks,
							  payload->layout, writer);
			break;
		case LBD_MODEL_METADATA_MAP:
			lbd_write_metadata_map(names, payload->models, writer,
								   lbd_layout_has(payload->layout,
												  LBD_MEMBER_LAYER_MAPPING));
			break;
		case LBD_COMPARISON_DATA:
			if (ordered)
				write_comparisons(payload);
			break;
		default:
			lbd_write_benchmark_component(payload->benchmarks, payload->layout,
										  component, writer);
	}
}

/*
 * Goes through the models: writes row_data and, where a writer for it is
 * given, comparison_data; gathers filters, and the names for
 * model_metadata_map.
 */
static void
write_models(LbdPayload *payload, LbdMetadataNames *names,
			 LbdWriter *comparisons)
{
	LbdWriter  *rows = payload->writers[LBD_ROW_DATA];
	LbdModel	model;
	LbdProgress progress;
	int64		number = -1;

	LBD_ENTER(payload->profile, "serialize_models");
	start_progress(payload, &progress, "model", "models");
	lbd_models_rewind(payload->models);
	if (rows)
		lbd_write_array(rows);
	if (comparisons)
		lbd_write_array(comparisons);
	while (next_model(payload, &model, &number, rows || comparisons))
	{
		MemoryContext old = MemoryContextSwitchTo(payload->models->model);

		lbd_filters_add(payload->filters, &model, payload->profile);
		lbd_metadata_names_add(names, &model, number);
		if (rows || comparisons)
			lbd_scores_read(payload->scores, &model, payload->profile);
		if (rows)
			lbd_write_row(payload->scores, rows, &model);
		if (payload->columnar)
			lbd_columnar_row(payload->columnar);
		if (comparisons)
			lbd_write_comparison(payload->scores, comparisons, &model);
		MemoryContextSwitchTo(old);
		lbd_progress_add(&progress);
	}
	if (payload->columnar)
		lbd_columnar_finish(payload->columnar);
	else if (rows)
		lbd_write_array_end(rows);
	if (comparisons)
		lbd_write_array_end(comparisons);
	LBD_LEAVE(payload->profile);
}

/*
 * Begins to report how many of the models that are built are done.
 */
static void
start_progress(LbdPayload *payload, LbdProgress *progress, const char *one,
			   const char *many)
{
	lbd_progress_start(progress, payload->request.progress, one, many,
					   lbd_models_count(payload->models) /
					   Max(payload->request.every, 1));
}

/*
 * The next model of those that are built, and its number among all of them;
 * it is -1 before the first.  Returns false where there is none.
 */
static bool
next_model(LbdPayload *payload, LbdModel *model, int64 *number,
		   bool with_scores)
{
	int			every = Max(payload->request.every, 1);
	bool		built;

	do
	{
		built = ++*number % every == every / 2;
		if (!lbd_models_next(payload->models, model, with_scores && built))
			return false;
	} while (!built);
	return true;
}

/*
 * comparison_data, where it was not written with the rows.
 */
static void
write_comparisons(LbdPayload *payload)
{
	LbdWriter  *writer = payload->writers[LBD_COMPARISON_DATA];
	LbdModel	model;
	LbdProgress progress;
	int64		number = -1;

	LBD_ENTER(payload->profile, "build_comparison_data");
	start_progress(payload, &progress, "model of comparison_data",
				   "models of comparison_data");
	lbd_models_rewind(payload->models);
	lbd_write_array(writer);
	while (next_model(payload, &model, &number, true))
	{
		MemoryContext old = MemoryContextSwitchTo(payload->models->model);

		lbd_scores_read(payload->scores, &model, payload->profile);
		lbd_write_comparison(payload->scores, writer, &model);
		MemoryContextSwitchTo(old);
		lbd_progress_add(&progress);
	}
	lbd_write_array_end(writer);
	LBD_LEAVE(payload->profile);
}
