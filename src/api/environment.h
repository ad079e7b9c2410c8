/*-------------------------------------------------------------------------
 *
 * environment.h
 *	  In which environment this server runs, and whether it may be profiled.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_ENVIRONMENT_H
#define LBD_ENVIRONMENT_H

/* What this server is. */
typedef struct LbdServer
{
	const char *environment;	/* development, staging or production */
	const char *reason;			/* why, as a sentence */
	bool		production;		/* it is the last */
	bool		allowed;		/* contexts may be built */
	const char *host;			/* NULL where the caller may not know it */
	const char *machine;		/* tells machines apart without their names */
}			LbdServer;

extern LbdServer lbd_server(void);
extern void lbd_must_write(const char *action);
extern void lbd_guard_production(const char *function, const char *domain);

#endif							/* LBD_ENVIRONMENT_H */
