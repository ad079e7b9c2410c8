/*-------------------------------------------------------------------------
 *
 * encoder_zstd.c
 *	  Zstandard, by libzstd.
 *
 * The library's defaults but for the level: no checksum, and no size in front
 * as that is not known.  Its state, up to 90 MB at level 19, is outside the
 * server's memory contexts: a callback of the encoder's context frees it.
 *
 * It compresses a block of text when it has one, 128 kB.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "json/encoder_method.h"

#ifdef LBD_WITH_ZSTD

#include <zstd.h>
#include <zstd_errors.h>

#include "utils/memutils.h"

typedef struct LbdZstd
{
	ZSTD_CCtx  *stream;			/* the library's state, or NULL */
	MemoryContextCallback callback; /* frees it with the context */
	char		out[32 * 1024]; /* compressed bytes, overwritten each time */
} LbdZstd;

static void *zstd_create(int level, MemoryContext context);
static int64 zstd_run(void *state, const char *data, Size len,
					  LbdEncoderStep step);
static void zstd_end(void *state);

static void *
zstd_create(int level, MemoryContext context)
{
	LbdZstd    *zstd = MemoryContextAllocZero(context, sizeof(LbdZstd));

	zstd->callback.func = zstd_end;
	zstd->callback.arg = zstd;
	MemoryContextRegisterResetCallback(context, &zstd->callback);
	zstd->stream = ZSTD_createCCtx();
	if (zstd->stream == NULL ||
		ZSTD_isError(ZSTD_CCtx_setParameter(zstd->stream,
											ZSTD_c_compressionLevel, level)))
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of memory"),
				 errdetail("Failed to start the compression of the payload.")));
	return zstd;
}

static int64
zstd_run(void *state, const char *data, Size len, LbdEncoderStep step)
{
	static const ZSTD_EndDirective directives[] = {
		[LBD_ENCODER_ADD] = ZSTD_e_continue,
		[LBD_ENCODER_FLUSH] = ZSTD_e_flush,
		[LBD_ENCODER_END] = ZSTD_e_end
	};
	LbdZstd    *zstd = state;
	ZSTD_inBuffer in = {data, len, 0};
	size_t		left;
	int64		bytes = 0;

	do
	{
		ZSTD_outBuffer out = {zstd->out, sizeof(zstd->out), 0};

		left = ZSTD_compressStream2(zstd->stream, &out, &in, directives[step]);
		if (ZSTD_isError(left))
			ereport(ERROR,
					(errcode(ZSTD_getErrorCode(left) == ZSTD_error_memory_allocation ?
							 ERRCODE_OUT_OF_MEMORY : ERRCODE_INTERNAL_ERROR),
					 errmsg("could not compress with zstd: %s",
							ZSTD_getErrorName(left))));
		bytes += out.pos;
	} while (step == LBD_ENCODER_ADD ? in.pos < in.size : left > 0);
	return bytes;
}

/*
 * Frees the library's state.  What is the server's goes with its context.
 */
static void
zstd_end(void *state)
{
	LbdZstd    *zstd = state;

	ZSTD_freeCCtx(zstd->stream);
	zstd->stream = NULL;
}

#endif							/* LBD_WITH_ZSTD */

/*
 * Levels end at 19: the window of higher ones is larger than the 8 MB that
 * clients must accept (RFC 9659).
 */
const LbdEncoderMethod lbd_zstd_method = {
	.name = "zstd",
	.library = "zstd",
	.lowest = 1,
	.highest = 19,
	.by_default = 3,
	.quick = 12,
#ifdef LBD_WITH_ZSTD
	.function = {"zstd", __FILE__, __LINE__, "compress"},
	.piece = 64 * 1024,
	.create = zstd_create,
	.run = zstd_run,
	.end = zstd_end,
#endif
};
