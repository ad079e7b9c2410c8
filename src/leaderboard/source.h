/*-------------------------------------------------------------------------
 *
 * source.h
 *	  A leaderboard's source relations: their columns, and the queries that read
 *	  them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_SOURCE_H
#define LBD_SOURCE_H

#include "tcop/dest.h"

#include "json/jsonb_reader.h"
#include "leaderboard/leaderboard.h"
#include "util/scopes.h"

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

/* The benchmarks that a viewer sees, in order. */
typedef struct LbdBenchmarks
{
	const LbdLeaderboard *leaderboard;	/* whose they are */
	LbdBenchmark *nodes;		/* an array */
	int			count;			/* how many */
} LbdBenchmarks;

extern LbdBenchmarks *lbd_benchmarks_load(const LbdLeaderboard *leaderboard,
										  const LbdViewer *viewer,
										  LbdCallTree *profile,
										  MemoryContext context);
extern void lbd_models_query(const LbdLeaderboard *leaderboard,
							 const LbdViewer *viewer, bool rank_binary,
							 bool with_group, LbdCallTree *profile,
							 DestReceiver *dest, MemoryContext context,
							 List **relations);
extern void lbd_source_application_query(const LbdLeaderboard *leaderboard,
										 const LbdViewer *viewer,
										 bool of_models, DestReceiver *dest);
extern char *lbd_source_score_query(const LbdLeaderboard *leaderboard);
extern char *lbd_source_plan(const LbdLeaderboard *leaderboard,
							 const LbdViewer *viewer, bool of_models,
							 bool rank_binary, bool with_group);

#endif							/* LBD_SOURCE_H */
