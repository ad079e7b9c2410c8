/*-------------------------------------------------------------------------
 *
 * source.h
 *	  The rows of a leaderboard's source relations.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_SOURCE_H
#define LBD_SOURCE_H

#include "executor/tuptable.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#include "jsonread.h"
#include "leaderboard.h"
#include "profile.h"

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
	Jsonb	   *scores;			/* an array; NULL unless it was asked for */
} LbdModel;

/*
 * The models of a leaderboard in rank order, read one at a time and as often
 * as is needed.
 */
typedef struct LbdModels
{
	Tuplestorestate *store;		/* a tuple a model, with large values as toast
								 * pointers; goes to disk when it grows */
	TupleTableSlot *slot;		/* to read it with */
	int			lookup;			/* read pointer of lbd_models_get */
	MemoryContext model;		/* of the current model, reset for each */
	MemoryContext context;		/* of all of it */
	Datum		last_score;		/* deciding score of the model before */
	bool		any;			/* there was one before */
	int64		rank;			/* its rank */
	int64		position;		/* models read since the start */
	LbdProfile *profile;		/* books the time of reading, or NULL */
} LbdModels;

extern LbdBenchmark *lbd_benchmarks_load(const LbdLeaderboard *leaderboard,
										 const LbdViewer *viewer,
										 LbdProfile *profile,
										 MemoryContext context, int *count);
extern LbdModels *lbd_models_load(const LbdLeaderboard *leaderboard,
								  const LbdViewer *viewer, bool rank_binary,
								  bool with_group, LbdProfile *profile,
								  MemoryContext context);
extern char *lbd_source_plan(const LbdLeaderboard *leaderboard,
							 const LbdViewer *viewer, bool of_models,
							 bool rank_binary, bool with_group);
extern void lbd_models_rewind(LbdModels *models);
extern bool lbd_models_next(LbdModels *models, LbdModel *model,
							bool with_scores);
extern void lbd_models_get(LbdModels *models, int64 number, LbdModel *model);
extern void lbd_models_end(LbdModels *models);

#endif							/* LBD_SOURCE_H */
