/*-------------------------------------------------------------------------
 *
 * plpgsql_lines.h
 *	  Statements of PL/pgSQL functions as places of the call tree.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_PLPGSQL_LINES_H
#define LBD_PLPGSQL_LINES_H

extern void lbd_plpgsql_watch(void);
extern void lbd_plpgsql_unwatch(void);

#endif							/* LBD_PLPGSQL_LINES_H */
