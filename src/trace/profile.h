/*-------------------------------------------------------------------------
 *
 * profile.h
 *	  Profiles of statements, and the beginning and end of traces.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_STATEMENT_PROFILE_H
#define LBD_STATEMENT_PROFILE_H

#include "util/call_tree.h"

/* What is run, and how. */
typedef struct LbdStatements
{
	const char *text;			/* one or more statements */
	int			repetitions;	/* how often they run */
	bool		rollback;		/* the effects of each are undone */
	bool		functions;		/* calls of functions are watched */
} LbdStatements;

extern LbdCallTree *lbd_statements_profile(const LbdStatements *statements,
										   MemoryContext context,
										   int64 *reference);
extern void lbd_session_trace(bool functions);
extern LbdCallTree *lbd_session_trace_end(MemoryContext context);

#endif							/* LBD_STATEMENT_PROFILE_H */
