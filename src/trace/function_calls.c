/*-------------------------------------------------------------------------
 *
 * function_calls.c
 *	  Calls of functions as places of the call tree.
 *
 * The server's own functions are not watched: they are too short and too many,
 * and the server does not ask.  Neither are functions that take or return
 * internal, which the server keeps pointers to for long.
 *
 * The planner does not inline a function in SQL that is watched, so that the
 * plan would be another one than without a trace, and would stay in the
 * session's caches after it.  The server asks whether to watch in the same
 * words for planning and for calls.  So the answer for functions in SQL is yes
 * only while the executor sets up a plan that is finished, and only for those
 * that cannot be inlined at all: setting up a plan can have the server plan
 * further expressions, such as generated columns.  The statements of all
 * others have places of their own when they are not inlined.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/regproc.h"
#include "utils/syscache.h"

#include "trace/function_calls.h"
#include "trace/sql_body.h"
#include "util/utf8.h"

/* Functions in SQL that are remembered; a power of 2. */
#define LBD_SQL_FUNCTIONS	64

/* Whether a function in SQL can be inlined, as of a version of it. */
struct LbdSqlFunctions
{
	struct
	{
		Oid			function;	/* which */
		TransactionId xmin;		/* its version */
		ItemPointerData tid;	/* likewise */
		bool		inlinable;	/* whether it can be */
	}			entries[LBD_SQL_FUNCTIONS];
};

static bool needs_watching(Oid function);
static bool watches_sql(LbdTrace *trace, HeapTuple tuple);
static bool is_inlinable(HeapTuple tuple);
static void function_called(FmgrHookEventType event, FmgrInfo *function,
							Datum *arg);
static void function_starts(LbdTrace *trace, const FmgrInfo *function);
static bool enters_hidden(const LbdTrace *trace, Oid function);
static bool deals_with_internal(Form_pg_proc form);
static LbdPlace *function_above(LbdPlace *place, Oid function);
static bool returns_trigger(Oid function);

static needs_fmgr_hook_type chained_needs = NULL;
static fmgr_hook_type chained_hook = NULL;

/*
 * Called when the library is loaded.
 */
void
lbd_function_calls_init(void)
{
	chained_needs = needs_fmgr_hook;
	needs_fmgr_hook = needs_watching;
	chained_hook = fmgr_hook;
	fmgr_hook = function_called;
}

/*
 * Whether calls of a function that is looked up now are to be reported.
 */
static bool
needs_watching(Oid function)
{
	LbdTrace   *trace = lbd_tracing;
	HeapTuple	tuple;
	bool		result;

	if (chained_needs && chained_needs(function))
		return true;
	if (likely(trace == NULL) || !trace->functions ||
		function < FirstNormalObjectId)
		return false;
	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	if (!HeapTupleIsValid(tuple))
		return false;
	result = !deals_with_internal((Form_pg_proc) GETSTRUCT(tuple));
	if (result &&
		((Form_pg_proc) GETSTRUCT(tuple))->prolang == SQLlanguageId)
		result = trace->starting && watches_sql(trace, tuple);
	ReleaseSysCache(tuple);
	return result;
}

static bool
deals_with_internal(Form_pg_proc form)
{
	bool		result = form->prorettype == INTERNALOID ||
		form->prorettype == LANGUAGE_HANDLEROID;

	for (int i = 0; i < form->pronargs; i++)
		result |= form->proargtypes.values[i] == INTERNALOID;
	return result;
}

/*
 * Whether to watch a function in SQL in a plan that is being set up.
 */
static bool
watches_sql(LbdTrace *trace, HeapTuple tuple)
{
	Oid			function = ((Form_pg_proc) GETSTRUCT(tuple))->oid;
	TransactionId xmin = HeapTupleHeaderGetRawXmin(tuple->t_data);
	int			slot = function & (LBD_SQL_FUNCTIONS - 1);

	if (trace->sql_functions == NULL)
		trace->sql_functions =
			MemoryContextAllocZero(trace->context,
								   sizeof(struct LbdSqlFunctions));
	if (trace->sql_functions->entries[slot].function != function ||
		trace->sql_functions->entries[slot].xmin != xmin ||
		!ItemPointerEquals(&trace->sql_functions->entries[slot].tid,
						   &tuple->t_self))
	{
		MemoryContext old = MemoryContextSwitchTo(trace->scratch);

		trace->sql_functions->entries[slot].inlinable = is_inlinable(tuple);
		MemoryContextSwitchTo(old);
		MemoryContextReset(trace->scratch);
		trace->sql_functions->entries[slot].function = function;
		trace->sql_functions->entries[slot].xmin = xmin;
		trace->sql_functions->entries[slot].tid = tuple->t_self;
	}
	return !trace->sql_functions->entries[slot].inlinable;
}

/*
 * Whether the planner would try to inline a scalar function in SQL: see
 * inline_function in the server's clauses.c.  Whether it succeeds depends on
 * the arguments too.
 */
static bool
is_inlinable(HeapTuple tuple)
{
	Form_pg_proc form = (Form_pg_proc) GETSTRUCT(tuple);
	bool		isnull;
	Datum		body;

	if (form->prokind != PROKIND_FUNCTION || form->prosecdef ||
		form->proretset || form->prorettype == RECORDOID ||
		!heap_attisnull(tuple, Anum_pg_proc_proconfig, NULL))
		return false;
	body = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_prosqlbody, &isnull);
	if (!isnull)
		return lbd_body_is_expression(TextDatumGetCString(body));
	body = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_prosrc, &isnull);
	return isnull || lbd_text_is_expression(TextDatumGetCString(body));
}

static void
function_called(FmgrHookEventType event, FmgrInfo *function, Datum *arg)
{
	LbdTrace   *trace = lbd_tracing;
	LbdFrame   *frame;

	if (chained_hook && event == FHET_START)
		chained_hook(event, function, arg);
	if (trace && event == FHET_START)
		function_starts(trace, function);
	else if (trace)
	{
		frame = lbd_frame_find(trace, function, NULL);
		if (frame)
			lbd_frame_pop(trace, frame);
	}
	if (chained_hook && event != FHET_START)
		chained_hook(event, function, arg);
}

/*
 * A function that switches to rights that the observer does not have gets a
 * place even if functions are not watched; what it calls gets none.
 */
static void
function_starts(LbdTrace *trace, const FmgrInfo *function)
{
	LbdPlace   *place;
	bool		leaf = false;

	if (!lbd_trace_shows(trace))
	{
		if (!enters_hidden(trace, function->fn_oid))
			return;
		leaf = true;
	}
	else if (!trace->functions)
		return;
	place = lbd_function_place(trace, function->fn_oid, "");
	if (leaf && place == lbd_trace_caller(trace))
		return;
	place->leaf |= leaf;
	lbd_frame_push(trace, function, NULL)->function = function->fn_oid;
	lbd_trace_call(trace, place);
}

/*
 * Whether this call is the one that switched to rights that the observer does
 * not have: the function is SECURITY DEFINER, and its caller is shown.
 */
static bool
enters_hidden(const LbdTrace *trace, Oid function)
{
	HeapTuple	tuple;
	bool		result;

	if (trace->observer.nhidden > 0 || trace->tree.current->leaf ||
		InSecurityRestrictedOperation())
		return false;
	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	result = HeapTupleIsValid(tuple) &&
		((Form_pg_proc) GETSTRUCT(tuple))->prosecdef;
	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	return result;
}

/*
 * The place of a function that is called from the current place; in a
 * recursion, the place of the outermost call.  unnamed is the label where
 * there is no such function in the catalog.  Returns the current place where
 * there is no space for another.
 */
LbdPlace *
lbd_function_place(LbdTrace *trace, Oid function, const char *unnamed)
{
	LbdPlace   *parent = lbd_trace_caller(trace);
	LbdPlace   *place = lbd_place_find(&trace->tree, parent, LBD_PLACE_FUNCTION,
									   function);
	MemoryContext old;

	if (place)
		return place;
	place = OidIsValid(function) ? function_above(parent, function) : NULL;
	if (place)
	{
		lbd_place_same(&trace->tree, parent, LBD_PLACE_FUNCTION, function, place);
		return place;
	}
	if (!lbd_place_fits(&trace->tree, parent))
		return parent;
	old = MemoryContextSwitchTo(trace->scratch);
	{
		char	   *label = lbd_function_label(function, unnamed);

		place = lbd_place_add(&trace->tree, parent, LBD_PLACE_FUNCTION, function,
							  label, label);
	}
	place->function = function;
	place->adjacent = true;
	if (returns_trigger(function))
		place->kind = LBD_PLACE_TRIGGER;
	MemoryContextSwitchTo(old);
	MemoryContextReset(trace->scratch);
	return place;
}

/*
 * The place of the same function that place is at or below, or NULL.
 */
static LbdPlace *
function_above(LbdPlace *place, Oid function)
{
	for (; place; place = place->parent)
	{
		if (place->function == function)
			return place;
	}
	return NULL;
}

/*
 * The function with its schema and arguments, in the current memory context.
 */
char *
lbd_function_label(Oid function, const char *unnamed)
{
	char	   *label;

	if (!OidIsValid(function))
		return pstrdup(unnamed);
	label = format_procedure_qualified(function);
	if (strlen(label) > LBD_LABEL_BYTES)
		label[lbd_clip(label, strlen(label), LBD_LABEL_BYTES)] = '\0';
	return label;
}

static bool
returns_trigger(Oid function)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Oid			type = InvalidOid;

	if (HeapTupleIsValid(tuple))
	{
		type = ((Form_pg_proc) GETSTRUCT(tuple))->prorettype;
		ReleaseSysCache(tuple);
	}
	return type == TRIGGEROID || type == EVENT_TRIGGEROID;
}
