/*-------------------------------------------------------------------------
 *
 * scores.h
 *	  The scores of a model as cells: its identifiers and their members.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_SCORES_H
#define LBD_SCORES_H

#include "leaderboard/layout.h"
#include "leaderboard/models.h"

/* Cells between two looks at whether the query has been cancelled. */
#define LBD_CELL_BATCH		1024

/* A key as a writer writes it between its quotes. */
typedef struct LbdEscaped
{
	char	   *text;			/* NULL: not needed so far */
	int			len;			/* its length */
} LbdEscaped;

/* What an identifier is looked up by. */
typedef struct LbdIdentKey
{
	const char *raw;			/* text in the server's encoding, or Numeric */
	int			raw_len;		/* length of its text */
	bool		is_number;		/* raw is the number whose text it is */
} LbdIdentKey;

/* An identifier of a benchmark that scores have. */
typedef struct LbdIdent
{
	LbdIdentKey key;			/* its text */
	bool		passing;		/* forgotten with the model */
	LbdEscaped	in_rows;		/* for the writer of row_data */
	LbdEscaped	in_comparisons; /* and for that of comparison_data, whose text
								 * may be embedded in another way */
	struct LbdIdent *follower;	/* which came after it the last time */
	uint64		seen_in;		/* number of the model that had it last */
	int			cell;			/* its cell there */
	bool		is_base;		/* also the name of another member of a row */
} LbdIdent;

/* Numbers of the members in the shape of a score object. */
typedef struct LbdScores
{
	const LbdLayout *layout;	/* which members cells have */
	uint64		seed;			/* of the hashes of identifiers */
	LbdShape	shape;			/* of score objects */
	int			ident_item;		/* versioned_benchmark_identifier */
	int			score_item;		/* score_ceiled */
	int			error_item;		/* error */
	int			complete_item;	/* is_complete */
	int			field_item[LBD_SHAPE_MAX_WANTED];	/* of the layout's fields */
	struct lbdident_hash *idents;	/* known identifiers */
	MemoryContext ident_context;	/* holds them */
	struct lbdident_hash *passing;	/* long ones of the model, or NULL */
	MemoryContext passing_context;	/* holds them */
	LbdIdent	start;			/* its follower is the first of a model */
	uint64		model;			/* number of the model that was read */
	LbdIdent  **cells;			/* identifier of each cell of it */
	LbdItem    *items;			/* wanted members of each cell */
	int			ncells;			/* how many cells */
	int			nbase;			/* known identifiers that are a base member */
	int			capacity;		/* capacity, in cells */
	MemoryContext context;		/* owner of all of it */
} LbdScores;

extern LbdScores *lbd_scores_create(const LbdLayout *layout,
									MemoryContext context);
extern void lbd_scores_read(LbdScores *scores, const LbdModel *model,
							LbdCallTree *profile);
extern const LbdIdent *lbd_scores_cell(const LbdScores *scores,
									   const char *name);
extern const LbdEscaped *lbd_ident_escaped(LbdScores *scores,
										   LbdWriter *writer,
										   const LbdIdent *ident,
										   LbdEscaped *kept,
										   LbdEscaped *passing);
extern void lbd_ident_escaped_free(LbdEscaped *passing);

#endif							/* LBD_SCORES_H */
