/*-------------------------------------------------------------------------
 *
 * metadata_map.c
 *	  model_metadata_map: the metadata of models by their names.
 *
 * A repeated name is where its first model is, with the value of its last
 * one.  The models come in order and are not looked up one by one: what is
 * needed earlier than it comes is sorted by where it is needed, on disk when
 * there is much of it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_operator.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/tuplesort.h"

#include "leaderboard/metadata_map.h"
#include "leaderboard/row_data.h"
#include "util/string_map.h"

#define LBD_FIRST_NAMES		64

/* The models of one name that have metadata, by their numbers. */
typedef struct LbdNameUse
{
	int64		first;			/* where the name is */
	int64		last;			/* whose value it has */
} LbdNameUse;

struct LbdMetadataNames
{
	LbdStringMap *numbers;		/* of names in uses */
	LbdNameUse *uses;			/* of each name */
	int			count;			/* how many names */
	int			capacity;		/* how many uses can be held */
	bool		repeated;		/* some name is used more than once */
	MemoryContext context;		/* owner of all of it */
};

static bool has_metadata(const LbdModel *model);
static const char *map_name(const LbdModel *model);
static LbdNameUse *name_use(LbdMetadataNames *names, const LbdModel *model);
static Tuplesortstate *sort_moved(LbdMetadataNames *names, LbdModels *models);

/*
 * No names as yet; what is added lives in context.
 */
LbdMetadataNames *
lbd_metadata_names_create(MemoryContext context)
{
	MemoryContext old = MemoryContextSwitchTo(context);
	LbdMetadataNames *names = palloc0(sizeof(LbdMetadataNames));

	names->context = context;
	names->numbers = lbd_string_map_create(0);
	names->capacity = LBD_FIRST_NAMES;
	names->uses = palloc(names->capacity * sizeof(LbdNameUse));
	MemoryContextSwitchTo(old);
	return names;
}

/*
 * Notes the name of a model, whose number is its place in rank order.
 */
void
lbd_metadata_names_add(LbdMetadataNames *names, const LbdModel *model,
					   int64 number)
{
	int		   *index;

	if (!has_metadata(model))
		return;
	index = lbd_string_map_enter(names->numbers, map_name(model));
	if (*index >= 0)
	{
		names->uses[*index].last = number;
		names->repeated = true;
		return;
	}
	if (names->count == names->capacity)
	{
		names->capacity *= 2;
		names->uses = repalloc_huge(names->uses,
									names->capacity * sizeof(LbdNameUse));
	}
	*index = names->count++;
	names->uses[*index].first = names->uses[*index].last = number;
}

/*
 * Writes the component, for models whose names have all been added.
 */
void
lbd_write_metadata_map(LbdMetadataNames *names, LbdModels *models,
					   LbdWriter *writer, bool with_layers)
{
	TupleTableSlot *slot = NULL;
	Tuplesortstate *moved = NULL;
	LbdModel	model;

	LBD_ENTER(writer->profile, "build_model_metadata_map");
	if (names->repeated)
	{
		slot = lbd_models_metadata_slot(&TTSOpsMinimalTuple);
		moved = sort_moved(names, models);
	}
	lbd_models_rewind(models);
	lbd_write_object(writer);
	for (int64 number = 0; lbd_models_next(models, &model, false); number++)
	{
		MemoryContext old = MemoryContextSwitchTo(models->model);
		LbdNameUse *use = name_use(names, &model);

		if (use && use->first == number)
		{
			if (use->last != number)
			{
				if (!tuplesort_gettupleslot(moved, true, false, slot, NULL))
					elog(ERROR, "the metadata of a repeated name is missing");
				lbd_models_metadata_read(slot, &model);
			}
			lbd_write_metadata_entry(writer, map_name(&model), &model.meta,
									 &model.layers, with_layers);
		}
		MemoryContextSwitchTo(old);
	}
	lbd_write_object_end(writer);
	if (moved)
	{
		ExecClearTuple(slot);
		tuplesort_end(moved);
		ExecDropSingleTupleTableSlot(slot);
	}
	LBD_LEAVE(writer->profile);
}

/*
 * The metadata of the last model of each repeated name, in the order in which
 * the first ones come.
 */
static Tuplesortstate *
sort_moved(LbdMetadataNames *names, LbdModels *models)
{
	TupleTableSlot *slot = lbd_models_metadata_slot(&TTSOpsVirtual);
	AttrNumber	column = LBD_METADATA_PLACE;
	Oid			operator = Int8LessOperator;
	Oid			collation = InvalidOid;
	bool		nulls_first = false;
	Tuplesortstate *moved;
	LbdModel	model;

	moved = tuplesort_begin_heap(slot->tts_tupleDescriptor, 1, &column,
								 &operator, &collation, &nulls_first, work_mem,
								 NULL, TUPLESORT_NONE);
	lbd_models_rewind(models);
	for (int64 number = 0; lbd_models_next(models, &model, false); number++)
	{
		MemoryContext old = MemoryContextSwitchTo(models->model);
		LbdNameUse *use = name_use(names, &model);

		MemoryContextSwitchTo(old);
		if (use && use->last == number && use->first != number)
		{
			lbd_models_metadata_store(models, use->first, slot);
			tuplesort_puttupleslot(moved, slot);
		}
	}
	ExecDropSingleTupleTableSlot(slot);
	tuplesort_performsort(moved);
	return moved;
}

/*
 * Where a model's name is used, or NULL where it is no member of the map: it
 * has no metadata, or is not among the models that are built.
 */
static LbdNameUse *
name_use(LbdMetadataNames *names, const LbdModel *model)
{
	int			index = has_metadata(model) ?
		lbd_string_map_find(names->numbers, map_name(model)) : -1;

	return index >= 0 ? &names->uses[index] : NULL;
}

/*
 * Whether a model is a member of the map.
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
