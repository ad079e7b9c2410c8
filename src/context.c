/*-------------------------------------------------------------------------
 *
 * context.c
 *	  The context of a leaderboard: all components for one viewer.
 *
 * The models are read from their relation once.  What a later component
 * needs of them is put by in a tuplestore, which goes to disk when it grows:
 * large values in it are toast pointers as a rule.  An unordered build, for
 * consumers that do not mind which component's text comes first, writes all
 * components of a model side by side and puts only the metadata by.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/tupdesc.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

#include "benchmarks.h"
#include "columns.h"
#include "context.h"
#include "filters.h"
#include "names.h"
#include "rows.h"

/* Memory of what is put by, in kB, before it goes to disk. */
#define LBD_KEPT_MEMORY		1024

/* What is put by of a model. */
enum
{
	KEPT_NAME,
	KEPT_META,
	KEPT_LAYERS,
	KEPT_SCORES,
	KEPT_COLS
};

typedef struct LbdKept
{
	Tuplestorestate *store;		/* a tuple a model */
	TupleDesc	desc;			/* its columns */
	TupleTableSlot *slot;		/* to read it with */
	int			lookup;			/* read pointer to look ahead with */
	LbdNames   *names;			/* number of the last model of a name that has
								 * metadata, or LBD_NAME_WRITTEN */
	int			count;			/* models put by */
	bool		with_scores;	/* scores are put by too */
	MemoryContext context;		/* owner of all of it */
} LbdKept;

#define LBD_NAME_WRITTEN	(-2)

static void kept_init(LbdKept *kept, bool with_scores);
static void kept_add(LbdKept *kept, const LbdModel *model);
static void kept_rewind(LbdKept *kept);
static bool kept_next(LbdKept *kept, LbdModel *model);
static void kept_get(LbdKept *kept, int number, LbdModel *model);
static void kept_end(LbdKept *kept);
static bool has_metadata(const LbdModel *model);
static const char *map_name(const LbdModel *model);
static void write_models(LbdBuild *build, LbdKept *kept);
static void write_metadata_map(LbdBuild *build, LbdKept *kept);
static void write_comparisons(LbdBuild *build, LbdKept *kept);

/*
 * Reads configuration and benchmarks.  Needs an SPI connection; the build
 * lives in context.
 */
LbdBuild *
lbd_build_create(const LbdRequest *request, MemoryContext context)
{
	LbdBuild   *build = MemoryContextAllocZero(context, sizeof(LbdBuild));

	build->context = context;
	build->viewer = lbd_viewer_parse(request->viewer);
	build->leaderboard = lbd_leaderboard_load(request->domain,
											  request->extension_schema,
											  context);
	build->layout = lbd_layout_load(request->extension_schema,
									request->layout ? request->layout :
									build->leaderboard->layout, context);
	build->benchmarks = lbd_benchmarks_load(build->leaderboard,
											&build->viewer, context,
											&build->nbenchmarks);
	build->filters = lbd_filters_create(context);
	build->scores = lbd_scores_create(build->layout, context);
	return build;
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
		if (build->layout->components[i])
			build->writers[i] = lbd_writer_create(build->context,
												  &build->layout->encoding,
												  distinct);
	}
}

/*
 * Starts to read the models, in rank order.
 */
LbdModelCursor *
lbd_build_models(LbdBuild *build)
{
	return lbd_models_open(build->leaderboard, &build->viewer,
						   build->layout->rank_binary,
						   lbd_layout_has(build->layout, LBD_MEMBER_GROUP),
						   build->context);
}

/*
 * Writes the whole context to the build's writers, and calls done for each
 * component.  Needs an SPI connection.
 */
void
lbd_build_run(LbdBuild *build, bool ordered, LbdComponentDone done, void *arg)
{
	MemoryContext old = MemoryContextSwitchTo(build->context);
	LbdKept		kept;

	kept_init(&kept, ordered && build->writers[LBD_COMPARISON_DATA]);
	write_models(build, &kept);
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
				write_metadata_map(build, &kept);
				break;
			case LBD_COMPARISON_DATA:
				if (kept.with_scores)
					write_comparisons(build, &kept);
				break;
			default:
				lbd_write_benchmark_component(build, i, writer);
		}
		lbd_writer_flush(writer);
		MemoryContextSwitchTo(build->context);
		MemoryContextDelete(scratch);
		done(build, i, arg);
	}
	kept_end(&kept);
	MemoryContextSwitchTo(old);
}

/*
 * Reads all models and writes what can be written of them now.
 */
static void
write_models(LbdBuild *build, LbdKept *kept)
{
	LbdWriter  *rows = build->writers[LBD_ROW_DATA];
	LbdWriter  *comparisons = kept->with_scores ? NULL :
		build->writers[LBD_COMPARISON_DATA];
	LbdModelCursor *cursor = lbd_build_models(build);
	LbdModel	model;

	if (rows)
		lbd_write_array(rows);
	if (comparisons)
		lbd_write_array(comparisons);
	while (lbd_models_next(cursor, &model))
	{
		MemoryContext old = MemoryContextSwitchTo(cursor->context);

		build->nmodels++;
		lbd_filters_add(build, &model);
		if (rows || comparisons)
			lbd_scores_read(build, &model);
		if (rows)
			lbd_write_row(build, rows, &model);
		if (comparisons)
			lbd_write_comparison(build, comparisons, &model);
		MemoryContextSwitchTo(old);
		kept_add(kept, &model);
	}
	if (rows)
		lbd_write_array_end(rows);
	if (comparisons)
		lbd_write_array_end(comparisons);
	lbd_models_close(cursor);
}

/*
 * model_metadata_map.  A repeated name stands where its first stands, with
 * the value of its last.
 */
static void
write_metadata_map(LbdBuild *build, LbdKept *kept)
{
	LbdWriter  *writer = build->writers[LBD_MODEL_METADATA_MAP];
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext,
												  "lbdiag model",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(scratch);
	LbdModel	model;

	kept_rewind(kept);
	lbd_write_object(writer);
	for (int number = 0; kept_next(kept, &model); number++)
	{
		if (has_metadata(&model))
		{
			int		   *last = lbd_names_enter(kept->names, map_name(&model));

			if (*last != LBD_NAME_WRITTEN)
			{
				if (*last != number)
					kept_get(kept, *last, &model);
				*last = LBD_NAME_WRITTEN;
				lbd_write_metadata_entry(build, writer, map_name(&model),
										 &model.meta, &model.layers);
			}
		}
		MemoryContextReset(scratch);
	}
	lbd_write_object_end(writer);
	MemoryContextSwitchTo(old);
}

/*
 * comparison_data, from the scores that were put by.
 */
static void
write_comparisons(LbdBuild *build, LbdKept *kept)
{
	LbdWriter  *writer = build->writers[LBD_COMPARISON_DATA];
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext,
												  "lbdiag model",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(scratch);
	LbdModel	model;

	kept_rewind(kept);
	lbd_write_array(writer);
	while (kept_next(kept, &model))
	{
		lbd_scores_read(build, &model);
		lbd_write_comparison(build, writer, &model);
		MemoryContextReset(scratch);
	}
	lbd_write_array_end(writer);
	MemoryContextSwitchTo(old);
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

/*
 * Starts to put models by, in the current context.
 */
static void
kept_init(LbdKept *kept, bool with_scores)
{
	memset(kept, 0, sizeof(*kept));
	kept->with_scores = with_scores;
	kept->context = CurrentMemoryContext;
	kept->store = tuplestore_begin_heap(true, false, LBD_KEPT_MEMORY);
	kept->lookup = tuplestore_alloc_read_pointer(kept->store,
												 EXEC_FLAG_REWIND);
	kept->desc = CreateTemplateTupleDesc(KEPT_COLS);
	TupleDescInitEntry(kept->desc, KEPT_NAME + 1, "name", TEXTOID, -1, 0);
	TupleDescInitEntry(kept->desc, KEPT_META + 1, "meta", JSONBOID, -1, 0);
	TupleDescInitEntry(kept->desc, KEPT_LAYERS + 1, "layers", JSONBOID, -1, 0);
	TupleDescInitEntry(kept->desc, KEPT_SCORES + 1, "scores", JSONBOID, -1, 0);
	kept->slot = MakeSingleTupleTableSlot(kept->desc, &TTSOpsMinimalTuple);
	kept->names = lbd_names_create(0);
}

/*
 * Puts a model by.
 */
static void
kept_add(LbdKept *kept, const LbdModel *model)
{
	Datum		values[KEPT_COLS] = {0};
	bool		nulls[KEPT_COLS];

	nulls[KEPT_NAME] = model->name == NULL;
	if (model->name)
		values[KEPT_NAME] = CStringGetTextDatum(model->name);
	nulls[KEPT_META] = LBD_ITEM_ABSENT(&model->meta);
	values[KEPT_META] = model->meta_datum;
	nulls[KEPT_LAYERS] = LBD_ITEM_ABSENT(&model->layers);
	values[KEPT_LAYERS] = model->layers_datum;
	nulls[KEPT_SCORES] = !kept->with_scores;
	values[KEPT_SCORES] = model->scores_datum;
	tuplestore_putvalues(kept->store, kept->desc, values, nulls);
	if (has_metadata(model))
		*lbd_names_enter(kept->names, map_name(model)) = kept->count;
	kept->count++;
}

/*
 * Goes back to the first model.
 */
static void
kept_rewind(LbdKept *kept)
{
	tuplestore_rescan(kept->store);
}

/*
 * Reads the next model's name, metadata, layers and scores into the current
 * context.  Returns false behind the last one.
 */
static bool
kept_next(LbdKept *kept, LbdModel *model)
{
	MemoryContext old = MemoryContextSwitchTo(kept->context);
	Datum		value;
	bool		isnull;
	bool		found;

	CHECK_FOR_INTERRUPTS();
	memset(model, 0, sizeof(*model));
	/* The slot keeps the tuple longer than the caller's context may live. */
	found = tuplestore_gettupleslot(kept->store, true, false, kept->slot);
	MemoryContextSwitchTo(old);
	if (!found)
		return false;
	value = slot_getattr(kept->slot, KEPT_NAME + 1, &isnull);
	if (!isnull)
		model->name = TextDatumGetCString(value);
	value = slot_getattr(kept->slot, KEPT_META + 1, &isnull);
	if (!isnull)
		lbd_item_from_jsonb(&model->meta, DatumGetJsonbP(value));
	value = slot_getattr(kept->slot, KEPT_LAYERS + 1, &isnull);
	if (!isnull)
		lbd_item_from_jsonb(&model->layers, DatumGetJsonbP(value));
	value = slot_getattr(kept->slot, KEPT_SCORES + 1, &isnull);
	if (!isnull)
		model->scores = DatumGetJsonbP(value);
	return true;
}

/*
 * Reads a model by its number, without disturbing kept_next.
 */
static void
kept_get(LbdKept *kept, int number, LbdModel *model)
{
	tuplestore_select_read_pointer(kept->store, kept->lookup);
	tuplestore_rescan(kept->store);
	if (!tuplestore_skiptuples(kept->store, number, true) ||
		!kept_next(kept, model))
		elog(ERROR, "model %d was not put by", number);
	tuplestore_select_read_pointer(kept->store, 0);
}

static void
kept_end(LbdKept *kept)
{
	ExecDropSingleTupleTableSlot(kept->slot);
	tuplestore_end(kept->store);
}
