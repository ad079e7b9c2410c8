/*-------------------------------------------------------------------------
 *
 * html_assets.h
 *	  The style sheet and the script of the HTML reports: report.css and
 *	  report.js, which make turns into html_assets.c.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_HTML_ASSETS_H
#define LBD_HTML_ASSETS_H

extern const char lbd_report_css[];
extern const char lbd_report_js[];

#endif							/* LBD_HTML_ASSETS_H */
