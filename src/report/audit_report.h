/*-------------------------------------------------------------------------
 *
 * audit_report.h
 *	  The report on the payload of a leaderboard, as text.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_AUDIT_REPORT_H
#define LBD_AUDIT_REPORT_H

#include "report/audit_facts.h"
#include "report/text.h"

extern void lbd_report_audit(LbdReport *report, const LbdAuditFacts *facts);
extern void lbd_report_answer(LbdReport *report, const LbdAuditFacts *facts);
extern void lbd_report_sizes(LbdReport *report, const LbdAudit *audit);
extern void lbd_report_environment(LbdReport *report, const char *schema,
								   const char *payload, LbdEncoding encoding);

#endif							/* LBD_AUDIT_REPORT_H */
