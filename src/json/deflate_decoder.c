/*-------------------------------------------------------------------------
 *
 * deflate_decoder.c
 *	  The symbols of a deflate stream with gzip's framing.
 *
 * The text itself is not restored: what is wanted is how many bits each symbol
 * takes, and for how many bytes.  The stream is one that zlib has just made in
 * this process; anything that deflate does not allow is an error all the same.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "port/pg_bswap.h"

#include "json/deflate_decoder.h"

/* gzip's header without optional fields, in bits. */
#define LBD_GZIP_HEADER		80

/* A symbol with the extra bits of length and distance, at most. */
#define LBD_SYMBOL_BITS		48

#define LBD_END_OF_BLOCK	256
#define LBD_LENGTHS			29
#define LBD_DISTANCES		30

static const uint16 length_base[LBD_LENGTHS] = {
	3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31,
	35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258
};
static const uint8 length_extra[LBD_LENGTHS] = {
	0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2,
	3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0
};
static const uint8 distance_extra[LBD_DISTANCES] = {
	0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6,
	7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13
};

static bool read_block(LbdDecoder *decoder);
static bool read_stored_header(LbdDecoder *decoder);
static void set_fixed_codes(LbdDecoder *decoder);
static bool read_codes(LbdDecoder *decoder);
static bool read_lengths(LbdDecoder *decoder, const LbdHuffman *code,
						 uint8 *lengths, int n);
static void read_stored(LbdDecoder *decoder, LbdSymbol symbol, void *arg);
static bool read_symbols(LbdDecoder *decoder, LbdSymbol symbol, void *arg);
static void set_code(LbdHuffman *code, const uint8 *lengths, int n);

static void
broken_stream(void)
{
	elog(ERROR, "compressed text cannot be read");
}

/*
 * The next bits of the stream, at least 56, with zeros after its end.
 */
static inline uint64
peek_bits(const LbdDecoder *decoder)
{
	uint64		bits;

	memcpy(&bits, decoder->buffer + decoder->position / 8, sizeof(bits));
#ifdef WORDS_BIGENDIAN
	bits = pg_bswap64(bits);
#endif
	return bits >> (decoder->position % 8);
}

static inline int
take_bits(LbdDecoder *decoder, int n)
{
	int			value = (int) (peek_bits(decoder) & ((1 << n) - 1));

	decoder->position += n;
	return value;
}

/*
 * Finds the symbol that bits begin with, and the length of its code.  Returns
 * -1 where there is none.
 */
static inline int
find_symbol(const LbdHuffman *code, uint64 bits, int *len)
{
	int			entry = code->fast[bits & ((1 << LBD_FAST_BITS) - 1)];
	int			value = 0;
	int			first = 0;
	int			index = 0;

	if (likely(entry != 0))
	{
		*len = entry & 15;
		return entry >> 4;
	}
	for (int i = 1; i <= LBD_CODE_BITS; i++)
	{
		value |= (bits >> (i - 1)) & 1;
		if (value - code->count[i] < first)
		{
			*len = i;
			return code->symbols[index + value - first];
		}
		index += code->count[i];
		first = (first + code->count[i]) << 1;
		value <<= 1;
	}
	return -1;
}

/*
 * Reads a piece of the stream, and calls symbol for each symbol that is
 * complete.
 */
void
lbd_decoder_read(LbdDecoder *decoder, const unsigned char *data, Size len,
				 LbdSymbol symbol, void *arg)
{
	bool		going = true;
	Size		read = decoder->position / 8;
	Size		kept = decoder->end / 8 - read;

	if (kept + len > LBD_DECODER_BUFFER)
		broken_stream();
	memmove(decoder->buffer, decoder->buffer + read, kept);
	memcpy(decoder->buffer + kept, data, len);
	memset(decoder->buffer + kept + len, 0, LBD_DECODER_MARGIN);
	decoder->position %= 8;
	decoder->end = (int64) (kept + len) * 8;
	while (going)
	{
		switch (decoder->state)
		{
			case LBD_DECODER_FRAME:
				going = decoder->end >= LBD_GZIP_HEADER;
				if (going)
				{
					decoder->position = LBD_GZIP_HEADER;
					decoder->state = LBD_DECODER_BLOCK;
				}
				break;
			case LBD_DECODER_BLOCK:
				going = read_block(decoder);
				break;
			case LBD_DECODER_STORED:
				read_stored(decoder, symbol, arg);
				going = decoder->state != LBD_DECODER_STORED;
				break;
			case LBD_DECODER_SYMBOLS:
				going = read_symbols(decoder, symbol, arg);
				break;
			case LBD_DECODER_DONE:
				decoder->position = decoder->end;
				going = false;
				break;
		}
	}
}

/*
 * Reads the header of a block.  Returns false, with nothing read, where it is
 * not yet complete.
 */
static bool
read_block(LbdDecoder *decoder)
{
	int64		start = decoder->position;
	bool		complete = false;

	if (decoder->end - start < 3)
		return false;
	decoder->last = take_bits(decoder, 1);
	switch (take_bits(decoder, 2))
	{
		case 0:
			complete = read_stored_header(decoder);
			break;
		case 1:
			set_fixed_codes(decoder);
			decoder->state = LBD_DECODER_SYMBOLS;
			complete = true;
			break;
		case 2:
			complete = read_codes(decoder);
			break;
		default:
			broken_stream();
	}
	if (!complete)
		decoder->position = start;
	return complete;
}

static bool
read_stored_header(LbdDecoder *decoder)
{
	decoder->position = (decoder->position + 7) / 8 * 8;
	if (decoder->end - decoder->position < 32)
		return false;
	decoder->stored = take_bits(decoder, 16);
	if (take_bits(decoder, 16) != (decoder->stored ^ 0xffff))
		broken_stream();
	decoder->state = LBD_DECODER_STORED;
	return true;
}

/*
 * Reads the bytes of a stored block that have come.
 */
static void
read_stored(LbdDecoder *decoder, LbdSymbol symbol, void *arg)
{
	int64		len = Min((decoder->end - decoder->position) / 8,
						  decoder->stored);

	for (int64 i = 0; i < len; i++)
		symbol(arg, 8, 1);
	decoder->position += len * 8;
	decoder->stored -= len;
	if (decoder->stored == 0)
		decoder->state = decoder->last ? LBD_DECODER_DONE : LBD_DECODER_BLOCK;
}

/*
 * The codes that deflate gives.
 */
static void
set_fixed_codes(LbdDecoder *decoder)
{
	uint8		lengths[LBD_MAX_SYMBOLS];

	memset(lengths, 8, 144);
	memset(lengths + 144, 9, 256 - 144);
	memset(lengths + 256, 7, 280 - 256);
	memset(lengths + 280, 8, LBD_MAX_SYMBOLS - 280);
	set_code(&decoder->literals, lengths, LBD_MAX_SYMBOLS);
	memset(lengths, 5, LBD_DISTANCES);
	set_code(&decoder->distances, lengths, LBD_DISTANCES);
}

/*
 * Reads the codes in front of a block.  Returns false where they
 * are not yet complete.
 */
static bool
read_codes(LbdDecoder *decoder)
{
	static const uint8 order[19] = {
		16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15
	};
	uint8		lengths[LBD_MAX_SYMBOLS + 32] = {0};
	LbdHuffman	code;
	int			nliterals;
	int			ndistances;
	int			ncodes;

	if (decoder->end - decoder->position < 14 + 19 * 3)
		return false;
	nliterals = take_bits(decoder, 5) + 257;
	ndistances = take_bits(decoder, 5) + 1;
	ncodes = take_bits(decoder, 4) + 4;
	if (nliterals > LBD_LENGTHS + 257 || ndistances > LBD_DISTANCES)
		broken_stream();
	for (int i = 0; i < ncodes; i++)
		lengths[order[i]] = take_bits(decoder, 3);
	set_code(&code, lengths, lengthof(order));
	if (!read_lengths(decoder, &code, lengths, nliterals + ndistances))
		return false;
	set_code(&decoder->literals, lengths, nliterals);
	set_code(&decoder->distances, lengths + nliterals, ndistances);
	decoder->state = LBD_DECODER_SYMBOLS;
	return true;
}

/*
 * Reads the lengths of n codes, which are in a code themselves: 16 repeats the
 * length before, 17 and 18 are zeros.
 */
static bool
read_lengths(LbdDecoder *decoder, const LbdHuffman *code, uint8 *lengths,
			 int n)
{
	static const uint8 extra[] = {2, 3, 7};
	static const uint8 least[] = {3, 3, 11};
	int			i = 0;

	while (i < n)
	{
		int			len = 0;
		int			repeated = 1;
		int			value = 0;
		int			symbol = find_symbol(code, peek_bits(decoder), &len);

		if (decoder->end - decoder->position < LBD_CODE_BITS + 7 &&
			(symbol < 0 || decoder->position + len +
			 (symbol < 16 ? 0 : extra[symbol - 16]) > decoder->end))
			return false;
		if (symbol < 0)
			broken_stream();
		decoder->position += len;
		if (symbol < 16)
			value = symbol;
		else
		{
			if (symbol == 16 && i == 0)
				broken_stream();
			value = symbol == 16 ? lengths[i - 1] : 0;
			repeated = least[symbol - 16] + take_bits(decoder,
													  extra[symbol - 16]);
		}
		if (repeated > n - i)
			broken_stream();
		memset(lengths + i, value, repeated);
		i += repeated;
	}
	return true;
}

/*
 * Reads the symbols of a block that have come.  Returns whether that was all
 * of it.
 */
static bool
read_symbols(LbdDecoder *decoder, LbdSymbol symbol, void *arg)
{
	for (;;)
	{
		uint64		bits = peek_bits(decoder);
		int			len = 0;
		int			distance_len = 0;
		int			found = find_symbol(&decoder->literals, bits, &len);
		int			text = 1;

		if (found > LBD_END_OF_BLOCK && found < LBD_END_OF_BLOCK + 1 + LBD_LENGTHS)
		{
			int			number = found - LBD_END_OF_BLOCK - 1;

			text = length_base[number] + ((bits >> len) &
										  ((1 << length_extra[number]) - 1));
			len += length_extra[number];
			found = find_symbol(&decoder->distances, bits >> len,
								&distance_len);
			if (found >= 0 && found < LBD_DISTANCES)
				len += distance_len + distance_extra[found];
			else
				found = -1;
		}
		else if (found == LBD_END_OF_BLOCK)
			text = 0;
		else if (found > LBD_END_OF_BLOCK)
			found = -1;
		if (decoder->position + (found < 0 ? LBD_SYMBOL_BITS : len) > decoder->end)
			return false;
		if (found < 0)
			broken_stream();
		decoder->position += len;
		if (text == 0)
			break;
		symbol(arg, len, text);
	}
	decoder->state = decoder->last ? LBD_DECODER_DONE : LBD_DECODER_BLOCK;
	return true;
}

/*
 * Makes a canonical code of the lengths of its symbols, 0 for those that it
 * does not have.
 */
static void
set_code(LbdHuffman *code, const uint8 *lengths, int n)
{
	uint16		next[LBD_CODE_BITS + 2] = {0};	/* code by length */
	uint16		index[LBD_CODE_BITS + 2] = {0}; /* in symbols, by length */
	int			left = 1;

	memset(code->fast, 0, sizeof(code->fast));
	memset(code->count, 0, sizeof(code->count));
	for (int i = 0; i < n; i++)
		code->count[lengths[i]]++;
	code->count[0] = 0;
	for (int len = 1; len <= LBD_CODE_BITS; len++)
	{
		left = 2 * left - code->count[len];
		if (left < 0)
			broken_stream();
		next[len + 1] = (next[len] + code->count[len]) << 1;
		index[len + 1] = index[len] + code->count[len];
	}
	for (int i = 0; i < n; i++)
	{
		int			len = lengths[i];
		int			reversed = 0;
		int			value;

		if (len == 0)
			continue;
		code->symbols[index[len]++] = i;
		value = next[len]++;
		if (len > LBD_FAST_BITS)
			continue;
		for (int bit = 0; bit < len; bit++)
			reversed |= ((value >> bit) & 1) << (len - 1 - bit);
		for (; reversed < 1 << LBD_FAST_BITS; reversed += 1 << len)
			code->fast[reversed] = i << 4 | len;
	}
}
