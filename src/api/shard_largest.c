/*-------------------------------------------------------------------------
 *
 * shard_largest.c
 *	  The rows of a distributed table that have the largest values at a path.
 *
 * Each shard looks for its own, and sends as many as are wanted; the largest
 * of these are the result.  A row is in its shard, which has no OID here: it is
 * told by its name.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/detoast.h"
#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/ruleutils.h"
#include "utils/tuplestore.h"

#include "api/definition.h"
#include "api/largest.h"
#include "api/shards.h"
#include "compat.h"
#include "json/stored.h"
#include "util/row_receiver.h"

/* What a shard tells of a row. */
enum
{
	TOLD_BYTES,
	TOLD_OCCURRENCES,
	TOLD_TOTAL,
	TOLD_PART,					/* stored bytes of the value, -1: not known */
	TOLD_STORED,				/* and of the column */
	TOLD_OUT_OF_LINE,
	TOLD_COMPRESSION,			/* ToastCompressionId */
	LBD_LARGEST_TOLD
};

/* The rows of the query. */
typedef struct LbdShardLargest
{
	LbdLargest	largest;		/* first: the executor's pointer to it */
	List	   *tuples;			/* as they have come */
} LbdShardLargest;

static void tell_stored(const LbdPathPattern *pattern,
						const LbdPathValues *values, Oid type, int16 length,
						Datum value, Datum *told);
static char *shards_query(const LbdLargest *largest, const char *schema,
						  int nrows);
static bool receive_row(TupleTableSlot *slot, DestReceiver *self);
static void put_row(const LbdLargest *largest, HeapTuple tuple,
					ReturnSetInfo *rsinfo);
static void put_told(const LbdLargest *largest, Datum told, Datum *values,
					 bool *nulls);

PG_FUNCTION_INFO_V1(lbdiag_largest_of_1_0);
/*
 * _lbdiag_largest_of(anyelement, text, boolean) -> bigint[]
 *
 * What a value has at a path: bytes, and with whole all else that is told.
 */
Datum
lbdiag_largest_of_1_0(PG_FUNCTION_ARGS)
{
	LbdPathValues values = {0};
	Datum		told[LBD_LARGEST_TOLD];
	LbdPathPattern *pattern;
	Oid			type;
	bool		whole;

	lbd_check_definition(fcinfo, 3, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	type = get_fn_expr_argtype(fcinfo->flinfo, 0);
	if (!OidIsValid(type))
		elog(ERROR, "could not determine the type of a value");
	type = getBaseType(type);
	whole = PG_GETARG_BOOL(2);
	pattern = lbd_path_pattern(text_to_cstring(PG_GETARG_TEXT_PP(1)));
	if (!lbd_type_has_path(type, pattern))
		PG_RETURN_NULL();
	lbd_values_datum(&values, pattern, 0, type, PG_GETARG_DATUM(0));
	if (values.count == 0)
		PG_RETURN_NULL();
	told[TOLD_BYTES] = Int64GetDatum(values.largest);
	told[TOLD_OCCURRENCES] = Int64GetDatum(values.count);
	told[TOLD_TOTAL] = Int64GetDatum(values.bytes);
	if (whole)
		tell_stored(pattern, &values, type, get_typlen(type),
					PG_GETARG_DATUM(0), told);
	PG_RETURN_ARRAYTYPE_P(construct_array(told, whole ? LBD_LARGEST_TOLD : 1,
										  INT8OID, sizeof(int64),
										  sizeof(Datum) >= sizeof(int64),
										  TYPALIGN_DOUBLE));
}

/*
 * Tells what the column takes where it is stored, and what the value does.
 */
static void
tell_stored(const LbdPathPattern *pattern, const LbdPathValues *values,
			Oid type, int16 length, Datum value, Datum *told)
{
	int64		stored = lbd_stored_size(length, value);
	int64		part = pattern->nparts > 0 ? -1 : stored;
	struct varlena *varlena = (struct varlena *) DatumGetPointer(value);

	if (pattern->nparts > 0 && (type == JSONOID || type == JSONBOID))
		part = lbd_largest_part(values, value);
	told[TOLD_PART] = Int64GetDatum(part);
	told[TOLD_STORED] = Int64GetDatum(stored);
	told[TOLD_OUT_OF_LINE] = Int64GetDatum(length == -1 &&
										   VARATT_IS_EXTERNAL_ONDISK(varlena));
	told[TOLD_COMPRESSION] = Int64GetDatum(length == -1 ?
										   toast_get_compression_id(varlena) :
										   TOAST_INVALID_COMPRESSION_ID);
}

/*
 * Returns the largest rows of all shards; schema is the one of the extension.
 */
void
lbd_shards_largest(LbdLargest *largest, const char *schema, int nrows,
				   ReturnSetInfo *rsinfo)
{
	LbdShardLargest shards = {.largest = *largest};
	ListCell   *cell;
	bool		any = false;

	lbd_receiver_init(&shards.largest.receiver, lbd_largest_columns,
					  receive_row);
	lbd_shards_run(shards_query(largest, schema, nrows),
				   &shards.largest.receiver);
	foreach(cell, shards.tuples)
	{
		HeapTuple	tuple = lfirst(cell);

		CHECK_FOR_INTERRUPTS();
		if (heap_attisnull(tuple, COL_VALUE + 1, shards.largest.desc))
			continue;
		any = true;
		put_row(&shards.largest, tuple, rsinfo);
	}
	if (shards.tuples && !any)
		lbd_largest_none(largest);
}

/*
 * The query that each shard runs.  Rows without a value come last, so that it
 * is seen whether there are any.
 */
static char *
shards_query(const LbdLargest *largest, const char *schema, int nrows)
{
	Oid			namespace = RelationGetNamespace(largest->relation);
	TupleDesc	desc = RelationGetDescr(largest->relation);
	char	   *call = psprintf("%s._lbdiag_largest_of(r.%s, %s",
								quote_identifier(schema),
								quote_identifier(NameStr(TupleDescAttr(desc, largest->column - 1)->attname)),
								quote_literal_cstr(largest->pattern->text));
	StringInfoData query;

	initStringInfo(&query);
	appendStringInfo(&query, "SELECT %s, %s, true)", largest->placed ?
					 "r.tableoid::pg_catalog.regclass::pg_catalog.text, r.ctid" :
					 "NULL::pg_catalog.text, NULL::pg_catalog.tid", call);
	lbd_largest_append_key(largest, &query);
	appendStringInfo(&query, " FROM %s AS r ORDER BY (%s, false))[1] DESC NULLS LAST",
					 quote_qualified_identifier(get_namespace_name(namespace),
												RelationGetRelationName(largest->relation)),
					 call);
	appendStringInfo(&query, "%s LIMIT %d", largest->placed ? ", 1, 2" : "",
					 nrows);
	return query.data;
}

static bool
receive_row(TupleTableSlot *slot, DestReceiver *self)
{
	LbdShardLargest *shards = (LbdShardLargest *) self;
	MemoryContext old = MemoryContextSwitchTo(shards->largest.context);

	shards->tuples = lappend(shards->tuples, ExecCopySlotHeapTuple(slot));
	MemoryContextSwitchTo(old);
	return true;
}

static void
put_row(const LbdLargest *largest, HeapTuple tuple, ReturnSetInfo *rsinfo)
{
	Datum		values[LBD_LARGEST_COLS] = {0};
	bool		nulls[LBD_LARGEST_COLS] = {false};
	int			natts = largest->desc->natts;
	Datum	   *row = palloc(natts * sizeof(Datum));
	bool	   *row_nulls = palloc(natts * sizeof(bool));
	MemoryContext old = MemoryContextSwitchTo(largest->row);

	heap_deform_tuple(tuple, largest->desc, row, row_nulls);
	nulls[OUT_TABLE] = nulls[OUT_PLACE] = nulls[OUT_SHARD] = !largest->placed;
	if (largest->placed)
	{
		int64		id = lbd_shard_id(TextDatumGetCString(row[COL_TABLE]));

		values[OUT_TABLE] = ObjectIdGetDatum(lbd_shard_table(id));
		values[OUT_PLACE] = row[COL_PLACE];
		values[OUT_SHARD] = row[COL_TABLE];
	}
	nulls[OUT_KEY] = natts == COL_KEY;
	if (!nulls[OUT_KEY])
		values[OUT_KEY] = lbd_largest_key(largest, row, row_nulls);
	put_told(largest, row[COL_VALUE], values, nulls);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	MemoryContextSwitchTo(old);
	MemoryContextReset(largest->row);
	pfree(row);
	pfree(row_nulls);
}

static void
put_told(const LbdLargest *largest, Datum told, Datum *values, bool *nulls)
{
	Datum	   *elements;
	int			nelements;
	const char *method;

	deconstruct_array(DatumGetArrayTypeP(told), INT8OID, sizeof(int64),
					  sizeof(Datum) >= sizeof(int64),
					  TYPALIGN_DOUBLE, &elements, NULL,
					  &nelements);
	if (nelements != LBD_LARGEST_TOLD)
		elog(ERROR, "a shard has told %d sizes of a row", nelements);
	values[OUT_BYTES] = elements[TOLD_BYTES];
	values[OUT_OCCURRENCES] = elements[TOLD_OCCURRENCES];
	values[OUT_TOTAL] = elements[TOLD_TOTAL];
	values[OUT_STORED] = elements[TOLD_PART];
	nulls[OUT_STORED] = !largest->stored || DatumGetInt64(elements[TOLD_PART]) < 0;
	values[OUT_COLUMN_STORED] = elements[TOLD_STORED];
	values[OUT_OF_LINE] = BoolGetDatum(DatumGetInt64(elements[TOLD_OUT_OF_LINE]) != 0);
	nulls[OUT_COLUMN_STORED] = nulls[OUT_OF_LINE] = !largest->stored;
	method = lbd_compression_name((ToastCompressionId) DatumGetInt64(elements[TOLD_COMPRESSION]));
	nulls[OUT_COMPRESSION] = method == NULL || !largest->stored;
	if (!nulls[OUT_COMPRESSION])
		values[OUT_COMPRESSION] = CStringGetTextDatum(method);
}
