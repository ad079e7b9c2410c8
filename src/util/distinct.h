/*-------------------------------------------------------------------------
 *
 * distinct.h
 *	  Counting distinct values: exactly at first, then by an estimate.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_DISTINCT_H
#define LBD_DISTINCT_H

#include "lib/stringinfo.h"
#include "port/pg_bswap.h"

/*
 * Up to a limit the count is exact (but for the chance of one in 2^64 that
 * two values share a hash); beyond it, a HyperLogLog takes over, with a
 * standard error of 1.6 % for 2^12 registers, of 3.3 % for 2^10.
 *
 * How often each value has been added is known as long as the count is exact.
 * All that is kept depends on the values alone, and not on their order, or on
 * how they were split between counters.
 */
typedef struct LbdDistinct
{
	uint64		last;			/* hash of the value added last */
	uint64		seed;			/* odd; where hashes have their slots; without
								 * slots, the tally of the only value */
	uint64	   *slots;			/* open addressing, 0 is a free slot; then the
								 * tally of each; or the registers; NULL up to
								 * the second value */
	uint32		last_slot;		/* of last, where there are slots */
	uint32		nslots;			/* a power of two, or 0 */
	uint32		used;			/* values that are counted exactly */
	uint16		limit;			/* how many there can be */
	uint8		bits;			/* the registers are 2 to the power of this */
} LbdDistinct;

extern void lbd_distinct_init(LbdDistinct *distinct, uint16 limit, int bits);
extern Size lbd_distinct_size(const LbdDistinct *distinct);
extern void lbd_distinct_insert(LbdDistinct *distinct, uint64 hash,
								int64 times, MemoryContext context);
extern int64 lbd_distinct_count(const LbdDistinct *distinct);
extern Size lbd_distinct_written(const LbdDistinct *distinct);
extern int64 lbd_distinct_most(const LbdDistinct *distinct);
extern void lbd_distinct_merge(LbdDistinct *distinct, const LbdDistinct *other,
							   MemoryContext context);
extern void lbd_distinct_write(const LbdDistinct *distinct, StringInfo out);
extern const char *lbd_distinct_read(LbdDistinct *distinct, StringInfo in,
									 int64 values, MemoryContext context);
extern void lbd_distinct_free(LbdDistinct *distinct);

/*
 * Counts the value that has been added last once more, if it is of this hash,
 * which is not 0.  The same value in a row is common, and nearly free.
 */
static inline bool
lbd_distinct_again(LbdDistinct *distinct, uint64 hash)
{
	if (hash != distinct->last)
		return false;
	if (distinct->nslots > 0)
		distinct->slots[distinct->nslots + distinct->last_slot]++;
	else if (distinct->slots == NULL)
		distinct->seed++;
	return true;
}

/*
 * Adds a value by its hash.
 */
static inline void
lbd_distinct_add(LbdDistinct *distinct, uint64 hash, MemoryContext context)
{
	hash += hash == 0;
	if (!lbd_distinct_again(distinct, hash))
		lbd_distinct_insert(distinct, hash, 1, context);
}

/*
 * Bytes of a text as a number, the first one lowest: hashes are stored, and
 * are the same on every machine.
 */
static inline uint64
lbd_distinct_word(const char *text)
{
	uint64		word;

	memcpy(&word, text, sizeof(word));
#ifdef WORDS_BIGENDIAN
	word = pg_bswap64(word);
#endif
	return word;
}

static inline uint32
lbd_distinct_half(const char *text)
{
	uint32		half;

	memcpy(&half, text, sizeof(half));
#ifdef WORDS_BIGENDIAN
	half = pg_bswap32(half);
#endif
	return half;
}

/*
 * A text of less than eight bytes as a number that no other such text has:
 * its bytes, and its length in the highest byte.
 */
static inline uint64
lbd_distinct_short_text(const char *text, Size len)
{
	uint64		word = 0;

	if (len >= sizeof(uint32))
	{
		/* Two halves that overlap: no byte after the end is read. */
		Size		rest = len - sizeof(uint32);

		word = (uint64) lbd_distinct_half(text + rest) << rest * BITS_PER_BYTE |
			lbd_distinct_half(text);
	}
	else
	{
		for (Size i = 0; i < len; i++)
			word = word << BITS_PER_BYTE | (unsigned char) text[i];
	}
	return word + len * (UINT64CONST(1) << 56);
}

/*
 * The same of the first bytes, less than eight, of a word.
 */
static inline uint64
lbd_distinct_short_word(uint64 word, int len)
{
	uint64		first = len >= (int) sizeof(uint32) ?
		word & ((UINT64CONST(1) << len * BITS_PER_BYTE) - 1) :
		pg_bswap64(word) >> BITS_PER_BYTE >> (7 - len) * BITS_PER_BYTE;

	return first + len * (UINT64CONST(1) << 56);
}

/*
 * The hash of a text, taken in words of eight bytes.  Each step, and the
 * finalizer of MurmurHash3 at the end, maps numbers one to one: no two texts
 * of less than eight bytes share a hash.
 */
static inline uint64
lbd_distinct_mix(uint64 hash, uint64 word)
{
	hash = (hash ^ word) * UINT64CONST(0x9e3779b97f4a7c15);
	return hash ^ hash >> 32;
}

static inline uint64
lbd_distinct_finish(uint64 hash, uint64 rest)
{
	hash ^= rest;
	hash ^= hash >> 33;
	hash *= UINT64CONST(0xff51afd7ed558ccd);
	hash ^= hash >> 33;
	hash *= UINT64CONST(0xc4ceb9fe1a85ec53);
	hash ^= hash >> 33;
	return hash;
}

static inline uint64
lbd_distinct_hash(const char *text, Size len)
{
	uint64		hash = 0;

	for (; len >= sizeof(hash); len -= sizeof(hash), text += sizeof(hash))
		hash = lbd_distinct_mix(hash, lbd_distinct_word(text));
	return lbd_distinct_finish(hash, lbd_distinct_short_text(text, len));
}

#endif							/* LBD_DISTINCT_H */
