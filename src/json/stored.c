/*-------------------------------------------------------------------------
 *
 * stored.c
 *	  What each byte of a value takes where it is stored compressed.
 *
 * A symbol of the compressed form counts for the first byte that it makes: of
 * pglz, a literal with its flag or a match with its flag; of LZ4, a token for
 * the first byte of its sequence, an offset for the first byte of its match,
 * and each further byte of a length for one byte of what it is the length of.
 * So every byte's cost is small, and costs and headers add up to the size.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/detoast.h"
#include "access/toast_compression.h"
#include "miscadmin.h"

#include "compat.h"
#include "json/stored.h"

#define PGLZ_FLAGS			8
#define PGLZ_MIN_MATCH		3
#define PGLZ_LONG_MATCH		18
#define LZ4_MIN_MATCH		4
#define LZ4_LONG			15

typedef struct LbdSymbols
{
	const unsigned char *next;	/* of the compressed form */
	const unsigned char *end;	/* after it */
	uint8	   *costs;			/* of the bytes that it makes */
	Size		made;			/* how many have been made */
	Size		len;			/* how many there are in all */
} LbdSymbols;

static void pglz_costs(LbdSymbols *symbols);
static void lz4_costs(LbdSymbols *symbols);
static void lz4_run(LbdSymbols *symbols, int nibble, Size base, int each);
static inline void add_cost(LbdSymbols *symbols, Size at, int cost);

/*
 * What pg_column_size() returns; length is that of the type, -1: varlena, -2:
 * cstring.
 */
int64
lbd_stored_size(int16 length, Datum value)
{
	if (length == -1)
		return toast_datum_size(value);
	if (length == -2)
		return strlen(DatumGetCString(value)) + 1;
	return length;
}

/*
 * Returns the cost of each of the len bytes of a value, in the units of
 * LBD_STORED_UNIT.  stored is the value as it is stored, inline: what is out
 * of line has been fetched.  palloc'ed.
 */
uint8 *
lbd_stored_costs(const struct varlena *stored, Size len)
{
	LbdSymbols	symbols = {.costs = palloc(Max(len, 1)),.len = len};

	if (!VARATT_IS_COMPRESSED(stored))
	{
		memset(symbols.costs, LBD_STORED_UNIT, len);
		return symbols.costs;
	}
	memset(symbols.costs, 0, len);
	symbols.next = (const unsigned char *) stored + VARHDRSZ_COMPRESSED;
	symbols.end = (const unsigned char *) stored + VARSIZE(stored);
	switch (VARDATA_COMPRESSED_GET_COMPRESS_METHOD(stored))
	{
		case TOAST_PGLZ_COMPRESSION_ID:
			pglz_costs(&symbols);
			break;
		case TOAST_LZ4_COMPRESSION_ID:
			lz4_costs(&symbols);
			break;
		default:
			/* All of it is left to the document. */
			break;
	}
	return symbols.costs;
}

static inline void
add_cost(LbdSymbols *symbols, Size at, int cost)
{
	if (at < symbols->len)
		symbols->costs[at] += cost;
}

static void
pglz_costs(LbdSymbols *symbols)
{
	while (symbols->next < symbols->end)
	{
		int			flags = *symbols->next++;

		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < PGLZ_FLAGS && symbols->next < symbols->end; i++)
		{
			int			len = 1;
			int			size = 1;

			if (flags >> i & 1)
			{
				len = (symbols->next[0] & 0x0f) + PGLZ_MIN_MATCH;
				size = 2;
				if (len == PGLZ_LONG_MATCH && symbols->end - symbols->next > 2)
				{
					len += symbols->next[2];
					size = 3;
				}
			}
			add_cost(symbols, symbols->made, size * LBD_STORED_UNIT + 1);
			symbols->next += size;
			symbols->made += len;
		}
	}
}

static void
lz4_costs(LbdSymbols *symbols)
{
	while (symbols->next < symbols->end)
	{
		int			token = *symbols->next++;
		Size		start = symbols->made;

		CHECK_FOR_INTERRUPTS();
		/* The token, which the last byte has where nothing more is made. */
		add_cost(symbols, Min(start, symbols->len - 1), LBD_STORED_UNIT);
		lz4_run(symbols, token >> 4, 0, LBD_STORED_UNIT);
		symbols->next += symbols->made - start;
		if (symbols->end - symbols->next < 2)
			break;
		add_cost(symbols, symbols->made, 2 * LBD_STORED_UNIT);
		symbols->next += 2;
		lz4_run(symbols, token & 0x0f, LZ4_MIN_MATCH, 0);
	}
}

/*
 * Reads a length, and makes as many bytes, of which each costs so much.
 */
static void
lz4_run(LbdSymbols *symbols, int nibble, Size base, int each)
{
	Size		len = base + nibble;
	int			more = nibble == LZ4_LONG ? 255 : 0;

	for (Size i = 0; more == 255 && symbols->next < symbols->end; i++)
	{
		more = *symbols->next++;
		len += more;
		add_cost(symbols, symbols->made + i, LBD_STORED_UNIT);
	}
	if (each > 0)
	{
		for (Size i = 0; i < len; i++)
			add_cost(symbols, symbols->made + i, each);
	}
	symbols->made += len;
}
