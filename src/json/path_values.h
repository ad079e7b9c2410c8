/*-------------------------------------------------------------------------
 *
 * path_values.h
 *	  The values of a document that are at a path, and how long their text is.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_PATH_VALUES_H
#define LBD_PATH_VALUES_H

#include "utils/jsonb.h"

#include "json/jsonb_reader.h"
#include "json/path_pattern.h"

/* The values that have been found. */
typedef struct LbdPathValues
{
	int64		count;			/* how many */
	int64		bytes;			/* of the text of all */
	int64		largest;		/* of the text of the largest one, of equal
								 * ones the first */
	Size		start;			/* where it is in the document: of jsonb,
								 * after the 4 header bytes */
	Size		len;			/* how many bytes it has there */
} LbdPathValues;

extern void lbd_values_add(LbdPathValues *values, int64 bytes, Size start,
						   Size len);
extern void lbd_values_jsonb(LbdPathValues *values,
							 const LbdPathPattern *pattern, int part,
							 Jsonb *jsonb);
extern void lbd_values_text(LbdPathValues *values,
							const LbdPathPattern *pattern, int part,
							const char *text, int len);
extern int64 lbd_item_length(const LbdItem *item);

#endif							/* LBD_PATH_VALUES_H */
