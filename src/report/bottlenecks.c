/*-------------------------------------------------------------------------
 *
 * bottlenecks.c
 *	  What the time of a build is spent on.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "report/bottlenecks.h"

/* Many small calls: so many at least, each of less than so many ns. */
#define LBD_MANY_CALLS		10000
#define LBD_SMALL_CALL		10000

enum
{
	QUERY, DETOAST, SERIALIZATION, SMALL_CALLS, COMPRESSION
};

static const LbdBottleneck kinds[LBD_BOTTLENECKS] = {
	[QUERY] = {
		.name = "query",
		.fix = "Read the plans in lbdiag_profile_queries, and what the application's own queries send."
	},
	[DETOAST] = {
		.name = "detoast",
		.fix = "Each build decompresses the scores. lz4 is faster: ALTER TABLE ... ALTER COLUMN scores SET COMPRESSION lz4, and rewrite the rows. Or store elsewhere what the page does not need."
	},
	[SERIALIZATION] = {
		.name = "serialization",
		.fix = "Send fewer components and members: lbdiag_opportunities measures what each saves."
	},
	[SMALL_CALLS] = {
		.name = "many small calls",
		.fix = "The number of values takes the time: drop fields of the cells, or send only the cells that the page shows first."
	},
	[COMPRESSION] = {
		.name = "compression",
		.fix = "Use a lower level (lbdiag_encodings compares them), or send fewer bytes (lbdiag_opportunities)."
	}
};

static int	kind_of(const LbdTreeRows *rows, const LbdTreeRow *row);
static const char *figure_of(const LbdTreeRows *rows,
							 const LbdBottleneck *bottleneck, bool query);
static int	compare_bottlenecks(const void *a, const void *b);

/*
 * The LBD_BOTTLENECKS kinds, the one that takes most first.
 */
LbdBottleneck *
lbd_bottlenecks(const LbdTreeRows *rows)
{
	LbdBottleneck *result = palloc(sizeof(kinds));

	memcpy(result, kinds, sizeof(kinds));
	for (int i = 0; i < rows->nrows; i++)
	{
		const LbdTreeRow *row = &rows->rows[i];
		LbdBottleneck *bottleneck = &result[kind_of(rows, row)];

		bottleneck->ns += row->self;
		bottleneck->calls += row->place->counts.calls;
		if (bottleneck->largest == NULL || row->self > bottleneck->largest_ns)
		{
			bottleneck->largest = row->place->label;
			bottleneck->largest_ns = row->self;
		}
	}
	for (int i = 0; i < LBD_BOTTLENECKS; i++)
		result[i].figure = figure_of(rows, &result[i], i == QUERY);
	qsort(result, LBD_BOTTLENECKS, sizeof(LbdBottleneck), compare_bottlenecks);
	return result;
}

static int
kind_of(const LbdTreeRows *rows, const LbdTreeRow *row)
{
	const LbdTreeFunction *function = &rows->functions[row->function];
	const char *phase = row->place->phase;

	if (strcmp(phase, "compress") == 0)
		return COMPRESSION;
	if (strcmp(phase, "detoast") == 0)
		return DETOAST;
	if (strcmp(phase, "query") == 0 || strcmp(phase, "fetch") == 0)
		return QUERY;
	if (function->calls >= LBD_MANY_CALLS &&
		function->self / LBD_SMALL_CALL < function->calls)
		return SMALL_CALLS;
	return SERIALIZATION;
}

static const char *
figure_of(const LbdTreeRows *rows, const LbdBottleneck *bottleneck, bool query)
{
	if (bottleneck->calls == 0)
		return "nothing";
	if (query)
		return psprintf(INT64_FORMAT " page accesses hit shared buffers, "
						INT64_FORMAT " missed", rows->rows[0].hit,
						rows->rows[0].read);
	return psprintf(INT64_FORMAT " calls, most time in %s", bottleneck->calls,
					bottleneck->largest);
}

static int
compare_bottlenecks(const void *a, const void *b)
{
	const LbdBottleneck *left = a;
	const LbdBottleneck *right = b;

	if (left->ns != right->ns)
		return left->ns < right->ns ? 1 : -1;
	return strcmp(left->name, right->name);
}
