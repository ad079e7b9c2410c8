/*-------------------------------------------------------------------------
 *
 * html_page.h
 *	  The frame of an HTML report.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_HTML_PAGE_H
#define LBD_HTML_PAGE_H

#include "lib/stringinfo.h"

extern void lbd_html_begin(StringInfo out, const char *title);
extern void lbd_html_end(StringInfo out);

#endif							/* LBD_HTML_PAGE_H */
