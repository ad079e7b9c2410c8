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

static void result_columns(const LbdQueryAudit *audit, LbdResultSizes *sizes);

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
	LbdResultSizes sizes = {0};
	LbdReport  *report;
	char	   *query;
	LbdEncoding encoding;

	lbd_report_begin(fcinfo, 1);
	query = lbd_query_argument(fcinfo, 0);
	encoding = lbd_encoding_setting();
	report = lbd_report_create();
	lbd_query_audit_run(&audit, query, encoding, true);
	result_columns(&audit, &sizes);
	sizes.rows = audit.counter.rows;
	sizes.rows_bytes = audit.counter.rows * LBD_ROW_BYTES;
	sizes.bytes = audit.total;
	sizes.encoding = lbd_encoding_name(encoding);
	sizes.compressed = audit.encoder != NULL;
	sizes.compressed_bytes = audit.compressed;
	sizes.own = audit.own;
	if (audit.own)
		sizes.rows_compressed = audit.own[audit.rows_path];
	lbd_report_query(report, &sizes);
	lbd_query_audit_end(&audit);
	return lbd_report_return(fcinfo, report);
}

static void
result_columns(const LbdQueryAudit *audit, LbdResultSizes *sizes)
{
	const LbdResultCounter *counter = &audit->counter;
	LbdResultColumn *columns = palloc(Max(counter->ncolumns, 1) *
									  sizeof(LbdResultColumn));

	for (int i = 0; i < counter->ncolumns; i++)
	{
		const LbdColumn *column = &counter->columns[i];

		lbd_rows_notice(column->stats, column->name);
		columns[i].name = column->name;
		columns[i].type_name = column->type_name;
		columns[i].root = column->stats->root;
	}
	sizes->columns = columns;
	sizes->ncolumns = counter->ncolumns;
}
