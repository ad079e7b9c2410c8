/*-------------------------------------------------------------------------
 *
 * function_calls.c
 *	  Calls of functions as places of the call tree.
 *
 * The server's own functions are not watched: they are too short and too many,
 * and the server does not ask.  Neither are functions that take or return
 * internal, which the server keeps pointers to for long.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/memutils.h"
#include "utils/regproc.h"
#include "utils/syscache.h"

#include "trace/function_calls.h"

static bool needs_watching(Oid function);
static void function_called(FmgrHookEventType event, FmgrInfo *function,
							Datum *arg);
static void function_starts(LbdTrace *trace, const FmgrInfo *function);
static bool deals_with_internal(Oid function);
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
	if (chained_needs && chained_needs(function))
		return true;
	return lbd_tracing && lbd_tracing->functions &&
		function >= FirstNormalObjectId && !deals_with_internal(function);
}

static bool
deals_with_internal(Oid function)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Form_pg_proc form;
	bool		result;

	if (!HeapTupleIsValid(tuple))
		return false;
	form = (Form_pg_proc) GETSTRUCT(tuple);
	result = form->prorettype == INTERNALOID ||
		form->prorettype == LANGUAGE_HANDLEROID;
	for (int i = 0; i < form->pronargs; i++)
		result |= form->proargtypes.values[i] == INTERNALOID;
	ReleaseSysCache(tuple);
	return result;
}

static void
function_called(FmgrHookEventType event, FmgrInfo *function, Datum *arg)
{
	LbdTrace   *trace = lbd_tracing;
	LbdFrame   *frame;

	if (chained_hook && event == FHET_START)
		chained_hook(event, function, arg);
	if (trace && trace->functions)
	{
		if (event == FHET_START)
			function_starts(trace, function);
		else
		{
			frame = lbd_frame_find(trace, function, NULL);
			if (frame)
				lbd_frame_pop(trace, frame);
		}
	}
	if (chained_hook && event != FHET_START)
		chained_hook(event, function, arg);
}

static void
function_starts(LbdTrace *trace, const FmgrInfo *function)
{
	LbdPlace   *place = lbd_function_place(trace, function->fn_oid, "");

	lbd_frame_push(trace, function, NULL)->function = function->fn_oid;
	lbd_trace_call(trace, place);
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
	LbdPlace   *place = lbd_place_find(trace, parent, LBD_PLACE_FUNCTION,
									   function);
	MemoryContext old;

	if (place)
		return place;
	place = OidIsValid(function) ? function_above(parent, function) : NULL;
	if (place)
	{
		lbd_place_same(trace, parent, LBD_PLACE_FUNCTION, function, place);
		return place;
	}
	if (!lbd_place_fits(trace, parent))
		return parent;
	old = MemoryContextSwitchTo(trace->scratch);
	{
		char	   *label = lbd_function_label(function, unnamed);

		place = lbd_place_add(trace, parent, LBD_PLACE_FUNCTION, function,
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
		label[pg_mbcliplen(label, strlen(label), LBD_LABEL_BYTES)] = '\0';
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
