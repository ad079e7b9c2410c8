/*-------------------------------------------------------------------------
 *
 * column_defs.h
 *	  column_defs: the page's columns.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_COLUMN_DEFS_H
#define LBD_COLUMN_DEFS_H

#include "leaderboard/payload.h"

extern void lbd_write_columns(LbdPayload *payload, LbdWriter *writer);

#endif							/* LBD_COLUMN_DEFS_H */
