/*-------------------------------------------------------------------------
 *
 * html_times.c
 *	  The section of an HTML report on time: a flame graph, and a table.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "report/html_sections.h"
#include "report/html_table.h"
#include "util/html.h"
#include "util/svg.h"

#define LBD_FLAME_WIDTH		960
#define LBD_FLAME_HEIGHT	900

/* Rows of the table. */
#define LBD_FUNCTIONS_SHOWN 25

static void flame_graph(StringInfo out, const char *title,
						const LbdTreeRows *rows);
static void table_of_functions(StringInfo out, const LbdTreeRows *rows);

/*
 * Appends the section.  The title names the picture, and the note says what
 * has been measured.
 */
void
lbd_html_times(StringInfo out, const char *title, const LbdTreeRows *rows,
			   const char *note)
{
	appendStringInfoString(out, "<section>\n<h2>Where the time goes</h2>\n<figure>\n");
	flame_graph(out, title, rows);
	appendStringInfoString(out, "\n<figcaption>");
	lbd_html_text(out, note, 0);
	appendStringInfoString(out, "</figcaption>\n</figure>\n<details>\n"
						   "<summary>Functions by cumulative time</summary>\n");
	table_of_functions(out, rows);
	appendStringInfoString(out, "\n</details>\n</section>\n");
}

static void
flame_graph(StringInfo out, const char *title, const LbdTreeRows *rows)
{
	Size		most = (Size) rows->nrows + 1;
	int		   *parents = palloc_extended(most * sizeof(int), MCXT_ALLOC_HUGE);
	double	   *weights = palloc_extended(most * sizeof(double), MCXT_ALLOC_HUGE);
	LbdPicture	picture = {"icicle", title, LBD_UNIT_MS, LBD_FLAME_WIDTH,
	LBD_FLAME_HEIGHT, NULL};
	LbdTree    *tree;
	LbdBoxes   *boxes;

	picture.labels = palloc_extended(most * sizeof(char *), MCXT_ALLOC_HUGE);
	for (int i = 0; i < rows->nrows; i++)
	{
		const LbdTreeRow *row = &rows->rows[i];

		parents[i] = row->parent;
		weights[i] = Max(row->self, 0) / LBD_NS_PER_MS;
		picture.labels[i] = unconstify(char *, row->place->label);
	}
	tree = lbd_tree_make(rows->nrows, parents, weights);
	boxes = lbd_icicle(tree, picture.width, picture.height);
	if (boxes->count > 0)
		picture.height = boxes->boxes[boxes->count - 1].y + LBD_ICICLE_LEVEL;
	lbd_svg_boxes(out, &picture, tree, boxes);
}

static void
table_of_functions(StringInfo out, const LbdTreeRows *rows)
{
	static const LbdHtmlColumn columns[] = {
		{"function", LBD_HTML_TEXT}, {"source", LBD_HTML_TEXT},
		{"ncalls", LBD_HTML_NUMBER}, {"tottime", LBD_HTML_NUMBER},
		{"cumtime", LBD_HTML_NUMBER}, {"share", LBD_HTML_SHARE}
	};
	const LbdTreeFunction **functions = lbd_tree_by_time(rows);
	LbdHtmlTable table;

	lbd_html_table_begin(&table, out, "Times are in ms; tottime is without what is called.",
						 columns, lengthof(columns));
	for (int i = 0; i < Min(rows->nfunctions, LBD_FUNCTIONS_SHOWN); i++)
	{
		const LbdTreeFunction *function = functions[i];

		lbd_html_cell(&table, function->place->label);
		lbd_html_cell(&table, function->source);
		lbd_html_cell(&table, psprintf(INT64_FORMAT, function->calls));
		lbd_html_cell(&table, psprintf("%.3f", function->self / LBD_NS_PER_MS));
		lbd_html_cell(&table, psprintf("%.3f", function->time / LBD_NS_PER_MS));
		lbd_html_share(&table, (double) function->time / Max(functions[0]->time, 1));
	}
	lbd_html_table_end(&table);
}
