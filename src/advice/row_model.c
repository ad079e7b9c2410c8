/*-------------------------------------------------------------------------
 *
 * row_model.c
 *	  What rows would take in a table, by the decisions of the server's code.
 *
 * A row passes through what the server does with it, and only its size is
 * kept.  An UPDATE toasts a row that has values out of line or is large:
 * heap_update() and heap_toast_insert_or_update().  VACUUM FULL fetches values
 * out of line as they are, compressed or not, and decides about the row again:
 * raw_heap_insert() in rewriteheap.c.  It fills one page after the other, and
 * so does what it writes to the TOAST table.  Compression is the server's own;
 * a value out of line is fetched only where the server would compress it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/detoast.h"
#include "access/heaptoast.h"
#include "access/htup_details.h"
#include "access/itup.h"
#include "access/toast_internals.h"
#include "access/tupmacs.h"
#include "miscadmin.h"
#include "storage/bufpage.h"

#include "advice/row_model.h"
#include "compat.h"

/* What a page has for rows, and what a row of a TOAST table has besides the
 * chunk: the OID of the value, the number of the chunk, and its length. */
#define LBD_PAGE_BYTES	(BLCKSZ - SizeOfPageHeaderData)
#define LBD_CHUNK_HEADER \
	(MAXALIGN(SizeofHeapTupleHeader) + sizeof(Oid) + sizeof(int32) + VARHDRSZ)

/* What a page of a btree has for entries, of which sorted inserts fill 90 %. */
#define LBD_BTREE_BYTES		((BLCKSZ - 40) * 0.9)
/* Entries of a page above the leaves. */
#define LBD_BTREE_FANOUT	285

static void toast_row(const LbdRowShape *shape, LbdCell *cells);
static void fetch_external(const LbdRowShape *shape, LbdCell *cells);
static int	biggest_cell(const LbdRowShape *shape, const LbdCell *cells,
						 bool for_compression, bool main);
static void compress_cell(const LbdColumnShape *column, LbdCell *cell);
static bool has_external(const LbdRowShape *shape, const LbdCell *cells);
static Size header_size(const LbdRowShape *shape, const LbdCell *cells);
static Size data_size(const LbdRowShape *shape, const LbdCell *cells);

/*
 * Finds out how a table's rows are stored, with room for more columns, which
 * the caller describes.
 */
void
lbd_row_shape(LbdRowShape *shape, Relation relation, int more)
{
	TupleDesc	desc = RelationGetDescr(relation);

	shape->ncolumns = desc->natts + more;
	shape->columns = palloc0(Max(shape->ncolumns, 1) * sizeof(LbdColumnShape));
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(desc, i);

		shape->columns[i].len = attribute->attlen;
		shape->columns[i].align = attribute->attalign;
		shape->columns[i].storage = attribute->attstorage;
		shape->columns[i].compression = attribute->attcompression;
	}
	shape->has_toast = OidIsValid(relation->rd_rel->reltoastrelid);
	shape->target = RelationGetToastTupleTarget(relation, TOAST_TUPLE_TARGET);
	shape->spare = RelationGetTargetPageFreeSpace(relation,
												  HEAP_DEFAULT_FILLFACTOR);
}

/*
 * Describes a value as it is in a row, or as an expression has made it.
 */
void
lbd_cell_set(LbdCell *cell, const LbdColumnShape *column, Datum value,
			 bool isnull)
{
	struct varlena *pointer = (struct varlena *) DatumGetPointer(value);

	memset(cell, 0, sizeof(*cell));
	cell->isnull = isnull;
	if (isnull)
		return;
	cell->value = value;
	if (column->len != -1)
		cell->size = column->len;
	else if (VARATT_IS_EXTERNAL_ONDISK(pointer))
	{
		struct varatt_external toast;

		VARATT_EXTERNAL_GET_POINTER(toast, pointer);
		cell->external = true;
		cell->size = VARATT_EXTERNAL_GET_EXTSIZE(toast) + VARHDRSZ;
		cell->compressed = cell->size < (Size) toast.va_rawsize;
	}
	else
	{
		cell->size = VARSIZE_ANY(pointer);
		cell->one_byte = VARATT_IS_SHORT(pointer);
		cell->compressed = VARATT_IS_COMPRESSED(pointer);
	}
}

/*
 * What an UPDATE makes of a row's new values.  was_external: the row had values
 * out of line, which is a reason to look at the new ones.
 */
void
lbd_row_update(const LbdRowShape *shape, LbdCell *cells, bool was_external)
{
	bool		external = has_external(shape, cells);

	if (!was_external && !external &&
		lbd_row_size(shape, cells) <= TOAST_TUPLE_THRESHOLD)
		return;
	for (int i = 0; i < shape->ncolumns; i++)
		cells[i].kept = cells[i].external;
	toast_row(shape, cells);
	for (int i = 0; i < shape->ncolumns; i++)
		cells[i].kept = false;
}

/*
 * What VACUUM FULL makes of a row.
 */
void
lbd_row_rewrite(const LbdRowShape *shape, LbdCell *cells)
{
	if (!has_external(shape, cells) &&
		lbd_row_size(shape, cells) <= TOAST_TUPLE_THRESHOLD)
		return;
	fetch_external(shape, cells);
	toast_row(shape, cells);
}

/*
 * The decisions of heap_toast_insert_or_update(): first compression, and what
 * is too large by itself out of line; then the largest values out of line;
 * then the same for columns of storage main.
 */
static void
toast_row(const LbdRowShape *shape, LbdCell *cells)
{
	Size		header = header_size(shape, cells);
	Size		limit = shape->target - header;
	int			i;

	for (i = 0; i < shape->ncolumns; i++)
		cells[i].incompressible = false;
	while (data_size(shape, cells) > limit &&
		   (i = biggest_cell(shape, cells, true, false)) >= 0)
	{
		if (shape->columns[i].storage == TYPSTORAGE_EXTENDED)
			compress_cell(&shape->columns[i], &cells[i]);
		else
			cells[i].incompressible = true;
		if (cells[i].size > limit && shape->has_toast)
			cells[i].external = true;
	}
	while (shape->has_toast && data_size(shape, cells) > limit &&
		   (i = biggest_cell(shape, cells, false, false)) >= 0)
		cells[i].external = true;
	while (data_size(shape, cells) > limit &&
		   (i = biggest_cell(shape, cells, true, true)) >= 0)
		compress_cell(&shape->columns[i], &cells[i]);
	limit = TOAST_TUPLE_TARGET_MAIN - header;
	while (shape->has_toast && data_size(shape, cells) > limit &&
		   (i = biggest_cell(shape, cells, false, true)) >= 0)
		cells[i].external = true;
}

/*
 * Has the values that are out of line in the row, as they are stored.
 */
static void
fetch_external(const LbdRowShape *shape, LbdCell *cells)
{
	for (int i = 0; i < shape->ncolumns; i++)
		cells[i].external = false;
}

/*
 * The largest value that can be compressed, or put out of line: the server's
 * toast_tuple_find_biggest_attribute().
 */
static int
biggest_cell(const LbdRowShape *shape, const LbdCell *cells,
			 bool for_compression, bool main)
{
	Size		size = MAXALIGN(TOAST_POINTER_SIZE);
	int			found = -1;

	CHECK_FOR_INTERRUPTS();
	for (int i = 0; i < shape->ncolumns; i++)
	{
		const LbdCell *cell = &cells[i];
		char		storage = shape->columns[i].storage;

		if (shape->columns[i].len != -1 || cell->isnull || cell->external ||
			storage == TYPSTORAGE_PLAIN ||
			(storage == TYPSTORAGE_MAIN) != main ||
			(for_compression && (cell->compressed || cell->incompressible)) ||
			cell->size <= size)
			continue;
		size = cell->size;
		found = i;
	}
	return found;
}

/*
 * Compresses a value, if that makes it smaller.
 */
static void
compress_cell(const LbdColumnShape *column, LbdCell *cell)
{
	struct varlena *value = (struct varlena *) DatumGetPointer(cell->value);
	Datum		compressed;

	if (cell->stays_large)
	{
		cell->incompressible = true;
		return;
	}
	if (VARATT_IS_EXTERNAL(value))
	{
		value = detoast_external_attr(value);
		cell->value = PointerGetDatum(value);
	}
	compressed = toast_compress_datum(cell->value, column->compression);
	if (DatumGetPointer(compressed) == NULL)
	{
		cell->incompressible = true;
		cell->stays_large = true;
		return;
	}
	cell->value = compressed;
	cell->compressed = true;
	cell->one_byte = false;
	cell->size = VARSIZE(DatumGetPointer(compressed));
}

static bool
has_external(const LbdRowShape *shape, const LbdCell *cells)
{
	for (int i = 0; i < shape->ncolumns; i++)
	{
		if (cells[i].external)
			return true;
	}
	return false;
}

/*
 * The length of a row.
 */
Size
lbd_row_size(const LbdRowShape *shape, const LbdCell *cells)
{
	return header_size(shape, cells) + data_size(shape, cells);
}

static Size
header_size(const LbdRowShape *shape, const LbdCell *cells)
{
	Size		bitmap = 0;

	for (int i = 0; i < shape->ncolumns; i++)
	{
		if (cells[i].isnull)
			bitmap = BITMAPLEN(shape->ncolumns);
	}
	return MAXALIGN(SizeofHeapTupleHeader + bitmap);
}

/*
 * The length of a row's data, as heap_compute_data_size() has it.
 */
static Size
data_size(const LbdRowShape *shape, const LbdCell *cells)
{
	Size		used = 0;

	for (int i = 0; i < shape->ncolumns; i++)
	{
		const LbdColumnShape *column = &shape->columns[i];
		const LbdCell *cell = &cells[i];

		if (cell->isnull)
			continue;
		if (cell->external)
			used += TOAST_POINTER_SIZE;
		else if (cell->one_byte)
			used += cell->size;
		else if (column->len == -1 && column->storage != TYPSTORAGE_PLAIN &&
				 !cell->compressed &&
				 cell->size - VARHDRSZ + VARHDRSZ_SHORT <= VARATT_SHORT_MAX)
			used += cell->size - VARHDRSZ + VARHDRSZ_SHORT;
		else
			used = att_align_nominal(used, column->align) + cell->size;
	}
	return used;
}

/*
 * Adds the chunks of a row's values that are out of line.
 */
void
lbd_chunks_add(LbdChunks *chunks, const LbdRowShape *shape,
			   const LbdCell *cells)
{
	for (int i = 0; i < shape->ncolumns; i++)
	{
		Size		rest;

		if (!cells[i].external)
			continue;
		rest = cells[i].size - (cells[i].one_byte ? VARHDRSZ_SHORT : VARHDRSZ);
		while (rest > 0)
		{
			Size		chunk = Min(rest, TOAST_MAX_CHUNK_SIZE);

			lbd_pages_add(&chunks->pages, LBD_CHUNK_HEADER + chunk, 0);
			chunks->bytes += lbd_row_taken(LBD_CHUNK_HEADER + chunk);
			chunks->count++;
			rest -= chunk;
		}
	}
}

/*
 * What a row takes of a page: it is padded, and has a line pointer.
 */
Size
lbd_row_taken(Size size)
{
	return MAXALIGN(size) + sizeof(ItemIdData);
}

/*
 * Puts a row on the page that is being filled, or on a new one.
 */
void
lbd_pages_add(LbdPages *pages, Size size, Size spare)
{
	Size		taken = lbd_row_taken(size);

	if (pages->rows > 0 &&
		(pages->used + taken + spare > LBD_PAGE_BYTES ||
		 pages->rows >= MaxHeapTuplesPerPage))
	{
		pages->full++;
		pages->used = 0;
		pages->rows = 0;
	}
	pages->used += taken;
	pages->rows++;
}

/*
 * The bytes of the pages; the last one counts as far as it is filled.
 */
double
lbd_pages_bytes(const LbdPages *pages)
{
	return (pages->full + Min((double) pages->used / LBD_PAGE_BYTES, 1)) *
		BLCKSZ;
}

/*
 * The bytes of a btree of so many entries, which have come in order; an entry
 * has a header and a line pointer besides.
 */
double
lbd_btree_bytes(double entries, Size entry)
{
	double		taken = MAXALIGN(entry + sizeof(IndexTupleData)) +
		sizeof(ItemIdData);
	double		pages = ceil(entries / floor(LBD_BTREE_BYTES / taken));
	double		all = 1;

	while (pages > 0)
	{
		all += pages;
		pages = pages > 1 ? ceil(pages / LBD_BTREE_FANOUT) : 0;
	}
	return all * BLCKSZ;
}
