/*-------------------------------------------------------------------------
 *
 * largest.c
 *	  lbdiag_largest: the rows that have the largest values at a path.
 *
 * The rows come from a SELECT, with the rights of the caller, and memory holds
 * one of them and those that are the largest so far: of each the key, and the
 * column as it is stored, which is in a page at most.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/detoast.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/sysattr.h"
#include "access/toast_compression.h"
#include "catalog/namespace.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"

#include "api/arguments.h"
#include "api/datum_values.h"
#include "api/definition.h"
#include "api/query.h"
#include "api/top_rows.h"
#include "compat.h"
#include "json/stored.h"
#include "util/progress.h"
#include "util/row_receiver.h"

/* Columns of the function. */
enum
{
	OUT_TABLE,					/* table_name */
	OUT_PLACE,					/* row_ctid */
	OUT_KEY,
	OUT_BYTES,
	OUT_OCCURRENCES,
	OUT_TOTAL,					/* total_bytes */
	OUT_STORED,					/* stored_bytes */
	OUT_COLUMN_STORED,			/* column_stored_bytes */
	OUT_OF_LINE,
	OUT_COMPRESSION,
	LBD_LARGEST_COLS
};

/* Columns of the query; those of the key follow. */
enum
{
	COL_TABLE,					/* tableoid */
	COL_PLACE,					/* ctid */
	COL_VALUE,					/* the column that is looked at */
	COL_KEY
};

/* Of a place: the offset within a block. */
#define LBD_OFFSET_BITS		16

/* What is kept of a row. */
typedef struct LbdLargestRow
{
	LbdTopRow	top;			/* first: how large, and where */
	HeapTuple	tuple;			/* of the query; the value is there where its
								 * parts are stored, as it is stored */
	LbdPathValues values;		/* that are at the path */
	int64		stored;			/* bytes of the column as it is stored */
	bool		out_of_line;	/* they are in the TOAST table */
	ToastCompressionId compression; /* how they are compressed */
} LbdLargestRow;

typedef struct LbdLargest
{
	DestReceiver receiver;		/* first: the executor's pointer to it */
	MemoryContext context;		/* of what is kept */
	MemoryContext row;			/* of the present row */
	Relation	relation;		/* which one it is */
	AttrNumber	column;			/* of it: the number */
	Oid			type;			/* and the type, which is no domain */
	int16		length;			/* of the type, -1: varlena, -2: cstring */
	const LbdPathPattern *pattern;	/* the path */
	bool		placed;			/* the caller may see where rows are */
	bool		stored;			/* the column is stored: not virtual */
	bool		parts;			/* parts of it can be told from others */
	TupleDesc	desc;			/* of the query */
	FmgrInfo   *outputs;		/* of the columns of the key */
	LbdTopRows *top;			/* the largest rows so far */
	int64		rows;			/* that have come */
	LbdProgress progress;		/* of blocks, or of rows */
	Oid			table;			/* of the present block, or invalid */
	BlockNumber block;			/* the present one */
} LbdLargest;

static void find_column(FunctionCallInfo fcinfo, LbdLargest *largest);
pg_noreturn static void column_missing(const LbdLargest *largest,
									   const char *name);
static int64 check_members(const LbdLargest *largest);
static bool may_select(const LbdLargest *largest, AttrNumber column);
static void start_progress(LbdLargest *largest, int64 blocks);
static char *largest_query(const LbdLargest *largest);
static void append_key(const LbdLargest *largest, StringInfo query);
static void receive_columns(DestReceiver *self, int operation, TupleDesc desc);
static bool receive_row(TupleTableSlot *slot, DestReceiver *self);
static void count_row(LbdLargest *largest, TupleTableSlot *slot);
static void keep_row(LbdLargest *largest, LbdLargestRow *kept,
					 const LbdPathValues *values, TupleTableSlot *slot);
static void largest_rows(LbdLargest *largest, ReturnSetInfo *rsinfo);
static void largest_row(const LbdLargest *largest, LbdLargestRow *row,
						ReturnSetInfo *rsinfo);
static void put_place(const LbdLargest *largest, const LbdLargestRow *row,
					  Datum *values, bool *nulls);
static void put_stored(const LbdLargest *largest, const LbdLargestRow *row,
					   Datum value, Datum *values, bool *nulls);
static int64 part_stored(const LbdLargest *largest, const LbdLargestRow *row,
						 Datum value);
static Datum row_key(const LbdLargest *largest, const Datum *values,
					 const bool *nulls);
static void append_value(const LbdLargest *largest, int column, Datum value,
						 StringInfo out);

PG_FUNCTION_INFO_V1(lbdiag_largest_1_0);
/*
 * lbdiag_largest(relation regclass, column_name text, path text, n int)
 *		-> SETOF (table_name regclass, row_ctid tid, key jsonb, bytes bigint,
 *		occurrences bigint, total_bytes bigint, stored_bytes bigint,
 *		column_stored_bytes bigint, out_of_line boolean, compression text)
 */
Datum
lbdiag_largest_1_0(PG_FUNCTION_ARGS)
{
	LbdLargest	largest = {0};
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int			nrows;

	lbd_check_definition(fcinfo, 4, LBD_LARGEST_COLS);
	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("relation must not be null"),
				 errhint("Name a table.")));
	nrows = lbd_argument_count(fcinfo, 3, "n", LBD_TOP_ROWS_MOST);
	InitMaterializedSRF(fcinfo, 0);
	largest.relation = try_relation_open(PG_GETARG_OID(0), AccessShareLock);
	if (largest.relation == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation with OID %u does not exist",
						PG_GETARG_OID(0))));
	start_progress(&largest, check_members(&largest));
	find_column(fcinfo, &largest);
	largest.context = CurrentMemoryContext;
	largest.row = AllocSetContextCreate(CurrentMemoryContext, "lbdiag row",
										ALLOCSET_DEFAULT_SIZES);
	largest.top = lbd_top_create(nrows, sizeof(LbdLargestRow));
	lbd_receiver_init(&largest.receiver, receive_columns, receive_row);
	lbd_query_run(largest_query(&largest), &largest.receiver);
	largest_rows(&largest, rsinfo);
	relation_close(largest.relation, AccessShareLock);
	return (Datum) 0;
}

/*
 * Reads the arguments that name a column and a path in it.
 */
static void
find_column(FunctionCallInfo fcinfo, LbdLargest *largest)
{
	TupleDesc	desc = RelationGetDescr(largest->relation);
	Form_pg_attribute attribute;
	char	   *name;

	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("column_name must not be null"),
				 errhint("Name a column of the table.")));
	if (PG_ARGISNULL(2))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("path must not be null"),
				 errhint("Leave path out to get its default, the whole value.")));
	name = text_to_cstring(PG_GETARG_TEXT_PP(1));
	largest->column = get_attnum(RelationGetRelid(largest->relation), name);
	if (largest->column <= 0)
		column_missing(largest, name);
	attribute = TupleDescAttr(desc, largest->column - 1);
	largest->type = getBaseType(attribute->atttypid);
	largest->length = attribute->attlen;
	largest->stored = attribute->attgenerated != 'v';
	largest->pattern =
		lbd_path_pattern(text_to_cstring(PG_GETARG_TEXT_PP(2)));
	largest->parts = largest->stored && largest->pattern->nparts > 0 &&
		(largest->type == JSONOID || largest->type == JSONBOID);
	if (!lbd_type_has_path(largest->type, largest->pattern))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("column \"%s\" has no path \"%s\"", name,
						largest->pattern->text),
				 errdetail("The column is of type %s.",
						   format_type_be(attribute->atttypid)),
				 errhint("Paths are those of json and jsonb, of elements of arrays, [*], and of fields of composite types; every column has $, the whole value.")));
}

/*
 * Raises the error: the relation has no such column.
 */
static void
column_missing(const LbdLargest *largest, const char *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("column \"%s\" of relation \"%s\" does not exist", name,
					RelationGetRelationName(largest->relation)),
			 errhint("Use column_name and path as lbdiag_audit_relation returns them.")));
}

/*
 * Checks that rows of the relation, and of its partitions and children, have a
 * place, and returns how many blocks there are, where somebody wants to know.
 */
static int64
check_members(const LbdLargest *largest)
{
	List	   *members = find_all_inheritors(RelationGetRelid(largest->relation),
											  AccessShareLock, NULL);
	ListCell   *cell;
	int64		blocks = 0;

	foreach(cell, members)
	{
		Relation	member = relation_open(lfirst_oid(cell), NoLock);
		char		kind = member->rd_rel->relkind;

		if (kind != RELKIND_RELATION && kind != RELKIND_MATVIEW &&
			kind != RELKIND_PARTITIONED_TABLE)
			ereport(ERROR,
					(errcode(ERRCODE_WRONG_OBJECT_TYPE),
					 errmsg("\"%s\" is not a table or a materialized view",
							RelationGetRelationName(member)),
					 errdetail("Only rows that are stored in this database have a place that could be told."),
					 kind == RELKIND_VIEW || kind == RELKIND_FOREIGN_TABLE ?
					 errhint("For the largest rows of any query, use lbdiag_largest_query.") : 0));
		if (kind != RELKIND_PARTITIONED_TABLE && lbd_progress_wanted())
			blocks += RelationGetNumberOfBlocks(member);
		relation_close(member, NoLock);
	}
	return blocks;
}

/*
 * Whether the caller may read a column.
 */
static bool
may_select(const LbdLargest *largest, AttrNumber column)
{
	Oid			relation = RelationGetRelid(largest->relation);

	return pg_class_aclcheck(relation, GetUserId(), ACL_SELECT) == ACLCHECK_OK ||
		pg_attribute_aclcheck(relation, column, GetUserId(),
							  ACL_SELECT) == ACLCHECK_OK;
}

/*
 * Begins to report blocks, or rows where the caller may not see in which
 * blocks they are.  What a row is worth can be told without that.
 */
static void
start_progress(LbdLargest *largest, int64 blocks)
{
	largest->placed = may_select(largest, SelfItemPointerAttributeNumber) &&
		may_select(largest, TableOidAttributeNumber);
	if (largest->placed)
		lbd_progress_start(&largest->progress, "lbdiag_largest", "block",
						   "blocks", blocks);
	else
		lbd_progress_start(&largest->progress, "lbdiag_largest", "row",
						   "rows", 0);
}

/*
 * The query of the rows.
 */
static char *
largest_query(const LbdLargest *largest)
{
	Oid			schema = RelationGetNamespace(largest->relation);
	TupleDesc	desc = RelationGetDescr(largest->relation);
	StringInfoData query;

	initStringInfo(&query);
	appendStringInfo(&query, "SELECT %s, r.%s",
					 largest->placed ? "r.tableoid, r.ctid" :
					 "NULL::pg_catalog.oid, NULL::pg_catalog.tid",
					 quote_identifier(NameStr(TupleDescAttr(desc, largest->column - 1)->attname)));
	append_key(largest, &query);
	appendStringInfo(&query, " FROM %s AS r",
					 quote_qualified_identifier(get_namespace_name(schema),
												RelationGetRelationName(largest->relation)));
	return query.data;
}

/*
 * Appends the columns of the primary key, if the caller may read all of them.
 */
static void
append_key(const LbdLargest *largest, StringInfo query)
{
	Oid			constraint;
	Bitmapset  *key = get_primary_key_attnos(RelationGetRelid(largest->relation),
											 true, &constraint);
	int			number = -1;

	while ((number = bms_next_member(key, number)) >= 0)
	{
		if (!may_select(largest, number + FirstLowInvalidHeapAttributeNumber))
			return;
	}
	number = -1;
	while ((number = bms_next_member(key, number)) >= 0)
	{
		AttrNumber	column = number + FirstLowInvalidHeapAttributeNumber;
		const FormData_pg_attribute *attribute =
			TupleDescAttr(RelationGetDescr(largest->relation), column - 1);

		appendStringInfo(query, ", r.%s",
						 quote_identifier(NameStr(attribute->attname)));
	}
}

static void
receive_columns(DestReceiver *self, int operation, TupleDesc desc)
{
	LbdLargest *largest = (LbdLargest *) self;
	MemoryContext old = MemoryContextSwitchTo(largest->context);

	largest->desc = CreateTupleDescCopy(desc);
	largest->outputs = palloc0(desc->natts * sizeof(FmgrInfo));
	for (int i = COL_VALUE; i < desc->natts; i++)
		lbd_find_output(TupleDescAttr(desc, i)->atttypid,
						&largest->outputs[i], largest->context);
	MemoryContextSwitchTo(old);
}

static bool
receive_row(TupleTableSlot *slot, DestReceiver *self)
{
	LbdLargest *largest = (LbdLargest *) self;
	MemoryContext old = MemoryContextSwitchTo(largest->row);

	CHECK_FOR_INTERRUPTS();
	slot_getallattrs(slot);
	largest->rows++;
	count_row(largest, slot);
	MemoryContextSwitchTo(old);
	MemoryContextReset(largest->row);
	return true;
}

/*
 * Looks at a row, and keeps it if it is one of the largest so far.
 */
static void
count_row(LbdLargest *largest, TupleTableSlot *slot)
{
	LbdPathValues values = {0};
	LbdTopRow	row = {.place = largest->rows};
	LbdLargestRow *kept;

	if (largest->placed)
	{
		ItemPointer place = (ItemPointer) DatumGetPointer(slot->tts_values[COL_PLACE]);
		BlockNumber block = ItemPointerGetBlockNumberNoCheck(place);

		row.table = DatumGetObjectId(slot->tts_values[COL_TABLE]);
		row.place = (uint64) block << LBD_OFFSET_BITS |
			ItemPointerGetOffsetNumberNoCheck(place);
		if (OidIsValid(largest->table) &&
			(row.table != largest->table || block != largest->block))
			lbd_progress_add(&largest->progress);
		largest->table = row.table;
		largest->block = block;
	}
	else
		lbd_progress_add(&largest->progress);
	if (slot->tts_isnull[COL_VALUE])
		return;
	lbd_values_datum(&values, largest->pattern, 0, largest->type,
					 slot->tts_values[COL_VALUE]);
	if (values.count == 0)
		return;
	row.bytes = values.largest;
	kept = (LbdLargestRow *) lbd_top_add(largest->top, &row);
	if (kept)
		keep_row(largest, kept, &values, slot);
}

/*
 * Keeps what is told of a row.
 */
static void
keep_row(LbdLargest *largest, LbdLargestRow *kept, const LbdPathValues *values,
		 TupleTableSlot *slot)
{
	struct varlena *value = (struct varlena *) DatumGetPointer(slot->tts_values[COL_VALUE]);
	bool	   *nulls = palloc(largest->desc->natts * sizeof(bool));

	kept->values = *values;
	kept->out_of_line = false;
	kept->compression = TOAST_INVALID_COMPRESSION_ID;
	if (largest->stored)
		kept->stored = lbd_stored_size(largest->length,
									   slot->tts_values[COL_VALUE]);
	if (largest->stored && largest->length == -1)
	{
		kept->out_of_line = VARATT_IS_EXTERNAL_ONDISK(value);
		kept->compression = toast_get_compression_id(value);
	}
	memcpy(nulls, slot->tts_isnull, largest->desc->natts * sizeof(bool));
	nulls[COL_VALUE] = !largest->parts;
	if (kept->tuple)
		heap_freetuple(kept->tuple);
	MemoryContextSwitchTo(largest->context);
	kept->tuple = heap_form_tuple(largest->desc, slot->tts_values, nulls);
	MemoryContextSwitchTo(largest->row);
}

/*
 * Returns the rows, the largest first.
 */
static void
largest_rows(LbdLargest *largest, ReturnSetInfo *rsinfo)
{
	int			nrows;
	LbdTopRow **rows = lbd_top_sorted(largest->top, &nrows);
	MemoryContext old = MemoryContextSwitchTo(largest->row);

	if (nrows == 0 && largest->rows > 0)
		ereport(NOTICE,
				(errmsg("no row has a value at path \"%s\"",
						largest->pattern->text),
				 errhint("lbdiag_audit_relation returns the paths that there are.")));
	for (int i = 0; i < nrows; i++)
	{
		CHECK_FOR_INTERRUPTS();
		largest_row(largest, (LbdLargestRow *) rows[i], rsinfo);
		MemoryContextReset(largest->row);
	}
	MemoryContextSwitchTo(old);
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
		values[OUT_KEY] = row_key(largest, kept, kept_nulls);
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
	const char *method =
		row->compression == TOAST_PGLZ_COMPRESSION_ID ? "pglz" :
		row->compression == TOAST_LZ4_COMPRESSION_ID ? "lz4" : NULL;

	nulls[OUT_COLUMN_STORED] = nulls[OUT_OF_LINE] = !largest->stored;
	values[OUT_COLUMN_STORED] = Int64GetDatum(row->stored);
	values[OUT_OF_LINE] = BoolGetDatum(row->out_of_line);
	nulls[OUT_COMPRESSION] = method == NULL;
	if (method)
		values[OUT_COMPRESSION] = CStringGetTextDatum(method);
	nulls[OUT_STORED] = !largest->parts &&
		(!largest->stored || largest->pattern->nparts > 0);
	values[OUT_STORED] = Int64GetDatum(largest->parts ?
									   part_stored(largest, row, value) :
									   row->stored);
}

/*
 * The bytes that the largest value takes of its column as that is stored: what
 * an audit counts on its path, but for its key.
 */
static int64
part_stored(const LbdLargest *largest, const LbdLargestRow *row, Datum value)
{
	struct varlena *stored = (struct varlena *) DatumGetPointer(value);
	struct varlena *flat;
	uint8	   *costs;
	int64		sum;

	if (VARATT_IS_EXTERNAL(stored))
		stored = detoast_external_attr(stored);
	flat = pg_detoast_datum_packed(stored);
	costs = lbd_stored_costs(stored, VARSIZE_ANY_EXHDR(flat));
	sum = lbd_stored_sum(costs + row->values.start, row->values.len);
	return (sum + LBD_STORED_UNIT / 2) / LBD_STORED_UNIT;
}

/*
 * The columns of the primary key: numbers, booleans and jsonb as such, others
 * as text.
 */
static Datum
row_key(const LbdLargest *largest, const Datum *values, const bool *nulls)
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
 * Appends the value of a column of the key.  A numeric can be NaN, which JSON
 * has no number for.
 */
static void
append_value(const LbdLargest *largest, int column, Datum value, StringInfo out)
{
	Oid			type = getBaseType(TupleDescAttr(largest->desc, column)->atttypid);
	char	   *text = OutputFunctionCall(&largest->outputs[column], value);

	switch (type)
	{
		case BOOLOID:
			appendStringInfoString(out, DatumGetBool(value) ? "true" : "false");
			break;
		case JSONBOID:
			appendStringInfoString(out, text);
			break;
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case OIDOID:
		case FLOAT4OID:
		case FLOAT8OID:
		case NUMERICOID:
			if (strspn(text, "0123456789+-.e") == strlen(text))
			{
				appendStringInfoString(out, text);
				break;
			}
			/* FALLTHROUGH */
		default:
			escape_json(out, text);
	}
}
