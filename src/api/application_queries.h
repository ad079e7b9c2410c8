/*-------------------------------------------------------------------------
 *
 * application_queries.h
 *	  What the application's own queries of the sources cost.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_APPLICATION_QUERIES_H
#define LBD_APPLICATION_QUERIES_H

#include "leaderboard/build.h"

/* The query of a source. */
typedef struct LbdApplicationQuery
{
	const char *name;			/* models or benchmarks */
	int64		rows;			/* that the viewer sees */
	int64		bytes;			/* of the messages that they are sent in */
	int64		ns;				/* the median of the repetitions */
	int			ncolumns;
	char	  **columns;		/* names */
	int64	   *column_bytes;	/* bytes of each, in all rows */
} LbdApplicationQuery;

#define LBD_APPLICATION_QUERIES	2

extern LbdApplicationQuery *lbd_application_queries(const LbdRequest *request,
													int repetitions);
extern double lbd_application_query_ms(const LbdApplicationQuery *queries);

#endif							/* LBD_APPLICATION_QUERIES_H */
