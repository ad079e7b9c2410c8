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
	LbdTransform edits[LBD_NCOMPONENTS];	/* what writers change */
	bool		touched[LBD_NCOMPONENTS];	/* components that can differ */
	bool		columnar;		/* row_data as an object of arrays */
	bool		survey;			/* usual values are to be found first */
} LbdChange;

/* A member that a change can have, as users see it. */
typedef struct LbdChangeInfo
{
	const char *name;			/* of the member */
	const char *value;			/* what kind of value it takes */
	const char *help;			/* what it does */
} LbdChangeInfo;

extern const LbdChangeInfo *lbd_change_info(int number);
extern LbdChange *lbd_change_parse(const LbdItem *change,
								   const LbdLayout *layout);

#endif							/* LBD_CHANGES_H */
