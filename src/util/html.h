/*-------------------------------------------------------------------------
 *
 * html.h
 *	  Any text as text and attributes of HTML and SVG.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_HTML_H
#define LBD_HTML_H

#include "lib/stringinfo.h"

/* Columns of names in titles, above which they are shortened. */
#define LBD_HTML_NAME_COLUMNS	120

extern int64 lbd_html_escape(StringInfo out, const char *text, int len,
							 int columns);
extern void lbd_html_text(StringInfo out, const char *text, int columns);
extern void lbd_html_name(StringInfo out, const char *name);

#endif							/* LBD_HTML_H */
