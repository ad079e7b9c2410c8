/*-------------------------------------------------------------------------
 *
 * statement_findings.h
 *	  What is found in the call tree of statements.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_STATEMENT_FINDINGS_H
#define LBD_STATEMENT_FINDINGS_H

#include "util/call_tree_rows.h"

/* At most so many are told. */
#define LBD_MAX_FINDINGS	20

/* A row of a tree with what it is in. */
typedef struct LbdRowContext
{
	const char *label;			/* of the row, cut for text */
	const char *function;		/* that it is in, or is, or NULL */
	const char *line;			/* of that function, or NULL */
} LbdRowContext;

typedef struct LbdFinding
{
	int64		ns;				/* that it is about */
	double		share;			/* of the whole */
	const char *text;			/* what is found */
	const char *advice;			/* what may help */
} LbdFinding;

/* The innermost of what takes most: a function, its line, what is there. */
typedef struct LbdHottest
{
	int			level;			/* 1 a function, 2 a line, 3 a node or output,
								 * 4 a statement */
	LbdPlaceKind kind;			/* what it is */
	const char *label;
	int64		ns;				/* that it takes */
	int64		calls;			/* of a function */
} LbdHottest;

#define LBD_MAX_HOTTEST		4

extern LbdRowContext *lbd_row_contexts(const LbdTreeRows *rows);
extern LbdFinding *lbd_statement_findings(const LbdTreeRows *rows,
										  const LbdRowContext *contexts,
										  int *nfindings);
extern int	lbd_statement_hottest(const LbdTreeRows *rows,
								  const LbdRowContext *contexts,
								  LbdHottest *hottest);

#endif							/* LBD_STATEMENT_FINDINGS_H */
