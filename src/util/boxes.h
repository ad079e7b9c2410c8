/*-------------------------------------------------------------------------
 *
 * boxes.h
 *	  Layout of a tree with weights: as a treemap, or as an icicle.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_BOXES_H
#define LBD_BOXES_H

/*
 * No box is made beyond so many: what is small is one box, and what is below
 * stays in the box above it.  More could not be told from each other, and the
 * page has a bounded length.
 */
#define LBD_BOXES_MAX	200

typedef enum LbdBoxKind
{
	LBD_BOX_NODE,				/* a node, with all below it */
	LBD_BOX_OWN,				/* what a node has itself, beside its children */
	LBD_BOX_MORE				/* small children together */
} LbdBoxKind;

typedef struct LbdTree
{
	int			count;			/* nodes; the first one is the root */
	const int  *parents;		/* indexes, less than the node's own; -1 */
	const double *own;			/* weights of nodes without those below */
	double	   *total;			/* with those below */
	int		   *below;			/* how many nodes are below */
	int		   *first_child;	/* indexes in children, one more than nodes */
	int		   *children;		/* nodes, by their parents */
} LbdTree;

typedef struct LbdBox
{
	LbdBoxKind	kind;			/* what it shows */
	int			node;			/* that it is of; of MORE, the parent */
	int			parent;			/* index of the box around or above it, -1 */
	int			depth;			/* levels above it */
	int			group;			/* which child of the root it is in */
	int			nodes;			/* with those that have no box of their own */
	bool		divided;		/* there are boxes of what is below it */
	double		weight;			/* what its size shows */
	double		x;				/* left edge */
	double		y;				/* upper edge */
	double		width;			/* in the units of the picture */
	double		height;			/* in the units of the picture */
} LbdBox;

typedef struct LbdBoxes
{
	int			count;			/* boxes; one comes after its parent */
	int			capacity;		/* of the array */
	LbdBox	   *boxes;			/* the first one is the root */
} LbdBoxes;

extern LbdTree *lbd_tree_make(int count, const int *parents,
							  const double *own);
extern LbdBoxes *lbd_treemap(const LbdTree *tree, double width, double height);
extern LbdBoxes *lbd_icicle(const LbdTree *tree, double width, double height);

/* Height of an icicle's level, and of the label above a treemap's boxes. */
#define LBD_ICICLE_LEVEL	18.0
#define LBD_TREEMAP_LABEL	16.0

#endif							/* LBD_BOXES_H */
