/*-------------------------------------------------------------------------
 *
 * shard_audit.c
 *	  What the columns of a distributed table take in its shards.
 *
 * Where a shard is, its rows are counted to stats of each column, and these
 * are merged here: no row travels.  Of a sample there are stats of each block,
 * since its error comes from the differences between blocks; they are merged
 * twice, as rows are counted twice: what blocks have of a path is known once
 * its keys are.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/ruleutils.h"
#include "utils/tuplestore.h"

#include "api/json_stats.h"
#include "api/shards.h"
#include "compat.h"
#include "json/path_count.h"
#include "util/row_receiver.h"

/* Columns of the query; the stats of the columns follow. */
enum
{
	COL_SHARD,					/* name of the shard, of a sample */
	COL_BLOCK,					/* number of the block, of a sample */
	COL_SIZE,					/* bytes of the shard, of a sample */
	COL_ROWS,					/* how many rows have been counted */
	COL_STATS
};

/* What comes from the shards. */
typedef struct LbdShardRows
{
	DestReceiver receiver;		/* first: the executor's pointer to it */
	MemoryContext context;		/* of what is kept */
	MemoryContext row;			/* of a row */
	TupleDesc	desc;			/* of the rows */
	Tuplestorestate *rows;		/* all of them */
} LbdShardRows;

static char *shards_query(Relation relation, const char *schema,
						  const LbdBlockSample *sample);
static void append_stats(StringInfo query, Form_pg_attribute attribute,
						 const char *schema);
static void receive_columns(DestReceiver *self, int operation,
							TupleDesc desc);
static bool receive_row(TupleTableSlot *slot, DestReceiver *self);
static void make_columns(LbdResultCounter *counter, Relation relation);
static void merge_rows(LbdResultCounter *counter, LbdShardRows *rows,
					   LbdBlockSample *sample);
static int64 row_shard(TupleTableSlot *slot);
static void merge_row(LbdResultCounter *counter, TupleTableSlot *slot);
static void count_blocks(LbdBlockSample *sample, Relation relation,
						 LbdShardRows *rows);

/*
 * Counts all rows of a table, or those of a sample, as the estimate of all;
 * schema is the one of the extension.
 */
void
lbd_shards_count(LbdResultCounter *counter, Relation relation,
				 const char *schema, LbdBlockSample *sample)
{
	LbdShardRows rows = {.context = counter->context,.row = counter->row};

	lbd_receiver_init(&rows.receiver, receive_columns, receive_row);
	lbd_shards_run(shards_query(relation, schema, sample), &rows.receiver);
	make_columns(counter, relation);
	merge_rows(counter, &rows, NULL);
	if (sample)
	{
		count_blocks(sample, relation, &rows);
		if (!lbd_counter_again(counter))
			lbd_counter_clear(counter);
		lbd_sample_begin(sample, counter);
		merge_rows(counter, &rows, sample);
		lbd_sample_end(sample, counter);
	}
	tuplestore_end(rows.rows);
}

/*
 * The query that has the shards' rows counted there.
 */
static char *
shards_query(Relation relation, const char *schema,
			 const LbdBlockSample *sample)
{
	TupleDesc	desc = RelationGetDescr(relation);
	Oid			namespace = RelationGetNamespace(relation);
	StringInfoData query;

	initStringInfo(&query);
	appendStringInfo(&query, "SELECT %s, pg_catalog.count(*)", sample ?
					 "r.tableoid::pg_catalog.regclass::pg_catalog.text,"
					 " ((r.ctid::pg_catalog.text::pg_catalog.point)[0])::pg_catalog.int8,"
					 " pg_catalog.max(pg_catalog.pg_relation_size(r.tableoid))" :
					 "NULL::pg_catalog.text, NULL::pg_catalog.int8, NULL::pg_catalog.int8");
	for (int i = 0; i < desc->natts; i++)
	{
		if (!TupleDescAttr(desc, i)->attisdropped)
			append_stats(&query, TupleDescAttr(desc, i),
						 quote_identifier(schema));
	}
	appendStringInfo(&query, " FROM %s AS r",
					 quote_qualified_identifier(get_namespace_name(namespace),
												RelationGetRelationName(relation)));
	if (sample)
		appendStringInfo(&query, " TABLESAMPLE pg_catalog.system (%.9g) REPEATABLE (%d) GROUP BY 1, 2 ORDER BY 1, 2",
						 sample->percent, sample->seed);
	return query.data;
}

/*
 * Appends what counts a column: values of JSON one after the other, others by
 * the stats of each.
 */
static void
append_stats(StringInfo query, Form_pg_attribute attribute,
			 const char *schema)
{
	Oid			type = getBaseType(attribute->atttypid);
	const char *name = quote_identifier(NameStr(attribute->attname));

	if (type == JSONOID || type == JSONBOID)
		appendStringInfo(query, ", %s._lbdiag_column_stats(r.%s::pg_catalog.%s)",
						 schema, name, type == JSONOID ? "json" : "jsonb");
	else
		appendStringInfo(query, ", %s.lbdiag_json_merge(%s._lbdiag_value_stats(r.%s))",
						 schema, schema, name);
}

static void
receive_columns(DestReceiver *self, int operation, TupleDesc desc)
{
	LbdShardRows *rows = (LbdShardRows *) self;
	MemoryContext old = MemoryContextSwitchTo(rows->context);

	rows->desc = CreateTupleDescCopy(desc);
	rows->rows = tuplestore_begin_heap(false, false, work_mem);
	MemoryContextSwitchTo(old);
}

static bool
receive_row(TupleTableSlot *slot, DestReceiver *self)
{
	LbdShardRows *rows = (LbdShardRows *) self;

	CHECK_FOR_INTERRUPTS();
	tuplestore_puttupleslot(rows->rows, slot);
	return true;
}

/*
 * Makes the columns of the counter: those of the relation.
 */
static void
make_columns(LbdResultCounter *counter, Relation relation)
{
	TupleDesc	desc = RelationGetDescr(relation);
	MemoryContext old = MemoryContextSwitchTo(counter->context);
	LbdValueTypes *types = lbd_value_types_create(counter->context);

	counter->columns = palloc0(Max(desc->natts, 1) * sizeof(LbdColumn));
	for (int i = 0; i < desc->natts; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!TupleDescAttr(desc, i)->attisdropped)
			lbd_column_init(&counter->columns[counter->ncolumns++],
							TupleDescAttr(desc, i), types, counter->context);
	}
	if (counter->started)
		counter->started(counter);
	MemoryContextSwitchTo(old);
}

/*
 * Merges what has come: with a sample, each row is a block, and those of a shard
 * come one after the other.
 */
static void
merge_rows(LbdResultCounter *counter, LbdShardRows *rows,
		   LbdBlockSample *sample)
{
	TupleTableSlot *slot = MakeSingleTupleTableSlot(rows->desc,
													&TTSOpsMinimalTuple);
	int64		shard = -1;

	tuplestore_rescan(rows->rows);
	while (tuplestore_gettupleslot(rows->rows, true, false, slot))
	{
		MemoryContext old = MemoryContextSwitchTo(counter->row);

		CHECK_FOR_INTERRUPTS();
		slot_getallattrs(slot);
		if (sample && shard != row_shard(slot))
		{
			if (shard >= 0)
				lbd_sample_end_table(sample, counter, shard);
			shard = row_shard(slot);
		}
		merge_row(counter, slot);
		if (sample)
			lbd_sample_end_block(sample, counter, (BlockNumber)
								 DatumGetInt64(slot->tts_values[COL_BLOCK]));
		MemoryContextSwitchTo(old);
		MemoryContextReset(counter->row);
	}
	if (shard >= 0)
		lbd_sample_end_table(sample, counter, shard);
	ExecDropSingleTupleTableSlot(slot);
}

/*
 * The shard that a row of a sample is of.
 */
static int64
row_shard(TupleTableSlot *slot)
{
	return lbd_shard_id(TextDatumGetCString(slot->tts_values[COL_SHARD]));
}

static void
merge_row(LbdResultCounter *counter, TupleTableSlot *slot)
{
	counter->rows += DatumGetInt64(slot->tts_values[COL_ROWS]);
	for (int i = 0; i < counter->ncolumns; i++)
	{
		if (!slot->tts_isnull[COL_STATS + i])
			lbd_stats_merge(counter->columns[i].stats,
							lbd_stats_of_datum(slot->tts_values[COL_STATS + i]));
	}
}

/*
 * Counts the blocks of all shards, and those of them that are in the sample.
 * The sizes of shards that have rows in it come with these: of a reference
 * table, it is the size of the copy that has been read.
 */
static void
count_blocks(LbdBlockSample *sample, Relation relation, LbdShardRows *rows)
{
	TupleTableSlot *slot = MakeSingleTupleTableSlot(rows->desc,
													&TTSOpsMinimalTuple);
	List	   *tables = NIL;
	ListCell   *cell;
	LbdShard   *shards;
	int			nshards;
	int64		id = -1;

	foreach(cell, find_all_inheritors(RelationGetRelid(relation),
									  AccessShareLock, NULL))
	{
		if (get_rel_relkind(lfirst_oid(cell)) == RELKIND_RELATION)
			tables = lappend_oid(tables, lfirst_oid(cell));
	}
	shards = lbd_shards_find(tables, &nshards);
	tuplestore_rescan(rows->rows);
	while (tuplestore_gettupleslot(rows->rows, true, false, slot))
	{
		MemoryContext old = MemoryContextSwitchTo(rows->row);
		int64		before = id;

		CHECK_FOR_INTERRUPTS();
		slot_getallattrs(slot);
		id = row_shard(slot);
		for (int i = 0; id != before && i < nshards; i++)
		{
			if (shards[i].id == id)
				shards[i].blocks = (BlockNumber)
					(DatumGetInt64(slot->tts_values[COL_SIZE]) / BLCKSZ);
		}
		MemoryContextSwitchTo(old);
		MemoryContextReset(rows->row);
	}
	ExecDropSingleTupleTableSlot(slot);
	lbd_sample_clear(sample);
	for (int i = 0; i < nshards; i++)
		lbd_sample_add(sample, shards[i].id, shards[i].blocks);
	lbd_sample_pool(sample);
}
