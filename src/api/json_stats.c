/*-------------------------------------------------------------------------
 *
 * json_stats.c
 *	  The type lbdiag_json_stats, its aggregates, and its rows.
 *
 * A value of the type is a varlena of lbd_stats_write's bytes.  An aggregate's
 * state is one too: an expanded object around an LbdPathStats, which the server
 * flattens into those bytes where it must leave the process.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "json/path_count.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/expandeddatum.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

#include "api/definition.h"
#include "api/json_stats.h"
#include "api/path_result.h"
#include "compat.h"
#include "json/json_text_reader.h"
#include "json/jsonb_stats.h"
#include "json/path_fold.h"
#include "json/path_rows.h"
#include "json/stats_codec.h"

/* What the text of a value begins with; hexadecimal digits follow. */
#define LBD_STATS_PREFIX	"lbdiag_json_stats:"

static const LbdPathColumn paths_columns[] = {
	LBD_COL_PATH, LBD_COL_DEPTH, LBD_COL_TYPES, LBD_COL_OCCURRENCES,
	LBD_COL_DOCUMENTS, LBD_COL_OBJECTS, LBD_COL_ARRAYS, LBD_COL_STRINGS,
	LBD_COL_NUMBERS, LBD_COL_BOOLEANS, LBD_COL_NULLS, LBD_COL_DISTINCT,
	LBD_COL_MOST_COMMON, LBD_COL_BYTES, LBD_COL_SHARE, LBD_COL_KEY_BYTES,
	LBD_COL_VALUE_BYTES, LBD_COL_SYNTAX_BYTES, LBD_COL_JSONB_BYTES,
	LBD_COL_JSONB_OWN, LBD_COL_MIN_BYTES, LBD_COL_MEDIAN_BYTES,
	LBD_COL_MAX_BYTES, LBD_COL_BOUNDS, LBD_COL_COUNTS, LBD_COL_MIN_ELEMENTS,
	LBD_COL_MEDIAN_ELEMENTS, LBD_COL_MAX_ELEMENTS, LBD_COL_KEYS,
	LBD_COL_FOLDED, LBD_COL_COMPLETE
};

#define LBD_PATHS_COLS ((int) lengthof(paths_columns))

/* The state of an aggregate, which is a value of the type as well. */
typedef struct LbdStatsObject
{
	ExpandedObjectHeader header;	/* first: the server's pointer to it */
	LbdPathStats *stats;		/* in the object's memory context */
} LbdStatsObject;

static bool stats_given(FunctionCallInfo fcinfo, int nargs, int ncols);
static LbdPathStats *object_stats(Datum value);
static LbdStatsObject *stats_state(FunctionCallInfo fcinfo);
static Size object_size(ExpandedObjectHeader *header);
static void object_flatten(ExpandedObjectHeader *header, void *result,
						   Size size);
static Datum stats_unchanged(FunctionCallInfo fcinfo);
static Datum stats_add(FunctionCallInfo fcinfo, bool is_jsonb);
static LbdPathStats *stats_from_datum(Datum value, MemoryContext context);

static const ExpandedObjectMethods object_methods = {
	object_size, object_flatten
};

/*
 * Counts a value of type json, or jsonb, as the text that the server prints.
 */
void
lbd_stats_add_datum(LbdPathStats *stats, LbdPath *root, Datum value,
					bool is_jsonb)
{
	if (is_jsonb)
	{
		lbd_stats_add_jsonb(stats, root, DatumGetJsonbP(value), NULL, NULL);
	}
	else
	{
		text	   *json = DatumGetTextPP(value);

		lbd_stats_add_text(stats, root, VARDATA_ANY(json),
						   VARSIZE_ANY_EXHDR(json));
	}
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
 * The stats of a datum that is an object of ours, NULL of another one.
 */
static LbdPathStats *
object_stats(Datum value)
{
	ExpandedObjectHeader *header;

	if (!VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(value)))
		return NULL;
	header = DatumGetEOHP(value);
	return header->eoh_methods == &object_methods ?
		((LbdStatsObject *) header)->stats : NULL;
}

/*
 * The state of the aggregate that calls, as an object that can be written:
 * made if this is the first call, or if the state is in the form that is
 * stored.  A call by hand works on a copy.
 */
static LbdStatsObject *
stats_state(FunctionCallInfo fcinfo)
{
	MemoryContext context;
	LbdStatsObject *object;

	if (!AggCheckCallContext(fcinfo, &context))
		context = CurrentMemoryContext;
	else if (!PG_ARGISNULL(0) &&
			 VARATT_IS_EXTERNAL_EXPANDED_RW(PG_GETARG_POINTER(0)) &&
			 object_stats(PG_GETARG_DATUM(0)) != NULL)
		return (LbdStatsObject *) DatumGetEOHP(PG_GETARG_DATUM(0));
	context = AllocSetContextCreate(context, "lbdiag state of an aggregate",
									ALLOCSET_SMALL_SIZES);
	object = MemoryContextAlloc(context, sizeof(LbdStatsObject));
	EOH_init_header(&object->header, &object_methods, context);
	object->stats = PG_ARGISNULL(0) ? lbd_stats_create_any(context) :
		stats_from_datum(PG_GETARG_DATUM(0), context);
	return object;
}

/*
 * The stats of the aggregate that calls, to be added to, and what its
 * transition function returns.
 */
LbdPathStats *
lbd_stats_state(FunctionCallInfo fcinfo, Datum *state)
{
	LbdStatsObject *object = stats_state(fcinfo);

	*state = EOHPGetRWDatum(&object->header);
	return object->stats;
}

/*
 * The server calls this, and object_flatten, in any context: also in one that
 * frees nothing before its end, where pfree fails, as a sort's from PostgreSQL
 * 17 on.  They work in the object's own.
 */
static Size
object_size(ExpandedObjectHeader *header)
{
	MemoryContext before = MemoryContextSwitchTo(header->eoh_context);
	Size		size = VARHDRSZ +
		lbd_stats_written(((LbdStatsObject *) header)->stats);

	MemoryContextSwitchTo(before);
	return size;
}

static void
object_flatten(ExpandedObjectHeader *header, void *result, Size size)
{
	MemoryContext before = MemoryContextSwitchTo(header->eoh_context);
	Datum		flat = lbd_stats_datum(((LbdStatsObject *) header)->stats);

	memcpy(result, DatumGetPointer(flat), size);
	pfree(DatumGetPointer(flat));
	MemoryContextSwitchTo(before);
}

/*
 * The state of an aggregate that has been given NULL: the one before, or none.
 */
static Datum
stats_unchanged(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	return PG_GETARG_DATUM(0);
}

PG_FUNCTION_INFO_V1(lbdiag_json_stats_add_json_1_0);
/* _lbdiag_json_stats_add(lbdiag_json_stats, json) -> lbdiag_json_stats */
Datum
lbdiag_json_stats_add_json_1_0(PG_FUNCTION_ARGS)
{
	return stats_add(fcinfo, false);
}

PG_FUNCTION_INFO_V1(lbdiag_json_stats_add_jsonb_1_0);
/* _lbdiag_json_stats_add(lbdiag_json_stats, jsonb) -> lbdiag_json_stats */
Datum
lbdiag_json_stats_add_jsonb_1_0(PG_FUNCTION_ARGS)
{
	return stats_add(fcinfo, true);
}

static Datum
stats_add(FunctionCallInfo fcinfo, bool is_jsonb)
{
	LbdStatsObject *state;

	lbd_check_definition(fcinfo, 2, 0);
	/* The caller resets its context of a row, where the text is. */
	if (PG_ARGISNULL(1))
		return stats_unchanged(fcinfo);
	state = stats_state(fcinfo);
	lbd_stats_add_datum(state->stats, state->stats->root, PG_GETARG_DATUM(1),
						is_jsonb);
	return EOHPGetRWDatum(&state->header);
}

PG_FUNCTION_INFO_V1(lbdiag_json_stats_combine_1_0);
/*
 * _lbdiag_json_stats_combine(lbdiag_json_stats, lbdiag_json_stats)
 *		-> lbdiag_json_stats
 */
Datum
lbdiag_json_stats_combine_1_0(PG_FUNCTION_ARGS)
{
	LbdStatsObject *state;

	lbd_check_definition(fcinfo, 2, 0);
	if (PG_ARGISNULL(1))
		return stats_unchanged(fcinfo);
	state = stats_state(fcinfo);
	lbd_stats_merge(state->stats, lbd_stats_of_datum(PG_GETARG_DATUM(1)));
	return EOHPGetRWDatum(&state->header);
}

/*
 * The stats of a value, a copy in context.
 */
static LbdPathStats *
stats_from_datum(Datum value, MemoryContext context)
{
	bytea	   *bytes = DatumGetByteaPP(value);

	return lbd_stats_read(VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes), context);
}

/*
 * The stats of a value, which are not to be changed.
 */
const LbdPathStats *
lbd_stats_of_datum(Datum value)
{
	const LbdPathStats *stats = object_stats(value);

	return stats ? stats : stats_from_datum(value, CurrentMemoryContext);
}

/*
 * A value of the type.
 */
Datum
lbd_stats_datum(const LbdPathStats *stats)
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
	return lbd_stats_datum(lbd_stats_read(bytes, nbytes, CurrentMemoryContext));
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
	return lbd_stats_datum(lbd_stats_read(pq_getmsgbytes(message, len), len,
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

PG_FUNCTION_INFO_V1(lbdiag_json_paths_1_0);
/*
 * lbdiag_json_paths(stats lbdiag_json_stats) -> SETOF (path text, depth int,
 *		types text, occurrences bigint, documents bigint, objects bigint,
 *		arrays bigint, strings bigint, numbers bigint, booleans bigint,
 *		nulls bigint, distinct_values bigint, most_common bigint, bytes bigint,
 *		share numeric, key_bytes bigint, value_bytes bigint,
 *		syntax_bytes bigint, jsonb_bytes bigint, jsonb_own_bytes bigint,
 *		min_bytes bigint, median_bytes bigint, max_bytes bigint,
 *		histogram_bounds bigint[], histogram_counts bigint[],
 *		min_elements bigint, median_elements bigint, max_elements bigint,
 *		dynamic_keys bigint, folded text, complete boolean)
 */
Datum
lbdiag_json_paths_1_0(PG_FUNCTION_ARGS)
{
	LbdPathStats *stats;
	LbdPathTree tree = {0};
	LbdPathResult result;

	if (!stats_given(fcinfo, 1, LBD_PATHS_COLS))
		PG_RETURN_NULL();
	lbd_path_result_init(&result, fcinfo, paths_columns, LBD_PATHS_COLS);
	stats = stats_from_datum(PG_GETARG_DATUM(0), CurrentMemoryContext);
	(void) lbd_stats_decide(stats);
	lbd_stats_sum(stats);
	tree.stats = stats;
	lbd_rows_limit(&tree, 1);
	result.total = stats->root->bytes;
	lbd_path_result_tree(&result, stats);
	return (Datum) 0;
}
