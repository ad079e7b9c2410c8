/*-------------------------------------------------------------------------
 *
 * path_result.h
 *	  The rows of a tree of paths, as the result of a function.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_PATH_RESULT_H
#define LBD_PATH_RESULT_H

#include "fmgr.h"
#include "nodes/execnodes.h"

#include "json/path_stats.h"

/* All columns that rows of paths can have; a function has some of them. */
typedef enum LbdPathColumn
{
	LBD_COL_PART,				/* component or column that the path is in */
	LBD_COL_PATH,
	LBD_COL_DEPTH,
	LBD_COL_TYPES,
	LBD_COL_OCCURRENCES,
	LBD_COL_DOCUMENTS,			/* that have it, or rows */
	LBD_COL_PRESENCE,
	LBD_COL_OBJECTS,			/* values of each type */
	LBD_COL_ARRAYS,
	LBD_COL_STRINGS,
	LBD_COL_NUMBERS,
	LBD_COL_BOOLEANS,
	LBD_COL_NULLS,
	LBD_COL_DISTINCT,
	LBD_COL_MOST_COMMON,
	LBD_COL_MIN_BYTES,			/* of the text of a value */
	LBD_COL_MEDIAN_BYTES,
	LBD_COL_MAX_BYTES,
	LBD_COL_MIN_ELEMENTS,		/* of an array */
	LBD_COL_MEDIAN_ELEMENTS,
	LBD_COL_MAX_ELEMENTS,
	LBD_COL_BOUNDS,				/* of a histogram of the values' bytes */
	LBD_COL_COUNTS,				/* of its buckets */
	LBD_COL_BYTES,
	LBD_COL_SHARE,
	LBD_COL_BYTES_LOW,
	LBD_COL_BYTES_HIGH,
	LBD_COL_KEY_BYTES,
	LBD_COL_VALUE_BYTES,
	LBD_COL_SYNTAX_BYTES,
	LBD_COL_JSONB_BYTES,
	LBD_COL_JSONB_OWN,
	LBD_COL_STORED_BYTES,
	LBD_COL_STORED_OWN,
	LBD_COL_STORED_SHARE,
	LBD_COL_RAW_BYTES,			/* of a column: its values, uncompressed */
	LBD_COL_TOAST_BYTES,		/* those out of line, as they are stored */
	LBD_COL_CHUNKS,				/* and rows of the TOAST table */
	LBD_COL_PGLZ,				/* values that are compressed by it */
	LBD_COL_LZ4,
	LBD_COL_COMPRESSED,
	LBD_COL_COMPRESSED_OWN,
	LBD_COL_SENT,
	LBD_COL_KEYS,				/* of .*: keys that it stands for */
	LBD_COL_FOLDED,				/* and why they are one path */
	LBD_COL_COMPLETE			/* no bound has changed anything */
} LbdPathColumn;

#define LBD_PATH_COLUMNS	(LBD_COL_COMPLETE + 1)

/* A row with all columns: NULL, but for those that have been set. */
typedef struct LbdPathRow
{
	Datum		values[LBD_PATH_COLUMNS];	/* by LbdPathColumn */
	bool		nulls[LBD_PATH_COLUMNS];	/* the same */
} LbdPathRow;

/*
 * The result that rows go to.  The caller may set what follows after rsinfo,
 * before it adds a tree.
 */
typedef struct LbdPathResult
{
	const LbdPathColumn *columns;	/* of the function, in their order */
	int			ncolumns;		/* how many it has */
	MemoryContext row;			/* of one row */
	ReturnSetInfo *rsinfo;		/* where the rows go */
	int64		total;			/* bytes that shares are of */
	const LbdPathStats *stats;	/* whose rows are being added */
	const char *part;			/* component or column that a tree is of */
	const char *part_type;		/* type of a column that is no JSON, or NULL */
	const int64 *own;			/* compressed bytes by the number of the path,
								 * or NULL */
	void		(*finish) (LbdPathRow *row, const LbdPath *path, void *arg);
	void	   *arg;			/* of finish, which changes rows, or is NULL */
} LbdPathResult;

/*
 * Sets a column.
 */
static inline void
lbd_path_row_set(LbdPathRow *row, LbdPathColumn column, Datum value)
{
	row->values[column] = value;
	row->nulls[column] = false;
}

extern void lbd_path_result_init(LbdPathResult *result,
								 FunctionCallInfo fcinfo,
								 const LbdPathColumn *columns, int ncolumns);
extern void lbd_path_result_tree(LbdPathResult *result,
								 const LbdPathStats *stats);
extern void lbd_path_row_histogram(LbdPathRow *row, const LbdPath *path,
								   double factor);
extern Datum lbd_share_datum(int64 bytes, int64 total);
extern void lbd_path_row_clear(LbdPathRow *row);
extern void lbd_path_result_put(LbdPathResult *result, const LbdPathRow *row);

#endif							/* LBD_PATH_RESULT_H */
