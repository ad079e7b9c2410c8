/*-------------------------------------------------------------------------
 *
 * path_pattern.h
 *	  A path that is given as text: which members and elements are at it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_PATH_PATTERN_H
#define LBD_PATH_PATTERN_H

#include "json/path_stats.h"

/* What a path has more than the one above it. */
typedef struct LbdPathPart
{
	LbdPathKind kind;			/* an element, a member, or any member */
	const char *key;			/* of a member */
	int			len;			/* its length */
	bool		shortened;		/* the key may stand for a longer one */
	uint64		hash;			/* of that */
} LbdPathPart;

typedef struct LbdPathPattern
{
	const char *text;			/* the path as it was given */
	LbdPathPart *parts;			/* below the root */
	int			nparts;			/* how many, 0: the root itself */
} LbdPathPattern;

extern LbdPathPattern *lbd_path_pattern(const char *text);
extern bool lbd_part_has_member(const LbdPathPart *part, const char *key,
								int len);

#endif							/* LBD_PATH_PATTERN_H */
