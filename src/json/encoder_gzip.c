/*-------------------------------------------------------------------------
 *
 * encoder_gzip.c
 *	  gzip, by zlib.
 *
 * zlib's state is allocated in the encoder's memory context: 256 kB and a
 * buffer for what comes out.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <zlib.h>

#include "utils/memutils.h"

#include "json/encoder_method.h"

#define LBD_GZIP_WINDOW		(15 + 16)	/* zlib: 32 kB window, gzip framing */
#define LBD_GZIP_MEMORY		8	/* zlib's default */

typedef struct LbdGzip
{
	z_stream	stream;			/* zlib's state */
	LbdAttribution *attribution;	/* reads what comes out, or NULL */
	Bytef		out[32 * 1024]; /* compressed bytes, overwritten each time */
} LbdGzip;

static void *gzip_create(int level, MemoryContext context);
static int64 gzip_run(void *state, const char *data, Size len,
					  LbdEncoderStep step);
static void gzip_end(void *state);
static void gzip_attribute(void *state, LbdAttribution *attribution);

const LbdEncoderMethod lbd_gzip_method = {
	.name = "gzip",
	.library = "zlib",
	.lowest = 1,
	.highest = 9,
	.by_default = 6,
	.quick = 9,
	.function = {"gzip", __FILE__, __LINE__, "compress"},
	.piece = 256 * 1024,
	.create = gzip_create,
	.run = gzip_run,
	.end = gzip_end,
	.attribute = gzip_attribute
};

static voidpf
gzip_alloc(voidpf opaque, uInt items, uInt size)
{
	return MemoryContextAllocExtended((MemoryContext) opaque,
									  (Size) items * size,
									  MCXT_ALLOC_NO_OOM);
}

static void
gzip_free(voidpf opaque, voidpf address)
{
	pfree(address);
}

static void *
gzip_create(int level, MemoryContext context)
{
	LbdGzip    *gzip = MemoryContextAllocZero(context, sizeof(LbdGzip));
	int			result;

	gzip->stream.zalloc = gzip_alloc;
	gzip->stream.zfree = gzip_free;
	gzip->stream.opaque = context;
	result = deflateInit2(&gzip->stream, level, Z_DEFLATED, LBD_GZIP_WINDOW,
						  LBD_GZIP_MEMORY, Z_DEFAULT_STRATEGY);
	if (result == Z_MEM_ERROR)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of memory"),
				 errdetail("Failed to start the compression of the payload.")));
	if (result != Z_OK)
		elog(ERROR, "could not start compression: zlib error %d", result);
	return gzip;
}

static int64
gzip_run(void *state, const char *data, Size len, LbdEncoderStep step)
{
	static const int flushes[] = {
		[LBD_ENCODER_ADD] = Z_NO_FLUSH,
		[LBD_ENCODER_FLUSH] = Z_SYNC_FLUSH,
		[LBD_ENCODER_END] = Z_FINISH
	};
	LbdGzip    *gzip = state;
	int64		bytes = 0;

	gzip->stream.next_in = (Bytef *) data;
	gzip->stream.avail_in = len;
	do
	{
		int			result;
		Size		out;

		gzip->stream.next_out = gzip->out;
		gzip->stream.avail_out = sizeof(gzip->out);
		result = deflate(&gzip->stream, flushes[step]);
		if (result == Z_STREAM_ERROR)
			elog(ERROR, "could not compress: zlib error %d", result);
		out = sizeof(gzip->out) - gzip->stream.avail_out;
		if (gzip->attribution)
			lbd_attribution_decode(gzip->attribution, gzip->out, out);
		bytes += out;
	} while (gzip->stream.avail_out == 0);
	return bytes;
}

static void
gzip_end(void *state)
{
	LbdGzip    *gzip = state;

	(void) deflateEnd(&gzip->stream);
	pfree(gzip);
}

static void
gzip_attribute(void *state, LbdAttribution *attribution)
{
	LbdGzip    *gzip = state;

	gzip->attribution = attribution;
}
