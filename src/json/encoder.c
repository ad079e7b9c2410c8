/*-------------------------------------------------------------------------
 *
 * encoder.c
 *	  Text -> the number of its bytes when it is compressed.
 *
 * The compressed bytes are counted and dropped.  An error or a cancel in the
 * middle leaks nothing: what a library allocates goes with the encoder's
 * memory context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "json/encoder_method.h"

struct LbdEncoder
{
	const LbdEncoderMethod *method; /* the library */
	void	   *state;			/* what the library keeps */
	LbdCallTree *profile;		/* is told the time of it, or NULL */
	MemoryContext context;		/* of all of it */
	int64		bytes;			/* compressed, since the last flush */
};

static void encoder_run(LbdEncoder *encoder, const char *data, Size len,
						LbdEncoderStep step);

/*
 * Starts a stream; it lives in context, and goes with it.  profile may be
 * NULL.  Returns NULL for the encoding none.
 */
LbdEncoder *
lbd_encoder_create(LbdEncoding encoding, MemoryContext context,
				   LbdCallTree *profile)
{
	const LbdEncoderMethod *method = encoding.method;
	LbdEncoder *encoder;

	if (method == NULL)
		return NULL;
	encoder = lbd_encoder_open(method, method->create(encoding.level, context),
							   context);
	encoder->profile = profile;
	return encoder;
}

/*
 * Starts a stream of a method, with what its create has returned.
 */
LbdEncoder *
lbd_encoder_open(const LbdEncoderMethod *method, void *state,
				 MemoryContext context)
{
	LbdEncoder *encoder = MemoryContextAllocZero(context, sizeof(LbdEncoder));

	encoder->method = method;
	encoder->state = state;
	encoder->context = context;
	return encoder;
}

/*
 * Has the compressed bytes attributed, from the start of the stream on.
 * Returns the attribution, to which the runs of the text are to be added, or
 * NULL where this encoding has none.
 */
LbdAttribution *
lbd_encoder_attribute(LbdEncoder *encoder)
{
	LbdAttribution *attribution;

	if (encoder->method->attribute == NULL)
		return NULL;
	attribution = lbd_attribution_create(encoder->context);
	encoder->method->attribute(encoder->state, attribution);
	return attribution;
}

/*
 * Compresses text, in pieces: a cancel does not wait for a long text.
 */
void
lbd_encoder_add(LbdEncoder *encoder, const char *data, Size len)
{
	while (len > 0)
	{
		Size		piece = Min(len, encoder->method->piece);

		CHECK_FOR_INTERRUPTS();
		encoder_run(encoder, data, piece, LBD_ENCODER_ADD);
		data += piece;
		len -= piece;
	}
}

/*
 * Flushes, so that all text so far has its compressed bytes, and returns how
 * many those of the text since the last flush are.  What begins the stream is
 * in the first number, and what ends it in the last one; nothing can follow
 * that.
 */
int64
lbd_encoder_flush(LbdEncoder *encoder, bool last)
{
	int64		bytes;

	encoder_run(encoder, NULL, 0, last ? LBD_ENCODER_END : LBD_ENCODER_FLUSH);
	bytes = encoder->bytes;
	encoder->bytes = 0;
	if (last)
	{
		encoder->method->end(encoder->state);
		encoder->state = NULL;
	}
	return bytes;
}

static void
encoder_run(LbdEncoder *encoder, const char *data, Size len,
			LbdEncoderStep step)
{
	if (encoder->profile)
		lbd_scope_enter(encoder->profile, &encoder->method->function);
	encoder->bytes += encoder->method->run(encoder->state, data, len, step);
	LBD_LEAVE(encoder->profile);
}
