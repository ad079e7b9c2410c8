/*-------------------------------------------------------------------------
 *
 * datum_values.h
 *	  The values at a path in what a column holds, and the length of texts.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_DATUM_VALUES_H
#define LBD_DATUM_VALUES_H

#include "fmgr.h"

#include "json/path_values.h"

extern int64 lbd_datum_length(Oid type, FmgrInfo *output, Datum value);
extern void lbd_values_datum(LbdPathValues *values,
							 const LbdPathPattern *pattern, int part,
							 Oid type, Datum value);
extern bool lbd_type_has_path(Oid type, const LbdPathPattern *pattern);

#endif							/* LBD_DATUM_VALUES_H */
