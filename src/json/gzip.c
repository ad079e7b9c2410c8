/*-------------------------------------------------------------------------
 *
 * gzip.c
 *	  What wire text weighs when it is compressed.
 *
 * The compressed bytes are counted and dropped.  zlib's state is allocated
 * in a memory context, so that an error in the middle leaks nothing.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <zlib.h>

#include "miscadmin.h"
#include "utils/memutils.h"

#include "json/gzip.h"

#define LBD_GZIP_LEVEL		6
#define LBD_GZIP_WINDOW		(15 + 16)	/* zlib: 32 kB window, gzip framing */
#define LBD_GZIP_MEMORY		8			/* zlib's default */

/* Compressed at once, so that a cancel does not wait for a long text. */
#define LBD_GZIP_PIECE		(256 * 1024)

struct LbdGzip
{
	z_stream	stream;			/* zlib's state */
	int64		counted;		/* compressed bytes up to the last boundary */
	int64		total;			/* compressed bytes so far */
	LbdProfile *profile;		/* books the time of it, or NULL */
	Bytef		out[32 * 1024]; /* compressed bytes, overwritten each time */
};

static void gzip_run(LbdGzip *gzip, int flush);

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

/*
 * Starts a stream of a content encoding, as lbd_gzip_create does; NULL for
 * none.
 */
LbdGzip *
lbd_encoding_create(const char *encoding, MemoryContext context,
					LbdProfile *profile)
{
	if (strcmp(encoding, "none") == 0)
		return NULL;
	if (strcmp(encoding, "gzip:6") == 0)
		return lbd_gzip_create(context, profile);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unrecognized encoding \"%s\"", encoding),
			 errhint("The encodings are: none, gzip:6.")));
}

/*
 * Starts a stream; it lives in context, and goes with it.  profile may be
 * NULL.
 */
LbdGzip *
lbd_gzip_create(MemoryContext context, LbdProfile *profile)
{
	LbdGzip    *gzip = MemoryContextAllocZero(context, sizeof(LbdGzip));
	int			result;

	gzip->profile = profile;
	gzip->stream.zalloc = gzip_alloc;
	gzip->stream.zfree = gzip_free;
	gzip->stream.opaque = context;
	result = deflateInit2(&gzip->stream, LBD_GZIP_LEVEL, Z_DEFLATED,
						  LBD_GZIP_WINDOW, LBD_GZIP_MEMORY,
						  Z_DEFAULT_STRATEGY);
	if (result == Z_MEM_ERROR)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of memory"),
				 errdetail("Failed to start the compression of the payload.")));
	if (result != Z_OK)
		elog(ERROR, "could not start compression: zlib error %d", result);
	return gzip;
}

/*
 * Compresses text.
 */
void
lbd_gzip_write(LbdGzip *gzip, const char *data, Size len)
{
	while (len > 0)
	{
		Size		piece = Min(len, LBD_GZIP_PIECE);

		CHECK_FOR_INTERRUPTS();
		gzip->stream.next_in = (Bytef *) data;
		gzip->stream.avail_in = piece;
		gzip_run(gzip, Z_NO_FLUSH);
		data += piece;
		len -= piece;
	}
}

/*
 * Flushes, so that all text so far has its compressed bytes, and returns how
 * many those of the text since the last boundary are.  The first piece has
 * the gzip header, the last one the trailer, and nothing can follow it.
 */
int64
lbd_gzip_boundary(LbdGzip *gzip, bool last)
{
	int64		bytes;

	gzip->stream.next_in = NULL;
	gzip->stream.avail_in = 0;
	gzip_run(gzip, last ? Z_FINISH : Z_SYNC_FLUSH);
	bytes = gzip->total - gzip->counted;
	gzip->counted = gzip->total;
	if (last)
		deflateEnd(&gzip->stream);
	return bytes;
}

static void
gzip_run(LbdGzip *gzip, int flush)
{
	LBD_ENTER(gzip->profile, "gzip");
	do
	{
		int			result;

		gzip->stream.next_out = gzip->out;
		gzip->stream.avail_out = sizeof(gzip->out);
		result = deflate(&gzip->stream, flush);
		if (result == Z_STREAM_ERROR)
			elog(ERROR, "could not compress: zlib error %d", result);
		gzip->total += sizeof(gzip->out) - gzip->stream.avail_out;
	} while (gzip->stream.avail_out == 0);
	LBD_LEAVE(gzip->profile);
}
