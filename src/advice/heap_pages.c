/*-------------------------------------------------------------------------
 *
 * heap_pages.c
 *	  Where an UPDATE puts rows, and how a rewrite packs them.
 *
 * The new version of a row goes to its own page if that has room, else to the
 * page that the last one went to, else to one that the free space map knows
 * of, else to a new one: heap_update() and RelationGetBufferForTuple().  The
 * map knows free space in categories of 32 bytes, and is searched from where
 * the last search ended.  So pages of rows of varying size are filled better
 * than one after the other.  VACUUM FULL, which looks at no map, then reads
 * the rows in this order: what fits together on a page mostly stays together.
 * A model without all of this is off by more than small changes save.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "miscadmin.h"
#include "storage/bufpage.h"
#include "utils/memutils.h"

#include "advice/heap_pages.h"

/* Bytes of a category of the free space map. */
#define LBD_MAP_STEP		(BLCKSZ / 256)

/* Free bytes of a new page: PageGetHeapFreeSpace() leaves room for a line
 * pointer. */
#define LBD_NEW_PAGE \
	((int) (BLCKSZ - SizeOfPageHeaderData - sizeof(ItemIdData)))

/* A page with so much free counts as empty, whatever the row. */
#define LBD_NEARLY_EMPTY \
	(MaxHeapTupleSize - MaxHeapTuplesPerPage / 8 * sizeof(ItemIdData))

static uint32 add_page(LbdHeap *heap, int free, uint8 category);
static void set_category(LbdHeap *heap, uint32 page, uint8 category);
static int64 search_map(LbdHeap *heap, uint8 category);
static int64 first_from(const LbdHeap *heap, uint32 start, uint8 category);
static void put_row(LbdHeap *heap, uint32 page, Size size, bool moved);

/*
 * A table without pages, in the current context.
 */
LbdHeap *
lbd_heap_create(Size spare)
{
	LbdHeap    *heap = palloc0(sizeof(LbdHeap));

	heap->context = CurrentMemoryContext;
	heap->spare = spare;
	heap->target = -1;
	heap->capacity = 64;
	heap->free = palloc(heap->capacity * sizeof(int));
	heap->map = palloc0(2 * heap->capacity);
	heap->max_rows = 1024;
	heap->rows = palloc(heap->max_rows * sizeof(LbdHeapRow));
	return heap;
}

/*
 * Adds a page of which the free space map knows so much, and returns its
 * number.
 */
uint32
lbd_heap_page(LbdHeap *heap, Size known)
{
	return add_page(heap, (int) known, known / LBD_MAP_STEP);
}

/*
 * Tells how much is really free on a page: of that, what has been used since
 * it was added is gone.
 */
void
lbd_heap_read(LbdHeap *heap, uint32 page, Size known, Size free)
{
	heap->free[page] += (int) free - (int) known;
}

static uint32
add_page(LbdHeap *heap, int free, uint8 category)
{
	if (heap->npages == heap->capacity)
	{
		uint32		half = heap->capacity;
		uint8	   *map = MemoryContextAllocZero(heap->context, 4 * (Size) half);

		heap->capacity *= 2;
		heap->free = repalloc_huge(heap->free, heap->capacity * sizeof(int));
		memcpy(map + heap->capacity, heap->map + half, half);
		for (uint32 i = heap->capacity - 1; i > 0; i--)
			map[i] = Max(map[2 * i], map[2 * i + 1]);
		pfree(heap->map);
		heap->map = map;
	}
	heap->free[heap->npages] = free;
	set_category(heap, heap->npages, category);
	return heap->npages++;
}

static void
set_category(LbdHeap *heap, uint32 page, uint8 category)
{
	uint32		node = heap->capacity + page;

	heap->map[node] = category;
	for (node /= 2; node > 0; node /= 2)
		heap->map[node] = Max(heap->map[2 * node], heap->map[2 * node + 1]);
}

/*
 * The next page of the map that has such a category, or -1.
 */
static int64
search_map(LbdHeap *heap, uint8 category)
{
	int64		page = first_from(heap, heap->next, category);

	if (page < 0)
		page = first_from(heap, 0, category);
	if (page >= 0)
		heap->next = (page + 1) % heap->capacity;
	return page;
}

/*
 * The first page from start on that has such a category, or -1.
 */
static int64
first_from(const LbdHeap *heap, uint32 start, uint8 category)
{
	uint32		node = heap->capacity + start;

	while (heap->map[node] < category)
	{
		/* Up, as long as this is the last of its parent, then to the right. */
		while (node & 1)
		{
			node /= 2;
			if (node <= 1)
				return -1;
		}
		node++;
		if ((node & (node - 1)) == 0)
			return -1;
	}
	while (node < heap->capacity)
	{
		node *= 2;
		if (heap->map[node] < category)
			node++;
	}
	return node - heap->capacity;
}

static void
put_row(LbdHeap *heap, uint32 page, Size size, bool moved)
{
	if (heap->nrows == heap->max_rows)
	{
		heap->max_rows *= 2;
		heap->rows = repalloc_huge(heap->rows,
								   heap->max_rows * sizeof(LbdHeapRow));
	}
	heap->rows[heap->nrows++] = (LbdHeapRow)
	{
		page, (uint16) size, moved
	};
}

/*
 * A row that is not updated.
 */
void
lbd_heap_stay(LbdHeap *heap, uint32 page, Size size)
{
	put_row(heap, page, size, false);
}

/*
 * The new version of a row of a page.
 */
void
lbd_heap_move(LbdHeap *heap, uint32 page, Size size)
{
	int			len = (int) MAXALIGN(size);
	int			wanted = len + (int) heap->spare;
	int64		to = page;

	if (wanted > (int) LBD_NEARLY_EMPTY)
		wanted = Max(len, (int) LBD_NEARLY_EMPTY);
	if (page >= heap->npages || heap->free[page] < len)
	{
		uint8		category = Min((wanted + LBD_MAP_STEP - 1) / LBD_MAP_STEP, 255);

		to = heap->target >= 0 ? heap->target : search_map(heap, category);
		while (to >= 0 && heap->free[to] < wanted)
		{
			CHECK_FOR_INTERRUPTS();
			set_category(heap, to, Max(heap->free[to], 0) / LBD_MAP_STEP);
			to = search_map(heap, category);
		}
		if (to < 0)
			to = add_page(heap, LBD_NEW_PAGE, 0);
		heap->target = to;
	}
	heap->free[to] -= len + (int) sizeof(ItemIdData);
	put_row(heap, (uint32) to, size, true);
}

/*
 * The size that a rewrite gives to the row that has come last.
 */
void
lbd_heap_resize(LbdHeap *heap, Size size)
{
	heap->rows[heap->nrows - 1].size = (uint16) size;
}

/*
 * Moves all rows once more, away from where they are, and returns how many
 * there were: a small table has fewer pages with room for a row to choose from
 * than a large one, until so many have been filled.
 */
int64
lbd_heap_again(LbdHeap *heap)
{
	int64		nrows = heap->nrows;

	for (int64 i = 0; i < nrows; i++)
	{
		CHECK_FOR_INTERRUPTS();
		lbd_heap_move(heap, PG_UINT32_MAX, heap->rows[i].size);
	}
	return nrows;
}

/*
 * Fills pages with the rows in the order of their pages.  On a page, the new
 * versions come after the rows that stay.
 */
void
lbd_heap_pack(const LbdHeap *heap, LbdPages *pages)
{
	int64	   *starts = palloc_extended((2 * (Size) heap->npages + 2) * sizeof(int64),
										 MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	uint16	   *sizes = palloc_extended(Max(heap->nrows, 1) * sizeof(uint16),
										MCXT_ALLOC_HUGE);

	memset(pages, 0, sizeof(*pages));
	for (int64 i = 0; i < heap->nrows; i++)
		starts[2 * (int64) heap->rows[i].page + heap->rows[i].moved + 1]++;
	for (int64 i = 1; i < 2 * (int64) heap->npages + 2; i++)
		starts[i] += starts[i - 1];
	for (int64 i = 0; i < heap->nrows; i++)
		sizes[starts[2 * (int64) heap->rows[i].page + heap->rows[i].moved]++] =
			heap->rows[i].size;
	for (int64 i = 0; i < heap->nrows; i++)
	{
		CHECK_FOR_INTERRUPTS();
		lbd_pages_add(pages, sizes[i], heap->spare);
	}
	pfree(starts);
	pfree(sizes);
}

void
lbd_heap_free(LbdHeap *heap)
{
	pfree(heap->free);
	pfree(heap->map);
	pfree(heap->rows);
	pfree(heap);
}
