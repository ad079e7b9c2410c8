/*-------------------------------------------------------------------------
 *
 * runnable.c
 *	  Whether statements can be run inside a function, and running them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "commands/defrem.h"
#include "executor/spi.h"
#include "nodes/parsenodes.h"
#include "tcop/dest.h"
#include "tcop/tcopprot.h"
#include "tcop/utility.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "compat.h"
#include "trace/hooks.h"
#include "trace/output.h"
#include "trace/runnable.h"
#include "util/parameter_hint.h"

static void syntax_error_place(void *text);
static void refuse(const Node *statement);
static bool needs_own_transaction(const Node *statement);
static bool option_is_set(List *options, const char *name);
static bool detaches_concurrently(const AlterTableStmt *statement);
static bool talks_to_client(const Node *statement);
static void run_text(LbdTrace *trace, const char *text);

/*
 * Raises an error where text is not one or more statements that can be run
 * inside a function: before any of them has run.
 */
void
lbd_statements_check(const char *text)
{
	ErrorContextCallback context = {
		error_context_stack, syntax_error_place, unconstify(char *, text)
	};
	List	   *statements;
	ListCell   *cell;

	error_context_stack = &context;
	statements = pg_parse_query(text);
	error_context_stack = context.previous;
	if (statements == NIL)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("statement is empty"),
				 errhint("Give one or more SQL statements.")));
	foreach(cell, statements)
	{
		refuse(lfirst_node(RawStmt, cell)->stmt);
	}
}

/*
 * The position of a syntax error is one in the text, not in what the client
 * has sent.
 */
static void
syntax_error_place(void *text)
{
	int			position = geterrposition();

	if (position <= 0)
		return;
	errposition(0);
	internalerrposition(position);
	internalerrquery(text);
}

static void
refuse(const Node *statement)
{
	if (IsA(statement, TransactionStmt))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("%s cannot be profiled",
						CreateCommandName(unconstify(Node *, statement))),
				 errhint("A profile runs within one transaction: leave out statements that begin or end one, or use lbdiag_trace_start and lbdiag_trace_stop.")));
	if (needs_own_transaction(statement))
		ereport(ERROR,
				(errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
				 errmsg("%s cannot be profiled, as it cannot run inside a transaction block",
						CreateCommandName(unconstify(Node *, statement))),
				 errhint("Use lbdiag_trace_start and lbdiag_trace_stop around it.")));
	if (talks_to_client(statement))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("COPY to or from the client cannot be profiled"),
				 errhint("Copy to or from a file, profile the query alone, or use lbdiag_trace_start and lbdiag_trace_stop.")));
}

/*
 * Whether the server would refuse a statement for being inside a transaction
 * block.
 */
static bool
needs_own_transaction(const Node *statement)
{
	switch (nodeTag(statement))
	{
		case T_VacuumStmt:
			return ((const VacuumStmt *) statement)->is_vacuumcmd;
		case T_IndexStmt:
			return ((const IndexStmt *) statement)->concurrent;
		case T_DropStmt:
			return ((const DropStmt *) statement)->concurrent;
		case T_ReindexStmt:
			return ((const ReindexStmt *) statement)->kind >=
				REINDEX_OBJECT_SCHEMA ||
				option_is_set(((const ReindexStmt *) statement)->params,
							  "concurrently");
		case LBD_CLUSTER_TAG:
			return LBD_CLUSTER_ALL(statement);
		case T_AlterTableStmt:
			return detaches_concurrently((const AlterTableStmt *) statement);
		case T_DiscardStmt:
			return ((const DiscardStmt *) statement)->target == DISCARD_ALL;
		case T_CreatedbStmt:
		case T_DropdbStmt:
		case T_CreateTableSpaceStmt:
		case T_DropTableSpaceStmt:
		case T_AlterSystemStmt:
			return true;
		case T_AlterDatabaseStmt:
			return option_is_set(((const AlterDatabaseStmt *) statement)->options,
								 "tablespace");
		default:
			return false;
	}
}

/*
 * Whether an option is there, and is not off.
 */
static bool
option_is_set(List *options, const char *name)
{
	ListCell   *cell;

	foreach(cell, options)
	{
		DefElem    *option = lfirst_node(DefElem, cell);

		if (strcmp(option->defname, name) != 0)
			continue;
		return strcmp(name, "concurrently") != 0 || defGetBoolean(option);
	}
	return false;
}

static bool
detaches_concurrently(const AlterTableStmt *statement)
{
	ListCell   *cell;

	foreach(cell, statement->cmds)
	{
		const AlterTableCmd *command = lfirst_node(AlterTableCmd, cell);

		if (command->subtype == AT_DetachPartition &&
			((const PartitionCmd *) command->def)->concurrent)
			return true;
	}
	return false;
}

static bool
talks_to_client(const Node *statement)
{
	const CopyStmt *copy = (const CopyStmt *) statement;

	return IsA(statement, CopyStmt) && copy->filename == NULL;
}

/*
 * Runs statements, once, as a run of the trace.  Their effects are undone at
 * its end where rollback says so; what they return is turned into text, and
 * goes nowhere.  keep says whether the run's times count.
 */
void
lbd_statements_run(LbdTrace *trace, const char *text, bool rollback,
				   bool keep)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		lbd_trace_on(trace);
		run_text(trace, text);
		lbd_trace_off(keep);
	}
	PG_CATCH();
	{
		ErrorData  *error;

		lbd_trace_abandon();
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
		ReThrowError(error);
	}
	PG_END_TRY();
	if (rollback)
		RollbackAndReleaseCurrentSubTransaction();
	else
		ReleaseCurrentSubTransaction();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
}

static void
run_text(LbdTrace *trace, const char *text)
{
	ErrorContextCallback hint = {error_context_stack, lbd_parameter_hint, NULL};
	SPIExecuteOptions options = {0};
	int			result;

	SPI_connect();
	options.dest = lbd_output_create(trace, CurrentMemoryContext);
	error_context_stack = &hint;
	result = SPI_execute_extended(text, &options);
	error_context_stack = hint.previous;
	if (result < 0)
		elog(ERROR, "SPI_execute_extended failed: %s",
			 SPI_result_code_string(result));
	SPI_finish();
}
