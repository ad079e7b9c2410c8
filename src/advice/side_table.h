/*-------------------------------------------------------------------------
 *
 * side_table.h
 *	  A table of strings that are stored once.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_SIDE_TABLE_H
#define LBD_SIDE_TABLE_H

typedef struct LbdSideTable LbdSideTable;

extern LbdSideTable *lbd_side_create(void);
extern int	lbd_side_number(LbdSideTable *side, const char *text, int len);
extern double lbd_side_bytes(const LbdSideTable *side, double factor);

#endif							/* LBD_SIDE_TABLE_H */
