/*-------------------------------------------------------------------------
 *
 * encoder_method.h
 *	  What an encoder is.
 *
 * Included by the encoders, and by callers with one of their own.
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
 * A way of compressing, and the library that does it.  What create returns
 * lives in context: it is allocated there, or freed by a callback of the
 * context.  run compresses and returns how many compressed bytes there were;
 * end frees, where a stream has come to its end.  attribute, NULL where there
 * is none, has all that comes out read by an attribution.  All calls are NULL
 * where this build lacks the library.
 */
typedef struct LbdEncoderMethod
{
	const char *name;			/* in an encoding's name: that of HTTP */
	const char *library;		/* that it takes */
	int			lowest;			/* level */
	int			highest;		/* level */
	int			by_default;		/* level where none is named */
	int			quick;			/* highest level of at least some 10 MB/s */
	LbdFunction function;		/* as a profile shows it */
	Size		piece;			/* most bytes of text that run gets at once */
	void	   *(*create) (int level, MemoryContext context);
	int64		(*run) (void *state, const char *data, Size len,
						LbdEncoderStep step);
	void		(*end) (void *state);
	void		(*attribute) (void *state, LbdAttribution *attribution);
} LbdEncoderMethod;

/* Each is a file encoder_*.c, and one of those that encoding.c lists. */
extern const LbdEncoderMethod lbd_gzip_method;
extern const LbdEncoderMethod lbd_brotli_method;
extern const LbdEncoderMethod lbd_zstd_method;

extern LbdEncoder *lbd_encoder_open(const LbdEncoderMethod *method, void *state,
									MemoryContext context);

#endif							/* LBD_ENCODER_METHOD_H */
