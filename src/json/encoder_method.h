/*-------------------------------------------------------------------------
 *
 * encoder_method.h
 *	  What an encoder wants of a library that compresses.
 *
 * The methods include it, and who has one of its own.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_ENCODER_METHOD_H
#define LBD_ENCODER_METHOD_H

#include "json/encoder.h"

/* What is done with the text that comes to a method. */
typedef enum LbdEncoderStep
{
	LBD_ENCODER_ADD,			/* compressed when there is enough of it */
	LBD_ENCODER_FLUSH,			/* all text so far is compressed */
	LBD_ENCODER_END				/* and the stream ends */
} LbdEncoderStep;

/*
 * A library.  What create returns lives in context: it is allocated there, or
 * freed by a callback of the context.  run compresses and returns how many
 * compressed bytes there were; end frees, where a stream has come to its end.
 * attribute, NULL where there is none, has all that comes out read by an
 * attribution.
 */
typedef struct LbdEncoderMethod
{
	LbdFunction function;		/* as a profile shows it */
	Size		piece;			/* most bytes of text that run gets at once */
	void	   *(*create) (int level, MemoryContext context);
	int64		(*run) (void *state, const char *data, Size len,
						LbdEncoderStep step);
	void		(*end) (void *state);
	void		(*attribute) (void *state, LbdAttribution *attribution);
} LbdEncoderMethod;

extern const LbdEncoderMethod lbd_gzip_method;
extern const LbdEncoderMethod lbd_brotli_method;
extern const LbdEncoderMethod lbd_zstd_method;

/* Those that this build has: the Makefile looks for their libraries. */
#define LBD_GZIP_METHOD		&lbd_gzip_method
#ifdef LBD_WITH_BROTLI
#define LBD_BROTLI_METHOD	&lbd_brotli_method
#else
#define LBD_BROTLI_METHOD	NULL
#endif
#ifdef LBD_WITH_ZSTD
#define LBD_ZSTD_METHOD		&lbd_zstd_method
#else
#define LBD_ZSTD_METHOD		NULL
#endif

extern const LbdEncoderMethod *lbd_encoding_method(LbdEncoding encoding);
extern LbdEncoder *lbd_encoder_open(const LbdEncoderMethod *method, void *state,
									MemoryContext context);

#endif							/* LBD_ENCODER_METHOD_H */
