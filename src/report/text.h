/*-------------------------------------------------------------------------
 *
 * text.h
 *	  Reports as text: lines, tables, and figures in words.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_TEXT_H
#define LBD_TEXT_H

#include "nodes/pg_list.h"

/* A report that is being written. */
typedef struct LbdReport
{
	List	   *lines;			/* of char *, in order */
	MemoryContext context;		/* that these live in */
	bool		whole;			/* lines that are too long are not wrapped */
} LbdReport;

/* A column of a table. */
typedef struct LbdTableColumn
{
	const char *title;			/* in the table's first line */
	int			width;			/* that it has at least, in characters */
	int			gap;			/* blanks before it */
	bool		right;			/* aligned to the right */
} LbdTableColumn;

/* A table that is being filled. */
typedef struct LbdTable
{
	LbdReport  *report;			/* that it goes to when it ends */
	const LbdTableColumn *columns;	/* from the left */
	int			ncolumns;		/* how many there are */
	List	   *cells;			/* of char *, row by row, without the titles */
} LbdTable;

extern LbdReport *lbd_report_create(void);
extern void lbd_report_line(LbdReport *report, const char *format,...)
			pg_attribute_printf(2, 3);
extern void lbd_report_wrapped(LbdReport *report, const char *format,...)
			pg_attribute_printf(2, 3);
extern void lbd_report_heading(LbdReport *report, const char *format,...)
			pg_attribute_printf(2, 3);

extern void lbd_table_begin(LbdTable *table, LbdReport *report,
							const LbdTableColumn *columns, int ncolumns);
extern void lbd_table_cell(LbdTable *table, const char *format,...)
			pg_attribute_printf(2, 3);
extern void lbd_table_end(LbdTable *table);

extern char *lbd_text_size(int64 bytes);
extern char *lbd_text_exact_size(int64 bytes);
extern char *lbd_text_ratio(double part, double whole, int places);
extern char *lbd_text_percent(double part, double whole, int places);
extern char *lbd_text_count(int64 count, const char *one, const char *many);
extern char *lbd_text_short(const char *text, int width);

#endif							/* LBD_TEXT_H */
