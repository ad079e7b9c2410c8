/*-------------------------------------------------------------------------
 *
 * environment.c
 *	  In which environment this server runs, and whether it may be profiled.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <unistd.h>

#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_collation.h"
#include "commands/dbcommands.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "regex/regex.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"

#include "leaderboard/environment.h"
#include "leaderboard/spi_query.h"
#include "compat.h"

#define LBD_HOST_NAME_LEN	256

int			lbd_environment_setting = LBD_ENVIRONMENT_AUTO;
char	   *lbd_production_pattern = NULL;
bool		lbd_allow_production = false;

const struct config_enum_entry lbd_environments[] = {
	{"auto", LBD_ENVIRONMENT_AUTO, false},
	{"development", LBD_ENVIRONMENT_DEVELOPMENT, false},
	{"production", LBD_ENVIRONMENT_PRODUCTION, false},
	{NULL, 0, false}
};

static LbdEnvironment detect_environment(char **reason);
static bool matches_pattern(const char *name);
static void pattern_context(void *arg);
static void host_name(char *buffer);
static const char *environment_name(LbdEnvironment environment);
static char *machine_fingerprint(const char *host);

/*
 * Raises an error on a production server, or, where that is allowed, leaves
 * a line in the log.  Every function that builds a context calls this first.
 */
void
lbd_guard_production(const char *function, const char *payload)
{
	char	   *reason;

	if (detect_environment(&reason) != LBD_ENVIRONMENT_PRODUCTION)
		return;
	if (!lbd_allow_production)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("cannot profile against production database"),
				 errdetail_internal("%s", reason),
				 errhint("For a copy whose name only looks like production, let a superuser set lbdiag.environment = 'development'; for the real thing, lbdiag.allow_production = on. Queries and statements, as of lbdiag_audit_query and lbdiag_profile_sql, are not guarded.")));
	ereport(LOG,
			(errmsg("%s runs against a production database for leaderboard \"%s\", allowed by lbdiag.allow_production",
					function, payload),
			 errdetail_internal("%s", reason)));
}

/*
 * Raises an error where nothing can be written; action is what the caller
 * would do, "record a run".
 */
void
lbd_must_write(const char *action)
{
	bool		standby = RecoveryInProgress();

	if (!XactReadOnly)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION),
			 errmsg("cannot %s %s", action,
					standby ? "on a standby" : "in a read-only transaction"),
			 errhint("%s Functions that only measure work here.",
					 standby ? "Connect to the primary." :
					 "Use BEGIN READ WRITE, or turn default_transaction_read_only off.")));
}

/*
 * Finds out what the server is, and gives the reason as a sentence.  The
 * name of the host is not part of it: a plain user may not know it.
 */
static LbdEnvironment
detect_environment(char **reason)
{
	char		host[LBD_HOST_NAME_LEN];
	const char *database;

	if (lbd_environment_setting != LBD_ENVIRONMENT_AUTO)
	{
		*reason = psprintf("lbdiag.environment is \"%s\".",
						   environment_name(lbd_environment_setting));
		return lbd_environment_setting;
	}
	host_name(host);
	database = get_database_name(MyDatabaseId);
	if (matches_pattern(host))
		*reason = psprintf("The host name matches lbdiag.production_pattern \"%s\".",
						   lbd_production_pattern);
	else if (matches_pattern(cluster_name))
		*reason = psprintf("The cluster_name \"%s\" matches lbdiag.production_pattern \"%s\".",
						   cluster_name, lbd_production_pattern);
	else if (database && matches_pattern(database))
		*reason = psprintf("The database name \"%s\" matches lbdiag.production_pattern \"%s\".",
						   database, lbd_production_pattern);
	else
	{
		*reason = psprintf("Neither host name, cluster_name nor database name match lbdiag.production_pattern \"%s\".",
						   lbd_production_pattern);
		return LBD_ENVIRONMENT_DEVELOPMENT;
	}
	return LBD_ENVIRONMENT_PRODUCTION;
}

/*
 * A pattern that is no regular expression is an error: the guard holds.
 */
static bool
matches_pattern(const char *name)
{
	ErrorContextCallback callback;
	bool		matches;

	if (lbd_production_pattern[0] == '\0' || name[0] == '\0')
		return false;
	callback.callback = pattern_context;
	callback.arg = NULL;
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	matches = RE_compile_and_execute(cstring_to_text(lbd_production_pattern),
									 (char *) name, strlen(name),
									 REG_ADVANCED | REG_ICASE | REG_NOSUB,
									 C_COLLATION_OID, 0, NULL);
	error_context_stack = callback.previous;
	return matches;
}

static void
pattern_context(void *arg)
{
	errcontext("setting lbdiag.production_pattern");
}

static void
host_name(char *buffer)
{
	if (gethostname(buffer, LBD_HOST_NAME_LEN) != 0)
		buffer[0] = '\0';
	buffer[LBD_HOST_NAME_LEN - 1] = '\0';
}

/*
 * The word for an environment in the setting.
 */
static const char *
environment_name(LbdEnvironment environment)
{
	for (const struct config_enum_entry *entry = lbd_environments; entry->name;
		 entry++)
	{
		if (entry->val == (int) environment)
			return entry->name;
	}
	return "unknown";
}

/*
 * A text that tells machines apart without their names: a hash of the host's
 * name and the cluster's system identifier.
 */
static char *
machine_fingerprint(const char *host)
{
	uint64		hash = hash_bytes_extended((const unsigned char *) host,
										   strlen(host),
										   GetSystemIdentifier());

	return psprintf("%016llx", (unsigned long long) hash);
}

/*
 * What this server is: the current user decides whether its name is told.
 */
LbdServer
lbd_server(void)
{
	LbdServer	server;
	char		host[LBD_HOST_NAME_LEN];
	char	   *reason;
	LbdEnvironment environment = detect_environment(&reason);

	host_name(host);
	server.environment = environment_name(environment);
	server.reason = reason;
	server.production = environment == LBD_ENVIRONMENT_PRODUCTION;
	server.allowed = !server.production || lbd_allow_production;
	server.host = has_privs_of_role(GetUserId(), ROLE_PG_READ_ALL_SETTINGS) ?
		pstrdup(host) : NULL;
	server.machine = machine_fingerprint(host);
	return server;
}

/*
 * The version of the extension that is installed.  Needs an SPI connection.
 */
char *
lbd_extension_version(void)
{
	LbdRow		row = lbd_query_row("SELECT extversion AS version"
									" FROM pg_catalog.pg_extension"
									" WHERE extname OPERATOR(pg_catalog.=) 'lbdiag'",
									NULL, "pg_extension");

	if (!row.found)
		elog(ERROR, "extension lbdiag is not installed");
	return lbd_row_text(&row, "version");
}
