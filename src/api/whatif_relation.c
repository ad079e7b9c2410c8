/*-------------------------------------------------------------------------
 *
 * whatif_relation.c
 *	  lbdiag_whatif_relation: what a table would take with a change.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/relation.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

#include "advice/table_model.h"
#include "api/arguments.h"
#include "api/definition.h"
#include "api/relation_argument.h"
#include "json/path_rows.h"

/* Columns of lbdiag_whatif_relation. */
typedef enum LbdWhatifRelationColumn
{
	WHATIF_STATE, WHATIF_TABLE, WHATIF_TABLE_LOW, WHATIF_TABLE_HIGH,
	WHATIF_SAVED, WHATIF_SAVED_LOW, WHATIF_SAVED_HIGH, WHATIF_ROWS,
	WHATIF_UNFIT, WHATIF_NOTE
} LbdWhatifRelationColumn;

#define LBD_WHATIF_RELATION_COLS (WHATIF_NOTE + 1)

/* Columns of _lbdiag_relation_savings. */
typedef enum LbdSavingsColumn
{
	SAVINGS_NUMBER, SAVINGS_BYTES, SAVINGS_LOW, SAVINGS_HIGH
} LbdSavingsColumn;

#define LBD_SAVINGS_COLS (SAVINGS_HIGH + 1)

/* A table that is larger is sampled, in so many passes at most. */
#define LBD_WHOLE_BYTES		(64 * 1024 * 1024)
#define LBD_WHOLE_PASSES	4

/* The same where many changes are tried, so many at once. */
#define LBD_TRIED_BYTES		(16 * 1024 * 1024)
#define LBD_TRIED_PASSES	1
#define LBD_TRIED_CHANGES	8

/* Paths that a message lists. */
#define LBD_LIST_MAX		20

/* Paths that a message lists, while they are gathered. */
typedef struct LbdPathList
{
	StringInfoData text;		/* the list */
	const char *column;			/* whose paths they are */
	int			count;			/* how many there are */
} LbdPathList;

static void check_found(LbdTableModel *model, const LbdRelationChange *change);
static void list_path(const LbdPath *path, void *arg);
static void put_now(const LbdTableModel *model, ReturnSetInfo *rsinfo);
static void put_state(const LbdTableModel *model, int side,
					  ReturnSetInfo *rsinfo);
static void try_changes(Relation relation, const Datum *changes, int first,
						int nchanges, ReturnSetInfo *rsinfo);
static void put_interval(Datum *values, int first, LbdEstimate estimate,
						 bool positive);

PG_FUNCTION_INFO_V1(lbdiag_whatif_relation_1_0);
/*
 * lbdiag_whatif_relation(relation regclass, changes jsonb)
 *	 -> SETOF (state text, table_bytes bigint, table_bytes_low bigint,
 *			   table_bytes_high bigint, bytes_saved bigint,
 *			   bytes_saved_low bigint, bytes_saved_high bigint,
 *			   rows_changed bigint, values_unfit bigint, note text)
 *
 * Three rows: what the table takes now, after VACUUM FULL alone, and after the
 * change and VACUUM FULL; the last one's savings are those beyond the second.
 * NULL changes nothing.
 */
Datum
lbdiag_whatif_relation_1_0(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	LbdRelationChange *change;
	LbdTableModel *model;
	Relation	relation;
	LbdItem		item;

	lbd_check_definition(fcinfo, 2, LBD_WHATIF_RELATION_COLS);
	InitMaterializedSRF(fcinfo, 0);
	relation = lbd_argument_table(fcinfo, 0);
	lbd_item_from_jsonb(&item, PG_ARGISNULL(1) ?
						DatumGetJsonbP(DirectFunctionCall1(jsonb_in,
														   CStringGetDatum("{}"))) :
						PG_GETARG_JSONB_P(1));
	change = lbd_relation_change_parse(&item, relation);
	model = lbd_model_create(relation);
	lbd_model_add(model, change);
	lbd_model_run(model, "lbdiag_whatif_relation", LBD_WHOLE_BYTES,
				  LBD_WHOLE_PASSES);
	check_found(model, change);
	put_now(model, rsinfo);
	put_state(model, 0, rsinfo);
	put_state(model, 1, rsinfo);
	relation_close(relation, AccessShareLock);
	return (Datum) 0;
}

/*
 * Raises an error where a path was in no row that was read.
 */
static void
check_found(LbdTableModel *model, const LbdRelationChange *change)
{
	for (int i = 0; i < change->nedits && model->rows > 0; i++)
	{
		const LbdEdit *edit = &change->edits[i];
		AttrNumber	number = get_attnum(RelationGetRelid(model->relation),
										edit->column);
		LbdPathStats *stats = model->paths[number - 1];
		LbdPathList list = {.column = edit->column};

		if (edit->found)
			continue;
		initStringInfo(&list.text);
		if (stats)
		{
			lbd_stats_sum(stats);
			lbd_rows_walk(stats->root, list_path, &list);
		}
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("path \"%s\" does not exist in \"%s\"", edit->given,
						RelationGetRelationName(model->relation)),
				 model->whole ? 0 :
				 errdetail("It is in no row of the sample."),
				 list.count == 0 ? errhint("The column has no members.") :
				 errhint("The paths of members are: %s%s.", list.text.data,
						 list.count > LBD_LIST_MAX ? ", ..." : "")));
	}
}

static void
list_path(const LbdPath *path, void *arg)
{
	LbdPathList *list = arg;

	if (path->kind != LBD_PATH_MEMBER && path->kind != LBD_PATH_DYNAMIC)
		return;
	if (++list->count > LBD_LIST_MAX)
		return;
	appendStringInfo(&list->text, "%s%s:", list->count > 1 ? ", " : "",
					 list->column);
	lbd_stats_path(path, &list->text);
}

static void
put_now(const LbdTableModel *model, ReturnSetInfo *rsinfo)
{
	Datum		values[LBD_WHATIF_RELATION_COLS] = {0};
	bool		nulls[LBD_WHATIF_RELATION_COLS] = {0};
	LbdEstimate now = {(double) model->now, 0};

	values[WHATIF_STATE] = CStringGetTextDatum("now");
	put_interval(values, WHATIF_TABLE, now, true);
	for (int i = WHATIF_SAVED; i < LBD_WHATIF_RELATION_COLS; i++)
		nulls[i] = true;
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * Returns the row of a side: 0 is the rewrite, 1 the change.
 */
static void
put_state(const LbdTableModel *model, int side, ReturnSetInfo *rsinfo)
{
	Datum		values[LBD_WHATIF_RELATION_COLS] = {0};
	bool		nulls[LBD_WHATIF_RELATION_COLS] = {0};
	LbdEstimate size = lbd_model_size(model, side);
	LbdEstimate saved = side > 0 ? lbd_model_saving(model, side) :
		(LbdEstimate)
	{
		(double) model->now - size.bytes, size.half
	};
	const LbdRelationChange *change = model->sides[side].change;
	double		factor = model->whole ? 1 : lbd_model_factor(model);
	int64		unfit = 0;

	for (int i = 0; change && i < change->nedits; i++)
		unfit += change->edits[i].unfit;
	values[WHATIF_STATE] = CStringGetTextDatum(side > 0 ? "change" : "rewrite");
	put_interval(values, WHATIF_TABLE, size, true);
	put_interval(values, WHATIF_SAVED, saved, false);
	values[WHATIF_ROWS] =
		Int64GetDatum(llrint((double) model->sides[side].rows * factor));
	values[WHATIF_UNFIT] = Int64GetDatum(llrint((double) unfit * factor));
	nulls[WHATIF_ROWS] = nulls[WHATIF_UNFIT] = side == 0;
	nulls[WHATIF_NOTE] = fabs(saved.bytes) > saved.half;
	if (!nulls[WHATIF_NOTE])
		values[WHATIF_NOTE] = CStringGetTextDatum("no certain saving");
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * Puts an estimate and its interval into three columns.
 */
static void
put_interval(Datum *values, int first, LbdEstimate estimate, bool positive)
{
	double		low = estimate.bytes - estimate.half;

	values[first] = Int64GetDatum(llrint(estimate.bytes));
	values[first + 1] = Int64GetDatum(llrint(positive ? Max(low, 0) : low));
	values[first + 2] = Int64GetDatum(llrint(estimate.bytes + estimate.half));
}

PG_FUNCTION_INFO_V1(lbdiag_relation_savings_1_0);
/*
 * _lbdiag_relation_savings(relation regclass, changes jsonb[])
 *	 -> SETOF (number int, bytes_saved bigint, bytes_saved_low bigint,
 *			   bytes_saved_high bigint)
 *
 * What each of several changes saves beyond a rewrite, by a sample of 8 MB where
 * the table is large; and with the number 0, what the rewrite saves.
 */
Datum
lbdiag_relation_savings_1_0(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext context;
	MemoryContext old;
	Relation	relation;
	Datum	   *changes;
	int			nchanges;

	lbd_check_definition(fcinfo, 2, LBD_SAVINGS_COLS);
	InitMaterializedSRF(fcinfo, 0);
	lbd_argument_required(fcinfo, 1, "changes", "Give an array of changes.");
	relation = lbd_argument_table(fcinfo, 0);
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), JSONBOID, -1, false,
					  TYPALIGN_INT, &changes, NULL, &nchanges);
	context = AllocSetContextCreate(CurrentMemoryContext, "lbdiag changes",
									ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(context);
	for (int i = 0; i == 0 || i < nchanges; i += LBD_TRIED_CHANGES)
	{
		try_changes(relation, changes, i,
					Min(LBD_TRIED_CHANGES, nchanges - i), rsinfo);
		MemoryContextReset(context);
	}
	MemoryContextSwitchTo(old);
	relation_close(relation, AccessShareLock);
	return (Datum) 0;
}

/*
 * Tries some changes at once, and returns their rows.
 */
static void
try_changes(Relation relation, const Datum *changes, int first, int nchanges,
			ReturnSetInfo *rsinfo)
{
	LbdTableModel *model = lbd_model_create(relation);

	for (int i = 0; i < nchanges; i++)
	{
		LbdItem		item;

		lbd_item_from_jsonb(&item, DatumGetJsonbP(changes[first + i]));
		lbd_model_add(model, lbd_relation_change_parse(&item, relation));
	}
	lbd_model_run(model, "lbdiag_opportunities_relation", LBD_TRIED_BYTES,
				  LBD_TRIED_PASSES);
	for (int i = first > 0 ? 1 : 0; i <= nchanges; i++)
	{
		Datum		values[LBD_SAVINGS_COLS];
		bool		nulls[LBD_SAVINGS_COLS] = {0};
		LbdEstimate saving = i > 0 ? lbd_model_saving(model, i) :
			lbd_model_size(model, 0);

		if (i == 0)
			saving.bytes = (double) model->now - saving.bytes;
		values[SAVINGS_NUMBER] = Int32GetDatum(i > 0 ? first + i : 0);
		put_interval(values, SAVINGS_BYTES, saving, false);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
}
