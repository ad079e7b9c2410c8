/*-------------------------------------------------------------------------
 *
 * html_reports.c
 *	  lbdiag_report_html, lbdiag_audit_query_html, lbdiag_profile_sql_html:
 *	  reports as HTML.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/spi.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "api/definition.h"
#include "api/encoding_setting.h"
#include "report/html_report.h"

static const char *schema_of(FunctionCallInfo fcinfo);
static char *text_argument(FunctionCallInfo fcinfo, int number);

PG_FUNCTION_INFO_V1(lbdiag_audit_query_html_1_0);
/*
 * lbdiag_audit_query_html(query text) -> text
 *
 * What is wrong with an argument is an error of the function that measures.
 */
Datum
lbdiag_audit_query_html_1_0(PG_FUNCTION_ARGS)
{
	StringInfoData out;

	lbd_check_definition(fcinfo, 1, 0);
	initStringInfo(&out);
	SPI_connect();
	lbd_html_query(&out, schema_of(fcinfo), text_argument(fcinfo, 0),
				   lbd_encoding_name(lbd_encoding_setting()));
	SPI_finish();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}

PG_FUNCTION_INFO_V1(lbdiag_profile_sql_html_1_0);
/*
 * lbdiag_profile_sql_html(statement text, repetitions int, rollback boolean,
 *						   functions boolean) -> text
 */
Datum
lbdiag_profile_sql_html_1_0(PG_FUNCTION_ARGS)
{
	int32		repetitions;
	bool		rollback;
	bool		functions;
	LbdHtmlStatements statements = {0};
	StringInfoData out;

	lbd_check_definition(fcinfo, 4, 0);
	repetitions = PG_GETARG_INT32(1);
	rollback = PG_GETARG_BOOL(2);
	functions = PG_GETARG_BOOL(3);
	statements.schema = schema_of(fcinfo);
	statements.statement = text_argument(fcinfo, 0);
	statements.repetitions = PG_ARGISNULL(1) ? NULL : &repetitions;
	statements.rollback = PG_ARGISNULL(2) ? NULL : &rollback;
	statements.functions = PG_ARGISNULL(3) ? NULL : &functions;
	initStringInfo(&out);
	SPI_connect();
	lbd_html_statements(&out, &statements);
	SPI_finish();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}

/* The schema of the extension, quoted. */
static const char *
schema_of(FunctionCallInfo fcinfo)
{
	Oid			schema = get_func_namespace(fcinfo->flinfo->fn_oid);

	return quote_identifier(get_namespace_name(schema));
}

/* An argument, or NULL. */
static char *
text_argument(FunctionCallInfo fcinfo, int number)
{
	return PG_ARGISNULL(number) ? NULL :
		text_to_cstring(PG_GETARG_TEXT_PP(number));
}
