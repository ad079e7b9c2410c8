/*-------------------------------------------------------------------------
 *
 * svg.c
 *	  Pictures as text of SVG, for HTML.
 *
 * A box is an svg element of its own, so that its text ends at its edge and a
 * script moves it by four attributes.  Colours are classes: the page has them.
 * data-w is a box's weight, data-p the index of the box that it is in or below,
 * and the boxes of a treemap that have data-leaf add up to the first one.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"

#include "util/html.h"
#include "util/svg.h"

/* Colours of boxes. */
#define LBD_SVG_COLOURS		8

/* Size of a character of a label, and the smallest box that has one. */
#define LBD_SVG_CHAR_WIDTH	6.5
#define LBD_SVG_TEXT_WIDTH	26.0
#define LBD_SVG_TEXT_HEIGHT	14.0

/* Children of the root that the description names. */
#define LBD_SVG_LARGEST		5

static void append_number(StringInfo out, double number);
static void describe(StringInfo out, const LbdPicture *picture,
					 const LbdTree *tree, const LbdBoxes *boxes);
static void append_box(StringInfo out, const LbdPicture *picture,
					   const LbdTree *tree, const LbdBoxes *boxes, int index);
static void append_title(StringInfo out, const LbdPicture *picture,
						 const LbdTree *tree, const LbdBox *box);
static void append_text(StringInfo out, const LbdPicture *picture,
						const LbdTree *tree, const LbdBox *box);
static int	colour_of(const LbdPicture *picture, const LbdBox *box);

/*
 * Appends bytes, in the unit that fits, or ms.
 */
void
lbd_svg_amount(StringInfo out, double amount, LbdUnit unit)
{
	double		size = fabs(amount);

	if (unit == LBD_UNIT_MS)
		appendStringInfo(out, size >= 1000 ? "%.2f s" :
						 size >= 10 ? "%.1f ms" : "%.3f ms",
						 size >= 1000 ? amount / 1000 : amount);
	else if (size >= 0.1 * 1024 * 1024)
		appendStringInfo(out, "%.2f MB", amount / (1024 * 1024));
	else if (size >= 10 * 1024)
		appendStringInfo(out, "%.1f kB", amount / 1024);
	else
		appendStringInfo(out, "%.0f bytes", amount);
}

/*
 * Begins a picture, with its title; a desc element may come next.
 */
void
lbd_svg_begin(StringInfo out, const LbdPicture *picture)
{
	appendStringInfo(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"picture %s\""
					 " role=\"img\" viewBox=\"0 0 %.0f %.0f\"><title>",
					 picture->kind, picture->width, picture->height);
	lbd_html_name(out, picture->title);
	appendStringInfoString(out, "</title>");
}

void
lbd_svg_end(StringInfo out)
{
	appendStringInfoString(out, "</svg>");
}

/*
 * Appends a picture that says that there is nothing to show.
 */
void
lbd_svg_nothing(StringInfo out, const LbdPicture *picture)
{
	LbdPicture	empty = *picture;

	empty.height = 40;
	lbd_svg_begin(out, &empty);
	appendStringInfoString(out, "<desc>Nothing to show.</desc>"
						   "<text class=\"label\" x=\"8\" y=\"24\">Nothing to show.</text>");
	lbd_svg_end(out);
}

/*
 * Appends a picture of boxes that lbd_treemap or lbd_icicle has made.
 */
void
lbd_svg_boxes(StringInfo out, const LbdPicture *picture, const LbdTree *tree,
			  const LbdBoxes *boxes)
{
	if (boxes->count == 0)
	{
		lbd_svg_nothing(out, picture);
		return;
	}
	lbd_svg_begin(out, picture);
	describe(out, picture, tree, boxes);
	for (int i = 0; i < boxes->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		append_box(out, picture, tree, boxes, i);
	}
	lbd_svg_end(out);
}

/* The picture in words: its size, and the largest of what it is made of. */
static void
describe(StringInfo out, const LbdPicture *picture, const LbdTree *tree,
		 const LbdBoxes *boxes)
{
	int			named = 0;

	appendStringInfoString(out, "<desc>");
	lbd_html_name(out, picture->labels[0]);
	appendStringInfoString(out, ": ");
	lbd_svg_amount(out, tree->total[0], picture->unit);
	for (int i = 1; i < boxes->count && named < LBD_SVG_LARGEST; i++)
	{
		const LbdBox *box = &boxes->boxes[i];

		if (box->parent != 0 || box->kind != LBD_BOX_NODE)
			continue;
		appendStringInfoString(out, named++ == 0 ? ". The largest parts: " : ", ");
		lbd_html_name(out, picture->labels[box->node]);
		appendStringInfo(out, " %.1f %%", 100 * box->weight / tree->total[0]);
	}
	appendStringInfoString(out, ".</desc>");
}

static void
append_box(StringInfo out, const LbdPicture *picture, const LbdTree *tree,
		   const LbdBoxes *boxes, int index)
{
	const LbdBox *box = &boxes->boxes[index];

	appendStringInfo(out, "\n<svg class=\"b c%d%s\" data-w=\"",
					 colour_of(picture, box),
					 box->kind == LBD_BOX_NODE ? "" :
					 box->kind == LBD_BOX_OWN ? " own" : " more");
	append_number(out, box->weight);
	appendStringInfo(out, "\" data-p=\"%d\"%s x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\"><title>",
					 box->parent, box->divided ? "" : " data-leaf=\"\"",
					 box->x, box->y, box->width, box->height);
	append_title(out, picture, tree, box);
	appendStringInfoString(out, "</title><rect width=\"100%\" height=\"100%\"/>");
	if (box->width >= LBD_SVG_TEXT_WIDTH && box->height >= LBD_SVG_TEXT_HEIGHT)
		append_text(out, picture, tree, box);
	appendStringInfoString(out, "</svg>");
}

/* A weight as data: a whole number, where it is that. */
static void
append_number(StringInfo out, double number)
{
	appendStringInfo(out, number == floor(number) ? "%.0f" : "%.6f", number);
}

static void
append_title(StringInfo out, const LbdPicture *picture, const LbdTree *tree,
			 const LbdBox *box)
{
	if (box->kind == LBD_BOX_MORE)
		appendStringInfo(out, "%d more in ", box->nodes);
	lbd_html_name(out, picture->labels[box->node]);
	if (box->kind == LBD_BOX_OWN)
		appendStringInfoString(out, " itself");
	appendStringInfoChar(out, '\n');
	lbd_svg_amount(out, box->weight, picture->unit);
	appendStringInfo(out, ", %.1f %%", 100 * box->weight / tree->total[0]);
	if (box->kind == LBD_BOX_NODE && !box->divided && box->nodes > 1)
		appendStringInfo(out, ", with %d below", box->nodes - 1);
	else if (box->kind == LBD_BOX_NODE && box->nodes > 1 &&
			 picture->unit == LBD_UNIT_MS)
	{
		appendStringInfoString(out, ", itself ");
		lbd_svg_amount(out, tree->own[box->node], picture->unit);
	}
}

/*
 * The text in the box: where a label begins with that of its parent, what
 * comes after that.
 */
static void
append_text(StringInfo out, const LbdPicture *picture, const LbdTree *tree,
			const LbdBox *box)
{
	const char *label = picture->labels[box->node];
	int			columns = (int) (box->width / LBD_SVG_CHAR_WIDTH) - 1;
	StringInfoData text;

	initStringInfo(&text);
	if (box->kind == LBD_BOX_MORE)
		appendStringInfo(&text, "%d more", box->nodes);
	else if (box->kind == LBD_BOX_OWN)
		appendStringInfoString(&text, "itself");
	else
	{
		int			parent = tree->parents[box->node];
		Size		len = parent < 0 ? 0 : strlen(picture->labels[parent]);

		if (strncmp(label, parent < 0 ? "" : picture->labels[parent], len) == 0 &&
			label[len] != '\0')
			label += len;
		appendStringInfoString(&text, label);
	}
	appendStringInfoString(out, "<text x=\"4\" y=\"12\">");
	lbd_html_escape(out, text.data, text.len,
					Min(columns, LBD_HTML_NAME_COLUMNS));
	appendStringInfoString(out, "</text>");
	pfree(text.data);
}

/*
 * The parts of a treemap's root differ in colour, and so do the functions of
 * an icicle, each of which has the same one wherever it is.
 */
static int
colour_of(const LbdPicture *picture, const LbdBox *box)
{
	uint32		hash = 0;

	if (picture->unit == LBD_UNIT_BYTES)
		return box->group % LBD_SVG_COLOURS;
	for (const char *c = picture->labels[box->node]; *c; c++)
		hash = hash * 31 + (unsigned char) *c;
	return hash % LBD_SVG_COLOURS;
}
