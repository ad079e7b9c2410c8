/*-------------------------------------------------------------------------
 *
 * node_label.c
 *	  What a node of a plan is called, with what it works on.
 *
 * The names are EXPLAIN's.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/executor.h"
#include "nodes/plannodes.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "trace/plan_nodes.h"

typedef struct LbdNodeName
{
	const char *name;			/* what EXPLAIN calls it */
	NodeTag		tag;			/* of the plan */
	bool		scan;			/* it is a Scan, and has a relation */
} LbdNodeName;

static const LbdNodeName node_names[] = {
	{"Result", T_Result, false},
	{"ProjectSet", T_ProjectSet, false},
	{"Append", T_Append, false},
	{"Merge Append", T_MergeAppend, false},
	{"Recursive Union", T_RecursiveUnion, false},
	{"BitmapAnd", T_BitmapAnd, false},
	{"BitmapOr", T_BitmapOr, false},
	{"Nested Loop", T_NestLoop, false},
	{"Merge Join", T_MergeJoin, false},
	{"Hash Join", T_HashJoin, false},
	{"Seq Scan", T_SeqScan, true},
	{"Sample Scan", T_SampleScan, true},
	{"Gather", T_Gather, false},
	{"Gather Merge", T_GatherMerge, false},
	{"Index Scan", T_IndexScan, true},
	{"Index Only Scan", T_IndexOnlyScan, true},
	{"Bitmap Heap Scan", T_BitmapHeapScan, true},
	{"Tid Scan", T_TidScan, true},
	{"Tid Range Scan", T_TidRangeScan, true},
	{"Subquery Scan", T_SubqueryScan, true},
	{"Function Scan", T_FunctionScan, true},
	{"Table Function Scan", T_TableFuncScan, true},
	{"Values Scan", T_ValuesScan, true},
	{"CTE Scan", T_CteScan, true},
	{"Named Tuplestore Scan", T_NamedTuplestoreScan, true},
	{"WorkTable Scan", T_WorkTableScan, true},
	{"Foreign Scan", T_ForeignScan, true},
	{"Custom Scan", T_CustomScan, true},
	{"Materialize", T_Material, false},
	{"Memoize", T_Memoize, false},
	{"Sort", T_Sort, false},
	{"Incremental Sort", T_IncrementalSort, false},
	{"Group", T_Group, false},
	{"Aggregate", T_Agg, false},
	{"WindowAgg", T_WindowAgg, false},
	{"Unique", T_Unique, false},
	{"SetOp", T_SetOp, false},
	{"LockRows", T_LockRows, false},
	{"Limit", T_Limit, false},
	{"Hash", T_Hash, false},
};

static const char *modify_name(CmdType operation);
static char *relation_name(const PlanState *node, Index relation);
static Oid	index_of(const Plan *plan);

/*
 * The label, in the current memory context.
 */
char *
lbd_node_label(const PlanState *node)
{
	const Plan *plan = node->plan;
	const char *name = "Node";
	Index		relation = 0;
	Oid			index = index_of(plan);
	char	   *index_name = index ? get_rel_name(index) : NULL;
	StringInfoData label;

	initStringInfo(&label);
	if (IsA(plan, ModifyTable))
	{
		const ModifyTable *modify = (const ModifyTable *) plan;

		name = modify_name(modify->operation);
		relation = linitial_int(modify->resultRelations);
	}
	for (size_t i = 0; i < lengthof(node_names); i++)
	{
		if (node_names[i].tag != nodeTag(plan))
			continue;
		name = node_names[i].name;
		if (node_names[i].scan)
			relation = ((const Scan *) plan)->scanrelid;
	}
	if (IsA(plan, BitmapIndexScan))
		appendStringInfo(&label, "Bitmap Index Scan on %s",
						 index_name ? index_name : "?");
	else
	{
		appendStringInfo(&label, "%s%s", plan->parallel_aware ? "Parallel " :
						 "", name);
		if (index_name)
			appendStringInfo(&label, " using %s", index_name);
		if (relation > 0)
			appendStringInfo(&label, " on %s", relation_name(node, relation));
	}
	return label.data;
}

static const char *
modify_name(CmdType operation)
{
	switch (operation)
	{
		case CMD_INSERT:
			return "Insert";
		case CMD_UPDATE:
			return "Update";
		case CMD_DELETE:
			return "Delete";
		default:
			return "Merge";
	}
}

/*
 * A member of the range table: a relation by its schema and name, anything
 * else by its alias.
 */
static char *
relation_name(const PlanState *node, Index relation)
{
	RangeTblEntry *entry = exec_rt_fetch(relation, node->state);
	char	   *name;
	char	   *schema;

	if (entry->rtekind == RTE_RELATION)
	{
		name = get_rel_name(entry->relid);
		schema = get_namespace_name(get_rel_namespace(entry->relid));
		if (name && schema)
			return quote_qualified_identifier(schema, name);
	}
	return pstrdup(entry->eref->aliasname);
}

static Oid
index_of(const Plan *plan)
{
	if (IsA(plan, IndexScan))
		return ((const IndexScan *) plan)->indexid;
	if (IsA(plan, IndexOnlyScan))
		return ((const IndexOnlyScan *) plan)->indexid;
	if (IsA(plan, BitmapIndexScan))
		return ((const BitmapIndexScan *) plan)->indexid;
	return InvalidOid;
}
