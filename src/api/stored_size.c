/*-------------------------------------------------------------------------
 *
 * stored_size.c
 *	  _lbdiag_stored_sizes: what a change of a column would do to a table.
 *
 * The query returns rows of the table as they are stored, and the column's new
 * values.  Of both the size is counted, and how many pages the rows fill, as a
 * rewrite of the table puts them there: one after the other, each with its
 * line pointer, header and padding.  A new value is compressed, and is out of
 * line, where the old one is and the row is still too large for a page.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/detoast.h"
#include "access/heaptoast.h"
#include "access/htup_details.h"
#include "access/toast_compression.h"
#include "access/toast_internals.h"
#include "access/tupmacs.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "storage/bufpage.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "api/definition.h"
#include "api/query.h"
#include "compat.h"
#include "util/progress.h"
#include "util/row_receiver.h"

/* Columns of the query; those of the table, and new ones, come after them. */
enum
{
	SIZE_NEW, SIZE_FITS, SIZE_METHOD, SIZE_DIGEST, LBD_SIZE_QUERY_COLS
};

/* Arguments of _lbdiag_stored_sizes. */
enum
{
	ARG_QUERY, ARG_NUMBER, ARG_COLUMNS, ARG_METHOD, ARG_FILLFACTOR, LBD_SIZES_ARGS
};

/* Columns of _lbdiag_stored_sizes. */
#define LBD_SIZES_COLS	6

/* What a page has for rows. */
#define LBD_PAGE_BYTES	(BLCKSZ - SizeOfPageHeaderData)

/* Pages that are filled by rows and by pieces of values out of line. */
typedef struct LbdPages
{
	int64		full;			/* pages that take no further row */
	Size		used;			/* bytes of the one after them */
	int64		pieces;			/* bytes of pages for values out of line */
} LbdPages;

typedef struct LbdSizes
{
	DestReceiver receiver;		/* first: the executor's pointer to it */
	MemoryContext row;			/* of a row */
	int			number;			/* of the column, from 0 */
	int			columns;		/* of the table */
	char		method;			/* of the new values, or invalid: theirs */
	Size		usable;			/* bytes of a page that are filled */
	char		pointer[TOAST_POINTER_SIZE];	/* to a value out of line */
	int64		old_bytes;		/* what the old values take */
	int64		new_bytes;		/* what the new ones would take */
	LbdPages	old_pages;		/* what the rows take */
	LbdPages	new_pages;		/* what they would take */
	bool		fits;			/* the change can be made for all rows */
	char	   *digest;			/* of the value in the rows, or NULL */
	bool		differs;		/* rows have other digests */
	LbdProgress progress;		/* values so far */
} LbdSizes;

static void sizes_arguments(FunctionCallInfo fcinfo, LbdSizes *sizes);
static void sizes_startup(DestReceiver *self, int operation, TupleDesc desc);
static bool sizes_row(TupleTableSlot *slot, DestReceiver *self);
static void note_digest(LbdSizes *sizes, TupleTableSlot *slot);
static void count_new(LbdSizes *sizes, TupleTableSlot *slot);
static Datum placed_value(LbdSizes *sizes, TupleTableSlot *slot);
static Size row_size(const LbdSizes *sizes, TupleTableSlot *slot, int columns,
					 Datum value, bool isnull);
static Size add_value(Size used, Form_pg_attribute attribute, Datum value);
static void add_row(LbdSizes *sizes, LbdPages *pages, Size size);
static void add_pieces(LbdPages *pages, Size size);
static double pages_filled(const LbdSizes *sizes, const LbdPages *pages);
static char method_of(const text *name);

PG_FUNCTION_INFO_V1(lbdiag_stored_sizes_1_0);
/*
 * _lbdiag_stored_sizes(query text, number int, columns int, method text,
 *		fillfactor int) -> (old_bytes bigint, new_bytes bigint,
 *		old_pages float8, new_pages float8, fits boolean, digest text)
 *
 * The query returns the new value of the column with this number, whether the
 * change can be made, the method that the old one is compressed with, or
 * null, a digest, or null, all columns of the table, as many as columns says,
 * and what further ones would hold.  method is that of new values, or null: as
 * before.  digest is the one that all rows have that have any, or null.
 */
Datum
lbdiag_stored_sizes_1_0(PG_FUNCTION_ARGS)
{
	LbdSizes   *sizes;
	TupleDesc	desc;
	Datum		values[LBD_SIZES_COLS];
	bool		nulls[LBD_SIZES_COLS] = {0};
	char	   *query;

	lbd_check_definition(fcinfo, LBD_SIZES_ARGS, LBD_SIZES_COLS);
	query = lbd_query_argument(fcinfo, ARG_QUERY);
	get_call_result_type(fcinfo, NULL, &desc);
	sizes = palloc0(sizeof(LbdSizes));
	sizes_arguments(fcinfo, sizes);
	SET_VARTAG_EXTERNAL(sizes->pointer, VARTAG_ONDISK);
	sizes->fits = true;
	sizes->row = AllocSetContextCreate(CurrentMemoryContext, "lbdiag row",
									   ALLOCSET_DEFAULT_SIZES);
	lbd_receiver_init(&sizes->receiver, sizes_startup, sizes_row);
	lbd_progress_start(&sizes->progress, "lbdiag_opportunities_relation",
					   "value tried", "values tried", 0);
	lbd_query_run(query, &sizes->receiver);
	MemoryContextDelete(sizes->row);
	values[0] = Int64GetDatum(sizes->old_bytes);
	values[1] = Int64GetDatum(sizes->new_bytes);
	values[2] = Float8GetDatum(pages_filled(sizes, &sizes->old_pages));
	values[3] = Float8GetDatum(pages_filled(sizes, &sizes->new_pages));
	values[4] = BoolGetDatum(sizes->fits);
	nulls[5] = sizes->digest == NULL || sizes->differs;
	if (!nulls[5])
		values[5] = CStringGetTextDatum(sizes->digest);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc),
													  values, nulls)));
}

static void
sizes_arguments(FunctionCallInfo fcinfo, LbdSizes *sizes)
{
	int			fillfactor;

	if (PG_ARGISNULL(ARG_NUMBER) || PG_ARGISNULL(ARG_COLUMNS) ||
		PG_ARGISNULL(ARG_FILLFACTOR))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("number, columns and fillfactor must not be null"),
				 errhint("Give the number of the column, how many the table has, and its fill factor.")));
	sizes->number = PG_GETARG_INT32(ARG_NUMBER);
	sizes->columns = PG_GETARG_INT32(ARG_COLUMNS);
	fillfactor = PG_GETARG_INT32(ARG_FILLFACTOR);
	if (sizes->columns > MaxTupleAttributeNumber || sizes->number < 1 ||
		sizes->number > sizes->columns || fillfactor < 10 || fillfactor > 100)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("number, columns or fillfactor is out of range"),
				 errhint("number is from 1 to columns, and fillfactor from 10 to 100.")));
	sizes->number--;
	sizes->usable = LBD_PAGE_BYTES - (Size) BLCKSZ * (100 - fillfactor) / 100;
	sizes->method = PG_ARGISNULL(ARG_METHOD) ? InvalidCompressionMethod :
		method_of(PG_GETARG_TEXT_PP(ARG_METHOD));
}

static void
sizes_startup(DestReceiver *self, int operation, TupleDesc desc)
{
	LbdSizes   *sizes = (LbdSizes *) self;

	if (desc->natts < LBD_SIZE_QUERY_COLS + sizes->columns ||
		TupleDescAttr(desc, SIZE_NEW)->attlen != -1 ||
		TupleDescAttr(desc, SIZE_FITS)->atttypid != BOOLOID ||
		TupleDescAttr(desc, SIZE_METHOD)->atttypid != TEXTOID ||
		TupleDescAttr(desc, SIZE_DIGEST)->atttypid != TEXTOID ||
		TupleDescAttr(desc, LBD_SIZE_QUERY_COLS + sizes->number)->attlen != -1)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("query returns other columns than its sizes need"),
				 errhint("It must return a value of a type of variable length, a boolean, two texts, and the columns of the table.")));
}

static bool
sizes_row(TupleTableSlot *slot, DestReceiver *self)
{
	LbdSizes   *sizes = (LbdSizes *) self;
	MemoryContext old = MemoryContextSwitchTo(sizes->row);
	int			at = LBD_SIZE_QUERY_COLS + sizes->number;
	Datum		value;

	slot_getallattrs(slot);
	value = slot->tts_values[at];
	if (!slot->tts_isnull[at])
	{
		sizes->old_bytes += toast_datum_size(value);
		if (VARATT_IS_EXTERNAL(DatumGetPointer(value)))
			add_pieces(&sizes->old_pages, toast_datum_size(value));
	}
	add_row(sizes, &sizes->old_pages,
			row_size(sizes, slot, sizes->columns, value, slot->tts_isnull[at]));
	if (!slot->tts_isnull[SIZE_FITS])
		sizes->fits &= DatumGetBool(slot->tts_values[SIZE_FITS]);
	note_digest(sizes, slot);
	count_new(sizes, slot);
	MemoryContextSwitchTo(old);
	MemoryContextReset(sizes->row);
	lbd_progress_add(&sizes->progress);
	return true;
}

/*
 * Keeps the first row's digest, which outlives the row, and compares those of
 * the others with it.
 */
static void
note_digest(LbdSizes *sizes, TupleTableSlot *slot)
{
	char	   *digest;

	if (slot->tts_isnull[SIZE_DIGEST] || sizes->differs)
		return;
	digest = TextDatumGetCString(slot->tts_values[SIZE_DIGEST]);
	if (sizes->digest == NULL)
		sizes->digest = MemoryContextStrdup(GetMemoryChunkContext(sizes),
											digest);
	else
		sizes->differs = strcmp(digest, sizes->digest) != 0;
}

/*
 * Counts a row with the new value and the new columns.
 */
static void
count_new(LbdSizes *sizes, TupleTableSlot *slot)
{
	TupleDesc	desc = slot->tts_tupleDescriptor;
	int			columns = desc->natts - LBD_SIZE_QUERY_COLS;
	bool		isnull = slot->tts_isnull[SIZE_NEW];
	Datum		value = isnull ? (Datum) 0 : placed_value(sizes, slot);

	add_row(sizes, &sizes->new_pages,
			row_size(sizes, slot, columns, value, isnull));
	if (!isnull && DatumGetPointer(value) != sizes->pointer)
		sizes->new_bytes += VARATT_IS_EXTERNAL(DatumGetPointer(value)) ?
			(int64) toast_datum_size(value) :
			(int64) add_value(0, TupleDescAttr(desc, SIZE_NEW), value);
	for (int i = LBD_SIZE_QUERY_COLS + sizes->columns; i < desc->natts; i++)
	{
		if (!slot->tts_isnull[i])
			sizes->new_bytes += add_value(0, TupleDescAttr(desc, i),
										  slot->tts_values[i]);
	}
}

/*
 * The new value as it would be stored: as it is where it is the old one,
 * compressed or out of line where the old one is and the row is too large
 * otherwise.  What is out of line is counted here, and sizes->pointer is
 * returned.
 */
static Datum
placed_value(LbdSizes *sizes, TupleTableSlot *slot)
{
	int			at = LBD_SIZE_QUERY_COLS + sizes->number;
	bool		was_external = !slot->tts_isnull[at] &&
		VARATT_IS_EXTERNAL(DatumGetPointer(slot->tts_values[at]));
	struct varlena *value = (struct varlena *)
		DatumGetPointer(slot->tts_values[SIZE_NEW]);
	int			columns = slot->tts_tupleDescriptor->natts - LBD_SIZE_QUERY_COLS;
	bool		recompressed = CompressionMethodIsValid(sizes->method);
	Datum		compressed;

	if (VARATT_IS_EXTENDED(value) && !recompressed)
	{
		if (VARATT_IS_EXTERNAL(value))
			add_pieces(&sizes->new_pages,
					   toast_datum_size(PointerGetDatum(value)));
		return PointerGetDatum(value);
	}
	value = PG_DETOAST_DATUM(PointerGetDatum(value));
	if (row_size(sizes, slot, columns, PointerGetDatum(value), false) <=
		TOAST_TUPLE_THRESHOLD)
		return PointerGetDatum(value);
	if (!slot->tts_isnull[SIZE_METHOD])
	{
		char		method = recompressed ? sizes->method :
			method_of(DatumGetTextPP(slot->tts_values[SIZE_METHOD]));

		compressed = toast_compress_datum(PointerGetDatum(value), method);
		if (DatumGetPointer(compressed) != NULL)
			value = (struct varlena *) DatumGetPointer(compressed);
	}
	if (!was_external ||
		row_size(sizes, slot, columns, PointerGetDatum(value), false) <=
		TOAST_TUPLE_TARGET)
		return PointerGetDatum(value);
	sizes->new_bytes += VARSIZE(value) - VARHDRSZ;
	add_pieces(&sizes->new_pages, VARSIZE(value) - VARHDRSZ);
	return PointerGetDatum(sizes->pointer);
}

/*
 * What a row takes with another value of the column, of so many of the
 * query's columns after the first ones.
 */
static Size
row_size(const LbdSizes *sizes, TupleTableSlot *slot, int columns,
		 Datum value, bool isnull)
{
	Size		used = 0;
	Size		bitmap = 0;

	for (int i = 0; i < columns; i++)
	{
		int			at = LBD_SIZE_QUERY_COLS + i;
		bool		changed = i == sizes->number;

		if (changed ? isnull : slot->tts_isnull[at])
			bitmap = BITMAPLEN(columns);
		else
			used = add_value(used, TupleDescAttr(slot->tts_tupleDescriptor, at),
							 changed ? value : slot->tts_values[at]);
	}
	return MAXALIGN(SizeofHeapTupleHeader + bitmap) + used;
}

/*
 * Where a row ends, from its data on, with one more value: as
 * heap_compute_data_size() has it.
 */
static Size
add_value(Size used, Form_pg_attribute attribute, Datum value)
{
	if (attribute->attlen == -1 && attribute->attstorage != TYPSTORAGE_PLAIN &&
		VARATT_CAN_MAKE_SHORT(DatumGetPointer(value)))
		return used + VARATT_CONVERTED_SHORT_SIZE(DatumGetPointer(value));
	used = att_align_datum(used, attribute->attalign, attribute->attlen, value);
	return att_addlength_datum(used, attribute->attlen, value);
}

static void
add_row(LbdSizes *sizes, LbdPages *pages, Size size)
{
	Size		taken = MAXALIGN(size) + sizeof(ItemIdData);

	if (pages->used > 0 && pages->used + taken > sizes->usable)
	{
		pages->full++;
		pages->used = 0;
	}
	pages->used += taken;
}

/*
 * Counts a value out of line, in pieces that are rows of a table: its OID, a
 * number, and the piece.
 */
static void
add_pieces(LbdPages *pages, Size size)
{
	const Size	row = SizeofHeapTupleHeader + sizeof(Oid) + sizeof(int32) +
		VARHDRSZ;
	Size		rest = size % TOAST_MAX_CHUNK_SIZE;

	pages->pieces += (int64) (size / TOAST_MAX_CHUNK_SIZE) *
		(MAXALIGN(row + TOAST_MAX_CHUNK_SIZE) + sizeof(ItemIdData));
	if (rest > 0)
		pages->pieces += MAXALIGN(row + rest) + sizeof(ItemIdData);
}

static double
pages_filled(const LbdSizes *sizes, const LbdPages *pages)
{
	return pages->full + (double) pages->used / sizes->usable +
		(double) pages->pieces / LBD_PAGE_BYTES;
}

static char
method_of(const text *name)
{
	char	   *text = text_to_cstring(name);
	char		method = CompressionNameToMethod(text);

	if (!CompressionMethodIsValid(method))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unrecognized compression method \"%s\"", text),
				 errhint("Methods are pglz and lz4.")));
	return method;
}
