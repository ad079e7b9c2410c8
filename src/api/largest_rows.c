/*-------------------------------------------------------------------------
 *
 * largest_rows.c
 *	  What lbdiag_largest returns of the rows that it has found.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/detoast.h"
#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "storage/itemptr.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

#include "api/largest.h"
#include "compat.h"
#include "json/stored.h"

static void largest_row(const LbdLargest *largest, LbdLargestRow *row,
						ReturnSetInfo *rsinfo);
static void put_place(const LbdLargest *largest, const LbdLargestRow *row,
					  Datum *values, bool *nulls);
static void put_stored(const LbdLargest *largest, const LbdLargestRow *row,
					   Datum value, Datum *values, bool *nulls);
static void append_value(const LbdLargest *largest, int column, Datum value,
						 StringInfo out);

/*
 * Returns the rows, the largest first.
 */
void
lbd_largest_rows(LbdLargest *largest, ReturnSetInfo *rsinfo)
{
	int			nrows;
	LbdTopRow **rows = lbd_top_sorted(largest->top, &nrows);
	MemoryContext old = MemoryContextSwitchTo(largest->row);

	if (nrows == 0 && largest->rows > 0)
		lbd_largest_none(largest);
	for (int i = 0; i < nrows; i++)
	{
		CHECK_FOR_INTERRUPTS();
		largest_row(largest, (LbdLargestRow *) rows[i], rsinfo);
		MemoryContextReset(largest->row);
	}
	MemoryContextSwitchTo(old);
}

/*
 * Says that there are rows, and none has a value at the path.
 */
void
lbd_largest_none(const LbdLargest *largest)
{
	ereport(NOTICE,
			(errmsg("no row has a value at path \"%s\"",
					largest->pattern->text),
			 errhint("lbdiag_audit_relation returns the paths that there are.")));
}

static void
largest_row(const LbdLargest *largest, LbdLargestRow *row,
			ReturnSetInfo *rsinfo)
{
	Datum		values[LBD_LARGEST_COLS] = {0};
	bool		nulls[LBD_LARGEST_COLS] = {false};
	int			natts = largest->desc->natts;
	Datum	   *kept = palloc(natts * sizeof(Datum));
	bool	   *kept_nulls = palloc(natts * sizeof(bool));

	heap_deform_tuple(row->tuple, largest->desc, kept, kept_nulls);
	put_place(largest, row, values, nulls);
	nulls[OUT_KEY] = natts == COL_KEY;
	if (!nulls[OUT_KEY])
		values[OUT_KEY] = lbd_largest_key(largest, kept, kept_nulls);
	nulls[OUT_SHARD] = true;
	values[OUT_BYTES] = Int64GetDatum(row->values.largest);
	values[OUT_OCCURRENCES] = Int64GetDatum(row->values.count);
	values[OUT_TOTAL] = Int64GetDatum(row->values.bytes);
	put_stored(largest, row, kept[COL_VALUE], values, nulls);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * Where the row is, as far as the caller may see that.
 */
static void
put_place(const LbdLargest *largest, const LbdLargestRow *row, Datum *values,
		  bool *nulls)
{
	ItemPointer place = palloc(sizeof(ItemPointerData));

	nulls[OUT_TABLE] = nulls[OUT_PLACE] = !largest->placed;
	ItemPointerSet(place, (BlockNumber) (row->top.place >> LBD_OFFSET_BITS),
				   (OffsetNumber) row->top.place);
	values[OUT_TABLE] = ObjectIdGetDatum(row->top.table);
	values[OUT_PLACE] = PointerGetDatum(place);
}

/*
 * What the column takes where it is stored, and its part that is the value.
 */
static void
put_stored(const LbdLargest *largest, const LbdLargestRow *row, Datum value,
		   Datum *values, bool *nulls)
{
	const char *method = lbd_compression_name(row->compression);

	nulls[OUT_COLUMN_STORED] = nulls[OUT_OF_LINE] = !largest->stored;
	values[OUT_COLUMN_STORED] = Int64GetDatum(row->stored);
	values[OUT_OF_LINE] = BoolGetDatum(row->out_of_line);
	nulls[OUT_COMPRESSION] = method == NULL;
	if (method)
		values[OUT_COMPRESSION] = CStringGetTextDatum(method);
	nulls[OUT_STORED] = !largest->parts &&
		(!largest->stored || largest->pattern->nparts > 0);
	values[OUT_STORED] = Int64GetDatum(largest->parts ?
									   lbd_largest_part(&row->values, value) :
									   row->stored);
}

/*
 * How a value is compressed, in a word, or NULL.
 */
const char *
lbd_compression_name(ToastCompressionId compression)
{
	return compression == TOAST_PGLZ_COMPRESSION_ID ? "pglz" :
		compression == TOAST_LZ4_COMPRESSION_ID ? "lz4" : NULL;
}

/*
 * The bytes that the largest value takes of its column as that is stored: what
 * an audit counts on its path, but for its key.
 */
int64
lbd_largest_part(const LbdPathValues *values, Datum value)
{
	struct varlena *stored = (struct varlena *) DatumGetPointer(value);
	struct varlena *flat;
	uint8	   *costs;
	int64		sum;

	if (VARATT_IS_EXTERNAL(stored))
		stored = detoast_external_attr(stored);
	flat = pg_detoast_datum_packed(stored);
	costs = lbd_stored_costs(stored, VARSIZE_ANY_EXHDR(flat));
	sum = lbd_stored_sum(costs + values->start, values->len);
	return (sum + LBD_STORED_UNIT / 2) / LBD_STORED_UNIT;
}

/*
 * The columns of the primary key: numbers, booleans and jsonb as such, others
 * as text, dates in the form of ISO 8601.
 */
Datum
lbd_largest_key(const LbdLargest *largest, const Datum *values,
				const bool *nulls)
{
	StringInfoData key;

	initStringInfo(&key);
	for (int i = COL_KEY; i < largest->desc->natts; i++)
	{
		appendStringInfoString(&key, i == COL_KEY ? "{" : ", ");
		escape_json(&key, NameStr(TupleDescAttr(largest->desc, i)->attname));
		appendStringInfoString(&key, ": ");
		if (nulls[i])
			appendStringInfoString(&key, "null");
		else
			append_value(largest, i, values[i], &key);
	}
	appendStringInfoChar(&key, '}');
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(key.data));
}

/*
 * Appends the value of a column of the key.  A number can be NaN or infinite,
 * which JSON has no number for.  No cast to json is looked for: it would be a
 * function of somebody else's, which the caller has not asked for.
 */
static void
append_value(const LbdLargest *largest, int column, Datum value, StringInfo out)
{
	Oid			type = getBaseType(TupleDescAttr(largest->desc, column)->atttypid);
	char	   *text = OutputFunctionCall(&largest->outputs[column], value);
	char		date[MAXDATELEN + 1];

	switch (type)
	{
		case DATEOID:
		case TIMEOID:
		case TIMETZOID:
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			escape_json(out, JsonEncodeDateTime(date, value, type, NULL));
			break;
		case BOOLOID:
			appendStringInfoString(out, DatumGetBool(value) ? "true" : "false");
			break;
		case JSONBOID:
			appendStringInfoString(out, text);
			break;
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case FLOAT4OID:
		case FLOAT8OID:
		case NUMERICOID:
			if (strspn(text, "0123456789+-.e") == strlen(text))
				appendStringInfoString(out, text);
			else
				escape_json(out, text);
			break;
		default:
			escape_json(out, text);
	}
}
