/*-------------------------------------------------------------------------
 *
 * sql_body.c
 *	  Whether the body of a function in SQL is a single expression.
 *
 * Only such functions can be inlined.  The conditions are those of the
 * server's inline_function (clauses.c) that the body alone decides; where they
 * cannot be told, the answer is yes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "nodes/parsenodes.h"
#include "nodes/primnodes.h"
#include "parser/parser.h"

#include "trace/sql_body.h"

static bool is_expression(const SelectStmt *select);

/*
 * Whether a body is one SELECT of one expression from nothing.  A text that
 * cannot be parsed fails when the function is called.
 */
bool
lbd_text_is_expression(const char *text)
{
	MemoryContext context = CurrentMemoryContext;
	bool		result = true;

	PG_TRY();
	{
		List	   *statements = raw_parser(text, RAW_PARSE_DEFAULT);
		Node	   *statement = list_length(statements) == 1 ?
			linitial_node(RawStmt, statements)->stmt : NULL;

		result = statement && IsA(statement, SelectStmt) &&
			is_expression((SelectStmt *) statement);
	}
	PG_CATCH();
	{
		/* The parser holds nothing but memory. */
		MemoryContextSwitchTo(context);
		FlushErrorState();
		result = true;
	}
	PG_END_TRY();
	return result;
}

static bool
is_expression(const SelectStmt *select)
{
	return select->op == SETOP_NONE && select->valuesLists == NIL &&
		select->withClause == NULL && select->intoClause == NULL &&
		select->fromClause == NIL && select->whereClause == NULL &&
		select->groupClause == NIL && select->havingClause == NULL &&
		select->windowClause == NIL && select->distinctClause == NIL &&
		select->sortClause == NIL && select->limitOffset == NULL &&
		select->limitCount == NULL &&
		list_length(select->targetList) == 1;
}

/*
 * The same for a body that has been parsed when the function was made, as the
 * catalog has it.
 */
bool
lbd_body_is_expression(const char *nodes)
{
	Node	   *body = stringToNode(nodes);
	List	   *queries = IsA(body, List) ?
		linitial_node(List, (List *) body) : list_make1(body);
	const Query *query = list_length(queries) == 1 ?
		linitial_node(Query, queries) : NULL;

	return query && query->commandType == CMD_SELECT && !query->hasAggs &&
		!query->hasWindowFuncs && !query->hasTargetSRFs &&
		!query->hasSubLinks && query->cteList == NIL &&
		query->rtable == NIL && query->jointree->quals == NULL &&
		list_length(query->targetList) == 1;
}
