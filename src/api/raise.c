/*-------------------------------------------------------------------------
 *
 * raise.c
 *	  Errors of functions that are written in SQL.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "api/definition.h"

/* Characters of an SQLSTATE. */
#define LBD_SQLSTATE_LEN	5

static bool is_sqlstate(const char *text);
static char *raise_text(FunctionCallInfo fcinfo, int number);

PG_FUNCTION_INFO_V1(lbdiag_raise_1_0);
/*
 * _lbdiag_raise(sqlstate text, message text, detail text, hint text)
 *	 -> boolean
 *
 * Raises an error, and so never returns.  detail and hint may be NULL.
 */
Datum
lbdiag_raise_1_0(PG_FUNCTION_ARGS)
{
	char	   *sqlstate;
	char	   *message;
	char	   *detail;
	char	   *hint;

	lbd_check_definition(fcinfo, 4, 0);
	sqlstate = raise_text(fcinfo, 0);
	message = raise_text(fcinfo, 1);
	detail = raise_text(fcinfo, 2);
	hint = raise_text(fcinfo, 3);
	if (message && is_sqlstate(sqlstate))
		ereport(ERROR,
				(errcode(MAKE_SQLSTATE(sqlstate[0], sqlstate[1], sqlstate[2],
									   sqlstate[3], sqlstate[4])),
				 errmsg_internal("%s", message),
				 detail ? errdetail_internal("%s", detail) : 0,
				 hint ? errhint("%s", hint) : 0));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("an error must have an SQLSTATE and a message"),
			 errhint("This function is for lbdiag's own use.")));
	PG_RETURN_NULL();
}

static bool
is_sqlstate(const char *text)
{
	return text && strlen(text) == LBD_SQLSTATE_LEN &&
		strspn(text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") ==
		LBD_SQLSTATE_LEN;
}

static char *
raise_text(FunctionCallInfo fcinfo, int number)
{
	return PG_ARGISNULL(number) ? NULL :
		text_to_cstring(PG_GETARG_TEXT_PP(number));
}
