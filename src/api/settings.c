/*-------------------------------------------------------------------------
 *
 * settings.c
 *	  All settings of lbdiag.
 *
 * Those that guard a production server can be changed by a superuser only: a
 * plain user cannot make it look like another one, nor override the guard.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <limits.h>

#include "utils/guc.h"

#include "api/settings.h"
#include "json/encoding.h"
#include "json/path_rows.h"
#include "leaderboard/environment.h"
#include "util/progress.h"

int			lbd_retention = 0;	/* minutes, 0 for ever */
char	   *lbd_encoding_text = NULL;

static void define_environment(void);
static void define_progress(void);
static bool check_encoding(char **newval, void **extra, GucSource source);

/*
 * Called when the library is loaded.
 */
void
lbd_settings_define(void)
{
	define_environment();
	DefineCustomIntVariable("lbdiag.retention",
							"How long recorded runs are kept.",
							"Older ones are removed when a run is recorded. 0 keeps them for ever.",
							&lbd_retention, 0, 0, INT_MAX,
							PGC_SUSET, GUC_UNIT_MIN, NULL, NULL, NULL);
	DefineCustomStringVariable("lbdiag.encoding",
							   "Encoding of compressed bytes where a call names none.",
							   "none, or a compression and its level, such as gzip:6.",
							   &lbd_encoding_text, "gzip:6",
							   PGC_USERSET, 0, check_encoding, NULL, NULL);
	DefineCustomIntVariable("lbdiag.max_paths",
							"Most paths that a function returns rows for.",
							"Smaller ones are added up below the path that they are in.",
							&lbd_max_paths, LBD_PATHS_DEFAULT, LBD_PATHS_LEAST,
							LBD_PATHS_MOST, PGC_USERSET, 0, NULL, NULL, NULL);
	define_progress();
	MarkGUCPrefixReserved("lbdiag");
}

static void
define_environment(void)
{
	DefineCustomEnumVariable("lbdiag.environment",
							 "Kind of server this is.",
							 "auto means production where the host name, cluster_name or the database name matches lbdiag.production_pattern.",
							 &lbd_environment_setting, LBD_ENVIRONMENT_AUTO,
							 lbd_environments, PGC_SUSET, 0, NULL, NULL, NULL);
	DefineCustomStringVariable("lbdiag.production_pattern",
							   "Regular expression of the names of production servers.",
							   "It is matched without regard to case. Empty matches nothing.",
							   &lbd_production_pattern, "prod",
							   PGC_SUSET, 0, NULL, NULL, NULL);
	DefineCustomBoolVariable("lbdiag.allow_production",
							 "Allows building payloads of leaderboards on a production server.",
							 "Each use leaves a line in the server's log.",
							 &lbd_allow_production, false,
							 PGC_SUSET, 0, NULL, NULL, NULL);
}

static void
define_progress(void)
{
	DefineCustomIntVariable("lbdiag.progress",
							"Time between two messages on how far long work is.",
							"0 turns them off.",
							&lbd_progress_interval, 0, 0, INT_MAX,
							PGC_USERSET, GUC_UNIT_MS, NULL, NULL, NULL);
	DefineCustomStringVariable("lbdiag.progress_function",
							   "Function that messages on progress begin with.",
							   "Set by the functions of lbdiag themselves.",
							   &lbd_progress_function, "",
							   PGC_USERSET,
							   GUC_NO_SHOW_ALL | GUC_NOT_IN_SAMPLE |
							   GUC_DISALLOW_IN_FILE,
							   NULL, NULL, NULL);
}

static bool
check_encoding(char **newval, void **extra, GucSource source)
{
	LbdEncoding encoding;
	LbdEncodingError error;

	if (lbd_encoding_parse(*newval, &encoding, &error))
		return true;
	GUC_check_errcode(error.sqlstate);
	GUC_check_errmsg("%s", error.message);
	GUC_check_errhint("%s", error.hint);
	return false;
}
