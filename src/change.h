/*-------------------------------------------------------------------------
 *
 * change.h
 *	  What a payload would be with a change.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_CHANGE_H
#define LBD_CHANGE_H

#include "layout.h"

/* A change of a layout and of what is written with it. */
typedef struct LbdChange
{
	LbdLayout  *layout;			/* with the change */
	LbdEdit		edits[LBD_NCOMPONENTS]; /* what writers change */
	bool		touched[LBD_NCOMPONENTS];	/* components that can differ */
	bool		columnar;		/* row_data as an object of arrays */
} LbdChange;

extern LbdChange *lbd_change_parse(const LbdItem *change,
								   const LbdLayout *layout);

#endif							/* LBD_CHANGE_H */
