/*-------------------------------------------------------------------------
 *
 * context.c
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

#include "benchmarks.h"
#include "columnar.h"
#include "columns.h"
#include "context.h"
#include "filters.h"
#include "names.h"
#include "rows.h"

/* What stands for a name that model_metadata_map has already. */
#define LBD_NAME_WRITTEN	(-2)

static void check_encoding(const LbdLayout *layout);
static bool has_metadata(const LbdModel *model);
static const char *map_name(const LbdModel *model);
static void write_rows(LbdBuild *build, LbdNames *names,
					   LbdWriter *comparisons);
static void write_metadata_map(LbdBuild *build, LbdNames *names);
static void write_comparisons(LbdBuild *build);

/*
 * Reads configuration, benchmarks and models.  Needs an SPI connection; the
 * build lives in context, and ends with lbd_build_end.
 */
LbdBuild *
lbd_build_create(const LbdRequest *request, MemoryContext context)
{
	LbdBuild   *build = MemoryContextAllocZero(context, sizeof(LbdBuild));

	build->context = context;
	build->profile = request->profile;
	LBD_ENTER(build->profile, "get_context");
	LBD_ENTER(build->profile, "load_configuration");
	build->viewer = lbd_viewer_parse(request->viewer);
	build->leaderboard = lbd_leaderboard_load(request->domain,
											  request->extension_schema,
											  context);
	build->layout = lbd_layout_load(request->extension_schema,
									request->layout ? request->layout :
									build->leaderboard->layout, context);
	LBD_LEAVE(build->profile);
	build->benchmarks = lbd_benchmarks_load(build->leaderboard,
											&build->viewer, build->profile,
											context, &build->nbenchmarks);
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
	LBD_LEAVE(build->profile);
	return build;
}

/*
 * Wire text that is not ASCII is UTF-8; a value has the server's encoding.
 */
static void
check_encoding(const LbdLayout *layout)
{
	if (!layout->encoding.ascii && layout->encoding.convert)
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
lbd_build_restart(LbdBuild *build, LbdLayout *layout, MemoryContext context)
{
	build->context = context;
	build->layout = layout;
	build->filters = lbd_filters_create(context);
	build->scores = lbd_scores_create(layout, context);
	build->columnar = NULL;
	memset(build->writers, 0, sizeof(build->writers));
}

/*
 * Gives each component of the layout a writer, which gathers its text as
 * long as nobody makes it a streaming one.
 */
void
lbd_build_writers(LbdBuild *build, bool distinct)
{
	for (int i = 0; i < LBD_NCOMPONENTS; i++)
	{
		if (!build->layout->components[i])
			continue;
		build->writers[i] = lbd_writer_create(build->context,
											  &build->layout->encoding,
											  distinct);
		build->writers[i]->profile = build->profile;
	}
}

/*
 * Lets go of what does not live in the build's context alone.
 */
void
lbd_build_end(LbdBuild *build)
{
	lbd_models_end(build->models);
}

/*
 * Writes the whole context to the build's writers, and calls done for each
 * component.  Needs an SPI connection.
 */
void
lbd_build_run(LbdBuild *build, bool ordered, LbdComponentDone done, void *arg)
{
	MemoryContext old = MemoryContextSwitchTo(build->context);
	LbdNames   *names = lbd_names_create(0);

	write_rows(build, names,
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
		switch (i)
		{
			case LBD_ROW_DATA:
				break;
			case LBD_COLUMN_DEFS:
				lbd_write_columns(build, writer);
				break;
			case LBD_FILTER_OPTIONS:
				lbd_write_filters(build, writer);
				break;
			case LBD_MODEL_METADATA_MAP:
				write_metadata_map(build, names);
				break;
			case LBD_COMPARISON_DATA:
				if (ordered)
					write_comparisons(build);
				break;
			default:
				lbd_write_benchmark_component(build, i, writer);
		}
		lbd_writer_flush(writer);
		MemoryContextSwitchTo(build->context);
		MemoryContextDelete(scratch);
		done(build, i, arg);
	}
	MemoryContextSwitchTo(old);
}

/*
 * Writes row_data and, where a writer for it is given, comparison_data;
 * gathers filters, and the number of the last model of each name that has
 * metadata.
 */
static void
write_rows(LbdBuild *build, LbdNames *names, LbdWriter *comparisons)
{
	LbdWriter  *rows = build->writers[LBD_ROW_DATA];
	LbdModel	model;

	LBD_ENTER(build->profile, "serialize_models");
	lbd_models_rewind(build->models);
	if (rows)
		lbd_write_array(rows);
	if (comparisons)
		lbd_write_array(comparisons);
	for (int number = 0;
		 lbd_models_next(build->models, &model, rows || comparisons);
		 number++)
	{
		MemoryContext old = MemoryContextSwitchTo(build->models->model);

		lbd_filters_add(build, &model);
		if (has_metadata(&model))
			*lbd_names_enter(names, map_name(&model)) = number;
		if (rows || comparisons)
			lbd_scores_read(build, &model);
		if (rows)
			lbd_write_row(build, rows, &model);
		if (build->columnar)
			lbd_columnar_row(build->columnar);
		if (comparisons)
			lbd_write_comparison(build, comparisons, &model);
		MemoryContextSwitchTo(old);
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
 * model_metadata_map.  A repeated name stands where its first stands, with
 * the value of its last.
 */
static void
write_metadata_map(LbdBuild *build, LbdNames *names)
{
	LbdWriter  *writer = build->writers[LBD_MODEL_METADATA_MAP];
	LbdModels  *models = build->models;
	LbdModel	model;

	LBD_ENTER(build->profile, "build_model_metadata_map");
	lbd_models_rewind(models);
	lbd_write_object(writer);
	for (int number = 0; lbd_models_next(models, &model, false); number++)
	{
		MemoryContext old = MemoryContextSwitchTo(models->model);

		if (has_metadata(&model))
		{
			int		   *last = lbd_names_enter(names, map_name(&model));

			if (*last != LBD_NAME_WRITTEN)
			{
				if (*last != number)
					lbd_models_get(models, *last, &model);
				*last = LBD_NAME_WRITTEN;
				lbd_write_metadata_entry(build, writer, map_name(&model),
										 &model.meta, &model.layers);
			}
		}
		MemoryContextSwitchTo(old);
	}
	lbd_write_object_end(writer);
	LBD_LEAVE(build->profile);
}

/*
 * comparison_data, where it was not written with the rows.
 */
static void
write_comparisons(LbdBuild *build)
{
	LbdWriter  *writer = build->writers[LBD_COMPARISON_DATA];
	LbdModel	model;

	LBD_ENTER(build->profile, "build_comparison_data");
	lbd_models_rewind(build->models);
	lbd_write_array(writer);
	while (lbd_models_next(build->models, &model, true))
	{
		MemoryContext old = MemoryContextSwitchTo(build->models->model);

		lbd_scores_read(build, &model);
		lbd_write_comparison(build, writer, &model);
		MemoryContextSwitchTo(old);
	}
	lbd_write_array_end(writer);
	LBD_LEAVE(build->profile);
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
