/*-------------------------------------------------------------------------
 *
 * stack_export.h
 *	  Trees as files for tools that show stacks: folded, speedscope.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_STACK_EXPORT_H
#define LBD_STACK_EXPORT_H

#include "lib/stringinfo.h"

/* A node of a tree that is exported, and so the end of a stack. */
typedef struct LbdStackNode
{
	const char *name;			/* what the tool shows */
	const char *file;			/* where that is, or NULL */
	int			line;			/* in file */
	int			parent;			/* node above, -1 at the top */
	int64		weight;			/* of the node itself */
} LbdStackNode;

/* A tree in memory, each node behind the one that it is below. */
typedef struct LbdStacks
{
	const char *title;			/* of the whole */
	const char *unit;			/* of the weights, as speedscope calls it */
	int64		scale;			/* weights are divided by it */
	int			nnodes;
	LbdStackNode *nodes;
} LbdStacks;

extern char *lbd_stacks_folded(const LbdStacks *stacks);
extern char *lbd_stacks_speedscope(const LbdStacks *stacks);
extern void lbd_append_frame(StringInfo out, const char *name);
extern void lbd_append_scaled(StringInfo out, int64 value, int64 scale);

#endif							/* LBD_STACK_EXPORT_H */
