/*-------------------------------------------------------------------------
 *
 * encoder_brotli.c
 *	  brotli, by libbrotlienc.
 *
 * The library's defaults but for the quality: a window of 4 MB.  Its state is
 * allocated in the encoder's memory context, up to 90 MB at level 11.
 *
 * It compresses a block of text when it has one, 256 kB at levels from 9 on.
 * Interrupts are looked for where it allocates too: an error leaves its
 * functions there, which is safe as its state is memory and nothing else, and
 * is not used again.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "json/encoder_method.h"

#ifdef LBD_WITH_BROTLI

#include <brotli/encode.h>

#include "miscadmin.h"
#include "utils/memutils.h"

/*
 * Levels 0 and 1 compress what one call gives them, so what comes out would
 * depend on how the text is cut.  They get the blocks of the program brotli.
 */
#define LBD_BROTLI_CUT		1
#define LBD_BROTLI_BLOCK	(512 * 1024)

typedef struct LbdBrotli
{
	BrotliEncoderState *encoder;	/* the library's state */
	char	   *block;			/* gathers text, or NULL: it is passed on */
	Size		len;			/* of the text in block */
} LbdBrotli;

static void *brotli_create(int level, MemoryContext context);
static int64 brotli_run(void *state, const char *data, Size len,
						LbdEncoderStep step);
static int64 brotli_gather(LbdBrotli *brotli, const char **data, Size *len);
static int64 brotli_compress(LbdBrotli *brotli, const char *data, Size len,
							 LbdEncoderStep step);
static void brotli_end(void *state);

static void *
brotli_alloc(void *opaque, size_t size)
{
	CHECK_FOR_INTERRUPTS();
	return MemoryContextAllocExtended((MemoryContext) opaque, size,
									  MCXT_ALLOC_NO_OOM | MCXT_ALLOC_HUGE);
}

static void
brotli_free(void *opaque, void *address)
{
	if (address)
		pfree(address);
}

static void *
brotli_create(int level, MemoryContext context)
{
	LbdBrotli  *brotli = MemoryContextAllocZero(context, sizeof(LbdBrotli));

	if (level <= LBD_BROTLI_CUT)
		brotli->block = MemoryContextAlloc(context, LBD_BROTLI_BLOCK);
	brotli->encoder = BrotliEncoderCreateInstance(brotli_alloc, brotli_free,
												  context);
	if (brotli->encoder == NULL ||
		!BrotliEncoderSetParameter(brotli->encoder, BROTLI_PARAM_QUALITY,
								   level))
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of memory"),
				 errdetail("Failed to start the compression of the payload.")));
	return brotli;
}

static int64
brotli_run(void *state, const char *data, Size len, LbdEncoderStep step)
{
	LbdBrotli  *brotli = state;
	int64		bytes = 0;

	if (brotli->block == NULL)
		return brotli_compress(brotli, data, len, step);
	while (len > 0)
		bytes += brotli_gather(brotli, &data, &len);
	if (step != LBD_ENCODER_ADD)
	{
		bytes += brotli_compress(brotli, brotli->block, brotli->len, step);
		brotli->len = 0;
	}
	return bytes;
}

/*
 * Moves text into the block, and compresses that when it is full.
 */
static int64
brotli_gather(LbdBrotli *brotli, const char **data, Size *len)
{
	Size		part = Min(*len, LBD_BROTLI_BLOCK - brotli->len);

	memcpy(brotli->block + brotli->len, *data, part);
	brotli->len += part;
	*data += part;
	*len -= part;
	if (brotli->len < LBD_BROTLI_BLOCK)
		return 0;
	brotli->len = 0;
	return brotli_compress(brotli, brotli->block, LBD_BROTLI_BLOCK,
						   LBD_ENCODER_ADD);
}

/*
 * Compresses, and counts what comes out, which stays in the library's own
 * buffer.
 */
static int64
brotli_compress(LbdBrotli *brotli, const char *data, Size len,
				LbdEncoderStep step)
{
	static const BrotliEncoderOperation operations[] = {
		[LBD_ENCODER_ADD] = BROTLI_OPERATION_PROCESS,
		[LBD_ENCODER_FLUSH] = BROTLI_OPERATION_FLUSH,
		[LBD_ENCODER_END] = BROTLI_OPERATION_FINISH
	};
	const uint8_t *next = (const uint8_t *) data;
	int64		bytes = 0;

	do
	{
		size_t		out_len = 0;
		size_t		taken = 0;

		if (!BrotliEncoderCompressStream(brotli->encoder, operations[step],
										 &len, &next, &out_len, NULL, NULL))
			ereport(ERROR,
					(errcode(ERRCODE_OUT_OF_MEMORY),
					 errmsg("out of memory"),
					 errdetail("Failed to compress the payload with brotli.")));
		(void) BrotliEncoderTakeOutput(brotli->encoder, &taken);
		bytes += taken;
	} while (len > 0 || BrotliEncoderHasMoreOutput(brotli->encoder));
	return bytes;
}

static void
brotli_end(void *state)
{
	LbdBrotli  *brotli = state;

	BrotliEncoderDestroyInstance(brotli->encoder);
	if (brotli->block)
		pfree(brotli->block);
	pfree(brotli);
}

#endif							/* LBD_WITH_BROTLI */

const LbdEncoderMethod lbd_brotli_method = {
	.name = "br",
	.library = "brotli",
	.lowest = 0,
	.highest = 11,
	.by_default = 4,
	.quick = 9,
#ifdef LBD_WITH_BROTLI
	.function = {"brotli", __FILE__, __LINE__, "compress"},
	.piece = 64 * 1024,
	.create = brotli_create,
	.run = brotli_run,
	.end = brotli_end,
#endif
};
