/*-------------------------------------------------------------------------
 *
 * result_counter.c
 *	  Counting the rows of a query as the executor makes them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "api/query.h"
#include "api/result_counter.h"
#include "json/path_fold.h"
#include "json/path_rows.h"
#include "util/row_receiver.h"

static void receiver_startup(DestReceiver *self, int operation, TupleDesc desc);
static bool receiver_row(TupleTableSlot *slot, DestReceiver *self);
static void count_values(LbdResultCounter *counter, TupleTableSlot *slot);

/*
 * An empty counter, below the current context.  The caller sets what it is to
 * call: started, when the columns are known, each_row, before the values of a
 * row are counted, and, where they are counted in another way, count_row.
 */
void
lbd_counter_init(LbdResultCounter *counter)
{
	memset(counter, 0, sizeof(*counter));
	counter->context = AllocSetContextCreate(CurrentMemoryContext,
											 "lbdiag result",
											 ALLOCSET_DEFAULT_SIZES);
	counter->row = AllocSetContextCreate(counter->context, "lbdiag row",
										 ALLOCSET_DEFAULT_SIZES);
	counter->count_row = count_values;
	lbd_receiver_init(&counter->receiver, receiver_startup, receiver_row);
}

/*
 * Decides which keys are data, where a result has been counted that can be
 * counted once more.  Returns whether that is to be done, since some are: the
 * next rows are counted by the paths that have been found.
 */
bool
lbd_counter_again(LbdResultCounter *counter)
{
	bool		folded = false;

	for (int i = 0; i < counter->ncolumns; i++)
		folded |= lbd_stats_decide(counter->columns[i].stats);
	if (folded)
		lbd_counter_clear(counter);
	return folded;
}

/*
 * Forgets what has been counted, to count it once more.
 */
void
lbd_counter_clear(LbdResultCounter *counter)
{
	for (int i = 0; i < counter->ncolumns; i++)
		lbd_stats_clear(counter->columns[i].stats);
	counter->rows = 0;
	counter->again = true;
}

/*
 * Fills in the bytes of all paths, puts the columns in order, the largest
 * first, and returns the bytes of all.
 */
int64
lbd_counter_sum(LbdResultCounter *counter)
{
	int64		bytes = 0;

	for (int i = 0; i < counter->ncolumns; i++)
	{
		(void) lbd_stats_decide(counter->columns[i].stats);
		bytes += lbd_stats_sum(counter->columns[i].stats);
	}
	lbd_columns_sort(counter->columns, counter->ncolumns);
	return bytes;
}

/*
 * Bounds the number of paths that the result has rows of, and says so where
 * not all have been kept apart.  The columns have been summed; compressed is
 * as in LbdPathTree.
 */
void
lbd_counter_limit(LbdResultCounter *counter, int64 *compressed)
{
	LbdPathTree *trees = palloc(Max(counter->ncolumns, 1) *
								sizeof(LbdPathTree));

	for (int i = 0; i < counter->ncolumns; i++)
	{
		lbd_rows_notice(counter->columns[i].stats, counter->columns[i].name);
		trees[i].stats = counter->columns[i].stats;
		trees[i].compressed = compressed;
	}
	lbd_rows_limit(trees, counter->ncolumns);
	pfree(trees);
}

static void
receiver_startup(DestReceiver *self, int operation, TupleDesc desc)
{
	LbdResultCounter *counter = (LbdResultCounter *) self;
	MemoryContext old = MemoryContextSwitchTo(counter->context);
	LbdColumn  *before = counter->columns;
	LbdValueTypes *types;

	counter->ncolumns = desc->natts - counter->skipped;
	types = lbd_value_types_create(counter->context);
	counter->columns = palloc0(Max(counter->ncolumns, 1) * sizeof(LbdColumn));
	for (int i = 0; i < counter->ncolumns; i++)
	{
		CHECK_FOR_INTERRUPTS();
		lbd_column_init(&counter->columns[i],
						TupleDescAttr(desc, i + counter->skipped), types,
						counter->context);
		if (counter->again)
			counter->columns[i].stats = before[i].stats;
	}
	if (counter->started)
		counter->started(counter);
	MemoryContextSwitchTo(old);
}

static bool
receiver_row(TupleTableSlot *slot, DestReceiver *self)
{
	LbdResultCounter *counter = (LbdResultCounter *) self;
	MemoryContext old = MemoryContextSwitchTo(counter->row);

	slot_getallattrs(slot);
	if (counter->each_row)
		counter->each_row(counter, slot);
	counter->count_row(counter, slot);
	counter->rows++;
	MemoryContextSwitchTo(old);
	MemoryContextReset(counter->row);
	lbd_progress_add(&counter->progress);
	return true;
}

static void
count_values(LbdResultCounter *counter, TupleTableSlot *slot)
{
	for (int i = 0; i < counter->ncolumns; i++)
		lbd_column_add(&counter->columns[i],
					   slot->tts_values[i + counter->skipped],
					   slot->tts_isnull[i + counter->skipped]);
}
