/*-------------------------------------------------------------------------
 *
 * stored_size.c
 *	  _lbdiag_stored_sizes: what values would take where they are stored.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/heaptoast.h"
#include "access/toast_compression.h"
#include "access/toast_internals.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "api/definition.h"
#include "api/query.h"
#include "compat.h"
#include "util/progress.h"

/* Columns of the query. */
enum
{
	SIZE_OLD, SIZE_NEW, SIZE_EXTRA, SIZE_METHOD, LBD_SIZE_QUERY_COLS
};

/* Columns of _lbdiag_stored_sizes. */
#define LBD_SIZES_COLS	2

typedef struct LbdSizes
{
	DestReceiver receiver;		/* first: the executor's pointer to it */
	MemoryContext row;			/* of a row */
	char		method;			/* of the new values, or invalid: theirs */
	int64		old_bytes;		/* what the old values take */
	int64		new_bytes;		/* what the new ones would take */
	LbdProgress progress;		/* values so far */
} LbdSizes;

static void sizes_startup(DestReceiver *self, int operation, TupleDesc desc);
static bool sizes_row(TupleTableSlot *slot, DestReceiver *self);
static int	stored_size(Datum value, char method);
static char method_of(const text *name);

PG_FUNCTION_INFO_V1(lbdiag_stored_sizes_1_0);
/*
 * _lbdiag_stored_sizes(query text, method text) -> (old_bytes bigint,
 *		new_bytes bigint)
 *
 * The query returns old and new values of types that can be compressed, bytes
 * that the new one takes elsewhere, and the method that the old one is
 * compressed with, or null.  A value that is not compressed stays so.
 */
Datum
lbdiag_stored_sizes_1_0(PG_FUNCTION_ARGS)
{
	LbdSizes   *sizes;
	TupleDesc	desc;
	Datum		values[LBD_SIZES_COLS];
	bool		nulls[LBD_SIZES_COLS] = {0};
	char	   *query;

	lbd_check_definition(fcinfo, 2, LBD_SIZES_COLS);
	query = lbd_query_argument(fcinfo, 0);
	get_call_result_type(fcinfo, NULL, &desc);
	sizes = palloc0(sizeof(LbdSizes));
	sizes->method = PG_ARGISNULL(1) ? InvalidCompressionMethod :
		method_of(PG_GETARG_TEXT_PP(1));
	sizes->row = AllocSetContextCreate(CurrentMemoryContext, "lbdiag row",
									   ALLOCSET_DEFAULT_SIZES);
	lbd_query_receiver(&sizes->receiver, sizes_startup, sizes_row);
	lbd_progress_start(&sizes->progress, "lbdiag_relation_opportunities",
					   "value tried", "values tried", 0);
	lbd_query_run(query, &sizes->receiver);
	MemoryContextDelete(sizes->row);
	values[0] = Int64GetDatum(sizes->old_bytes);
	values[1] = Int64GetDatum(sizes->new_bytes);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc),
													  values, nulls)));
}

static void
sizes_startup(DestReceiver *self, int operation, TupleDesc desc)
{
	if (desc->natts != LBD_SIZE_QUERY_COLS ||
		TupleDescAttr(desc, SIZE_OLD)->attlen != -1 ||
		TupleDescAttr(desc, SIZE_NEW)->attlen != -1 ||
		TupleDescAttr(desc, SIZE_EXTRA)->atttypid != INT4OID ||
		TupleDescAttr(desc, SIZE_METHOD)->atttypid != TEXTOID)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("query returns other columns than its sizes need"),
				 errhint("It must return two values of a type of variable length, an integer and a text.")));
}

static bool
sizes_row(TupleTableSlot *slot, DestReceiver *self)
{
	LbdSizes   *sizes = (LbdSizes *) self;
	MemoryContext old = MemoryContextSwitchTo(sizes->row);
	char		method = InvalidCompressionMethod;
	bool		compressed;

	slot_getallattrs(slot);
	compressed = !slot->tts_isnull[SIZE_METHOD];
	if (compressed)
		method = method_of(DatumGetTextPP(slot->tts_values[SIZE_METHOD]));
	if (!slot->tts_isnull[SIZE_OLD])
		sizes->old_bytes += stored_size(slot->tts_values[SIZE_OLD], method);
	if (compressed && CompressionMethodIsValid(sizes->method))
		method = sizes->method;
	if (!slot->tts_isnull[SIZE_NEW])
		sizes->new_bytes += stored_size(slot->tts_values[SIZE_NEW], method);
	if (!slot->tts_isnull[SIZE_EXTRA])
		sizes->new_bytes += DatumGetInt32(slot->tts_values[SIZE_EXTRA]);
	MemoryContextSwitchTo(old);
	MemoryContextReset(sizes->row);
	lbd_progress_add(&sizes->progress);
	return true;
}

/*
 * What pg_column_size() would return if the value were stored, compressed
 * where there is a method and it makes the value smaller.
 */
static int
stored_size(Datum value, char method)
{
	struct varlena *flat = PG_DETOAST_DATUM(value);
	Datum		compressed = PointerGetDatum(NULL);
	bool		smaller;
	int			size;

	if (CompressionMethodIsValid(method))
		compressed = toast_compress_datum(PointerGetDatum(flat), method);
	smaller = DatumGetPointer(compressed) != NULL;
	size = VARSIZE(smaller ? (struct varlena *) DatumGetPointer(compressed) :
				   flat);
	/* A large one has no header where it is, out of line. */
	if (size > (int) TOAST_TUPLE_THRESHOLD)
		return size - VARHDRSZ;
	if (!smaller && VARATT_CAN_MAKE_SHORT(flat))
		return VARATT_CONVERTED_SHORT_SIZE(flat);
	return size;
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
