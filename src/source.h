/*-------------------------------------------------------------------------
 *
 * source.h
 *	  The rows of a leaderboard's source relations.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_SOURCE_H
#define LBD_SOURCE_H

#include "utils/portal.h"
#include "utils/timestamp.h"

#include "jsonread.h"
#include "leaderboard.h"

/* A node of the benchmark tree; strings are in the server's encoding. */
typedef struct LbdBenchmark
{
	char	   *identifier;		/* versioned */
	char	   *parent;			/* unversioned, NULL for a root */
	char	   *short_name;		/* or NULL */
	char	   *ceiling;		/* or NULL */
	char	   *bibtex;			/* or NULL */
	int64		benchmark_id;	/* 0 where there is none */
	bool		is_leaf;		/* number_of_all_children is 0 */
	bool		is_version_0;	/* version is 0 */
	LbdItem		stimuli_meta;	/* absent for NULL */
	LbdItem		data_meta;
	LbdItem		metric_meta;
	bool		visited;		/* on the way from the tree's root to here */
} LbdBenchmark;

/* A model in rank order.  It lives until the next one is fetched. */
typedef struct LbdModel
{
	int64		id;				/* model_id */
	char	   *name;			/* or NULL */
	int64		rank;			/* competition rank */
	bool		public;			/* shown to everybody */
	bool		public_null;	/* not known */
	bool		is_owner;		/* the viewer submitted it */
	char	   *group;			/* or NULL */
	TimestampTz timestamp;		/* submission */
	bool		timestamp_null; /* not known */
	LbdItem		submitter;		/* display_name, absent for none */
	LbdItem		meta;			/* model_meta, absent for NULL */
	LbdItem		layers;			/* absent for NULL */
	Jsonb	   *scores;			/* an array */
	Datum		meta_datum;		/* as fetched, maybe a toast pointer; 0: NULL */
	Datum		layers_datum;
	Datum		scores_datum;
} LbdModel;

/* The models of a leaderboard, read one at a time. */
typedef struct LbdModelCursor
{
	char	   *portal;			/* name of SPI's cursor */
	TupleDesc	desc;			/* of the query's rows; NULL before the first */
	MemoryContext context;		/* of the model, reset for each */
	Datum		last_score;		/* deciding score of the model before */
	bool		any;			/* there was one before */
	int64		rank;			/* its rank */
	int64		position;		/* models so far */
	MemoryContext owner;		/* of the cursor itself */
} LbdModelCursor;

extern LbdBenchmark *lbd_benchmarks_load(const LbdLeaderboard *leaderboard,
										 const LbdViewer *viewer,
										 MemoryContext context, int *count);
extern LbdModelCursor *lbd_models_open(const LbdLeaderboard *leaderboard,
									   const LbdViewer *viewer,
									   bool rank_binary, bool with_group,
									   MemoryContext context);
extern bool lbd_models_next(LbdModelCursor *cursor, LbdModel *model);
extern void lbd_models_close(LbdModelCursor *cursor);

#endif							/* LBD_SOURCE_H */
