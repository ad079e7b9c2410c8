/*-------------------------------------------------------------------------
 *
 * table_model.h
 *	  What a table takes after a rewrite, and with changes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_TABLE_MODEL_H
#define LBD_TABLE_MODEL_H

#include "executor/tuptable.h"
#include "nodes/pg_list.h"

#include "advice/heap_pages.h"
#include "advice/relation_changes.h"
#include "advice/row_model.h"
#include "util/progress.h"

/* Groups of runs of blocks, by whose differences errors are estimated. */
#define LBD_MODEL_GROUPS	16

/* A number of bytes, and half the width of its interval. */
typedef struct LbdEstimate
{
	double		bytes;			/* the number */
	double		half;			/* of the 95 % interval */
} LbdEstimate;

/* What a group of runs has of a side, without what pages leave free. */
typedef struct LbdModelGroup
{
	int64		rows;			/* bytes of rows */
	int64		chunks;			/* bytes of chunks of values out of line */
	int64		nchunks;		/* how many chunks */
} LbdModelGroup;

/* The table in one state. */
typedef struct LbdModelSide
{
	LbdRelationChange *change;	/* what was changed; NULL: nothing */
	LbdHeap    *heap;			/* where an update puts rows, or NULL: nothing
								 * is updated */
	uint32		first;			/* page of the heap: of the present run */
	LbdPages	pages;			/* that rows fill */
	LbdChunks	chunks;			/* of values out of line */
	LbdModelGroup parts[LBD_MODEL_GROUPS];	/* of each group */
	double		groups[LBD_MODEL_GROUPS];	/* bytes of each group */
	double		done;			/* bytes of tables that are complete */
	int64		rows;			/* that were changed */

	/* Of the present table. */
	LbdRowShape shape;			/* its rows */
	LbdCell    *cells;			/* of the present row */
	const char **documents;		/* by column: its name, if it is edited */
	char	   *methods;		/* by column: how it is compressed anew, or 0 */
} LbdModelSide;

/* A table with its partitions and children. */
typedef struct LbdTableModel
{
	Relation	relation;		/* the one that was named */
	List	   *members;		/* OIDs of the tables, which are locked */
	BlockNumber *blocks;		/* of each of them */
	int64		all_blocks;		/* of all */
	int64		read_blocks;	/* of these, that were read */
	int64		group_blocks[LBD_MODEL_GROUPS]; /* of each group */
	int			toasts;			/* tables with a TOAST table */
	int64		now;			/* bytes that the tables take */
	int64		rows;			/* that were read */
	bool		whole;			/* all blocks are read */
	int			group;			/* of the present run */
	uint32		page;			/* of the present row, within the run */
	LbdModelSide *sides;		/* the first one is without a change */
	int			nsides;			/* how many */
	MemoryContext row;			/* of a row */
	MemoryContext member;		/* of a table */
	Datum	   *documents;		/* of the row, by column: not compressed */
	LbdPathStats **paths;		/* of the first rows by column, for messages */
	LbdProgress progress;		/* in blocks */
} LbdTableModel;

extern LbdTableModel *lbd_model_create(Relation relation);
extern int	lbd_model_add(LbdTableModel *model, LbdRelationChange *change);
extern void lbd_model_run(LbdTableModel *model, const char *function,
						  int64 whole_bytes, int passes);
extern LbdEstimate lbd_model_size(const LbdTableModel *model, int side);
extern LbdEstimate lbd_model_saving(const LbdTableModel *model, int side);
extern double lbd_model_factor(const LbdTableModel *model);

/* What only table_model.c calls: see table_sides.c. */
extern void lbd_side_open(LbdModelSide *side, Oid named, Relation member);
extern void lbd_sides_row(LbdTableModel *model, Relation member,
						  TupleTableSlot *slot);
extern void lbd_sides_close(LbdTableModel *model, Relation member);
extern void lbd_sides_sum(LbdTableModel *model);

#endif							/* LBD_TABLE_MODEL_H */
