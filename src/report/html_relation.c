/*-------------------------------------------------------------------------
 *
 * html_relation.c
 *	  The sections of an HTML report on what a relation stores.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "report/html_sections.h"
#include "report/html_table.h"
#include "util/html.h"

/* So many columns of jsonb are taken apart, and so many rows listed. */
#define LBD_JSONB_SHOWN		5
#define LBD_ROWS_SHOWN		100

/* Columns of a line, above which it is shortened. */
#define LBD_LINE_COLUMNS	400

static void space_section(StringInfo out, const LbdRelationSizes *sizes);
static void storage_section(StringInfo out, const LbdRelationSizes *sizes);
static void jsonb_sections(StringInfo out, const LbdRelationSizes *sizes);
static void jsonb_table(StringInfo out, const char *name, const List *rows);
static void repeats_section(StringInfo out, const LbdRelationSizes *sizes);
static void paragraph(StringInfo out, const char *text);

/*
 * Appends what lies on disk, how values are stored, jsonb beside its text, and
 * the columns that are repeated, as far as there is something.
 */
void
lbd_html_relation_sections(StringInfo out, const LbdRelationSizes *sizes)
{
	if (sizes->space)
		space_section(out, sizes);
	if (sizes->stored)
		storage_section(out, sizes);
	jsonb_sections(out, sizes);
	if (sizes->nrepeats > 0)
		repeats_section(out, sizes);
}

static void
space_section(StringInfo out, const LbdRelationSizes *sizes)
{
	static const LbdHtmlColumn columns[] = {
		{"what", LBD_HTML_TEXT}, {"bytes", LBD_HTML_NUMBER},
		{"share", LBD_HTML_SHARE}
	};
	const LbdRelationSpace *space = sizes->space;
	double		total = space->heap + space->toast + space->indexes;
	LbdHtmlTable table;
	ListCell   *cell;

	appendStringInfoString(out, "<section>\n<h2>The table on disk</h2>\n");
	lbd_html_table_begin(&table, out, "With all partitions and children.",
						 columns, lengthof(columns));
	foreach(cell, lbd_sizes_space(sizes))
	{
		const LbdSpaceRow *row = lfirst(cell);

		lbd_html_cell(&table, row->what);
		lbd_html_count(&table, row->bytes);
		lbd_html_share(&table, row->bytes / Max(total, 1));
	}
	lbd_html_table_end(&table);
	if (space->free >= 0)
		paragraph(out, psprintf("Free in the heap, by its free space map: %s.",
								lbd_text_exact_size(space->free)));
	appendStringInfoString(out, "\n</section>\n");
}

static void
storage_section(StringInfo out, const LbdRelationSizes *sizes)
{
	static const LbdHtmlColumn columns[] = {
		{"column", LBD_HTML_TEXT}, {"where", LBD_HTML_TEXT},
		{"values", LBD_HTML_NUMBER}, {"uncompressed bytes", LBD_HTML_NUMBER},
		{"stored bytes", LBD_HTML_NUMBER}, {"share", LBD_HTML_SHARE},
		{"ratio", LBD_HTML_NUMBER}, {"chunks", LBD_HTML_NUMBER}
	};
	List	   *rows = lbd_sizes_storage(sizes);
	double		stored = lbd_sizes_stored_total(sizes);
	LbdHtmlTable table;

	appendStringInfoString(out, "<section>\n<h2>How values are stored</h2>\n");
	lbd_html_table_begin(&table, out, "In the row or in the TOAST table, compressed or not. "
						 "Stored bytes are those of pg_column_size; chunks are rows of the TOAST table.",
						 columns, lengthof(columns));
	for (int i = 0; i < Min(list_length(rows), LBD_ROWS_SHOWN); i++)
	{
		const LbdStorageRow *row = list_nth(rows, i);

		lbd_html_cell(&table, row->column);
		lbd_html_cell(&table, row->how);
		lbd_html_count(&table, row->part.values);
		lbd_html_count(&table, row->part.raw_bytes);
		lbd_html_count(&table, row->part.stored_bytes);
		lbd_html_share(&table, row->part.stored_bytes / Max(stored, 1));
		lbd_html_cell(&table, lbd_text_ratio(row->part.raw_bytes,
											 row->part.stored_bytes, 2));
		lbd_html_count(&table, row->part.chunks);
	}
	lbd_html_table_end(&table);
	if (list_length(rows) > LBD_ROWS_SHOWN)
		paragraph(out, psprintf("%s more are not shown.",
								lbd_text_count(list_length(rows) - LBD_ROWS_SHOWN,
											   "row", "rows")));
	appendStringInfoString(out, "\n</section>\n");
}

/*
 * The largest columns of jsonb, taken apart.
 */
static void
jsonb_sections(StringInfo out, const LbdRelationSizes *sizes)
{
	int			shown = 0;

	for (int i = 0; i < sizes->result.ncolumns && shown < LBD_JSONB_SHOWN; i++)
	{
		List	   *rows = lbd_sizes_jsonb(sizes, i);

		if (rows == NIL || sizes->result.columns[i].root->bytes == 0)
			continue;
		shown++;
		jsonb_table(out, sizes->result.columns[i].name, rows);
	}
}

static void
jsonb_table(StringInfo out, const char *name, const List *rows)
{
	static const LbdHtmlColumn columns[] = {
		{"what", LBD_HTML_TEXT}, {"bytes in jsonb", LBD_HTML_NUMBER},
		{"bytes in the text", LBD_HTML_NUMBER}
	};
	char	   *reason = lbd_sizes_jsonb_reason(rows);
	LbdHtmlTable table;
	ListCell   *cell;

	appendStringInfoString(out, "<section>\n<h2>jsonb against its text: ");
	lbd_html_name(out, name);
	appendStringInfoString(out, "</h2>\n");
	if (reason)
		paragraph(out, reason);
	lbd_html_table_begin(&table, out, "Before compression, without 4 header bytes for each value.",
						 columns, lengthof(columns));
	foreach(cell, rows)
	{
		const LbdJsonbRow *row = lfirst(cell);

		lbd_html_cell(&table, row->what);
		lbd_html_count(&table, row->jsonb);
		lbd_html_count(&table, row->text);
	}
	lbd_html_table_end(&table);
	appendStringInfoString(out, "\n</section>\n");
}

static void
repeats_section(StringInfo out, const LbdRelationSizes *sizes)
{
	appendStringInfo(out, "<section>\n<h2>Columns that the JSON repeats</h2>\n"
					 "<p>In each of %s that were compared, where the column is not null:</p>\n",
					 lbd_text_count(sizes->compared, "row", "rows"));
	for (int i = 0; i < Min(sizes->nrepeats, LBD_ROWS_SHOWN); i++)
		paragraph(out, lbd_sizes_repeat(sizes, &sizes->repeats[i]));
	appendStringInfoString(out, "</section>\n");
}

static void
paragraph(StringInfo out, const char *text)
{
	appendStringInfoString(out, "<p>");
	lbd_html_text(out, text, LBD_LINE_COLUMNS);
	appendStringInfoString(out, "</p>\n");
}
