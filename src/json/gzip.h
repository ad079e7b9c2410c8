/*-------------------------------------------------------------------------
 *
 * gzip.h
 *	  What wire text weighs when it is compressed.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_GZIP_H
#define LBD_GZIP_H

#include "util/profiler.h"

/* What is meant where no encoding is named. */
#define LBD_DEFAULT_ENCODING	"gzip:6"

typedef struct LbdGzip LbdGzip;

extern LbdGzip *lbd_encoding_create(const char *encoding,
									MemoryContext context,
									LbdProfile *profile);
extern LbdGzip *lbd_gzip_create(MemoryContext context,
								LbdProfile *profile);
extern void lbd_gzip_write(LbdGzip *gzip, const char *data, Size len);
extern int64 lbd_gzip_boundary(LbdGzip *gzip, bool last);

#endif							/* LBD_GZIP_H */
