/*-------------------------------------------------------------------------
 *
 * audit_export.c
 *	  lbdiag_audit_export: the audit as a file for a tool that shows stacks.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"

#include "api/arguments.h"
#include "api/context.h"
#include "api/encoding_setting.h"
#include "json/path_rows.h"
#include "leaderboard/audit.h"
#include "report/stack_export.h"

/* A tree of paths that becomes nodes. */
typedef struct LbdPathNodes
{
	LbdStacks	stacks;			/* nodes so far */
	int			maxnodes;		/* space for them */
	bool		compressed;		/* weights are compressed bytes */
	const LbdBuild *build;		/* that has been written */
	LbdComponent component;		/* whose paths come now */
} LbdPathNodes;

static void export_components(LbdPathNodes *nodes);
static void add_path(LbdPathNodes *nodes, const LbdPath *path, int parent,
					 int length);
static int	add_node(LbdPathNodes *nodes, const char *name, int parent,
					 int64 weight);
static int64 whole_weight(const LbdPathNodes *nodes, const LbdPath *path);
static int64 path_weight(const LbdPathNodes *nodes, const LbdPath *path);

PG_FUNCTION_INFO_V1(lbdiag_audit_export_1_0);
/*
 * lbdiag_audit_export(payload text, viewer text, layout text, format text,
 *					   weight text) -> text
 *
 * The paths of the components that are sent as stacks, in bytes or in
 * compressed bytes.
 */
Datum
lbdiag_audit_export_1_0(PG_FUNCTION_ARGS)
{
	static const char *const formats[] = {"folded", "speedscope"};
	static const char *const weights[] = {"bytes", "compressed"};
	LbdRequest	request = lbd_request(fcinfo, "lbdiag_audit_export", 5, 0);
	bool		speedscope = lbd_argument_choice(fcinfo, 3, "format", formats,
												 lengthof(formats)) == 1;
	LbdEncoding none = {0};
	LbdPathNodes nodes = {0};
	LbdAudit	audit;
	MemoryContext context = CurrentMemoryContext;
	text	   *result;

	nodes.compressed = lbd_argument_choice(fcinfo, 4, "weight", weights,
										   lengthof(weights)) == 1;
	request.only_sent = true;
	request.progress = "lbdiag_audit";
	lbd_audit_run(&audit, &request, nodes.compressed ?
				  lbd_encoding_setting() : none);
	lbd_audit_limit(&audit);
	/* What is allocated while a payload is open ends with it. */
	MemoryContextSwitchTo(context);
	nodes.build = audit.build;
	nodes.stacks.title = psprintf("payload of %s", request.payload);
	nodes.stacks.unit = "bytes";
	nodes.stacks.scale = 1;
	export_components(&nodes);
	result = cstring_to_text(speedscope ?
							 lbd_stacks_speedscope(&nodes.stacks) :
							 lbd_stacks_folded(&nodes.stacks));
	lbd_build_close(audit.build);
	PG_RETURN_TEXT_P(result);
}

/*
 * Adds the paths of the components that are sent, the largest first.
 */
static void
export_components(LbdPathNodes *nodes)
{
	const LbdBuild *build = nodes->build;
	LbdComponent components[LBD_NCOMPONENTS];
	int			n = lbd_audit_sorted(build, true, components);

	for (int i = 0; i < n; i++)
	{
		nodes->component = components[i];
		add_path(nodes, build->writers[components[i]]->tree->root, -1, 0);
	}
}

/*
 * Adds a path, and those below it: a node is named by what it has more than
 * the one above, whose path has length bytes.  Bytes of paths that are longer
 * than any that is shown are those of the path above them: each line of a file
 * repeats all names.
 */
static void
add_path(LbdPathNodes *nodes, const LbdPath *path, int parent, int length)
{
	LbdPath   **children;
	int			nchildren;
	int			number;
	StringInfoData name;

	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	initStringInfo(&name);
	lbd_stats_step(path, &name);
	length += name.len;
	if (parent >= 0 && length > LBD_PATH_TEXT_MAX)
	{
		nodes->stacks.nodes[parent].weight += whole_weight(nodes, path);
		pfree(name.data);
		return;
	}
	number = add_node(nodes, parent < 0 ?
					  lbd_component_name(nodes->component) : name.data,
					  parent, path_weight(nodes, path));
	children = lbd_stats_sorted(path, &nchildren);
	for (int i = 0; i < nchildren; i++)
		add_path(nodes, children[i], number, length);
	pfree(children);
}

static int
add_node(LbdPathNodes *nodes, const char *name, int parent, int64 weight)
{
	int			number = nodes->stacks.nnodes++;
	LbdStackNode *node;

	if (number == nodes->maxnodes)
	{
		nodes->maxnodes = Max(2 * nodes->maxnodes, 256);
		nodes->stacks.nodes = nodes->stacks.nodes == NULL ?
			palloc(nodes->maxnodes * sizeof(LbdStackNode)) :
			repalloc(nodes->stacks.nodes,
					 nodes->maxnodes * sizeof(LbdStackNode));
	}
	node = &nodes->stacks.nodes[number];
	node->name = name;
	node->file = NULL;
	node->line = 0;
	node->parent = parent;
	node->weight = weight;
	return number;
}

/*
 * The weight of a path with all that is below it.
 */
static int64
whole_weight(const LbdPathNodes *nodes, const LbdPath *path)
{
	const int64 *own = nodes->build->compressed_own[nodes->component];

	if (!nodes->compressed)
		return path->bytes;
	return own ? lbd_stats_compressed(path, own) : 0;
}

static int64
path_weight(const LbdPathNodes *nodes, const LbdPath *path)
{
	const LbdBuild *build = nodes->build;
	const int64 *own = build->compressed_own[nodes->component];

	if (!nodes->compressed)
		return path->key_bytes + path->value_bytes + path->syntax_bytes;
	if (own)
		return own[path->number];
	/* By component only, which its root stands for. */
	return path->parent ? 0 : build->compressed_bytes[nodes->component];
}
