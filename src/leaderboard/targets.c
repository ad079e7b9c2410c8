/*-------------------------------------------------------------------------
 *
 * targets.c
 *	  The targets of a leaderboard, and how far its payload is from them.
 *
 * Of a phase's targets of a metric the strongest one counts: a leaderboard's
 * row is stronger than one for all, and that than a built-in one.  The view
 * lbdiag_latest_targets judges recorded runs by the same rules.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "leaderboard/spi_query.h"
#include "leaderboard/targets.h"

/* A size that no payload has: what is larger is told as this. */
#define LBD_TARGET_BYTES_MOST	INT64CONST(9000000000000000000)

#define LBD_SECOND_DIGITS	6
#define LBD_PERCENT_DIGITS	1

/* What a metric has been measured to be. */
typedef struct LbdMeasurement
{
	const char *metric;			/* of lbdiag_target */
	Numeric		value;			/* in bytes or s, or NULL where it is not
								 * known */
	char	   *basis;			/* what was measured, or why it was not */
} LbdMeasurement;

static void add_measurement(LbdMeasurements *measured, const char *metric, Numeric value,
							char *basis);
static bool read_application(LbdMeasurements *measured, const LbdRequest *request);
static LbdTarget *judge(const LbdRow *row, const LbdMeasurements *measured);
static const LbdMeasurement *find_measurement(const LbdMeasurements *measured,
											  const char *metric);
static bool is_below(Numeric left, Numeric right);
static Numeric number(PGFunction function, Numeric left, Numeric right);
static Numeric rounded(Numeric value, int digits);

/*
 * Adds the sizes of a component, or of the payload where that is NULL.
 * compressed_bytes is NULL where nothing has been compressed.
 */
void
lbd_measured_size(LbdMeasurements *measured, const char *component, int64 bytes,
				  const int64 *compressed_bytes)
{
	const char *name = component ? psprintf(":%s", component) : "";

	add_measurement(measured, psprintf("bytes%s", name), int64_to_numeric(bytes),
					"as sent");
	if (compressed_bytes)
		add_measurement(measured, psprintf("compressed_bytes%s", name),
						int64_to_numeric(*compressed_bytes), "as sent");
	else
		add_measurement(measured, psprintf("compressed_bytes%s", name), NULL,
						"not measured: lbdiag.encoding is none");
}

/*
 * Adds a time, given in ms, or NULL where it is not known; basis says what was
 * measured, or why it was not.
 */
void
lbd_measured_time(LbdMeasurements *measured, const char *metric, const double *ms,
				  char *basis)
{
	Numeric		seconds = NULL;

	if (ms)
	{
		seconds = DatumGetNumeric(DirectFunctionCall1(float8_numeric,
													  Float8GetDatum(*ms)));
		seconds = rounded(number(numeric_div, seconds, int64_to_numeric(1000)),
						  LBD_SECOND_DIGITS);
	}
	add_measurement(measured, metric, seconds, basis);
}

static void
add_measurement(LbdMeasurements *measured, const char *metric, Numeric value, char *basis)
{
	LbdMeasurement *measurement = palloc(sizeof(LbdMeasurement));

	measurement->metric = metric;
	measurement->value = value;
	measurement->basis = basis;
	measured->list = lappend(measured->list, measurement);
}

/*
 * Adds the time that the application took: as given, or NULL, as it was
 * recorded last, where the caller may read that, or else none, with what
 * lbdiag's builder took in words.  Needs an SPI connection.
 */
void
lbd_measured_application(LbdMeasurements *measured, const LbdRequest *request,
						 const double *ms, double builder_ms)
{
	if (ms)
		lbd_measured_time(measured, "total_time", ms,
						  "the application, as given");
	else if (!read_application(measured, request))
		lbd_measured_time(measured, "total_time", NULL,
						  psprintf("not measured: lbdiag's builder alone took %.3f s, a lower bound; give application_ms",
								   builder_ms / 1000));
}

static bool
read_application(LbdMeasurements *measured, const LbdRequest *request)
{
	Oid			types[] = {TEXTOID, TEXTOID};
	Datum		values[] = {
		CStringGetTextDatum(request->payload),
		CStringGetTextDatum(request->viewer)
	};
	LbdRow		row;
	double		ms;
	int64		run;

	if (!lbd_may(request->extension_schema, "_lbdiag_run", ACL_SELECT) ||
		lbd_query_rows(psprintf("SELECT r.id, r.application_ms FROM %s._lbdiag_run AS r"
								" WHERE r.kind OPERATOR(pg_catalog.=) 'payload'"
								" AND r.payload OPERATOR(pg_catalog.=) $1 AND r.viewer OPERATOR(pg_catalog.=) $2"
								" AND r.application_ms IS NOT NULL"
								" ORDER BY r.at DESC, r.id DESC LIMIT 1",
								quote_identifier(request->extension_schema)),
					   lengthof(types), types, values, NULL) == 0)
		return false;
	row = lbd_result_row(0, "_lbdiag_run");
	run = DatumGetInt64(lbd_row_value(&row, "id", INT8OID));
	ms = DatumGetFloat8(lbd_row_value(&row, "application_ms", FLOAT8OID));
	lbd_measured_time(measured, "total_time", &ms,
					  psprintf("the application, run " INT64_FORMAT, run));
	return true;
}

/*
 * The targets of a leaderboard against what was measured, by phase and metric.
 * A size that was not measured is 0 bytes: the payload does not have the
 * component.  Needs an SPI connection, and is in its memory.
 */
List *
lbd_targets_read(const char *schema, const char *payload,
				 const LbdMeasurements *measured)
{
	List	   *targets = NIL;
	Oid			types[] = {TEXTOID};
	Datum		values[] = {CStringGetTextDatum(payload)};
	uint64		nrows;

	nrows = lbd_query_rows(psprintf("SELECT s.phase, s.metric, s.target"
									" FROM (SELECT DISTINCT ON (t.phase, t.metric) t.phase, t.metric, t.target"
									"  FROM %s.lbdiag_target AS t"
									"  WHERE t.payload OPERATOR(pg_catalog.=) $1 OR t.payload IS NULL"
									"  ORDER BY t.phase, t.metric, t.payload IS NULL, t.built_in) AS s"
									" WHERE s.target IS NOT NULL ORDER BY s.phase, s.metric",
									quote_identifier(schema)),
						   lengthof(types), types, values, NULL);
	for (uint64 i = 0; i < nrows; i++)
	{
		LbdRow		row = lbd_result_row(i, "lbdiag_target");

		targets = lappend(targets, judge(&row, measured));
	}
	return targets;
}

static LbdTarget *
judge(const LbdRow *row, const LbdMeasurements *measured)
{
	LbdTarget  *target = palloc0(sizeof(LbdTarget));
	const LbdMeasurement *measurement;
	Numeric		none = int64_to_numeric(0);

	target->phase = lbd_row_text(row, "phase");
	target->metric = lbd_row_text(row, "metric");
	target->target = DatumGetNumericCopy(lbd_row_value(row, "target",
													   NUMERICOID));
	target->is_size = strstr(target->metric, "bytes") != NULL;
	measurement = find_measurement(measured, target->metric);
	target->current = measurement ? measurement->value : target->is_size ? none : NULL;
	target->basis = measurement ? measurement->basis : target->is_size ? "as sent" :
		"not measured";
	if (target->current == NULL)
		return target;
	target->met = is_below(target->current, target->target);
	target->reduction = is_below(target->current, target->target) ? none :
		number(numeric_sub, target->current, target->target);
	if (is_below(none, target->current))
		target->reduction_pct =
			rounded(number(numeric_div,
						   number(numeric_mul, int64_to_numeric(100),
								  target->reduction), target->current),
					LBD_PERCENT_DIGITS);
	return target;
}

static const LbdMeasurement *
find_measurement(const LbdMeasurements *measured, const char *metric)
{
	ListCell   *cell;

	foreach(cell, measured->list)
	{
		const LbdMeasurement *measurement = lfirst(cell);

		if (strcmp(measurement->metric, metric) == 0)
			return measurement;
	}
	return NULL;
}

static bool
is_below(Numeric left, Numeric right)
{
	return DatumGetBool(DirectFunctionCall2(numeric_lt, NumericGetDatum(left),
											NumericGetDatum(right)));
}

static Numeric
number(PGFunction function, Numeric left, Numeric right)
{
	return DatumGetNumeric(DirectFunctionCall2(function, NumericGetDatum(left),
											   NumericGetDatum(right)));
}

static Numeric
rounded(Numeric value, int digits)
{
	return DatumGetNumeric(DirectFunctionCall2(numeric_round,
											   NumericGetDatum(value),
											   Int32GetDatum(digits)));
}

/*
 * Raises an error where the leaderboard has no target of the phase.  Needs an
 * SPI connection.
 */
void
lbd_phase_check(const char *schema, const char *payload, const char *phase)
{
	LbdMeasurements none = {0};
	StringInfoData phases;
	const char *last = "";
	bool		found = false;
	ListCell   *cell;

	initStringInfo(&phases);
	foreach(cell, lbd_targets_read(schema, payload, &none))
	{
		const LbdTarget *target = lfirst(cell);

		found |= strcmp(target->phase, phase) == 0;
		if (strcmp(target->phase, last) != 0)
			appendStringInfo(&phases, "%s\"%s\"", phases.len > 0 ? ", " : "",
							 target->phase);
		last = target->phase;
	}
	if (!found)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("phase \"%s\" does not exist", phase),
				 phases.len > 0 ?
				 errhint("The phases of leaderboard \"%s\" are: %s.",
						 payload, phases.data) :
				 errhint("Add a target to lbdiag_target.")));
}

/*
 * The phases whose targets of the payload's size are met by a payload of so
 * many bytes, in words; compressed_bytes is NULL where nothing is compressed.
 * Needs an SPI connection, and is in its memory.
 */
char *
lbd_phases_met(const LbdRequest *request, int64 bytes,
			   const int64 *compressed_bytes)
{
	LbdMeasurements measured = {0};
	StringInfoData met;
	const char *phase = NULL;
	bool		all = false;
	List	   *targets;
	ListCell   *cell;

	initStringInfo(&met);
	lbd_measured_size(&measured, NULL, bytes, compressed_bytes);
	targets = lbd_targets_read(request->extension_schema, request->payload,
							   &measured);
	foreach(cell, targets)
	{
		const LbdTarget *target = lfirst(cell);

		if (!target->is_size || strchr(target->metric, ':'))
			continue;
		if (phase == NULL || strcmp(target->phase, phase) != 0)
		{
			if (all)
				appendStringInfo(&met, "%s%s", met.len > 0 ? ", " : "", phase);
			all = true;
		}
		phase = target->phase;
		all &= target->met;
	}
	if (all)
		appendStringInfo(&met, "%s%s", met.len > 0 ? ", " : "", phase);
	return psprintf("Meets the size targets of %s%s.",
					met.len > 0 ? "phase " : "no phase", met.data);
}

/*
 * A number of bytes as one that sizes are told from.
 */
int64
lbd_target_bytes(Numeric bytes)
{
	Numeric		most = int64_to_numeric(LBD_TARGET_BYTES_MOST);

	return DatumGetInt64(DirectFunctionCall1(numeric_int8,
											 NumericGetDatum(number(numeric_smaller,
																	bytes, most))));
}

/*
 * A time as text, to the millisecond.
 */
char *
lbd_target_seconds(Numeric seconds)
{
	return psprintf("%s s", lbd_target_text(rounded(seconds, 3)));
}

/*
 * A number as text.
 */
char *
lbd_target_text(Numeric number)
{
	return DatumGetCString(DirectFunctionCall1(numeric_out,
											   NumericGetDatum(number)));
}
