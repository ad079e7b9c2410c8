/*-------------------------------------------------------------------------
 *
 * relation_report.c
 *	  The report on a relation, as text.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "json/path_rows.h"
#include "report/relation_report.h"

/* So many paths are listed, and so many columns of jsonb taken apart. */
#define LBD_PATHS_SHOWN		15
#define LBD_JSONB_SHOWN		5

/* Characters of names of columns, and of paths in the table of paths. */
#define LBD_COLUMN_WIDTH	23
#define LBD_PATH_WIDTH		38

static void answer_size(LbdReport *report, const LbdRelationSizes *sizes,
						const LbdRelationPath *main);
static void answer_calls(LbdReport *report, const LbdRelationSizes *sizes,
						 const LbdRelationPath *main);
static void report_space(LbdReport *report, const LbdRelationSizes *sizes);
static void space_row(LbdTable *table, int64 bytes, int64 total,
					  const char *what);
static void report_columns(LbdReport *report, const LbdRelationSizes *sizes);
static void column_row(LbdTable *table, const LbdRelationSizes *sizes,
					   int column, int64 stored);
static void report_storage(LbdReport *report, const LbdRelationSizes *sizes);
static void report_paths(LbdReport *report, const LbdRelationSizes *sizes);
static void path_row(LbdTable *table, const LbdRelationSizes *sizes,
					 const LbdRelationPath *row, int64 stored);
static void report_jsonb(LbdReport *report, const LbdRelationSizes *sizes);
static void jsonb_row(LbdTable *table, const LbdJsonbRow *row);
static void jsonb_table(LbdReport *report, const List *rows);
static void report_repeats(LbdReport *report, const LbdRelationSizes *sizes);
static void report_measured(LbdReport *report, const LbdRelationSizes *sizes);

/*
 * Writes the whole report.
 */
void
lbd_report_relation(LbdReport *report, const LbdRelationSizes *sizes)
{
	lbd_relation_answer(report, sizes);
	if (sizes->space)
		report_space(report, sizes);
	report_columns(report, sizes);
	if (sizes->stored)
		report_storage(report, sizes);
	report_paths(report, sizes);
	report_jsonb(report, sizes);
	report_repeats(report, sizes);
	report_measured(report, sizes);
}

/*
 * How large the relation is, what most of it is, and what to do.
 */
void
lbd_relation_answer(LbdReport *report, const LbdRelationSizes *sizes)
{
	LbdRelationPath main = lbd_sizes_main_path(sizes);

	answer_size(report, sizes, &main);
	if (main.path)
		answer_calls(report, sizes, &main);
}

static void
answer_size(LbdReport *report, const LbdRelationSizes *sizes,
			const LbdRelationPath *main)
{
	int64		text = sizes->result.bytes;
	int64		stored = lbd_sizes_stored_total(sizes);
	const char *about = sizes->sampled ? "about " : "";
	StringInfoData line;

	initStringInfo(&line);
	appendStringInfo(&line, "The %s %s has %s%s, %s%s", sizes->kind,
					 sizes->name, about,
					 lbd_text_count(sizes->result.rows,
									"row", "rows"), about,
					 lbd_text_size(sizes->stored ? stored : text));
	if (sizes->stored)
		appendStringInfo(&line, " of stored values (%s as text)",
						 lbd_text_size(text));
	else
		appendStringInfoString(&line, " of text");
	if (main->path)
	{
		double		share = sizes->stored ?
			(double) lbd_sizes_stored(sizes, main->path->stored) / Max(stored, 1) :
			(double) main->path->bytes / Max(sizes->result.bytes, 1);

		appendStringInfo(&line, "; %s is %s (%s)",
						 share >= 0.5 ? "most of it" : "the largest part",
						 lbd_sizes_place(sizes, main, LBD_PLACE_WIDTH),
						 lbd_text_percent(share, 1, 0));
	}
	lbd_report_wrapped(report, "%s.", line.data);
	if (sizes->space)
		lbd_report_wrapped(report, "On disk it takes %s.",
						   lbd_text_size(sizes->space->heap + sizes->space->toast +
										 sizes->space->indexes));
}

/*
 * What to do next, with calls that can be pasted: a line each, however long.
 */
static void
answer_calls(LbdReport *report, const LbdRelationSizes *sizes,
			 const LbdRelationPath *main)
{
	char	   *name = quote_literal_cstr(sizes->name);
	StringInfoData path;

	if (!sizes->stored)
	{
		lbd_report_line(report, "What could be left out where it is sent:");
		lbd_report_line(report, "     SELECT lbdiag_audit_query_report(%s);",
						quote_literal_cstr(psprintf("SELECT * FROM %s",
													sizes->name)));
		return;
	}
	initStringInfo(&path);
	lbd_stats_path(main->path, &path);
	lbd_report_line(report, "What would make it smaller, each tried:");
	lbd_report_line(report, "     SELECT * FROM lbdiag_opportunities_relation(%s);",
					name);
	lbd_report_line(report, "Which rows have the largest values there:");
	lbd_report_line(report, "     SELECT * FROM lbdiag_largest(%s, %s, %s);",
					name,
					quote_literal_cstr(sizes->result.columns[main->column].name),
					quote_literal_cstr(path.data));
}

static void
report_space(LbdReport *report, const LbdRelationSizes *sizes)
{
	static const LbdTableColumn columns[] = {
		{"bytes", 14, 0, true}, {"share", 7, 2, true}, {"what", 0, 2, false}
	};
	const LbdRelationSpace *space = sizes->space;
	int64		total = space->heap + space->toast + space->indexes;
	LbdTable	table;
	ListCell   *cell;

	lbd_report_heading(report, "THE TABLE ON DISK");
	lbd_table_begin(&table, report, columns, lengthof(columns));
	foreach(cell, lbd_sizes_space(sizes))
	{
		const LbdSpaceRow *row = lfirst(cell);

		space_row(&table, row->bytes, total, row->what);
	}
	space_row(&table, total, total, "all");
	lbd_table_end(&table);
	if (space->free >= 0)
		lbd_report_line(report, "Free in the heap, by its free space map: %s.",
						lbd_text_exact_size(space->free));
}

static void
space_row(LbdTable *table, int64 bytes, int64 total, const char *what)
{
	lbd_table_cell(table, INT64_FORMAT, bytes);
	lbd_table_cell(table, "%s", lbd_text_percent(bytes, total, 1));
	lbd_table_cell(table, "%s", what);
}

static void
report_columns(LbdReport *report, const LbdRelationSizes *sizes)
{
	static const LbdTableColumn columns[] = {
		{"text", 10, 0, true}, {"share", 7, 2, true}, {"stored", 10, 2, true},
		{"share", 7, 2, true}, {"in rows", 10, 2, true},
		{"in TOAST", 10, 2, true}, {"chunks", 7, 2, true},
		{"column", 0, 2, false}
	};
	static const LbdTableColumn text_columns[] = {
		{"text", 10, 0, true}, {"share", 7, 2, true}, {"column", 0, 2, false}
	};
	int64		stored = lbd_sizes_stored_total(sizes);
	LbdTable	table;

	lbd_report_heading(report, "COLUMNS");
	if (sizes->stored)
		lbd_table_begin(&table, report, columns, lengthof(columns));
	else
		lbd_table_begin(&table, report, text_columns, lengthof(text_columns));
	for (int i = 0; i < sizes->result.ncolumns; i++)
		column_row(&table, sizes, i, stored);
	lbd_table_end(&table);
}

static void
column_row(LbdTable *table, const LbdRelationSizes *sizes, int column,
		   int64 stored)
{
	const LbdResultColumn *result = &sizes->result.columns[column];
	const LbdStoredParts *storage = sizes->columns[column].storage;
	int64		bytes = result->root->bytes;

	lbd_table_cell(table, "%s", lbd_text_size(bytes));
	lbd_table_cell(table, "%s", lbd_text_percent(bytes, sizes->result.bytes, 1));
	if (storage)
	{
		LbdStoredPart toast = lbd_stored_parts_sum(storage, LBD_STORED_TOAST);
		int64		all = lbd_sizes_stored(sizes, result->root->stored);
		int64		outside = toast.stored_bytes;

		lbd_table_cell(table, "%s", lbd_text_size(all));
		lbd_table_cell(table, "%s", lbd_text_percent(all, stored, 1));
		lbd_table_cell(table, "%s", lbd_text_size(Max(all - outside, 0)));
		lbd_table_cell(table, "%s", lbd_text_size(outside));
		lbd_table_cell(table, INT64_FORMAT,
					   toast.chunks);
	}
	else if (sizes->stored)
	{
		for (int i = 0; i < 5; i++)
			lbd_table_cell(table, "-");
	}
	lbd_table_cell(table, "%s", lbd_text_short(result->name, LBD_COLUMN_WIDTH));
}

static void
report_storage(LbdReport *report, const LbdRelationSizes *sizes)
{
	static const LbdTableColumn columns[] = {
		{"values", 10, 0, true}, {"uncompressed", 13, 2, true},
		{"stored", 13, 2, true}, {"ratio", 6, 2, true},
		{"chunks", 8, 2, true}, {"where", 11, 2, false},
		{"column", 0, 2, false}
	};
	LbdTable	table;
	ListCell   *cell;

	lbd_report_heading(report, "HOW VALUES ARE STORED");
	lbd_table_begin(&table, report, columns, lengthof(columns));
	foreach(cell, lbd_sizes_storage(sizes))
	{
		const LbdStorageRow *row = lfirst(cell);

		lbd_table_cell(&table, INT64_FORMAT, row->part.values);
		lbd_table_cell(&table, INT64_FORMAT, row->part.raw_bytes);
		lbd_table_cell(&table, INT64_FORMAT, row->part.stored_bytes);
		lbd_table_cell(&table, "%s", lbd_text_ratio(row->part.raw_bytes,
													row->part.stored_bytes, 2));
		lbd_table_cell(&table, INT64_FORMAT, row->part.chunks);
		lbd_table_cell(&table, "%s", row->how);
		lbd_table_cell(&table, "%s", lbd_text_short(row->column,
													LBD_COLUMN_WIDTH));
	}
	lbd_table_end(&table);
}

static void
report_paths(LbdReport *report, const LbdRelationSizes *sizes)
{
	/* Where nothing is stored, the first two are left out. */
	static const LbdTableColumn columns[] = {
		{"stored", 12, 0, true}, {"share", 7, 2, true}, {"text", 12, 2, true},
		{"share", 7, 2, true}, {"jsonb", 12, 2, true}, {"path", 0, 2, false}
	};
	int			first = sizes->stored ? 0 : 2;
	int64		stored = lbd_sizes_stored_total(sizes);
	LbdTable	table;
	ListCell   *cell;

	lbd_report_heading(report, "PATHS THAT TAKE MOST, WITHOUT WHAT IS BELOW THEM");
	lbd_table_begin(&table, report, columns + first,
					lengthof(columns) - first);
	foreach(cell, lbd_sizes_paths(sizes, LBD_PATHS_SHOWN))
		path_row(&table, sizes, lfirst(cell), stored);
	lbd_table_end(&table);
}

static void
path_row(LbdTable *table, const LbdRelationSizes *sizes,
		 const LbdRelationPath *row, int64 stored)
{
	const LbdPath *path = row->path;
	int64		own = lbd_sizes_stored(sizes, path->stored_own);
	int64		text = lbd_stats_own(path);
	bool		known = sizes->columns[row->column].storage != NULL;
	bool		jsonb = sizes->result.columns[row->column].root->jsonb_bytes > 0;

	if (sizes->stored)
	{
		lbd_table_cell(table, "%s", known ? psprintf(INT64_FORMAT, own) : "-");
		lbd_table_cell(table, "%s", known ?
					   lbd_text_percent(own, stored, 1) : "-");
	}
	lbd_table_cell(table, INT64_FORMAT, text);
	lbd_table_cell(table, "%s", lbd_text_percent(text, sizes->result.bytes, 1));
	lbd_table_cell(table, "%s", !jsonb ? "-" :
				   psprintf(INT64_FORMAT,
							path->jsonb_own));
	lbd_table_cell(table, "%s", lbd_sizes_place(sizes, row, LBD_PATH_WIDTH));
}

/*
 * The largest columns of jsonb, taken apart.
 */
static void
report_jsonb(LbdReport *report, const LbdRelationSizes *sizes)
{
	int			shown = 0;

	for (int i = 0; i < sizes->result.ncolumns && shown < LBD_JSONB_SHOWN; i++)
	{
		List	   *rows = lbd_sizes_jsonb(sizes, i);
		char	   *reason = lbd_sizes_jsonb_reason(rows);

		if (rows == NIL || sizes->result.columns[i].root->bytes == 0)
			continue;
		shown++;
		lbd_report_heading(report, "JSONB AGAINST ITS TEXT: %s",
						   lbd_text_short(sizes->result.columns[i].name,
										  LBD_PLACE_WIDTH));
		if (reason)
			lbd_report_wrapped(report, "%s", reason);
		jsonb_table(report, rows);
	}
}

static void
jsonb_table(LbdReport *report, const List *rows)
{
	static const LbdTableColumn columns[] = {
		{"jsonb", 14, 0, true}, {"text", 14, 2, true},
		{"difference", 14, 2, true}, {"what", 0, 2, false}
	};
	LbdJsonbRow all = {"all", 0, 0};
	LbdTable	table;
	ListCell   *cell;

	lbd_table_begin(&table, report, columns, lengthof(columns));
	foreach(cell, rows)
	{
		const LbdJsonbRow *row = lfirst(cell);

		jsonb_row(&table, row);
		all.jsonb += row->jsonb;
		all.text += row->text;
	}
	jsonb_row(&table, &all);
	lbd_table_end(&table);
}

static void
jsonb_row(LbdTable *table, const LbdJsonbRow *row)
{
	lbd_table_cell(table, INT64_FORMAT, row->jsonb);
	lbd_table_cell(table, INT64_FORMAT, row->text);
	lbd_table_cell(table, "%s" INT64_FORMAT, row->jsonb > row->text ? "+" : "",
				   row->jsonb - row->text);
	lbd_table_cell(table, "%s", row->what);
}

static void
report_repeats(LbdReport *report, const LbdRelationSizes *sizes)
{
	if (sizes->nrepeats == 0)
		return;
	lbd_report_heading(report, "COLUMNS THAT THE JSON REPEATS");
	lbd_report_line(report, "In each of %s that were compared, where the column is not null:",
					lbd_text_count(sizes->compared, "row", "rows"));
	for (int i = 0; i < sizes->nrepeats; i++)
		lbd_report_wrapped(report, "%s",
						   lbd_sizes_repeat(sizes, &sizes->repeats[i]));
}

/*
 * What was read, and what that means for the figures.
 */
static void
report_measured(LbdReport *report, const LbdRelationSizes *sizes)
{
	lbd_report_heading(report, "HOW THIS WAS MEASURED");
	lbd_relation_notes(report, sizes);
}

void
lbd_relation_notes(LbdReport *report, const LbdRelationSizes *sizes)
{
	char	   *incomplete = lbd_result_incomplete(&sizes->result);

	if (!sizes->sampled)
		lbd_report_wrapped(report, "All rows were read (%s).",
						   lbd_text_count(sizes->result.rows, "row", "rows"));
	else
		lbd_report_wrapped(report, "Blocks read: " INT64_FORMAT " of " INT64_FORMAT ", with %s. Counts and sizes of values are estimates for all.",
						   sizes->blocks_read, sizes->blocks,
						   lbd_text_count(sizes->result.rows, "row", "rows"));
	if (sizes->interval)
		lbd_report_wrapped(report, "The text is from " INT64_FORMAT " to " INT64_FORMAT " bytes (95 %% interval).",
						   sizes->low, sizes->high);
	else if (sizes->sampled)
		lbd_report_wrapped(report, "Too few blocks were read for an interval.");
	if (sizes->row_security)
		lbd_report_wrapped(report, "Row-level security applies: rows that you may not see are not counted as values.");
	lbd_report_wrapped(report, "%s", incomplete ? incomplete :
					   "All paths are told apart.");
	if (sizes->stored)
		lbd_report_wrapped(report, "Stored bytes of a path say where they are, not what leaving it out would save.");
}
