/*-------------------------------------------------------------------------
 *
 * html_sizes.c
 *	  The section of an HTML report on bytes: treemaps, and a table.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "report/html_sections.h"
#include "report/html_table.h"
#include "util/svg.h"

#define LBD_TREEMAP_WIDTH	960
#define LBD_TREEMAP_HEIGHT	560

/* Rows of the table. */
#define LBD_PATHS_SHOWN		200

/* The nodes of a treemap: the first one is the root. */
typedef struct LbdNodes
{
	int			count;			/* how many there are */
	char	  **labels;			/* their names */
	int		   *parents;		/* their parents, by index */
	double	   *weights;		/* bytes of their own */
} LbdNodes;

static void figure(StringInfo out, const char *title,
				   const LbdHtmlSizes *sizes, bool compressed);
static LbdNodes *nodes_of(const char *title, const LbdHtmlSizes *sizes,
						  bool compressed);
static void table_of_paths(StringInfo out, const LbdHtmlSizes *sizes);
static int	compare_paths(const void *a, const void *b);

/*
 * Appends the section.  The title says what has these sizes.
 */
void
lbd_html_sizes(StringInfo out, const char *title, const LbdHtmlSizes *sizes)
{
	appendStringInfoString(out, "<section>\n<h2>Where the bytes go</h2>\n<div>");
	if (sizes->compressed)
		appendStringInfo(out, "\n<input type=\"radio\" name=\"size\" id=\"raw\"%s>"
						 "<label for=\"raw\">%s</label>\n"
						 "<input type=\"radio\" name=\"size\" id=\"compressed\"%s>"
						 "<label for=\"compressed\">%s</label>",
						 sizes->words->compressed_first ? "" : " checked",
						 sizes->words->bytes,
						 sizes->words->compressed_first ? " checked" : "",
						 sizes->words->compressed);
	appendStringInfoString(out, "\n<figure class=\"raw\">\n");
	figure(out, title, sizes, false);
	appendStringInfo(out, "\n<figcaption>%s: a part or a path, with those below it in it. "
					 "&quot;itself&quot; is what belongs to no path below: keys, "
					 "brackets, separators.</figcaption>\n</figure>\n",
					 sizes->words->area);
	if (sizes->compressed)
	{
		appendStringInfoString(out, "<figure class=\"compressed\">\n");
		figure(out, title, sizes, true);
		appendStringInfo(out, "\n<figcaption>%s</figcaption>\n</figure>\n",
						 sizes->words->same);
	}
	appendStringInfoString(out, "</div>\n");
	table_of_paths(out, sizes);
	appendStringInfoString(out, "</section>\n");
}

/* Appends a treemap, of bytes or of compressed ones. */
static void
figure(StringInfo out, const char *title, const LbdHtmlSizes *sizes,
	   bool compressed)
{
	LbdNodes   *nodes = nodes_of(title, sizes, compressed);
	LbdTree    *tree = lbd_tree_make(nodes->count, nodes->parents,
									 nodes->weights);
	LbdPicture	picture = {"treemap", NULL, LBD_UNIT_BYTES, LBD_TREEMAP_WIDTH,
	LBD_TREEMAP_HEIGHT, nodes->labels};

	picture.title = psprintf("%s of %s", compressed ?
							 sizes->words->compressed : sizes->words->bytes,
							 title);
	lbd_svg_boxes(out, &picture, tree,
				  lbd_treemap(tree, picture.width, picture.height));
}

/*
 * The paths as nodes.  What has no compressed bytes of its own is part of the
 * whole, and so are paths whose parent is not there.
 */
static LbdNodes *
nodes_of(const char *title, const LbdHtmlSizes *sizes, bool compressed)
{
	Size		most = (Size) sizes->count + 1;
	LbdNodes   *nodes = palloc(sizeof(LbdNodes));
	int		   *latest = palloc_extended((most + 1) * sizeof(int), MCXT_ALLOC_HUGE);
	int			deepest = 0;

	nodes->labels = palloc_extended(most * sizeof(char *), MCXT_ALLOC_HUGE);
	nodes->parents = palloc_extended(most * sizeof(int), MCXT_ALLOC_HUGE);
	nodes->weights = palloc_extended(most * sizeof(double), MCXT_ALLOC_HUGE);
	nodes->labels[0] = pstrdup(title);
	nodes->parents[0] = -1;
	nodes->weights[0] = 0;
	nodes->count = 1;
	latest[0] = 0;
	for (int i = 0; i < sizes->count; i++)
	{
		const LbdHtmlPath *path = &sizes->paths[i];
		int			n = nodes->count;

		CHECK_FOR_INTERRUPTS();
		if (compressed && path->own_compressed < 0)
			continue;
		/* The parent is the latest one that is less deep by one. */
		deepest = (int) Max(0, Min(path->depth, deepest)) + 1;
		nodes->parents[n] = latest[deepest - 1];
		latest[deepest] = n;
		nodes->labels[n] = psprintf("%s%s", path->part ? path->part : "rows",
									path->path && path->path[0] ? path->path + 1 : "");
		nodes->weights[n] = Max(compressed ? path->own_compressed : path->own, 0);
		nodes->count++;
	}
	return nodes;
}

static void
table_of_paths(StringInfo out, const LbdHtmlSizes *sizes)
{
	const LbdHtmlColumn columns[] = {
		{"of", LBD_HTML_TEXT}, {"path", LBD_HTML_TEXT}, {"types", LBD_HTML_TEXT},
		{"occurrences", LBD_HTML_NUMBER}, {sizes->words->bytes, LBD_HTML_NUMBER},
		{"share", LBD_HTML_SHARE}, {sizes->words->compressed, LBD_HTML_NUMBER}
	};
	const LbdHtmlPath **sorted = palloc_extended(((Size) sizes->count + 1) * sizeof(LbdHtmlPath *),
												 MCXT_ALLOC_HUGE);
	int			shown = Min(sizes->count, LBD_PATHS_SHOWN);
	int64		paths = 0;
	LbdHtmlTable table;

	for (int i = 0; i < sizes->count; i++)
	{
		sorted[i] = &sizes->paths[i];
		paths += sizes->paths[i].paths;
	}
	qsort(sorted, sizes->count, sizeof(LbdHtmlPath *), compare_paths);
	appendStringInfo(out, "<details>\n<summary>The %d largest of " INT64_FORMAT
					 " paths</summary>\n", shown, paths);
	lbd_html_table_begin(&table, out, sizes->words->caption, columns,
						 lengthof(columns));
	for (int i = 0; i < shown; i++)
	{
		lbd_html_cell(&table, sorted[i]->part);
		lbd_html_cell(&table, sorted[i]->path);
		lbd_html_cell(&table, sorted[i]->types);
		lbd_html_count(&table, sorted[i]->occurrences);
		lbd_html_count(&table, sorted[i]->bytes);
		lbd_html_share(&table, sorted[i]->share);
		lbd_html_count(&table, sorted[i]->compressed);
	}
	lbd_html_table_end(&table);
	appendStringInfoString(out, "\n</details>");
}

/* The largest first; equal ones in their order. */
static int
compare_paths(const void *a, const void *b)
{
	const LbdHtmlPath *left = *(const LbdHtmlPath *const *) a;
	const LbdHtmlPath *right = *(const LbdHtmlPath *const *) b;

	if (left->bytes != right->bytes)
		return left->bytes > right->bytes ? -1 : 1;
	return left < right ? -1 : left > right;
}
