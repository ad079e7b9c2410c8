/*-------------------------------------------------------------------------
 *
 * result_counter.h
 *	  Counting the rows of a query as the executor makes them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_RESULT_COUNTER_H
#define LBD_RESULT_COUNTER_H

#include "executor/tuptable.h"
#include "tcop/dest.h"

#include "api/column_stats.h"
#include "util/progress.h"

/*
 * The rows of lbd_query_run go to this receiver, which counts each and
 * forgets it: memory holds one row and the stats of each column.
 */
typedef struct LbdResultCounter
{
	DestReceiver receiver;		/* first: the executor's pointer to it */
	MemoryContext context;		/* of all but rows */
	MemoryContext row;			/* of a row */
	int			skipped;		/* columns of the result before the counted */
	LbdColumn  *columns;		/* those that are counted */
	int			ncolumns;		/* how many there are */
	int64		rows;			/* counted so far */
	bool		again;			/* the columns have been counted before */
	LbdProgress progress;		/* of rows, where the caller starts it */
	void		(*started) (struct LbdResultCounter *counter);
	void		(*each_row) (struct LbdResultCounter *counter, TupleTableSlot *slot);
	void		(*count_row) (struct LbdResultCounter *counter, TupleTableSlot *slot);
} LbdResultCounter;

extern void lbd_counter_init(LbdResultCounter *counter);
extern bool lbd_counter_again(LbdResultCounter *counter);
extern void lbd_counter_clear(LbdResultCounter *counter);
extern int64 lbd_counter_sum(LbdResultCounter *counter);
extern void lbd_counter_limit(LbdResultCounter *counter, int64 *compressed);

#endif							/* LBD_RESULT_COUNTER_H */
