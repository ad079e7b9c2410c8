/*-------------------------------------------------------------------------
 *
 * profile_sql.c
 *	  The SQL-callable functions over profiles of statements.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"

#include "api/arguments.h"
#include "api/definition.h"
#include "trace/profile.h"

PG_FUNCTION_INFO_V1(lbdiag_trace_start_1_0);
/*
 * lbdiag_trace_start(functions boolean) -> void
 *
 * Begins a trace of all that the session does.
 */
Datum
lbdiag_trace_start_1_0(PG_FUNCTION_ARGS)
{
	bool		functions;

	lbd_check_definition(fcinfo, 1, 0);
	functions = lbd_argument_flag(fcinfo, 0, "functions");
	lbd_session_trace(functions);
	PG_RETURN_VOID();
}
