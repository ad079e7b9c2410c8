/*-------------------------------------------------------------------------
 *
 * calls.c
 *	  What is called and run in the extension's schema.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/spi.h"
#include "nodes/value.h"
#include "parser/parse_func.h"
#include "utils/lsyscache.h"

#include "api/calls.h"

/*
 * The schema of the function that is called, which is the extension's.
 */
char *
lbd_call_schema(FunctionCallInfo fcinfo)
{
	return get_namespace_name(get_func_namespace(fcinfo->flinfo->fn_oid));
}

/*
 * Runs a query through SPI; expected is what SPI must return.
 */
void
lbd_execute(const char *query, int nargs, Oid *types, Datum *values,
			const char *nulls, int expected)
{
	int			result = SPI_execute_with_args(query, nargs, types, values,
											   nulls, false, 0);

	if (result != expected)
		elog(ERROR, "query failed: %s", SPI_result_code_string(result));
}

/*
 * Calls a function of the extension by its exact arguments: an overload of
 * somebody else's, with a further argument that has a default, would make a
 * call by name ambiguous.
 */
Datum
lbd_call_function(const char *schema, const char *name, int nargs,
				  const Oid *types, const NullableDatum *arguments)
{
	List	   *qualified = list_make1(makeString(pstrdup(schema)));
	FmgrInfo	function;

	/* cppcheck-suppress unusedStructMember */
	LOCAL_FCINFO(call, FUNC_MAX_ARGS);
	Datum		result;

	qualified = lappend(qualified, makeString(pstrdup(name)));
	fmgr_info(LookupFuncName(qualified, nargs, types, false), &function);
	InitFunctionCallInfoData(*call, &function, nargs, InvalidOid, NULL, NULL);
	memcpy(call->args, arguments, nargs * sizeof(NullableDatum));
	result = FunctionCallInvoke(call);
	if (call->isnull)
		elog(ERROR, "%s returned NULL", name);
	return result;
}
