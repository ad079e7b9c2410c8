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

#include "access/htup_details.h"
#include "access/relation.h"
#include "access/sysattr.h"
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
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "api/arguments.h"
#include "api/calls.h"
#include "api/definition.h"
#include "api/largest.h"
#include "api/query.h"
#include "api/shards.h"
#include "compat.h"
#include "json/stored.h"
#include "util/row_receiver.h"

static void find_column(FunctionCallInfo fcinfo, LbdLargest *largest);
pg_noreturn static void column_missing(const LbdLargest *largest,
									   const char *name);
static int64 check_members(const LbdLargest *largest);
static bool may_select(const LbdLargest *largest, AttrNumber column);
static void start_progress(LbdLargest *largest, int64 blocks);
static char *largest_query(const LbdLargest *largest);
static bool receive_row(TupleTableSlot *slot, DestReceiver *self);
static void count_row(LbdLargest *largest, TupleTableSlot *slot);
static void keep_row(LbdLargest *largest, LbdLargestRow *kept,
					 const LbdPathValues *values, TupleTableSlot *slot);

PG_FUNCTION_INFO_V1(lbdiag_largest_1_0);
/*
 * lbdiag_largest(relation regclass, column_name text, path text, n int)
 *		-> SETOF (table_name regclass, row_ctid tid, key jsonb, bytes bigint,
 *		occurrences bigint, total_bytes bigint, stored_bytes bigint,
 *		column_stored_bytes bigint, out_of_line boolean, compression text,
 *		shard text)
 */
Datum
lbdiag_largest_1_0(PG_FUNCTION_ARGS)
{
	LbdLargest	largest = {0};
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int			nrows;

	lbd_check_definition(fcinfo, 4, LBD_LARGEST_COLS);
	lbd_argument_required(fcinfo, 0, "relation",
						  "Name a table.");
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
	if (lbd_is_distributed(largest.relation))
		lbd_shards_largest(&largest, lbd_call_schema(fcinfo), nrows, rsinfo);
	else
	{
		largest.top = lbd_top_create(nrows, sizeof(LbdLargestRow));
		lbd_receiver_init(&largest.receiver, lbd_largest_columns, receive_row);
		lbd_query_run(largest_query(&largest), &largest.receiver);
		lbd_largest_rows(&largest, rsinfo);
	}
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

	lbd_argument_required(fcinfo, 1, "column_name",
						  "Name a column of the table.");
	lbd_argument_required(fcinfo, 2, "path",
						  "Leave path out to get its default, the whole value.");
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
 * ctid, and returns how many blocks there are, if progress is reported.
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
					 errdetail("Only rows that are stored in this database have a ctid."),
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
 * Begins to report progress: in blocks, or in rows where the caller may not read
 * ctid.
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
	lbd_largest_append_key(largest, &query);
	appendStringInfo(&query, " FROM %s AS r",
					 quote_qualified_identifier(get_namespace_name(schema),
												RelationGetRelationName(largest->relation)));
	return query.data;
}

/*
 * Appends the columns of the primary key, if the caller may read all of them.
 */
void
lbd_largest_append_key(const LbdLargest *largest, StringInfo query)
{
	TupleDesc	desc = RelationGetDescr(largest->relation);
	int			start = query->len;
	Oid			constraint;
	Bitmapset  *key = get_primary_key_attnos(RelationGetRelid(largest->relation),
											 true, &constraint);

	for (int i = 0; i < desc->natts; i++)
	{
		AttrNumber	column = i + 1;

		if (!bms_is_member(column - FirstLowInvalidHeapAttributeNumber, key))
			continue;
		if (!may_select(largest, column))
		{
			query->len = start;
			return;
		}
		appendStringInfo(query, ", r.%s",
						 quote_identifier(NameStr(TupleDescAttr(desc, i)->attname)));
	}
}

/*
 * Finds out about the columns of the query.
 */
void
lbd_largest_columns(DestReceiver *self, int operation, TupleDesc desc)
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
