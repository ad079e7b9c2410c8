/*-------------------------------------------------------------------------
 *
 * side_table.c
 *	  A table of strings that are stored once.
 *
 * It has what the statement that makes it creates: a number and a string in
 * each row, a primary key, and a hash index over the strings.  Strings are
 * known by their hashes, so that memory holds none of them.
 *
 * A sample has only a part of the strings.  How many there are in all is
 * estimated from those that the sample has once, by the estimator of Haas and
 * Stokes that ANALYZE uses.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/heaptoast.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "advice/row_model.h"
#include "advice/side_table.h"
#include "util/distinct.h"
#include "util/string_map.h"

/* Entries of a bucket of a hash index, and its pages beside buckets: that of
 * metadata and one bitmap; overflow pages are so many for each bucket. */
#define LBD_HASH_ENTRIES	307
#define LBD_HASH_PAGES		2
#define LBD_HASH_OVERFLOW	0.05
#define LBD_HASH_BUCKETS	4

/* A free space map is there from the fifth page on, and has three. */
#define LBD_MAP_FROM		4
#define LBD_MAP_PAGES		3

struct LbdSideTable
{
	MemoryContext context;		/* of what follows */
	LbdStringMap *numbers;		/* of strings, by their hashes */
	bool	   *again;			/* by number: the string has come again */
	int			count;			/* strings */
	int			capacity;		/* of again */
	int64		once;			/* strings that have come once */
	int64		values;			/* that have come, in all */
	LbdRowShape shape;			/* of rows */
	LbdPages	pages;			/* that they fill */
	LbdChunks	chunks;			/* of their strings that are out of line */
};

static void add_row(LbdSideTable *side, const char *text, int len);
static double strings_in_all(const LbdSideTable *side, double factor);
static double hash_bytes_of(double entries);

/*
 * An empty table, in the current context.
 */
LbdSideTable *
lbd_side_create(void)
{
	static const LbdColumnShape columns[] = {
		{sizeof(int32), TYPALIGN_INT, TYPSTORAGE_PLAIN, '\0'},
		{-1, TYPALIGN_INT, TYPSTORAGE_EXTENDED, '\0'}
	};
	LbdSideTable *side = palloc0(sizeof(LbdSideTable));

	side->context = CurrentMemoryContext;
	side->numbers = lbd_string_map_create(64);
	side->capacity = 64;
	side->again = palloc(side->capacity * sizeof(bool));
	side->shape.columns = palloc(sizeof(columns));
	memcpy(side->shape.columns, columns, sizeof(columns));
	side->shape.ncolumns = lengthof(columns);
	side->shape.has_toast = true;
	side->shape.target = TOAST_TUPLE_TARGET;
	return side;
}

/*
 * The number of a string, which is new or not: from 1.
 */
int
lbd_side_number(LbdSideTable *side, const char *text, int len)
{
	char		name[2 * sizeof(uint64) + 1];
	int		   *number;

	snprintf(name, sizeof(name), "%016llx",
			 (unsigned long long) lbd_distinct_hash(text, len));
	side->values++;
	number = lbd_string_map_enter(side->numbers, name);
	if (*number >= 0)
	{
		if (!side->again[*number])
			side->once--;
		side->again[*number] = true;
		return *number + 1;
	}
	*number = side->count;
	if (side->count == side->capacity)
	{
		side->capacity *= 2;
		side->again = repalloc_huge(side->again, side->capacity * sizeof(bool));
	}
	side->again[side->count++] = false;
	side->once++;
	add_row(side, text, len);
	return side->count;
}

/*
 * Adds a row; what is allocated for it is freed with the caller's row.
 */
static void
add_row(LbdSideTable *side, const char *text, int len)
{
	LbdCell		cells[2];

	lbd_cell_set(&cells[0], &side->shape.columns[0],
				 Int32GetDatum(side->count), false);
	lbd_cell_set(&cells[1], &side->shape.columns[1],
				 PointerGetDatum(cstring_to_text_with_len(text, len)), false);
	lbd_row_update(&side->shape, cells, false);
	lbd_pages_add(&side->pages, lbd_row_size(&side->shape, cells), 0);
	lbd_chunks_add(&side->chunks, &side->shape, cells);
}

/*
 * What the table takes with its indexes, where there are factor times as many
 * values as have come.
 */
double
lbd_side_bytes(const LbdSideTable *side, double factor)
{
	double		all = strings_in_all(side, factor);
	double		more = side->count > 0 ? all / side->count : 0;
	double		heap = ceil(lbd_pages_bytes(&side->pages) / BLCKSZ * more);
	double		chunks = ceil(lbd_pages_bytes(&side->chunks.pages) / BLCKSZ * more);

	if (heap > LBD_MAP_FROM)
		heap += LBD_MAP_PAGES;
	if (chunks > LBD_MAP_FROM)
		chunks += LBD_MAP_PAGES;
	return (heap + chunks) * BLCKSZ +
		lbd_btree_bytes(side->chunks.count * more,
						sizeof(Oid) + sizeof(int32)) +
		lbd_btree_bytes(all, sizeof(int32)) + hash_bytes_of(all);
}

static double
strings_in_all(const LbdSideTable *side, double factor)
{
	double		sample = (double) side->values;
	double		once = (double) side->once;

	if (factor <= 1 || side->values == 0)
		return side->count;
	return Min(sample * side->count / (sample - once + once / factor),
			   sample * factor);
}

/*
 * A hash index doubles its buckets in four steps.
 */
static double
hash_bytes_of(double entries)
{
	double		wanted = entries / LBD_HASH_ENTRIES;
	double		buckets = LBD_HASH_BUCKETS;

	while (buckets < wanted)
	{
		double		power = exp2(floor(log2(buckets)));

		buckets += power / 4;
	}
	return ceil(LBD_HASH_PAGES + buckets * (1 + (wanted > LBD_HASH_BUCKETS ?
												 LBD_HASH_OVERFLOW : 0))) * BLCKSZ;
}
