/*-------------------------------------------------------------------------
 *
 * progress.c
 *	  How far long work is, told to the client while it goes on.
 *
 * With lbdiag.progress set, a NOTICE tells what is done, at most one in each
 * interval.  The intervals are counted from the start of the client's
 * statement, so that functions that work one after the other keep to them
 * without knowing of each other, and there is nothing to clean up after an
 * error.
 *
 * An SQL function whose work is that of several others has its name in the
 * setting lbdiag.progress_function, by a SET clause: the messages then begin
 * with it.  The server restores the setting where the function ends, in
 * whatever way.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "lib/stringinfo.h"
#include "utils/timestamp.h"

#include "util/progress.h"

/* What names of functions begin with. */
#define LBD_NAME_PREFIX		"lbdiag_"

#define LBD_US_PER_MS		INT64CONST(1000)

/* From this time on, in seconds, minutes are shown. */
#define LBD_MINUTES_FROM	120

/* The settings lbdiag.progress, in ms, and lbdiag.progress_function. */
int			lbd_progress_interval = 0;
char	   *lbd_progress_function = NULL;

static TimestampTz next_due(const LbdProgress *progress, TimestampTz now);
static char *progress_text(const LbdProgress *progress, TimestampTz now);
static void append_time(StringInfo text, int64 us);

/*
 * Whether progress is reported at all.
 */
bool
lbd_progress_wanted(void)
{
	return lbd_progress_interval > 0;
}

/*
 * Begins a piece of work of function, or of nobody who reports it where that
 * is NULL.  one and many say what is counted, in the singular and the plural;
 * total is how many there are, 0 where that is not known.  All strings must
 * outlive the work.
 */
void
lbd_progress_start(LbdProgress *progress, const char *function,
				   const char *one, const char *many, int64 total)
{
	progress->on = function && lbd_progress_wanted();
	if (!progress->on)
		return;
	progress->function = function;
	progress->one = one;
	progress->many = many;
	progress->done = 0;
	progress->total = total;
	progress->interval = lbd_progress_interval * LBD_US_PER_MS;
	progress->started = GetCurrentTimestamp();
	progress->due = next_due(progress, progress->started);
}

/*
 * Counts one that is done, and sends a message where one is due.
 */
void
lbd_progress_count(LbdProgress *progress)
{
	TimestampTz now = GetCurrentTimestamp();
	char	   *text;

	progress->done++;
	if (now < progress->due)
		return;
	progress->due = next_due(progress, now);
	text = progress_text(progress, now);
	ereport(NOTICE, (errmsg_internal("%s", text)));
	pfree(text);
}

/*
 * The end of the present interval.
 */
static TimestampTz
next_due(const LbdProgress *progress, TimestampTz now)
{
	TimestampTz start = GetCurrentStatementStartTimestamp();

	return start + ((now - start) / progress->interval + 1) * progress->interval;
}

/*
 * The message: whose work, what is done, the time since the statement began,
 * and how much longer the work takes if it goes on as so far.
 */
static char *
progress_text(const LbdProgress *progress, TimestampTz now)
{
	int64		done = progress->done;
	int64		total = progress->total;
	StringInfoData text;

	initStringInfo(&text);
	if (lbd_progress_function[0] == '\0' ||
		strcmp(lbd_progress_function, progress->function) == 0)
		appendStringInfo(&text, "%s: ", progress->function);
	else
		appendStringInfo(&text, "%s: %s: ", lbd_progress_function,
						 progress->function + strlen(LBD_NAME_PREFIX));
	if (total >= done)
		appendStringInfo(&text, "%lld of %lld %s, ", (long long) done,
						 (long long) total,
						 total == 1 ? progress->one : progress->many);
	else
		appendStringInfo(&text, "%lld %s, ", (long long) done,
						 done == 1 ? progress->one : progress->many);
	append_time(&text, now - GetCurrentStatementStartTimestamp());
	if (total > done)
	{
		appendStringInfoString(&text, ", about ");
		append_time(&text, (int64) ((double) (now - progress->started) *
									(double) (total - done) / (double) done));
		appendStringInfoString(&text, " left");
	}
	return text.data;
}

/*
 * Appends a time, given in microseconds.
 */
static void
append_time(StringInfo text, int64 us)
{
	double		seconds = (double) us / USECS_PER_SEC;

	if (seconds < LBD_MINUTES_FROM)
		appendStringInfo(text, "%.1f s", seconds);
	else
		appendStringInfo(text, "%.1f min", seconds / SECS_PER_MINUTE);
}
