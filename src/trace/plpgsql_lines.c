/*-------------------------------------------------------------------------
 *
 * plpgsql_lines.c
 *	  Statements of PL/pgSQL functions as places of the call tree.
 *
 * PL/pgSQL has space for a single plugin, which is ours while a trace is
 * taken.  A plugin that was there before is called all the same, and
 * the field for a plugin's own data is left to it.
 *
 * A plugin that is loaded while ours is there may keep a pointer to ours, as
 * the one to call after itself, for the rest of the session.  When ours is put
 * over it again, ours calls it and it calls ours: the outermost of these calls
 * goes on with the plugin that ours was put over last, the one within with the
 * one before.  So each plugin is called once, and there is no circle.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "plpgsql.h"
#include "utils/memutils.h"

#include "trace/function_calls.h"
#include "trace/plpgsql_lines.h"

/* What PL/pgSQL calls a plugin for. */
typedef enum LbdPluginCall
{
	LBD_PLUGIN_SET_UP,
	LBD_PLUGIN_BEGIN,
	LBD_PLUGIN_END,
	LBD_PLUGIN_STATEMENT_BEGIN,
	LBD_PLUGIN_STATEMENT_END
} LbdPluginCall;

static void hand_on(LbdPluginCall call, PLpgSQL_execstate *state, void *what);
static void call_plugin(PLpgSQL_plugin *next, LbdPluginCall call,
						PLpgSQL_execstate *state, void *what);
static void hand_callbacks_on(PLpgSQL_plugin *next);
static void function_set_up(PLpgSQL_execstate *state,
							PLpgSQL_function *function);
static void function_begins(PLpgSQL_execstate *state,
							PLpgSQL_function *function);
static void function_ends(PLpgSQL_execstate *state,
						  PLpgSQL_function *function);
static void statement_begins(PLpgSQL_execstate *state,
							 PLpgSQL_stmt *statement);
static void statement_ends(PLpgSQL_execstate *state,
						   PLpgSQL_stmt *statement);
static LbdPlace *line_place(LbdTrace *trace, const PLpgSQL_execstate *state,
							const PLpgSQL_stmt *statement);
static char *line_label(const char *function, const PLpgSQL_stmt *statement);

static PLpgSQL_plugin plugin = {
	.func_setup = function_set_up,
	.func_beg = function_begins,
	.func_end = function_ends,
	.stmt_beg = statement_begins,
	.stmt_end = statement_ends,
};

/* Plugins that ours can be put over at the same time. */
#define LBD_CHAIN_MAX	16

/* The plugins that ours has been put over, NULL for none, the last one last. */
static PLpgSQL_plugin *chain[LBD_CHAIN_MAX];
static int	chain_len = 0;

/* Calls of ours that now hand on to others, each within the one before. */
static int	handing_on = 0;

/* The function that they are for: a plugin may run other ones. */
static const PLpgSQL_execstate *handed = NULL;

static PLpgSQL_plugin **
current_plugin(void)
{
	return (PLpgSQL_plugin **) find_rendezvous_variable("PLpgSQL_plugin");
}

/*
 * Has PL/pgSQL report statements to us.
 */
void
lbd_plpgsql_watch(void)
{
	PLpgSQL_plugin **used = current_plugin();

	if (*used == &plugin || chain_len == LBD_CHAIN_MAX)
		return;
	chain[chain_len++] = *used;
	*used = &plugin;
}

/*
 * Ends that, unless another plugin has been put over ours, which then hands on
 * only.
 */
void
lbd_plpgsql_unwatch(void)
{
	PLpgSQL_plugin **used = current_plugin();

	if (*used == &plugin && chain_len > 0)
		*used = chain[--chain_len];
}

/*
 * Whether ours is being called again by a plugin that it has called.
 */
static bool
is_within(const PLpgSQL_execstate *state)
{
	return unlikely(handing_on > 0) && handed == state;
}

/*
 * Calls the next plugin with what PL/pgSQL has called ours with.
 */
static void
hand_on(LbdPluginCall call, PLpgSQL_execstate *state, void *what)
{
	int			calls = handing_on;
	const PLpgSQL_execstate *outer = handed;
	int			within = is_within(state) ? calls : 0;
	PLpgSQL_plugin *next = within < chain_len ?
		chain[chain_len - 1 - within] : NULL;

	if (next == NULL)
		return;
	handing_on = within + 1;
	handed = state;
	PG_TRY();
	{
		call_plugin(next, call, state, what);
	}
	PG_FINALLY();
	{
		handing_on = calls;
		handed = outer;
	}
	PG_END_TRY();
}

static void
call_plugin(PLpgSQL_plugin *next, LbdPluginCall call,
			PLpgSQL_execstate *state, void *what)
{
	switch (call)
	{
		case LBD_PLUGIN_SET_UP:
			hand_callbacks_on(next);
			if (next->func_setup)
				next->func_setup(state, what);
			break;
		case LBD_PLUGIN_BEGIN:
			if (next->func_beg)
				next->func_beg(state, what);
			break;
		case LBD_PLUGIN_END:
			if (next->func_end)
				next->func_end(state, what);
			break;
		case LBD_PLUGIN_STATEMENT_BEGIN:
			if (next->stmt_beg)
				next->stmt_beg(state, what);
			break;
		case LBD_PLUGIN_STATEMENT_END:
			if (next->stmt_end)
				next->stmt_end(state, what);
			break;
	}
}

/*
 * Tells a plugin that is called after ours where PL/pgSQL's functions are: it
 * has told the plugin on top, which has told us.
 */
static void
hand_callbacks_on(PLpgSQL_plugin *next)
{
	if (plugin.error_callback == NULL)
		return;
	next->error_callback = plugin.error_callback;
	next->assign_expr = plugin.assign_expr;
	next->assign_value = plugin.assign_value;
	next->eval_datum = plugin.eval_datum;
	next->cast_value = plugin.cast_value;
}

static void
function_set_up(PLpgSQL_execstate *state, PLpgSQL_function *function)
{
	LbdTrace   *trace = is_within(state) ? NULL : lbd_tracing;
	LbdPlace   *place;

	if (trace && lbd_trace_shows(trace) &&
		(trace->nframes == 0 || !OidIsValid(function->fn_oid) ||
		 trace->frames[trace->nframes - 1].function != function->fn_oid))
	{
		place = lbd_function_place(trace, function->fn_oid,
								   function->fn_signature);
		lbd_frame_push(trace, state, NULL);
		lbd_trace_call(trace, place);
	}
	hand_on(LBD_PLUGIN_SET_UP, state, function);
}

static void
function_begins(PLpgSQL_execstate *state, PLpgSQL_function *function)
{
	hand_on(LBD_PLUGIN_BEGIN, state, function);
}

static void
function_ends(PLpgSQL_execstate *state, PLpgSQL_function *function)
{
	LbdTrace   *trace = is_within(state) ? NULL : lbd_tracing;
	LbdFrame   *frame = trace ? lbd_frame_find(trace, state, NULL) : NULL;

	hand_on(LBD_PLUGIN_END, state, function);
	if (frame)
		lbd_frame_pop(trace, frame);
	else if (trace)
		lbd_tree_charge(&trace->tree);
}

/*
 * A block is no place: its statements are.
 */
static void
statement_begins(PLpgSQL_execstate *state, PLpgSQL_stmt *statement)
{
	LbdTrace   *trace = is_within(state) ? NULL : lbd_tracing;
	LbdPlace   *place;

	if (trace && statement->cmd_type == PLPGSQL_STMT_BLOCK)
		lbd_tree_charge(&trace->tree);
	else if (trace && lbd_trace_shows(trace))
	{
		place = line_place(trace, state, statement);
		lbd_frame_push(trace, state, statement);
		lbd_trace_call(trace, place);
	}
	hand_on(LBD_PLUGIN_STATEMENT_BEGIN, state, statement);
}

static void
statement_ends(PLpgSQL_execstate *state, PLpgSQL_stmt *statement)
{
	LbdTrace   *trace = is_within(state) ? NULL : lbd_tracing;
	LbdFrame   *frame = NULL;

	hand_on(LBD_PLUGIN_STATEMENT_END, state, statement);
	if (trace && statement->cmd_type == PLPGSQL_STMT_BLOCK)
		lbd_tree_charge(&trace->tree);
	else if (trace)
		frame = lbd_frame_find(trace, state, statement);
	if (frame && frame->caller->adjacent)
		lbd_frame_pop_for_moment(trace, frame);
	else if (frame)
		lbd_frame_pop(trace, frame);
}

/*
 * The place of a statement of the function that runs.  Returns the current
 * place where there is no space for another.
 */
static LbdPlace *
line_place(LbdTrace *trace, const PLpgSQL_execstate *state,
		   const PLpgSQL_stmt *statement)
{
	const PLpgSQL_function *function = state->func;
	LbdPlace   *parent = lbd_trace_caller(trace);
	uint64		identity = ((uint64) function->fn_oid << 32) |
		statement->stmtid;
	LbdPlace   *place = lbd_place_find(&trace->tree, parent, LBD_PLACE_LINE,
									   identity);
	MemoryContext old;
	char	   *name;

	if (place)
		return place;
	if (!lbd_place_fits(&trace->tree, parent))
		return parent;
	old = MemoryContextSwitchTo(trace->scratch);
	name = lbd_function_label(function->fn_oid, function->fn_signature);
	place = lbd_place_add(&trace->tree, parent, LBD_PLACE_LINE, identity,
						  line_label(name, statement),
						  psprintf("%s:%d", name, statement->lineno));
	place->adjacent = statement->cmd_type == PLPGSQL_STMT_IF ||
		statement->cmd_type == PLPGSQL_STMT_CASE;
	MemoryContextSwitchTo(old);
	MemoryContextReset(trace->scratch);
	return place;
}

static char *
line_label(const char *function, const PLpgSQL_stmt *statement)
{
	static const char *const names[] = {
		[PLPGSQL_STMT_ASSIGN] = "assignment",
		[PLPGSQL_STMT_IF] = "IF",
		[PLPGSQL_STMT_CASE] = "CASE",
		[PLPGSQL_STMT_LOOP] = "LOOP",
		[PLPGSQL_STMT_WHILE] = "WHILE",
		[PLPGSQL_STMT_FORI] = "FOR over integers",
		[PLPGSQL_STMT_FORS] = "FOR over rows",
		[PLPGSQL_STMT_FORC] = "FOR over a cursor",
		[PLPGSQL_STMT_FOREACH_A] = "FOREACH",
		[PLPGSQL_STMT_EXIT] = "EXIT",
		[PLPGSQL_STMT_RETURN] = "RETURN",
		[PLPGSQL_STMT_RETURN_NEXT] = "RETURN NEXT",
		[PLPGSQL_STMT_RETURN_QUERY] = "RETURN QUERY",
		[PLPGSQL_STMT_RAISE] = "RAISE",
		[PLPGSQL_STMT_ASSERT] = "ASSERT",
		[PLPGSQL_STMT_EXECSQL] = "SQL statement",
		[PLPGSQL_STMT_DYNEXECUTE] = "EXECUTE",
		[PLPGSQL_STMT_DYNFORS] = "FOR over EXECUTE",
		[PLPGSQL_STMT_GETDIAG] = "GET DIAGNOSTICS",
		[PLPGSQL_STMT_OPEN] = "OPEN",
		[PLPGSQL_STMT_FETCH] = "FETCH",
		[PLPGSQL_STMT_CLOSE] = "CLOSE",
		[PLPGSQL_STMT_PERFORM] = "PERFORM",
		[PLPGSQL_STMT_CALL] = "CALL",
		[PLPGSQL_STMT_COMMIT] = "COMMIT",
		[PLPGSQL_STMT_ROLLBACK] = "ROLLBACK",
	};
	const char *name = (size_t) statement->cmd_type < lengthof(names) ?
		names[statement->cmd_type] : NULL;

	return psprintf("%s:%d %s", function, statement->lineno,
					name ? name : "statement");
}
