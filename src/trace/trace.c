/*-------------------------------------------------------------------------
 *
 * trace.c
 *	  The call tree of statements, and what is open in it.
 *
 * An error leaves places without telling.  Frames know where to come back to:
 * they are closed by whoever has opened them, or by the end of the
 * subtransaction or statement that they were opened in.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "trace/trace.h"

#define LBD_FIRST_FRAMES	64

LbdTrace   *lbd_tracing = NULL;

/* Traces of this session so far. */
static uint64 generations = 0;

/*
 * An empty tree for nruns runs, whose root has the label root; it lives in a
 * new context below the given one, which is deleted with it.  functions says
 * whether calls of functions are to be places, session that it is of all that
 * the session does.
 */
LbdTrace *
lbd_trace_create(MemoryContext context, const char *root, int nruns,
				 bool functions, bool session)
{
	MemoryContext own = AllocSetContextCreate(context, "lbdiag trace",
											  ALLOCSET_DEFAULT_SIZES);
	LbdTrace   *trace = MemoryContextAllocZero(own, sizeof(LbdTrace));

	trace->context = own;
	trace->scratch = AllocSetContextCreate(own, "lbdiag label",
										   ALLOCSET_SMALL_SIZES);
	trace->generation = ++generations;
	trace->functions = functions;
	trace->session = session;
	lbd_observer_init(&trace->observer);
	trace->maxframes = LBD_FIRST_FRAMES;
	trace->frames = MemoryContextAlloc(own, LBD_FIRST_FRAMES *
									   sizeof(LbdFrame));
	lbd_tree_init(&trace->tree, own, root, nruns);
	trace->base = trace->tree.root;
	if (session)
		trace->base = lbd_place_add(&trace->tree, trace->tree.root,
									LBD_PLACE_OUTSIDE, 0,
									"(between statements)", NULL);
	return trace;
}

/*
 * Opens a frame.  The caller makes its place current.
 */
LbdFrame *
lbd_frame_push(LbdTrace *trace, const void *owner, const void *detail)
{
	LbdFrame   *frame;

	if (trace->nframes == trace->maxframes)
	{
		trace->maxframes *= 2;
		trace->frames = repalloc(trace->frames,
								 trace->maxframes * sizeof(LbdFrame));
	}
	frame = &trace->frames[trace->nframes++];
	frame->caller = trace->tree.current;
	frame->owner = owner;
	frame->detail = detail;
	frame->function = InvalidOid;
	frame->level = 0;
	return frame;
}

/*
 * The innermost open frame of this owner, NULL where there is none.
 */
LbdFrame *
lbd_frame_find(LbdTrace *trace, const void *owner, const void *detail)
{
	for (int i = trace->nframes; i-- > 0;)
	{
		LbdFrame   *frame = &trace->frames[i];

		if (frame->owner == owner && frame->detail == detail)
			return frame;
	}
	return NULL;
}

/*
 * Closes a frame and all within it.
 */
void
lbd_frame_pop(LbdTrace *trace, LbdFrame *frame)
{
	trace->nframes = frame - trace->frames;
	lbd_tree_switch(&trace->tree, frame->caller);
}

/*
 * Closes a frame, where its caller has nothing to do before it calls again.
 */
void
lbd_frame_pop_for_moment(LbdTrace *trace, LbdFrame *frame)
{
	trace->nframes = frame - trace->frames;
	lbd_tree_leave_briefly(&trace->tree, frame->caller);
}

/*
 * A subtransaction of this level begins.
 */
void
lbd_trace_mark(LbdTrace *trace, int level)
{
	lbd_frame_push(trace, NULL, NULL)->level = level;
}

/*
 * A subtransaction of this level has ended, in order or by an error: what was
 * opened in it is not open any more.
 */
void
lbd_trace_unwind(LbdTrace *trace, int level)
{
	LbdFrame   *mark = NULL;

	for (int i = trace->nframes; i-- > 0;)
	{
		LbdFrame   *frame = &trace->frames[i];

		if (frame->level >= level)
			mark = frame;
		else if (frame->level > 0)
			break;
	}
	if (mark)
		lbd_frame_pop(trace, mark);
}

/*
 * No statement runs.
 */
void
lbd_trace_reset(LbdTrace *trace)
{
	trace->nframes = 0;
	lbd_tree_switch(&trace->tree, trace->base);
}

/*
 * Begins a run: all counts are 0.
 */
void
lbd_trace_begin_run(LbdTrace *trace)
{
	lbd_tree_begin_run(&trace->tree);
	trace->nframes = trace->nested = trace->observer.nhidden = 0;
	trace->starting = false;
	trace->commit_caller = NULL;
	trace->utility = NULL;
	lbd_tree_restart(&trace->tree, trace->base);
	lbd_tracing = trace;
}

/*
 * Counts the statement that runs now as if none did, unless it has run before:
 * it is the one that ends a trace.
 */
void
lbd_trace_drop_statement(LbdTrace *trace)
{
	LbdPlaceCounts *counts = &trace->base->counts;
	LbdPlace   *top = trace->tree.current;

	lbd_tree_switch(&trace->tree, trace->base);
	while (top->parent && top->parent != trace->tree.root)
		top = top->parent;
	if ((top->kind != LBD_PLACE_STATEMENT && top->kind != LBD_PLACE_UTILITY) ||
		top->counts.calls != 1)
		return;
	top->dropped = true;
	for (LbdPlace *place = top; place; place = place->next)
	{
		if (place->parent && place->parent->dropped)
			place->dropped = true;
		if (!place->dropped)
			continue;
		counts->self += place->counts.self;
		counts->hit += place->counts.hit;
		counts->read += place->counts.read;
		counts->temp += place->counts.temp;
		memset(&place->counts, 0, sizeof(LbdPlaceCounts));
	}
}

/*
 * Ends a run, and keeps its times unless it was one to warm up.
 */
void
lbd_trace_end_run(LbdTrace *trace, bool keep)
{
	lbd_tree_switch(&trace->tree, trace->base);
	lbd_tracing = NULL;
	lbd_tree_end_run(&trace->tree, keep);
}
