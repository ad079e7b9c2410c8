/*-------------------------------------------------------------------------
 *
 * plan_nodes.c
 *	  The nodes of plans as places of the call tree.
 *
 * Each node is asked for its tuples by a function of ours, which makes the
 * node's place current while it works.  The function finds what it needs
 * after the node's Instrumentation, which is replaced by a longer one: the
 * server counts tuples and loops there without reading the clock.
 *
 * A hash join changes its own function when it begins to work in parallel; the
 * node above it puts ours back.
 *
 * Two kinds of nodes are not asked for tuples.  What a Hash does happens
 * between the tuples of the node below it, so that node hands the time over.
 * A bitmap's nodes are timed by the server, and what they took is moved to
 * them from the node that asked, when the statement ends.
 *
 * Invariant: a node of an ended trace, or of none, does what it would do
 * without us.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "executor/executor.h"
#include "nodes/nodeFuncs.h"
#include "nodes/plannodes.h"
#include "utils/rel.h"
#include "utils/memutils.h"

#include "compat.h"
#include "trace/plan_nodes.h"

#define LBD_NS_PER_S		1000000000.0

/* What parallel workers have counted at a node. */
typedef LBD_WORKER_INSTRUMENT LbdWorkerInstrument;

/* Lives as long as the node, in the query's context. */
typedef struct LbdNode
{
	LBD_NODE_INSTRUMENT instrument; /* first: the node's pointer to it */
	uint64		generation;		/* of the trace that it belongs to */
	ExecProcNodeMtd proc;		/* the node's own function */
	ExecProcNodeMtd ours;		/* that is in its place */
	LbdPlace   *place;			/* its place */
	LbdPlace   *statement;		/* the statement's */
	LbdPlace   *hash;			/* of the Hash above, or NULL */
	LbdPlace   *hash_caller;	/* that has asked the Hash, while it works */
	PlanState  *state;			/* the node */
	struct LbdNode *join;		/* a parallel hash join below, or NULL */
	struct LbdNode *above;		/* NULL at the top */
	struct LbdNode *next;		/* of the statement's, from the top */
} LbdNode;

/* Where a walk over a plan's nodes is. */
typedef struct LbdNodeWalk
{
	LbdTrace   *trace;			/* that watches */
	LbdPlace   *statement;		/* whose plan it is */
	LbdNode    *above;			/* the node above, NULL at the top */
	LbdNode   **last;			/* where the next node is chained */
	bool		untimed;		/* the leader's nodes are not to be timed */
} LbdNodeWalk;

static bool watch_node(PlanState *node, void *context);
static void count_node(LbdNode *watched);
static TupleTableSlot *node_proc(PlanState *node);
static TupleTableSlot *node_proc_below_hash(PlanState *node);
static TupleTableSlot *node_proc_above_join(PlanState *node);
static void node_wrap(LbdNode *node, ExecProcNodeMtd ours);
static bool is_bitmap(const PlanState *node);
static LbdPlace *node_place(const LbdNodeWalk *walk, PlanState *node);
static void move_time(LbdPlace *from, LbdPlace *to, int64 ns);
static double workers_time(const PlanState *node);

static inline bool
is_watched(const PlanState *node)
{
	return node->ExecProcNodeReal == node_proc ||
		node->ExecProcNodeReal == node_proc_below_hash ||
		node->ExecProcNodeReal == node_proc_above_join;
}

/* What is known of a watched node. */
static inline LbdNode *
node_of(const PlanState *node)
{
	return (LbdNode *) node->instrument;
}

/*
 * Called before a statement starts.  Has the server time the nodes in the
 * workers of a parallel query; returns whether nobody else has asked for that.
 */
bool
lbd_nodes_prepare(QueryDesc *query)
{
	if (!query->plannedstmt->parallelModeNeeded ||
		(query->instrument_options & INSTRUMENT_TIMER))
		return false;
	query->instrument_options |= INSTRUMENT_TIMER;
	return true;
}

/*
 * Has the nodes of a statement that has been started counted below its place.
 * untimed is what lbd_nodes_prepare has returned.
 */
void
lbd_nodes_watch(LbdTrace *trace, QueryDesc *query, LbdPlace *statement,
				bool untimed)
{
	LbdNode    *first;
	LbdNodeWalk walk = {trace, statement, NULL, &first, untimed};

	watch_node(query->planstate, &walk);
}

static bool
watch_node(PlanState *node, void *context)
{
	LbdNodeWalk *walk = context;
	LbdNodeWalk below = *walk;
	LbdNode    *watched;

	/* A subplan can be met twice. */
	if (node == NULL || (is_watched(node) &&
						 node_of(node)->generation == walk->trace->generation))
		return false;
	watched = MemoryContextAllocZero(node->state->es_query_cxt,
									 sizeof(LbdNode));
	if (node->instrument)
		watched->instrument = *node->instrument;
	if (is_bitmap(node))
		LBD_INSTRUMENT_TIMED(&watched->instrument) = true;
	else if (walk->untimed)
		LBD_INSTRUMENT_TIMED(&watched->instrument) = false;
	watched->generation = walk->trace->generation;
	watched->statement = walk->statement;
	watched->state = node;
	watched->above = walk->above;
	watched->place = node_place(walk, node);
	if (walk->above && IsA(walk->above->state, HashState))
		watched->hash = walk->above->place;
	node->instrument = &watched->instrument;
	node_wrap(watched, watched->hash ? node_proc_below_hash : node_proc);
	if (IsA(node, HashJoinState) && node->plan->parallel_aware &&
		watched->above && watched->above->ours == node_proc)
	{
		watched->above->join = watched;
		node_wrap(watched->above, node_proc_above_join);
	}
	*walk->last = watched;
	below.above = watched;
	below.last = &watched->next;
	planstate_tree_walker(node, watch_node, &below);
	walk->last = below.last;
	return false;
}

/*
 * Has a node asked for tuples by a function of ours.
 */
static void
node_wrap(LbdNode *node, ExecProcNodeMtd ours)
{
	if (!is_watched(node->state))
		node->proc = node->state->ExecProcNodeReal;
	node->ours = ours;
	ExecSetExecProcNode(node->state, ours);
}

/*
 * A bitmap's nodes are not asked for tuples.
 */
static bool
is_bitmap(const PlanState *node)
{
	return IsA(node, BitmapIndexScanState) || IsA(node, BitmapAndState) ||
		IsA(node, BitmapOrState);
}

/*
 * The place of a node.  It is told from others of the same parent by where it
 * is in the plan, by its type and by its relation.
 */
static LbdPlace *
node_place(const LbdNodeWalk *walk, PlanState *node)
{
	LbdTrace   *trace = walk->trace;
	const Plan *plan = node->plan;
	LbdPlace   *parent = walk->above ? walk->above->place : walk->statement;
	uint64		identity = ((uint64) plan->plan_node_id << 32) ^ nodeTag(plan);
	LbdPlace   *place;
	MemoryContext old;

	if (IsA(node, SeqScanState) || IsA(node, IndexScanState) ||
		IsA(node, IndexOnlyScanState) || IsA(node, BitmapHeapScanState))
	{
		Relation	relation = ((ScanState *) node)->ss_currentRelation;

		identity = hash_combine64(identity, RelationGetRelid(relation));
	}
	place = lbd_place_find(&trace->tree, parent, LBD_PLACE_NODE, identity);
	if (place)
		return place;
	if (!lbd_place_fits(&trace->tree, parent))
		return parent;
	old = MemoryContextSwitchTo(trace->scratch);
	place = lbd_place_add(&trace->tree, parent, LBD_PLACE_NODE, identity,
						  lbd_node_label(node), NULL);
	MemoryContextSwitchTo(old);
	MemoryContextReset(trace->scratch);
	place->counts.rows = place->counts.loops = 0;
	return place;
}

/*
 * Asks a node for a tuple.
 */
static TupleTableSlot *
node_proc(PlanState *node)
{
	LbdNode    *watched = node_of(node);
	LbdTrace   *trace = lbd_tracing;
	LbdPlace   *caller;
	TupleTableSlot *slot;

	if (unlikely(!lbd_trace_is(watched->generation)))
		return watched->proc(node);
	caller = trace->tree.current;
	lbd_tree_enter(&trace->tree, watched->place);
	slot = watched->proc(node);
	if (likely(lbd_trace_is(watched->generation)))
		lbd_tree_switch(&trace->tree, caller);
	return slot;
}

/*
 * Asks the node below a Hash for a tuple.  What the Hash does with it lies
 * between two calls.
 */
static TupleTableSlot *
node_proc_below_hash(PlanState *node)
{
	LbdNode    *watched = node_of(node);
	LbdTrace   *trace = lbd_tracing;
	TupleTableSlot *slot;

	if (unlikely(!lbd_trace_is(watched->generation)))
		return watched->proc(node);
	if (trace->tree.current != watched->hash || watched->hash_caller == NULL)
		watched->hash_caller = trace->tree.current;
	lbd_tree_enter(&trace->tree, watched->place);
	slot = watched->proc(node);
	if (unlikely(!lbd_trace_is(watched->generation)))
		return slot;
	if (TupIsNull(slot))
	{
		lbd_tree_switch(&trace->tree, watched->hash_caller);
		watched->hash_caller = NULL;
	}
	else
		lbd_tree_enter(&trace->tree, watched->hash);
	return slot;
}

/*
 * Asks the node above a parallel hash join for a tuple.
 */
static TupleTableSlot *
node_proc_above_join(PlanState *node)
{
	LbdNode    *watched = node_of(node);

	if (lbd_trace_is(watched->generation) &&
		!is_watched(watched->join->state))
		node_wrap(watched->join, watched->join->ours);
	return node_proc(node);
}

/*
 * The place of a statement whose nodes are watched by this trace, NULL for
 * any other.
 */
LbdPlace *
lbd_nodes_statement(const LbdTrace *trace, const QueryDesc *query)
{
	const PlanState *node = query->planstate;

	if (node == NULL || !is_watched(node) ||
		node_of(node)->generation != trace->generation)
		return NULL;
	return node_of(node)->statement;
}

/*
 * Adds to the places what the server has counted for the nodes of a statement
 * that is about to end, and that lbd_nodes_statement knows.
 */
void
lbd_nodes_count(const QueryDesc *query)
{
	for (LbdNode *node = node_of(query->planstate); node; node = node->next)
		count_node(node);
}

static void
count_node(LbdNode *node)
{
	LBD_NODE_INSTRUMENT *instrument = &node->instrument;
	LbdPlaceCounts *counts = &node->place->counts;
	double		workers = workers_time(node->state);

	InstrEndLoop(instrument);
	if (is_bitmap(node->state) && node->above)
		move_time(node->above->place, node->place,
				  LBD_INSTRUMENT_SECONDS(instrument) * LBD_NS_PER_S - workers);
	/* There may have been no space for a place of the node's own. */
	if (node->place == (node->above ? node->above->place : node->statement))
		return;
	counts->calls += instrument->nloops;
	counts->loops += instrument->nloops;
	counts->rows += instrument->ntuples;
	counts->removed += instrument->nfiltered1 + instrument->nfiltered2;
	counts->workers += workers;
}

/*
 * Moves time between places that has been counted at the first.
 */
static void
move_time(LbdPlace *from, LbdPlace *to, int64 ns)
{
	if (from == to)
		return;
	ns = Max(Min(ns, from->counts.self), 0);
	from->counts.self -= ns;
	to->counts.self += ns;
}

/*
 * What the workers of a parallel query took at a node and below it, in ns.
 */
static double
workers_time(const PlanState *node)
{
	const LbdWorkerInstrument *workers = node->worker_instrument;
	double		total = 0;

	for (int i = 0; workers && i < workers->num_workers; i++)
		total += LBD_INSTRUMENT_SECONDS(&workers->instrument[i]);
	return total * LBD_NS_PER_S;
}
