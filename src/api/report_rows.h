/*-------------------------------------------------------------------------
 *
 * report_rows.h
 *	  Text reports as the rows of a function.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_REPORT_ROWS_H
#define LBD_REPORT_ROWS_H

#include "fmgr.h"

#include "report/text.h"

extern void lbd_report_begin(FunctionCallInfo fcinfo, int nargs);
extern Datum lbd_report_return(FunctionCallInfo fcinfo,
							   const LbdReport *report);

#endif							/* LBD_REPORT_ROWS_H */
