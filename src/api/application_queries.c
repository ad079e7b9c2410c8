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
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "api/application_queries.h"
#include "api/row_messages.h"
#include "util/call_tree_rows.h"
#include "util/progress.h"
#include "util/row_receiver.h"

/* Receives the rows of a query. */
typedef struct LbdQueryReceiver
{
	LbdTextReceiver text;		/* first: its calls get a pointer to it */
	LbdApplicationQuery *query; /* gets what is counted */
} LbdQueryReceiver;

static void measure_query(LbdApplicationQuery *query,
						  const LbdRequest *request,
						  const LbdLeaderboard *leaderboard,
						  bool of_models, int repetitions);
static int64 run_query(const LbdLeaderboard *leaderboard,
					   const LbdViewer *viewer, bool of_models,
					   LbdQueryReceiver *receiver);
static void count_start(LbdTextReceiver *self, TupleDesc desc);
static void count_value(LbdTextReceiver *self, int column, const char *text);
static void count_row(LbdTextReceiver *self);

/*
 * Runs the queries of the models and of the benchmarks, repetitions times
 * after once more that does not count where there are several.  The result is
 * in the current memory context.
 */
LbdApplicationQuery *
lbd_application_queries(const LbdRequest *request, int repetitions)
{
	MemoryContext context = CurrentMemoryContext;
	LbdApplicationQuery *queries = palloc0(LBD_APPLICATION_QUERIES *
										   sizeof(LbdApplicationQuery));
	LbdLeaderboard *leaderboard;

	SPI_connect();
	leaderboard = lbd_leaderboard_load(request->payload,
									   request->extension_schema, context);
	/* What SPI runs ends in its own context. */
	MemoryContextSwitchTo(context);
	queries[0].name = "models";
	measure_query(&queries[0], request, leaderboard, true, repetitions);
	MemoryContextSwitchTo(context);
	queries[1].name = "benchmarks";
	measure_query(&queries[1], request, leaderboard, false, repetitions);
	SPI_finish();
	return queries;
}

static void
measure_query(LbdApplicationQuery *query, const LbdRequest *request,
			  const LbdLeaderboard *leaderboard, bool of_models,
			  int repetitions)
{
	LbdViewer	viewer = lbd_viewer_parse(request->viewer);
	int64	   *times = palloc(repetitions * sizeof(int64));
	LbdQueryReceiver receiver;
	LbdProgress progress;

	lbd_text_receiver_init(&receiver.text, CurrentMemoryContext);
	receiver.text.start = count_start;
	receiver.text.value = count_value;
	receiver.text.end_row = count_row;
	receiver.query = query;
	if (repetitions > 1)
		run_query(leaderboard, &viewer, of_models, &receiver);
	lbd_progress_start(&progress, "lbdiag_profile_queries", "repetition",
					   "repetitions", repetitions);
	for (int i = 0; i < repetitions; i++)
	{
		times[i] = run_query(leaderboard, &viewer, of_models, &receiver);
		lbd_progress_add(&progress);
	}
	query->ns = lbd_median(times, repetitions);
	query->bytes = query->rows * LBD_ROW_BYTES;
	for (int i = 0; i < query->ncolumns; i++)
		query->bytes += query->column_bytes[i];
	MemoryContextDelete(receiver.text.row);
	pfree(times);
}

/*
 * Runs a query once, and returns its time in ns.
 */
static int64
run_query(const LbdLeaderboard *leaderboard, const LbdViewer *viewer,
		  bool of_models, LbdQueryReceiver *receiver)
{
	int64		start = lbd_clock();

	lbd_source_application_query(leaderboard, viewer, of_models,
								 &receiver->text.receiver);
	return lbd_clock() - start;
}

/*
 * Begins to count: what an earlier repetition has counted is dropped.
 */
static void
count_start(LbdTextReceiver *self, TupleDesc desc)
{
	LbdApplicationQuery *query = ((LbdQueryReceiver *) self)->query;

	query->rows = 0;
	query->ncolumns = desc->natts;
	query->columns = palloc(desc->natts * sizeof(char *));
	query->column_bytes = palloc0(desc->natts * sizeof(int64));
	for (int i = 0; i < desc->natts; i++)
		query->columns[i] = pstrdup(NameStr(TupleDescAttr(desc, i)->attname));
}

static void
count_value(LbdTextReceiver *self, int column, const char *text)
{
	LbdApplicationQuery *query = ((LbdQueryReceiver *) self)->query;

	query->column_bytes[column] += LBD_LENGTH_BYTES + (text ? strlen(text) : 0);
}

static void
count_row(LbdTextReceiver *self)
{
	((LbdQueryReceiver *) self)->query->rows++;
}

/*
 * The time that all of these queries take, in ms.
 */
double
lbd_application_query_ms(const LbdApplicationQuery *queries)
{
	int64		ns = 0;

	for (int i = 0; i < LBD_APPLICATION_QUERIES; i++)
		ns += queries[i].ns;
	return ns / LBD_NS_PER_MS;
}
