/*-------------------------------------------------------------------------
 *
 * table_model.c
 *	  What a table takes after a rewrite, and with changes.
 *
 * Both states, after VACUUM FULL alone, and after a change and VACUUM FULL,
 * go through the same model of the server's code: row_model.c.  What a change
 * saves is the difference of the two, so that it has nothing of what the
 * rewrite saves by itself.  Rows that an UPDATE writes again come after those
 * that it leaves where they are.
 *
 * A large table is sampled: runs of adjacent blocks, one in each of strata of
 * equal size, at places that are the same in each call.  Adjacent blocks are
 * needed since rows of varying size are packed together.  The sample is taken
 * in passes, until what is saved is known well enough.  Its error comes from
 * the differences between groups of runs, each of which is all over the table.
 *
 * Nothing is written: it works in read-only transactions and on standbys.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/relation.h"
#include "access/relscan.h"
#include "access/tableam.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "storage/bufpage.h"
#include "storage/freespace.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "advice/table_model.h"
#include "compat.h"

/* A sample: bytes of the table, or a share of them within bounds, and at least
 * so many blocks, in runs; so many passes at most. */
#define LBD_SAMPLE_BYTES	(8 * 1024 * 1024)
#define LBD_SAMPLE_MOST		(32 * 1024 * 1024)
#define LBD_SAMPLE_SHARE	0.02
#define LBD_SAMPLE_BLOCKS	64
#define LBD_SAMPLE_RUN		8
#define LBD_SAMPLE_PASSES	4

/* A saving is known well enough if its error is such a share of it, or of the
 * table. */
#define LBD_SAVING_ERROR	0.1
#define LBD_TABLE_ERROR		0.005

/* The model's own error, as a share of the table.  A sample has fewer pages
 * with room for a row to choose from than the table: that matters as far as
 * rows are large, and the error is such a share of what a row takes of a page. */
#define LBD_MODEL_ERROR		0.003
#define LBD_ROOM_ERROR		(1.0 / 16)

/* Student's 97.5 % quantile for 15 degrees of freedom. */
#define LBD_MODEL_QUANTILE	2.131

static void find_members(LbdTableModel *model);
static void check_member(const LbdTableModel *model, Relation member);
static void read_whole(LbdTableModel *model);
static void read_sample(LbdTableModel *model, int passes);
static bool known_well(const LbdTableModel *model);
static void read_run(LbdTableModel *model, Relation member, BlockNumber start,
					 BlockNumber count, int group);
static void add_pages(LbdTableModel *model, Relation member, BlockNumber start,
					  BlockNumber count);
static void read_pages(LbdTableModel *model, Relation member,
					   BlockNumber start, BlockNumber count);
static void open_member(LbdTableModel *model, Relation member);
static double other_bytes(const LbdTableModel *model, int side);
static double model_error(const LbdTableModel *model);
static double sampling_error(const LbdTableModel *model, const double *groups);

/*
 * A model of a table, which the caller has opened and may read: it has a
 * single side, without a change.
 */
LbdTableModel *
lbd_model_create(Relation relation)
{
	LbdTableModel *model = palloc0(sizeof(LbdTableModel));

	model->relation = relation;
	model->row = AllocSetContextCreate(CurrentMemoryContext, "lbdiag row",
									   ALLOCSET_DEFAULT_SIZES);
	model->member = AllocSetContextCreate(CurrentMemoryContext,
										  "lbdiag table",
										  ALLOCSET_DEFAULT_SIZES);
	model->paths = palloc0(RelationGetDescr(relation)->natts *
						   sizeof(LbdPathStats *));
	find_members(model);
	lbd_model_add(model, NULL);
	return model;
}

/*
 * Adds a side with a change, and returns its number.
 */
int
lbd_model_add(LbdTableModel *model, LbdRelationChange *change)
{
	model->sides = model->sides == NULL ? palloc(sizeof(LbdModelSide)) :
		repalloc(model->sides, (model->nsides + 1) * sizeof(LbdModelSide));
	memset(&model->sides[model->nsides], 0, sizeof(LbdModelSide));
	model->sides[model->nsides].change = change;
	return model->nsides++;
}

/*
 * Finds the tables that have rows of the relation, and locks them.
 */
static void
find_members(LbdTableModel *model)
{
	List	   *all = find_all_inheritors(RelationGetRelid(model->relation),
										  AccessShareLock, NULL);
	ListCell   *cell;

	model->blocks = palloc(list_length(all) * sizeof(BlockNumber));
	foreach(cell, all)
	{
		Relation	member = relation_open(lfirst_oid(cell), NoLock);

		check_member(model, member);
		if (member->rd_rel->relkind != RELKIND_PARTITIONED_TABLE)
		{
			BlockNumber nblocks = RelationGetNumberOfBlocks(member);

			model->blocks[list_length(model->members)] = nblocks;
			model->members = lappend_oid(model->members, lfirst_oid(cell));
			model->all_blocks += nblocks;
			model->toasts += OidIsValid(member->rd_rel->reltoastrelid);
			model->now += DatumGetInt64(DirectFunctionCall1(pg_table_size,
															ObjectIdGetDatum(lfirst_oid(cell))));
		}
		relation_close(member, NoLock);
	}
}

/*
 * Raises an error where the rows of a table cannot be modelled.
 */
static void
check_member(const LbdTableModel *model, Relation member)
{
	char		kind = member->rd_rel->relkind;
	const char *name = RelationGetRelationName(member);

	if (kind != RELKIND_RELATION && kind != RELKIND_MATVIEW &&
		kind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not a table or a materialized view", name),
				 errdetail("Only what is stored in this database can be made smaller.")));
	if (kind == RELKIND_PARTITIONED_TABLE)
		return;
	if (RELATION_IS_OTHER_TEMP(member))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cannot read temporary tables of other sessions")));
	if (member->rd_rel->relam != HEAP_TABLE_AM_OID)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("\"%s\" is not stored by the access method heap",
						name)));
	if (!RelationIsPopulated(member))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("materialized view \"%s\" has not been populated",
						name),
				 errhint("Use the REFRESH MATERIALIZED VIEW command.")));
}

/*
 * Reads the table, and all of it up to so many bytes, else a sample in so many
 * passes at most; function is whose progress is told.
 */
void
lbd_model_run(LbdTableModel *model, const char *function, int64 whole_bytes,
			  int passes)
{
	model->whole = model->now <= whole_bytes;
	lbd_progress_start(&model->progress, function, "block", "blocks",
					   model->whole ? model->all_blocks : 0);
	if (model->whole)
		read_whole(model);
	else
		read_sample(model, Min(passes, LBD_SAMPLE_PASSES));
}

static void
read_whole(LbdTableModel *model)
{
	ListCell   *cell;
	int			i = 0;

	foreach(cell, model->members)
	{
		Relation	member = relation_open(lfirst_oid(cell), NoLock);

		open_member(model, member);
		add_pages(model, member, 0, model->blocks[i]);
		for (BlockNumber start = 0; start < model->blocks[i];
			 start += LBD_SAMPLE_RUN)
			read_run(model, member, start,
					 Min(LBD_SAMPLE_RUN, model->blocks[i] - start), 0);
		lbd_sides_close(model, member);
		relation_close(member, NoLock);
		i++;
	}
}

/*
 * Reads the runs of a pass: the strata whose number has this remainder.  A
 * run is anywhere in its stratum, but does not go on in another table.
 */
static void
read_pass(LbdTableModel *model, int64 nstrata, int run, int remainder)
{
	double		width = (double) model->all_blocks / (double) nstrata;
	int			member_number = 0;
	int64		before = 0;
	Relation	member = NULL;

	for (int64 i = remainder; i < nstrata; i += LBD_SAMPLE_PASSES)
	{
		double		place = fmod((double) (i + 1) * 0.6180339887, 1);
		int64		block = (int64) ((double) i * width +
									 place * Max(width - run, 0));

		while (block - before >= model->blocks[member_number])
		{
			before += model->blocks[member_number++];
			if (member)
				relation_close(member, NoLock);
			member = NULL;
		}
		if (member == NULL)
		{
			member = relation_open(list_nth_oid(model->members, member_number),
								   NoLock);
			open_member(model, member);
		}
		read_run(model, member, (BlockNumber) (block - before),
				 Min(run, model->blocks[member_number] - (block - before)),
				 (int) (i / LBD_SAMPLE_PASSES % LBD_MODEL_GROUPS));
	}
	if (member)
		relation_close(member, NoLock);
}

static void
read_sample(LbdTableModel *model, int passes)
{
	static const int order[LBD_SAMPLE_PASSES] = {0, 2, 1, 3};
	double		now = (double) model->now;
	double		bytes = Min(Max(LBD_SAMPLE_BYTES, LBD_SAMPLE_SHARE * now),
							LBD_SAMPLE_MOST);
	int64		blocks = (int64) Max(bytes / now * (double) model->all_blocks,
									 LBD_SAMPLE_BLOCKS);
	int			run = blocks * LBD_SAMPLE_PASSES <= model->all_blocks ?
		LBD_SAMPLE_RUN : 1;
	int64		nstrata = Min(Max(blocks / run, 1) * LBD_SAMPLE_PASSES,
							  model->all_blocks);

	for (int pass = 0; pass < passes; pass++)
	{
		read_pass(model, nstrata, run, order[pass]);
		lbd_sides_sum(model);
		if (known_well(model))
			break;
	}
}

/*
 * Whether the savings of all sides are known well enough.
 */
static bool
known_well(const LbdTableModel *model)
{
	for (int i = 0; i < model->nsides; i++)
	{
		LbdEstimate saving = i == 0 ? lbd_model_size(model, 0) :
			lbd_model_saving(model, i);

		if (saving.half > LBD_SAVING_ERROR * fabs(saving.bytes) &&
			saving.half > LBD_TABLE_ERROR * (double) model->now)
			return false;
	}
	return true;
}

/*
 * Reads adjacent blocks of a table.
 */
static void
read_run(LbdTableModel *model, Relation member, BlockNumber start,
		 BlockNumber count, int group)
{
	TupleTableSlot *slot = table_slot_create(member, NULL);
	ItemPointerData low;
	ItemPointerData high;
	TableScanDesc scan;

	if (!model->whole)
		add_pages(model, member, start, count);
	for (int i = 0; i < model->nsides && model->whole; i++)
		model->sides[i].first = start;
	read_pages(model, member, start, count);
	model->group = group;
	model->read_blocks += count;
	model->group_blocks[group] += count;
	ItemPointerSet(&low, start, FirstOffsetNumber);
	ItemPointerSet(&high, start + count - 1, MaxOffsetNumber);
	scan = member->rd_tableam->scan_begin(member, GetActiveSnapshot(), 0, NULL,
										  NULL, SO_TYPE_TIDRANGESCAN |
										  SO_ALLOW_PAGEMODE);
	member->rd_tableam->scan_set_tidrange(scan, &low, &high);
	while (table_scan_getnextslot_tidrange(scan, ForwardScanDirection, slot))
	{
		MemoryContext old = MemoryContextSwitchTo(model->row);

		CHECK_FOR_INTERRUPTS();
		model->page = ItemPointerGetBlockNumberNoCheck(&slot->tts_tid) - start;
		lbd_sides_row(model, member, slot);
		MemoryContextSwitchTo(old);
		MemoryContextReset(model->row);
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	for (BlockNumber i = 0; i < count; i++)
		lbd_progress_add(&model->progress);
}

/*
 * Adds pages to all heaps, with what the free space map knows of them.
 */
static void
add_pages(LbdTableModel *model, Relation member, BlockNumber start,
		  BlockNumber count)
{
	for (int i = 0; i < model->nsides; i++)
	{
		LbdModelSide *side = &model->sides[i];

		if (side->heap == NULL)
			continue;
		side->first = side->heap->npages;
		for (BlockNumber j = 0; j < count; j++)
		{
			CHECK_FOR_INTERRUPTS();
			lbd_heap_page(side->heap, GetRecordedFreeSpace(member, start + j));
		}
	}
}

/*
 * Looks at what is free on the pages of a run.
 */
static void
read_pages(LbdTableModel *model, Relation member, BlockNumber start,
		   BlockNumber count)
{
	for (BlockNumber i = 0; i < count && model->nsides > 1; i++)
	{
		Buffer		buffer = ReadBuffer(member, start + i);
		Size		known = GetRecordedFreeSpace(member, start + i);
		Size		free;

		LockBuffer(buffer, BUFFER_LOCK_SHARE);
		free = PageGetHeapFreeSpace(BufferGetPage(buffer));
		UnlockReleaseBuffer(buffer);
		for (int j = 1; j < model->nsides; j++)
			lbd_heap_read(model->sides[j].heap, model->sides[j].first + i,
						  known, free);
	}
}

/*
 * Prepares all sides for the rows of a table.
 */
static void
open_member(LbdTableModel *model, Relation member)
{
	MemoryContext old;

	MemoryContextReset(model->member);
	old = MemoryContextSwitchTo(model->member);
	model->documents = palloc(Max(RelationGetDescr(member)->natts, 1) *
							  sizeof(Datum));
	for (int i = 0; i < model->nsides; i++)
		lbd_side_open(&model->sides[i],
					  RelationGetRelid(model->relation), member);
	MemoryContextSwitchTo(old);
	for (int i = 1; i < model->nsides; i++)
	{
		if (model->sides[i].heap == NULL)
			model->sides[i].heap = lbd_heap_create(model->sides[i].shape.spare);
	}
}

/*
 * How many times what was read is in the table.
 */
double
lbd_model_factor(const LbdTableModel *model)
{
	return model->read_blocks > 0 ?
		(double) model->all_blocks / (double) model->read_blocks : 1;
}

/*
 * The model's own error, as a share of the table.
 */
static double
model_error(const LbdTableModel *model)
{
	double		rows = 0;

	if (model->whole || model->rows == 0)
		return LBD_MODEL_ERROR;
	for (int i = 0; i < LBD_MODEL_GROUPS; i++)
		rows += (double) model->sides[0].parts[i].rows;
	return Max(LBD_MODEL_ERROR,
			   LBD_ROOM_ERROR * rows / (double) model->rows / BLCKSZ);
}

/*
 * What a side takes.
 */
LbdEstimate
lbd_model_size(const LbdTableModel *model, int side)
{
	LbdEstimate size = {other_bytes(model, side), 0};
	double		sum = 0;

	if (model->whole)
		size.bytes += model->sides[side].done;
	else
	{
		for (int i = 0; i < LBD_MODEL_GROUPS; i++)
			sum += model->sides[side].groups[i];
		size.bytes += sum * lbd_model_factor(model) +
			(double) model->toasts * BLCKSZ;
		size.half = sampling_error(model, model->sides[side].groups);
	}
	/* Whole bytes, so that what is saved is the difference of two of them. */
	size.bytes = rint(size.bytes);
	size.half += model_error(model) * size.bytes;
	return size;
}

/*
 * What a side's change saves beyond the rewrite.
 */
LbdEstimate
lbd_model_saving(const LbdTableModel *model, int side)
{
	LbdEstimate before = lbd_model_size(model, 0);
	LbdEstimate saving = {before.bytes - lbd_model_size(model, side).bytes, 0};
	double		groups[LBD_MODEL_GROUPS];

	for (int i = 0; i < LBD_MODEL_GROUPS; i++)
		groups[i] = model->sides[0].groups[i] - model->sides[side].groups[i];
	if (!model->whole)
		saving.half = sampling_error(model, groups);
	saving.half += model_error(model) * before.bytes;
	return saving;
}

/*
 * The tables of strings that a side has besides.
 */
static double
other_bytes(const LbdTableModel *model, int side)
{
	const LbdRelationChange *change = model->sides[side].change;
	double		bytes = 0;

	for (int i = 0; change && i < change->nedits; i++)
	{
		if (change->edits[i].side)
			bytes += lbd_side_bytes(change->edits[i].side,
									model->whole ? 1 : lbd_model_factor(model));
	}
	return bytes;
}

/*
 * Half the width of the interval of a sum over the table, by what each group
 * of runs has of it.
 */
static double
sampling_error(const LbdTableModel *model, const double *groups)
{
	double		all = (double) model->all_blocks;
	double		read = (double) model->read_blocks;
	double		mean = 0;
	double		squares = 0;
	int			filled = 0;

	if (model->read_blocks == 0)
		return 0;
	for (int i = 0; i < LBD_MODEL_GROUPS; i++)
	{
		mean += groups[i] / read;
		filled += model->group_blocks[i] > 0;
	}
	if (filled < 2)
		return fabs(mean) * all;
	for (int i = 0; i < LBD_MODEL_GROUPS; i++)
	{
		double		rest = groups[i] - mean * (double) model->group_blocks[i];

		squares += rest * rest;
	}
	return LBD_MODEL_QUANTILE * all / read *
		sqrt(squares * filled / (filled - 1) * (1 - Min(read / all, 1)));
}
