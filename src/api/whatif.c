/*-------------------------------------------------------------------------
 *
 * whatif.c
 *	  Payloads with changes: produced, and counted.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

#include "api/context.h"
#include "api/definition.h"
#include "api/encoding_setting.h"
#include "json/columnar.h"
#include "leaderboard/changes.h"
#include "util/progress.h"

/* One change while it is measured. */
typedef struct LbdTrial
{
	LbdChange  *change;			/* what is different */
	int			number;			/* of the change, from 1 */
	bool		partial;		/* only what the change touches counts */
	LbdEncoding encoding;		/* of which compressed bytes are counted */
	LbdComponent last;			/* of all components, partial or not */
	ReturnSetInfo *rsinfo;		/* where the rows go */
} LbdTrial;

static void try_change(LbdPayload *payload, LbdLayout *layout,
					   const LbdItem *change, LbdTrial *trial);
static void measure_change(LbdPayload *payload, LbdTrial *trial);
static void start_change(LbdPayload *payload, LbdChange *change,
						 LbdEncoder *encoder);
static void survey_change(LbdPayload *payload, LbdChange *change);
static void dropped_rows(LbdTrial *trial, const LbdLayout *layout);
static bool cut_components(LbdTrial *trial);
static void trial_done(LbdPayload *payload, LbdComponent component, void *arg);
static void trial_row(LbdTrial *trial, LbdComponent component, int64 bytes,
					  int64 compressed_bytes);

/* Columns of _lbdiag_measure_changes. */
#define LBD_CHANGES_COLS 4

/* Columns of lbdiag_changes. */
#define LBD_INFO_COLS 3

PG_FUNCTION_INFO_V1(lbdiag_measure_changes_1_0);
/*
 * _lbdiag_measure_changes(domain text, viewer text, layout text,
 *						  changes jsonb, partial boolean,
 *						  compress boolean, every int)
 *	 -> SETOF (change int, component text, bytes bigint, compressed_bytes bigint)
 *
 * Produces the payload with each of the changes, an array of objects as
 * changes.c describes them, and counts its bytes, raw and compressed.  Changes
 * are numbered from 1; a component that is dropped has 0 bytes.  Where partial
 * is set, only the components that a change can touch are returned: what
 * comes after the last of them is not produced.  Without compress,
 * compressed_bytes is NULL.  Of the models, only each every-th one is built.
 */
Datum
lbdiag_measure_changes_1_0(PG_FUNCTION_ARGS)
{
	LbdRequest	request = lbd_request(fcinfo, "lbdiag_whatif", 7,
									  LBD_CHANGES_COLS);
	LbdPayload *payload;
	LbdLayout  *layout;
	LbdItem		changes;
	LbdCursor	cursor;
	LbdTrial	trial = {0};
	LbdProgress progress;

	if (PG_ARGISNULL(3) || PG_ARGISNULL(4) || PG_ARGISNULL(5) ||
		PG_ARGISNULL(6))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("changes must not be null"),
				 errhint("Give an object such as {\"compact\": true}; lbdiag_changes() lists the changes that there are.")));
	trial.partial = PG_GETARG_BOOL(4);
	if (PG_GETARG_BOOL(5))
		trial.encoding = lbd_encoding_setting();
	lbd_item_from_jsonb(&changes, PG_GETARG_JSONB_P(3));
	if (!JBE_ISCONTAINER(changes.entry) ||
		!JsonContainerIsArray(LBD_ITEM_CONTAINER(&changes)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("changes must be an array"),
				 errhint("Each of its elements is an object such as {\"compact\": true}.")));
	InitMaterializedSRF(fcinfo, 0);
	trial.rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	request.only_sent = true;
	request.every = PG_GETARG_INT32(6);
	if (trial.partial)
		request.progress = NULL;
	payload = lbd_payload_open(&request);
	layout = payload->layout;
	lbd_cursor_init(&cursor, LBD_ITEM_CONTAINER(&changes));
	/* Many are tried by lbdiag_opportunities, one by lbdiag_whatif. */
	lbd_progress_start(&progress, trial.partial ? "lbdiag_opportunities" : NULL,
					   "change tried", "changes tried", cursor.count);
	while (cursor.next < cursor.count)
	{
		LbdItem		change;

		CHECK_FOR_INTERRUPTS();
		lbd_cursor_next(&cursor, &change);
		trial.number = cursor.next;
		try_change(payload, layout, &change, &trial);
		lbd_progress_add(&progress);
	}
	lbd_payload_close(payload);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(lbdiag_changes_1_0);
/*
 * lbdiag_changes() -> SETOF (name text, value text, help text)
 *
 * The changes that lbdiag_whatif can make, from the table of them.
 */
Datum
lbdiag_changes_1_0(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	const LbdChangeInfo *info;

	lbd_check_definition(fcinfo, 0, LBD_INFO_COLS);
	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; (info = lbd_change_info(i)) != NULL; i++)
	{
		Datum		values[LBD_INFO_COLS];
		bool		nulls[LBD_INFO_COLS] = {0};

		values[0] = CStringGetTextDatum(info->name);
		values[1] = CStringGetTextDatum(info->value);
		values[2] = CStringGetTextDatum(info->help);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/*
 * Measures one change, an object as changes.c describes it, in a memory
 * context of its own.
 */
static void
try_change(LbdPayload *payload, LbdLayout *layout, const LbdItem *change,
		   LbdTrial *trial)
{
	MemoryContext context = AllocSetContextCreate(payload->build,
												  "lbdiag trial",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);

	trial->change = lbd_change_parse(change, layout);
	dropped_rows(trial, layout);
	if (cut_components(trial))
		measure_change(payload, trial);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
}

/*
 * Returns the rows of the components that the change drops.
 */
static void
dropped_rows(LbdTrial *trial, const LbdLayout *layout)
{
	for (int i = 0; i < LBD_NCOMPONENTS; i++)
	{
		if (layout->sent[i] && !trial->change->layout->components[i])
			trial_row(trial, i, 0, 0);
	}
}

/*
 * Leaves out of a partial trial what comes after the last component that
 * the change touches and keeps.  Returns whether anything is to be produced.
 */
static bool
cut_components(LbdTrial *trial)
{
	LbdChange  *change = trial->change;
	int			last = LBD_NCOMPONENTS - 1;

	while (last > 0 &&
		   !(change->layout->components[last] && change->layout->sent[last]))
		last--;
	trial->last = last;
	if (!trial->partial)
		memset(change->touched, true, sizeof(change->touched));
	while (last >= 0 &&
		   !(change->touched[last] && change->layout->components[last]))
		change->layout->components[last--] = false;
	return last >= 0;
}

/*
 * Produces the payload with a change, and returns its sizes.
 */
static void
measure_change(LbdPayload *payload, LbdTrial *trial)
{
	LbdChange  *change = trial->change;
	MemoryContext context = CurrentMemoryContext;

	if (change->survey)
		survey_change(payload, change);
	start_change(payload, change,
				 lbd_encoder_create(trial->encoding, context, NULL));
	/* Its stream is that of the whole payload with the change. */
	payload->last = trial->last;
	if (change->columnar && payload->writers[LBD_ROW_DATA])
	{
		/* It is the first component, so its start may go out now. */
		lbd_writer_flush(payload->writers[LBD_ROW_DATA]);
		payload->columnar = lbd_columnar_create(context,
												payload->writers[LBD_ROW_DATA]);
	}
	lbd_payload_run(payload, true, trial_done, trial);
}

/*
 * Prepares a run with the change.
 */
static void
start_change(LbdPayload *payload, LbdChange *change, LbdEncoder *encoder)
{
	lbd_payload_restart(payload, change->layout, CurrentMemoryContext);
	lbd_payload_writers(payload, false);
	lbd_payload_stream(payload, encoder);
	for (int i = 0; i < LBD_NCOMPONENTS; i++)
	{
		if (payload->writers[i])
			lbd_transform_begin(&change->edits[i], payload->writers[i]);
	}
}

/*
 * Finds the usual values of members, by a run whose text nobody takes.
 */
static void
survey_change(LbdPayload *payload, LbdChange *change)
{
	for (int i = 0; i < LBD_NCOMPONENTS; i++)
		change->edits[i].survey = true;
	start_change(payload, change, NULL);
	lbd_payload_run(payload, true, NULL, NULL);
	for (int i = 0; i < LBD_NCOMPONENTS; i++)
	{
		lbd_transform_survey(&change->edits[i]);
		change->edits[i].survey = false;
	}
}

/*
 * Counts a component that has been produced.
 */
static void
trial_done(LbdPayload *payload, LbdComponent component, void *arg)
{
	LbdTrial   *trial = arg;

	lbd_transform_check(&trial->change->edits[component],
						lbd_component_name(component));
	if (trial->change->touched[component])
		trial_row(trial, component, payload->writers[component]->streamed,
				  payload->compressed_bytes[component]);
}

static void
trial_row(LbdTrial *trial, LbdComponent component, int64 bytes,
		  int64 compressed_bytes)
{
	Datum		values[LBD_CHANGES_COLS];
	bool		nulls[LBD_CHANGES_COLS] = {0};

	values[0] = Int32GetDatum(trial->number);
	values[1] = CStringGetTextDatum(lbd_component_name(component));
	values[2] = Int64GetDatum(bytes);
	values[3] = Int64GetDatum(compressed_bytes);
	nulls[3] = trial->encoding.compression == LBD_COMPRESSION_NONE;
	tuplestore_putvalues(trial->rsinfo->setResult, trial->rsinfo->setDesc,
						 values, nulls);
}
