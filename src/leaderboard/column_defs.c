/*-------------------------------------------------------------------------
 *
 * column_defs.c
 *	  column_defs: the page's columns.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "leaderboard/benchmarks.h"
#include "leaderboard/column_defs.h"
#include "util/string_map.h"

#define LBD_SCORE_WIDTH		150
#define LBD_RANK_WIDTH		100
#define LBD_MODEL_WIDTH		400
#define LBD_MODEL_MIN_WIDTH 180
#define LBD_PUBLIC_WIDTH	80

/* Kinds of columns; benchmarks are columns too, by their number. */
#define LBD_RANK_COLUMN		(-1)
#define LBD_MODEL_COLUMN	(-2)
#define LBD_PUBLIC_COLUMN	(-3)

/* Root parents that are none: not known yet, met on the present walk. */
#define LBD_ROOT_UNKNOWN		(-1)
#define LBD_ROOT_ON_WAY			(-2)

/* The walk goes round: from the number of a benchmark on it, and back. */
#define LBD_ROOT_CYCLE(number)	(-3 - (number))

/* What the columns are written from. */
typedef struct LbdColumns
{
	const LbdBenchmarks *benchmarks;	/* a column each */
	const LbdLayout *layout;	/* which members columns have */
	const int  *root_parents;	/* of each benchmark, by number */
} LbdColumns;

static int *first_columns(const LbdBenchmarks *benchmarks,
						  const LbdViewer *viewer, int *n);
static void write_column(const LbdColumns *columns, LbdWriter *writer,
						 int column);
static int	column_group(const LbdColumns *columns, int column);
static void write_rank(const LbdColumns *columns, LbdWriter *writer);
static void write_model(const LbdColumns *columns, LbdWriter *writer);
static void write_public_toggle(LbdWriter *writer);
static void write_pinned(const LbdColumns *columns, LbdWriter *writer);
static void write_grouping(const LbdColumns *columns, LbdWriter *writer,
						   int number);
static void write_leaf(const LbdColumns *columns, LbdWriter *writer,
					   int number);
static int *root_parents(const LbdBenchmarks *benchmarks);
static const char *root_parent(const LbdColumns *columns, int number);

#define WRITE_STRING(writer, name, value) \
	do { \
		lbd_write_name(writer, name); \
		lbd_write_string(writer, value, sizeof(value) - 1); \
	} while (0)
#define WRITE_INTEGER(writer, name, value) \
	do { \
		lbd_write_name(writer, name); \
		lbd_write_integer(writer, value); \
	} while (0)
#define WRITE_BOOLEAN(writer, name, value) \
	do { \
		lbd_write_name(writer, name); \
		lbd_write_boolean(writer, value); \
	} while (0)

/* The groups that columns are sorted by; all else comes after them. */
static const char *const group_prefixes[] = {
	"average", "neural", "behavior", "engineering"
};

/*
 * Writes the column definitions: rank, model, roots and groupings, sorted by
 * group; then the leaves.
 */
void
lbd_write_columns(const LbdBenchmarks *benchmarks, const LbdLayout *layout,
				  const LbdViewer *viewer, LbdWriter *writer)
{
	LbdColumns	columns = {benchmarks, layout, NULL};
	int		   *numbers;
	int			n;

	LBD_ENTER(writer->profile, "build_column_defs");
	columns.root_parents = root_parents(benchmarks);
	numbers = first_columns(benchmarks, viewer, &n);
	lbd_write_array(writer);
	for (int group = 0; group <= (int) lengthof(group_prefixes); group++)
	{
		for (int i = 0; i < n; i++)
		{
			CHECK_FOR_INTERRUPTS();
			if (column_group(&columns, numbers[i]) == group)
				write_column(&columns, writer, numbers[i]);
		}
	}
	for (int i = 0; i < benchmarks->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (benchmarks->nodes[i].is_leaf)
			write_leaf(&columns, writer, i);
	}
	lbd_write_array_end(writer);
	LBD_LEAVE(writer->profile);
}

/*
 * The columns before the leaves, not yet sorted by group: those that are no
 * benchmark, the roots, the groupings.  Returns an array of n numbers.
 */
static int *
first_columns(const LbdBenchmarks *benchmarks, const LbdViewer *viewer, int *n)
{
	int		   *numbers = palloc_extended((benchmarks->count + (Size) 3) *
										  sizeof(int), MCXT_ALLOC_HUGE);

	*n = 0;
	numbers[(*n)++] = LBD_RANK_COLUMN;
	numbers[(*n)++] = LBD_MODEL_COLUMN;
	if (viewer->kind == LBD_VIEWER_USER || viewer->kind == LBD_VIEWER_OWN)
		numbers[(*n)++] = LBD_PUBLIC_COLUMN;
	for (int i = 0; i < benchmarks->count; i++)
	{
		if (benchmarks->nodes[i].parent == NULL)
			numbers[(*n)++] = i;
	}
	for (int i = 0; i < benchmarks->count; i++)
	{
		if (benchmarks->nodes[i].parent != NULL &&
			benchmarks->nodes[i].is_version_0)
			numbers[(*n)++] = i;
	}
	return numbers;
}

/*
 * Writes a column that is no leaf's.
 */
static void
write_column(const LbdColumns *columns, LbdWriter *writer, int column)
{
	switch (column)
	{
		case LBD_RANK_COLUMN:
			write_rank(columns, writer);
			break;
		case LBD_MODEL_COLUMN:
			write_model(columns, writer);
			break;
		case LBD_PUBLIC_COLUMN:
			write_public_toggle(writer);
			break;
		default:
			write_grouping(columns, writer, column);
	}
}

/*
 * The group that a column is sorted into, by the part of its field before
 * the first "_".
 */
static int
column_group(const LbdColumns *columns, int column)
{
	const char *field;
	size_t		len;

	if (column < 0)
		return lengthof(group_prefixes);
	field = columns->benchmarks->nodes[column].identifier;
	len = strcspn(field, "_");
	for (size_t i = 0; i < lengthof(group_prefixes); i++)
	{
		if (strlen(group_prefixes[i]) == len &&
			strncmp(group_prefixes[i], field, len) == 0)
			return i;
	}
	return lengthof(group_prefixes);
}

static void
write_rank(const LbdColumns *columns, LbdWriter *writer)
{
	lbd_write_object(writer);
	WRITE_STRING(writer, "field", "rank");
	WRITE_STRING(writer, "headerName", "Rank");
	write_pinned(columns, writer);
	WRITE_INTEGER(writer, "width", LBD_RANK_WIDTH);
	WRITE_BOOLEAN(writer, "filter", false);
	lbd_write_object_end(writer);
}

static void
write_model(const LbdColumns *columns, LbdWriter *writer)
{
	lbd_write_object(writer);
	WRITE_STRING(writer, "field", "model");
	WRITE_STRING(writer, "headerName", "Model");
	write_pinned(columns, writer);
	WRITE_INTEGER(writer, "width", LBD_MODEL_WIDTH);
	WRITE_INTEGER(writer, "minWidth", LBD_MODEL_MIN_WIDTH);
	WRITE_BOOLEAN(writer, "resizable", true);
	WRITE_STRING(writer, "cellRenderer", "modelCellRenderer");
	WRITE_STRING(writer, "comparator", "modelComparator");
	WRITE_STRING(writer, "getQuickFilterText",
				 "function(params) { return params.value?.name || \"\"; }");
	lbd_write_object_end(writer);
}

/*
 * Writes the column of a user's profile page that shows which models are
 * public.
 */
static void
write_public_toggle(LbdWriter *writer)
{
	lbd_write_object(writer);
	WRITE_STRING(writer, "field", "public_toggle");
	WRITE_STRING(writer, "headerName", "Public");
	WRITE_STRING(writer, "pinned", "left");
	WRITE_INTEGER(writer, "width", LBD_PUBLIC_WIDTH);
	WRITE_BOOLEAN(writer, "filter", false);
	WRITE_BOOLEAN(writer, "sortable", false);
	WRITE_STRING(writer, "cellRenderer", "publicToggleCellRenderer");
	WRITE_STRING(writer, "headerClass", "text-center");
	lbd_write_object_end(writer);
}

/*
 * Writes what keeps a column at the left.
 */
static void
write_pinned(const LbdColumns *columns, LbdWriter *writer)
{
	WRITE_STRING(writer, "pinned", "left");
	if (lbd_layout_has(columns->layout, LBD_MEMBER_LOCK_POSITION))
		WRITE_BOOLEAN(writer, "lockPosition", true);
	if (lbd_layout_has(columns->layout, LBD_MEMBER_SUPPRESS_MOVABLE))
		WRITE_BOOLEAN(writer, "suppressMovable", true);
}

/*
 * Writes the column of a root or a grouping.
 */
static void
write_grouping(const LbdColumns *columns, LbdWriter *writer, int number)
{
	const LbdBenchmark *benchmark = &columns->benchmarks->nodes[number];
	const char *root = columns->benchmarks->leaderboard->rank_root;
	const char *parent = benchmark->parent;

	lbd_write_object(writer);
	lbd_write_name(writer, "field");
	lbd_write_cstring(writer, benchmark->identifier);
	lbd_write_name(writer, "headerName");
	lbd_write_cstring(writer, benchmark->short_name);
	WRITE_STRING(writer, "headerComponent", "expandableHeaderComponent");
	WRITE_STRING(writer, "cellRenderer", "scoreCellRenderer");
	WRITE_BOOLEAN(writer, "hide", parent &&
				  strncmp(parent, root, strlen(root)) != 0);
	WRITE_BOOLEAN(writer, "sortable", true);
	WRITE_INTEGER(writer, "width", LBD_SCORE_WIDTH);
	lbd_write_name(writer, "context");
	lbd_write_object(writer);
	lbd_write_name(writer, "parentField");
	lbd_write_cstring(writer, parent);
	lbd_write_name(writer, "benchmarkId");
	lbd_write_cstring(writer, benchmark->identifier);
	lbd_write_name(writer, "rootParent");
	lbd_write_cstring(writer, root_parent(columns, number));
	if (lbd_layout_has(columns->layout, LBD_MEMBER_NEW_LEAF_COUNTS))
	{
		lbd_write_name(writer, "newLeafCounts");
		lbd_write_object(writer);
		lbd_write_object_end(writer);
	}
	if (lbd_layout_has(columns->layout, LBD_MEMBER_NEW_LEAF_COUNT_DEFAULT))
		WRITE_INTEGER(writer, "newLeafCountDefault", 0);
	lbd_write_object_end(writer);
	lbd_write_object_end(writer);
}

/*
 * Writes the column of a leaf.
 */
static void
write_leaf(const LbdColumns *columns, LbdWriter *writer, int number)
{
	const LbdBenchmark *benchmark = &columns->benchmarks->nodes[number];

	lbd_write_object(writer);
	lbd_write_name(writer, "field");
	lbd_write_cstring(writer, benchmark->identifier);
	WRITE_INTEGER(writer, "width", LBD_SCORE_WIDTH);
	lbd_write_name(writer, "headerName");
	lbd_write_cstring(writer, benchmark->short_name);
	WRITE_STRING(writer, "headerComponent", "leafComponent");
	WRITE_STRING(writer, "cellRenderer", "scoreCellRenderer");
	WRITE_BOOLEAN(writer, "hide", true);
	WRITE_BOOLEAN(writer, "sortable", true);
	lbd_write_name(writer, "context");
	lbd_write_object(writer);
	lbd_write_name(writer, "parentField");
	lbd_write_cstring(writer, benchmark->parent);
	lbd_write_name(writer, "rootParent");
	lbd_write_cstring(writer, root_parent(columns, number));
	if (lbd_layout_has(columns->layout, LBD_MEMBER_NEW_UPDATES))
	{
		lbd_write_name(writer, "newUpdates");
		lbd_write_array(writer);
		lbd_write_array_end(writer);
	}
	if (lbd_layout_has(columns->layout, LBD_MEMBER_IS_NEW_DEFAULT))
		WRITE_BOOLEAN(writer, "isNewDefault", false);
	lbd_write_object_end(writer);
	lbd_write_object_end(writer);
}

/*
 * For each benchmark, the one that is found by walking up from it, as long as
 * a benchmark's identifier is what its child names as its parent.  That
 * identifiers have versions and parents have none makes this the benchmark
 * itself as a rule.  Each benchmark is visited once: a walk ends where
 * another one has been, and what it met gets the same result.
 */
static int *
root_parents(const LbdBenchmarks *benchmarks)
{
	Size		size = Max(benchmarks->count, 1) * sizeof(int);
	int		   *roots = palloc_extended(size, MCXT_ALLOC_HUGE);
	int		   *way = palloc_extended(size, MCXT_ALLOC_HUGE);
	LbdStringMap *names = lbd_string_map_create(benchmarks->count);

	for (int i = 0; i < benchmarks->count; i++)
	{
		*lbd_string_map_enter(names, benchmarks->nodes[i].identifier) = i;
		roots[i] = LBD_ROOT_UNKNOWN;
	}
	for (int i = 0; i < benchmarks->count; i++)
	{
		int			steps = 0;
		int			next = i;
		int			root;

		CHECK_FOR_INTERRUPTS();
		while (roots[next] == LBD_ROOT_UNKNOWN)
		{
			const char *parent = benchmarks->nodes[next].parent;
			int			above = parent ? lbd_string_map_find(names, parent) : -1;

			way[steps++] = next;
			roots[next] = above < 0 ? next : LBD_ROOT_ON_WAY;
			if (above >= 0)
				next = above;
		}
		root = roots[next];
		if (root == LBD_ROOT_ON_WAY)
			root = LBD_ROOT_CYCLE(next);
		while (steps > 0)
			roots[way[--steps]] = root;
	}
	pfree(way);
	return roots;
}

/*
 * The identifier of a benchmark's root parent.
 */
static const char *
root_parent(const LbdColumns *columns, int number)
{
	const LbdBenchmark *nodes = columns->benchmarks->nodes;
	int			root = columns->root_parents[number];

	/* Only a column that is written makes a cycle an error. */
	if (root < 0)
		lbd_benchmarks_cycle(columns->benchmarks,
							 &nodes[LBD_ROOT_CYCLE(root)]);
	return nodes[root].identifier;
}
