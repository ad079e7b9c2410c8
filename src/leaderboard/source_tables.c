/*-------------------------------------------------------------------------
 *
 * source_tables.c
 *	  The tables that a leaderboard's payload is read from.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "leaderboard/source_tables.h"

/*
 * What lbdiag_leaderboard names, as relations.  Neither a name that is no name
 * nor a schema that the caller may not use is an error.
 */
#define LBD_NAMED_RELATIONS \
	"named AS (" \
	" SELECT r.role, r.number," \
	" CASE WHEN r.name OPERATOR(pg_catalog.!~) '^([[:alpha:]_][[:alnum:]_$]*|\"([^\"]|\"\")+\")(\\.([[:alpha:]_][[:alnum:]_$]*|\"([^\"]|\"\")+\"))?$'" \
	" THEN NULL" \
	" WHEN pg_catalog.cardinality(pg_catalog.parse_ident(r.name)) OPERATOR(pg_catalog.=) 2" \
	" THEN (SELECT c.oid::pg_catalog.regclass FROM pg_catalog.pg_class AS c" \
	" JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace" \
	" WHERE n.nspname OPERATOR(pg_catalog.=) (pg_catalog.parse_ident(r.name))[1]::pg_catalog.name" \
	" AND c.relname OPERATOR(pg_catalog.=) (pg_catalog.parse_ident(r.name))[2]::pg_catalog.name)" \
	" ELSE pg_catalog.to_regclass(r.name) END AS relation" \
	" FROM (SELECT 1) AS one" \
	" LEFT JOIN %s.lbdiag_leaderboard AS l ON l.domain OPERATOR(pg_catalog.=) $1" \
	" CROSS JOIN LATERAL (VALUES" \
	" ('models'::pg_catalog.text, 1, coalesce(l.models, 'mv_final_model_context'))," \
	" ('benchmarks', 2, coalesce(l.benchmarks, 'mv_final_benchmark_context'))," \
	" ('groups', 3, coalesce(l.groups, 'brainscore_model'))" \
	" ) AS r (role, number, name))"

/* These, what views among them read, and partitions. */
#define LBD_RELATIONS_BELOW \
	"below AS (" \
	" SELECT n.role, n.number, n.relation, n.relation::pg_catalog.oid AS oid" \
	" FROM named AS n WHERE n.relation IS NOT NULL" \
	" UNION" \
	" SELECT b.role, b.number, b.relation, n.oid" \
	" FROM below AS b" \
	" CROSS JOIN LATERAL (" \
	" SELECT d.refobjid AS oid" \
	" FROM pg_catalog.pg_class AS v" \
	" JOIN pg_catalog.pg_rewrite AS w ON w.ev_class OPERATOR(pg_catalog.=) v.oid" \
	" JOIN pg_catalog.pg_depend AS d" \
	" ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_rewrite'::pg_catalog.regclass" \
	" AND d.objid OPERATOR(pg_catalog.=) w.oid" \
	" AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass" \
	" AND d.refobjid OPERATOR(pg_catalog.<>) v.oid" \
	" WHERE v.oid OPERATOR(pg_catalog.=) b.oid AND v.relkind OPERATOR(pg_catalog.=) 'v'" \
	" UNION ALL" \
	" SELECT i.inhrelid FROM pg_catalog.pg_inherits AS i" \
	" WHERE i.inhparent OPERATOR(pg_catalog.=) b.oid" \
	" ) AS n)"

/*
 * A query for the source relations of the leaderboard $1: role (models,
 * benchmarks, groups), number of the role, relation as it is named, and
 * storage, a table that it reads: itself, or what is below a view or a
 * partitioned table.
 */
char *
lbd_source_tables_query(const char *extension_schema)
{
	return psprintf("WITH RECURSIVE " LBD_NAMED_RELATIONS ", "
					LBD_RELATIONS_BELOW
					" SELECT b.role, b.number, b.relation,"
					" b.oid::pg_catalog.regclass AS storage"
					" FROM below AS b"
					" JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) b.oid"
					" AND c.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['r', 'm', 'f']::pg_catalog.\"char\"[])",
					quote_identifier(extension_schema));
}
