/*-------------------------------------------------------------------------
 *
 * engine.c
 *	  A user of the engine that knows of no leaderboard: for 005_engine.pl.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "json/deflate_decoder.h"
#include "json/encoder.h"
#include "json/events.h"

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(engine_write);
/*
 * engine_write(document jsonb, dropped text) -> text
 *
 * The document as compact text, without the member that a path names, or with
 * all of them where that is NULL.  An error where the account of the bytes is
 * not the length of the text, or it cannot be compressed.
 */
Datum
engine_write(PG_FUNCTION_ARGS)
{
	LbdTransform transform = {.round_digits = -1};
	LbdEncoder *encoder = lbd_encoder_create(lbd_encoding_read("gzip:6"),
											 CurrentMemoryContext, NULL);
	LbdFormat	format;
	LbdWriter  *writer;
	LbdItem		item;
	char	   *written;
	Size		len;

	lbd_format_init(&format, true, true, false, LBD_EMBED_JSON);
	writer = lbd_writer_create(CurrentMemoryContext, &format, true);
	if (!PG_ARGISNULL(1))
	{
		transform.paths = palloc0(sizeof(LbdTransformPath));
		transform.paths->path = text_to_cstring(PG_GETARG_TEXT_PP(1));
		transform.paths->drop = true;
		transform.npaths = 1;
		lbd_transform_begin(&transform, writer);
	}
	lbd_item_from_jsonb(&item, PG_GETARG_JSONB_P(0));
	lbd_write_item(writer, &item);
	lbd_write_end(writer);
	written = lbd_writer_text(writer, &len);
	if (lbd_stats_sum(writer->tree) != (int64) len)
		elog(ERROR, "the account has %lld bytes, the text %zu",
			 (long long) writer->tree->root->bytes, len);
	lbd_encoder_add(encoder, written, len);
	if (lbd_encoder_flush(encoder, true) <= 0)
		elog(ERROR, "the text cannot be compressed");
	PG_RETURN_TEXT_P(cstring_to_text_with_len(written, len));
}

static void
add_symbol(void *arg, int bits, int64 len)
{
	StringInfo	out = arg;

	appendStringInfo(out, "%s%d:%lld", out->len > 0 ? " " : "", bits,
					 (long long) len);
}

PG_FUNCTION_INFO_V1(engine_symbols);
/*
 * engine_symbols(stream bytea, piece int) -> text
 *
 * The symbols of a gzip stream, as bits:length, where so many bytes of it come
 * at once.
 */
Datum
engine_symbols(PG_FUNCTION_ARGS)
{
	bytea	   *stream = PG_GETARG_BYTEA_PP(0);
	int			piece = PG_GETARG_INT32(1);
	LbdDecoder *decoder = palloc0(sizeof(LbdDecoder));
	StringInfoData out;

	initStringInfo(&out);
	for (int start = 0; start < (int) VARSIZE_ANY_EXHDR(stream); start += piece)
		lbd_decoder_read(decoder, (unsigned char *) VARDATA_ANY(stream) + start,
						 Min(piece, (int) VARSIZE_ANY_EXHDR(stream) - start),
						 add_symbol, &out);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}
