/*-------------------------------------------------------------------------
 *
 * query_audit.h
 *	  What the result of a query takes when it is sent.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_QUERY_AUDIT_H
#define LBD_QUERY_AUDIT_H

#include "api/result_counter.h"
#include "api/row_messages.h"
#include "json/encoding.h"
#include "report/query_report.h"

/* A query that has run, and the sizes of its result. */
typedef struct LbdQueryAudit
{
	LbdResultCounter counter;	/* first: its calls get a pointer to it */
	bool		waste;			/* what could be left out is counted */
	int64		total;			/* bytes of all */
	LbdEncoder *encoder;		/* compresses the rows, or NULL */
	LbdRowMessages messages;	/* of the rows, where they are compressed */
	Datum	   *values;			/* of the row whose message has been written */
	int			rows_path;		/* number of what belongs to no column */
	int64		compressed;		/* compressed bytes of all */
	int64	   *own;			/* by the number of the path, or NULL */
} LbdQueryAudit;

extern void lbd_query_audit_run(LbdQueryAudit *audit, const char *query,
								LbdEncoding encoding, bool waste);
extern void lbd_query_audit_sizes(const LbdQueryAudit *audit,
								  LbdEncoding encoding,
								  LbdResultSizes *sizes);
extern void lbd_query_audit_end(LbdQueryAudit *audit);

#endif							/* LBD_QUERY_AUDIT_H */
