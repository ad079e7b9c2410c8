/*-------------------------------------------------------------------------
 *
 * audit_query_report.c
 *	  lbdiag_audit_query_report: the audit of a query as text.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "api/encoding_setting.h"
#include "api/query.h"
#include "api/query_audit.h"
#include "api/report_rows.h"
#include "json/path_rows.h"
#include "report/query_report.h"

PG_FUNCTION_INFO_V1(lbdiag_audit_query_report_1_0);
/*
 * lbdiag_audit_query_report(query text) -> SETOF text
 *
 * The query runs once.
 */
Datum
lbdiag_audit_query_report_1_0(PG_FUNCTION_ARGS)
{
	LbdQueryAudit audit;
	LbdResultSizes sizes;
	LbdReport  *report;
	char	   *query;
	LbdEncoding encoding;

	lbd_report_begin(fcinfo, 1);
	query = lbd_query_argument(fcinfo, 0);
	encoding = lbd_encoding_setting();
	report = lbd_report_create();
	lbd_query_audit_run(&audit, query, encoding, true);
	for (int i = 0; i < audit.counter.ncolumns; i++)
		lbd_rows_notice(audit.counter.columns[i].stats,
						audit.counter.columns[i].name);
	lbd_query_audit_sizes(&audit, encoding, &sizes);
	lbd_report_query(report, &sizes);
	lbd_query_audit_end(&audit);
	return lbd_report_return(fcinfo, report);
}
