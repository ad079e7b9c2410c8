/*-------------------------------------------------------------------------
 *
 * audit_relation.c
 *	  lbdiag_audit_relation: what a relation's columns and paths take.
 *
 * The rows come from a SELECT, with the rights of the caller, and are counted
 * as they come.  The values are those of the table: compressed and out of
 * line, so that what they take there can be told.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/relation.h"
#include "catalog/namespace.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
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
#include "api/query.h"
#include "api/relation_audit.h"
#include "api/shards.h"
#include "compat.h"
#include "json/path_sample.h"
#include "json/stored.h"

static const LbdPathColumn relation_columns[] = {
	LBD_COL_PART, LBD_COL_PATH, LBD_COL_DEPTH, LBD_COL_TYPES,
	LBD_COL_OCCURRENCES, LBD_COL_DOCUMENTS, LBD_COL_PRESENCE,
	LBD_COL_OBJECTS, LBD_COL_ARRAYS, LBD_COL_STRINGS, LBD_COL_NUMBERS,
	LBD_COL_BOOLEANS, LBD_COL_NULLS, LBD_COL_DISTINCT, LBD_COL_MOST_COMMON,
	LBD_COL_BYTES, LBD_COL_SHARE, LBD_COL_BYTES_LOW, LBD_COL_BYTES_HIGH,
	LBD_COL_KEY_BYTES, LBD_COL_VALUE_BYTES, LBD_COL_SYNTAX_BYTES,
	LBD_COL_JSONB_BYTES, LBD_COL_JSONB_OWN, LBD_COL_STORED_BYTES,
	LBD_COL_STORED_OWN, LBD_COL_STORED_SHARE, LBD_COL_RAW_BYTES,
	LBD_COL_TOAST_BYTES, LBD_COL_CHUNKS, LBD_COL_PGLZ, LBD_COL_LZ4,
	LBD_COL_MIN_BYTES, LBD_COL_MEDIAN_BYTES,
	LBD_COL_MAX_BYTES, LBD_COL_BOUNDS, LBD_COL_COUNTS, LBD_COL_MIN_ELEMENTS,
	LBD_COL_MEDIAN_ELEMENTS, LBD_COL_MAX_ELEMENTS, LBD_COL_KEYS,
	LBD_COL_FOLDED, LBD_COL_COMPLETE
};

#define LBD_RELATION_COLS ((int) lengthof(relation_columns))


static void check_arguments(FunctionCallInfo fcinfo, LbdRelationAudit *audit);
static void count_shards(LbdRelationAudit *audit, Relation relation,
						 const char *schema);
static void count_rows(LbdRelationAudit *audit, Relation relation);
static char *relation_query(LbdRelationAudit *audit, Relation relation);
static void relation_members(LbdRelationAudit *audit, Relation relation);
static void count_blocks(LbdRelationAudit *audit);
static void start_progress(LbdRelationAudit *audit, Relation relation);
static void find_stored(LbdResultCounter *counter);
static void count_row(LbdResultCounter *counter, TupleTableSlot *slot);
static void begin_block(LbdResultCounter *counter, TupleTableSlot *slot);
static void end_table(LbdRelationAudit *audit);
static void relation_rows(LbdRelationAudit *audit);
static void relation_row(LbdPathRow *row, const LbdPath *path, void *arg);
static void relation_total(LbdRelationAudit *audit);
static void set_storage(LbdPathRow *row, const LbdStoredParts *storage);
static bool is_single(const LbdPath *path);
static void set_total_storage(const LbdRelationAudit *audit, LbdPathRow *row);
static int64 stored_total(const LbdRelationAudit *audit);
static int64 stored_bytes(const LbdRelationAudit *audit, int64 stored);
static void interval(const LbdSumEstimate *estimate, int64 bytes,
					 LbdPathRow *row);

PG_FUNCTION_INFO_V1(lbdiag_audit_relation_1_0);
/*
 * lbdiag_audit_relation(relation regclass, sample float8) -> SETOF
 *		(column_name text, path text, depth int, types text,
 *		occurrences bigint, documents bigint, presence numeric, objects bigint,
 *		arrays bigint, strings bigint, numbers bigint, booleans bigint,
 *		nulls bigint, distinct_values bigint, most_common bigint, bytes bigint,
 *		share numeric, bytes_low bigint, bytes_high bigint, key_bytes bigint,
 *		value_bytes bigint, syntax_bytes bigint, jsonb_bytes bigint,
 *		jsonb_own_bytes bigint, stored_bytes bigint, stored_own_bytes bigint,
 *		stored_share numeric, raw_bytes bigint, out_of_line_bytes bigint,
 *		chunks bigint, pglz_values bigint, lz4_values bigint,
 *		min_bytes bigint, median_bytes bigint, max_bytes bigint,
 *		histogram_bounds bigint[], histogram_counts bigint[],
 *		min_elements bigint, median_elements bigint, max_elements bigint,
 *		dynamic_keys bigint, folded text, complete boolean)
 *
 * A row for each column and each JSON path in it, the largest column first,
 * and a row TOTAL.
 */
Datum
lbdiag_audit_relation_1_0(PG_FUNCTION_ARGS)
{
	LbdRelationAudit audit = {0};

	lbd_check_definition(fcinfo, 2, LBD_RELATION_COLS);
	lbd_path_result_init(&audit.result, fcinfo, relation_columns,
						 LBD_RELATION_COLS);
	lbd_relation_audit_run(fcinfo, &audit);
	lbd_counter_limit(&audit.counter, NULL);
	relation_rows(&audit);
	relation_total(&audit);
	MemoryContextDelete(audit.counter.context);
	return (Datum) 0;
}

/*
 * Reads the relation that the first argument names, or the sample that the
 * second one asks for, and sums up what has been counted.  Whether repeated
 * columns are looked for is set before.
 */
void
lbd_relation_audit_run(FunctionCallInfo fcinfo, LbdRelationAudit *audit)
{
	Relation	relation;

	lbd_counter_init(&audit->counter);
	check_arguments(fcinfo, audit);
	relation = try_relation_open(audit->relation, AccessShareLock);
	if (relation == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation with OID %u does not exist", audit->relation)));
	audit->counter.started = find_stored;
	audit->distributed = lbd_is_distributed(relation);
	if (audit->distributed)
		count_shards(audit, relation, lbd_call_schema(fcinfo));
	else
		count_rows(audit, relation);
	if (audit->sample.chosen == 0 && audit->sample.blocks > 0)
		ereport(NOTICE,
				(errmsg("no block of \"%s\" is in the sample",
						RelationGetRelationName(relation)),
				 errdetail("All counts and sizes are 0."),
				 errhint("Use a larger percentage, or leave out the sample.")));
	relation_close(relation, AccessShareLock);
	audit->counted = lbd_counter_sum(&audit->counter);
	for (int i = 0; i < audit->counter.ncolumns; i++)
		audit->stored_units += audit->counter.columns[i].stats->root->stored;
}

/*
 * Has the shards of a distributed table counted.
 */
static void
count_shards(LbdRelationAudit *audit, Relation relation, const char *schema)
{
	if (audit->repeats)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("\"%s\" is distributed by Citus",
						RelationGetRelationName(relation)),
				 errdetail("How its values are stored is not seen from here."),
				 errhint("Use lbdiag_audit_relation, or name one of its shards, on the server that has it.")));
	audit->stored = true;
	lbd_shards_count(&audit->counter, relation, schema,
					 audit->sampled ? &audit->sample : NULL);
}

/*
 * Counts the values of a row, and compares scalars with those in JSON.
 */
static void
count_row(LbdResultCounter *counter, TupleTableSlot *slot)
{
	LbdRelationAudit *audit = (LbdRelationAudit *) counter;
	const Datum *values = slot->tts_values + counter->skipped;
	const bool *nulls = slot->tts_isnull + counter->skipped;

	for (int i = 0; i < counter->ncolumns; i++)
		lbd_column_add(&counter->columns[i], values[i], nulls[i]);
	lbd_repeats_row(audit->repeats, counter->columns, values, nulls);
}

static void
check_arguments(FunctionCallInfo fcinfo, LbdRelationAudit *audit)
{
	float8		percent;

	lbd_argument_required(fcinfo, 0, "relation",
						  "Name a table or a view.");
	audit->relation = PG_GETARG_OID(0);
	if (PG_ARGISNULL(1))
		return;
	percent = PG_GETARG_FLOAT8(1);
	if (isnan(percent) || percent <= 0 || percent > 100)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TABLESAMPLE_ARGUMENT),
				 errmsg("sample must be a percentage above 0, up to 100"),
				 errhint("It is the argument of TABLESAMPLE SYSTEM; NULL reads the whole relation.")));
	audit->sampled = true;
	lbd_sample_init(&audit->sample, percent);
}

/*
 * Counts the rows, or those of the sample.
 */
static void
count_rows(LbdRelationAudit *audit, Relation relation)
{
	char	   *query = relation_query(audit, relation);
	bool		again;

	if (audit->repeats)
		audit->counter.count_row = count_row;
	/* Tables end one by one, which cannot be undone. */
	audit->last = !audit->sample.grouped;
	lbd_query_run(query, &audit->counter.receiver);
	if (!audit->sampled)
		return;
	again = lbd_counter_again(&audit->counter);
	/* Rows may be in blocks that were not there before the scan. */
	count_blocks(audit);
	/* What blocks have of a path is known once its keys are. */
	if (again || !audit->last || audit->sample.grouped)
	{
		if (!again)
			lbd_counter_clear(&audit->counter);
		lbd_sample_begin(&audit->sample, &audit->counter);
		audit->last = true;
		audit->table = InvalidOid;
		lbd_query_run(query, &audit->counter.receiver);
	}
	end_table(audit);
	lbd_sample_end(&audit->sample, &audit->counter);
}

/*
 * Checks what kind of relation it is, and returns the query of its rows: a
 * column that is not counted comes first, since a relation may have none.
 */
static char *
relation_query(LbdRelationAudit *audit, Relation relation)
{
	char		kind = relation->rd_rel->relkind;
	char	   *name = quote_qualified_identifier(
												  get_namespace_name(RelationGetNamespace(relation)),
												  RelationGetRelationName(relation));

	if (kind != RELKIND_RELATION && kind != RELKIND_MATVIEW &&
		kind != RELKIND_PARTITIONED_TABLE && kind != RELKIND_VIEW &&
		kind != RELKIND_FOREIGN_TABLE)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not a table or a view",
						RelationGetRelationName(relation))));
	audit->stored = kind != RELKIND_VIEW;
	relation_members(audit, relation);
	start_progress(audit, relation);
	audit->counter.skipped = 1;
	if (!audit->placed)
		return psprintf("SELECT 0, r.* FROM %s AS r", name);
	if (!audit->stored)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" cannot be sampled",
						RelationGetRelationName(relation)),
				 errdetail("Samples are of the blocks of tables that are stored in this database."),
				 errhint("Leave out the sample.")));
	audit->counter.skipped = 2;
	audit->counter.each_row = begin_block;
	if (!audit->sampled)
		return psprintf("SELECT r.tableoid, r.ctid, r.* FROM %s AS r", name);
	return psprintf("SELECT r.tableoid, r.ctid, r.* FROM %s AS r TABLESAMPLE pg_catalog.system (%.9g) REPEATABLE (%d)",
					name, audit->sample.percent, audit->sample.seed);
}

/*
 * Looks at the relation and at all partitions and children: whether they are
 * stored here, and how many blocks there are where somebody wants to know.
 */
static void
relation_members(LbdRelationAudit *audit, Relation relation)
{
	List	   *members = find_all_inheritors(RelationGetRelid(relation),
											  AccessShareLock, NULL);
	ListCell   *cell;

	foreach(cell, members)
	{
		char		kind = get_rel_relkind(lfirst_oid(cell));

		if (kind == RELKIND_FOREIGN_TABLE)
			audit->stored = false;
		else if ((audit->sampled || lbd_progress_wanted()) &&
				 (kind == RELKIND_RELATION || kind == RELKIND_MATVIEW))
			audit->members = lappend_oid(audit->members, lfirst_oid(cell));
	}
	count_blocks(audit);
}

/*
 * Counts the blocks of the tables, and those of them that are in the sample.
 */
static void
count_blocks(LbdRelationAudit *audit)
{
	ListCell   *cell;

	audit->blocks = 0;
	lbd_sample_clear(&audit->sample);
	foreach(cell, audit->members)
	{
		Relation	member = relation_open(lfirst_oid(cell), NoLock);
		BlockNumber nblocks = RelationGetNumberOfBlocks(member);

		audit->blocks += nblocks;
		if (audit->sampled)
			lbd_sample_add(&audit->sample, lfirst_oid(cell), nblocks);
		relation_close(member, NoLock);
	}
	if (audit->sampled)
		lbd_sample_pool(&audit->sample);
}

/*
 * Begins to report blocks, or rows where they have none.  Where a row is takes
 * a right to the whole table to see, and must not be asked for without: what
 * works, works with reports too.
 */
static void
start_progress(LbdRelationAudit *audit, Relation relation)
{
	audit->placed = audit->sampled;
	if (audit->stored && audit->blocks > 0 && lbd_progress_wanted() &&
		pg_class_aclcheck(RelationGetRelid(relation), GetUserId(),
						  ACL_SELECT) == ACLCHECK_OK)
		audit->placed = true;
	if (audit->placed)
		lbd_progress_start(&audit->progress, "lbdiag_audit_relation",
						   "block", "blocks", audit->sampled ?
						   audit->sample.chosen : audit->blocks);
	else
		lbd_progress_start(&audit->counter.progress, "lbdiag_audit_relation",
						   "row", "rows", 0);
}

/*
 * Tells which columns are stored: a virtual one is not.
 */
static void
find_stored(LbdResultCounter *counter)
{
	LbdRelationAudit *audit = (LbdRelationAudit *) counter;

	for (int i = 0; i < counter->ncolumns; i++)
	{
		AttrNumber	number = get_attnum(audit->relation,
										counter->columns[i].name);

		counter->columns[i].stored = audit->stored &&
			number != InvalidAttrNumber &&
			get_attgenerated(audit->relation, number) != 'v';
	}
	if (audit->repeats)
		lbd_repeats_begin(audit->repeats, counter->columns, counter->ncolumns,
						  counter->context);
}

/*
 * Notes the block of a row.  The rows of a block come one after the other.
 */
static void
begin_block(LbdResultCounter *counter, TupleTableSlot *slot)
{
	LbdRelationAudit *audit = (LbdRelationAudit *) counter;
	Oid			table = DatumGetObjectId(slot->tts_values[0]);
	ItemPointer place = (ItemPointer) DatumGetPointer(slot->tts_values[1]);
	BlockNumber block = ItemPointerGetBlockNumberNoCheck(place);

	if (table == audit->table && block == audit->block)
		return;
	if (OidIsValid(audit->table))
	{
		if (audit->last && table != audit->table)
			end_table(audit);
		else if (audit->last && audit->sampled)
			lbd_sample_end_block(&audit->sample, &audit->counter,
								 audit->block);
		lbd_progress_add(&audit->progress);
	}
	audit->table = table;
	audit->block = block;
}

/*
 * Ends the present table of the sample, with its last block.
 */
static void
end_table(LbdRelationAudit *audit)
{
	if (!audit->sampled)
		return;
	lbd_sample_end_block(&audit->sample, &audit->counter, audit->block);
	lbd_sample_end_table(&audit->sample, &audit->counter,
						 (int64) audit->table);
}

/*
 * Returns the rows of all columns.
 */
static void
relation_rows(LbdRelationAudit *audit)
{
	audit->result.total = audit->counted;
	audit->result.finish = relation_row;
	audit->result.arg = audit;
	for (int i = 0; i < audit->counter.ncolumns; i++)
	{
		const LbdColumn *column = &audit->counter.columns[i];

		audit->column = column;
		audit->jsonb_bytes += column->stats->root->jsonb_bytes;
		audit->result.part = column->name;
		audit->result.part_type = column->type_name;
		lbd_path_result_tree(&audit->result, column->stats);
	}
}

/*
 * Finishes the row of a path.
 */
static void
relation_row(LbdPathRow *row, const LbdPath *path, void *arg)
{
	LbdRelationAudit *audit = arg;
	int64		shown = audit->stored_shown;
	int64		stored = stored_bytes(audit, path->stored);

	if (path->parent == NULL && audit->column->stored && !audit->distributed)
		set_storage(row, &audit->column->storage);
	if (audit->sampled && path->sizes.total > 0)
		lbd_path_row_histogram(row, path, lbd_sample_share(path));
	if (is_single(path))
		lbd_path_row_set(row, LBD_COL_PRESENCE,
						 lbd_share_datum(Min(path->occurrences,
											 audit->counter.rows),
										 audit->counter.rows));
	if (path->sample)
		interval(&path->sample->estimate, path->bytes, row);

	/*
	 * What has been shown of all so far is rounded, so that it adds up: what
	 * is below this path comes next.
	 */
	audit->stored_shown = stored_bytes(audit, path->stored_own);
	audit->stored_total += path->stored_own;
	if (!audit->column->stored)
		return;
	lbd_path_row_set(row, LBD_COL_STORED_BYTES, Int64GetDatum(stored - shown));
	lbd_path_row_set(row, LBD_COL_STORED_OWN,
					 Int64GetDatum(audit->stored_shown - shown));
	lbd_path_row_set(row, LBD_COL_STORED_SHARE,
					 lbd_share_datum(stored - shown, stored_total(audit)));
}

/*
 * Puts how the values of a column are stored, or of all columns.
 */
static void
set_storage(LbdPathRow *row, const LbdStoredParts *storage)
{
	LbdStoredPart all = lbd_stored_parts_total(storage);
	LbdStoredPart toast = lbd_stored_parts_sum(storage, LBD_STORED_TOAST);

	lbd_path_row_set(row, LBD_COL_RAW_BYTES, Int64GetDatum(all.raw_bytes));
	lbd_path_row_set(row, LBD_COL_TOAST_BYTES,
					 Int64GetDatum(toast.stored_bytes));
	lbd_path_row_set(row, LBD_COL_CHUNKS, Int64GetDatum(toast.chunks));
	lbd_path_row_set(row, LBD_COL_PGLZ,
					 Int64GetDatum(lbd_stored_parts_values(storage,
														   LBD_STORED_PGLZ)));
	lbd_path_row_set(row, LBD_COL_LZ4,
					 Int64GetDatum(lbd_stored_parts_values(storage,
														   LBD_STORED_LZ4)));
}

/*
 * Whether a row of the relation has this path once at most.
 */
static bool
is_single(const LbdPath *path)
{
	for (; path; path = path->parent)
	{
		if (path->kind != LBD_PATH_ROOT && path->kind != LBD_PATH_MEMBER)
			return false;
	}
	return true;
}

/*
 * Returns the row TOTAL, of no column: rows, bytes with their interval, and
 * the sums of what the columns have of jsonb and of what is stored.
 */
static void
relation_total(LbdRelationAudit *audit)
{
	LbdPathRow	row;
	int64		bytes = audit->counted;

	lbd_path_row_clear(&row);
	lbd_path_row_set(&row, LBD_COL_PART, CStringGetTextDatum("TOTAL"));
	lbd_path_row_set(&row, LBD_COL_OCCURRENCES,
					 Int64GetDatum(audit->counter.rows));
	lbd_path_row_set(&row, LBD_COL_BYTES, Int64GetDatum(bytes));
	lbd_path_row_set(&row, LBD_COL_SHARE, lbd_share_datum(bytes, bytes));
	if (audit->stored && !audit->distributed)
		set_total_storage(audit, &row);
	if (audit->jsonb_bytes > 0)
		lbd_path_row_set(&row, LBD_COL_JSONB_BYTES,
						 Int64GetDatum(audit->jsonb_bytes));
	if (audit->stored)
	{
		lbd_path_row_set(&row, LBD_COL_STORED_BYTES,
						 Int64GetDatum(audit->stored_shown));
		lbd_path_row_set(&row, LBD_COL_STORED_SHARE,
						 lbd_share_datum(audit->stored_shown,
										 audit->stored_shown));
	}
	if (audit->sampled)
		interval(&audit->sample.total, bytes, &row);
	lbd_path_result_put(&audit->result, &row);
}

/*
 * Puts how the values of all columns are stored.
 */
static void
set_total_storage(const LbdRelationAudit *audit, LbdPathRow *row)
{
	LbdStoredParts all = {0};

	for (int i = 0; i < audit->counter.ncolumns; i++)
		lbd_stored_parts_merge(&all, &audit->counter.columns[i].storage);
	set_storage(row, &all);
}

/*
 * The bytes of all that is stored.
 */
static int64
stored_total(const LbdRelationAudit *audit)
{
	return audit->stored_units / LBD_STORED_UNIT;
}

/*
 * The bytes of what is stored so far and so much more.
 */
static int64
stored_bytes(const LbdRelationAudit *audit, int64 stored)
{
	return (audit->stored_total + stored) / LBD_STORED_UNIT;
}

/*
 * Fills in bytes_low and bytes_high where they are known.
 */
static void
interval(const LbdSumEstimate *estimate, int64 bytes, LbdPathRow *row)
{
	int64		low;
	int64		high;

	if (!lbd_relation_interval(estimate, bytes, &low, &high))
		return;
	lbd_path_row_set(row, LBD_COL_BYTES_LOW, Int64GetDatum(low));
	lbd_path_row_set(row, LBD_COL_BYTES_HIGH, Int64GetDatum(high));
}

/*
 * The interval of an estimate of bytes; false where none is known.  There is as
 * much as has been counted, at least.
 */
bool
lbd_relation_interval(const LbdSumEstimate *estimate, int64 bytes, int64 *low,
					  int64 *high)
{
	double		half = lbd_estimate_error(estimate);
	double		least = (double) bytes - rint(half);


	if (half < 0)
		return false;
	*low = (int64) Max(estimate->counted, least);
	*high = bytes + llrint(half);
	return true;
}
