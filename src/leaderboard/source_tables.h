/*-------------------------------------------------------------------------
 *
 * source_tables.h
 *	  The tables that a leaderboard's payload is read from.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_SOURCE_TABLES_H
#define LBD_SOURCE_TABLES_H

extern char *lbd_source_tables_query(const char *extension_schema);

#endif							/* LBD_SOURCE_TABLES_H */
