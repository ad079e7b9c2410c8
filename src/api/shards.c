/*-------------------------------------------------------------------------
 *
 * shards.c
 *	  Tables that Citus has distributed: which they are, and their shards.
 *
 * Citus need not be there: its tables are looked up when they are needed.  It
 * runs the queries, with the rights of the caller, in the caller's
 * transaction.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "api/definition.h"
#include "api/query.h"
#include "api/shards.h"

/* Columns of the query of what shards have. */
enum
{
	COL_SHARD = 1,
	COL_DONE,
	COL_RESULT
};

static void shard_hint(void *arg);
static Oid	spi_oid(const char *query, Oid type, Datum value);
static void read_shard(LbdShard *shard, HeapTuple tuple, TupleDesc desc);

PG_FUNCTION_INFO_V1(lbdiag_is_distributed_1_0);
/* _lbdiag_is_distributed(relation regclass) -> boolean */
Datum
lbdiag_is_distributed_1_0(PG_FUNCTION_ARGS)
{
	Relation	relation;
	bool		result;

	lbd_check_definition(fcinfo, 1, 0);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	relation = try_relation_open(PG_GETARG_OID(0), AccessShareLock);
	if (relation == NULL)
		PG_RETURN_BOOL(false);
	result = lbd_is_distributed(relation);
	relation_close(relation, AccessShareLock);
	PG_RETURN_BOOL(result);
}

/*
 * Whether the rows of a relation are in shards.
 */
bool
lbd_is_distributed(Relation relation)
{
	char		kind = relation->rd_rel->relkind;

	if ((kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE) ||
		!OidIsValid(get_relname_relid("pg_dist_partition",
									  PG_CATALOG_NAMESPACE)))
		return false;
	return OidIsValid(spi_oid("SELECT logicalrelid::pg_catalog.oid FROM pg_catalog.pg_dist_partition WHERE logicalrelid::pg_catalog.oid OPERATOR(pg_catalog.=) $1",
							  OIDOID,
							  ObjectIdGetDatum(RelationGetRelid(relation))));
}

/*
 * Runs a query that calls functions of lbdiag where the shards are.
 */
void
lbd_shards_run(const char *query, DestReceiver *receiver)
{
	ErrorContextCallback hint = {error_context_stack, shard_hint, NULL};

	error_context_stack = &hint;
	lbd_query_run(query, receiver);
	error_context_stack = hint.previous;
}

/*
 * Says what to do where a server has no such function.
 */
static void
shard_hint(void *arg)
{
	int			code = geterrcode();

	if (code == ERRCODE_UNDEFINED_FUNCTION || code == ERRCODE_UNDEFINED_OBJECT ||
		code == ERRCODE_INVALID_SCHEMA_NAME)
		errhint("lbdiag counts where the shards are: create the extension on all nodes of the Citus cluster, in the same schema and version.");
}

/*
 * The shards of distributed tables, with their sizes.
 */
LbdShard *
lbd_shards_find(List *tables, int *nshards)
{
	LbdShard   *shards = palloc(sizeof(LbdShard));
	ListCell   *cell;

	*nshards = 0;
	SPI_connect();
	foreach(cell, tables)
	{
		Oid			type = OIDOID;
		Datum		table = ObjectIdGetDatum(lfirst_oid(cell));

		if (SPI_execute_with_args("SELECT shardid, success, result FROM pg_catalog.run_command_on_shards($1, 'SELECT pg_catalog.pg_relation_size(%L)')",
								  1, &type, &table, NULL, false, 0) != SPI_OK_SELECT)
			elog(ERROR, "could not read the sizes of shards");
		shards = repalloc(shards, (*nshards + SPI_processed + 1) *
						  sizeof(LbdShard));
		for (uint64 i = 0; i < SPI_processed; i++)
		{
			CHECK_FOR_INTERRUPTS();
			read_shard(&shards[(*nshards)++], SPI_tuptable->vals[i],
					   SPI_tuptable->tupdesc);
		}
	}
	SPI_finish();
	return shards;
}

static void
read_shard(LbdShard *shard, HeapTuple tuple, TupleDesc desc)
{
	bool		isnull;
	bool		done = DatumGetBool(SPI_getbinval(tuple, desc, COL_DONE,
												  &isnull));
	char	   *result = SPI_getvalue(tuple, desc, COL_RESULT);

	shard->id = DatumGetInt64(SPI_getbinval(tuple, desc, COL_SHARD, &isnull));
	if (!done || result == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_CONNECTION_FAILURE),
				 errmsg("could not read the size of shard " INT64_FORMAT,
						shard->id),
				 result ? errdetail_internal("%s", result) : 0));
	shard->blocks = (BlockNumber) (strtoll(result, NULL, 10) / BLCKSZ);
}

/*
 * The number of a shard by its name, quoted or not.
 */
int64
lbd_shard_id(const char *shard)
{
	const char *end = shard + strlen(shard);

	if (end > shard && end[-1] == '"')
		end--;
	while (end > shard && end[-1] >= '0' && end[-1] <= '9')
		end--;
	return strtoll(end, NULL, 10);
}

/*
 * The table that a shard is of, or InvalidOid.
 */
Oid
lbd_shard_table(int64 shard)
{
	return spi_oid("SELECT logicalrelid::pg_catalog.oid FROM pg_catalog.pg_dist_shard WHERE shardid OPERATOR(pg_catalog.=) $1",
				   INT8OID, Int64GetDatum(shard));
}

/*
 * The OID that a query returns, or InvalidOid.
 */
static Oid
spi_oid(const char *query, Oid type, Datum value)
{
	Oid			result = InvalidOid;
	bool		isnull;

	SPI_connect();
	if (SPI_execute_with_args(query, 1, &type, &value, NULL, true, 1) !=
		SPI_OK_SELECT)
		elog(ERROR, "could not read the catalog of Citus");
	if (SPI_processed > 0)
		result = DatumGetObjectId(SPI_getbinval(SPI_tuptable->vals[0],
												SPI_tuptable->tupdesc, 1,
												&isnull));
	SPI_finish();
	return result;
}
