/*-------------------------------------------------------------------------
 *
 * benchmarks.c
 *	  The components that are made of the benchmarks alone, but for the
 *	  column definitions: groups, metadata, the tree and the maps.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"

#include "leaderboard/benchmarks.h"
#include "util/decimal.h"
#include "util/string_map.h"

/* Group of the leaves that have no parent. */
#define LBD_UNGROUPED	"ungrouped"

/*
 * Nodes of the written tree.  A benchmark is below every version of its
 * parent, so that a few rows can make a tree that doubles at each level.
 */
#define LBD_TREE_MAX_NODES	1000000

/* The tree before it is written. */
typedef struct LbdBenchmarkTree
{
	const LbdBenchmarks *benchmarks;	/* all of them */
	int		   *child;			/* first child of each, or -1 */
	int		   *next;			/* next child of the same parent, or -1 */
	int64	   *nodes;			/* of the subtree of each, 0: not counted */
} LbdBenchmarkTree;

static bool has_always(const LbdBenchmark *benchmark);
static bool has_id(const LbdBenchmark *benchmark);
static bool has_bibtex(const LbdBenchmark *benchmark);
static int *map_positions(const LbdBenchmarks *benchmarks,
						  bool (*includes) (const LbdBenchmark *), int *count);
static void write_groups(const LbdBenchmarks *benchmarks, LbdWriter *writer);
static void write_metadata(const LbdBenchmarks *benchmarks, bool with_ceiling,
						   LbdWriter *writer);
static void write_metadata_member(LbdWriter *writer, const char *key,
								  const LbdItem *meta);
static void write_tree(const LbdBenchmarks *benchmarks, const char *root,
					   LbdWriter *writer);
static void tree_link(LbdBenchmarkTree *tree, const LbdBenchmarks *benchmarks);
static bool is_top(const LbdBenchmark *benchmark, const char *root,
				   const char *left_out);
static int64 count_subtree(LbdBenchmarkTree *tree, int number);
static void write_subtree(const LbdBenchmarkTree *tree, LbdWriter *writer,
						  int number);
static void tree_too_large(const LbdBenchmarks *benchmarks);
static char *cut_version(const char *identifier);
static void write_ids(const LbdBenchmarks *benchmarks, LbdWriter *writer);
static void write_bibtex(const LbdBenchmarks *benchmarks, LbdWriter *writer);
static void write_meta_map(const LbdBenchmarks *benchmarks, LbdWriter *writer,
						   LbdComponent component);

/*
 * Writes one of the components that this file knows.
 */
void
lbd_write_benchmark_component(const LbdBenchmarks *benchmarks,
							  const LbdLayout *layout, LbdComponent component,
							  LbdWriter *writer)
{
	switch (component)
	{
		case LBD_BENCHMARK_GROUPS:
			LBD_ENTER(writer->profile, "build_benchmark_groups");
			write_groups(benchmarks, writer);
			break;
		case LBD_BENCHMARK_METADATA:
			LBD_ENTER(writer->profile, "build_benchmark_metadata");
			write_metadata(benchmarks,
						   lbd_layout_has(layout, LBD_MEMBER_CEILING), writer);
			break;
		case LBD_BENCHMARK_TREE:
			LBD_ENTER(writer->profile, "build_benchmark_tree");
			write_tree(benchmarks, layout->tree_root ? layout->tree_root :
					   benchmarks->leaderboard->rank_root, writer);
			break;
		case LBD_BENCHMARK_IDS:
			LBD_ENTER(writer->profile, "build_benchmark_ids");
			write_ids(benchmarks, writer);
			break;
		case LBD_BENCHMARK_BIBTEX_MAP:
			LBD_ENTER(writer->profile, "build_benchmark_bibtex_map");
			write_bibtex(benchmarks, writer);
			break;
		case LBD_STIMULI_META_MAP:
			LBD_ENTER(writer->profile, "build_benchmark_stimuli_meta_map");
			write_meta_map(benchmarks, writer, component);
			break;
		case LBD_DATA_META_MAP:
			LBD_ENTER(writer->profile, "build_benchmark_data_meta_map");
			write_meta_map(benchmarks, writer, component);
			break;
		case LBD_METRIC_META_MAP:
			LBD_ENTER(writer->profile, "build_benchmark_metric_meta_map");
			write_meta_map(benchmarks, writer, component);
			break;
		default:
			elog(ERROR, "component %d is not made of benchmarks", component);
	}
	LBD_LEAVE(writer->profile);
}

/*
 * The ceiling as a double.  Returns false where there is none.
 */
bool
lbd_benchmark_ceiling(const LbdBenchmark *benchmark, double *ceiling)
{
	LbdDecimal	decimal;

	if (benchmark->ceiling == NULL ||
		!lbd_decimal_parse(&decimal, benchmark->ceiling,
						   strlen(benchmark->ceiling)))
		return false;
	*ceiling = lbd_decimal_double(&decimal);
	lbd_decimal_free(&decimal);
	return !isinf(*ceiling);
}

/*
 * Reports that a benchmark is below itself.  Its identifier is data, and
 * so not named.
 */
void
lbd_benchmarks_cycle(const LbdBenchmarks *benchmarks, const LbdBenchmark *benchmark)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_RECURSION),
			 errmsg("the benchmarks of leaderboard \"%s\" have a cycle",
					benchmarks->leaderboard->domain),
			 errdetail("Benchmark %d of those that the viewer sees, by overall_order and identifier, is below itself.",
					   (int) (benchmark - benchmarks->nodes) + 1),
			 errhint("Correct the parents in \"%s\".",
					 benchmarks->leaderboard->benchmarks)));
}

static bool
has_always(const LbdBenchmark *benchmark)
{
	return true;
}

static bool
has_id(const LbdBenchmark *benchmark)
{
	return benchmark->benchmark_id != 0;
}

static bool
has_bibtex(const LbdBenchmark *benchmark)
{
	return benchmark->is_leaf && benchmark->bibtex &&
		benchmark->bibtex[0] != '\0';
}

/*
 * Which benchmarks a map by identifier has as members, in order: a repeated
 * identifier is where its first was, with the value of its last.
 */
static int *
map_positions(const LbdBenchmarks *benchmarks, bool (*includes) (const LbdBenchmark *),
			  int *count)
{
	int		   *positions = palloc(Max(benchmarks->count, 1) * sizeof(int));
	LbdStringMap *names = lbd_string_map_create(benchmarks->count);

	*count = 0;
	for (int i = 0; i < benchmarks->count; i++)
	{
		int		   *position;

		if (!includes(&benchmarks->nodes[i]))
			continue;
		position = lbd_string_map_enter(names, benchmarks->nodes[i].identifier);
		if (*position < 0)
			*position = (*count)++;
		positions[*position] = i;
	}
	return positions;
}

/*
 * benchmark_groups: the leaves by their parents.
 */
static void
write_groups(const LbdBenchmarks *benchmarks, LbdWriter *writer)
{
	LbdStringMap *names = lbd_string_map_create(benchmarks->count);
	int		   *next = palloc(Max(benchmarks->count, 1) * sizeof(int));
	int		   *last = palloc(Max(benchmarks->count, 1) * sizeof(int));
	int		   *first = palloc(Max(benchmarks->count, 1) * sizeof(int));
	int			ngroups = 0;

	for (int i = 0; i < benchmarks->count; i++)
	{
		LbdBenchmark *benchmark = &benchmarks->nodes[i];
		int		   *group;

		if (!benchmark->is_leaf)
			continue;
		group = lbd_string_map_enter(names, benchmark->parent ?
									 benchmark->parent : LBD_UNGROUPED);
		if (*group < 0)
			first[*group = ngroups++] = i;
		else
			next[last[*group]] = i;
		last[*group] = i;
		next[i] = -1;
	}

	lbd_write_object(writer);
	for (int group = 0; group < ngroups; group++)
	{
		const char *parent = benchmarks->nodes[first[group]].parent;

		if (parent == NULL)
			parent = LBD_UNGROUPED;
		lbd_write_data_key(writer, parent, strlen(parent));
		lbd_write_array(writer);
		for (int i = first[group]; i >= 0; i = next[i])
		{
			lbd_write_object(writer);
			lbd_write_name(writer, "identifier");
			lbd_write_cstring(writer, benchmarks->nodes[i].identifier);
			lbd_write_name(writer, "short_name");
			lbd_write_cstring(writer, benchmarks->nodes[i].short_name);
			lbd_write_object_end(writer);
		}
		lbd_write_array_end(writer);
	}
	lbd_write_object_end(writer);
}

/*
 * benchmark_metadata: what the page filters benchmarks by.
 */
static void
write_metadata(const LbdBenchmarks *benchmarks, bool with_ceiling,
			   LbdWriter *writer)
{
	lbd_write_array(writer);
	for (int i = 0; i < benchmarks->count; i++)
	{
		LbdBenchmark *benchmark = &benchmarks->nodes[i];
		LbdItem		item;

		lbd_write_object(writer);
		lbd_write_name(writer, "identifier");
		lbd_write_cstring(writer, benchmark->identifier);
		write_metadata_member(writer, "region", &benchmark->data_meta);
		write_metadata_member(writer, "species", &benchmark->data_meta);
		write_metadata_member(writer, "task", &benchmark->data_meta);
		lbd_write_name(writer, "data_publicly_available");
		if (lbd_item_member(&benchmark->data_meta, "data_publicly_available",
							&item))
			lbd_write_item(writer, &item);
		else
			lbd_write_boolean(writer, true);
		write_metadata_member(writer, "num_stimuli",
							  &benchmark->stimuli_meta);
		if (with_ceiling)
		{
			double		ceiling;
			char		buffer[LBD_NUMBER_TEXT];

			lbd_write_name(writer, "ceiling");
			if (benchmark->is_leaf &&
				lbd_benchmark_ceiling(benchmark, &ceiling))
				lbd_write_number(writer, buffer,
								 lbd_double_text(ceiling, buffer));
			else
				lbd_write_null(writer);
		}
		lbd_write_object_end(writer);
	}
	lbd_write_array_end(writer);
}

/*
 * Copies a member of a meta object, null where it is missing.
 */
static void
write_metadata_member(LbdWriter *writer, const char *key, const LbdItem *meta)
{
	LbdItem		item;

	lbd_item_member(meta, key, &item);
	lbd_write_key(writer, key, strlen(key));
	lbd_write_item(writer, &item);
}

/*
 * benchmark_tree: the benchmarks below each other.  Parents are unversioned,
 * identifiers are not; they are compared by what is before "_v".
 */
static void
write_tree(const LbdBenchmarks *benchmarks, const char *root,
		   LbdWriter *writer)
{
	const char *left_out = psprintf("%s_v0", root);
	LbdBenchmarkTree tree;
	int64		nodes = 0;

	tree_link(&tree, benchmarks);
	for (int i = 0; i < benchmarks->count; i++)
	{
		if (is_top(&benchmarks->nodes[i], root, left_out))
			nodes += count_subtree(&tree, i);
		if (nodes > LBD_TREE_MAX_NODES)
			tree_too_large(benchmarks);
	}
	lbd_write_array(writer);
	for (int i = 0; i < benchmarks->count; i++)
	{
		if (is_top(&benchmarks->nodes[i], root, left_out))
			write_subtree(&tree, writer, i);
	}
	lbd_write_array_end(writer);
}

/*
 * Finds the children of each benchmark.
 */
static void
tree_link(LbdBenchmarkTree *tree, const LbdBenchmarks *benchmarks)
{
	Size		count = Max(benchmarks->count, 1);
	LbdStringMap *names = lbd_string_map_create(benchmarks->count);

	tree->benchmarks = benchmarks;
	tree->child = palloc_extended(count * sizeof(int), MCXT_ALLOC_HUGE);
	tree->next = palloc_extended(count * sizeof(int), MCXT_ALLOC_HUGE);
	tree->nodes = palloc_extended(count * sizeof(int64),
								  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);

	/* Last to first, so that each list of children starts with its first. */
	for (int i = benchmarks->count - 1; i >= 0; i--)
	{
		char	   *parent;
		int		   *children;

		CHECK_FOR_INTERRUPTS();
		if (benchmarks->nodes[i].parent == NULL)
			continue;
		parent = cut_version(benchmarks->nodes[i].parent);
		children = lbd_string_map_enter(names, parent);
		pfree(parent);
		tree->next[i] = *children;
		*children = i;
	}
	for (int i = 0; i < benchmarks->count; i++)
	{
		char	   *name = cut_version(benchmarks->nodes[i].identifier);

		CHECK_FOR_INTERRUPTS();
		tree->child[i] = lbd_string_map_find(names, name);
		pfree(name);
	}
}

/*
 * Whether a benchmark is at the top of the tree.
 */
static bool
is_top(const LbdBenchmark *benchmark, const char *root, const char *left_out)
{
	return (benchmark->parent == NULL ||
			strcmp(benchmark->parent, root) == 0) &&
		strcmp(benchmark->identifier, left_out) != 0;
}

/*
 * Returns how many nodes a subtree has, but for what is above the bound: each
 * is counted once, however often it is written.
 */
static int64
count_subtree(LbdBenchmarkTree *tree, int number)
{
	LbdBenchmark *benchmark = &tree->benchmarks->nodes[number];
	int64		nodes = 1;

	if (tree->nodes[number] > 0)
		return tree->nodes[number];
	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	if (benchmark->visited)
		lbd_benchmarks_cycle(tree->benchmarks, benchmark);
	benchmark->visited = true;
	for (int child = tree->child[number];
		 child >= 0 && nodes <= LBD_TREE_MAX_NODES; child = tree->next[child])
		nodes += count_subtree(tree, child);
	benchmark->visited = false;
	tree->nodes[number] = nodes;
	return nodes;
}

/*
 * Writes a node of the tree and all that is below it.
 */
static void
write_subtree(const LbdBenchmarkTree *tree, LbdWriter *writer, int number)
{
	const LbdBenchmark *benchmark = &tree->benchmarks->nodes[number];
	int			child = tree->child[number];

	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	LBD_ENTER(writer->profile, "write_subtree");
	lbd_write_object(writer);
	lbd_write_name(writer, "id");
	lbd_write_cstring(writer, benchmark->identifier);
	lbd_write_name(writer, "label");
	lbd_write_cstring(writer, benchmark->short_name);
	if (child >= 0)
	{
		lbd_write_name(writer, "children");
		lbd_write_array(writer);
		for (; child >= 0; child = tree->next[child])
			write_subtree(tree, writer, child);
		lbd_write_array_end(writer);
	}
	lbd_write_object_end(writer);
	LBD_LEAVE(writer->profile);
}

static void
tree_too_large(const LbdBenchmarks *benchmarks)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("the benchmark tree of leaderboard \"%s\" has more than %d nodes",
					benchmarks->leaderboard->domain, LBD_TREE_MAX_NODES),
			 errdetail("A benchmark is repeated below every version of its parent."),
			 errhint("Leave one version of each parent in \"%s\", or use a layout without benchmark_tree.",
					 benchmarks->leaderboard->benchmarks)));
}

/*
 * What is before the first "_v", or all of it.  palloc'ed.
 */
static char *
cut_version(const char *identifier)
{
	const char *version = strstr(identifier, "_v");

	return version ? pnstrdup(identifier, version - identifier) :
		pstrdup(identifier);
}

/*
 * benchmark_ids.
 */
static void
write_ids(const LbdBenchmarks *benchmarks, LbdWriter *writer)
{
	int			count;
	int		   *positions = map_positions(benchmarks, has_id, &count);

	lbd_write_object(writer);
	for (int i = 0; i < count; i++)
	{
		LbdBenchmark *benchmark = &benchmarks->nodes[positions[i]];

		lbd_write_data_key(writer, benchmark->identifier,
						   strlen(benchmark->identifier));
		lbd_write_integer(writer, benchmark->benchmark_id);
	}
	lbd_write_object_end(writer);
}

/*
 * benchmark_bibtex_map.
 */
static void
write_bibtex(const LbdBenchmarks *benchmarks, LbdWriter *writer)
{
	int			count;
	int		   *positions = map_positions(benchmarks, has_bibtex, &count);

	lbd_write_object(writer);
	for (int i = 0; i < count; i++)
	{
		LbdBenchmark *benchmark = &benchmarks->nodes[positions[i]];
		const char *identifier = benchmark->identifier;
		int			len = strlen(identifier);
		int			cut = len;

		for (int j = 0; j + 1 < len; j++)
		{
			if (identifier[j] == '_' && identifier[j + 1] == 'v')
				cut = j;
		}
		lbd_write_data_key(writer, identifier, len);
		lbd_write_object(writer);
		lbd_write_name(writer, "bibtex");
		lbd_write_cstring(writer, benchmark->bibtex);
		lbd_write_name(writer, "benchmark_type_id");
		lbd_write_string(writer, identifier, cut);
		lbd_write_object_end(writer);
	}
	lbd_write_object_end(writer);
}

/*
 * The maps from identifier to a meta object.
 */
static void
write_meta_map(const LbdBenchmarks *benchmarks, LbdWriter *writer, LbdComponent component)
{
	int			count;
	int		   *positions = map_positions(benchmarks, has_always, &count);

	lbd_write_object(writer);
	for (int i = 0; i < count; i++)
	{
		LbdBenchmark *benchmark = &benchmarks->nodes[positions[i]];
		const LbdItem *meta = component == LBD_STIMULI_META_MAP ?
			&benchmark->stimuli_meta : component == LBD_DATA_META_MAP ?
			&benchmark->data_meta : &benchmark->metric_meta;

		lbd_write_data_key(writer, benchmark->identifier,
						   strlen(benchmark->identifier));
		if (LBD_ITEM_ABSENT(meta) || LBD_ITEM_NULL(meta))
		{
			lbd_write_object(writer);
			lbd_write_object_end(writer);
		}
		else
			lbd_write_item(writer, meta);
	}
	lbd_write_object_end(writer);
}
