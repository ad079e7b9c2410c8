/*-------------------------------------------------------------------------
 *
 * edit.h
 *	  Changes to a component that are made while it is written.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_EDIT_H
#define LBD_EDIT_H

#include "sizetree.h"

/* A path whose members are left out. */
typedef struct LbdDrop
{
	const char *path;			/* as an audit shows it */
	bool		found;			/* there is such a member */
} LbdDrop;

/* What is changed; nothing in it belongs to one component but the drops. */
typedef struct LbdEdit
{
	LbdDrop    *drops;			/* paths that are dropped */
	int			ndrops;			/* how many */
	bool		omit_nulls;		/* members that are null are left out */
	int			round_digits;	/* decimals that numbers keep, or -1 */
} LbdEdit;

extern bool lbd_edit_drops(LbdEdit *edit, LbdNode *node);
extern void lbd_edit_check(const LbdEdit *edit, const LbdTree *tree,
						   const char *component);
extern char *lbd_edit_round(const LbdEdit *edit, const char *text, int *len,
							char *room);

#endif							/* LBD_EDIT_H */
