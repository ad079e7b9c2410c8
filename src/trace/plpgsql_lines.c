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
 * the one to call after itself, for the rest of the session.  Then ours must
 * not be put over it again: each would call the other without end.  Whether
 * the plugin that is there now leads to ours is found out by running an empty
 * block.  Where it does not, ours is put over it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_language.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "plpgsql.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "trace/function_calls.h"
#include "trace/plpgsql_lines.h"

static bool leads_to_ours(void);
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

/* The plugin that ours has taken the place of. */
static PLpgSQL_plugin *chained = NULL;

/* How often PL/pgSQL has told us of a function that it sets up. */
static uint64 set_ups = 0;

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

	if (*used == &plugin || (*used && leads_to_ours()))
		return;
	chained = *used;
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

	if (*used == &plugin)
		*used = chained;
}

/*
 * Whether an empty block is reported to us as things are.
 */
static bool
leads_to_ours(void)
{
	uint64		before = set_ups;
	InlineCodeBlock *block = makeNode(InlineCodeBlock);
	HeapTuple	language = SearchSysCache1(LANGNAME,
										   CStringGetDatum("plpgsql"));
	Form_pg_language form;
	Oid			handler;

	if (!HeapTupleIsValid(language))
		return false;
	form = (Form_pg_language) GETSTRUCT(language);
	handler = form->laninline;
	block->source_text = pstrdup("BEGIN END");
	block->langOid = form->oid;
	block->langIsTrusted = form->lanpltrusted;
	block->atomic = true;
	ReleaseSysCache(language);
	if (OidIsValid(handler))
		OidFunctionCall1(handler, PointerGetDatum(block));
	return set_ups > before;
}

/*
 * Tells a plugin that is called after ours where PL/pgSQL's functions are: it
 * has told the plugin on top, which has told us.
 */
static void
hand_callbacks_on(void)
{
	if (plugin.error_callback == NULL)
		return;
	chained->error_callback = plugin.error_callback;
	chained->assign_expr = plugin.assign_expr;
	chained->assign_value = plugin.assign_value;
	chained->eval_datum = plugin.eval_datum;
	chained->cast_value = plugin.cast_value;
}

static void
function_set_up(PLpgSQL_execstate *state, PLpgSQL_function *function)
{
	LbdTrace   *trace = lbd_tracing;
	LbdPlace   *place;

	set_ups++;
	if (trace && lbd_trace_shows(trace) &&
		(trace->nframes == 0 || !OidIsValid(function->fn_oid) ||
		 trace->frames[trace->nframes - 1].function != function->fn_oid))
	{
		place = lbd_function_place(trace, function->fn_oid,
								   function->fn_signature);
		lbd_frame_push(trace, state, NULL);
		lbd_trace_call(trace, place);
	}
	if (chained)
	{
		/* Whoever makes a circle gets an error, and no crash. */
		check_stack_depth();
		hand_callbacks_on();
		if (chained->func_setup)
			chained->func_setup(state, function);
	}
}

static void
function_begins(PLpgSQL_execstate *state, PLpgSQL_function *function)
{
	if (chained && chained->func_beg)
		chained->func_beg(state, function);
}

static void
function_ends(PLpgSQL_execstate *state, PLpgSQL_function *function)
{
	LbdTrace   *trace = lbd_tracing;
	LbdFrame   *frame = trace ? lbd_frame_find(trace, state, NULL) : NULL;

	if (chained && chained->func_end)
		chained->func_end(state, function);
	if (frame)
		lbd_frame_pop(trace, frame);
	else if (trace)
		lbd_trace_charge(trace);
}

/*
 * A block is no place: its statements are.
 */
static void
statement_begins(PLpgSQL_execstate *state, PLpgSQL_stmt *statement)
{
	LbdTrace   *trace = lbd_tracing;
	LbdPlace   *place;

	if (trace && statement->cmd_type == PLPGSQL_STMT_BLOCK)
		lbd_trace_charge(trace);
	else if (trace && lbd_trace_shows(trace))
	{
		place = line_place(trace, state, statement);
		lbd_frame_push(trace, state, statement);
		lbd_trace_call(trace, place);
	}
	if (chained && chained->stmt_beg)
		chained->stmt_beg(state, statement);
}

static void
statement_ends(PLpgSQL_execstate *state, PLpgSQL_stmt *statement)
{
	LbdTrace   *trace = lbd_tracing;
	LbdFrame   *frame = NULL;

	if (chained && chained->stmt_end)
		chained->stmt_end(state, statement);
	if (trace && statement->cmd_type == PLPGSQL_STMT_BLOCK)
		lbd_trace_charge(trace);
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
	LbdPlace   *place = lbd_place_find(trace, parent, LBD_PLACE_LINE,
									   identity);
	MemoryContext old;
	char	   *name;

	if (place)
		return place;
	if (!lbd_place_fits(trace, parent))
		return parent;
	old = MemoryContextSwitchTo(trace->scratch);
	name = lbd_function_label(function->fn_oid, function->fn_signature);
	place = lbd_place_add(trace, parent, LBD_PLACE_LINE, identity,
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
