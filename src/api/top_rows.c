/*-------------------------------------------------------------------------
 *
 * top_rows.c
 *	  The largest rows of all that come.
 *
 * They are in a heap whose first row is the least of them: the one that a
 * larger row takes the place of.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/binaryheap.h"

#include "api/top_rows.h"

struct LbdTopRows
{
	binaryheap *heap;			/* of LbdTopRow, the least one first */
	int			nrows;			/* how many are kept */
	Size		size;			/* of what the caller keeps of each */
	MemoryContext context;		/* of all of it */
};

static int	compare_heap(Datum a, Datum b, void *arg);
static int	compare_rows(const LbdTopRow *left, const LbdTopRow *right);

/*
 * No rows yet.  So many are kept, in the current context, of which the caller
 * has so many bytes each, with LbdTopRow at their start.
 */
LbdTopRows *
lbd_top_create(int nrows, Size size)
{
	LbdTopRows *top = palloc(sizeof(LbdTopRows));

	Assert(size >= sizeof(LbdTopRow));
	top->heap = binaryheap_allocate(nrows, compare_heap, NULL);
	top->nrows = nrows;
	top->size = size;
	top->context = CurrentMemoryContext;
	return top;
}

/*
 * Where the row is larger than one of those that are kept, or there are not
 * yet as many as can be, returns what is kept of it, to be filled in: zeros
 * after LbdTopRow, or what the row has had that it takes the place of.
 * Returns NULL where it is not.
 */
LbdTopRow *
lbd_top_add(LbdTopRows *top, const LbdTopRow *row)
{
	LbdTopRow  *kept;

	if (top->heap->bh_size < top->nrows)
	{
		kept = MemoryContextAllocZero(top->context, top->size);
		*kept = *row;
		binaryheap_add(top->heap, PointerGetDatum(kept));
		return kept;
	}
	kept = (LbdTopRow *) DatumGetPointer(binaryheap_first(top->heap));
	if (compare_rows(row, kept) >= 0)
		return NULL;
	*kept = *row;
	binaryheap_replace_first(top->heap, PointerGetDatum(kept));
	return kept;
}

/*
 * Returns the rows, the largest first.  They are no longer in the heap.
 */
LbdTopRow **
lbd_top_sorted(LbdTopRows *top, int *nrows)
{
	LbdTopRow **rows = palloc(Max(top->heap->bh_size, 1) * sizeof(LbdTopRow *));

	*nrows = top->heap->bh_size;
	for (int i = *nrows; i > 0; i--)
		rows[i - 1] = (LbdTopRow *) DatumGetPointer(binaryheap_remove_first(top->heap));
	return rows;
}

static int
compare_heap(Datum a, Datum b, void *arg)
{
	return compare_rows((LbdTopRow *) DatumGetPointer(a),
						(LbdTopRow *) DatumGetPointer(b));
}

/*
 * Less than 0 where the left row comes before the right one.
 */
static int
compare_rows(const LbdTopRow *left, const LbdTopRow *right)
{
	if (left->bytes != right->bytes)
		return left->bytes > right->bytes ? -1 : 1;
	if (left->table != right->table)
		return left->table < right->table ? -1 : 1;
	if (left->place != right->place)
		return left->place < right->place ? -1 : 1;
	return 0;
}
