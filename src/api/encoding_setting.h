/*-------------------------------------------------------------------------
 *
 * encoding_setting.h
 *	  The encoding that a function's compressed bytes are of.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_ENCODING_SETTING_H
#define LBD_ENCODING_SETTING_H

#include "fmgr.h"

#include "json/encoding.h"

extern LbdEncoding lbd_encoding_setting(void);
extern LbdEncoding lbd_encoding_argument(FunctionCallInfo fcinfo, int number);

#endif							/* LBD_ENCODING_SETTING_H */
