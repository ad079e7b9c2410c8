/*-------------------------------------------------------------------------
 *
 * waste.h
 *	  What could be left out of a path's text, counted as it is read.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_WASTE_H
#define LBD_WASTE_H

#include "json/path_stats.h"

/* Counts of bytes, of the values that a path has had. */
typedef struct LbdWaste
{
	int64		separators;		/* that go with the members */
	int64		colons;			/* and the blanks around them */
	int64		nulls;			/* of members that are null, as a whole */
	int64		digits;			/* beyond those that a double needs */
	int64		base64;			/* more than the bytes that it stands for */
	int64		blanks;			/* outside of strings */
	int64		strings;		/* each string once, while they are tallied */
} LbdWaste;

extern void lbd_stats_count_waste(LbdPathStats *stats);
extern void lbd_waste_merge(LbdWaste *waste, const LbdWaste *other);
extern void lbd_waste_string(LbdWaste *waste, const char *string, int len);
extern void lbd_waste_number(LbdWaste *waste, const char *number, int len);

#endif							/* LBD_WASTE_H */
