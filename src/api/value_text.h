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
typedef struct LbdValueTypes LbdValueTypes;

extern LbdValueTypes *lbd_value_types_create(MemoryContext context);
extern LbdValueType *lbd_value_type(LbdValueTypes *types, Oid type,
									bool *complete);
extern void lbd_stats_add_value(LbdPathStats *stats, LbdPath *path,
								const LbdValueType *type, const char *text,
								int len);

#endif							/* LBD_VALUE_TEXT_H */
