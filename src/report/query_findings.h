/*-------------------------------------------------------------------------
 *
 * query_findings.h
 *	  What could be left out of the result of a query.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_QUERY_FINDINGS_H
#define LBD_QUERY_FINDINGS_H

#include "report/result_sizes.h"
#include "report/text.h"

extern void lbd_report_findings(LbdReport *report, const LbdResultSizes *sizes);

#endif							/* LBD_QUERY_FINDINGS_H */
