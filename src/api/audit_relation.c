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
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"

#include "api/block_sample.h"
#include "api/definition.h"
#include "api/json_stats.h"
#include "api/query.h"
#include "api/result_counter.h"
#include "compat.h"
#include "json/path_rows.h"
#include "json/stored.h"
#include "util/progress.h"

/* Columns of lbdiag_audit_relation, in their order. */
typedef enum LbdRelationColumn
{
	REL_COLUMN, REL_PATH, REL_DEPTH, REL_TYPES, REL_OCCURRENCES, REL_PRESENCE,
	REL_NULLS, REL_DISTINCT, REL_MOST_COMMON, REL_BYTES, REL_SHARE,
	REL_BYTES_LOW, REL_BYTES_HIGH, REL_KEY_BYTES, REL_VALUE_BYTES,
	REL_SYNTAX_BYTES, REL_JSONB_BYTES, REL_JSONB_OWN, REL_STORED_BYTES,
	REL_STORED_OWN, LBD_RELATION_COLS
} LbdRelationColumn;

/* Where the columns are that lbd_path_columns fills in. */
static const LbdRelationColumn path_columns[LBD_PATH_COLS] = {
	REL_PATH, REL_DEPTH, REL_TYPES, REL_OCCURRENCES, REL_NULLS, REL_DISTINCT,
	REL_MOST_COMMON, REL_BYTES, REL_SHARE, REL_KEY_BYTES, REL_VALUE_BYTES,
	REL_SYNTAX_BYTES
};

typedef struct LbdRelationAudit
{
	LbdResultCounter counter;	/* first: its calls get a pointer to it */
	Oid			relation;		/* which one it is */
	bool		stored;			/* its values are stored here */
	bool		sampled;		/* there is a sample */
	LbdBlockSample sample;		/* of blocks */
	List	   *members;		/* OIDs of tables whose blocks are counted */
	bool		placed;			/* rows come with their table and place */
	int64		blocks;			/* of all tables, where that is asked for */
	LbdProgress progress;		/* of blocks, if not of rows */
	Oid			table;			/* of the present block, or invalid */
	BlockNumber block;			/* the present one */
	double		squares;		/* sum of the squares of blocks' bytes */
	int64		counted;		/* bytes of all */
	int64		jsonb_bytes;	/* of the columns of jsonb */
	int64		stored_total;	/* stored so far, of the rows returned */
	int64		stored_shown;	/* bytes of these that have been shown */
	ReturnSetInfo *rsinfo;		/* where the result goes */
} LbdRelationAudit;

static void check_arguments(FunctionCallInfo fcinfo, LbdRelationAudit *audit);
static char *relation_query(LbdRelationAudit *audit, Relation relation);
static void relation_members(LbdRelationAudit *audit, Relation relation);
static void count_blocks(LbdRelationAudit *audit);
static void start_progress(LbdRelationAudit *audit, Relation relation);
static void relation_columns(LbdResultCounter *counter);
static void begin_block(LbdResultCounter *counter, TupleTableSlot *slot);
static void end_block(LbdRelationAudit *audit);
static void relation_rows(LbdRelationAudit *audit, const LbdColumn *column,
						  const LbdPath *path, bool single);
static void relation_row(LbdRelationAudit *audit, const LbdColumn *column,
						 const LbdPath *path, bool single);
static void relation_total(LbdRelationAudit *audit);
static int64 stored_bytes(const LbdRelationAudit *audit, int64 stored);
static int64 estimate(const LbdRelationAudit *audit, int64 count);
static void interval(const LbdRelationAudit *audit, int64 counted,
					 double squares, Datum *values, bool *nulls);

PG_FUNCTION_INFO_V1(lbdiag_audit_relation_1_0);
/*
 * lbdiag_audit_relation(relation regclass, sample float8) -> SETOF
 *		(column_name text, path text, depth int, types text,
 *		occurrences bigint, presence numeric, nulls bigint,
 *		distinct_values bigint, most_common bigint, bytes bigint,
 *		share numeric, bytes_low bigint, bytes_high bigint, key_bytes bigint,
 *		value_bytes bigint, syntax_bytes bigint, jsonb_bytes bigint,
 *		jsonb_own_bytes bigint, stored_bytes bigint, stored_own_bytes bigint)
 *
 * A row for each column and each JSON path in it, the largest column first,
 * and a row TOTAL.
 */
Datum
lbdiag_audit_relation_1_0(PG_FUNCTION_ARGS)
{
	LbdRelationAudit audit = {0};
	Relation	relation;
	char	   *query;

	lbd_check_definition(fcinfo, 2, LBD_RELATION_COLS);
	lbd_counter_init(&audit.counter);
	check_arguments(fcinfo, &audit);
	InitMaterializedSRF(fcinfo, 0);
	audit.rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	relation = try_relation_open(audit.relation, AccessShareLock);
	if (relation == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation with OID %u does not exist", audit.relation)));
	query = relation_query(&audit, relation);
	audit.counter.started = relation_columns;
	lbd_query_run(query, &audit.counter.receiver);
	if (audit.sampled)
	{
		end_block(&audit);
		/* Rows may be in blocks that were not there before the scan. */
		count_blocks(&audit);
	}
	relation_close(relation, AccessShareLock);

	audit.counted = lbd_counter_sum(&audit.counter);
	lbd_counter_limit(&audit.counter, NULL);
	for (int i = 0; i < audit.counter.ncolumns; i++)
	{
		const LbdPath *root = audit.counter.columns[i].stats->root;

		audit.jsonb_bytes += root->jsonb_bytes;
		relation_rows(&audit, &audit.counter.columns[i], root, true);
	}
	relation_total(&audit);
	MemoryContextDelete(audit.counter.context);
	return (Datum) 0;
}

static void
check_arguments(FunctionCallInfo fcinfo, LbdRelationAudit *audit)
{
	float8		percent;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("relation must not be null"),
				 errhint("Name a table or a view.")));
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

	audit->blocks = audit->sample.blocks = audit->sample.chosen = 0;
	foreach(cell, audit->members)
	{
		Relation	member = relation_open(lfirst_oid(cell), NoLock);
		BlockNumber nblocks = RelationGetNumberOfBlocks(member);

		audit->blocks += nblocks;
		if (audit->sampled)
			lbd_sample_count(&audit->sample, nblocks);
		relation_close(member, NoLock);
	}
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
relation_columns(LbdResultCounter *counter)
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
		if (audit->sampled)
			end_block(audit);
		lbd_progress_add(&audit->progress);
	}
	audit->table = table;
	audit->block = block;
}

/*
 * Adds the squares of what the block has of each path, and of all.
 */
static void
end_block(LbdRelationAudit *audit)
{
	int64		bytes = 0;

	for (int i = 0; i < audit->counter.ncolumns; i++)
		bytes += lbd_stats_end_block(audit->counter.columns[i].stats);
	audit->squares += (double) bytes * (double) bytes;
}

/*
 * Returns the rows of a path of a column, and of all paths below it; single
 * tells whether a row of the relation has this path once at most.
 */
static void
relation_rows(LbdRelationAudit *audit, const LbdColumn *column,
			  const LbdPath *path, bool single)
{
	LbdPath   **children;
	int			nchildren;

	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	single = single && (path->kind == LBD_PATH_ROOT ||
						path->kind == LBD_PATH_MEMBER);
	relation_row(audit, column, path, single);
	children = lbd_stats_sorted(path, &nchildren);
	for (int i = 0; i < nchildren; i++)
		relation_rows(audit, column, children[i], single);
	pfree(children);
}

static void
relation_row(LbdRelationAudit *audit, const LbdColumn *column,
			 const LbdPath *path, bool single)
{
	Datum		given[LBD_PATH_COLS];
	bool		given_nulls[LBD_PATH_COLS] = {0};
	Datum		values[LBD_RELATION_COLS] = {0};
	bool		nulls[LBD_RELATION_COLS] = {0};
	MemoryContext old = MemoryContextSwitchTo(audit->counter.row);
	int64		shown = audit->stored_shown;

	lbd_path_columns(path, audit->counted, given, given_nulls);
	for (int i = 0; i < LBD_PATH_COLS; i++)
	{
		values[path_columns[i]] = given[i];
		nulls[path_columns[i]] = given_nulls[i];
	}
	values[REL_COLUMN] = CStringGetTextDatum(column->name);
	if (column->type_name && path->parent == NULL)
		values[REL_TYPES] = CStringGetTextDatum(column->type_name);
	values[REL_OCCURRENCES] = Int64GetDatum(estimate(audit, path->occurrences));
	nulls[REL_PRESENCE] = !single;
	values[REL_PRESENCE] = lbd_share_datum(Min(path->occurrences, audit->counter.rows),
										   audit->counter.rows);
	values[REL_NULLS] = Int64GetDatum(estimate(audit, path->nulls));
	values[REL_BYTES] = Int64GetDatum(estimate(audit, path->bytes));
	interval(audit, path->bytes, path->squares, values, nulls);
	values[REL_KEY_BYTES] = Int64GetDatum(estimate(audit, path->key_bytes));
	values[REL_VALUE_BYTES] = Int64GetDatum(estimate(audit, path->value_bytes));
	values[REL_SYNTAX_BYTES] = Int64GetDatum(estimate(audit, path->syntax_bytes));
	nulls[REL_JSONB_BYTES] = nulls[REL_JSONB_OWN] =
		column->stats->root->jsonb_bytes == 0;
	values[REL_JSONB_BYTES] = Int64GetDatum(estimate(audit, path->jsonb_bytes));
	values[REL_JSONB_OWN] = Int64GetDatum(estimate(audit, path->jsonb_own));

	/*
	 * What has been shown of all so far is rounded, so that it adds up: what
	 * is below this path comes next.
	 */
	values[REL_STORED_BYTES] = Int64GetDatum(stored_bytes(audit, path->stored) - shown);
	audit->stored_shown = stored_bytes(audit, path->stored_own);
	audit->stored_total += path->stored_own;
	values[REL_STORED_OWN] = Int64GetDatum(audit->stored_shown - shown);
	nulls[REL_STORED_BYTES] = nulls[REL_STORED_OWN] = !column->stored;
	tuplestore_putvalues(audit->rsinfo->setResult, audit->rsinfo->setDesc,
						 values, nulls);
	MemoryContextSwitchTo(old);
	MemoryContextReset(audit->counter.row);
}

/*
 * Returns the row TOTAL, of no column: rows, bytes with their interval, and
 * the sums of what the columns have of jsonb and of what is stored.
 */
static void
relation_total(LbdRelationAudit *audit)
{
	Datum		values[LBD_RELATION_COLS] = {0};
	bool		nulls[LBD_RELATION_COLS];

	memset(nulls, true, sizeof(nulls));
	values[REL_COLUMN] = CStringGetTextDatum("TOTAL");
	values[REL_OCCURRENCES] = Int64GetDatum(estimate(audit, audit->counter.rows));
	values[REL_BYTES] = Int64GetDatum(estimate(audit, audit->counted));
	values[REL_SHARE] = lbd_share_datum(audit->counted, audit->counted);
	nulls[REL_COLUMN] = nulls[REL_OCCURRENCES] = false;
	nulls[REL_BYTES] = nulls[REL_SHARE] = false;
	nulls[REL_JSONB_BYTES] = audit->jsonb_bytes == 0;
	values[REL_JSONB_BYTES] = Int64GetDatum(estimate(audit, audit->jsonb_bytes));
	nulls[REL_STORED_BYTES] = !audit->stored;
	values[REL_STORED_BYTES] = Int64GetDatum(audit->stored_shown);
	interval(audit, audit->counted, audit->squares, values, nulls);
	tuplestore_putvalues(audit->rsinfo->setResult, audit->rsinfo->setDesc,
						 values, nulls);
}

/*
 * The bytes of what is stored so far and so much more.
 */
static int64
stored_bytes(const LbdRelationAudit *audit, int64 stored)
{
	return estimate(audit, audit->stored_total + stored) / LBD_STORED_UNIT;
}

/*
 * What a count over the sample is over all.
 */
static int64
estimate(const LbdRelationAudit *audit, int64 count)
{
	if (!audit->sampled)
		return count;
	return llrint((double) count * lbd_sample_factor(&audit->sample));
}

/*
 * Fills in bytes_low and bytes_high, NULL where they are not known.  There is
 * as much as has been counted, at least.
 */
static void
interval(const LbdRelationAudit *audit, int64 counted, double squares,
		 Datum *values, bool *nulls)
{
	double		half = -1;
	int64		bytes = estimate(audit, counted);

	if (audit->sampled)
		half = lbd_sample_error(&audit->sample, counted, squares);
	nulls[REL_BYTES_LOW] = nulls[REL_BYTES_HIGH] = half < 0;
	if (half < 0)
		return;
	values[REL_BYTES_LOW] = Int64GetDatum(Max(counted, bytes - llrint(half)));
	values[REL_BYTES_HIGH] = Int64GetDatum(bytes + llrint(half));
}
