/*-------------------------------------------------------------------------
 *
 * hooks.c
 *	  What the server does, as places of the call tree.
 *
 * The hooks are set when the library is loaded, and hand on to those that
 * were there before; outside a trace they do nothing else.
 *
 * An error leaves places without a word.  A hook that runs a statement comes
 * back to its caller's place in any case; within it, the end of a
 * subtransaction closes what was opened in that.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "executor/executor.h"
#include "optimizer/planner.h"
#include "tcop/utility.h"

#include "trace/function_calls.h"
#include "trace/hooks.h"
#include "trace/plan_nodes.h"
#include "trace/plpgsql_lines.h"
#include "trace/statement_text.h"

/* Where a hook that runs a statement comes back to. */
typedef struct LbdReturn
{
	uint64		generation;		/* of the trace */
	LbdPlace   *caller;			/* current place before */
	int			nframes;		/* open before */
	const char *utility;		/* text of the utility statement before */
	int			nhidden;		/* statements not to be seen before */
	bool		starting;		/* whether a plan was being set up */
} LbdReturn;

static void executor_start(QueryDesc *query, int flags);
static void executor_run(LBD_EXECUTOR_RUN_ARGUMENTS);
static void executor_finish(QueryDesc *query);
static void executor_end(QueryDesc *query);
static PlannedStmt *plan_query(LBD_PLANNER_ARGUMENTS);
static void run_utility(PlannedStmt *statement, const char *text,
						bool read_only_tree, ProcessUtilityContext context,
						ParamListInfo parameters,
						QueryEnvironment *environment, DestReceiver *receiver,
						QueryCompletion *completion);
static void transaction_event(XactEvent event, void *arg);
static void subtransaction_event(SubXactEvent event,
								 SubTransactionId subtransaction,
								 SubTransactionId parent, void *arg);

static ExecutorStart_hook_type chained_start = NULL;
static ExecutorRun_hook_type chained_run = NULL;
static ExecutorFinish_hook_type chained_finish = NULL;
static ExecutorEnd_hook_type chained_end = NULL;
static planner_hook_type chained_planner = NULL;
static ProcessUtility_hook_type chained_utility = NULL;

/*
 * Called when the library is loaded.
 */
void
lbd_hooks_init(void)
{
	chained_start = ExecutorStart_hook;
	ExecutorStart_hook = executor_start;
	chained_run = ExecutorRun_hook;
	ExecutorRun_hook = executor_run;
	chained_finish = ExecutorFinish_hook;
	ExecutorFinish_hook = executor_finish;
	chained_end = ExecutorEnd_hook;
	ExecutorEnd_hook = executor_end;
	chained_planner = planner_hook;
	planner_hook = plan_query;
	chained_utility = ProcessUtility_hook;
	ProcessUtility_hook = run_utility;
	lbd_function_calls_init();
	RegisterXactCallback(transaction_event, NULL);
	RegisterSubXactCallback(subtransaction_event, NULL);
}

/*
 * Begins a run of a trace.  There must be none that is taken now.
 */
void
lbd_trace_on(LbdTrace *trace)
{
	Assert(lbd_tracing == NULL);
	lbd_plpgsql_watch();
	lbd_trace_begin_run(trace);
}

/*
 * Ends the run of the trace that is taken now, and keeps its times where they
 * are to be kept.
 */
void
lbd_trace_off(bool keep)
{
	if (lbd_tracing->session)
		lbd_trace_drop_statement(lbd_tracing);
	lbd_trace_end_run(lbd_tracing, keep);
	lbd_plpgsql_unwatch();
}

/*
 * Ends it after an error, which may have come at any time.
 */
void
lbd_trace_abandon(void)
{
	lbd_tracing = NULL;
	lbd_plpgsql_unwatch();
}

/*
 * Ends the trace of a session that nobody is to read any more.
 */
void
lbd_trace_discard(void)
{
	LbdTrace   *trace = lbd_tracing;

	lbd_trace_abandon();
	MemoryContextDelete(trace->context);
}

/*
 * Makes place current for a hook that runs a statement; NULL where nothing of
 * the statement may be seen.
 */
static LbdReturn
statement_enter(LbdTrace *trace, LbdPlace *place)
{
	LbdReturn	result = {
		trace->generation, trace->tree.current, trace->nframes, trace->utility,
		trace->viewer.nhidden, trace->starting
	};

	trace->nested++;
	trace->starting = false;
	if (place)
		lbd_tree_enter(&trace->tree, place);
	else
		trace->viewer.nhidden++;
	return result;
}

/*
 * Brings back what statement_enter has changed, but for the current place.
 */
static void
statement_restore(LbdTrace *trace, const LbdReturn *before)
{
	trace->nested--;
	trace->nframes = Min(trace->nframes, before->nframes);
	trace->utility = before->utility;
	trace->viewer.nhidden = before->nhidden;
	trace->starting = before->starting;
}

/*
 * Comes back to the place before, after an error too.
 */
static void
statement_leave(LbdReturn before)
{
	LbdTrace   *trace = lbd_tracing;

	if (!lbd_trace_is(before.generation))
		return;
	statement_restore(trace, &before);
	lbd_tree_switch(&trace->tree, before.caller);
	if (trace->session && trace->nested == 0 &&
		lbd_viewer_is_gone(&trace->viewer))
		lbd_trace_discard();
}

/*
 * Does the same where the statement goes on soon.  Between statements
 * of a session that can be long.
 */
static void
statement_leave_briefly(LbdReturn before)
{
	LbdTrace   *trace = lbd_tracing;

	if (!lbd_trace_is(before.generation) || before.caller == trace->base)
		statement_leave(before);
	else
	{
		statement_restore(trace, &before);
		lbd_tree_leave_briefly(&trace->tree, before.caller);
	}
}

static void
call_start(QueryDesc *query, int flags)
{
	if (chained_start)
		chained_start(query, flags);
	else
		standard_ExecutorStart(query, flags);
}

/*
 * The place of a statement, with the arguments of lbd_statement_place; NULL
 * where it is not to be seen.
 */
static LbdPlace *
find_statement(LbdTrace *trace, LbdPlaceKind kind, const char *text,
			   int location, int len, const Node *statement)
{
	LbdPlace   *place;

	if (!lbd_trace_shows(trace))
		return NULL;
	place = lbd_statement_place(trace, kind, text, location, len,
								CreateCommandName(unconstify(Node *, statement)));
	if (place != lbd_trace_caller(trace))
		place->counts.calls++;
	return place;
}

static void
executor_start(QueryDesc *query, int flags)
{
	LbdTrace   *trace = lbd_tracing;
	const PlannedStmt *plan = query->plannedstmt;
	LbdPlace   *place;
	LbdReturn	before;
	bool		untimed;

	if (likely(trace == NULL) || (flags & EXEC_FLAG_EXPLAIN_ONLY))
	{
		call_start(query, flags);
		return;
	}
	place = find_statement(trace, LBD_PLACE_STATEMENT, query->sourceText,
						   plan->stmt_location, plan->stmt_len,
						   (const Node *) plan);
	untimed = place && lbd_nodes_prepare(query);
	before = statement_enter(trace, place);
	trace->starting = place != NULL;
	PG_TRY();
	{
		call_start(query, flags);
		if (place && lbd_trace_is(before.generation))
			lbd_nodes_watch(trace, query, place, untimed);
	}
	PG_FINALLY();
	{
		statement_leave_briefly(before);
	}
	PG_END_TRY();
}

static void
call_run(LBD_EXECUTOR_RUN_ARGUMENTS)
{
	if (chained_run)
		chained_run(LBD_EXECUTOR_RUN_PASSED);
	else
		standard_ExecutorRun(LBD_EXECUTOR_RUN_PASSED);
}

/*
 * The place of a statement that has been started, NULL where it is not to be
 * seen.  hooked tells whether the hook has anything to do.
 */
static LbdPlace *
find_started(LbdTrace *trace, const QueryDesc *query, bool *hooked)
{
	LbdPlace   *place;

	*hooked = false;
	if (likely(trace == NULL))
		return NULL;
	*hooked = true;
	if (!lbd_trace_shows(trace))
		return NULL;
	place = lbd_nodes_statement(trace, query);
	*hooked = place != NULL;
	return place;
}

/*
 * The rows of a statement that is run on behalf of a utility statement are
 * the utility's to tell.
 */
static void
executor_run(LBD_EXECUTOR_RUN_ARGUMENTS)
{
	bool		hooked;
	LbdPlace   *place = find_started(lbd_tracing, query, &hooked);
	LbdReturn	before;

	if (!hooked)
	{
		call_run(LBD_EXECUTOR_RUN_PASSED);
		return;
	}
	before = statement_enter(lbd_tracing, place);
	PG_TRY();
	{
		call_run(LBD_EXECUTOR_RUN_PASSED);
		if (place && lbd_trace_is(before.generation) &&
			place != before.caller)
			place->counts.rows = Max(place->counts.rows, 0) +
				query->estate->es_processed;
	}
	PG_FINALLY();
	{
		statement_leave_briefly(before);
	}
	PG_END_TRY();
}

static void
call_finish(QueryDesc *query)
{
	if (chained_finish)
		chained_finish(query);
	else
		standard_ExecutorFinish(query);
}

static void
call_end(QueryDesc *query)
{
	if (chained_end)
		chained_end(query);
	else
		standard_ExecutorEnd(query);
}

/*
 * Calls the last steps of a statement, as its place.
 */
static void
call_at(LbdTrace *trace, LbdPlace *place, QueryDesc *query,
		void (*call) (QueryDesc *))
{
	LbdReturn	before = statement_enter(trace, place);

	PG_TRY();
	{
		call(query);
	}
	PG_CATCH();
	{
		statement_leave(before);
		PG_RE_THROW();
	}
	PG_END_TRY();
	statement_leave(before);
}

/*
 * A SELECT has nothing to do here that would take time.
 */
static void
executor_finish(QueryDesc *query)
{
	LbdTrace   *trace = lbd_tracing;
	bool		modifies = query->operation != CMD_SELECT ||
		query->plannedstmt->hasModifyingCTE;
	bool		hooked;
	LbdPlace   *place = find_started(trace, query, &hooked);

	if (!modifies || !hooked)
		call_finish(query);
	else
		call_at(trace, place, query, call_finish);
}

static void
executor_end(QueryDesc *query)
{
	LbdTrace   *trace = lbd_tracing;
	bool		hooked;
	LbdPlace   *place = find_started(trace, query, &hooked);

	if (!hooked)
		call_end(query);
	else
	{
		if (place)
			lbd_nodes_count(query);
		call_at(trace, place, query, call_end);
	}
}

static PlannedStmt *
call_planner(LBD_PLANNER_ARGUMENTS)
{
	if (chained_planner)
		return chained_planner(LBD_PLANNER_PASSED);
	return standard_planner(LBD_PLANNER_PASSED);
}

/*
 * The place of the planning of a query, NULL where it is not to be seen.
 */
static LbdPlace *
find_planning(LbdTrace *trace, const Query *query, const char *text)
{
	LbdPlace   *place;

	if (!lbd_trace_shows(trace))
		return NULL;
	place = lbd_statement_place(trace, LBD_PLACE_STATEMENT, text,
								query->stmt_location, query->stmt_len,
								CreateCommandName((Node *) query));
	place = lbd_statement_part(trace, place, LBD_PLACE_PLANNING, "planning: ");
	if (place->kind == LBD_PLACE_PLANNING)
		place->counts.calls++;
	return place;
}

static PlannedStmt *
plan_query(LBD_PLANNER_ARGUMENTS)
{
	LbdTrace   *trace = lbd_tracing;
	PlannedStmt *volatile result = NULL;
	LbdPlace   *place;
	LbdReturn	before;

	if (likely(trace == NULL))
		return call_planner(LBD_PLANNER_PASSED);
	place = find_planning(trace, query, text);
	before = statement_enter(trace, place);
	PG_TRY();
	{
		result = call_planner(LBD_PLANNER_PASSED);
	}
	PG_FINALLY();
	{
		statement_leave(before);
	}
	PG_END_TRY();
	return result;
}

static void
call_utility(PlannedStmt *statement, const char *text, bool read_only_tree,
			 ProcessUtilityContext context, ParamListInfo parameters,
			 QueryEnvironment *environment, DestReceiver *receiver,
			 QueryCompletion *completion)
{
	if (chained_utility)
		chained_utility(statement, text, read_only_tree, context, parameters,
						environment, receiver, completion);
	else
		standard_ProcessUtility(statement, text, read_only_tree, context,
								parameters, environment, receiver,
								completion);
}

static void
run_utility(PlannedStmt *statement, const char *text, bool read_only_tree,
			ProcessUtilityContext context, ParamListInfo parameters,
			QueryEnvironment *environment, DestReceiver *receiver,
			QueryCompletion *completion)
{
	LbdTrace   *trace = lbd_tracing;
	bool		discards_all = IsA(statement->utilityStmt, DiscardStmt) &&
		((DiscardStmt *) statement->utilityStmt)->target == DISCARD_ALL;
	LbdPlace   *place;
	LbdReturn	before;

	if (likely(trace == NULL))
	{
		call_utility(statement, text, read_only_tree, context, parameters,
					 environment, receiver, completion);
		return;
	}
	place = find_statement(trace, LBD_PLACE_UTILITY, text,
						   statement->stmt_location, statement->stmt_len,
						   statement->utilityStmt);
	before = statement_enter(trace, place);
	trace->utility = text;
	PG_TRY();
	{
		call_utility(statement, text, read_only_tree, context, parameters,
					 environment, receiver, completion);
		if (place && lbd_trace_is(before.generation) && completion &&
			completion->nprocessed > 0 && place != before.caller)
			place->counts.rows = Max(place->counts.rows, 0) +
				completion->nprocessed;
	}
	PG_FINALLY();
	{
		statement_leave(before);
	}
	PG_END_TRY();
	/* A pooler hands the session to somebody else. */
	if (discards_all && trace->session && lbd_trace_is(before.generation))
		lbd_trace_discard();
}

/*
 * A session's trace goes on after the end of a transaction, also of one that
 * a procedure ends while it runs.
 */
static void
transaction_event(XactEvent event, void *arg)
{
	LbdTrace   *trace = lbd_tracing;
	LbdPlace   *parent;
	LbdPlace   *place;

	if (trace == NULL)
		return;
	if (event == XACT_EVENT_PRE_COMMIT)
	{
		parent = lbd_trace_caller(trace);
		trace->commit_caller = trace->tree.current;
		place = lbd_place_find(&trace->tree, parent, LBD_PLACE_COMMIT, 0);
		if (place == NULL && lbd_place_fits(&trace->tree, parent))
			place = lbd_place_add(&trace->tree, parent, LBD_PLACE_COMMIT, 0,
								  "commit", NULL);
		if (place == NULL)
			return;
		place->counts.calls++;
		lbd_tree_enter(&trace->tree, place);
	}
	else if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT ||
			 event == XACT_EVENT_PREPARE)
	{
		if (!trace->session)
			lbd_trace_abandon();
		else if (trace->nested == 0)
			lbd_trace_reset(trace);
		else if (trace->commit_caller)
			lbd_tree_switch(&trace->tree, trace->commit_caller);
		trace->commit_caller = NULL;
	}
}

static void
subtransaction_event(SubXactEvent event, SubTransactionId subtransaction,
					 SubTransactionId parent, void *arg)
{
	LbdTrace   *trace = lbd_tracing;

	if (trace == NULL)
		return;
	if (event == SUBXACT_EVENT_START_SUB)
		lbd_trace_mark(trace, GetCurrentTransactionNestLevel());
	else if (event == SUBXACT_EVENT_COMMIT_SUB ||
			 event == SUBXACT_EVENT_ABORT_SUB)
		lbd_trace_unwind(trace, GetCurrentTransactionNestLevel());
}
