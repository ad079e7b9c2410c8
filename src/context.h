/*-------------------------------------------------------------------------
 *
 * context.h
 *	  The context of a leaderboard: all components for one viewer.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_CONTEXT_H
#define LBD_CONTEXT_H

#include "layout.h"
#include "models.h"

struct LbdFilters;
struct LbdColumnar;
struct LbdScores;

/* What is asked for. */
typedef struct LbdRequest
{
	const char *domain;			/* leaderboard */
	const char *viewer;			/* as in lbd_viewer_parse */
	const char *layout;			/* or NULL for the leaderboard's own */
	const char *extension_schema;	/* where lbdiag's tables are */
	bool		returned;		/* the text is returned as values */
	LbdProfile *profile;		/* that books the build's time, or NULL */
} LbdRequest;

/* A build in progress; everything in it lives in context. */
typedef struct LbdBuild
{
	LbdLeaderboard *leaderboard;	/* which relations */
	LbdLayout  *layout;			/* which members */
	LbdViewer	viewer;			/* for whom */
	LbdBenchmark *benchmarks;	/* that the viewer sees, in order */
	int			nbenchmarks;	/* how many */
	LbdModels  *models;			/* that the viewer sees, in rank order */
	struct LbdFilters *filters; /* gathered from the models */
	struct LbdScores *scores;	/* reader of the models' scores */
	LbdProfile *profile;		/* books where the time goes, or NULL */
	struct LbdColumnar *columnar;	/* takes row_data apart, or NULL */
	LbdWriter  *writers[LBD_NCOMPONENTS];	/* NULL where the layout has none */
	MemoryContext context;		/* of the build */
} LbdBuild;

/*
 * Called when a component has been written.  Components end in contract
 * order in an ordered build; in an unordered one the model components are
 * written side by side.
 */
typedef void (*LbdComponentDone) (LbdBuild *build, LbdComponent component,
								  void *arg);

extern LbdBuild *lbd_build_create(const LbdRequest *request,
								  MemoryContext context);
extern void lbd_build_restart(LbdBuild *build, LbdLayout *layout,
							  MemoryContext context);
extern void lbd_build_writers(LbdBuild *build, bool distinct);
extern void lbd_build_end(LbdBuild *build);
extern void lbd_build_run(LbdBuild *build, bool ordered,
						  LbdComponentDone done, void *arg);

#endif							/* LBD_CONTEXT_H */
