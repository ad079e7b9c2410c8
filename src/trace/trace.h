/*-------------------------------------------------------------------------
 *
 * trace.h
 *	  The call tree of statements, and what is open in it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_TRACE_H
#define LBD_TRACE_H

#include "trace/observer.h"
#include "util/call_tree.h"

/* A label in the tree, in bytes. */
#define LBD_LABEL_BYTES		200

/*
 * What is open and has no C function of ours that would close it, and the
 * beginning of a subtransaction, up to which an abort closes all.
 */
typedef struct LbdFrame
{
	LbdPlace   *caller;			/* current place before */
	const void *owner;			/* tells frames apart: see the users */
	const void *detail;			/* likewise */
	Oid			function;		/* of a function's call */
	int			level;			/* of a subtransaction's beginning, else 0 */
} LbdFrame;

typedef struct LbdTrace
{
	LbdCallTree tree;			/* what is measured */
	MemoryContext context;		/* holds all of it */
	MemoryContext scratch;		/* of labels in the making */
	uint64		generation;		/* no other trace of the session has it */
	bool		functions;		/* calls of functions are places */
	bool		session;		/* of what the session does, not of a text */
	LbdPlace   *base;			/* current where no statement runs */
	LbdPlace   *commit_caller;	/* current before a commit, while one runs */
	int			nested;			/* hooks that run a statement now */
	const char *utility;		/* text that the innermost utility is in */
	bool		starting;		/* the executor sets up a statement's plan */
	LbdObserver observer;		/* who may see what */
	struct LbdStatementTexts *statements;	/* texts that were met */
	struct LbdSqlFunctions *sql_functions;	/* looked up last */
	LbdFrame   *frames;			/* innermost last */
	int			nframes;		/* open */
	int			maxframes;		/* allocated */
} LbdTrace;

/*
 * The trace that is taken now, NULL outside.  The server's hooks know no
 * context that could carry it.
 */
extern LbdTrace *lbd_tracing;

extern LbdTrace *lbd_trace_create(MemoryContext context, const char *root,
								  int nruns, bool functions, bool session);
extern void lbd_trace_begin_run(LbdTrace *trace);
extern void lbd_trace_drop_statement(LbdTrace *trace);
extern void lbd_trace_end_run(LbdTrace *trace, bool keep);
extern LbdFrame *lbd_frame_push(LbdTrace *trace, const void *owner,
								const void *detail);
extern LbdFrame *lbd_frame_find(LbdTrace *trace, const void *owner,
								const void *detail);
extern void lbd_frame_pop(LbdTrace *trace, LbdFrame *frame);
extern void lbd_frame_pop_for_moment(LbdTrace *trace, LbdFrame *frame);
extern void lbd_trace_mark(LbdTrace *trace, int level);
extern void lbd_trace_reset(LbdTrace *trace);
extern void lbd_trace_unwind(LbdTrace *trace, int level);

/*
 * Whether the trace of this generation is taken now.  What was open when a
 * trace ended must leave the next one alone.
 */
static inline bool
lbd_trace_is(uint64 generation)
{
	return lbd_tracing && lbd_tracing->generation == generation;
}

/*
 * Whether what runs now may have places of its own.
 */
static inline bool
lbd_trace_shows(LbdTrace *trace)
{
	return trace->observer.nhidden == 0 && !trace->tree.current->leaf &&
		lbd_observer_sees(&trace->observer);
}

/*
 * The place that what is called now is below.
 */
static inline LbdPlace *
lbd_trace_caller(const LbdTrace *trace)
{
	return trace->tree.current == trace->base ? trace->tree.root :
		trace->tree.current;
}

/*
 * Makes place current for a call.  Where there was no space for a place, it
 * is the caller's, and the call is none of that.
 */
static inline void
lbd_trace_call(LbdTrace *trace, LbdPlace *place)
{
	if (place != lbd_trace_caller(trace))
		place->counts.calls++;
	lbd_tree_enter(&trace->tree, place);
}

#endif							/* LBD_TRACE_H */
