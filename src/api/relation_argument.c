/*-------------------------------------------------------------------------
 *
 * relation_argument.c
 *	  An argument that is a table all of which is to be read.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"

#include "api/arguments.h"
#include "api/relation_argument.h"
#include "api/shards.h"

/*
 * Opens the table that an argument names.  Its rows are then read without a
 * query, so what a query would check is checked here: the caller may use the
 * schema and read all columns, and policies hide no row.
 */
Relation
lbd_argument_table(FunctionCallInfo fcinfo, int number)
{
	Relation	relation;
	Oid			oid;
	char		kind;

	lbd_argument_required(fcinfo, number, "relation", "Name a table.");
	oid = PG_GETARG_OID(number);
	relation = try_relation_open(oid, AccessShareLock);
	if (relation == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation with OID %u does not exist", oid)));
	kind = relation->rd_rel->relkind;
	if (kind != RELKIND_RELATION && kind != RELKIND_MATVIEW &&
		kind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" has no values that are stored here",
						RelationGetRelationName(relation)),
				 errhint("Name a table, a partitioned table or a materialized view.")));
	if (lbd_is_distributed(relation))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("\"%s\" is distributed by Citus",
						RelationGetRelationName(relation)),
				 errdetail("What its shards store is not seen from here."),
				 errhint("Name one of its shards, on the server that has it.")));
	LookupExplicitNamespace(get_namespace_name(RelationGetNamespace(relation)),
							false);
	if (pg_class_aclcheck(oid, GetUserId(), ACL_SELECT) != ACLCHECK_OK &&
		pg_attribute_aclcheck_all(oid, GetUserId(), ACL_SELECT,
								  ACLMASK_ALL) != ACLCHECK_OK)
		aclcheck_error(ACLCHECK_NO_PRIV, get_relkind_objtype(kind),
					   RelationGetRelationName(relation));
	if (check_enable_rls(oid, InvalidOid, true) == RLS_ENABLED)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("row-level security may hide rows of \"%s\"",
						RelationGetRelationName(relation)),
				 errdetail("What a table takes can only be told by all of its rows."),
				 errhint("Call it as a role that the policies do not apply to.")));
	return relation;
}
