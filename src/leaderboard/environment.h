/*-------------------------------------------------------------------------
 *
 * environment.h
 *	  In which environment this server runs, and whether it may be profiled.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_ENVIRONMENT_H
#define LBD_ENVIRONMENT_H

#include "utils/guc.h"

/* Values of lbdiag.environment. */
typedef enum LbdEnvironment
{
	LBD_ENVIRONMENT_AUTO,
	LBD_ENVIRONMENT_DEVELOPMENT,
	LBD_ENVIRONMENT_PRODUCTION
} LbdEnvironment;

/* The settings. */
extern int	lbd_environment_setting;
extern char *lbd_production_pattern;
extern bool lbd_allow_production;
extern const struct config_enum_entry lbd_environments[];

/* What this server is. */
typedef struct LbdServer
{
	const char *environment;	/* development or production */
	const char *reason;			/* why, as a sentence */
	bool		production;		/* it is the last */
	bool		allowed;		/* contexts may be built */
	const char *host;			/* NULL where the caller may not know it */
	const char *machine;		/* tells machines apart without their names */
} LbdServer;

extern LbdServer lbd_server(void);
extern char *lbd_extension_version(void);
extern void lbd_must_write(const char *action);
extern void lbd_guard_production(const char *function, const char *payload);

#endif							/* LBD_ENVIRONMENT_H */
