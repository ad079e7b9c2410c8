/*-------------------------------------------------------------------------
 *
 * encodings.h
 *	  The encoding that a function's compressed bytes are of.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_ENCODINGS_H
#define LBD_ENCODINGS_H

#include "fmgr.h"

#include "json/encoding.h"

extern void lbd_encoding_settings(void);
extern LbdEncoding lbd_encoding_setting(void);
extern LbdEncoding lbd_encoding_argument(FunctionCallInfo fcinfo, int number);

#endif							/* LBD_ENCODINGS_H */
