/*-------------------------------------------------------------------------
 *
 * models.c
 *	  The models of a leaderboard, in rank order.
 *
 * They are ranked by the query that reads them: the deciding score is a
 * column of it (ranking.c), and the rank is counted as the rows are read.  A
 * wide jsonb stays a toast pointer on its way through the sort and in the
 * tuplestore after it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "executor/tstoreReceiver.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/memutils.h"

#include "compat.h"
#include "leaderboard/models.h"

/* Columns of the query of the models, and their types. */
enum
{
	MODEL_ID = 1, MODEL_NAME, MODEL_PUBLIC, MODEL_SCORES, MODEL_META,
	MODEL_LAYERS, MODEL_SUBMITTED, MODEL_SUBMITTER, MODEL_IS_OWNER,
	MODEL_SCORE, MODEL_GROUP
};

#define MODEL_COLS MODEL_GROUP

static const Oid model_types[MODEL_COLS] = {
	INT8OID, TEXTOID, BOOLOID, JSONBOID, JSONBOID, JSONBOID, TIMESTAMPTZOID,
	JSONBOID, BOOLOID, NUMERICOID, TEXTOID
};

/* Columns of the metadata of models apart from the rest. */
enum
{
	METADATA_PLACE = LBD_METADATA_PLACE, METADATA_META, METADATA_LAYERS
};

#define METADATA_COLS METADATA_LAYERS

/* Memory of the models' tuples, in kB, before they go to disk. */
#define LBD_MODELS_MEMORY	1024

static LbdModels *models_create(LbdProfile *profile, MemoryContext context);
static void model_read(TupleTableSlot *slot, LbdModel *model);
static Jsonb *model_scores(TupleTableSlot *slot);
static void model_item(LbdItem *item, Datum value, bool isnull);

/*
 * Runs the query of the models and keeps its rows, in context.  Nothing of
 * SPI's is needed to read them: neither a commit nor a rollback between two
 * models takes them away.
 */
LbdModels *
lbd_models_load(const LbdLeaderboard *leaderboard, const LbdViewer *viewer,
				bool rank_binary, bool with_group, LbdProfile *profile,
				MemoryContext context)
{
	LbdModels  *models = models_create(profile, context);
	DestReceiver *dest = CreateDestReceiver(DestTuplestore);

	SetTuplestoreDestReceiverParams(dest, models->store, context, false, NULL,
									NULL);
	lbd_models_query(leaderboard, viewer, rank_binary, with_group, profile,
					 dest, context, &models->relations);
	dest->rDestroy(dest);
	return models;
}

/*
 * No models as yet, in context.
 */
static LbdModels *
models_create(LbdProfile *profile, MemoryContext context)
{
	MemoryContext old = MemoryContextSwitchTo(context);
	LbdModels  *models = palloc0(sizeof(LbdModels));
	TupleDesc	desc = CreateTemplateTupleDesc(MODEL_COLS);

	models->profile = profile;
	models->context = context;
	models->model = AllocSetContextCreate(context, "lbdiag model",
										  ALLOCSET_DEFAULT_SIZES);
	for (int i = 0; i < MODEL_COLS; i++)
		TupleDescInitEntry(desc, i + 1, NULL, model_types[i], -1, 0);
	TupleDescFinalize(desc);
	models->slot = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
	models->store = tuplestore_begin_heap(true, false, LBD_MODELS_MEMORY);
	MemoryContextSwitchTo(old);
	return models;
}

/*
 * Returns how many there are.
 */
int64
lbd_models_count(const LbdModels *models)
{
	return tuplestore_tuple_count(models->store);
}

/*
 * Goes back to the first model.
 */
void
lbd_models_rewind(LbdModels *models)
{
	tuplestore_rescan(models->store);
	models->any = false;
	models->position = 0;
}

/*
 * Reads the next model; it lives until the one after it is read.  Returns
 * false after the last one.
 */
bool
lbd_models_next(LbdModels *models, LbdModel *model, bool with_scores)
{
	MemoryContext old = MemoryContextSwitchTo(models->context);
	Datum		score;
	bool		isnull;

	CHECK_FOR_INTERRUPTS();
	LBD_ENTER_PHASE(models->profile, "fetch_models", "fetch");
	MemoryContextReset(models->model);
	if (!tuplestore_gettupleslot(models->store, true, false, models->slot))
	{
		LBD_LEAVE_CALLS(models->profile, 0);
		MemoryContextSwitchTo(old);
		return false;
	}

	/* Competition ranking: equal scores share the position of the first. */
	score = slot_getattr(models->slot, MODEL_SCORE, &isnull);
	if (isnull)
		elog(ERROR, "a model that is shown has no deciding score");
	models->position++;
	if (!models->any ||
		!DatumGetBool(DirectFunctionCall2(numeric_eq, score,
										  models->last_score)))
	{
		if (models->any)
			pfree(DatumGetPointer(models->last_score));
		models->last_score = datumCopy(score, false, -1);
		models->any = true;
		models->rank = models->position;
	}

	MemoryContextSwitchTo(models->model);
	model_read(models->slot, model);
	if (with_scores)
	{
		LBD_ENTER_PHASE(models->profile, "detoast_scores", "detoast");
		model->scores = model_scores(models->slot);
		LBD_LEAVE(models->profile);
	}
	model->rank = models->rank;
	MemoryContextSwitchTo(old);
	LBD_LEAVE(models->profile);
	return true;
}

/*
 * A slot for the metadata of a model, with the place where it is needed.
 */
TupleTableSlot *
lbd_models_metadata_slot(const TupleTableSlotOps *kind)
{
	TupleDesc	desc = CreateTemplateTupleDesc(METADATA_COLS);

	TupleDescInitEntry(desc, METADATA_PLACE, NULL, INT8OID, -1, 0);
	TupleDescInitEntry(desc, METADATA_META, NULL, JSONBOID, -1, 0);
	TupleDescInitEntry(desc, METADATA_LAYERS, NULL, JSONBOID, -1, 0);
	TupleDescFinalize(desc);
	return MakeSingleTupleTableSlot(desc, kind);
}

/*
 * Stores the metadata of the model that was read last in a virtual slot, as it
 * is in the models' tuple: large values stay toast pointers.  It is good until
 * the next model is read.
 */
void
lbd_models_metadata_store(LbdModels *models, int64 place, TupleTableSlot *slot)
{
	Datum	   *values = slot->tts_values;
	bool	   *nulls = slot->tts_isnull;

	ExecClearTuple(slot);
	values[METADATA_PLACE - 1] = Int64GetDatum(place);
	nulls[METADATA_PLACE - 1] = false;
	values[METADATA_META - 1] = slot_getattr(models->slot, MODEL_META,
											 &nulls[METADATA_META - 1]);
	values[METADATA_LAYERS - 1] = slot_getattr(models->slot, MODEL_LAYERS,
											   &nulls[METADATA_LAYERS - 1]);
	ExecStoreVirtualTuple(slot);
}

/*
 * Reads metadata that was stored into a model, in the current context.
 */
void
lbd_models_metadata_read(TupleTableSlot *slot, LbdModel *model)
{
	Datum		value;
	bool		isnull;

	value = slot_getattr(slot, METADATA_META, &isnull);
	model_item(&model->meta, value, isnull);
	value = slot_getattr(slot, METADATA_LAYERS, &isnull);
	model_item(&model->layers, value, isnull);
}

/*
 * Frees the models.
 */
void
lbd_models_end(LbdModels *models)
{
	ExecDropSingleTupleTableSlot(models->slot);
	tuplestore_end(models->store);
	MemoryContextDelete(models->model);
}

/*
 * Reads the columns of a model but its scores, detoasted in the current
 * context.
 */
static void
model_read(TupleTableSlot *slot, LbdModel *model)
{
	Datum		value;
	bool		isnull;

	memset(model, 0, sizeof(*model));
	value = slot_getattr(slot, MODEL_ID, &isnull);
	model->id = isnull ? 0 : DatumGetInt64(value);
	value = slot_getattr(slot, MODEL_NAME, &isnull);
	model->name = isnull ? NULL : TextDatumGetCString(value);
	value = slot_getattr(slot, MODEL_PUBLIC, &model->public_null);
	model->public = !model->public_null && DatumGetBool(value);
	value = slot_getattr(slot, MODEL_IS_OWNER, &isnull);
	model->is_owner = !isnull && DatumGetBool(value);
	value = slot_getattr(slot, MODEL_SUBMITTED, &model->timestamp_null);
	model->timestamp = model->timestamp_null ? 0 : DatumGetTimestampTz(value);
	value = slot_getattr(slot, MODEL_GROUP, &isnull);
	model->group = isnull ? NULL : TextDatumGetCString(value);
	value = slot_getattr(slot, MODEL_SUBMITTER, &isnull);
	model_item(&model->submitter, value, isnull);
	value = slot_getattr(slot, MODEL_META, &isnull);
	model_item(&model->meta, value, isnull);
	value = slot_getattr(slot, MODEL_LAYERS, &isnull);
	model_item(&model->layers, value, isnull);
}

/*
 * The scores of a model, detoasted in the current context.
 */
static Jsonb *
model_scores(TupleTableSlot *slot)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, MODEL_SCORES, &isnull);

	if (isnull)
		elog(ERROR, "a model that is shown has no scores");
	return DatumGetJsonbP(value);
}

/*
 * A jsonb column of a model.
 */
static void
model_item(LbdItem *item, Datum value, bool isnull)
{
	item->data = NULL;
	if (!isnull)
		lbd_item_from_jsonb(item, DatumGetJsonbP(value));
}
