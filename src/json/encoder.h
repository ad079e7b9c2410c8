/*-------------------------------------------------------------------------
 *
 * encoder.h
 *	  Text -> the number of its bytes when it is compressed.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_ENCODER_H
#define LBD_ENCODER_H

#include "json/attribution.h"
#include "json/encoding.h"
#include "util/scopes.h"

typedef struct LbdEncoder LbdEncoder;

extern LbdEncoder *lbd_encoder_create(LbdEncoding encoding,
									  MemoryContext context,
									  LbdCallTree *profile);
extern void lbd_encoder_add(LbdEncoder *encoder, const char *data, Size len);
extern int64 lbd_encoder_flush(LbdEncoder *encoder, bool last);
extern LbdAttribution *lbd_encoder_attribute(LbdEncoder *encoder);

#endif							/* LBD_ENCODER_H */
