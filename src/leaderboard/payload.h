/*-------------------------------------------------------------------------
 *
 * payload.h
 *	  The context of a leaderboard: all components for one viewer.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_PAYLOAD_H
#define LBD_PAYLOAD_H

#include "leaderboard/layout.h"
#include "leaderboard/models.h"

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
typedef struct LbdPayload
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
} LbdPayload;

/*
 * Called when a component has been written.  Components end in contract
 * order in an ordered build; in an unordered one the model components are
 * written side by side.
 */
typedef void (*LbdComponentDone) (LbdPayload *payload, LbdComponent component,
								  void *arg);

extern LbdPayload *lbd_payload_create(const LbdRequest *request,
								  MemoryContext context);
extern void lbd_payload_restart(LbdPayload *payload, LbdLayout *layout,
							  MemoryContext context);
extern void lbd_payload_writers(LbdPayload *payload, bool distinct);
extern void lbd_payload_end(LbdPayload *payload);
extern void lbd_payload_run(LbdPayload *payload, bool ordered,
						  LbdComponentDone done, void *arg);

#endif							/* LBD_PAYLOAD_H */
