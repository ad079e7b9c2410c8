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

/* Kinds of columns; benchmarks are columns too, by their number. */
#define LBD_RANK_COLUMN		(-1)
#define LBD_MODEL_COLUMN	(-2)

static int	column_group(LbdPayload *payload, int column);
static void write_rank(LbdPayload *payload, LbdWriter *writer);
static void write_model(LbdPayload *payload, LbdWriter *writer);
static void write_pinned(LbdPayload *payload, LbdWriter *writer);
static void write_grouping(LbdPayload *payload, LbdWriter *writer, LbdStringMap *names,
						   LbdBenchmark *benchmark);
static void write_leaf(LbdPayload *payload, LbdWriter *writer, LbdStringMap *names,
					   LbdBenchmark *benchmark);
static LbdBenchmark *root_parent(LbdPayload *payload, LbdStringMap *names,
								 LbdBenchmark *benchmark);

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

/* The groups that columns are sorted by; all else comes behind them. */
static const char *const group_prefixes[] = {
	"average", "neural", "behavior", "engineering"
};

/*
 * Writes the column definitions: rank, model, roots and groupings, sorted by
 * group; then the leaves.
 */
void
lbd_write_columns(LbdPayload *payload, LbdWriter *writer)
{
	LbdStringMap   *names = lbd_string_map_create(payload->nbenchmarks);
	int		   *columns = palloc((2 * payload->nbenchmarks + 2) * sizeof(int));
	int			n = 0;

	LBD_ENTER(payload->profile, "build_column_defs");
	columns[n++] = LBD_RANK_COLUMN;
	columns[n++] = LBD_MODEL_COLUMN;
	for (int i = 0; i < payload->nbenchmarks; i++)
	{
		*lbd_string_map_enter(names, payload->benchmarks[i].identifier) = i;
		if (payload->benchmarks[i].parent == NULL)
			columns[n++] = i;
	}
	for (int i = 0; i < payload->nbenchmarks; i++)
	{
		if (payload->benchmarks[i].parent != NULL &&
			payload->benchmarks[i].is_version_0)
			columns[n++] = i;
	}

	lbd_write_array(writer);
	for (int group = 0; group <= (int) lengthof(group_prefixes); group++)
	{
		for (int i = 0; i < n; i++)
		{
			if (column_group(payload, columns[i]) != group)
				continue;
			if (columns[i] == LBD_RANK_COLUMN)
				write_rank(payload, writer);
			else if (columns[i] == LBD_MODEL_COLUMN)
				write_model(payload, writer);
			else
				write_grouping(payload, writer, names,
							   &payload->benchmarks[columns[i]]);
		}
	}
	for (int i = 0; i < payload->nbenchmarks; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (payload->benchmarks[i].is_leaf)
			write_leaf(payload, writer, names, &payload->benchmarks[i]);
	}
	lbd_write_array_end(writer);
	LBD_LEAVE(payload->profile);
}

/*
 * The group that a column is sorted into, by the part of its field before
 * the first "_".
 */
static int
column_group(LbdPayload *payload, int column)
{
	const char *field;
	size_t		len;

	if (column < 0)
		return lengthof(group_prefixes);
	field = payload->benchmarks[column].identifier;
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
write_rank(LbdPayload *payload, LbdWriter *writer)
{
	lbd_write_object(writer);
	WRITE_STRING(writer, "field", "rank");
	WRITE_STRING(writer, "headerName", "Rank");
	write_pinned(payload, writer);
	WRITE_INTEGER(writer, "width", LBD_RANK_WIDTH);
	WRITE_BOOLEAN(writer, "filter", false);
	lbd_write_object_end(writer);
}

static void
write_model(LbdPayload *payload, LbdWriter *writer)
{
	lbd_write_object(writer);
	WRITE_STRING(writer, "field", "model");
	WRITE_STRING(writer, "headerName", "Model");
	write_pinned(payload, writer);
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
 * Writes what keeps a column at the left.
 */
static void
write_pinned(LbdPayload *payload, LbdWriter *writer)
{
	WRITE_STRING(writer, "pinned", "left");
	if (lbd_layout_has(payload->layout, LBD_MEMBER_LOCK_POSITION))
		WRITE_BOOLEAN(writer, "lockPosition", true);
	if (lbd_layout_has(payload->layout, LBD_MEMBER_SUPPRESS_MOVABLE))
		WRITE_BOOLEAN(writer, "suppressMovable", true);
}

/*
 * Writes the column of a root or a grouping.
 */
static void
write_grouping(LbdPayload *payload, LbdWriter *writer, LbdStringMap *names,
			   LbdBenchmark *benchmark)
{
	const char *root = payload->leaderboard->rank_root;
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
	lbd_write_cstring(writer,
					  root_parent(payload, names, benchmark)->identifier);
	if (lbd_layout_has(payload->layout, LBD_MEMBER_NEW_LEAF_COUNTS))
	{
		lbd_write_name(writer, "newLeafCounts");
		lbd_write_object(writer);
		lbd_write_object_end(writer);
	}
	if (lbd_layout_has(payload->layout, LBD_MEMBER_NEW_LEAF_COUNT_DEFAULT))
		WRITE_INTEGER(writer, "newLeafCountDefault", 0);
	lbd_write_object_end(writer);
	lbd_write_object_end(writer);
}

/*
 * Writes the column of a leaf.
 */
static void
write_leaf(LbdPayload *payload, LbdWriter *writer, LbdStringMap *names,
		   LbdBenchmark *benchmark)
{
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
	lbd_write_cstring(writer,
					  root_parent(payload, names, benchmark)->identifier);
	if (lbd_layout_has(payload->layout, LBD_MEMBER_NEW_UPDATES))
	{
		lbd_write_name(writer, "newUpdates");
		lbd_write_array(writer);
		lbd_write_array_end(writer);
	}
	if (lbd_layout_has(payload->layout, LBD_MEMBER_IS_NEW_DEFAULT))
		WRITE_BOOLEAN(writer, "isNewDefault", false);
	lbd_write_object_end(writer);
	lbd_write_object_end(writer);
}

/*
 * Walks up from a benchmark, as long as a benchmark's identifier is what its
 * child names as its parent.  That identifiers have versions and parents
 * have none makes this the benchmark itself as a rule.
 */
static LbdBenchmark *
root_parent(LbdPayload *payload, LbdStringMap *names, LbdBenchmark *benchmark)
{
	int			steps = 0;

	while (benchmark->parent)
	{
		int			parent = lbd_string_map_find(names, benchmark->parent);

		if (parent < 0)
			break;
		if (steps++ > payload->nbenchmarks)
			lbd_stats_cycle(payload, benchmark);
		benchmark = &payload->benchmarks[parent];
	}
	return benchmark;
}
