/*-------------------------------------------------------------------------
 *
 * columns.h
 *	  column_defs: the page's columns.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_COLUMNS_H
#define LBD_COLUMNS_H

#include "context.h"

extern void lbd_write_columns(LbdBuild *build, LbdWriter *writer);

#endif							/* LBD_COLUMNS_H */
