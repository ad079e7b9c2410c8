/*-------------------------------------------------------------------------
 *
 * definition.c
 *	  Whether a function's SQL definition is the one that the library means.
 *
 * A library meets definitions of other versions: between an upgrade of the
 * package and ALTER EXTENSION UPDATE, or where somebody has made a function
 * by hand.  One with another number of arguments or columns would have the
 * server read past the ends of arrays.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "funcapi.h"
#include "utils/lsyscache.h"

#include "api/definition.h"

/*
 * Raises an error where the function that is called is not defined with so
 * many arguments and, if it returns rows, columns: ncols is 0 where it does
 * not.  Does not check types.
 */
void
lbd_check_definition(FunctionCallInfo fcinfo, int nargs, int ncols)
{
	TupleDesc	desc;

	if (PG_NARGS() == nargs &&
		(ncols == 0 ||
		 (get_call_result_type(fcinfo, NULL, &desc) == TYPEFUNC_COMPOSITE &&
		  desc->natts == ncols)))
		return;
	lbd_definition_error(fcinfo, ncols == 0 ?
						 psprintf("It must have %d arguments.", nargs) :
						 psprintf("It must have %d arguments and return %d columns.",
								  nargs, ncols));
}

/*
 * Raises the error: the function that is called is defined otherwise than
 * detail says.
 */
void
lbd_definition_error(FunctionCallInfo fcinfo, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_FUNCTION_DEFINITION),
			 errmsg("function %s is not defined as this version of lbdiag needs it",
					get_func_name(fcinfo->flinfo->fn_oid)),
			 errdetail("%s", detail),
			 errhint("Only CREATE EXTENSION and ALTER EXTENSION ... UPDATE define the functions of lbdiag.")));
}
