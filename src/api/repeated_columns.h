/*-------------------------------------------------------------------------
 *
 * repeated_columns.h
 *	  Columns of a relation that the JSON beside them repeats.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_REPEATED_COLUMNS_H
#define LBD_REPEATED_COLUMNS_H

#include "api/column_stats.h"

/* So many candidates are followed at once. */
#define LBD_REPEATS_MOST	256

/* A scalar column, and a member that is equal to it as far as is known. */
typedef struct LbdRepeat
{
	int			column;			/* the column, by its number */
	int			json;			/* the column that the member is in */
	uint64		member;			/* hash of its keys */
	char	   *path;			/* as audits show it */
	int64		equal;			/* rows that have both, and equal */
	uint64		value;			/* hash of the first one */
	bool		varies;			/* there was another one */
	bool		seen;			/* the present row has the member, and equal */
	bool		differs;		/* it has it, and not equal */
} LbdRepeat;

/* A column that can be repeated, and its value in the present row. */
typedef struct LbdRepeatable
{
	bool		scalar;			/* it can be: it is no JSON, array or record */
	bool		json;			/* it is JSON, which can repeat others */
	int			pending;		/* columns of JSON that have not been searched
								 * for it */
	int			used;			/* candidates that it is in */
	int			nforms;			/* texts that are its value in JSON; 0: null,
								 * or too long to be compared */
	uint64		forms[3];		/* their hashes */
} LbdRepeatable;

typedef struct LbdRepeats
{
	MemoryContext context;		/* of all of it */
	const char **names;			/* of the columns, in the relation's order */
	int			ncolumns;		/* how many there are */
	LbdRepeatable *about;		/* of each */
	bool	   *pending;		/* by column, and by column of JSON */
	int			npending;		/* how many are set */
	LbdRepeat	repeats[LBD_REPEATS_MOST];	/* candidates */
	int			count;			/* how many there are */
	int			json;			/* column whose document is being visited */
	int64		rows;			/* rows that have been compared */
	int64		read_bytes;		/* of JSON in the rows that there were */
	int64		compared_bytes; /* and in those that have been compared */
} LbdRepeats;

extern void lbd_repeats_begin(LbdRepeats *repeats, LbdColumn *columns,
							  int ncolumns, MemoryContext context);
extern void lbd_repeats_row(LbdRepeats *repeats, LbdColumn *columns,
							const Datum *values, const bool *nulls);
extern bool lbd_repeat_holds(const LbdRepeat *repeat);

#endif							/* LBD_REPEATED_COLUMNS_H */
