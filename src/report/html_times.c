/*-------------------------------------------------------------------------
 *
 * html_times.c
 *	  The section of an HTML report on time: a flame graph, and a table.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "report/html_sections.h"
#include "report/html_table.h"
#include "util/html.h"
#include "util/string_map.h"
#include "util/svg.h"

#define LBD_FLAME_WIDTH		960
#define LBD_FLAME_HEIGHT	900

/* Rows of the table. */
#define LBD_FUNCTIONS_SHOWN 25

/* All places of a function. */
typedef struct LbdFunctionTimes
{
	const char *function;		/* which */
	const char *source;			/* of all of them, or NULL where they differ */
	int64		calls;			/* of it */
	double		self;			/* ms without what it calls */
	double		time;			/* ms with that; a call within a call of
								 * itself counts once */
}			LbdFunctionTimes;

static void flame_graph(StringInfo out, const char *title,
						const LbdHtmlPlaces * tree);
static void table_of_functions(StringInfo out, const LbdHtmlPlaces * tree);
static LbdFunctionTimes * functions_of(const LbdHtmlPlaces * tree, int *count);
static bool same_source(const char *a, const char *b);
static int	compare_times(const void *a, const void *b);

/*
 * Appends the section.  The title names the picture, and the note says what
 * has been measured.
 */
void
lbd_html_times(StringInfo out, const char *title, const LbdHtmlPlaces * tree,
			   const char *note)
{
	appendStringInfoString(out, "<section>\n<h2>Where the time goes</h2>\n<figure>\n");
	flame_graph(out, title, tree);
	appendStringInfoString(out, "\n<figcaption>");
	lbd_html_text(out, note, 0);
	appendStringInfoString(out, "</figcaption>\n</figure>\n<details>\n"
						   "<summary>Functions by cumulative time</summary>\n");
	table_of_functions(out, tree);
	appendStringInfoString(out, "\n</details>\n</section>\n");
}

static void
flame_graph(StringInfo out, const char *title, const LbdHtmlPlaces * tree)
{
	Size		most = (Size) tree->count + 1;
	int		   *parents = palloc_extended(most * sizeof(int), MCXT_ALLOC_HUGE);
	double	   *weights = palloc_extended(most * sizeof(double), MCXT_ALLOC_HUGE);
	LbdPicture	picture = {"icicle", title, LBD_UNIT_MS, LBD_FLAME_WIDTH,
	LBD_FLAME_HEIGHT, NULL};
	LbdTree    *sums;
	LbdBoxes   *boxes;

	picture.labels = palloc_extended(most * sizeof(char *), MCXT_ALLOC_HUGE);
	for (int i = 0; i < tree->count; i++)
	{
		parents[i] = tree->places[i].parent;
		weights[i] = tree->places[i].self;
		picture.labels[i] = unconstify(char *, tree->places[i].function);
	}
	sums = lbd_tree_make(tree->count, parents, weights);
	boxes = lbd_icicle(sums, picture.width, picture.height);
	if (boxes->count > 0)
		picture.height = boxes->boxes[boxes->count - 1].y + LBD_ICICLE_LEVEL;
	lbd_svg_boxes(out, &picture, sums, boxes);
}

static void
table_of_functions(StringInfo out, const LbdHtmlPlaces * tree)
{
	static const LbdHtmlColumn columns[] = {
		{"function", LBD_HTML_TEXT}, {"source", LBD_HTML_TEXT},
		{"ncalls", LBD_HTML_NUMBER}, {"tottime", LBD_HTML_NUMBER},
		{"cumtime", LBD_HTML_NUMBER}, {"share", LBD_HTML_SHARE}
	};
	LbdHtmlTable table;
	int			count;
	LbdFunctionTimes *functions = functions_of(tree, &count);

	lbd_html_table_begin(&table, out, "Times are in ms; tottime is without what is called.",
						 columns, lengthof(columns));
	for (int i = 0; i < Min(count, LBD_FUNCTIONS_SHOWN); i++)
	{
		double		largest = functions[0].time;

		lbd_html_cell(&table, functions[i].function);
		lbd_html_cell(&table, functions[i].source);
		lbd_html_cell(&table, psprintf(INT64_FORMAT, functions[i].calls));
		lbd_html_cell(&table, psprintf("%.3f", functions[i].self));
		lbd_html_cell(&table, psprintf("%.3f", functions[i].time));
		lbd_html_share(&table, largest > 0 ? functions[i].time / largest : 0);
	}
	lbd_html_table_end(&table);
}

/* Adds up the places of each function; the largest time comes first. */
static LbdFunctionTimes *
functions_of(const LbdHtmlPlaces * tree, int *count)
{
	LbdFunctionTimes *functions = palloc_extended(((Size) tree->count + 1) * sizeof(LbdFunctionTimes),
												  MCXT_ALLOC_HUGE);
	LbdStringMap *numbers = lbd_string_map_create(tree->count);

	*count = 0;
	for (int i = 0; i < tree->count; i++)
	{
		const		LbdHtmlPlace *place = &tree->places[i];
		int		   *number;
		LbdFunctionTimes *function;

		CHECK_FOR_INTERRUPTS();
		number = lbd_string_map_enter(numbers, place->function);
		if (*number < 0)
		{
			*number = (*count)++;
			memset(&functions[*number], 0, sizeof(LbdFunctionTimes));
			functions[*number].function = place->function;
			functions[*number].source = place->source;
		}
		function = &functions[*number];
		function->calls += place->calls;
		function->self += place->self;
		if (!place->recursive)
			function->time += place->time;
		if (!same_source(function->source, place->source))
			function->source = NULL;
	}
	qsort(functions, *count, sizeof(LbdFunctionTimes), compare_times);
	return functions;
}

static bool
same_source(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

/* The largest time first; equal ones in the order of their names. */
static int
compare_times(const void *a, const void *b)
{
	const		LbdFunctionTimes *left = a;
	const		LbdFunctionTimes *right = b;

	if (left->time != right->time)
		return left->time > right->time ? -1 : 1;
	return strcmp(left->function, right->function);
}
