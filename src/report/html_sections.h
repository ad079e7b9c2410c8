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
#include "util/call_tree_rows.h"

extern void lbd_html_sizes(StringInfo out, const char *title,
						   const LbdHtmlSizes *sizes);
extern void lbd_html_relation_sections(StringInfo out,
									   const LbdRelationSizes *sizes);
extern void lbd_html_times(StringInfo out, const char *title,
						   const LbdTreeRows *rows, const char *note);
extern void lbd_html_difference(StringInfo out, const char *schema,
								const int64 *before, const int64 *after);
extern void lbd_html_history(StringInfo out, const LbdHtmlRuns *runs,
							 const List *targets);

#endif							/* LBD_HTML_SECTIONS_H */
