/*-------------------------------------------------------------------------
 *
 * top_rows.h
 *	  The largest rows of all that come.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_TOP_ROWS_H
#define LBD_TOP_ROWS_H

/* Rows that a function can be asked for: each is kept in memory. */
#define LBD_TOP_ROWS_MOST	1000

/*
 * A row; the first field of what the caller keeps of it.  Of equal rows the
 * first one is the larger: that of the lower table and, in it, place.
 */
typedef struct LbdTopRow
{
	int64		bytes;			/* what rows are compared by */
	Oid			table;			/* where it is; may be invalid */
	uint64		place;			/* in that, or its number */
} LbdTopRow;

typedef struct LbdTopRows LbdTopRows;

extern LbdTopRows *lbd_top_create(int nrows, Size size);
extern LbdTopRow *lbd_top_add(LbdTopRows *top, const LbdTopRow *row);
extern LbdTopRow **lbd_top_sorted(LbdTopRows *top, int *nrows);

#endif							/* LBD_TOP_ROWS_H */
