/*-------------------------------------------------------------------------
 *
 * largest.h
 *	  The rows of a relation that have the largest values at a path.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_LARGEST_H
#define LBD_LARGEST_H

#include "access/htup.h"
#include "access/toast_compression.h"
#include "executor/tuptable.h"
#include "nodes/execnodes.h"
#include "tcop/dest.h"
#include "utils/rel.h"

#include "api/datum_values.h"
#include "api/top_rows.h"
#include "util/progress.h"

/* Columns of the result. */
enum
{
	OUT_TABLE,					/* table_name */
	OUT_PLACE,					/* row_ctid */
	OUT_KEY,
	OUT_BYTES,
	OUT_OCCURRENCES,
	OUT_TOTAL,					/* total_bytes */
	OUT_STORED,					/* stored_bytes */
	OUT_COLUMN_STORED,			/* column_stored_bytes */
	OUT_OF_LINE,
	OUT_COMPRESSION,
	OUT_SHARD,
	LBD_LARGEST_COLS
};

/* Columns of the query; those of the key follow. */
enum
{
	COL_TABLE,					/* tableoid */
	COL_PLACE,					/* ctid */
	COL_VALUE,					/* the column that is looked at; of shards,
								 * what they tell of it */
	COL_KEY
};

/* Of a place: the offset within a block. */
#define LBD_OFFSET_BITS		16

/* What is kept of a row. */
typedef struct LbdLargestRow
{
	LbdTopRow	top;			/* first: how large, and where */
	HeapTuple	tuple;			/* of the query; the value is there where its
								 * parts are stored, as it is stored */
	LbdPathValues values;		/* that are at the path */
	int64		stored;			/* bytes of the column as it is stored */
	bool		out_of_line;	/* they are in the TOAST table */
	ToastCompressionId compression; /* how they are compressed */
} LbdLargestRow;

typedef struct LbdLargest
{
	DestReceiver receiver;		/* first: the executor's pointer to it */
	MemoryContext context;		/* of what is kept */
	MemoryContext row;			/* of the present row */
	Relation	relation;		/* which one it is */
	AttrNumber	column;			/* of it: the number */
	Oid			type;			/* and the type, which is no domain */
	int16		length;			/* of the type, -1: varlena, -2: cstring */
	const LbdPathPattern *pattern;	/* the path */
	bool		placed;			/* the caller may see where rows are */
	bool		stored;			/* the column is stored: not virtual */
	bool		parts;			/* parts of it can be told from others */
	TupleDesc	desc;			/* of the query */
	FmgrInfo   *outputs;		/* of the columns of the key */
	LbdTopRows *top;			/* the largest rows so far */
	int64		rows;			/* that have come */
	LbdProgress progress;		/* of blocks, or of rows */
	Oid			table;			/* of the present block, or invalid */
	BlockNumber block;			/* the present one */
} LbdLargest;

extern void lbd_largest_columns(DestReceiver *self, int operation,
								TupleDesc desc);
extern void lbd_largest_append_key(const LbdLargest *largest,
								   StringInfo query);
extern void lbd_largest_none(const LbdLargest *largest);
extern void lbd_largest_rows(LbdLargest *largest, ReturnSetInfo *rsinfo);
extern Datum lbd_largest_key(const LbdLargest *largest, const Datum *values,
							 const bool *nulls);
extern int64 lbd_largest_part(const LbdPathValues *values, Datum value);
extern const char *lbd_compression_name(ToastCompressionId compression);
extern void lbd_shards_largest(LbdLargest *largest, const char *schema,
							   int nrows, ReturnSetInfo *rsinfo);

#endif							/* LBD_LARGEST_H */
