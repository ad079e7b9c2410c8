/*-------------------------------------------------------------------------
 *
 * boxes.c
 *	  Layout of a tree with weights: as a treemap, or as an icicle.
 *
 * The weights of the boxes that are not divided add up to the weight of the
 * tree.  Children that would be too small to see are one box together, so the
 * number of boxes is bounded by the size of the picture, whatever the tree.
 * Boxes are made a level at a time, with no recursion.  All is palloc'ed in
 * the current context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <float.h>

#include "miscadmin.h"
#include "utils/memutils.h"

#include "util/boxes.h"

/* The smallest box of a treemap, in square units, and what is around boxes. */
#define LBD_TREEMAP_AREA	150.0
#define LBD_TREEMAP_MARGIN	2.0

/* The smallest rectangle that is divided. */
#define LBD_TREEMAP_SIDE	10.0

/* A box that could not have as many parts as this is not divided. */
#define LBD_PARTS_MIN		4

/* The narrowest box of an icicle. */
#define LBD_ICICLE_WIDTH	1.5

typedef struct LbdPart
{
	LbdBoxKind	kind;			/* of the box */
	int			node;			/* that it is of */
	int			nodes;			/* in it */
	double		weight;			/* of it */
} LbdPart;

typedef struct LbdRect
{
	double		x;				/* left edge */
	double		y;				/* upper edge */
	double		width;			/* in the units of the picture */
	double		height;			/* in the units of the picture */
} LbdRect;

static LbdBoxes *boxes_of_root(const LbdTree *tree, double width,
							   double height);
static LbdPart *parts_of(const LbdTree *tree, int node, double smallest,
						 bool own, int *nparts);
static void keep_largest(LbdPart *parts, int *nparts, int node, int most);
static int	room_for(const LbdBoxes *boxes);
static int	compare_parts(const void *a, const void *b);
static void add_box(LbdBoxes *boxes, int parent, const LbdPart *part,
					LbdRect rect);
static void divide_treemap(LbdBoxes *boxes, const LbdTree *tree, int parent);
static void squarify(LbdBoxes *boxes, int parent, const LbdPart *parts,
					 int nparts, LbdRect rect);
static int	row_length(const LbdPart *parts, int nparts, double side,
					   double scale, double *weight);
static void divide_icicle(LbdBoxes *boxes, const LbdTree *tree, int parent);

/*
 * Returns a tree of nodes whose parents come before them: the first one's is
 * -1, and nobody else's.  Does not check that.  The arrays given are kept.
 */
LbdTree *
lbd_tree_make(int count, const int *parents, const double *own)
{
	LbdTree    *tree = palloc0(sizeof(LbdTree));
	Size		size = (Size) count + 1;
	int		   *next = MemoryContextAllocHuge(CurrentMemoryContext,
											  size * sizeof(int));

	tree->count = count;
	tree->parents = parents;
	tree->own = own;
	tree->total = MemoryContextAllocHuge(CurrentMemoryContext,
										 size * sizeof(double));
	tree->below = palloc_extended(size * sizeof(int),
								  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	tree->first_child = palloc_extended(size * sizeof(int),
										MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	tree->children = palloc_extended(size * sizeof(int),
									 MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (int i = 0; i < count; i++)
		tree->total[i] = own[i];
	for (int i = count - 1; i > 0; i--)
	{
		tree->total[parents[i]] += tree->total[i];
		tree->below[parents[i]] += tree->below[i] + 1;
		tree->first_child[parents[i] + 1]++;
	}
	for (int i = 0; i < count; i++)
	{
		tree->first_child[i + 1] += tree->first_child[i];
		next[i] = tree->first_child[i];
	}
	for (int i = 1; i < count; i++)
		tree->children[next[parents[i]]++] = i;
	return tree;
}

/*
 * Returns the boxes of a treemap: those of children are in that of their
 * parent, below its label, as close to squares as they can be.
 */
LbdBoxes *
lbd_treemap(const LbdTree *tree, double width, double height)
{
	LbdBoxes   *boxes = boxes_of_root(tree, width, height);

	for (int i = 0; i < boxes->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (boxes->boxes[i].kind == LBD_BOX_NODE)
			divide_treemap(boxes, tree, i);
	}
	return boxes;
}

/*
 * Returns the boxes of an icicle, a flame graph with the root above: those of
 * children are below that of their parent, and where there are none is what
 * the parent has itself.
 */
LbdBoxes *
lbd_icicle(const LbdTree *tree, double width, double height)
{
	LbdBoxes   *boxes = boxes_of_root(tree, width, LBD_ICICLE_LEVEL);

	for (int i = 0; i < boxes->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (boxes->boxes[i].kind == LBD_BOX_NODE &&
			boxes->boxes[i].y + 2 * LBD_ICICLE_LEVEL <= height)
			divide_icicle(boxes, tree, i);
	}
	return boxes;
}

static LbdBoxes *
boxes_of_root(const LbdTree *tree, double width, double height)
{
	LbdBoxes   *boxes = palloc0(sizeof(LbdBoxes));

	boxes->capacity = 64;
	boxes->boxes = palloc(boxes->capacity * sizeof(LbdBox));
	if (tree->count > 0 && tree->total[0] > 0)
	{
		LbdPart		root = {LBD_BOX_NODE, 0, tree->below[0] + 1, tree->total[0]};
		LbdRect		rect = {0, 0, width, height};

		add_box(boxes, -1, &root, rect);
	}
	return boxes;
}

static void
add_box(LbdBoxes *boxes, int parent, const LbdPart *part, LbdRect rect)
{
	LbdBox	   *box;

	if (boxes->count == boxes->capacity)
	{
		boxes->capacity *= 2;
		boxes->boxes = repalloc(boxes->boxes,
								boxes->capacity * sizeof(LbdBox));
	}
	box = &boxes->boxes[boxes->count];
	box->kind = part->kind;
	box->node = part->node;
	box->nodes = part->nodes;
	box->weight = part->weight;
	box->parent = parent;
	box->divided = false;
	box->depth = parent < 0 ? 0 : boxes->boxes[parent].depth + 1;
	if (box->depth <= 1)
		box->group = boxes->count;
	else
		box->group = boxes->boxes[parent].group;
	box->x = rect.x;
	box->y = rect.y;
	box->width = rect.width;
	box->height = rect.height;
	boxes->count++;
}

/*
 * Returns what a node is made of, the largest first: children, those of less
 * than the smallest weight together, and what the node has itself, if that is
 * wanted.  A child that would be alone in the place of "more" is itself.
 */
static LbdPart *
parts_of(const LbdTree *tree, int node, double smallest, bool own,
		 int *nparts)
{
	int			first = tree->first_child[node];
	int			end = tree->first_child[node + 1];
	LbdPart		more = {LBD_BOX_MORE, node, 0, 0};
	LbdPart    *parts;
	int			last_small = -1;
	int			nsmall = 0;
	int			n = 0;

	for (int i = first; i < end; i++)
	{
		int			child = tree->children[i];

		if (tree->total[child] >= smallest && tree->total[child] > 0)
			continue;
		more.weight += tree->total[child];
		more.nodes += tree->below[child] + 1;
		last_small = child;
		nsmall++;
	}
	parts = palloc_extended((end - first - nsmall + 2) * sizeof(LbdPart),
							MCXT_ALLOC_HUGE);
	for (int i = first; i < end; i++)
	{
		int			child = tree->children[i];

		if (tree->total[child] >= smallest && tree->total[child] > 0)
		{
			LbdPart		part = {LBD_BOX_NODE, child, tree->below[child] + 1,
			tree->total[child]};

			parts[n++] = part;
		}
	}
	if (nsmall == 1)
	{
		more.kind = LBD_BOX_NODE;
		more.node = last_small;
	}
	if (more.weight > 0)
		parts[n++] = more;
	if (own && tree->own[node] > 0)
	{
		LbdPart		part = {LBD_BOX_OWN, node, 0, tree->own[node]};

		parts[n++] = part;
	}
	qsort(parts, n, sizeof(LbdPart), compare_parts);
	*nparts = n;
	return parts;
}

/*
 * Leaves at most so many parts of a node, which are sorted: the smallest nodes
 * go to "more".
 */
static void
keep_largest(LbdPart *parts, int *nparts, int node, int most)
{
	LbdPart		more = {LBD_BOX_MORE, node, 0, 0};
	int			nodes = 0;
	int			n = 0;

	if (*nparts <= most)
		return;
	for (int i = 0; i < *nparts; i++)
	{
		/* Two are left for "more" and for what the node has itself. */
		if (parts[i].kind == LBD_BOX_OWN ||
			(parts[i].kind == LBD_BOX_NODE && nodes < most - 2))
		{
			nodes += parts[i].kind == LBD_BOX_NODE;
			parts[n++] = parts[i];
			continue;
		}
		more.weight += parts[i].weight;
		more.nodes += parts[i].nodes;
	}
	parts[n++] = more;
	qsort(parts, n, sizeof(LbdPart), compare_parts);
	*nparts = n;
}

/*
 * How many parts the next box may have, half of what is left: one that has
 * many is not to leave nothing to the others.
 */
static int
room_for(const LbdBoxes *boxes)
{
	return (LBD_BOXES_MAX - boxes->count) / 2;
}

/* The largest first; equal ones in the order of the tree. */
static int
compare_parts(const void *a, const void *b)
{
	const LbdPart *left = a;
	const LbdPart *right = b;

	if (left->weight != right->weight)
		return left->weight > right->weight ? -1 : 1;
	if (left->kind != right->kind)
		return left->kind < right->kind ? -1 : 1;
	return left->node < right->node ? -1 : left->node > right->node;
}

static void
divide_treemap(LbdBoxes *boxes, const LbdTree *tree, int parent)
{
	LbdBox		box = boxes->boxes[parent];
	LbdRect		inner = {box.x + LBD_TREEMAP_MARGIN,
		box.y + LBD_TREEMAP_LABEL,
		box.width - 2 * LBD_TREEMAP_MARGIN,
	box.height - LBD_TREEMAP_LABEL - LBD_TREEMAP_MARGIN};
	LbdPart    *parts;
	int			nparts;

	if (tree->below[box.node] == 0 || inner.width < LBD_TREEMAP_SIDE ||
		inner.height < LBD_TREEMAP_SIDE || room_for(boxes) < LBD_PARTS_MIN)
		return;
	parts = parts_of(tree, box.node, tree->total[box.node] * LBD_TREEMAP_AREA /
					 (inner.width * inner.height), true, &nparts);
	keep_largest(parts, &nparts, box.node, room_for(boxes));
	/* One that would show nothing but "more" says as much undivided. */
	if (!(nparts == 1 && parts[0].kind != LBD_BOX_NODE && parent > 0))
	{
		boxes->boxes[parent].divided = nparts > 0;
		squarify(boxes, parent, parts, nparts, inner);
	}
	pfree(parts);
}

/*
 * Fills a rectangle with parts: rows along its shorter side, each of as many
 * parts as make the least square of them as square as can be.
 */
static void
squarify(LbdBoxes *boxes, int parent, const LbdPart *parts, int nparts,
		 LbdRect rect)
{
	double		rest = 0;
	int			done = 0;

	for (int i = 0; i < nparts; i++)
		rest += parts[i].weight;
	while (done < nparts)
	{
		bool		upright = rect.width >= rect.height;
		double		side = upright ? rect.height : rect.width;
		double		scale;
		double		weight;
		double		thickness;
		double		at = 0;
		int			n;

		/* What is subtracted from it may be rounded. */
		rest = Max(rest, parts[done].weight);
		scale = rect.width * rect.height / rest;
		n = row_length(parts + done, nparts - done, side, scale, &weight);
		thickness = Min(weight / rest, 1.0) *
			(upright ? rect.width : rect.height);
		for (int i = done; i < done + n; i++)
		{
			double		length = parts[i].weight / weight * side;
			LbdRect		part = {rect.x + (upright ? 0 : at),
				rect.y + (upright ? at : 0),
				upright ? thickness : length,
			upright ? length : thickness};

			add_box(boxes, parent, &parts[i], part);
			at += length;
		}
		*(upright ? &rect.x : &rect.y) += thickness;
		*(upright ? &rect.width : &rect.height) -= thickness;
		rest -= weight;
		done += n;
	}
}

/*
 * Returns of how many parts a row is, and their weight.  The worst of a row
 * is its largest or its smallest part: of areas a and b, with the row's area s
 * and length l, their sides have the ratios a l^2 / s^2 and s^2 / (b l^2).
 */
static int
row_length(const LbdPart *parts, int nparts, double side, double scale,
		   double *weight)
{
	double		sum = parts[0].weight;
	double		worst = DBL_MAX;
	int			n = 0;

	do
	{
		double		square = sum * sum * scale / (side * side);
		double		ratio = Max(parts[0].weight / square,
								square / parts[n].weight);

		if (n > 0 && ratio > worst)
			break;
		worst = ratio;
		*weight = sum;
		n++;
		if (n < nparts)
			sum += parts[n].weight;
	} while (n < nparts);
	return n;
}

static void
divide_icicle(LbdBoxes *boxes, const LbdTree *tree, int parent)
{
	LbdBox		box = boxes->boxes[parent];
	double		unit = box.width / box.weight;
	LbdRect		rect = {box.x, box.y + LBD_ICICLE_LEVEL, 0, LBD_ICICLE_LEVEL};
	LbdPart    *parts;
	int			nparts;

	if (tree->below[box.node] == 0 || room_for(boxes) < LBD_PARTS_MIN)
		return;
	parts = parts_of(tree, box.node, LBD_ICICLE_WIDTH / unit, false, &nparts);
	keep_largest(parts, &nparts, box.node, room_for(boxes));
	boxes->boxes[parent].divided = nparts > 0;
	for (int i = 0; i < nparts; i++)
	{
		rect.width = parts[i].weight * unit;
		add_box(boxes, parent, &parts[i], rect);
		rect.x += rect.width;
	}
	pfree(parts);
}
