/*-------------------------------------------------------------------------
 *
 * edit.h
 *	  Changes to a component that are made while it is written.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_EDIT_H
#define LBD_EDIT_H

#include "names.h"
#include "sizetree.h"

/* A path whose members are changed. */
typedef struct LbdEditPath
{
	const char *path;			/* as an audit shows it */
	bool		found;			/* there is what is changed */
	bool		drop;			/* the members are left out, or else */
	LbdNames   *strings;		/* their strings become numbers: these */
	const char **texts;			/* the strings by their numbers */
	int			ntexts;			/* how many */
	int			room;			/* how many there is room for */
} LbdEditPath;

/* What is changed; nothing in it belongs to one component but the paths. */
typedef struct LbdEdit
{
	LbdEditPath *paths;			/* whose members are changed */
	int			npaths;			/* how many */
	bool		dictionary;		/* some of them have one */
	bool		omit_nulls;		/* members that are null are left out */
	int			round_digits;	/* decimals that numbers keep, or -1 */
} LbdEdit;

extern bool lbd_edit_drops(LbdEdit *edit, LbdNode *node);
extern int	lbd_edit_string(LbdEdit *edit, LbdNode *node, const char *string,
							int len);
extern void lbd_edit_check(const LbdEdit *edit, const LbdTree *tree,
						   const char *component);
extern char *lbd_edit_round(const LbdEdit *edit, const char *text, int *len,
							char *room);

#endif							/* LBD_EDIT_H */
