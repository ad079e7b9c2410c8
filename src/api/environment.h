/*-------------------------------------------------------------------------
 *
 * environment.h
 *	  In which environment this server runs, and whether it may be profiled.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_ENVIRONMENT_H
#define LBD_ENVIRONMENT_H

/* Values of lbdiag.environment. */
typedef enum LbdEnvironment
{
	LBD_ENVIRONMENT_AUTO,
	LBD_ENVIRONMENT_DEVELOPMENT,
	LBD_ENVIRONMENT_STAGING,
	LBD_ENVIRONMENT_PRODUCTION
} LbdEnvironment;

extern void lbd_environment_settings(void);
extern void lbd_guard_production(const char *function, const char *domain);

#endif							/* LBD_ENVIRONMENT_H */
