/*-------------------------------------------------------------------------
 *
 * context.c
 *	  SQL-callable functions that return the context itself.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/relation.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/resowner.h"
#include "utils/tuplestore.h"

#include "api/context.h"
#include "api/definition.h"
#include "leaderboard/environment.h"
#include "compat.h"
#include "leaderboard/row_data.h"

/* A call of lbdiag_row_data between two of its rows. */
typedef struct LbdRowDataCall
{
	LbdBuild   *build;			/* what is built */
	List	   *relations;		/* the tables that the models are from: open,
								 * so that they cannot be truncated or dropped
								 * between two rows */
	ResourceOwner owner;		/* of these */
	ExprContext *econtext;		/* whose end ends the call */
} LbdRowDataCall;

static LbdRowDataCall *row_data_start(FunctionCallInfo fcinfo,
									  MemoryContext context);
static void row_data_shutdown(Datum arg);
static void row_data_end(LbdRowDataCall *call);
static Datum json_datum(const LbdLayout *layout, LbdComponent component,
						const char *text, Size len);
static void context_done(LbdBuild *build, LbdComponent component, void *arg);

/*
 * Reads the arguments payload, viewer and layout, the first three of every
 * function that builds a payload: NULL is the default.  Refuses a production
 * server.  nargs and ncols are what the function must have (definition.c).
 */
LbdRequest
lbd_request(FunctionCallInfo fcinfo, const char *function, int nargs,
			int ncols)
{
	LbdRequest	request = {0};

	lbd_check_definition(fcinfo, nargs, ncols);
	request.payload = PG_ARGISNULL(0) ? LBD_DEFAULT_PAYLOAD :
		text_to_cstring(PG_GETARG_TEXT_PP(0));
	request.viewer = PG_ARGISNULL(1) ? LBD_DEFAULT_VIEWER :
		text_to_cstring(PG_GETARG_TEXT_PP(1));
	if (!PG_ARGISNULL(2))
		request.layout = text_to_cstring(PG_GETARG_TEXT_PP(2));
	request.extension_schema =
		get_namespace_name(get_func_namespace(fcinfo->flinfo->fn_oid));
	request.progress = function;
	lbd_guard_production(function, request.payload);
	return request;
}

/* Columns of lbdiag_context. */
#define LBD_CONTEXT_COLS 2

PG_FUNCTION_INFO_V1(lbdiag_context_1_0);
/*
 * lbdiag_context(payload text, viewer text, layout text)
 *	 -> SETOF (component text, content json)
 *
 * The whole payload, a component a row, in contract order.  A component of
 * 1 GB or more is an error.
 */
Datum
lbdiag_context_1_0(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	LbdRequest	request = lbd_request(fcinfo, "lbdiag_context", 3,
									  LBD_CONTEXT_COLS);
	LbdBuild   *build;

	InitMaterializedSRF(fcinfo, 0);
	request.returned = true;
	build = lbd_build_open(&request);
	lbd_build_writers(build, false);
	lbd_build_run(build, true, context_done, rsinfo);
	lbd_build_close(build);
	return (Datum) 0;
}

/*
 * Returns a component that has been written, and lets its text go.
 */
static void
context_done(LbdBuild *build, LbdComponent component, void *arg)
{
	ReturnSetInfo *rsinfo = arg;
	Datum		values[LBD_CONTEXT_COLS];
	bool		nulls[LBD_CONTEXT_COLS] = {0};
	Size		len;
	char	   *text = lbd_writer_text(build->writers[component], &len);

	values[0] = CStringGetTextDatum(lbd_component_name(component));
	values[1] = json_datum(build->layout, component, text, len);
	pfree(text);
	build->writers[component]->text = NULL;
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	pfree(DatumGetPointer(values[1]));
}

/*
 * Wire text as a value of type json.
 */
static Datum
json_datum(const LbdLayout *layout, LbdComponent component, const char *text,
		   Size len)
{
	if (len > MaxAllocSize - VARHDRSZ)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("component %s is too large for one value",
						lbd_component_name(component)),
				 errdetail("It has %zu bytes; a value has at most %zu.",
						   len, (Size) (MaxAllocSize - VARHDRSZ)),
				 errhint("Use lbdiag_row_data to get the rows one at a time, or lbdiag_audit to measure them.")));
	return PointerGetDatum(cstring_to_text_with_len(text, (int) len));
}

PG_FUNCTION_INFO_V1(lbdiag_row_data_1_0);
/*
 * lbdiag_row_data(payload text, viewer text, layout text) -> SETOF json
 *
 * The rows of row_data, a model a row, in rank order.  A row is built when
 * it is asked for: called in a SELECT list, the function holds one of them.
 */
Datum
lbdiag_row_data_1_0(PG_FUNCTION_ARGS)
{
	FuncCallContext *funcctx;
	LbdRowDataCall *call;
	LbdModel	model;

	if (SRF_IS_FIRSTCALL())
	{
		funcctx = SRF_FIRSTCALL_INIT();
		funcctx->user_fctx = row_data_start(fcinfo,
											funcctx->multi_call_memory_ctx);
	}
	funcctx = SRF_PERCALL_SETUP();
	call = funcctx->user_fctx;

	if (lbd_models_next(call->build->models, &model, true))
	{
		LbdBuild   *build = call->build;
		LbdWriter  *writer = build->writers[LBD_ROW_DATA];
		MemoryContext old = MemoryContextSwitchTo(build->models->model);
		Size		len;
		char	   *text;

		lbd_scores_read(build->scores, &model, NULL);
		lbd_write_row(build->scores, writer, &model);
		MemoryContextSwitchTo(old);
		text = lbd_writer_text(writer, &len);
		SRF_RETURN_NEXT(funcctx, json_datum(build->layout, LBD_ROW_DATA, text,
											len));
	}
	UnregisterExprContextCallback(call->econtext, row_data_shutdown,
								  PointerGetDatum(call));
	row_data_end(call);
	SRF_RETURN_DONE(funcctx);
}

/*
 * Reads the models; what is needed from call to call lives in context.
 */
static LbdRowDataCall *
row_data_start(FunctionCallInfo fcinfo, MemoryContext context)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	LbdRequest	request = lbd_request(fcinfo, "lbdiag_row_data", 3, 0);
	LbdRowDataCall *call = MemoryContextAllocZero(context,
												  sizeof(LbdRowDataCall));
	LbdBuild   *build;
	MemoryContext old;
	ListCell   *cell;

	request.returned = true;
	old = MemoryContextSwitchTo(context);
	build = lbd_build_open(&request);
	if (!build->layout->components[LBD_ROW_DATA])
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("layout \"%s\" has no component row_data",
						build->layout->name),
				 errhint("Add it to the layout's components, or use another layout.")));
	lbd_build_writers(build, false);
	build->writers[LBD_ROW_DATA]->name = NULL;
	call->build = build;
	call->econtext = rsinfo->econtext;
	RegisterExprContextCallback(call->econtext, row_data_shutdown,
								PointerGetDatum(call));

	/* Their locks are held, but a session's own locks do not stop it. */
	call->owner = CurrentResourceOwner;
	MemoryContextSwitchTo(context);
	foreach(cell, build->models->relations)
		call->relations = lappend(call->relations,
								  relation_open(lfirst_oid(cell), NoLock));
	lbd_build_disconnect(build);
	MemoryContextSwitchTo(old);
	return call;
}

/*
 * Called when the query ends before the last row.
 */
static void
row_data_shutdown(Datum arg)
{
	LbdRowDataCall *call = (LbdRowDataCall *) DatumGetPointer(arg);

	row_data_end(call);
}

/*
 * Ends a call: the relations are no longer in use.
 */
static void
row_data_end(LbdRowDataCall *call)
{
	ResourceOwner owner = CurrentResourceOwner;
	ListCell   *cell;

	CurrentResourceOwner = call->owner;
	foreach(cell, call->relations)
		relation_close(lfirst(cell), NoLock);
	CurrentResourceOwner = owner;
	call->relations = NIL;
	lbd_build_close(call->build);
}
