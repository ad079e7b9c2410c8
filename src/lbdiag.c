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

#include "api/encodings.h"
#include "api/environment.h"

PG_MODULE_MAGIC;

void		_PG_init(void);

/*
 * Called when the library is loaded: defines the settings.
 */
void
_PG_init(void)
{
	lbd_environment_settings();
	lbd_encoding_settings();
	MarkGUCPrefixReserved("lbdiag");
}
