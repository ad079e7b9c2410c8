/*-------------------------------------------------------------------------
 *
 * json_stats.c
 *	  The type lbdiag_json_stats, its aggregates, and its rows.
 *
 * A value of the type is a varlena of lbd_stats_write's bytes.  An aggregate's
 * state is an LbdPathStats in the aggregate's memory context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "funcapi.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

#include "api/definition.h"
#include "api/json_stats.h"
#include "compat.h"
#include "json/json_text_reader.h"
#include "json/jsonb_stats.h"
#include "json/stats_codec.h"

/* What the text of a value begins with; hexadecimal digits follow. */
#define LBD_STATS_PREFIX	"lbdiag_json_stats:"

/* Decimals of a share. */
#define LBD_SHARE_PLACES	4
#define LBD_SHARE_ONE		10000

/* Columns of lbdiag_json_paths. */
#define LBD_PATHS_COLS (LBD_PATH_COLS + 2)

static bool stats_given(FunctionCallInfo fcinfo, int nargs, int ncols);
static LbdPathStats *stats_state(FunctionCallInfo fcinfo);
static Datum stats_unchanged(FunctionCallInfo fcinfo);
static Datum stats_add(FunctionCallInfo fcinfo, bool is_jsonb);
static LbdPathStats *stats_from_datum(Datum value, MemoryContext context);
static Datum stats_datum(const LbdPathStats *stats);
static void stats_rows(ReturnSetInfo *rsinfo, const LbdPathStats *stats,
					   const LbdPath *path, MemoryContext row);
static void stats_row(ReturnSetInfo *rsinfo, const LbdPathStats *stats,
					  const LbdPath *path, MemoryContext row);

/*
 * Counts a value of type json, or jsonb, as the text that the server prints.
 */
void
lbd_stats_add_datum(LbdPathStats *stats, LbdPath *root, Datum value,
					bool is_jsonb)
{
	if (is_jsonb)
	{
		lbd_stats_add_jsonb(stats, root, DatumGetJsonbP(value), NULL);
	}
	else
	{
		text	   *json = DatumGetTextPP(value);

		lbd_stats_add_text(stats, root, VARDATA_ANY(json),
						   VARSIZE_ANY_EXHDR(json));
	}
}

/*
 * A part of the total, from 0 to 1, rounded half up.
 */
Datum
lbd_share_datum(int64 bytes, int64 total)
{
	int64		parts = total > 0 ?
		(bytes * 2 * LBD_SHARE_ONE + total) / (2 * total) : 0;

	return NumericGetDatum(int64_div_fast_to_numeric(parts, LBD_SHARE_PLACES));
}

/*
 * Checks the definition of a function that is STRICT where CREATE EXTENSION
 * has defined it, and returns whether all its arguments are given.
 */
static bool
stats_given(FunctionCallInfo fcinfo, int nargs, int ncols)
{
	lbd_check_definition(fcinfo, nargs, ncols);
	for (int i = 0; i < nargs; i++)
	{
		if (PG_ARGISNULL(i))
			return false;
	}
	return true;
}

/*
 * The state of the aggregate that calls, made if this is its first call.
 */
static LbdPathStats *
stats_state(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "aggregate function called in non-aggregate context");
	if (PG_ARGISNULL(0))
		return lbd_stats_create_any(context);
	return (LbdPathStats *) PG_GETARG_POINTER(0);
}

/*
 * The state of an aggregate that has been given NULL: the one before, or none.
 */
static Datum
stats_unchanged(FunctionCallInfo fcinfo)
{
	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "aggregate function called in non-aggregate context");
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	return PG_GETARG_DATUM(0);
}

PG_FUNCTION_INFO_V1(lbdiag_json_stats_add_json_1_0);
/* _lbdiag_json_stats_add(internal, json) -> internal */
Datum
lbdiag_json_stats_add_json_1_0(PG_FUNCTION_ARGS)
{
	return stats_add(fcinfo, false);
}

PG_FUNCTION_INFO_V1(lbdiag_json_stats_add_jsonb_1_0);
/* _lbdiag_json_stats_add(internal, jsonb) -> internal */
Datum
lbdiag_json_stats_add_jsonb_1_0(PG_FUNCTION_ARGS)
{
	return stats_add(fcinfo, true);
}

static Datum
stats_add(FunctionCallInfo fcinfo, bool is_jsonb)
{
	LbdPathStats *stats;

	lbd_check_definition(fcinfo, 2, 0);
	/* The caller resets its context of a row, where the text is. */
	if (PG_ARGISNULL(1))
		return stats_unchanged(fcinfo);
	stats = stats_state(fcinfo);
	lbd_stats_add_datum(stats, stats->root, PG_GETARG_DATUM(1), is_jsonb);
	PG_RETURN_POINTER(stats);
}

PG_FUNCTION_INFO_V1(lbdiag_json_stats_add_stats_1_0);
/* _lbdiag_json_stats_add(internal, lbdiag_json_stats) -> internal */
Datum
lbdiag_json_stats_add_stats_1_0(PG_FUNCTION_ARGS)
{
	LbdPathStats *stats;

	lbd_check_definition(fcinfo, 2, 0);
	if (PG_ARGISNULL(1))
		return stats_unchanged(fcinfo);
	stats = stats_state(fcinfo);
	lbd_stats_merge(stats, stats_from_datum(PG_GETARG_DATUM(1),
											CurrentMemoryContext));
	PG_RETURN_POINTER(stats);
}

PG_FUNCTION_INFO_V1(lbdiag_json_stats_combine_1_0);
/* _lbdiag_json_stats_combine(internal, internal) -> internal */
Datum
lbdiag_json_stats_combine_1_0(PG_FUNCTION_ARGS)
{
	LbdPathStats *stats;

	lbd_check_definition(fcinfo, 2, 0);
	if (PG_ARGISNULL(1))
		return stats_unchanged(fcinfo);
	stats = stats_state(fcinfo);
	lbd_stats_merge(stats, (LbdPathStats *) PG_GETARG_POINTER(1));
	PG_RETURN_POINTER(stats);
}

PG_FUNCTION_INFO_V1(lbdiag_json_stats_serial_1_0);
/* _lbdiag_json_stats_serial(internal) -> bytea, and -> lbdiag_json_stats */
Datum
lbdiag_json_stats_serial_1_0(PG_FUNCTION_ARGS)
{
	lbd_check_definition(fcinfo, 1, 0);
	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "aggregate function called in non-aggregate context");
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	return stats_datum((LbdPathStats *) PG_GETARG_POINTER(0));
}

PG_FUNCTION_INFO_V1(lbdiag_json_stats_deserial_1_0);
/* _lbdiag_json_stats_deserial(bytea, internal) -> internal */
Datum
lbdiag_json_stats_deserial_1_0(PG_FUNCTION_ARGS)
{
	lbd_check_definition(fcinfo, 2, 0);
	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "aggregate function called in non-aggregate context");
	PG_RETURN_POINTER(stats_from_datum(PG_GETARG_DATUM(0),
									   CurrentMemoryContext));
}

static LbdPathStats *
stats_from_datum(Datum value, MemoryContext context)
{
	bytea	   *bytes = DatumGetByteaPP(value);

	return lbd_stats_read(VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes), context);
}

static Datum
stats_datum(const LbdPathStats *stats)
{
	Size		size = VARHDRSZ + lbd_stats_written(stats);
	StringInfoData bytes;

	/* As large as it must be: growing would double it. */
	bytes.data = palloc(size + 1);
	bytes.maxlen = size + 1;
	bytes.len = VARHDRSZ;
	bytes.cursor = 0;
	lbd_stats_write(stats, &bytes);
	Assert((Size) bytes.len == size);
	SET_VARSIZE(bytes.data, bytes.len);
	return PointerGetDatum(bytes.data);
}

PG_FUNCTION_INFO_V1(lbdiag_json_stats_in_1_0);
/* _lbdiag_json_stats_in(cstring, oid, int) -> lbdiag_json_stats */
Datum
lbdiag_json_stats_in_1_0(PG_FUNCTION_ARGS)
{
	const char *text;
	Size		prefix = strlen(LBD_STATS_PREFIX);
	Size		len;
	char	   *bytes;
	uint64		nbytes;

	if (!stats_given(fcinfo, 3, 0))
		PG_RETURN_NULL();
	text = PG_GETARG_CSTRING(0);
	len = strlen(text);
	if (strncmp(text, LBD_STATS_PREFIX, prefix) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s", "lbdiag_json_stats"),
				 errdetail("It does not begin with \"%s\".", LBD_STATS_PREFIX),
				 errhint("Use a value that the type lbdiag_json_stats has printed.")));
	bytes = palloc((len - prefix) / 2 + 1);
	nbytes = hex_decode(text + prefix, len - prefix, bytes);
	return stats_datum(lbd_stats_read(bytes, nbytes, CurrentMemoryContext));
}

PG_FUNCTION_INFO_V1(lbdiag_json_stats_out_1_0);
/* _lbdiag_json_stats_out(lbdiag_json_stats) -> cstring */
Datum
lbdiag_json_stats_out_1_0(PG_FUNCTION_ARGS)
{
	bytea	   *bytes;
	Size		prefix = strlen(LBD_STATS_PREFIX);
	char	   *text;
	uint64		len;

	if (!stats_given(fcinfo, 1, 0))
		PG_RETURN_NULL();
	bytes = PG_GETARG_BYTEA_PP(0);
	text = palloc(prefix + VARSIZE_ANY_EXHDR(bytes) * 2 + 1);
	memcpy(text, LBD_STATS_PREFIX, prefix);
	len = hex_encode(VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes), text + prefix);
	text[prefix + len] = '\0';
	PG_RETURN_CSTRING(text);
}

PG_FUNCTION_INFO_V1(lbdiag_json_stats_recv_1_0);
/* _lbdiag_json_stats_recv(internal, oid, int) -> lbdiag_json_stats */
Datum
lbdiag_json_stats_recv_1_0(PG_FUNCTION_ARGS)
{
	StringInfo	message;
	int			len;

	if (!stats_given(fcinfo, 3, 0))
		PG_RETURN_NULL();
	message = (StringInfo) PG_GETARG_POINTER(0);
	len = message->len - message->cursor;
	return stats_datum(lbd_stats_read(pq_getmsgbytes(message, len), len,
									  CurrentMemoryContext));
}

PG_FUNCTION_INFO_V1(lbdiag_json_stats_send_1_0);
/* _lbdiag_json_stats_send(lbdiag_json_stats) -> bytea */
Datum
lbdiag_json_stats_send_1_0(PG_FUNCTION_ARGS)
{
	if (!stats_given(fcinfo, 1, 0))
		PG_RETURN_NULL();
	PG_RETURN_BYTEA_P(PG_GETARG_BYTEA_P_COPY(0));
}

PG_FUNCTION_INFO_V1(lbdiag_json_merge_two_1_0);
/* lbdiag_json_merge(lbdiag_json_stats, lbdiag_json_stats) -> lbdiag_json_stats */
Datum
lbdiag_json_merge_two_1_0(PG_FUNCTION_ARGS)
{
	LbdPathStats *stats;

	if (!stats_given(fcinfo, 2, 0))
		PG_RETURN_NULL();
	stats = stats_from_datum(PG_GETARG_DATUM(0), CurrentMemoryContext);
	lbd_stats_merge(stats, stats_from_datum(PG_GETARG_DATUM(1),
											CurrentMemoryContext));
	return stats_datum(stats);
}

PG_FUNCTION_INFO_V1(lbdiag_json_paths_1_0);
/*
 * lbdiag_json_paths(stats lbdiag_json_stats) -> SETOF (path text, depth int,
 *		types text, occurrences bigint, nulls bigint, distinct_values bigint,
 *		most_common bigint, bytes bigint, share numeric, key_bytes bigint,
 *		value_bytes bigint, syntax_bytes bigint, jsonb_bytes bigint,
 *		complete boolean)
 */
Datum
lbdiag_json_paths_1_0(PG_FUNCTION_ARGS)
{
	MemoryContext row;
	LbdPathStats *stats;

	if (!stats_given(fcinfo, 1, LBD_PATHS_COLS))
		PG_RETURN_NULL();
	InitMaterializedSRF(fcinfo, 0);
	row = AllocSetContextCreate(CurrentMemoryContext, "lbdiag row",
								ALLOCSET_DEFAULT_SIZES);
	stats = stats_from_datum(PG_GETARG_DATUM(0), CurrentMemoryContext);
	lbd_stats_sum(stats);
	stats_rows((ReturnSetInfo *) fcinfo->resultinfo, stats, stats->root, row);
	MemoryContextDelete(row);
	return (Datum) 0;
}

/*
 * Returns the rows of a path and of all below it.
 */
static void
stats_rows(ReturnSetInfo *rsinfo, const LbdPathStats *stats,
		   const LbdPath *path, MemoryContext row)
{
	LbdPath   **children;
	int			nchildren;

	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	stats_row(rsinfo, stats, path, row);
	children = lbd_stats_sorted(path, &nchildren);
	for (int child = 0; child < nchildren; child++)
		stats_rows(rsinfo, stats, children[child], row);
	pfree(children);
}

static void
stats_row(ReturnSetInfo *rsinfo, const LbdPathStats *stats,
		  const LbdPath *path, MemoryContext row)
{
	Datum		values[LBD_PATHS_COLS];
	bool		nulls[LBD_PATHS_COLS] = {0};
	MemoryContext old = MemoryContextSwitchTo(row);

	lbd_path_columns(path, stats->root->bytes, values, nulls);
	values[LBD_PATH_COLS] = Int64GetDatum(path->jsonb_bytes);
	nulls[LBD_PATH_COLS] = stats->root->jsonb_bytes == 0;
	values[LBD_PATH_COLS + 1] = BoolGetDatum(stats->complete);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	MemoryContextSwitchTo(old);
	MemoryContextReset(row);
}

/*
 * Fills in the columns that all rows of paths have: path, depth, types,
 * occurrences, nulls, distinct_values, most_common, bytes, share, key_bytes,
 * value_bytes and syntax_bytes: LBD_PATH_COLS.
 */
void
lbd_path_columns(const LbdPath *path, int64 total, Datum *values, bool *nulls)
{
	StringInfoData name;
	StringInfoData types;
	int64		most;
	int			i = 0;

	initStringInfo(&name);
	initStringInfo(&types);
	lbd_stats_path(path, &name);
	lbd_stats_types(path, &types);
	values[i++] = CStringGetTextDatum(name.data);
	values[i++] = Int32GetDatum(path->depth);
	values[i++] = CStringGetTextDatum(types.data);
	values[i++] = Int64GetDatum(path->occurrences);
	values[i++] = Int64GetDatum(path->nulls);
	nulls[i] = (path->types & LBD_TYPE_SCALAR) == 0;
	values[i++] = Int64GetDatum(lbd_distinct_count(&path->distinct));
	most = lbd_distinct_most(&path->distinct);
	nulls[i] = most == 0;
	values[i++] = Int64GetDatum(most);
	values[i++] = Int64GetDatum(path->bytes);
	values[i++] = lbd_share_datum(path->bytes, total);
	values[i++] = Int64GetDatum(path->key_bytes);
	values[i++] = Int64GetDatum(path->value_bytes);
	values[i++] = Int64GetDatum(path->syntax_bytes);
}
