/*-------------------------------------------------------------------------
 *
 * row_model.h
 *	  What rows would take in a table, by the decisions of the server's code.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_ROW_MODEL_H
#define LBD_ROW_MODEL_H

#include "access/tupdesc.h"
#include "utils/rel.h"

/* How the values of a column are stored. */
typedef struct LbdColumnShape
{
	int16		len;			/* of the type: -1 for variable length */
	char		align;			/* of the type */
	char		storage;		/* what TOAST may do: as pg_attribute has it */
	char		compression;	/* the method, or invalid: the default one */
} LbdColumnShape;

/* How the rows of a table are stored. */
typedef struct LbdRowShape
{
	LbdColumnShape *columns;	/* by number, from 0 */
	int			ncolumns;		/* how many, with dropped ones */
	bool		has_toast;		/* values can be stored out of line */
	Size		target;			/* what TOAST makes of rows:
								 * toast_tuple_target */
	Size		spare;			/* bytes of a page that fillfactor keeps free */
} LbdRowShape;

/* A value of a row. */
typedef struct LbdCell
{
	bool		isnull;			/* there is none */
	bool		external;		/* it is out of line */
	bool		kept;			/* out of line, and an update leaves it there */
	bool		one_byte;		/* it has a header of one byte */
	bool		compressed;		/* it is compressed */
	bool		incompressible; /* compression was tried, or is not allowed */
	bool		stays_large;	/* compression was tried once, in vain */
	Size		size;			/* in line: with its header, as it is */
	Datum		value;			/* itself or the pointer to it; 0 where only
								 * the size is known */
} LbdCell;

/* Pages that are filled one after the other. */
typedef struct LbdPages
{
	int64		full;			/* that have no room for the next row */
	Size		used;			/* bytes of the one after them */
	int			rows;			/* that it has */
} LbdPages;

/* The chunks of values out of line. */
typedef struct LbdChunks
{
	LbdPages	pages;			/* that they fill */
	int64		count;			/* how many there are */
	int64		bytes;			/* of pages that they take, without rests */
} LbdChunks;

extern void lbd_row_shape(LbdRowShape *shape, Relation relation, int more);
extern void lbd_cell_set(LbdCell *cell, const LbdColumnShape *column,
						 Datum value, bool isnull);
extern Size lbd_row_size(const LbdRowShape *shape, const LbdCell *cells);
extern void lbd_row_update(const LbdRowShape *shape, LbdCell *cells,
						   bool was_external);
extern void lbd_row_rewrite(const LbdRowShape *shape, LbdCell *cells);
extern void lbd_chunks_add(LbdChunks *chunks, const LbdRowShape *shape,
						   const LbdCell *cells);
extern void lbd_pages_add(LbdPages *pages, Size size, Size spare);
extern double lbd_pages_bytes(const LbdPages *pages);
extern Size lbd_row_taken(Size size);
extern double lbd_btree_bytes(double entries, Size entry);

#endif							/* LBD_ROW_MODEL_H */
