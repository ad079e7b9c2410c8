/*-------------------------------------------------------------------------
 *
 * relation_report.h
 *	  The report on a relation, as text.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_RELATION_REPORT_H
#define LBD_RELATION_REPORT_H

#include "report/relation_sizes.h"
#include "report/text.h"

extern void lbd_report_relation(LbdReport *report,
								const LbdRelationSizes *sizes);
extern void lbd_relation_answer(LbdReport *report,
								const LbdRelationSizes *sizes);
extern void lbd_relation_notes(LbdReport *report,
							   const LbdRelationSizes *sizes);

#endif							/* LBD_RELATION_REPORT_H */
