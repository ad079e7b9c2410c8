/*-------------------------------------------------------------------------
 *
 * call_tree.h
 *	  The call tree of statements: what takes the time, by place.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_CALL_TREE_H
#define LBD_CALL_TREE_H

#include "executor/instrument.h"
#include "nodes/pg_list.h"

#include "compat.h"
#include "trace/viewer.h"

/*
 * Places that a tree can have.  What would be a place past them is counted
 * under its parent.
 */
#define LBD_MAX_PLACES		10000

/* A label in the tree, in bytes. */
#define LBD_LABEL_BYTES		200

/* What a place stands for. */
typedef enum LbdPlaceKind
{
	LBD_PLACE_ROOT,				/* all of it */
	LBD_PLACE_OUTSIDE,			/* of a trace: between statements */
	LBD_PLACE_STATEMENT,		/* a statement that the executor runs */
	LBD_PLACE_UTILITY,			/* any other statement */
	LBD_PLACE_PLANNING,			/* planning of a statement */
	LBD_PLACE_OUTPUT,			/* rows of a statement, turned into text */
	LBD_PLACE_FUNCTION,			/* a function's call */
	LBD_PLACE_TRIGGER,			/* a call of a function of a trigger */
	LBD_PLACE_LINE,				/* a statement of a PL/pgSQL function */
	LBD_PLACE_NODE,				/* a node of a plan */
	LBD_PLACE_COMMIT			/* of a trace: a transaction's commit */
} LbdPlaceKind;

/* What has been counted at a place without the places below it. */
typedef struct LbdPlaceCounts
{
	int64		self;			/* ns */
	int64		reads;			/* of the clock, at the end of a time here */
	int64		calls;			/* executions, calls */
	int64		rows;			/* returned, -1 where nothing returns rows */
	int64		loops;			/* of a node of a plan, else -1 */
	int64		removed;		/* rows that a node's filters removed */
	int64		hit;			/* blocks found in shared buffers */
	int64		read;			/* blocks read into them */
	int64		temp;			/* temporary blocks read and written */
	int64		merged;			/* calls counted here for want of a place */
	double		workers;		/* ns of parallel workers, with nodes below */
} LbdPlaceCounts;

/* Something that was called from one place of the call tree. */
typedef struct LbdPlace
{
	struct LbdPlace *parent;	/* caller, NULL for the root */
	struct LbdPlace *next;		/* the one that was made next */
	int			number;			/* from 1, in the order of making */
	LbdPlaceKind kind;			/* what it is */
	uint64		identity;		/* tells it from others of its parent */
	uint64		key;			/* that and its kind */
	struct LbdPlace *last;		/* the one below that was found last */
	struct LbdPlace *successor; /* that was found after this one */
	bool		adjacent;		/* nothing happens between calls below */
	Oid			function;		/* of a function or trigger */
	bool		leaf;			/* what runs below it must not be shown */
	const char *label;			/* what a profile shows */
	const char *source;			/* function:line, or NULL */
	bool		dropped;		/* counted elsewhere since */
	LbdPlaceCounts counts;		/* in this run */
	int64	   *self_runs;		/* ns of each run that was kept */
} LbdPlace;

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

struct lbd_places_hash;

typedef struct LbdTrace
{
	MemoryContext context;		/* holds all of it */
	MemoryContext scratch;		/* of labels in the making */
	uint64		generation;		/* no other trace of the session has it */
	bool		functions;		/* calls of functions are places */
	bool		session;		/* of what the session does, not of a text */
	LbdPlace   *root;			/* the whole */
	LbdPlace   *base;			/* current where no statement runs */
	LbdPlace   *newest;			/* made last */
	LbdPlace   *current;		/* what is called now is below it */
	LbdPlace   *charged;		/* that time is counted at, mostly current */
	LbdPlace   *commit_caller;	/* current before a commit, while one runs */
	int			nplaces;		/* made so far */
	int			nested;			/* hooks that run a statement now */
	const char *utility;		/* text that the innermost utility is in */
	bool		starting;		/* the executor sets up a statement's plan */
	LbdViewer	viewer;			/* who may see what */
	struct lbd_places_hash *places; /* by parent and identity */
	struct LbdStatementTexts *statements;	/* texts that were met */
	struct LbdSqlFunctions *sql_functions;	/* looked up last */
	LbdFrame   *frames;			/* innermost last */
	int			nframes;		/* open */
	int			maxframes;		/* allocated */
	int64		clock;			/* when current was counted last, ns */
	int64		hit;			/* the server's counts then */
	int64		read;
	int64		temp;
	int			nruns;			/* space in the places' arrays */
	int			run;			/* kept so far */
	double		cost;			/* ns that a reading of the clock takes */
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
extern LbdPlace *lbd_place_find(LbdTrace *trace, LbdPlace *parent,
								LbdPlaceKind kind, uint64 identity);
extern LbdPlace *lbd_place_add(LbdTrace *trace, LbdPlace *parent,
							   LbdPlaceKind kind, uint64 identity,
							   const char *label, const char *source);
extern bool lbd_place_fits(LbdTrace *trace, LbdPlace *parent);
extern void lbd_place_same(LbdTrace *trace, LbdPlace *parent,
						   LbdPlaceKind kind, uint64 identity,
						   LbdPlace *place);
extern LbdFrame *lbd_frame_push(LbdTrace *trace, const void *owner,
								const void *detail);
extern LbdFrame *lbd_frame_find(LbdTrace *trace, const void *owner,
								const void *detail);
extern void lbd_frame_pop(LbdTrace *trace, LbdFrame *frame);
extern void lbd_frame_pop_for_moment(LbdTrace *trace, LbdFrame *frame);
extern void lbd_trace_mark(LbdTrace *trace, int level);
extern void lbd_trace_reset(LbdTrace *trace);
extern void lbd_trace_unwind(LbdTrace *trace, int level);
extern const char *lbd_place_kind_name(LbdPlaceKind kind);

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
	return trace->viewer.nhidden == 0 && !trace->current->leaf &&
		lbd_viewer_sees(&trace->viewer);
}

/*
 * The place that what is called now is below.
 */
static inline LbdPlace *
lbd_trace_caller(const LbdTrace *trace)
{
	return trace->current == trace->base ? trace->root : trace->current;
}

/*
 * Counts what has passed since the last time where it belongs, and makes place
 * current.
 */
static inline void
lbd_trace_switch(LbdTrace *trace, LbdPlace *place)
{
	LbdPlaceCounts *counts = &trace->charged->counts;
	int64		now = lbd_clock();
	int64		temp = pgBufferUsage.temp_blks_read +
		pgBufferUsage.temp_blks_written;

	counts->self += now - trace->clock;
	counts->reads++;
	counts->hit += pgBufferUsage.shared_blks_hit - trace->hit;
	counts->read += pgBufferUsage.shared_blks_read - trace->read;
	counts->temp += temp - trace->temp;
	trace->clock = now;
	trace->hit = pgBufferUsage.shared_blks_hit;
	trace->read = pgBufferUsage.shared_blks_read;
	trace->temp = temp;
	trace->current = trace->charged = place;
}

/*
 * Makes place current, which is below the current one, or which has been left
 * for a short time.
 */
static inline void
lbd_trace_enter(LbdTrace *trace, LbdPlace *place)
{
	if (trace->charged == place)
		trace->current = place;
	else
		lbd_trace_switch(trace, place);
}

/*
 * Comes back to the place of a caller that has nothing to do before it calls
 * again: the time up to then is counted as that of what is left.
 */
static inline void
lbd_trace_leave_briefly(LbdTrace *trace, LbdPlace *caller)
{
	trace->current = caller;
}

/*
 * That time is over.
 */
static inline void
lbd_trace_charge(LbdTrace *trace)
{
	if (trace->charged != trace->current)
		lbd_trace_switch(trace, trace->current);
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
	lbd_trace_enter(trace, place);
}

#endif							/* LBD_CALL_TREE_H */
