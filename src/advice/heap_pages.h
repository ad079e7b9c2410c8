/*-------------------------------------------------------------------------
 *
 * heap_pages.h
 *	  Where an UPDATE puts rows, and how a rewrite packs them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_HEAP_PAGES_H
#define LBD_HEAP_PAGES_H

#include "advice/row_model.h"

/* A row, where it is at last. */
typedef struct LbdHeapRow
{
	uint32		page;			/* its number */
	uint16		size;			/* bytes, not padded */
	bool		moved;			/* an update has put it there */
} LbdHeapRow;

/* The pages of a table while it is updated. */
typedef struct LbdHeap
{
	MemoryContext context;		/* of all of it */
	Size		spare;			/* bytes of a page that fillfactor keeps free */
	int		   *free;			/* by page: bytes that are free */
	uint8	   *map;			/* the free space map: a tree of the largest
								 * category, its leaves the pages */
	uint32		npages;			/* how many there are */
	uint32		capacity;		/* leaves of the map, a power of two */
	int64		target;			/* page that rows go to, or -1 */
	uint32		next;			/* page at which the map is searched next */
	LbdHeapRow *rows;			/* in the order in which they have come */
	int64		nrows;			/* how many */
	int64		max_rows;		/* how many there is memory for */
} LbdHeap;

extern LbdHeap *lbd_heap_create(Size spare);
extern uint32 lbd_heap_page(LbdHeap *heap, Size known);
extern void lbd_heap_read(LbdHeap *heap, uint32 page, Size known, Size free);
extern void lbd_heap_stay(LbdHeap *heap, uint32 page, Size size);
extern void lbd_heap_move(LbdHeap *heap, uint32 page, Size size);
extern void lbd_heap_resize(LbdHeap *heap, Size size);
extern int64 lbd_heap_again(LbdHeap *heap);
extern void lbd_heap_pack(const LbdHeap *heap, LbdPages *pages);
extern void lbd_heap_free(LbdHeap *heap);

#endif							/* LBD_HEAP_PAGES_H */
