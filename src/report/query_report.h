/*-------------------------------------------------------------------------
 *
 * query_report.h
 *	  The report on the result of a query, as text.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_QUERY_REPORT_H
#define LBD_QUERY_REPORT_H

#include "report/result_sizes.h"
#include "report/text.h"

extern void lbd_report_query(LbdReport *report, const LbdResultSizes *sizes);

#endif							/* LBD_QUERY_REPORT_H */
