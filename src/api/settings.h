/*-------------------------------------------------------------------------
 *
 * settings.h
 *	  All settings of lbdiag.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_SETTINGS_H
#define LBD_SETTINGS_H

/* Values of lbdiag.environment. */
typedef enum LbdEnvironment
{
	LBD_ENVIRONMENT_AUTO,
	LBD_ENVIRONMENT_DEVELOPMENT,
	LBD_ENVIRONMENT_STAGING,
	LBD_ENVIRONMENT_PRODUCTION
} LbdEnvironment;

extern int	lbd_environment_setting;
extern char *lbd_production_pattern;
extern bool lbd_allow_production;
extern int	lbd_retention;
extern char *lbd_encoding_text;

extern void lbd_settings_define(void);
extern const char *lbd_environment_name(LbdEnvironment environment);

#endif							/* LBD_SETTINGS_H */
