/*-------------------------------------------------------------------------
 *
 * html.c
 *	  lbdiag_report_html, lbdiag_audit_query_html, lbdiag_profile_sql_html:
 *	  reports as HTML.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/spi.h"
#include "fmgr.h"
#include "utils/builtins.h"

#include "api/arguments.h"
#include "api/context.h"
#include "api/definition.h"
#include "api/encoding_setting.h"
#include "api/query.h"
#include "api/query_audit.h"
#include "report/html_report.h"

#define LBD_MAX_REPETITIONS	100

static Datum page_datum(const StringInfoData *page);

PG_FUNCTION_INFO_V1(lbdiag_report_html_1_0);
/*
 * lbdiag_report_html(payload text, viewer text, layout text, before bigint,
 *					  after bigint) -> text
 *
 * before and after are numbers of recorded runs; neither of them, or both.
 */
Datum
lbdiag_report_html_1_0(PG_FUNCTION_ARGS)
{
	LbdRequest	request = lbd_request(fcinfo, "lbdiag_report_html", 5, 0);
	int64		before = PG_ARGISNULL(3) ? 0 : PG_GETARG_INT64(3);
	int64		after = PG_ARGISNULL(4) ? 0 : PG_GETARG_INT64(4);
	LbdRunPair	runs = {
		PG_ARGISNULL(3) ? NULL : &before, PG_ARGISNULL(4) ? NULL : &after
	};
	StringInfoData page;

	initStringInfo(&page);
	SPI_connect();
	lbd_html_leaderboard(&page, &request, lbd_encoding_setting(), runs);
	SPI_finish();
	return page_datum(&page);
}

PG_FUNCTION_INFO_V1(lbdiag_audit_query_html_1_0);
/*
 * lbdiag_audit_query_html(query text) -> text
 *
 * The query runs once.
 */
Datum
lbdiag_audit_query_html_1_0(PG_FUNCTION_ARGS)
{
	LbdQueryAudit audit;
	LbdResultSizes sizes;
	LbdEncoding encoding = lbd_encoding_setting();
	char	   *query;
	StringInfoData page;

	lbd_check_definition(fcinfo, 1, 0);
	query = lbd_query_argument(fcinfo, 0);
	initStringInfo(&page);
	lbd_query_audit_run(&audit, query, encoding, false);
	lbd_counter_limit(&audit.counter, audit.own);
	lbd_query_audit_sizes(&audit, encoding, &sizes);
	lbd_html_query(&page, &sizes);
	lbd_query_audit_end(&audit);
	return page_datum(&page);
}

PG_FUNCTION_INFO_V1(lbdiag_profile_sql_html_1_0);
/*
 * lbdiag_profile_sql_html(statement text, repetitions int, rollback boolean,
 *						   functions boolean) -> text
 */
Datum
lbdiag_profile_sql_html_1_0(PG_FUNCTION_ARGS)
{
	LbdStatements statements;
	StringInfoData page;

	lbd_check_definition(fcinfo, 4, 0);
	statements.text = lbd_argument_statement(fcinfo, 0);
	statements.repetitions = lbd_argument_count(fcinfo, 1, "repetitions",
												LBD_MAX_REPETITIONS);
	statements.rollback = lbd_argument_flag(fcinfo, 2, "rollback");
	statements.functions = lbd_argument_flag(fcinfo, 3, "functions");
	initStringInfo(&page);
	lbd_html_statements(&page, &statements);
	return page_datum(&page);
}

static Datum
page_datum(const StringInfoData *page)
{
	return PointerGetDatum(cstring_to_text_with_len(page->data, page->len));
}
