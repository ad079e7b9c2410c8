/*-------------------------------------------------------------------------
 *
 * shard_functions.c
 *	  What queries of distributed tables have the servers of shards do.
 *
 * Citus sends what a query calls to where the shards are.  There the values
 * are as they are stored, compressed and out of line; on their way to the
 * coordinator they become text.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "api/column_stats.h"
#include "api/definition.h"
#include "api/json_stats.h"

/* What _lbdiag_value_stats keeps between its calls. */
typedef struct LbdValueStats
{
	LbdColumn	column;			/* of the type of the argument */
	bool		complete;		/* all parts of its type are told apart */
	MemoryContext value;		/* of one value */
} LbdValueStats;

static Datum column_stats_add(FunctionCallInfo fcinfo, Oid type);
static LbdValueStats *value_stats_init(FunctionCallInfo fcinfo);

PG_FUNCTION_INFO_V1(lbdiag_column_stats_add_json_1_0);
/* _lbdiag_column_stats_add(lbdiag_json_stats, json) -> lbdiag_json_stats */
Datum
lbdiag_column_stats_add_json_1_0(PG_FUNCTION_ARGS)
{
	return column_stats_add(fcinfo, JSONOID);
}

PG_FUNCTION_INFO_V1(lbdiag_column_stats_add_jsonb_1_0);
/* _lbdiag_column_stats_add(lbdiag_json_stats, jsonb) -> lbdiag_json_stats */
Datum
lbdiag_column_stats_add_jsonb_1_0(PG_FUNCTION_ARGS)
{
	return column_stats_add(fcinfo, JSONBOID);
}

/*
 * Counts a value of a column, or its null, and what it takes there.
 */
static Datum
column_stats_add(FunctionCallInfo fcinfo, Oid type)
{
	LbdColumn	column = {.type = type,.length = -1,.stored = true};
	Datum		state;

	lbd_check_definition(fcinfo, 2, 0);
	column.stats = lbd_stats_state(fcinfo, &state);
	column.stats->column = true;
	lbd_column_add(&column, PG_GETARG_DATUM(1), PG_ARGISNULL(1));
	return state;
}

PG_FUNCTION_INFO_V1(lbdiag_value_stats_1_0);
/* _lbdiag_value_stats(anyelement) -> lbdiag_json_stats */
Datum
lbdiag_value_stats_1_0(PG_FUNCTION_ARGS)
{
	LbdValueStats *values;
	MemoryContext old;
	Datum		result;

	lbd_check_definition(fcinfo, 1, 0);
	values = fcinfo->flinfo->fn_extra;
	if (values == NULL)
		values = value_stats_init(fcinfo);
	old = MemoryContextSwitchTo(values->value);
	values->column.stats = lbd_stats_create_any(values->value);
	values->column.stats->complete = values->complete;
	values->column.stats->column = true;
	lbd_column_add(&values->column, PG_GETARG_DATUM(0), PG_ARGISNULL(0));
	MemoryContextSwitchTo(old);
	result = lbd_stats_datum(values->column.stats);
	MemoryContextReset(values->value);
	return result;
}

/*
 * Finds out about the type of the argument.
 */
static LbdValueStats *
value_stats_init(FunctionCallInfo fcinfo)
{
	MemoryContext old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	FormData_pg_attribute attribute = {
		.atttypid = get_fn_expr_argtype(fcinfo->flinfo, 0)
	};
	LbdValueStats *values;

	if (!OidIsValid(attribute.atttypid))
		elog(ERROR, "could not determine the type of a value");
	attribute.attlen = get_typlen(attribute.atttypid);
	values = palloc0(sizeof(LbdValueStats));
	values->value = AllocSetContextCreate(CurrentMemoryContext,
										  "lbdiag value",
										  ALLOCSET_DEFAULT_SIZES);
	lbd_column_init(&values->column, &attribute,
					lbd_value_types_create(CurrentMemoryContext),
					values->value);
	values->column.stored = true;
	values->complete = values->column.stats->complete;
	fcinfo->flinfo->fn_extra = values;
	MemoryContextSwitchTo(old);
	return values;
}
