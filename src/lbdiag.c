/*-------------------------------------------------------------------------
 *
 * lbdiag.c
 *	  Module entry.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"

#include "api/settings.h"
#include "trace/hooks.h"

PG_MODULE_MAGIC;

void		_PG_init(void);

/*
 * Called when the library is loaded: defines the settings, and sets the hooks
 * of profiles of statements.
 */
void
_PG_init(void)
{
	lbd_settings_define();
	lbd_hooks_init();
}
