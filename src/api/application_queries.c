/*-------------------------------------------------------------------------
 *
 * application_queries.c
 *	  What the application's own queries of the sources cost.
 *
 * An application reads all columns of a source as text: each value goes
 * through its output function here too, so that its time and its bytes are
 * those that the server has for the application.  The network and what the
 * application does with the rows are not in it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/spi.h"
#include "funcapi.h"
#include "portability/instr_time.h"
#include "tcop/dest.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "api/arguments.h"
#include "api/context.h"
#include "util/progress.h"

/* Of a message DataRow: its type, its length, and the number of columns. */
#define LBD_ROW_BYTES		7

/* The length of a value in it. */
#define LBD_LENGTH_BYTES	4

/* Columns of _lbdiag_application_queries. */
#define LBD_QUERIES_COLS	5

/* Receives the rows of a query. */
typedef struct LbdReceiver
{
	DestReceiver receiver;		/* must come first */
	MemoryContext context;		/* owner of what follows */
	MemoryContext row;			/* memory for one row */
	int			ncolumns;		/* of the query */
	char	  **names;			/* of the columns */
	FmgrInfo   *outputs;		/* their output functions */
	int64	   *bytes;			/* of each column, in all rows */
	int64		rows;			/* how many */
} LbdReceiver;

static void query_rows(const LbdLeaderboard *leaderboard,
					   const LbdViewer *viewer, bool of_models,
					   int repetitions, ReturnSetInfo *rsinfo);
static double run_query(const LbdLeaderboard *leaderboard,
						const LbdViewer *viewer, bool of_models,
						LbdReceiver *receiver);
static void receiver_startup(DestReceiver *self, int operation,
							 TupleDesc desc);
static bool receiver_row(TupleTableSlot *slot, DestReceiver *self);
static void receiver_nothing(DestReceiver *self);
static int	compare_times(const void *a, const void *b);
static void put_row(ReturnSetInfo *rsinfo, const char *query,
					const char *column, int64 rows, int64 bytes, double ms);

PG_FUNCTION_INFO_V1(lbdiag_application_queries_1_0);
/*
 * _lbdiag_application_queries(domain text, viewer text, layout text,
 *							   repetitions int)
 *	 -> SETOF (query text, column_name text, row_count bigint, bytes bigint,
 *			   ms float8)
 *
 * For the queries "models" and "benchmarks", a row with all their bytes and
 * the median of their times in ms, and a row for each column, which has bytes
 * only.  One run more, which does not count, comes first where there are
 * several.
 */
Datum
lbdiag_application_queries_1_0(PG_FUNCTION_ARGS)
{
	LbdRequest	request = lbd_request(fcinfo, "lbdiag_profile_queries", 4,
									  LBD_QUERIES_COLS);
	int			repetitions = lbd_argument_count(fcinfo, 3, "repetitions",
												 LBD_MAX_RUNS);
	ReturnSetInfo *rsinfo;
	MemoryContext context;
	LbdLeaderboard *leaderboard;
	LbdViewer	viewer;

	InitMaterializedSRF(fcinfo, 0);
	rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	context = AllocSetContextCreate(CurrentMemoryContext, "lbdiag queries",
									ALLOCSET_DEFAULT_SIZES);
	SPI_connect();
	viewer = lbd_viewer_parse(request.viewer);
	leaderboard = lbd_leaderboard_load(request.domain,
									   request.extension_schema, context);
	MemoryContextSwitchTo(context);
	query_rows(leaderboard, &viewer, true, repetitions, rsinfo);
	query_rows(leaderboard, &viewer, false, repetitions, rsinfo);
	SPI_finish();
	MemoryContextDelete(context);
	return (Datum) 0;
}

/*
 * Runs a query, and returns its rows.
 */
static void
query_rows(const LbdLeaderboard *leaderboard, const LbdViewer *viewer,
		   bool of_models, int repetitions, ReturnSetInfo *rsinfo)
{
	const char *query = of_models ? "models" : "benchmarks";
	double	   *times = palloc(repetitions * sizeof(double));
	LbdReceiver receiver = {0};
	LbdProgress progress;
	int64		bytes = 0;

	receiver.context = CurrentMemoryContext;
	receiver.receiver.receiveSlot = receiver_row;
	receiver.receiver.rStartup = receiver_startup;
	receiver.receiver.rShutdown = receiver_nothing;
	receiver.receiver.rDestroy = receiver_nothing;
	receiver.receiver.mydest = DestNone;
	if (repetitions > 1)
		run_query(leaderboard, viewer, of_models, &receiver);
	lbd_progress_start(&progress, "lbdiag_profile_queries", "repetition",
					   "repetitions", repetitions);
	for (int i = 0; i < repetitions; i++)
	{
		times[i] = run_query(leaderboard, viewer, of_models, &receiver);
		lbd_progress_add(&progress);
	}
	qsort(times, repetitions, sizeof(double), compare_times);

	for (int i = 0; i < receiver.ncolumns; i++)
		bytes += receiver.bytes[i];
	put_row(rsinfo, query, NULL, receiver.rows,
			bytes + receiver.rows * LBD_ROW_BYTES,
			(times[(repetitions - 1) / 2] + times[repetitions / 2]) / 2);
	for (int i = 0; i < receiver.ncolumns; i++)
		put_row(rsinfo, query, receiver.names[i], receiver.rows,
				receiver.bytes[i], -1);
	pfree(times);
}

/*
 * Runs a query once, and returns its time in ms.
 */
static double
run_query(const LbdLeaderboard *leaderboard, const LbdViewer *viewer,
		  bool of_models, LbdReceiver *receiver)
{
	instr_time	start;
	instr_time	end;

	INSTR_TIME_SET_CURRENT(start);
	lbd_source_application_query(leaderboard, viewer, of_models,
								 &receiver->receiver);
	INSTR_TIME_SET_CURRENT(end);
	INSTR_TIME_SUBTRACT(end, start);
	MemoryContextDelete(receiver->row);
	return INSTR_TIME_GET_MILLISEC(end);
}

static void
receiver_startup(DestReceiver *self, int operation, TupleDesc desc)
{
	LbdReceiver *receiver = (LbdReceiver *) self;
	MemoryContext old = MemoryContextSwitchTo(receiver->context);

	receiver->row = AllocSetContextCreate(receiver->context, "lbdiag row",
										  ALLOCSET_DEFAULT_SIZES);
	receiver->ncolumns = desc->natts;
	receiver->rows = 0;
	receiver->names = palloc(desc->natts * sizeof(char *));
	receiver->outputs = palloc(desc->natts * sizeof(FmgrInfo));
	receiver->bytes = palloc0(desc->natts * sizeof(int64));
	for (int i = 0; i < desc->natts; i++)
	{
		Oid			output;
		bool		varlena;

		receiver->names[i] = pstrdup(NameStr(TupleDescAttr(desc, i)->attname));
		getTypeOutputInfo(TupleDescAttr(desc, i)->atttypid, &output, &varlena);
		fmgr_info(output, &receiver->outputs[i]);
	}
	MemoryContextSwitchTo(old);
}

static bool
receiver_row(TupleTableSlot *slot, DestReceiver *self)
{
	LbdReceiver *receiver = (LbdReceiver *) self;
	MemoryContext old = MemoryContextSwitchTo(receiver->row);

	slot_getallattrs(slot);
	for (int i = 0; i < receiver->ncolumns; i++)
	{
		receiver->bytes[i] += LBD_LENGTH_BYTES;
		if (!slot->tts_isnull[i])
			receiver->bytes[i] += strlen(OutputFunctionCall(&receiver->outputs[i],
															slot->tts_values[i]));
	}
	receiver->rows++;
	MemoryContextSwitchTo(old);
	MemoryContextReset(receiver->row);
	return true;
}

static void
receiver_nothing(DestReceiver *self)
{
}

static int
compare_times(const void *a, const void *b)
{
	double		left = *(const double *) a;
	double		right = *(const double *) b;

	return (left > right) - (left < right);
}

/*
 * Returns a row; a negative time is none.
 */
static void
put_row(ReturnSetInfo *rsinfo, const char *query, const char *column,
		int64 rows, int64 bytes, double ms)
{
	Datum		values[LBD_QUERIES_COLS] = {0};
	bool		nulls[LBD_QUERIES_COLS] = {0};

	values[0] = CStringGetTextDatum(query);
	nulls[1] = column == NULL;
	if (column)
		values[1] = CStringGetTextDatum(column);
	values[2] = Int64GetDatum(rows);
	values[3] = Int64GetDatum(bytes);
	values[4] = Float8GetDatum(ms);
	nulls[4] = ms < 0;
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}
