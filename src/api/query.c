/*-------------------------------------------------------------------------
 *
 * query.c
 *	  Queries of the caller's that are measured.
 *
 * They run with the caller's rights, read only, and their rows go from the
 * executor to a receiver.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/spi.h"
#include "nodes/parsenodes.h"
#include "utils/builtins.h"
#include "utils/plancache.h"

#include "api/arguments.h"
#include "api/query.h"
#include "util/parameter_hint.h"

static SPIPlanPtr query_prepare(const char *query);

/*
 * Reads an argument that is a query.
 */
char *
lbd_query_argument(FunctionCallInfo fcinfo, int number)
{
	lbd_argument_required(fcinfo, number, "query",
						  "Give a single SELECT.");
	return text_to_cstring(PG_GETARG_TEXT_PP(number));
}

/*
 * Runs a query, a single SELECT without a part that writes or locks, with a
 * receiver of lbd_receiver_init; anything else is an error.  The functions that
 * it calls may write.  What the receiver keeps must not be in the current
 * context: that of SPI ends with the query.
 */
void
lbd_query_run(const char *query, DestReceiver *receiver)
{
	SPIExecuteOptions options = {.read_only = true,.must_return_tuples = true};
	int			result;

	options.dest = receiver;
	SPI_connect();
	result = SPI_execute_plan_extended(query_prepare(query), &options);
	if (result < 0)
		elog(ERROR, "SPI_execute_plan_extended failed: %s",
			 SPI_result_code_string(result));
	SPI_finish();
}

/*
 * Plans the query, which must be one that only reads and returns columns.
 */
static SPIPlanPtr
query_prepare(const char *query)
{
	ErrorContextCallback hint = {error_context_stack, lbd_parameter_hint, NULL};
	SPIPlanPtr	plan;
	List	   *sources;
	CachedPlanSource *source;
	Query	   *parsed = NULL;

	error_context_stack = &hint;
	plan = SPI_prepare(query, 0, NULL);
	error_context_stack = hint.previous;
	if (plan == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("query cannot be audited"),
				 errdetail_internal("%s", SPI_result_code_string(SPI_result)),
				 errhint("Give a single SELECT.")));
	sources = SPI_plan_get_plan_sources(plan);
	if (list_length(sources) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("query must be a single statement, not %d",
						list_length(sources)),
				 errhint("Give a single SELECT.")));
	source = linitial(sources);
	if (list_length(source->query_list) == 1)
		parsed = linitial_node(Query, source->query_list);
	if (parsed == NULL || parsed->commandType != CMD_SELECT)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("query is not a SELECT"),
				 errhint("What a command that writes would return can be measured with a SELECT of the same columns.")));
	if (parsed->hasModifyingCTE || parsed->rowMarks != NIL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("query does not only read"),
				 errhint("Leave out commands that write in WITH, and FOR UPDATE or FOR SHARE.")));
	if (source->resultDesc == NULL || source->resultDesc->natts == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
				 errmsg("query returns no columns"),
				 errhint("Name at least one column after SELECT.")));
	return plan;
}
