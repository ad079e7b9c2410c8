/*-------------------------------------------------------------------------
 *
 * lbdiag.c
 *	  Module entry.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/guc.h"

#include "api/encoding_setting.h"
#include "api/environment.h"
#include "json/path_rows.h"
#include "trace/hooks.h"
#include "util/progress.h"

PG_MODULE_MAGIC;

void		_PG_init(void);

/*
 * Called when the library is loaded: defines the settings, and sets the hooks
 * of profiles of statements.
 */
void
_PG_init(void)
{
	lbd_environment_settings();
	lbd_encoding_settings();
	lbd_progress_settings();
	lbd_rows_settings();
	MarkGUCPrefixReserved("lbdiag");
	lbd_hooks_init();
}
