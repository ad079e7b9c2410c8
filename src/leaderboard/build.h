/*-------------------------------------------------------------------------
 *
 * payload.h
 *	  The payload of a leaderboard: its components for one viewer.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_LEADERBOARD_BUILD_H
#define LBD_LEADERBOARD_BUILD_H

#include "json/columnar.h"
#include "leaderboard/filter_options.h"
#include "leaderboard/layout.h"
#include "leaderboard/models.h"
#include "leaderboard/row_data.h"

/* What a caller who names neither payload nor viewer asks for. */
#define LBD_DEFAULT_PAYLOAD	"vision"
#define LBD_DEFAULT_VIEWER	"public"

/* What is asked for. */
typedef struct LbdRequest
{
	const char *payload;		/* name of a leaderboard */
	const char *viewer;			/* as in lbd_viewer_parse */
	const char *layout;			/* or NULL for the leaderboard's own */
	const char *extension_schema;	/* where lbdiag's tables are */
	bool		returned;		/* the text is returned as values: all
								 * components, and each as JSON */
	bool		only_sent;		/* without components that are only built */
	int			every;			/* of the models, only each so many-th is
								 * built; 0 is 1 */
	LbdCallTree *profile;		/* times the build, or NULL */
	const char *progress;		/* function that reports how many models are
								 * done, or NULL */
} LbdRequest;

/* A build in progress; everything in it lives in context. */
typedef struct LbdBuild
{
	LbdRequest	request;		/* what is built */
	LbdLeaderboard *leaderboard;	/* which relations */
	LbdLayout  *layout;			/* which members */
	char	   *layout_reason;	/* why this layout, as a phrase */
	LbdViewer	viewer;			/* for whom */
	LbdBenchmarks *benchmarks;	/* that the viewer sees, in order */
	LbdModels  *models;			/* that the viewer sees, in rank order */
	LbdFilters *filters;		/* gathered from the models */
	LbdScores  *scores;			/* reader of the models' scores */
	LbdCallTree *profile;		/* times the build, or NULL */
	LbdColumnar *columnar;		/* takes row_data apart, or NULL */
	LbdFormat	js_format;		/* of text in a JavaScript string */
	LbdWriter  *writers[LBD_NCOMPONENTS];	/* NULL where the layout has none */
	LbdEncoder *encoder;		/* compresses what is sent, or NULL */
	LbdComponent last;			/* the one that ends the compressed stream */
	int64		compressed_bytes[LBD_NCOMPONENTS];	/* of each that is sent */
	LbdAttribution *attribution;	/* of the compressed stream, or NULL */
	int64	   *compressed_own[LBD_NCOMPONENTS];	/* by number of a path */
	bool		decide;			/* which keys are data, once a component is
								 * written */
	MemoryContext context;		/* of the run */
	MemoryContext memory;		/* of all of it */
	bool		connected;		/* to SPI, which a run needs */
} LbdBuild;

/*
 * Called when a component has been written and its sizes are known.  Components end in contract
 * order in an ordered build; in an unordered one the model components are
 * written side by side.
 */
typedef void (*LbdComponentDone) (LbdBuild *build, LbdComponent component,
								  void *arg);

extern LbdBuild *lbd_build_open(const LbdRequest *request);
extern void lbd_build_restart(LbdBuild *build, LbdLayout *layout,
							  MemoryContext context);
extern void lbd_build_writers(LbdBuild *build, bool distinct);
extern void lbd_build_stream(LbdBuild *build, LbdEncoder *encoder);
extern void lbd_build_attribute(LbdBuild *build);
extern void lbd_build_run(LbdBuild *build, bool ordered,
						  LbdComponentDone done, void *arg);
extern void lbd_build_disconnect(LbdBuild *build);
extern void lbd_build_close(LbdBuild *build);

#endif							/* LBD_LEADERBOARD_BUILD_H */
