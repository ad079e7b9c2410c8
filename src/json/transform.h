/*-------------------------------------------------------------------------
 *
 * transform.h
 *	  Changes to a component that are made while it is written.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_TRANSFORM_H
#define LBD_TRANSFORM_H

#include "json/path_stats.h"
#include "util/string_map.h"

/* A path whose members are changed. */
typedef struct LbdTransformPath
{
	const char *path;			/* as an audit shows it */
	bool		found;			/* there is what is changed */
	bool		drop;			/* the members are left out, or else */
	LbdStringMap   *strings;		/* their strings become numbers: these */
	const char **texts;			/* the strings by their numbers */
	int			ntexts;			/* how many */
	int			room;			/* how many there is room for */
} LbdTransformPath;

/* What is changed; nothing in it belongs to one component but the paths. */
typedef struct LbdTransform
{
	LbdTransformPath *paths;			/* whose members are changed */
	int			npaths;			/* how many */
	bool		dictionary;		/* some of them have one */
	bool		omit_nulls;		/* members that are null are left out */
	int			round_digits;	/* decimals that numbers keep, or -1 */
} LbdTransform;

struct LbdWriter;

extern void lbd_transform_begin(struct LbdWriter *writer);
extern void lbd_transform_end(struct LbdWriter *writer);
extern bool lbd_transform_drops(LbdTransform *edit, LbdPath *node);
extern int	lbd_transform_string(LbdTransform *edit, LbdPath *node, const char *string,
							int len);
extern void lbd_transform_check(const LbdTransform *edit, const LbdPathStats *tree,
						   const char *component);
extern char *lbd_transform_round(const LbdTransform *edit, const char *text, int *len,
							char *room);

#endif							/* LBD_TRANSFORM_H */
