/*-------------------------------------------------------------------------
 *
 * query_report.c
 *	  The report on the result of a query, as text.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "json/path_rows.h"
#include "report/query_findings.h"
#include "report/query_report.h"

/* So many paths are listed. */
#define LBD_PATHS_SHOWN		10

/* A path in a list of those that take most. */
typedef struct LbdHeavyPath
{
	const LbdResultColumn *column;	/* whose it is */
	const LbdPath *path;		/* which takes most alone */
} LbdHeavyPath;

typedef struct LbdHeavyPaths
{
	LbdHeavyPath paths[LBD_PATHS_SHOWN];	/* the heaviest first */
	int			npaths;			/* how many there are */
	const LbdResultColumn *column;	/* whose paths are being looked at */
} LbdHeavyPaths;

static void report_answer(LbdReport *report, const LbdResultSizes *sizes);
static void report_values(LbdReport *report, const LbdHistogram *values);
static void report_largest_compressed(LbdReport *report,
									  const LbdResultSizes *sizes);
static void begin_table(LbdTable *table, LbdReport *report,
						const LbdResultSizes *sizes, const char *title);
static void size_row(LbdTable *table, const LbdResultSizes *sizes, int64 bytes,
					 int64 compressed_bytes, const char *name);
static void report_columns(LbdReport *report, const LbdResultSizes *sizes);
static void report_paths(LbdReport *report, const LbdResultSizes *sizes);
static void add_heavy(const LbdPath *path, void *arg);
static char *typed_place(const LbdHeavyPath *heavy);

/*
 * Writes the whole report.
 */
void
lbd_report_query(LbdReport *report, const LbdResultSizes *sizes)
{
	report_answer(report, sizes);
	report_columns(report, sizes);
	report_paths(report, sizes);
	lbd_report_findings(report, sizes);
}

/*
 * How large the result is, and what most of it is.
 */
static void
report_answer(LbdReport *report, const LbdResultSizes *sizes)
{
	char	   *compressed = "";
	char	   *incomplete;

	if (sizes->compressed)
		compressed = psprintf(", and " INT64_FORMAT " bytes with %s",
							  sizes->compressed_bytes, sizes->encoding);
	lbd_report_wrapped(report, "The result is " INT64_FORMAT " bytes in %s%s%s%s.",
					   sizes->bytes, lbd_text_count(sizes->rows, "row", "rows"),
					   compressed, sizes->bytes > 0 ? "; " : "",
					   sizes->bytes > 0 ? lbd_result_main(sizes) : "");
	if (sizes->bytes == 0)
		return;
	report_values(report, &lbd_result_main_path(sizes)->sizes);
	if (sizes->own)
		report_largest_compressed(report, sizes);
	incomplete = lbd_result_incomplete(sizes);
	if (incomplete)
		lbd_report_wrapped(report, "%s", incomplete);
}

/*
 * How large the values of the largest column are, where they differ.
 */
static void
report_values(LbdReport *report, const LbdHistogram *values)
{
	if (values->least == values->most)
		return;
	lbd_report_line(report, "Its values take %u to %u bytes, the median about %u.",
					values->least, values->most,
					lbd_histogram_median(values));
}

static void
report_largest_compressed(LbdReport *report, const LbdResultSizes *sizes)
{
	const LbdResultColumn *largest = &sizes->columns[0];
	int64		most = -1;

	for (int i = 0; i < sizes->ncolumns; i++)
	{
		int64		bytes = lbd_stats_compressed(sizes->columns[i].root,
												 sizes->own);

		if (bytes > most)
		{
			most = bytes;
			largest = &sizes->columns[i];
		}
	}
	lbd_report_line(report, "The largest column when compressed is %s (%s).",
					lbd_result_place(largest, largest->root, LBD_PLACE_WIDTH),
					lbd_text_percent(most, sizes->compressed_bytes, 1));
	lbd_report_line(report, "Compressed bytes by path say where they are, not what dropping a path would save.");
}

/*
 * Begins a table of sizes, whose last column has a title.
 */
static void
begin_table(LbdTable *table, LbdReport *report, const LbdResultSizes *sizes,
			const char *title)
{
	LbdTableColumn *columns = palloc(4 * sizeof(LbdTableColumn));
	int			n = 0;

	columns[n++] = (LbdTableColumn)
	{
		"bytes", 12, 0, true
	};
	columns[n++] = (LbdTableColumn)
	{
		"share", 7, 2, true
	};
	if (sizes->own)
		columns[n++] = (LbdTableColumn)
	{
		psprintf("of %s", sizes->encoding),
			10, 2, true
	};
	columns[n++] = (LbdTableColumn)
	{
		title, 0, 2, false
	};
	lbd_table_begin(table, report, columns, n);
}

static void
size_row(LbdTable *table, const LbdResultSizes *sizes, int64 bytes,
		 int64 compressed_bytes, const char *name)
{
	lbd_table_cell(table, INT64_FORMAT, bytes);
	lbd_table_cell(table, "%s", lbd_text_percent(bytes, sizes->bytes, 1));
	if (sizes->own)
		lbd_table_cell(table, "%s", lbd_text_percent(compressed_bytes,
													 sizes->compressed_bytes,
													 1));
	lbd_table_cell(table, "%s", name);
}

static void
report_columns(LbdReport *report, const LbdResultSizes *sizes)
{
	LbdTable	table;

	lbd_report_heading(report, "COLUMNS");
	begin_table(&table, report, sizes, "column");
	for (int i = 0; i < sizes->ncolumns; i++)
	{
		const LbdResultColumn *column = &sizes->columns[i];

		size_row(&table, sizes, column->root->bytes, sizes->own ?
				 lbd_stats_compressed(column->root, sizes->own) : 0,
				 lbd_result_place(column, column->root, LBD_PLACE_WIDTH));
	}
	size_row(&table, sizes, sizes->rows_bytes, sizes->rows_compressed,
			 "(messages of the rows)");
	lbd_table_end(&table);
}

static void
report_paths(LbdReport *report, const LbdResultSizes *sizes)
{
	LbdHeavyPaths heavy = {0};
	LbdTable	table;

	for (int i = 0; i < sizes->ncolumns; i++)
	{
		heavy.column = &sizes->columns[i];
		lbd_rows_walk(heavy.column->root, add_heavy, &heavy);
	}
	lbd_report_heading(report, "PATHS THAT TAKE MOST, WITHOUT WHAT IS BELOW THEM");
	begin_table(&table, report, sizes, "path");
	for (int i = 0; i < heavy.npaths; i++)
	{
		const LbdPath *path = heavy.paths[i].path;

		size_row(&table, sizes, lbd_stats_own(path),
				 sizes->own ? sizes->own[path->number] : 0,
				 typed_place(&heavy.paths[i]));
	}
	lbd_table_end(&table);
}

/*
 * Puts a path into its place among the heaviest, behind equal ones.
 */
static void
add_heavy(const LbdPath *path, void *arg)
{
	LbdHeavyPaths *heavy = arg;
	int64		own = lbd_stats_own(path);
	int			at = heavy->npaths;

	while (at > 0 && lbd_stats_own(heavy->paths[at - 1].path) < own)
		at--;
	if (own == 0 || at == LBD_PATHS_SHOWN)
		return;
	if (heavy->npaths < LBD_PATHS_SHOWN)
		heavy->npaths++;
	memmove(&heavy->paths[at + 1], &heavy->paths[at],
			(heavy->npaths - 1 - at) * sizeof(LbdHeavyPath));
	heavy->paths[at].column = heavy->column;
	heavy->paths[at].path = path;
}

/*
 * Where a path is, and of which types its values are.
 */
static char *
typed_place(const LbdHeavyPath *heavy)
{
	const char *type_name = heavy->column->type_name;
	StringInfoData types;
	int			width;

	initStringInfo(&types);
	if (type_name && heavy->path->parent == NULL)
		appendStringInfoString(&types, lbd_text_short(type_name,
													  LBD_PLACE_WIDTH / 2));
	else
		lbd_stats_types(heavy->path, &types);
	width = Max(LBD_PLACE_WIDTH - types.len, LBD_PLACE_WIDTH / 2);
	return psprintf("%s (%s)", lbd_result_place(heavy->column, heavy->path,
												width), types.data);
}
