/*-------------------------------------------------------------------------
 *
 * changes.h
 *	  What a payload would be with a change.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_CHANGES_H
#define LBD_CHANGES_H

#include "leaderboard/layout.h"

/* A change of a layout and of what is written with it. */
typedef struct LbdChange
{
	LbdLayout  *layout;			/* with the change */
	LbdTransform		edits[LBD_NCOMPONENTS]; /* what writers change */
	bool		touched[LBD_NCOMPONENTS];	/* components that can differ */
	bool		columnar;		/* row_data as an object of arrays */
} LbdChange;

extern LbdChange *lbd_change_parse(const LbdItem *change,
								   const LbdLayout *layout);

#endif							/* LBD_CHANGES_H */
