/*-------------------------------------------------------------------------
 *
 * environment_items.h
 *	  What can distort a measurement.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_ENVIRONMENT_ITEMS_H
#define LBD_ENVIRONMENT_ITEMS_H

#include "nodes/pg_list.h"

#include "json/encoding.h"

typedef struct LbdEnvironmentItem
{
	const char *name;			/* what it is about */
	const char *value;			/* what it is, or NULL */
	const char *status;			/* ok, notice, warning, or refuse where
								 * contexts are not built */
	const char *detail;			/* why, or NULL */
} LbdEnvironmentItem;

extern List *lbd_environment_items(const char *schema, const char *payload,
								   LbdEncoding encoding);

#endif							/* LBD_ENVIRONMENT_ITEMS_H */
