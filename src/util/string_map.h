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

extern uint64 lbd_string_seed(void);
extern uint32 lbd_string_hash(const char *string, Size len, uint64 seed);
extern LbdStringMap *lbd_string_map_create(int expected);
extern int *lbd_string_map_enter(LbdStringMap *names, const char *name);
extern const char *lbd_string_map_text(LbdStringMap *names, const char *name);
extern int	lbd_string_map_find(LbdStringMap *names, const char *name);
extern const char **lbd_string_map_sorted(LbdStringMap *names, int *count);

#endif							/* LBD_STRING_MAP_H */
