/*-------------------------------------------------------------------------
 *
 * statement_report.h
 *	  The profile of statements as text.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_STATEMENT_REPORT_H
#define LBD_STATEMENT_REPORT_H

#include "report/text.h"
#include "util/call_tree_rows.h"

extern void lbd_statement_answer(LbdReport *report, const LbdTreeRows *rows);
extern LbdReport *lbd_statement_report(const LbdTreeRows *rows, int top,
									   const char *remark);

#endif							/* LBD_STATEMENT_REPORT_H */
