/*-------------------------------------------------------------------------
 *
 * call_tree_rows.c
 *	  What a call tree says, by place, by function and by edge.
 *
 * The rules are here, once: a time of several runs is the median of the times
 * of a place without what is below it, and times with that are sums of such
 * medians, so that self times add up to the root's.  A function is a label: a
 * place below another one of its label is part of that one's time.
 *
 * All is allocated in the current memory context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "util/call_tree_rows.h"

static void order_rows(LbdTreeRows *rows);
static void add_up_rows(LbdTreeRows *rows);
static void find_functions(LbdTreeRows *rows);
static void number_functions(LbdTreeRows *rows, const int *groups);
static bool is_recursive(const LbdTreeRows *rows, int number);
static void add_up_functions(LbdTreeRows *rows);
static void add_row(LbdTreeFunction *function, const LbdTreeRow *row);
static void add_sources(LbdTreeFunction *function, const LbdPlace *place);
static int	compare_sources(const char *a, const char *b);
static void find_extremes(LbdTreeRows *rows);
static int	compare_labels(const void *a, const void *b);
static int	compare_times(const void *a, const void *b);
static int	compare_edges(const void *a, const void *b);
static int	compare_int64(const void *a, const void *b);

/*
 * What a tree says whose runs have ended.
 */
LbdTreeRows *
lbd_tree_rows(const LbdCallTree *tree)
{
	LbdTreeRows *rows = palloc0(sizeof(LbdTreeRows));

	rows->tree = tree;
	rows->rows = palloc0(tree->nplaces * sizeof(LbdTreeRow));
	order_rows(rows);
	add_up_rows(rows);
	find_functions(rows);
	add_up_functions(rows);
	find_extremes(rows);
	return rows;
}

/*
 * Makes a row of each place, below its caller's.  Places below a place have
 * been made after it.
 */
static void
order_rows(LbdTreeRows *rows)
{
	int			nplaces = rows->tree->nplaces;
	const LbdPlace **below = palloc0((nplaces + 1) * sizeof(LbdPlace *));
	const LbdPlace **beside = palloc0((nplaces + 1) * sizeof(LbdPlace *));
	const LbdPlace **latest = palloc0((nplaces + 1) * sizeof(LbdPlace *));
	int		   *numbers = palloc0((nplaces + 1) * sizeof(int));
	const LbdPlace *place = rows->tree->root;

	for (const LbdPlace *made = place->next; made; made = made->next)
	{
		int			parent = made->parent->number;

		if (made->dropped)
			continue;
		if (latest[parent])
			beside[latest[parent]->number] = made;
		else
			below[parent] = made;
		latest[parent] = made;
	}
	while (place)
	{
		LbdTreeRow *row = &rows->rows[rows->nrows];

		CHECK_FOR_INTERRUPTS();
		row->place = place;
		row->parent = place->parent ? numbers[place->parent->number] : -1;
		row->depth = place->parent ? rows->rows[row->parent].depth + 1 : 0;
		numbers[place->number] = rows->nrows++;
		if (below[place->number])
			place = below[place->number];
		else
		{
			while (place && beside[place->number] == NULL)
				place = place->parent;
			place = place ? beside[place->number] : NULL;
		}
	}
	pfree(below);
	pfree(beside);
	pfree(latest);
	pfree(numbers);
}

/*
 * Finds the times of all rows, with those of what is below them.
 */
static void
add_up_rows(LbdTreeRows *rows)
{
	int			nruns = rows->tree->run;

	for (int i = 0; i < rows->nrows; i++)
	{
		LbdTreeRow *row = &rows->rows[i];
		const LbdPlace *place = row->place;

		CHECK_FOR_INTERRUPTS();
		row->self = row->time = lbd_median(place->self_runs, nruns);
		row->hit = place->counts.hit;
		row->read = place->counts.read;
		row->temp = place->counts.temp;
		row->overhead = lbd_place_cost(rows->tree, place);
		row->runs = palloc(nruns * sizeof(int64));
		memcpy(row->runs, place->self_runs, nruns * sizeof(int64));
	}
	for (int i = rows->nrows; i-- > 1;)
	{
		const LbdTreeRow *row = &rows->rows[i];
		LbdTreeRow *parent = &rows->rows[row->parent];

		parent->time += row->time;
		parent->hit += row->hit;
		parent->read += row->read;
		parent->temp += row->temp;
		for (int run = 0; run < nruns; run++)
			parent->runs[run] += row->runs[run];
	}
}

/*
 * Tells which rows are of one function.
 */
static void
find_functions(LbdTreeRows *rows)
{
	const LbdTreeRow **sorted = palloc(rows->nrows * sizeof(LbdTreeRow *));
	int		   *groups = palloc(rows->nrows * sizeof(int));
	int			group = 0;

	for (int i = 0; i < rows->nrows; i++)
		sorted[i] = &rows->rows[i];
	qsort(sorted, rows->nrows, sizeof(LbdTreeRow *), compare_labels);
	for (int i = 0; i < rows->nrows; i++)
	{
		if (i > 0 && strcmp(sorted[i]->place->label,
							sorted[i - 1]->place->label) != 0)
			group++;
		groups[sorted[i] - rows->rows] = group;
	}
	rows->nfunctions = group + 1;
	number_functions(rows, groups);
	pfree(sorted);
	pfree(groups);
}

/*
 * Numbers functions in the order of their first rows.
 */
static void
number_functions(LbdTreeRows *rows, const int *groups)
{
	int		   *numbers = palloc(rows->nfunctions * sizeof(int));
	int			count = 0;

	for (int i = 0; i < rows->nfunctions; i++)
		numbers[i] = -1;
	for (int i = 0; i < rows->nrows; i++)
	{
		if (numbers[groups[i]] < 0)
			numbers[groups[i]] = count++;
		rows->rows[i].function = numbers[groups[i]];
	}
	for (int i = 0; i < rows->nrows; i++)
		rows->rows[i].recursive = is_recursive(rows, i);
	pfree(numbers);
}

static bool
is_recursive(const LbdTreeRows *rows, int number)
{
	int			function = rows->rows[number].function;

	CHECK_FOR_INTERRUPTS();
	for (int i = rows->rows[number].parent; i >= 0; i = rows->rows[i].parent)
	{
		if (rows->rows[i].function == function)
			return true;
	}
	return false;
}

static void
add_up_functions(LbdTreeRows *rows)
{
	rows->functions = palloc0(rows->nfunctions * sizeof(LbdTreeFunction));
	for (int i = 0; i < rows->nrows; i++)
	{
		const LbdTreeRow *row = &rows->rows[i];
		LbdTreeFunction *function = &rows->functions[row->function];

		if (function->place == NULL)
		{
			function->place = row->place;
			function->source = function->first_source = row->place->source;
			function->phase = row->place->phase;
			function->rows = function->loops = -1;
		}
		add_row(function, row);
		add_sources(function, row->place);
	}
}

static void
add_row(LbdTreeFunction *function, const LbdTreeRow *row)
{
	const LbdPlaceCounts *counts = &row->place->counts;

	function->calls += counts->calls;
	function->self += row->self;
	function->merged += counts->merged;
	function->overhead += row->overhead;
	if (counts->rows >= 0)
		function->rows = Max(function->rows, 0) + counts->rows;
	if (counts->loops >= 0)
		function->loops = Max(function->loops, 0) + counts->loops;
	if (row->recursive)
		return;
	function->primitive += counts->calls;
	function->time += row->time;
	function->hit += row->hit;
	function->read += row->read;
	function->temp += row->temp;
	function->workers += counts->workers;
}

static void
add_sources(LbdTreeFunction *function, const LbdPlace *place)
{
	if (place->phase && (function->phase == NULL ||
						 strcmp(place->phase, function->phase) < 0))
		function->phase = place->phase;
	if (function->source &&
		(place->source == NULL ||
		 strcmp(place->source, function->source) != 0))
		function->source = NULL;
	if (place->source &&
		(function->first_source == NULL ||
		 compare_sources(place->source, function->first_source) < 0))
		function->first_source = place->source;
}

/*
 * Compares the parts before the line numbers, and then these.
 */
static int
compare_sources(const char *a, const char *b)
{
	const char *a_line = strrchr(a, ':');
	const char *b_line = strrchr(b, ':');
	long		a_number;
	long		b_number;

	if (a_line == NULL || b_line == NULL || a_line - a != b_line - b ||
		memcmp(a, b, a_line - a) != 0)
		return strcmp(a, b);
	a_number = strtol(a_line + 1, NULL, 10);
	b_number = strtol(b_line + 1, NULL, 10);
	return a_number < b_number ? -1 : a_number > b_number;
}

/*
 * Finds the fastest and slowest run of each function.  Medians of parts can
 * add up to less than any run, or to more.
 */
static void
find_extremes(LbdTreeRows *rows)
{
	int64	   *self = palloc(rows->nfunctions * sizeof(int64));
	int64	   *time = palloc(rows->nfunctions * sizeof(int64));

	for (int i = 0; i < rows->nfunctions; i++)
	{
		LbdTreeFunction *function = &rows->functions[i];

		function->self_min = function->self_max = function->self;
		function->time_min = function->time_max = function->time;
	}
	for (int run = 0; run < rows->tree->run; run++)
	{
		memset(self, 0, rows->nfunctions * sizeof(int64));
		memset(time, 0, rows->nfunctions * sizeof(int64));
		for (int i = 0; i < rows->nrows; i++)
		{
			const LbdTreeRow *row = &rows->rows[i];

			CHECK_FOR_INTERRUPTS();
			self[row->function] += row->place->self_runs[run];
			if (!row->recursive)
				time[row->function] += row->runs[run];
		}
		for (int i = 0; i < rows->nfunctions; i++)
		{
			LbdTreeFunction *function = &rows->functions[i];

			function->self_min = Min(function->self_min, self[i]);
			function->self_max = Max(function->self_max, self[i]);
			function->time_min = Min(function->time_min, time[i]);
			function->time_max = Max(function->time_max, time[i]);
		}
	}
	pfree(self);
	pfree(time);
}

/*
 * The functions by the time that they take with callees, the largest first.
 */
const LbdTreeFunction **
lbd_tree_by_time(const LbdTreeRows *rows)
{
	const LbdTreeFunction **sorted = palloc(rows->nfunctions *
											sizeof(LbdTreeFunction *));

	for (int i = 0; i < rows->nfunctions; i++)
		sorted[i] = &rows->functions[i];
	qsort(sorted, rows->nfunctions, sizeof(LbdTreeFunction *), compare_times);
	return sorted;
}

/*
 * The edges of the tree, by caller and callee in the order of functions.
 */
LbdTreeEdge *
lbd_tree_edges(const LbdTreeRows *rows, int *nedges)
{
	LbdTreeEdge *edges = palloc0(rows->nrows * sizeof(LbdTreeEdge));
	int			last = 0;

	for (int i = 1; i < rows->nrows; i++)
	{
		const LbdTreeRow *row = &rows->rows[i];
		const LbdTreeRow *parent = &rows->rows[row->parent];
		LbdTreeEdge *edge = &edges[i - 1];

		edge->caller = parent->function;
		edge->callee = row->function;
		edge->calls = row->place->counts.calls;
		edge->self = row->self;
		if (row->function == parent->function && parent->recursive)
			continue;
		edge->primitive = edge->calls;
		edge->time = row->time;
	}
	*nedges = rows->nrows - 1;
	if (*nedges == 0)
		return edges;
	qsort(edges, *nedges, sizeof(LbdTreeEdge), compare_edges);
	for (int i = 1; i < *nedges; i++)
	{
		if (compare_edges(&edges[last], &edges[i]) != 0)
		{
			edges[++last] = edges[i];
			continue;
		}
		edges[last].calls += edges[i].calls;
		edges[last].primitive += edges[i].primitive;
		edges[last].self += edges[i].self;
		edges[last].time += edges[i].time;
	}
	*nedges = last + 1;
	return edges;
}

/*
 * The median, of an even number of values the mean of the middle two.
 */
int64
lbd_median(const int64 *values, int n)
{
	int64	   *sorted = palloc(n * sizeof(int64));
	int64		result;

	memcpy(sorted, values, n * sizeof(int64));
	qsort(sorted, n, sizeof(int64), compare_int64);
	result = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
	pfree(sorted);
	return result;
}

static int
compare_labels(const void *a, const void *b)
{
	const LbdTreeRow *left = *(const LbdTreeRow *const *) a;
	const LbdTreeRow *right = *(const LbdTreeRow *const *) b;

	return strcmp(left->place->label, right->place->label);
}

static int
compare_times(const void *a, const void *b)
{
	const LbdTreeFunction *left = *(const LbdTreeFunction *const *) a;
	const LbdTreeFunction *right = *(const LbdTreeFunction *const *) b;

	if (left->time != right->time)
		return left->time < right->time ? 1 : -1;
	if (left->self != right->self)
		return left->self < right->self ? -1 : 1;
	return strcmp(left->place->label, right->place->label);
}

static int
compare_edges(const void *a, const void *b)
{
	const LbdTreeEdge *left = a;
	const LbdTreeEdge *right = b;

	if (left->caller != right->caller)
		return left->caller - right->caller;
	return left->callee - right->callee;
}

static int
compare_int64(const void *a, const void *b)
{
	int64		left = *(const int64 *) a;
	int64		right = *(const int64 *) b;

	return left < right ? -1 : left > right;
}

/*
 * The smallest and the largest of some numbers.
 */
void
lbd_range(const int64 *values, int n, int64 *low, int64 *high)
{
	*low = *high = values[0];
	for (int i = 1; i < n; i++)
	{
		*low = Min(*low, values[i]);
		*high = Max(*high, values[i]);
	}
}
