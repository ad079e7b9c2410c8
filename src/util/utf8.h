/*-------------------------------------------------------------------------
 *
 * utf8.h
 *	  Strings of the server's encoding: as UTF-8, and cut.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_UTF8_H
#define LBD_UTF8_H

extern char *lbd_to_utf8(const char *string, int len, int *utf8_len);
extern int	lbd_clip(const char *string, int len, int limit);

#endif							/* LBD_UTF8_H */
