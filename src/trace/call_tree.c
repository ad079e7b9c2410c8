/*-------------------------------------------------------------------------
 *
 * call_tree.c
 *	  The call tree of statements: what takes the time, by place.
 *
 * Time is counted where the current place changes: what has passed since the
 * last change belongs to the place that was current.
 *
 * Invariant: at any time the self times of all places add up to what has
 * passed between the beginning of the run and the last change, to the
 * nanosecond, whatever has been left by an error.  An error can only have
 * time counted at the wrong place, up to the next place that is left in
 * order.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "utils/memutils.h"

#include "trace/call_tree.h"

/* Readings that their cost is found from, and how often it is tried. */
#define LBD_COST_CALLS		500
#define LBD_COST_TRIES		5

#define LBD_FIRST_FRAMES	64

typedef struct LbdPlaceKey
{
	LbdPlace   *parent;			/* caller */
	uint64		identity;		/* what is called, with its kind */
} LbdPlaceKey;

typedef struct LbdPlaceEntry
{
	LbdPlaceKey key;			/* first: what is looked up */
	LbdPlace   *place;			/* found; a recursive call's is above parent */
	char		status;			/* of simplehash */
} LbdPlaceEntry;

static inline uint32
place_key_hash(LbdPlaceKey key)
{
	uint64		hash = hash_combine64(key.identity, key.parent->number);

	return murmurhash32((uint32) (hash ^ (hash >> 32)));
}

#define SH_PREFIX lbd_places
#define SH_ELEMENT_TYPE LbdPlaceEntry
#define SH_KEY_TYPE LbdPlaceKey
#define SH_KEY key
#define SH_HASH_KEY(table, key) place_key_hash(key)
#define SH_EQUAL(table, a, b) \
	((a).parent == (b).parent && (a).identity == (b).identity)
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

static LbdPlace *place_create(LbdTrace *trace, LbdPlace *parent,
							  LbdPlaceKind kind, uint64 identity,
							  const char *label, const char *source);
static void trace_calibrate(LbdTrace *trace);
static void trace_restart(LbdTrace *trace);

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
	lbd_viewer_init(&trace->viewer);
	trace->nruns = nruns;
	trace->places = lbd_places_create(own, 256, NULL);
	trace->maxframes = LBD_FIRST_FRAMES;
	trace->frames = MemoryContextAlloc(own, LBD_FIRST_FRAMES *
									   sizeof(LbdFrame));
	trace->root = place_create(trace, NULL, LBD_PLACE_ROOT, 0, root, NULL);
	trace->base = trace->root;
	trace_calibrate(trace);
	if (session)
		trace->base = lbd_place_add(trace, trace->root, LBD_PLACE_OUTSIDE, 0,
									"(between statements)", NULL);
	return trace;
}

/*
 * Adds the kind to an identity.
 */
static inline uint64
kind_identity(LbdPlaceKind kind, uint64 identity)
{
	return hash_combine64(identity, (uint64) kind + 1);
}

static LbdPlace *
place_create(LbdTrace *trace, LbdPlace *parent, LbdPlaceKind kind,
			 uint64 identity, const char *label, const char *source)
{
	LbdPlace   *place = MemoryContextAllocZero(trace->context,
											   sizeof(LbdPlace));

	place->parent = parent;
	place->number = ++trace->nplaces;
	place->kind = kind;
	place->identity = identity;
	place->key = kind_identity(kind, identity);
	place->label = MemoryContextStrdup(trace->context, label);
	if (source)
		place->source = MemoryContextStrdup(trace->context, source);
	else if (parent)
		place->source = parent->source;
	place->self_runs = MemoryContextAllocZero(trace->context, trace->nruns *
											  sizeof(int64));
	place->counts.rows = place->counts.loops = -1;
	if (trace->newest)
		trace->newest->next = place;
	trace->newest = place;
	return place;
}

/*
 * The place below parent, or NULL where there is none yet.  What follows what
 * has been found before is mostly the same again.
 */
LbdPlace *
lbd_place_find(LbdTrace *trace, LbdPlace *parent, LbdPlaceKind kind,
			   uint64 identity)
{
	LbdPlaceKey key = {parent, kind_identity(kind, identity)};
	LbdPlace   *last = parent->last;
	LbdPlaceEntry *entry;

	if (last && last->successor && last->successor->key == key.identity)
	{
		parent->last = last->successor;
		return parent->last;
	}
	entry = lbd_places_lookup(trace->places, key);
	if (entry == NULL)
		return NULL;
	/* A recursive call's place is above. */
	if (entry->place->parent == parent)
	{
		if (last)
			last->successor = entry->place;
		parent->last = entry->place;
	}
	return entry->place;
}

/*
 * Whether another place can be made; where not, a call is counted under
 * parent.
 */
bool
lbd_place_fits(LbdTrace *trace, LbdPlace *parent)
{
	if (trace->nplaces < LBD_MAX_PLACES)
		return true;
	parent->counts.merged++;
	return false;
}

/*
 * A new place below parent; the caller knows that there is none of this
 * identity, and that it fits.  Without a source it has its parent's.
 */
LbdPlace *
lbd_place_add(LbdTrace *trace, LbdPlace *parent, LbdPlaceKind kind,
			  uint64 identity, const char *label, const char *source)
{
	LbdPlace   *place = place_create(trace, parent, kind, identity, label,
									 source);

	lbd_place_same(trace, parent, kind, identity, place);
	return place;
}

/*
 * Has calls of this identity from parent counted at place, which is a new one
 * or, in a recursion, one above.
 */
void
lbd_place_same(LbdTrace *trace, LbdPlace *parent, LbdPlaceKind kind,
			   uint64 identity, LbdPlace *place)
{
	LbdPlaceKey key = {parent, kind_identity(kind, identity)};
	bool		found;
	LbdPlaceEntry *entry;

	if (trace->places->members >= 2 * LBD_MAX_PLACES)
		return;
	entry = lbd_places_insert(trace->places, key, &found);
	entry->place = place;
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
	frame->caller = trace->current;
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
	lbd_trace_switch(trace, frame->caller);
}

/*
 * Closes a frame, where its caller has nothing to do before it calls again.
 */
void
lbd_frame_pop_for_moment(LbdTrace *trace, LbdFrame *frame)
{
	trace->nframes = frame - trace->frames;
	lbd_trace_leave_briefly(trace, frame->caller);
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
	lbd_trace_switch(trace, trace->base);
}

/*
 * Begins a run: all counts are 0.
 */
void
lbd_trace_begin_run(LbdTrace *trace)
{
	LbdPlace   *place = trace->root;

	do
	{
		bool		has_rows = place->counts.rows >= 0;
		bool		has_loops = place->counts.loops >= 0;

		memset(&place->counts, 0, sizeof(LbdPlaceCounts));
		if (!has_rows)
			place->counts.rows = -1;
		if (!has_loops)
			place->counts.loops = -1;
		place = place->next;
	} while (place);
	trace->root->counts.calls = 1;
	trace_restart(trace);
	lbd_tracing = trace;
}

/*
 * Has the current place be the base from now on.
 */
static void
trace_restart(LbdTrace *trace)
{
	trace->nframes = trace->nested = trace->viewer.nhidden = 0;
	trace->starting = false;
	trace->commit_caller = NULL;
	trace->utility = NULL;
	trace->current = trace->charged = trace->base;
	trace->hit = pgBufferUsage.shared_blks_hit;
	trace->read = pgBufferUsage.shared_blks_read;
	trace->temp = pgBufferUsage.temp_blks_read +
		pgBufferUsage.temp_blks_written;
	trace->clock = lbd_clock();
}

/*
 * Counts the statement that runs now as if none did, unless it has run before:
 * it is the one that ends a trace.
 */
void
lbd_trace_drop_statement(LbdTrace *trace)
{
	LbdPlaceCounts *counts = &trace->base->counts;
	LbdPlace   *top = trace->current;

	lbd_trace_switch(trace, trace->base);
	while (top->parent && top->parent != trace->root)
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
	lbd_trace_switch(trace, trace->base);
	lbd_tracing = NULL;
	if (!keep)
		return;
	for (LbdPlace *place = trace->root; place; place = place->next)
		place->self_runs[trace->run] = place->counts.self;
	trace->run++;
}

/*
 * Finds out what reading the clock costs, with the counting: the smallest mean
 * of several tries.
 */
static void
trace_calibrate(LbdTrace *trace)
{
	trace_restart(trace);
	for (int try = 0; try < LBD_COST_TRIES; try++)
	{
		int64		start = lbd_clock();
		double		cost;

		for (int i = 0; i < LBD_COST_CALLS; i++)
			lbd_trace_switch(trace, trace->root);
		cost = (double) (lbd_clock() - start) / LBD_COST_CALLS;
		if (try == 0 || cost < trace->cost)
			trace->cost = cost;
	}
}

const char *
lbd_place_kind_name(LbdPlaceKind kind)
{
	static const char *const names[] = {
		[LBD_PLACE_ROOT] = "profile",
		[LBD_PLACE_OUTSIDE] = "outside",
		[LBD_PLACE_STATEMENT] = "statement",
		[LBD_PLACE_UTILITY] = "utility",
		[LBD_PLACE_PLANNING] = "planning",
		[LBD_PLACE_OUTPUT] = "output",
		[LBD_PLACE_FUNCTION] = "function",
		[LBD_PLACE_TRIGGER] = "trigger",
		[LBD_PLACE_LINE] = "line",
		[LBD_PLACE_NODE] = "node",
		[LBD_PLACE_COMMIT] = "commit",
	};

	return names[kind];
}
