/*-------------------------------------------------------------------------
 *
 * columnar.c
 *	  An array of objects, turned into an object of arrays.
 *
 * {"a": [1, 2], "b": [3, null]} in place of [{"a": 1, "b": 3}, {"a": 2}]:
 * the members in the order in which they first appear, null where an element
 * has none.  A writer writes the elements as ever; each is taken apart, and
 * its values go through a sort, which spills to disk past work_mem, from rows
 * into columns.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/tupdesc.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/tuplesort.h"

#include "compat.h"
#include "json/columnar.h"
#include "json/transform.h"
#include "util/string_map.h"

/* Columns of the sort. */
enum
{
	SORT_COLUMN = 1, SORT_ROW, SORT_VALUE
};

#define SORT_COLS		SORT_VALUE
#define LBD_FIRST_SPANS	256

struct LbdColumnar
{
	LbdWriter  *writer;			/* of the elements; it gathers its text */
	LbdStringMap *names;		/* keys -> columns */
	char	  **keys;			/* serialized text of each column's key */
	int			ncolumns;		/* how many */
	int			capacity;		/* capacity */
	int64		nrows;			/* elements so far */
	Tuplesortstate *sort;		/* (column, row, value) */
	TupleTableSlot *in;			/* to fill it with */
	TupleTableSlot *out;		/* to read it with */
	MemoryContext context;		/* holds all of it */
};

static int	columnar_column(LbdColumnar *columnar, const char *key, Size len);
static void columnar_put(LbdColumnar *columnar, int column, const char *value,
						 Size len);
static void columnar_nulls(LbdColumnar *columnar, int64 from, int64 to);

/*
 * Takes apart the elements that writer writes from now on; it must be one
 * that streams.  The result lives in context and ends with
 * lbd_columnar_finish.
 */
LbdColumnar *
lbd_columnar_create(MemoryContext context, LbdWriter *writer)
{
	LbdTransform *transform = writer->transform;
	AttrNumber	numbers[] = {SORT_COLUMN, SORT_ROW};
	Oid			operators[] = {Int4LessOperator, Int8LessOperator};
	Oid			collations[] = {InvalidOid, InvalidOid};
	bool		nulls_first[] = {false, false};
	MemoryContext old = MemoryContextSwitchTo(context);
	LbdColumnar *columnar = palloc0(sizeof(LbdColumnar));
	TupleDesc	desc = CreateTemplateTupleDesc(SORT_COLS);

	TupleDescInitEntry(desc, SORT_COLUMN, NULL, INT4OID, -1, 0);
	TupleDescInitEntry(desc, SORT_ROW, NULL, INT8OID, -1, 0);
	TupleDescInitEntry(desc, SORT_VALUE, NULL, BYTEAOID, -1, 0);
	TupleDescFinalize(desc);
	columnar->context = context;
	columnar->writer = writer;
	columnar->names = lbd_string_map_create(0);
	columnar->capacity = LBD_FIRST_SPANS;
	columnar->keys = palloc(columnar->capacity * sizeof(char *));
	columnar->in = MakeSingleTupleTableSlot(desc, &TTSOpsVirtual);
	columnar->out = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
	columnar->sort = tuplesort_begin_heap(desc, lengthof(numbers), numbers,
										  operators, collations, nulls_first,
										  work_mem, NULL, TUPLESORT_NONE);
	writer->streaming = false;
	writer->name = NULL;
	transform->spans = palloc0(sizeof(LbdSpans));
	transform->spans->capacity = LBD_FIRST_SPANS;
	transform->spans->spans = palloc(LBD_FIRST_SPANS * sizeof(LbdSpan));
	MemoryContextSwitchTo(old);
	return columnar;
}

/*
 * Takes the element apart that has been written last.
 */
void
lbd_columnar_row(LbdColumnar *columnar)
{
	LbdWriter  *writer = columnar->writer;
	LbdSpans   *spans = writer->transform->spans;
	Size		len;
	char	   *text = lbd_writer_text(writer, &len);

	for (int i = 0; i < spans->nspans; i++)
	{
		LbdSpan    *span = &spans->spans[i];
		Size		end = i + 1 < spans->nspans ?
			span[1].key - writer->format->comma_len : len - 1;

		columnar_put(columnar,
					 columnar_column(columnar, text + span->key,
									 span->key_len),
					 text + span->value, end - span->value);
	}
	spans->nspans = 0;
	columnar->nrows++;
}

/*
 * The number of the column with a key, which is serialized text.
 */
static int
columnar_column(LbdColumnar *columnar, const char *key, Size len)
{
	char	   *name = pnstrdup(key, len);
	MemoryContext old = MemoryContextSwitchTo(columnar->context);
	int		   *column = lbd_string_map_enter(columnar->names, name);

	if (*column < 0)
	{
		if (columnar->ncolumns == columnar->capacity)
		{
			columnar->capacity *= 2;
			columnar->keys = repalloc(columnar->keys,
									  columnar->capacity * sizeof(char *));
		}
		*column = columnar->ncolumns++;
		columnar->keys[*column] = pstrdup(name);
	}
	MemoryContextSwitchTo(old);
	pfree(name);
	return *column;
}

static void
columnar_put(LbdColumnar *columnar, int column, const char *value, Size len)
{
	TupleTableSlot *slot = columnar->in;
	bytea	   *copy;

	if (len > MaxAllocSize - VARHDRSZ)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a member of a row is too large to be sorted into a column"),
				 errdetail("It has %zu bytes.", len)));
	copy = palloc(len + VARHDRSZ);
	SET_VARSIZE(copy, len + VARHDRSZ);
	memcpy(VARDATA(copy), value, len);
	ExecClearTuple(slot);
	slot->tts_values[SORT_COLUMN - 1] = Int32GetDatum(column);
	slot->tts_values[SORT_ROW - 1] = Int64GetDatum(columnar->nrows);
	slot->tts_values[SORT_VALUE - 1] = PointerGetDatum(copy);
	memset(slot->tts_isnull, false, SORT_COLS * sizeof(bool));
	ExecStoreVirtualTuple(slot);
	tuplesort_puttupleslot(columnar->sort, slot);
	ExecClearTuple(slot);
	pfree(copy);
}

/*
 * Hands on the object of arrays, and frees the sort.
 */
void
lbd_columnar_finish(LbdColumnar *columnar)
{
	const LbdFormat *format = columnar->writer->format;
	int			column = -1;
	int64		row = 0;

	/* Without elements, the bracket that opened their array is still there. */
	columnar->writer->len = 0;
	columnar->writer->streaming = true;
	tuplesort_performsort(columnar->sort);
	lbd_writer_raw(columnar->writer, "{", 1);
	while (tuplesort_gettupleslot(columnar->sort, true, false, columnar->out,
								  NULL))
	{
		bool		isnull;
		int			next = DatumGetInt32(slot_getattr(columnar->out,
													  SORT_COLUMN, &isnull));
		int64		at = DatumGetInt64(slot_getattr(columnar->out, SORT_ROW,
													&isnull));
		bytea	   *value = DatumGetByteaPP(slot_getattr(columnar->out,
														 SORT_VALUE, &isnull));

		CHECK_FOR_INTERRUPTS();
		if (next != column)
		{
			if (column >= 0)
			{
				columnar_nulls(columnar, row, columnar->nrows);
				lbd_writer_raw(columnar->writer, "]", 1);
				lbd_writer_raw(columnar->writer, format->comma, format->comma_len);
			}
			column = next;
			row = 0;
			lbd_writer_raw(columnar->writer, columnar->keys[column],
						   strlen(columnar->keys[column]));
			lbd_writer_raw(columnar->writer, format->colon, format->colon_len);
			lbd_writer_raw(columnar->writer, "[", 1);
		}
		columnar_nulls(columnar, row, at);
		if (at > 0)
			lbd_writer_raw(columnar->writer, format->comma, format->comma_len);
		lbd_writer_raw(columnar->writer, VARDATA_ANY(value),
					   VARSIZE_ANY_EXHDR(value));
		row = at + 1;
	}
	if (column >= 0)
	{
		columnar_nulls(columnar, row, columnar->nrows);
		lbd_writer_raw(columnar->writer, "]", 1);
	}
	lbd_writer_raw(columnar->writer, "}", 1);
	tuplesort_end(columnar->sort);
	ExecDropSingleTupleTableSlot(columnar->in);
	ExecDropSingleTupleTableSlot(columnar->out);
}

/*
 * Writes nulls for the rows from from up to to, which is not one of them.
 */
static void
columnar_nulls(LbdColumnar *columnar, int64 from, int64 to)
{
	const LbdFormat *format = columnar->writer->format;

	for (int64 row = from; row < to; row++)
	{
		if (row > 0)
			lbd_writer_raw(columnar->writer, format->comma, format->comma_len);
		lbd_writer_raw(columnar->writer, "null", 4);
	}
}
