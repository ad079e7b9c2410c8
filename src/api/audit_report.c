/*-------------------------------------------------------------------------
 *
 * audit_report.c
 *	  lbdiag_audit_report: the audit of a payload as text.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "api/arguments.h"
#include "api/context.h"
#include "api/encoding_setting.h"
#include "api/report_rows.h"
#include "compat.h"
#include "report/audit_report.h"
#include "util/call_tree_rows.h"

PG_FUNCTION_INFO_V1(lbdiag_audit_report_1_0);
/*
 * lbdiag_audit_report(payload text, viewer text, layout text) -> SETOF text
 *
 * The payload is audited once; its opportunities and targets are judged by
 * that.
 */
Datum
lbdiag_audit_report_1_0(PG_FUNCTION_ARGS)
{
	LbdAudit	audit;
	LbdRequest	request;
	LbdAuditFacts facts = {.audit = &audit,.request = &request};
	LbdReport  *report;
	int64		start;

	lbd_report_begin(fcinfo, 3);
	request = lbd_request(fcinfo, "lbdiag_audit_report", 3, 0);
	request.progress = "lbdiag_audit";
	report = lbd_report_create();
	facts.encoding = lbd_encoding_setting();
	start = lbd_clock();
	lbd_audit_run(&audit, &request, facts.encoding);
	facts.ms = (lbd_clock() - start) / LBD_NS_PER_MS;
	lbd_audit_facts_read(&facts);
	lbd_report_audit(report, &facts);
	lbd_build_close(audit.build);
	return lbd_report_return(fcinfo, report);
}
