/*-------------------------------------------------------------------------
 *
 * html_sections.h
 *	  Sections of the HTML reports.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_HTML_SECTIONS_H
#define LBD_HTML_SECTIONS_H

#include "lib/stringinfo.h"

#include "report/html_data.h"

extern void lbd_html_sizes(StringInfo out, const char *title,
						   const LbdHtmlSizes * sizes);
extern void lbd_html_times(StringInfo out, const char *title,
						   const LbdHtmlPlaces * tree, const char *note);
extern void lbd_html_difference(StringInfo out,
								const LbdHtmlDifference * difference,
								int64 before, int64 after);
extern void lbd_html_history(StringInfo out, const LbdHtmlRuns * runs,
							 const List *targets);
extern LbdReport *lbd_html_payload_answer(const LbdHtmlRequest * request,
										  const char *layout,
										  const char *reason,
										  const LbdHtmlSizes * sizes,
										  const List *tips,
										  const List *targets);

#endif							/* LBD_HTML_SECTIONS_H */
