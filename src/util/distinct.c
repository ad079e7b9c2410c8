/*-------------------------------------------------------------------------
 *
 * distinct.c
 *	  Counting distinct values: exactly at first, then by an estimate.
 *
 * The registers are those of the server's hyperloglog.c, which allocates a
 * byte more than a power of two, of which the allocator makes twice as much,
 * and which estimates too much where there are some values a register.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/pg_prng.h"
#include "port/pg_bitutils.h"
#include "utils/float.h"
#include "utils/memutils.h"

#include "util/distinct.h"

#define LBD_DISTINCT_FIRST_SLOTS	16

/* Bits of a hash that the registers are told from: the highest ones. */
#define LBD_DISTINCT_HASH_BITS		32

/* A value is not tallied more often: sums of two cannot overflow. */
#define LBD_DISTINCT_MAX_TALLY		(INT64CONST(1) << 48)

static inline uint8 *registers_of(const LbdDistinct *distinct);
static inline uint64 *tallies_of(const LbdDistinct *distinct);
static void distinct_grow(LbdDistinct *distinct, MemoryContext context);
static uint32 distinct_slot(const LbdDistinct *distinct, uint64 hash);
static void distinct_to_estimate(LbdDistinct *distinct,
								 MemoryContext context);
static void register_add(LbdDistinct *distinct, uint64 hash);
static double registers_estimate(const LbdDistinct *distinct);
static double estimate_empty(double share);
static double estimate_full(double share);
static void write_slots(const LbdDistinct *distinct, StringInfo out);
static int	distinct_compare(const void *a, const void *b);
static const char *read_slots(LbdDistinct *distinct, StringInfo in,
							  uint32 count, int64 values,
							  MemoryContext context);
static const char *read_registers(LbdDistinct *distinct, StringInfo in,
								  int64 values, MemoryContext context);
static bool read_word(StringInfo in, uint64 *word);

/*
 * Prepares a counter that counts so many values exactly, and more by
 * registers, as many as 2 to the power of bits.
 */
void
lbd_distinct_init(LbdDistinct *distinct, uint16 limit, int bits)
{
	memset(distinct, 0, sizeof(*distinct));
	distinct->limit = limit;
	distinct->bits = bits;
}

/*
 * The registers, NULL as long as the count is exact.
 */
static inline uint8 *
registers_of(const LbdDistinct *distinct)
{
	return distinct->nslots == 0 ? (uint8 *) distinct->slots : NULL;
}

/*
 * The tallies of the slots.
 */
static inline uint64 *
tallies_of(const LbdDistinct *distinct)
{
	return distinct->slots + distinct->nslots;
}

/*
 * Whether there has been one value at most: it is in last, its tally in seed.
 */
static inline bool
has_only_value(const LbdDistinct *distinct)
{
	return distinct->slots == NULL;
}

/*
 * The memory that is allocated for the values.
 */
Size
lbd_distinct_size(const LbdDistinct *distinct)
{
	return has_only_value(distinct) ? 0 :
		distinct->nslots > 0 ? distinct->nslots * 2 * sizeof(uint64) :
		(Size) 1 << distinct->bits;
}

/*
 * Puts a hash, which is not 0, into the set so many times; what it needs is
 * allocated in context.
 */
void
lbd_distinct_insert(LbdDistinct *distinct, uint64 hash, int64 times,
					MemoryContext context)
{
	uint32		slot;
	uint64	   *tally;

	if (has_only_value(distinct))
	{
		if (distinct->used == 0 || distinct->last == hash)
		{
			distinct->used = 1;
			distinct->last = hash;
			distinct->seed = Min(distinct->seed + (uint64) times,
								 LBD_DISTINCT_MAX_TALLY);
			return;
		}
		distinct_grow(distinct, context);
	}
	else if (registers_of(distinct))
	{
		register_add(distinct, hash);
		distinct->last = hash;
		return;
	}
	slot = distinct_slot(distinct, hash);
	if (distinct->slots[slot] == 0)
	{
		if (distinct->used >= distinct->limit)
		{
			distinct_to_estimate(distinct, context);
			register_add(distinct, hash);
			distinct->last = hash;
			return;
		}
		if (distinct->used * 5 >= distinct->nslots * 4)
		{
			distinct_grow(distinct, context);
			slot = distinct_slot(distinct, hash);
		}
		distinct->slots[slot] = hash;
		distinct->used++;
	}
	tally = tallies_of(distinct) + slot;
	*tally = Min(*tally + (uint64) times, LBD_DISTINCT_MAX_TALLY);
	distinct->last_slot = slot;
	distinct->last = hash;
}

/*
 * Returns where a hash is, or the free slot where it would be.  Values are
 * data of users, who can find out their hashes: a multiplier that nobody knows
 * keeps them from choosing values that all have one slot.
 */
static uint32
distinct_slot(const LbdDistinct *distinct, uint64 hash)
{
	uint32		slot = (uint32) (hash * distinct->seed >>
								 (64 - pg_leftmost_one_pos32(distinct->nslots)));

	while (distinct->slots[slot] != 0 && distinct->slots[slot] != hash)
		slot = (slot + 1) & (distinct->nslots - 1);
	return slot;
}

/*
 * Makes slots for the only value, or more of them.  Counters are small and
 * many: what they leave to the allocator on the way would be more than what
 * they keep.
 */
static void
distinct_grow(LbdDistinct *distinct, MemoryContext context)
{
	LbdDistinct old = *distinct;

	if (has_only_value(&old))
		distinct->seed = pg_prng_uint64(&pg_global_prng_state) | 1;
	distinct->nslots = old.nslots == 0 ? LBD_DISTINCT_FIRST_SLOTS :
		old.nslots * 4;
	distinct->slots = MemoryContextAllocZero(context, distinct->nslots * 2 *
											 sizeof(uint64));
	if (has_only_value(&old))
	{
		uint32		slot = distinct_slot(distinct, old.last);

		distinct->slots[slot] = old.last;
		tallies_of(distinct)[slot] = old.seed;
	}
	for (uint32 i = 0; i < old.nslots; i++)
	{
		uint32		slot;

		if (old.slots[i] == 0)
			continue;
		slot = distinct_slot(distinct, old.slots[i]);
		distinct->slots[slot] = old.slots[i];
		tallies_of(distinct)[slot] = tallies_of(&old)[i];
	}
	if (old.slots)
		pfree(old.slots);
}

/*
 * Gives the exact set up for registers of the same values, in its memory where
 * that is of the same size.
 */
static void
distinct_to_estimate(LbdDistinct *distinct, MemoryContext context)
{
	Size		size = (Size) 1 << distinct->bits;
	uint32		nhashes = distinct->nslots > 0 ? distinct->nslots : distinct->used;
	uint64	   *hashes = palloc((nhashes + 1) * sizeof(uint64));

	memcpy(hashes, has_only_value(distinct) ? &distinct->last : distinct->slots,
		   nhashes * sizeof(uint64));
	if (lbd_distinct_size(distinct) == size)
		memset(distinct->slots, 0, size);
	else
	{
		if (distinct->slots)
			pfree(distinct->slots);
		distinct->slots = MemoryContextAllocZero(context, size);
	}
	distinct->nslots = 0;
	for (uint32 i = 0; i < nhashes; i++)
	{
		if (hashes[i] != 0)
			register_add(distinct, hashes[i]);
	}
	pfree(hashes);
}

/*
 * Counts a hash: its highest bits choose the register, which keeps the
 * largest position of the first one bit in the rest.
 */
static void
register_add(LbdDistinct *distinct, uint64 hash)
{
	uint32		high = hash >> LBD_DISTINCT_HASH_BITS;
	uint32		rest = high << distinct->bits;
	uint8	   *place = &registers_of(distinct)[high >> (LBD_DISTINCT_HASH_BITS -
														 distinct->bits)];
	uint8		position = LBD_DISTINCT_HASH_BITS - distinct->bits + 1;

	if (rest != 0)
		position = LBD_DISTINCT_HASH_BITS - pg_leftmost_one_pos32(rest);
	if (position > *place)
		*place = position;
}

/*
 * The number of values that the registers tell of, by Ertl's improved raw
 * estimator (2017), which has no bias at any size.
 */
static double
registers_estimate(const LbdDistinct *distinct)
{
	int			most = LBD_DISTINCT_HASH_BITS - distinct->bits + 1;
	double		n = (double) (1 << distinct->bits);
	int			counts[LBD_DISTINCT_HASH_BITS + 2] = {0};
	double		sum;

	for (int i = 0; i < 1 << distinct->bits; i++)
		counts[registers_of(distinct)[i]]++;
	sum = n * estimate_full(1 - counts[most] / n);
	for (int position = most - 1; position > 0; position--)
		sum = 0.5 * (sum + counts[position]);
	sum += n * estimate_empty(counts[0] / n);
	return n * n / (2 * log(2) * sum);
}

/* What the share of registers that are empty adds: Ertl's sigma. */
static double
estimate_empty(double share)
{
	double		factor = 1;
	double		sum = share;
	double		previous;

	if (share >= 1)
		return get_float8_infinity();
	do
	{
		share *= share;
		previous = sum;
		sum += share * factor;
		factor *= 2;
	} while (sum > previous);
	return sum;
}

/* What the share of registers that are not full adds: Ertl's tau. */
static double
estimate_full(double share)
{
	double		factor = 1;
	double		sum = 1 - share;
	double		previous;

	if (share <= 0 || share >= 1)
		return 0;
	do
	{
		share = sqrt(share);
		previous = sum;
		factor *= 0.5;
		sum -= (1 - share) * (1 - share) * factor;
	} while (sum < previous);
	return sum / 3;
}

/*
 * Returns the number of distinct values added, or its estimate.
 */
int64
lbd_distinct_count(const LbdDistinct *distinct)
{
	double		estimate;

	if (registers_of(distinct) == NULL)
		return distinct->used;
	/* Registers that are all full, as no values make them, tell of no end. */
	estimate = registers_estimate(distinct);
	return estimate < LBD_DISTINCT_MAX_TALLY ? llrint(estimate) :
		LBD_DISTINCT_MAX_TALLY;
}

/*
 * Returns how often the value has been added that was added most often; 0
 * where that is not known, or no value has been added.
 */
int64
lbd_distinct_most(const LbdDistinct *distinct)
{
	uint64		most = 0;

	if (has_only_value(distinct))
		return (int64) distinct->seed;
	for (uint32 i = 0; i < distinct->nslots; i++)
		most = Max(most, tallies_of(distinct)[i]);
	return (int64) most;
}

/*
 * Adds all that the other one has counted.  Both must have been prepared
 * alike: then what comes out depends only on what both have counted.
 */
void
lbd_distinct_merge(LbdDistinct *distinct, const LbdDistinct *other,
				   MemoryContext context)
{
	const uint8 *registers = registers_of(other);

	if (has_only_value(other) && other->used > 0)
		lbd_distinct_insert(distinct, other->last, (int64) other->seed,
							context);
	for (uint32 i = 0; i < other->nslots; i++)
	{
		if (other->slots[i] != 0)
			lbd_distinct_insert(distinct, other->slots[i],
								(int64) tallies_of(other)[i], context);
	}
	if (registers == NULL)
		return;
	if (registers_of(distinct) == NULL)
		distinct_to_estimate(distinct, context);
	for (int i = 0; i < 1 << distinct->bits; i++)
	{
		if (registers[i] > registers_of(distinct)[i])
			registers_of(distinct)[i] = registers[i];
	}
}

/*
 * The number of bytes that lbd_distinct_write appends.
 */
Size
lbd_distinct_written(const LbdDistinct *distinct)
{
	return sizeof(uint32) + (registers_of(distinct) ? (Size) 1 << distinct->bits :
							 (Size) distinct->used * 2 * sizeof(uint64));
}

/*
 * Appends what a counter has counted: the number of hashes, and each
 * with its tally, in ascending order; or UINT32_MAX and the registers.
 */
void
lbd_distinct_write(const LbdDistinct *distinct, StringInfo out)
{
	const uint8 *registers = registers_of(distinct);
	uint32		count = registers ? PG_UINT32_MAX : distinct->used;
	uint32		number = pg_hton32(count);

	appendBinaryStringInfo(out, (char *) &number, sizeof(number));
	if (registers)
		appendBinaryStringInfo(out, (const char *) registers,
							   1 << distinct->bits);
	else
		write_slots(distinct, out);
}

static void
write_slots(const LbdDistinct *distinct, StringInfo out)
{
	uint64	   *pairs = palloc(Max(distinct->used, 1) * 2 * sizeof(uint64));
	uint32		n = 0;

	if (has_only_value(distinct) && distinct->used > 0)
	{
		pairs[n++] = distinct->last;
		pairs[n++] = Min(distinct->seed, LBD_DISTINCT_MAX_TALLY);
	}
	for (uint32 i = 0; i < distinct->nslots; i++)
	{
		if (distinct->slots[i] == 0)
			continue;
		pairs[n++] = distinct->slots[i];
		pairs[n++] = Min(tallies_of(distinct)[i], LBD_DISTINCT_MAX_TALLY);
	}
	qsort(pairs, n / 2, 2 * sizeof(uint64), distinct_compare);
	for (uint32 i = 0; i < n; i++)
		pairs[i] = pg_hton64(pairs[i]);
	appendBinaryStringInfo(out, (char *) pairs, n * sizeof(uint64));
	pfree(pairs);
}

static int
distinct_compare(const void *a, const void *b)
{
	uint64		left = *(const uint64 *) a;
	uint64		right = *(const uint64 *) b;

	return left < right ? -1 : left > right;
}

/*
 * Reads what lbd_distinct_write has written into an empty counter; so many
 * values have been counted at most.  Returns NULL, or what is wrong with it.
 */
const char *
lbd_distinct_read(LbdDistinct *distinct, StringInfo in, int64 values,
				  MemoryContext context)
{
	uint32		count;

	if ((Size) (in->len - in->cursor) < sizeof(count))
		return "they end too early";
	memcpy(&count, in->data + in->cursor, sizeof(count));
	in->cursor += sizeof(count);
	count = pg_ntoh32(count);
	if (count == PG_UINT32_MAX)
		return read_registers(distinct, in, values, context);
	if (count > distinct->limit)
		return "there are too many hashes";
	return read_slots(distinct, in, count, values, context);
}

static const char *
read_slots(LbdDistinct *distinct, StringInfo in, uint32 count, int64 values,
		   MemoryContext context)
{
	uint64		previous = 0;
	uint64		hash;
	uint64		times;

	for (uint32 i = 0; i < count; i++)
	{
		if (!read_word(in, &hash) || !read_word(in, &times))
			return "they end too early";
		if (hash <= previous)
			return "a hash is not above the one before it";
		if (times == 0 || times > LBD_DISTINCT_MAX_TALLY)
			return "a tally is out of range";
		if ((int64) times > values)
			return "there are more than there are values";
		values -= times;
		lbd_distinct_insert(distinct, hash, (int64) times, context);
		previous = hash;
	}
	return NULL;
}

/*
 * There are registers only for more values than are counted exactly, and of
 * each a value has been counted at least.
 */
static const char *
read_registers(LbdDistinct *distinct, StringInfo in, int64 values,
			   MemoryContext context)
{
	int			n = 1 << distinct->bits;
	int			most = LBD_DISTINCT_HASH_BITS - distinct->bits + 1;
	int			used = 0;

	if (in->len - in->cursor < n)
		return "they end too early";
	distinct_to_estimate(distinct, context);
	memcpy(registers_of(distinct), in->data + in->cursor, n);
	in->cursor += n;
	for (int i = 0; i < n; i++)
	{
		if (registers_of(distinct)[i] > most)
			return "a register is out of range";
		used += registers_of(distinct)[i] > 0;
	}
	if (Max(used, distinct->limit + 1) > values)
		return "there are more than there are values";
	return NULL;
}

static bool
read_word(StringInfo in, uint64 *word)
{
	if ((Size) (in->len - in->cursor) < sizeof(*word))
		return false;
	memcpy(word, in->data + in->cursor, sizeof(*word));
	in->cursor += sizeof(*word);
	*word = pg_ntoh64(*word);
	return true;
}

/*
 * Frees what the counter has allocated.
 */
void
lbd_distinct_free(LbdDistinct *distinct)
{
	if (distinct->slots)
		pfree(distinct->slots);
	memset(distinct, 0, sizeof(*distinct));
}
