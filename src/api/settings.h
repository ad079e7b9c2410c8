/*-------------------------------------------------------------------------
 *
 * settings.h
 *	  All settings of lbdiag.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_SETTINGS_H
#define LBD_SETTINGS_H

extern int	lbd_retention;
extern char *lbd_encoding_text;

extern void lbd_settings_define(void);

#endif							/* LBD_SETTINGS_H */
