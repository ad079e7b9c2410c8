/*-------------------------------------------------------------------------
 *
 * source_relation.c
 *	  A source relation, its columns, and conditions on its rows, as text of
 *	  queries.
 *
 * A relation is found by name once for each query and then named in full, with
 * quotes; every function and operator in a query's text is qualified.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/varlena.h"

#include "leaderboard/source_relation.h"
#include "leaderboard/spi_query.h"

static bool kind_accepts(LbdColumnKind kind, Oid type);
static void check_registered(const LbdLeaderboard *leaderboard,
							 const char *name);

/*
 * Opens a source relation by its configured name.
 */
Relation
lbd_source_open(const LbdLeaderboard *leaderboard, const char *role,
				const char *name)
{
	RangeVar   *range = makeRangeVarFromNameList(textToQualifiedNameList(cstring_to_text(name)));
	Oid			oid = RangeVarGetRelid(range, AccessShareLock, true);
	Relation	relation;

	if (!OidIsValid(oid))
		check_registered(leaderboard, name);
	if (!OidIsValid(oid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("source relation \"%s\" does not exist", name),
				 errdetail("It is where leaderboard \"%s\" has its %s.",
						   leaderboard->domain, role),
				 errhint("Put its schema on the search_path, or name the relation in the table %s. Any query is audited by lbdiag_audit_query, any relation by lbdiag_audit_relation.",
						 quote_qualified_identifier(leaderboard->schema,
													"lbdiag_leaderboard"))));
	relation = relation_open(oid, NoLock);
	switch (relation->rd_rel->relkind)
	{
		case RELKIND_RELATION:
		case RELKIND_VIEW:
		case RELKIND_MATVIEW:
		case RELKIND_FOREIGN_TABLE:
		case RELKIND_PARTITIONED_TABLE:
			break;
		default:
			ereport(ERROR,
					(errcode(ERRCODE_WRONG_OBJECT_TYPE),
					 errmsg("source relation \"%s\" is not a table or view",
							name),
					 errhint("Use a table, a view, a materialized view or a foreign table.")));
	}
	return relation;
}

/*
 * Where there are leaderboards with relations of their own, a domain that is
 * not one of them, and has no default relations either, is an unknown one.
 */
static void
check_registered(const LbdLeaderboard *leaderboard, const char *name)
{
	char	   *table = quote_qualified_identifier(leaderboard->schema,
												   "lbdiag_leaderboard");

	if (leaderboard->registered ||
		!lbd_query_row(psprintf("SELECT 1 FROM %s", table), NULL, table).found)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("leaderboard \"%s\" does not exist", leaderboard->domain),
			 errdetail("It is not registered, and there is no relation \"%s\".",
					   name),
			 errhint("The leaderboards are: %s.",
					 lbd_query_list(psprintf("SELECT domain FROM %s ORDER BY domain COLLATE pg_catalog.\"C\"",
											 table)))));
}

/*
 * The name of a relation as it is written in a query.
 */
char *
lbd_source_name(Relation relation)
{
	return quote_qualified_identifier(get_namespace_name(RelationGetNamespace(relation)),
									  RelationGetRelationName(relation));
}

/*
 * Whether a column of a kind may be of a type.
 */
static bool
kind_accepts(LbdColumnKind kind, Oid type)
{
	switch (kind)
	{
		case LBD_COLUMN_INTEGER:
			return type == INT2OID || type == INT4OID || type == INT8OID;
		case LBD_COLUMN_TEXT:
			return type == TEXTOID || type == VARCHAROID ||
				type == BPCHAROID || type == NAMEOID;
		case LBD_COLUMN_BOOLEAN:
			return type == BOOLOID;
		case LBD_COLUMN_JSONB:
			return type == JSONBOID;
		case LBD_COLUMN_JSON_ANY:
			return type == JSONOID || type == JSONBOID;
		case LBD_COLUMN_TIMESTAMPTZ:
			return type == TIMESTAMPTZOID;
	}
	return false;
}

/*
 * The expression that reads a column: cast to one type of its kind, or a
 * NULL of this type where the column is missing and may be.
 */
char *
lbd_source_column(Relation relation, const LbdColumnRule *rule)
{
	static const struct
	{
		const char *cast;		/* type of the expression */
		const char *accepted;	/* for messages */
	}			kinds[] = {
		[LBD_COLUMN_INTEGER] = {"int8", "an integer type"},
		[LBD_COLUMN_TEXT] = {"text", "text or varchar"},
		[LBD_COLUMN_BOOLEAN] = {"bool", "boolean"},
		[LBD_COLUMN_JSONB] = {"jsonb", "jsonb"},
		[LBD_COLUMN_JSON_ANY] = {"jsonb", "json or jsonb"},
		[LBD_COLUMN_TIMESTAMPTZ] = {"timestamptz", "timestamp with time zone"},
	};
	AttrNumber	number = get_attnum(RelationGetRelid(relation), rule->name);
	Oid			type;

	if (number <= 0)
	{
		if (rule->required)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("source relation \"%s\" has no column \"%s\"",
							RelationGetRelationName(relation), rule->name),
					 errhint("Add the column, as %s, or make a view that has it.",
							 kinds[rule->kind].accepted)));
		return psprintf("NULL::pg_catalog.%s", kinds[rule->kind].cast);
	}

	type = getBaseType(get_atttype(RelationGetRelid(relation), number));
	if (!kind_accepts(rule->kind, type))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" of source relation \"%s\" has the wrong type",
						rule->name, RelationGetRelationName(relation)),
				 errdetail("It is of type %s.",
						   format_type_be(get_atttype(RelationGetRelid(relation),
													  number))),
				 errhint("It must be %s; a view can cast it.",
						 kinds[rule->kind].accepted)));
	return psprintf("%s::pg_catalog.%s", quote_identifier(rule->name),
					kinds[rule->kind].cast);
}

/*
 * The SELECT list for a relation's rules.
 */
char *
lbd_source_select(Relation relation, const LbdColumnRule *rules, int nrules)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < nrules; i++)
	{
		char	   *column = lbd_source_column(relation, &rules[i]);

		if (rules[i].expression == NULL)
			continue;
		if (list.len > 0)
			appendStringInfoString(&list, ", ");
		for (const char *c = rules[i].expression; *c; c++)
		{
			if (c[0] == '%' && c[1] == 's')
			{
				appendStringInfo(&list, "(%s)", column);
				c++;
			}
			else
				appendStringInfoChar(&list, *c);
		}
	}
	return list.data;
}

/*
 * The expression that sorts a text by code point: the bytes of UTF-8 do.
 */
char *
lbd_code_point_order(const char *text)
{
	int			encoding = GetDatabaseEncoding();

	return psprintf(encoding == PG_UTF8 || encoding == PG_SQL_ASCII ?
					"%s COLLATE pg_catalog.\"C\"" :
					"pg_catalog.convert_to(%s, 'UTF8')", text);
}

/*
 * The condition that picks the rows of the domain, which is parameter 1.
 */
char *
lbd_domain_condition(Relation relation)
{
	static const LbdColumnRule domain = {"domain", LBD_COLUMN_TEXT, true, NULL};

	return psprintf("%s OPERATOR(pg_catalog.=) $1",
					lbd_source_column(relation, &domain));
}

/*
 * The condition that picks the models that a viewer sees; the viewer's id is
 * parameter 5.
 */
char *
lbd_viewer_condition(Relation relation, const LbdViewer *viewer)
{
	static const LbdColumnRule owner = {"owner", LBD_COLUMN_JSONB, false, NULL};
	static const LbdColumnRule user_id = {"user_id", LBD_COLUMN_INTEGER, false, NULL};
	char	   *own = psprintf("%s OPERATOR(pg_catalog.=) $5"
							   " OR %s OPERATOR(pg_catalog.->) 'id'::pg_catalog.text"
							   " OPERATOR(pg_catalog.=) pg_catalog.to_jsonb($5)",
							   lbd_source_column(relation, &user_id),
							   lbd_source_column(relation, &owner));

	switch (viewer->kind)
	{
		case LBD_VIEWER_PUBLIC:
			return "public";
		case LBD_VIEWER_ALL:
			return "true";
		case LBD_VIEWER_USER:
			return psprintf("(public OR %s)", own);
		case LBD_VIEWER_OWN:
			return psprintf("(%s)", own);
	}
	elog(ERROR, "unknown kind of viewer: %d", (int) viewer->kind);
}

/*
 * The names of all columns of a relation, quoted, in their order.
 */
char *
lbd_source_columns(Relation relation)
{
	TupleDesc	desc = RelationGetDescr(relation);
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < desc->natts; i++)
	{
		if (TupleDescAttr(desc, i)->attisdropped)
			continue;
		appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "",
						 quote_identifier(NameStr(TupleDescAttr(desc, i)->attname)));
	}
	return list.data;
}
