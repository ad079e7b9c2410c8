/*-------------------------------------------------------------------------
 *
 * value_text.h
 *	  Counting the text of arrays and composite values that JSON is in.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_VALUE_TEXT_H
#define LBD_VALUE_TEXT_H

#include "json/path_stats.h"

typedef struct LbdValueType LbdValueType;

extern LbdValueType *lbd_value_type(Oid type);
extern void lbd_stats_add_value(LbdPathStats *stats, LbdPath *path,
								const LbdValueType *type, const char *text,
								int len);

#endif							/* LBD_VALUE_TEXT_H */
