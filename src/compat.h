/*-------------------------------------------------------------------------
 *
 * compat.h
 *	  What differs between the supported versions of PostgreSQL.
 *
 * All that depends on PG_VERSION_NUM is here.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_COMPAT_H
#define LBD_COMPAT_H

#include "common/jsonapi.h"
#include "mb/pg_wchar.h"
#include "portability/instr_time.h"
#include "utils/acl.h"
#include "utils/numeric.h"
#if PG_VERSION_NUM >= 190000
#include "nodes/miscnodes.h"
#endif
#if PG_VERSION_NUM >= 160000
/* PostgreSQL 16 took the VAR macros out of postgres.h. */
#include "varatt.h"
#endif

#if PG_VERSION_NUM < 150000
#error "lbdiag needs PostgreSQL 15 or later: InitMaterializedSRF is new there"
#endif

#define LBD_NS_PER_MS	1000000.0

/*
 * The time in ns, from a start of its own.  PostgreSQL 16 made instr_time a
 * number of ticks and added INSTR_TIME_GET_NANOSEC.
 */
static inline int64
lbd_clock(void)
{
	instr_time	now;

	INSTR_TIME_SET_CURRENT(now);
#if PG_VERSION_NUM >= 160000
	return INSTR_TIME_GET_NANOSEC(now);
#else
	return (int64) now.tv_sec * 1000000000 + now.tv_nsec;
#endif
}

/*
 * The server's lexer over a text of JSON.  PostgreSQL 17 added the context as
 * an argument and made the text const.
 */
static inline JsonLexContext *
lbd_json_lexer(const char *text, int len, bool unescape)
{
#if PG_VERSION_NUM >= 170000
	return makeJsonLexContextCstringLen(NULL, text, len,
										GetDatabaseEncoding(), unescape);
#else
	return makeJsonLexContextCstringLen(unconstify(char *, text), len,
										GetDatabaseEncoding(), unescape);
#endif
}

/*
 * The arguments of ExecutorRun and of its hook.  PostgreSQL 18 took
 * execute_once away.
 */
#if PG_VERSION_NUM >= 180000
#define LBD_EXECUTOR_RUN_ARGUMENTS \
	QueryDesc *query, ScanDirection direction, uint64 count
#define LBD_EXECUTOR_RUN_PASSED query, direction, count
#else
#define LBD_EXECUTOR_RUN_ARGUMENTS \
	QueryDesc *query, ScanDirection direction, uint64 count, bool once
#define LBD_EXECUTOR_RUN_PASSED query, direction, count, once
#endif

/*
 * The arguments of the planner and of its hook.  PostgreSQL 19 added the state
 * of EXPLAIN.
 */
#if PG_VERSION_NUM >= 190000
#define LBD_PLANNER_ARGUMENTS \
	Query *query, const char *text, int options, ParamListInfo parameters, \
	struct ExplainState *explain
#define LBD_PLANNER_PASSED query, text, options, parameters, explain
#else
#define LBD_PLANNER_ARGUMENTS \
	Query *query, const char *text, int options, ParamListInfo parameters
#define LBD_PLANNER_PASSED query, text, options, parameters
#endif

/*
 * PostgreSQL 18 has pg_noreturn before a declaration in the place of
 * pg_attribute_noreturn() after it.
 */
#if PG_VERSION_NUM < 180000
#define pg_noreturn __attribute__((noreturn))
#endif

/*
 * Frees what lbd_json_lexer has made, with the string that was read last.
 * PostgreSQL 17 has a function for it.
 */
static inline void
lbd_json_lexer_free(JsonLexContext *lex)
{
#if PG_VERSION_NUM >= 170000
	freeJsonLexContext(lex);
#else
	if (lex->strval)
	{
		pfree(lex->strval->data);
		pfree(lex->strval);
	}
	pfree(lex);
#endif
}

/*
 * What a plan node counts.  PostgreSQL 19 took the counts of rows and loops
 * out of Instrumentation, into a type of nodes, and has times as instr_time.
 */
#if PG_VERSION_NUM >= 190000
#define LBD_NODE_INSTRUMENT			NodeInstrumentation
#define LBD_WORKER_INSTRUMENT		WorkerNodeInstrumentation
#define LBD_INSTRUMENT_TIMED(i)		((i)->instr.need_timer)
#define LBD_INSTRUMENT_SECONDS(i)	INSTR_TIME_GET_DOUBLE((i)->instr.total)
#else
#define LBD_NODE_INSTRUMENT			Instrumentation
#define LBD_WORKER_INSTRUMENT		WorkerInstrumentation
#define LBD_INSTRUMENT_TIMED(i)		((i)->need_timer)
#define LBD_INSTRUMENT_SECONDS(i)	((i)->total)
#endif

/*
 * Whether a role has the rights of another one, or can take them by SET ROLE.
 * PostgreSQL 16 made the second a matter of its own.
 */
static inline bool
lbd_may_become(Oid role, Oid other)
{
#if PG_VERSION_NUM >= 160000
	return has_privs_of_role(role, other) || member_can_set_role(role, other);
#else
	return is_member_of_role(role, other);
#endif
}

/*
 * Without its sign.  PostgreSQL 18 took the macro Abs away.
 */
static inline int64
lbd_abs(int64 value)
{
	return value < 0 ? -value : value;
}

/*
 * PostgreSQL 19 made CLUSTER a form of REPACK.
 */
#if PG_VERSION_NUM >= 190000
#define LBD_CLUSTER_TAG		T_RepackStmt
#define LBD_CLUSTER_ALL(statement) \
	(((const RepackStmt *) (statement))->relation == NULL)
#else
#define LBD_CLUSTER_TAG		T_ClusterStmt
#define LBD_CLUSTER_ALL(statement) \
	(((const ClusterStmt *) (statement))->relation == NULL)
#endif

/*
 * Has a scanner of SQL read strings as with standard_conforming_strings on or
 * off, whatever the session's settings, and without warnings.  In PostgreSQL
 * 19 it is always on.
 */
#if PG_VERSION_NUM >= 190000
#define LBD_STRINGS_CONFORM		true
#define LBD_SCANNER_STRINGS(extra, conforming)	((void) (conforming))
#else
#define LBD_STRINGS_CONFORM		false
#define LBD_SCANNER_STRINGS(extra, conforming) \
	((extra).standard_conforming_strings = (conforming), \
	 (extra).backslash_quote = BACKSLASH_QUOTE_ON, \
	 (extra).escape_string_warning = false)
#endif

/*
 * A TupleDesc that is filled column by column is finished so.  PostgreSQL 19
 * needs it, and has the function.
 */
#if PG_VERSION_NUM < 190000
#define TupleDescFinalize(desc)		((void) (desc))
#endif

/*
 * A number as an int4; failed is set where it is none.  PostgreSQL 19 has a
 * soft error in the place of numeric_int4_opt_error.
 */
static inline int32
lbd_numeric_int4(Numeric number, bool *failed)
{
#if PG_VERSION_NUM >= 190000
	ErrorSaveContext context = {.type = T_ErrorSaveContext};
	int32		value = numeric_int4_safe(number, (Node *) &context);

	*failed = context.error_occurred;
	return value;
#else
	return numeric_int4_opt_error(number, failed);
#endif
}

#endif							/* LBD_COMPAT_H */
