/*-------------------------------------------------------------------------
 *
 * deflate_decoder.h
 *	  The symbols of a deflate stream with gzip's framing (RFC 1951, 1952).
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_DEFLATE_DECODER_H
#define LBD_DEFLATE_DECODER_H

/* Codes that are so long are found in a table, longer ones bit by bit. */
#define LBD_FAST_BITS	10

/* The longest code of deflate. */
#define LBD_CODE_BITS	15

/* Symbols that a code can have. */
#define LBD_MAX_SYMBOLS	288

/* A canonical Huffman code. */
typedef struct LbdHuffman
{
	uint16		fast[1 << LBD_FAST_BITS];	/* 16 x symbol + length, or 0 */
	uint16		count[LBD_CODE_BITS + 1];	/* symbols by length */
	uint16		symbols[LBD_MAX_SYMBOLS];	/* in the order of their codes */
} LbdHuffman;

/* Called for each symbol: so many bits that stand for so many bytes of text. */
typedef void (*LbdSymbol) (void *arg, int bits, int64 len);

typedef enum LbdDecoderState
{
	LBD_DECODER_FRAME,			/* gzip's header comes next */
	LBD_DECODER_BLOCK,			/* a block's header */
	LBD_DECODER_STORED,			/* bytes of a stored block */
	LBD_DECODER_SYMBOLS,		/* symbols of a block */
	LBD_DECODER_DONE			/* gzip's trailer, or nothing */
} LbdDecoderState;

/* What has come and is not yet read, with a margin for reading 8 bytes. */
#define LBD_DECODER_BUFFER	(64 * 1024)
#define LBD_DECODER_MARGIN	8

typedef struct LbdDecoder
{
	LbdDecoderState state;		/* what comes next */
	bool		last;			/* the present block is the last one */
	int64		stored;			/* bytes left of a stored block */
	int64		position;		/* next bit in the buffer */
	int64		end;			/* bits in the buffer */
	LbdHuffman	literals;		/* code of literals and lengths */
	LbdHuffman	distances;		/* code of distances */
	unsigned char buffer[LBD_DECODER_BUFFER + LBD_DECODER_MARGIN];
} LbdDecoder;

extern void lbd_decoder_read(LbdDecoder *decoder, const unsigned char *data,
							 Size len, LbdSymbol symbol, void *arg);

#endif							/* LBD_DEFLATE_DECODER_H */
