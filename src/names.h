/*-------------------------------------------------------------------------
 *
 * names.h
 *	  A table from names to small numbers.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_NAMES_H
#define LBD_NAMES_H

typedef struct lbdname_hash LbdNames;

extern LbdNames *lbd_names_create(int expected);
extern int *lbd_names_enter(LbdNames *names, const char *name);
extern const char *lbd_names_text(LbdNames *names, const char *name);
extern int	lbd_names_find(LbdNames *names, const char *name);
extern const char **lbd_names_sorted(LbdNames *names, int *count);

#endif							/* LBD_NAMES_H */
