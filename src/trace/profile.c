/*-------------------------------------------------------------------------
 *
 * profile.c
 *	  Profiles of statements, and the beginning and end of traces.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "trace/hooks.h"
#include "trace/profile.h"
#include "trace/runnable.h"
#include "util/progress.h"
#include "util/reference_load.h"

static void check_no_trace(void);
static void drop_foreign_trace(void);
static void check_own_session(void);
static void check_own_trace(void);

/*
 * Runs statements, after once more to warm up where they run several times,
 * and returns their call tree, whose context is below the given one.
 * reference gets the ns of the reference load before each repetition and after
 * the last, where there are several.
 */
LbdCallTree *
lbd_statements_profile(const LbdStatements *statements,
					   MemoryContext context, int64 *reference)
{
	int			runs = statements->repetitions;
	LbdTrace   *trace;
	LbdProgress progress;

	check_no_trace();
	lbd_statements_check(statements->text);
	trace = lbd_trace_create(context, "(profile)", runs,
							 statements->functions, false);
	if (runs > 1)
		lbd_statements_run(trace, statements->text, statements->rollback,
						   false);
	lbd_progress_start(&progress, "lbdiag_profile_sql", "repetition",
					   "repetitions", runs);
	for (int i = 0; i < runs; i++)
	{
		if (runs > 1)
			reference[i] = lbd_reference_load();
		lbd_statements_run(trace, statements->text, statements->rollback,
						   true);
		lbd_progress_add(&progress);
	}
	if (runs > 1)
		reference[runs] = lbd_reference_load();
	return &trace->tree;
}

/*
 * Begins a trace of all that the session does.
 */
void
lbd_session_trace(bool functions)
{
	check_own_session();
	check_no_trace();
	lbd_trace_on(lbd_trace_create(TopMemoryContext, "(trace)", 1, functions,
								  true));
}

/*
 * Ends it, and returns its call tree, whose context is below the given one:
 * whatever happens from here on, it is gone with that.
 */
LbdCallTree *
lbd_session_trace_end(MemoryContext context)
{
	LbdTrace   *trace;

	check_own_session();
	check_own_trace();
	trace = lbd_tracing;
	lbd_trace_off(true);
	MemoryContextSetParent(trace->context, context);
	return &trace->tree;
}

static void
check_no_trace(void)
{
	drop_foreign_trace();
	if (lbd_tracing == NULL)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 lbd_tracing->session ?
			 errmsg("this session is traced already") :
			 errmsg("this statement is profiled already"),
			 lbd_tracing->session ?
			 errhint("End the trace with lbdiag_trace_stop first.") :
			 errhint("Profile one statement at a time.")));
}

/*
 * A trace ends with the identity that has begun it.  Within the statement
 * that changes that, nobody has looked yet.
 */
static void
drop_foreign_trace(void)
{
	if (lbd_tracing && lbd_tracing->session &&
		lbd_observer_is_gone(&lbd_tracing->observer))
		lbd_trace_discard();
}

/*
 * A trace shows what the session's user does: a function that runs with other
 * rights than the caller's must not take one.
 */
static void
check_own_session(void)
{
	if (InLocalUserIdChange() || InSecurityRestrictedOperation())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("cannot trace a session within a function that runs with other rights than its caller"),
				 errhint("Call lbdiag_trace_start and lbdiag_trace_stop from the session itself.")));
}

/*
 * Raises an error where there is no trace that the current user may read.
 */
static void
check_own_trace(void)
{
	const char *owner;

	drop_foreign_trace();
	if (lbd_tracing == NULL || !lbd_tracing->session)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("this session is not traced"),
				 errdetail("A trace also ends at DISCARD ALL and when the session user changes."),
				 errhint("Begin a trace with lbdiag_trace_start first.")));
	if (lbd_observer_may_be_read(&lbd_tracing->observer))
		return;
	owner = GetUserNameFromId(lbd_tracing->observer.role, true);
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("permission denied to read the trace of another role"),
			 errdetail("The trace was begun by role \"%s\".",
					   owner ? owner : "?"),
			 errhint("Return to that role with SET ROLE or RESET ROLE; DISCARD ALL ends the trace.")));
}
