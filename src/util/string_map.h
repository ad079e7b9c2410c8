/*-------------------------------------------------------------------------
 *
 * string_map.h
 *	  A table from names to small numbers.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_STRING_MAP_H
#define LBD_STRING_MAP_H

typedef struct lbdname_hash LbdStringMap;

extern LbdStringMap *lbd_string_map_create(int expected);
extern int *lbd_string_map_enter(LbdStringMap *names, const char *name);
extern const char *lbd_string_map_text(LbdStringMap *names, const char *name);
extern int	lbd_string_map_find(LbdStringMap *names, const char *name);
extern const char **lbd_string_map_sorted(LbdStringMap *names, int *count);

#endif							/* LBD_STRING_MAP_H */
