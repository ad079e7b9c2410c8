/*-------------------------------------------------------------------------
 *
 * payload.c
 *	  The context of a leaderboard: all components for one viewer.
 *
 * The models are read from their relation once, and gone through again for
 * the components that come later.  An unordered build, for consumers that do
 * not mind which component's text comes first, writes row_data and
 * comparison_data side by side, so that scores are detoasted once.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/memutils.h"

#include "json/columnar.h"
#include "leaderboard/benchmarks.h"
#include "leaderboard/column_defs.h"
#include "leaderboard/filter_options.h"
#include "leaderboard/payload.h"
#include "leaderboard/row_data.h"
#include "util/string_map.h"

/* What stands for a name that model_metadata_map has already. */
#define LBD_NAME_WRITTEN	(-2)

static void check_encoding(const LbdLayout *layout);
static bool has_metadata(const LbdModel *model);
static const char *map_name(const LbdModel *model);
static void write_rows(LbdPayload *payload, LbdStringMap *names,
					   LbdWriter *comparisons);
static void write_metadata_map(LbdPayload *payload, LbdStringMap *names);
static void write_comparisons(LbdPayload *payload);

/*
 * Reads configuration, benchmarks and models.  Needs an SPI connection; the
 * build lives in context, and ends with lbd_payload_end.
 */
LbdPayload *
lbd_payload_create(const LbdRequest *request, MemoryContext context)
{
	LbdPayload   *payload = MemoryContextAllocZero(context, sizeof(LbdPayload));

	payload->context = context;
	payload->profile = request->profile;
	LBD_ENTER(payload->profile, "get_context");
	LBD_ENTER(payload->profile, "load_configuration");
	payload->viewer = lbd_viewer_parse(request->viewer);
	payload->leaderboard = lbd_leaderboard_load(request->domain,
											  request->extension_schema,
											  context);
	payload->layout = lbd_layout_load(request->extension_schema,
									request->layout ? request->layout :
									payload->leaderboard->layout, context);
	LBD_LEAVE(payload->profile);
	payload->benchmarks = lbd_benchmarks_load(payload->leaderboard,
											&payload->viewer, payload->profile,
											context, &payload->nbenchmarks);
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
	LBD_LEAVE(payload->profile);
	return payload;
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
				 errdetail("Its wire text is UTF-8."),
				 errhint("Use a layout with ascii = true; lbdiag_audit measures both.")));
}

/*
 * Makes the build ready for another run, with the same benchmarks and models
 * and a layout that asks for no other members than its own.  What the run
 * needs lives in context.
 */
void
lbd_payload_restart(LbdPayload *payload, LbdLayout *layout, MemoryContext context)
{
	payload->context = context;
	payload->layout = layout;
	payload->filters = lbd_filters_create(context);
	payload->scores = lbd_scores_create(layout, context);
	payload->columnar = NULL;
	memset(payload->writers, 0, sizeof(payload->writers));
}

/*
 * Gives each component of the layout a writer, which gathers its text as
 * long as nobody makes it a streaming one.
 */
void
lbd_payload_writers(LbdPayload *payload, bool distinct)
{
	for (int i = 0; i < LBD_NCOMPONENTS; i++)
	{
		if (!payload->layout->components[i])
			continue;
		payload->writers[i] = lbd_writer_create(payload->context,
											  &payload->layout->format,
											  distinct);
		payload->writers[i]->profile = payload->profile;
	}
}

/*
 * Lets go of what does not live in the build's context alone.
 */
void
lbd_payload_end(LbdPayload *payload)
{
	lbd_models_end(payload->models);
}

/*
 * Writes the whole context to the build's writers, and calls done for each
 * component.  Needs an SPI connection.
 */
void
lbd_payload_run(LbdPayload *payload, bool ordered, LbdComponentDone done, void *arg)
{
	MemoryContext old = MemoryContextSwitchTo(payload->context);
	LbdStringMap   *names = lbd_string_map_create(0);

	write_rows(payload, names,
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
		switch (i)
		{
			case LBD_ROW_DATA:
				break;
			case LBD_COLUMN_DEFS:
				lbd_write_columns(payload, writer);
				break;
			case LBD_FILTER_OPTIONS:
				lbd_write_filters(payload, writer);
				break;
			case LBD_MODEL_METADATA_MAP:
				write_metadata_map(payload, names);
				break;
			case LBD_COMPARISON_DATA:
				if (ordered)
					write_comparisons(payload);
				break;
			default:
				lbd_write_benchmark_component(payload, i, writer);
		}
		lbd_writer_end(writer);
		lbd_writer_flush(writer);
		MemoryContextSwitchTo(payload->context);
		MemoryContextDelete(scratch);
		done(payload, i, arg);
	}
	MemoryContextSwitchTo(old);
}

/*
 * Writes row_data and, where a writer for it is given, comparison_data;
 * gathers filters, and the number of the last model of each name that has
 * metadata.
 */
static void
write_rows(LbdPayload *payload, LbdStringMap *names, LbdWriter *comparisons)
{
	LbdWriter  *rows = payload->writers[LBD_ROW_DATA];
	LbdModel	model;

	LBD_ENTER(payload->profile, "serialize_models");
	lbd_models_rewind(payload->models);
	if (rows)
		lbd_write_array(rows);
	if (comparisons)
		lbd_write_array(comparisons);
	for (int number = 0;
		 lbd_models_next(payload->models, &model, rows || comparisons);
		 number++)
	{
		MemoryContext old = MemoryContextSwitchTo(payload->models->model);

		lbd_filters_add(payload, &model);
		if (has_metadata(&model))
			*lbd_string_map_enter(names, map_name(&model)) = number;
		if (rows || comparisons)
			lbd_scores_read(payload, &model);
		if (rows)
			lbd_write_row(payload, rows, &model);
		if (payload->columnar)
			lbd_columnar_row(payload->columnar);
		if (comparisons)
			lbd_write_comparison(payload, comparisons, &model);
		MemoryContextSwitchTo(old);
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
 * model_metadata_map.  A repeated name stands where its first stands, with
 * the value of its last.
 */
static void
write_metadata_map(LbdPayload *payload, LbdStringMap *names)
{
	LbdWriter  *writer = payload->writers[LBD_MODEL_METADATA_MAP];
	LbdModels  *models = payload->models;
	LbdModel	model;

	LBD_ENTER(payload->profile, "build_model_metadata_map");
	lbd_models_rewind(models);
	lbd_write_object(writer);
	for (int number = 0; lbd_models_next(models, &model, false); number++)
	{
		MemoryContext old = MemoryContextSwitchTo(models->model);

		if (has_metadata(&model))
		{
			int		   *last = lbd_string_map_enter(names, map_name(&model));

			if (*last != LBD_NAME_WRITTEN)
			{
				if (*last != number)
					lbd_models_get(models, *last, &model);
				*last = LBD_NAME_WRITTEN;
				lbd_write_metadata_entry(payload, writer, map_name(&model),
										 &model.meta, &model.layers);
			}
		}
		MemoryContextSwitchTo(old);
	}
	lbd_write_object_end(writer);
	LBD_LEAVE(payload->profile);
}

/*
 * comparison_data, where it was not written with the rows.
 */
static void
write_comparisons(LbdPayload *payload)
{
	LbdWriter  *writer = payload->writers[LBD_COMPARISON_DATA];
	LbdModel	model;

	LBD_ENTER(payload->profile, "build_comparison_data");
	lbd_models_rewind(payload->models);
	lbd_write_array(writer);
	while (lbd_models_next(payload->models, &model, true))
	{
		MemoryContext old = MemoryContextSwitchTo(payload->models->model);

		lbd_scores_read(payload, &model);
		lbd_write_comparison(payload, writer, &model);
		MemoryContextSwitchTo(old);
	}
	lbd_write_array_end(writer);
	LBD_LEAVE(payload->profile);
}

/*
 * Whether a model is a member of model_metadata_map.
 */
static bool
has_metadata(const LbdModel *model)
{
	return lbd_item_truthy(&model->meta) &&
		JBE_ISCONTAINER(model->meta.entry) &&
		JsonContainerIsObject(LBD_ITEM_CONTAINER(&model->meta));
}

/*
 * The model's key there.
 */
static const char *
map_name(const LbdModel *model)
{
	return model->name ? model->name : "null";
}
