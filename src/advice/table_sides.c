/*-------------------------------------------------------------------------
 *
 * table_sides.c
 *	  Rows of a table as they are, and as a change leaves them.
 *
 * Each side of a model gets every row: makes its change, has the row updated
 * and rewritten by the model of the server's code, and puts it on its pages.
 * A document is decompressed once, for all sides.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "access/toast_compression.h"
#include "access/toast_internals.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "advice/table_model.h"
#include "compat.h"
#include "json/jsonb_stats.h"

/* Rows whose paths are kept for messages. */
#define LBD_MODEL_PATHS		200

/* What an entry of the index of a TOAST table has: OID and number. */
#define LBD_TOAST_ENTRY		(sizeof(Oid) + sizeof(int32))
#define LBD_TOAST_FANOUT	366.0

static void place_row(LbdTableModel *model, LbdModelSide *side, bool changed);
static bool change_row(LbdTableModel *model, LbdModelSide *side,
					   Relation member, TupleTableSlot *slot);
static bool change_document(LbdTableModel *model, LbdModelSide *side,
							int column, TupleTableSlot *slot);
static Jsonb *row_document(LbdTableModel *model, LbdModelSide *side,
						   int column, TupleTableSlot *slot);
static bool recompress(LbdModelSide *side, int column, TupleTableSlot *slot);
static void fill_new_columns(LbdModelSide *side, int natts);
static double pages_of_rows(LbdModelSide *side);
static Size row_size(const LbdModelSide *side);
static void open_storage(LbdModelSide *side, Relation member);

/*
 * Prepares a side for the rows of a table: a member of the relation that is
 * named, whose columns are changed, and no others.
 */
void
lbd_side_open(LbdModelSide *side, Oid named, Relation member)
{
	static const LbdRelationChange nothing;
	const LbdRelationChange *change = side->change ? side->change : &nothing;
	TupleDesc	desc = RelationGetDescr(member);
	int			natts = desc->natts;
	int			more = 0;

	for (int i = 0; i < change->nedits; i++)
		more += change->edits[i].kind == LBD_EDIT_PROMOTE;
	lbd_row_shape(&side->shape, member, more);
	side->cells = palloc0(Max(natts + more, 1) * sizeof(LbdCell));
	side->documents = palloc0(Max(natts, 1) * sizeof(char *));
	side->methods = palloc0(Max(natts, 1));
	for (int i = 0, at = natts; i < change->nedits; i++)
	{
		const LbdEdit *edit = &change->edits[i];

		side->documents[get_attnum(RelationGetRelid(member), edit->column) - 1] =
			edit->column;
		if (edit->kind == LBD_EDIT_PROMOTE)
			side->shape.columns[at++] = edit->type->shape;
	}
	for (int i = 0; i < natts && change->omit_nulls; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(desc, i);

		if (!attribute->attisdropped && attribute->attgenerated == '\0' &&
			getBaseType(attribute->atttypid) == JSONBOID &&
			get_attnum(named, NameStr(attribute->attname)) > 0 &&
			lbd_relation_omits_nulls(change, NameStr(attribute->attname)))
			side->documents[i] = NameStr(attribute->attname);
	}
	open_storage(side, member);
}

/*
 * Has columns stored as the side's change says.
 */
static void
open_storage(LbdModelSide *side, Relation member)
{
	for (int i = 0; side->change && i < side->change->nstorage; i++)
	{
		const LbdStorageChange *storage = &side->change->storage[i];
		int			at = get_attnum(RelationGetRelid(member),
									storage->column) - 1;

		if (storage->storage != '\0')
			side->shape.columns[at].storage = storage->storage;
		if (!CompressionMethodIsValid(storage->compression))
			continue;
		side->shape.columns[at].compression = storage->compression;
		side->methods[at] = storage->compression;
	}
}

/*
 * Ends a table that has been read as a whole: what it takes are whole pages.
 */
void
lbd_sides_close(LbdTableModel *model, Relation member)
{
	for (int i = 0; i < model->nsides; i++)
	{
		LbdModelSide *side = &model->sides[i];

		if (side->heap)
			lbd_heap_pack(side->heap, &side->pages);
		side->done += ceil(lbd_pages_bytes(&side->pages) / BLCKSZ) * BLCKSZ +
			ceil(lbd_pages_bytes(&side->chunks.pages) / BLCKSZ) * BLCKSZ;
		if (OidIsValid(member->rd_rel->reltoastrelid))
			side->done += lbd_btree_bytes((double) side->chunks.count,
										  LBD_TOAST_ENTRY);
		memset(&side->pages, 0, sizeof(side->pages));
		memset(&side->chunks, 0, sizeof(side->chunks));
		if (side->heap)
			lbd_heap_free(side->heap);
		side->heap = NULL;
	}
}

/*
 * The bytes of the pages of a sample's rows, as far as they are filled in a
 * large table: where all rows are updated, they are moved once more.
 */
static double
pages_of_rows(LbdModelSide *side)
{
	double		bytes = lbd_pages_bytes(&side->pages);
	LbdPages	more;
	int64		nrows;

	if (side->heap == NULL || side->rows < side->heap->nrows)
		return bytes;
	nrows = lbd_heap_again(side->heap);
	lbd_heap_pack(side->heap, &more);
	side->heap->nrows = nrows;
	return lbd_pages_bytes(&more) - bytes;
}

/*
 * Works out what each group of runs takes: its bytes, with the room that pages
 * leave on average.
 */
void
lbd_sides_sum(LbdTableModel *model)
{
	for (int i = 0; i < model->nsides; i++)
	{
		LbdModelSide *side = &model->sides[i];
		int64		rows = 0;
		double		row_room = 0;
		double		chunk_room = 0;

		if (side->heap)
			lbd_heap_pack(side->heap, &side->pages);
		for (int j = 0; j < LBD_MODEL_GROUPS; j++)
			rows += side->parts[j].rows;
		if (rows > 0)
			row_room = pages_of_rows(side) / (double) rows;
		if (side->chunks.bytes > 0)
			chunk_room = lbd_pages_bytes(&side->chunks.pages) /
				(double) side->chunks.bytes;
		for (int j = 0; j < LBD_MODEL_GROUPS; j++)
		{
			const LbdModelGroup *part = &side->parts[j];

			side->groups[j] = row_room * (double) part->rows +
				chunk_room * (double) part->chunks +
				(double) part->nchunks / LBD_TOAST_FANOUT * BLCKSZ;
		}
	}
}

/*
 * Adds a row to all sides.
 */
void
lbd_sides_row(LbdTableModel *model, Relation member, TupleTableSlot *slot)
{
	int			natts = RelationGetDescr(member)->natts;

	slot_getallattrs(slot);
	model->rows++;
	memset(model->documents, 0, natts * sizeof(Datum));
	for (int i = 0; i < model->nsides; i++)
	{
		LbdModelSide *side = &model->sides[i];
		bool		external = false;
		bool		changed;

		for (int j = 0; j < natts; j++)
		{
			lbd_cell_set(&side->cells[j], &side->shape.columns[j],
						 slot->tts_values[j], slot->tts_isnull[j] ||
						 TupleDescAttr(RelationGetDescr(member), j)->attisdropped);
			external |= side->cells[j].external;
		}
		changed = side->change && change_row(model, side, member, slot);
		if (changed)
			lbd_row_update(&side->shape, side->cells, external);
		place_row(model, side, changed);
	}
}

/*
 * Puts a row where the update, and then the rewrite, puts it.
 */
static void
place_row(LbdTableModel *model, LbdModelSide *side, bool changed)
{
	LbdModelGroup *part = &side->parts[model->group];
	int64		bytes = side->chunks.bytes;
	int64		count = side->chunks.count;
	Size		size;

	/* What an update puts elsewhere has this size; the rewrite can change it. */
	if (changed)
		lbd_heap_move(side->heap, side->first + model->page, row_size(side));
	lbd_row_rewrite(&side->shape, side->cells);
	size = row_size(side);
	if (side->heap == NULL)
		lbd_pages_add(&side->pages, size, side->shape.spare);
	else if (changed)
		lbd_heap_resize(side->heap, size);
	else
		lbd_heap_stay(side->heap, side->first + model->page, size);
	lbd_chunks_add(&side->chunks, &side->shape, side->cells);
	part->rows += lbd_row_taken(size);
	part->chunks += side->chunks.bytes - bytes;
	part->nchunks += side->chunks.count - count;
	side->rows += changed;
}

/*
 * The size of a row, which must fit into a page, as the server has it.
 */
static Size
row_size(const LbdModelSide *side)
{
	Size		size = lbd_row_size(&side->shape, side->cells);

	if (MAXALIGN(size) > MaxHeapTupleSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("row is too big with the change: size %zu, maximum size %zu",
						MAXALIGN(size), MaxHeapTupleSize),
				 errhint("With the storage extended, large values are compressed and stored out of line.")));
	return size;
}

/*
 * Makes a side's change to a row, and returns whether it changes anything.
 */
static bool
change_row(LbdTableModel *model, LbdModelSide *side, Relation member,
		   TupleTableSlot *slot)
{
	int			natts = RelationGetDescr(member)->natts;
	bool		changed = false;

	for (int i = 0; i < side->change->nedits; i++)
		side->change->edits[i].promoted = false;
	for (int i = 0; i < natts; i++)
	{
		if (side->cells[i].isnull)
			continue;
		changed |= (side->documents[i] &&
					change_document(model, side, i, slot)) ||
			(side->methods[i] && recompress(side, i, slot));
	}
	fill_new_columns(side, natts);
	return changed;
}

/*
 * Edits a document.
 */
static bool
change_document(LbdTableModel *model, LbdModelSide *side, int column,
				TupleTableSlot *slot)
{
	Jsonb	   *document = row_document(model, side, column, slot);
	Jsonb	   *edited;

	edited = lbd_document_edit(document, side->change->edits,
							   side->change->nedits, side->documents[column],
							   lbd_relation_omits_nulls(side->change,
														side->documents[column]));
	if (edited)
		lbd_cell_set(&side->cells[column], &side->shape.columns[column],
					 PointerGetDatum(edited), false);
	return edited != NULL;
}

/*
 * The document that a column holds.  Of the first rows, the paths are kept.
 */
static Jsonb *
row_document(LbdTableModel *model, LbdModelSide *side, int column,
			 TupleTableSlot *slot)
{
	int			named = get_attnum(RelationGetRelid(model->relation),
								   side->documents[column]) - 1;
	Jsonb	   *document = (Jsonb *) DatumGetPointer(model->documents[column]);
	MemoryContext old;

	if (document)
		return document;
	document = DatumGetJsonbP(slot->tts_values[column]);
	model->documents[column] = PointerGetDatum(document);
	if (model->rows > LBD_MODEL_PATHS || model->nsides > 2)
		return document;
	old = MemoryContextSwitchTo(GetMemoryChunkContext(model));
	if (model->paths[named] == NULL)
		model->paths[named] = lbd_stats_create_any(CurrentMemoryContext);
	lbd_stats_add_jsonb(model->paths[named], model->paths[named]->root,
						document, NULL, NULL);
	MemoryContextSwitchTo(old);
	return document;
}

/*
 * Writes a value anew that is compressed by another method.
 */
static bool
recompress(LbdModelSide *side, int column, TupleTableSlot *slot)
{
	struct varlena *value = (struct varlena *)
		DatumGetPointer(slot->tts_values[column]);
	ToastCompressionId wanted =
		side->methods[column] == TOAST_LZ4_COMPRESSION ?
		TOAST_LZ4_COMPRESSION_ID : TOAST_PGLZ_COMPRESSION_ID;
	ToastCompressionId found = toast_get_compression_id(value);

	if (found == TOAST_INVALID_COMPRESSION_ID || found == wanted)
		return false;
	lbd_cell_set(&side->cells[column], &side->shape.columns[column],
				 PointerGetDatum(PG_DETOAST_DATUM(slot->tts_values[column])),
				 false);
	return true;
}

static void
fill_new_columns(LbdModelSide *side, int natts)
{
	for (int i = 0, at = natts; i < side->change->nedits; i++)
	{
		const LbdEdit *edit = &side->change->edits[i];

		if (edit->kind != LBD_EDIT_PROMOTE)
			continue;
		lbd_cell_set(&side->cells[at], &side->shape.columns[at], edit->value,
					 !edit->promoted);
		at++;
	}
}
