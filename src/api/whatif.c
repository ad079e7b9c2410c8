/*-------------------------------------------------------------------------
 *
 * whatif.c
 *	  lbdiag_whatif: a payload with a change, and which changes there are.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "advice/relation_changes.h"
#include "payload/changes.h"
#include "payload/leaderboard_payload.h"
#include "api/context.h"
#include "api/definition.h"
#include "api/encoding_setting.h"

/* Columns of lbdiag_whatif. */
typedef enum LbdWhatifColumn
{
	WHATIF_COMPONENT, WHATIF_BYTES_BEFORE, WHATIF_BYTES_AFTER,
	WHATIF_COMPRESSED_BEFORE, WHATIF_COMPRESSED_AFTER
} LbdWhatifColumn;

#define LBD_WHATIF_COLS (WHATIF_COMPRESSED_AFTER + 1)

/* Columns of lbdiag_changes. */
typedef enum LbdChangesColumn
{
	CHANGES_SCOPE, CHANGES_NAME, CHANGES_VALUE, CHANGES_HELP
} LbdChangesColumn;

#define LBD_CHANGES_COLS (CHANGES_HELP + 1)

/* A component without the change and with it. */
typedef struct LbdComparison
{
	const char *name;			/* of the component */
	LbdPartSize before;			/* without the change */
	LbdPartSize after;			/* with it */
} LbdComparison;

static void return_change(ReturnSetInfo *rsinfo, LbdPayload *payload,
						  const Jsonb *change, LbdEncoding encoding);
static void return_sizes(ReturnSetInfo *rsinfo, const LbdOutline *outline,
						 const LbdPartSize *before, const LbdPartSize *after,
						 bool compressed);
static int	compare_components(const void *a, const void *b);
static void put_sizes(ReturnSetInfo *rsinfo, const LbdComparison *row,
					  bool compressed);
static void put_changes(ReturnSetInfo *rsinfo, const char *scope,
						const LbdChangeInfo *(*info_of) (int number));

PG_FUNCTION_INFO_V1(lbdiag_whatif_1_0);
/*
 * lbdiag_whatif(payload text, viewer text, layout text, changes jsonb)
 *	 -> SETOF (component text, bytes_before bigint, bytes_after bigint,
 *			   compressed_before bigint, compressed_after bigint)
 *
 * Produces the payload as it is and with a change, an object as changes.c
 * describes it, and counts the bytes of both: a row for each component that is
 * sent, the largest first, and a row TOTAL.  NULL changes nothing.
 */
Datum
lbdiag_whatif_1_0(PG_FUNCTION_ARGS)
{
	LbdRequest	request = lbd_request(fcinfo, "lbdiag_whatif", 4,
									  LBD_WHATIF_COLS);
	LbdEncoding encoding = lbd_encoding_setting();
	LbdBuild   *build;

	InitMaterializedSRF(fcinfo, 0);
	build = lbd_build_open(&request);
	return_change((ReturnSetInfo *) fcinfo->resultinfo,
				  lbd_leaderboard_payload(build),
				  PG_ARGISNULL(3) ? NULL : PG_GETARG_JSONB_P(3), encoding);
	lbd_build_close(build);
	return (Datum) 0;
}

/*
 * Measures a payload with a change, or NULL, and without it.
 */
static void
return_change(ReturnSetInfo *rsinfo, LbdPayload *payload, const Jsonb *change,
			  LbdEncoding encoding)
{
	Size		size = payload->outline->nparts * sizeof(LbdPartSize);
	LbdPartSize *before = palloc(size);
	LbdPartSize *after = palloc(size);
	LbdTrial	trial = {0};
	LbdItem		item;
	const Jsonb *nothing = DatumGetJsonbP(DirectFunctionCall1(jsonb_in,
															  CStringGetDatum("{}")));

	trial.encoding = encoding;
	/* First what can be wrong. */
	trial.change = change ? change : nothing;
	lbd_item_from_jsonb(&item, unconstify(Jsonb *, trial.change));
	(void) lbd_change_parse(&item, payload->outline);
	trial.change = NULL;
	lbd_payload_measure(payload, &trial, before);
	trial.change = change ? change : nothing;
	lbd_payload_measure(payload, &trial, after);
	return_sizes(rsinfo, payload->outline, before, after,
				 encoding.method != NULL);
}

/*
 * Returns the rows of the parts, and TOTAL.
 */
static void
return_sizes(ReturnSetInfo *rsinfo, const LbdOutline *outline,
			 const LbdPartSize *before, const LbdPartSize *after,
			 bool compressed)
{
	LbdComparison *rows = palloc(outline->nparts * sizeof(LbdComparison));
	LbdComparison total = {.name = "TOTAL"};
	int			nrows = 0;

	for (int i = 0; i < outline->nparts; i++)
	{
		if (!before[i].counted)
			continue;
		rows[nrows++] = (LbdComparison)
		{
			outline->names[i], before[i], after[i]
		};
		total.before.bytes += before[i].bytes;
		total.before.compressed_bytes += before[i].compressed_bytes;
		total.after.bytes += after[i].bytes;
		total.after.compressed_bytes += after[i].compressed_bytes;
	}
	qsort(rows, nrows, sizeof(LbdComparison), compare_components);
	for (int i = 0; i < nrows; i++)
		put_sizes(rsinfo, &rows[i], compressed);
	/* Nothing is nothing when it is compressed, too. */
	put_sizes(rsinfo, &total, compressed || nrows == 0);
}

/*
 * The largest first, and then by name.
 */
static int
compare_components(const void *a, const void *b)
{
	const LbdComparison *left = a;
	const LbdComparison *right = b;

	if (left->before.bytes != right->before.bytes)
		return left->before.bytes > right->before.bytes ? -1 : 1;
	return strcmp(left->name, right->name);
}

static void
put_sizes(ReturnSetInfo *rsinfo, const LbdComparison *row, bool compressed)
{
	Datum		values[LBD_WHATIF_COLS];
	bool		nulls[LBD_WHATIF_COLS] = {0};

	values[WHATIF_COMPONENT] = CStringGetTextDatum(row->name);
	values[WHATIF_BYTES_BEFORE] = Int64GetDatum(row->before.bytes);
	values[WHATIF_BYTES_AFTER] = Int64GetDatum(row->after.bytes);
	values[WHATIF_COMPRESSED_BEFORE] =
		Int64GetDatum(row->before.compressed_bytes);
	values[WHATIF_COMPRESSED_AFTER] =
		Int64GetDatum(row->after.compressed_bytes);
	nulls[WHATIF_COMPRESSED_BEFORE] = !compressed;
	nulls[WHATIF_COMPRESSED_AFTER] = !compressed;
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

PG_FUNCTION_INFO_V1(lbdiag_changes_1_0);
/*
 * lbdiag_changes() -> SETOF (scope text, name text, value text, help text)
 *
 * The changes that lbdiag_whatif and lbdiag_whatif_relation can make, from the
 * tables of them.
 */
Datum
lbdiag_changes_1_0(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	lbd_check_definition(fcinfo, 0, LBD_CHANGES_COLS);
	InitMaterializedSRF(fcinfo, 0);
	put_changes(rsinfo, "payload", lbd_change_info);
	put_changes(rsinfo, "relation", lbd_relation_change_info);
	return (Datum) 0;
}

/*
 * Returns the changes of a scope.
 */
static void
put_changes(ReturnSetInfo *rsinfo, const char *scope,
			const LbdChangeInfo *(*info_of) (int number))
{
	const LbdChangeInfo *info;

	for (int i = 0; (info = info_of(i)) != NULL; i++)
	{
		Datum		values[LBD_CHANGES_COLS];
		bool		nulls[LBD_CHANGES_COLS] = {0};

		values[CHANGES_SCOPE] = CStringGetTextDatum(scope);
		values[CHANGES_NAME] = CStringGetTextDatum(info->name);
		values[CHANGES_VALUE] = CStringGetTextDatum(info->value);
		values[CHANGES_HELP] = CStringGetTextDatum(info->help);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
}
