/*-------------------------------------------------------------------------
 *
 * record.c
 *	  lbdiag_record: a run of a leaderboard's payload.
 *
 * Audit, profile and queries only read, and so see what the caller's statement
 * sees: one state of the sources.  What is stored is paths and numbers.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"

#include "api/application_queries.h"
#include "api/arguments.h"
#include "api/context.h"
#include "api/encoding_setting.h"
#include "api/record.h"
#include "json/path_rows.h"
#include "leaderboard/audit.h"
#include "leaderboard/profile.h"
#include "util/call_tree_rows.h"

/* Paths that are stored of a run. */
#define LBD_RECORDED_PATHS	500

/* The path whose bytes differ from run to run: when the payload was built. */
#define LBD_CHANGING_PATH	"$.datetime_range.max"

/* A path that may be stored. */
typedef struct LbdRecordedPath
{
	const char *component;		/* that it is in */
	char	   *path;			/* its text */
	int64		occurrences;
	int64		nulls;
	int64		bytes;
	int64		distinct;		/* or -1 where there are no scalars */
} LbdRecordedPath;

/* What has been measured, in a context that outlives the payload. */
typedef struct LbdRecord
{
	const LbdRequest *request;	/* what of */
	const char *label;			/* for the run, or NULL */
	int			repetitions;	/* of times */
	LbdEncoding encoding;		/* of compressed bytes */
	const double *application_ms;	/* or NULL */
	MemoryContext context;		/* where this is */
	char	   *layout;			/* that the payload has */
	char	   *layout_reason;	/* and why */
	int64		bytes;			/* of the payload */
	int64		compressed;		/* or -1 */
	int64		component_bytes[LBD_NCOMPONENTS];	/* -1: not sent */
	int64		component_compressed[LBD_NCOMPONENTS];
	int64		models;			/* in row_data */
	int64		changing;		/* bytes that differ from run to run */
	List	   *paths;			/* of LbdRecordedPath *, the largest first */
	int64		left_out;		/* paths that are not among these */
	LbdComponent component;		/* whose paths are being read */
	LbdTreeRows *rows;			/* where the builder's time went */
	int64	   *reference;		/* ns of the reference load: one more than
								 * repetitions */
	double		query_ms;		/* of the application's queries */
} LbdRecord;

static void measure_payload(LbdRecord *record);
static void read_component(LbdRecord *record, const LbdAudit *audit,
						   LbdComponent component);
static void read_path(const LbdPath *path, void *arg);
static int	compare_paths(const ListCell *a, const ListCell *b);
static void measure_builder(LbdRecord *record);
static int64 store_run(const LbdRecord *record, const char *schema);
static void set_payload(LbdStore *run, const LbdRecord *record);
static void set_times(LbdStore *run, const LbdRecord *record);
static void store_components(const LbdRecord *record, const char *schema,
							 int64 id);
static void store_paths(const LbdRecord *record, const char *schema, int64 id);
static void store_functions(const LbdRecord *record, const char *schema,
							int64 id);

PG_FUNCTION_INFO_V1(lbdiag_record_1_0);
/*
 * lbdiag_record(payload text, viewer text, layout text, label text,
 *				 repetitions int, application_ms float8) -> bigint
 *
 * Records an audit and a profile, with the times of the application's queries,
 * and returns the number of the run.
 */
Datum
lbdiag_record_1_0(PG_FUNCTION_ARGS)
{
	LbdRequest	request = lbd_request(fcinfo, "lbdiag_record", 6, 0);
	LbdRecord	record = {.request = &request,.context = CurrentMemoryContext};
	double		ms;
	int64		id;

	if (!PG_ARGISNULL(3))
		record.label = text_to_cstring(PG_GETARG_TEXT_PP(3));
	record.repetitions = lbd_argument_count_or(fcinfo, 4, "repetitions",
											   LBD_MAX_RUNS, 1);
	record.application_ms = lbd_argument_application_ms(fcinfo, 5, &ms);
	record.encoding = lbd_encoding_setting();
	lbd_record_begin(request.extension_schema, "record a run");
	measure_payload(&record);
	measure_builder(&record);
	record.query_ms =
		lbd_application_query_ms(lbd_application_queries(&request,
														 record.repetitions));
	SPI_connect();
	id = store_run(&record, request.extension_schema);
	store_components(&record, request.extension_schema, id);
	store_paths(&record, request.extension_schema, id);
	store_functions(&record, request.extension_schema, id);
	SPI_finish();
	PG_RETURN_INT64(id);
}

/*
 * Audits what is sent, and keeps what a run has of it.
 */
static void
measure_payload(LbdRecord *record)
{
	LbdRequest	sent = *record->request;
	LbdAudit	audit;
	int			kept;

	sent.only_sent = true;
	sent.progress = "lbdiag_audit";
	lbd_audit_payload(&audit, lbd_build_open(&sent), record->encoding, false);
	lbd_audit_limit(&audit);
	MemoryContextSwitchTo(record->context);
	record->layout = pstrdup(audit.build->layout->name);
	record->layout_reason = pstrdup(audit.build->layout_reason);
	record->bytes = audit.total;
	record->compressed = audit.compressed ? audit.compressed_total : -1;
	for (int i = 0; i < LBD_NCOMPONENTS; i++)
		read_component(record, &audit, i);
	lbd_build_close(audit.build);
	list_sort(record->paths, compare_paths);
	kept = Min(list_length(record->paths), LBD_RECORDED_PATHS);
	record->left_out += list_length(record->paths) - kept;
	record->paths = list_truncate(record->paths, kept);
}

static void
read_component(LbdRecord *record, const LbdAudit *audit,
			   LbdComponent component)
{
	const LbdBuild *build = audit->build;
	const LbdPath *root = lbd_audit_root(audit, component);

	record->component_bytes[component] = -1;
	if (root == NULL || !build->layout->sent[component])
		return;
	record->component_bytes[component] = root->bytes;
	record->component_compressed[component] =
		build->compressed_bytes[component];
	if (component == LBD_ROW_DATA && root->element)
		record->models = root->element->occurrences;
	record->component = component;
	lbd_rows_walk(root, read_path, record);
}

/*
 * Keeps a path.  Small paths that are one row are no path that another run
 * has.
 */
static void
read_path(const LbdPath *path, void *arg)
{
	LbdRecord  *record = arg;
	LbdRecordedPath *kept;
	StringInfoData text;

	if (path->kind == LBD_PATH_REST)
	{
		record->left_out += path->nmembers;
		return;
	}
	initStringInfo(&text);
	lbd_stats_path(path, &text);
	if (record->component == LBD_FILTER_OPTIONS &&
		strcmp(text.data, LBD_CHANGING_PATH) == 0)
		record->changing = path->bytes;
	kept = palloc(sizeof(LbdRecordedPath));
	kept->component = lbd_component_name(record->component);
	kept->path = text.data;
	kept->occurrences = path->occurrences;
	kept->nulls = path->nulls;
	kept->bytes = path->bytes;
	kept->distinct = (path->types & LBD_TYPE_SCALAR) != 0 ?
		lbd_stats_distinct(path) : -1;
	record->paths = lappend(record->paths, kept);
}

/*
 * The largest first.
 */
static int
compare_paths(const ListCell *a, const ListCell *b)
{
	const LbdRecordedPath *left = lfirst(a);
	const LbdRecordedPath *right = lfirst(b);
	int			result;

	if (left->bytes != right->bytes)
		return left->bytes > right->bytes ? -1 : 1;
	result = strcmp(left->component, right->component);
	return result != 0 ? result : strcmp(left->path, right->path);
}

/*
 * Takes a profile of the builder.
 */
static void
measure_builder(LbdRecord *record)
{
	LbdRequest	profiled = *record->request;

	profiled.progress = "lbdiag_profile";
	record->reference = palloc((record->repetitions + 1) * sizeof(int64));
	record->rows = lbd_tree_rows(lbd_build_profile(profiled, record->encoding,
												   record->repetitions,
												   record->context,
												   record->reference));
}

/*
 * Adds the run, and returns its number.
 */
static int64
store_run(const LbdRecord *record, const char *schema)
{
	LbdStore	run;

	lbd_store_open(&run, schema, &lbd_store_run);
	lbd_store_text(&run, RUN_KIND, "payload");
	lbd_store_text(&run, RUN_LABEL, record->label);
	lbd_store_set(&run, RUN_REPETITIONS, Int32GetDatum(record->repetitions));
	lbd_record_server(&run);
	set_payload(&run, record);
	set_times(&run, record);
	return lbd_store_put(&run);
}

static void
set_payload(LbdStore *run, const LbdRecord *record)
{
	lbd_store_text(run, RUN_PAYLOAD, record->request->payload);
	lbd_store_text(run, RUN_VIEWER, record->request->viewer);
	lbd_store_text(run, RUN_LAYOUT, record->layout);
	lbd_store_text(run, RUN_LAYOUT_REASON, record->layout_reason);
	lbd_store_text(run, RUN_ENCODING, lbd_encoding_name(record->encoding));
	lbd_store_set(run, RUN_MODELS, Int64GetDatum(record->models));
	lbd_store_set(run, RUN_BYTES, Int64GetDatum(record->bytes));
	if (record->compressed >= 0)
		lbd_store_set(run, RUN_COMPRESSED_BYTES,
					  Int64GetDatum(record->compressed));
	lbd_store_set(run, RUN_CHANGING_BYTES, Int64GetDatum(record->changing));
	lbd_store_set(run, RUN_PATHS_LEFT_OUT, Int64GetDatum(record->left_out));
}

static void
set_times(LbdStore *run, const LbdRecord *record)
{
	const LbdTreeFunction *whole = lbd_tree_by_time(record->rows)[0];
	int			runs = record->repetitions + 1;
	int64		low;
	int64		high;

	lbd_range(record->reference, runs, &low, &high);
	lbd_store_ms(run, RUN_REFERENCE, lbd_median(record->reference, runs));
	lbd_store_ms(run, RUN_REFERENCE_MIN, low);
	lbd_store_ms(run, RUN_REFERENCE_MAX, high);
	lbd_store_ms(run, RUN_BUILDER, whole->time);
	lbd_store_ms(run, RUN_BUILDER_MIN, whole->time_min);
	lbd_store_ms(run, RUN_BUILDER_MAX, whole->time_max);
	lbd_store_set(run, RUN_HIT, Int64GetDatum(whole->hit));
	lbd_store_set(run, RUN_READ, Int64GetDatum(whole->read));
	lbd_store_set(run, RUN_QUERY, Float8GetDatum(record->query_ms));
	if (record->application_ms)
		lbd_store_set(run, RUN_APPLICATION,
					  Float8GetDatum(*record->application_ms));
}

static void
store_components(const LbdRecord *record, const char *schema, int64 id)
{
	LbdStore	row;

	lbd_store_open(&row, schema, &lbd_store_component);
	for (int i = 0; i < LBD_NCOMPONENTS; i++)
	{
		if (record->component_bytes[i] < 0)
			continue;
		lbd_store_set(&row, COMPONENT_RUN, Int64GetDatum(id));
		lbd_store_text(&row, COMPONENT_NAME, lbd_component_name(i));
		lbd_store_set(&row, COMPONENT_BYTES,
					  Int64GetDatum(record->component_bytes[i]));
		if (record->compressed >= 0)
			lbd_store_set(&row, COMPONENT_COMPRESSED_BYTES,
						  Int64GetDatum(record->component_compressed[i]));
		lbd_store_put(&row);
	}
}

static void
store_paths(const LbdRecord *record, const char *schema, int64 id)
{
	LbdStore	row;
	ListCell   *cell;

	lbd_store_open(&row, schema, &lbd_store_path);
	foreach(cell, record->paths)
	{
		const LbdRecordedPath *path = lfirst(cell);

		CHECK_FOR_INTERRUPTS();
		lbd_store_set(&row, PATH_RUN, Int64GetDatum(id));
		lbd_store_text(&row, PATH_COMPONENT, path->component);
		lbd_store_text(&row, PATH_PATH, path->path);
		lbd_store_set(&row, PATH_OCCURRENCES, Int64GetDatum(path->occurrences));
		lbd_store_set(&row, PATH_NULLS, Int64GetDatum(path->nulls));
		lbd_store_set(&row, PATH_BYTES, Int64GetDatum(path->bytes));
		if (path->distinct >= 0)
			lbd_store_set(&row, PATH_DISTINCT, Int64GetDatum(path->distinct));
		lbd_store_put(&row);
	}
}

static void
store_functions(const LbdRecord *record, const char *schema, int64 id)
{
	LbdStore	row;

	lbd_store_open(&row, schema, &lbd_store_function);
	for (int i = 0; i < record->rows->nfunctions; i++)
	{
		const LbdTreeFunction *function = &record->rows->functions[i];

		lbd_store_text(&row, FUNCTION_PHASE, function->phase);
		lbd_record_function(&row, id, function);
	}
}
