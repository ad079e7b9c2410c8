/*-------------------------------------------------------------------------
 *
 * html_history.c
 *	  Sections of an HTML report on recorded runs: what differs between two
 *	  of them, and the trend of many.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "report/audit_facts.h"
#include "report/html_sections.h"
#include "report/html_table.h"
#include "report/text.h"
#include "util/html.h"
#include "util/svg_trend.h"

#define LBD_TREND_WIDTH		960
#define LBD_TREND_HEIGHT	240

/* Rows of the table of what differs. */
#define LBD_CHANGES_SHOWN	100

/* Columns of a note, above which it is shortened. */
#define LBD_NOTE_COLUMNS	400

static void add_change(LbdHtmlTable *table, const LbdDifference *change,
					   int64 largest);
static char *percent_of(const LbdDifference *change);
static char *words_of(const char *kind);
static bool trend(StringInfo out, const LbdHtmlRuns *runs,
				  const double *values, const List *targets,
				  const char *metric, const char *title);
static double *targets_of(const List *targets, const char *metric,
						  int *count);
static int	compare_doubles(const void *a, const void *b);

/*
 * Appends the section on what differs between two runs, which are given by
 * pointers to their numbers; one that is NULL is an error.
 */
void
lbd_html_difference(StringInfo out, const char *schema, const int64 *before,
					const int64 *after)
{
	static const LbdHtmlColumn columns[] = {
		{"of", LBD_HTML_TEXT}, {"name", LBD_HTML_TEXT}, {"before", LBD_HTML_NUMBER},
		{"after", LBD_HTML_NUMBER}, {"change", LBD_HTML_NUMBER},
		{"% of before", LBD_HTML_NUMBER}, {"bar", LBD_HTML_CHANGE},
		{"verdict", LBD_HTML_TEXT}
	};
	LbdHtmlDifference *difference =
		lbd_html_read_difference(schema, before, after, LBD_CHANGES_SHOWN);
	LbdHtmlTable table;
	ListCell   *cell;

	appendStringInfo(out, "<section>\n<h2>What grew and what shrank</h2>\n"
					 "<p>Run " INT64_FORMAT " against run " INT64_FORMAT ".</p>\n",
					 *after, *before);
	foreach(cell, difference->notes)
	{
		appendStringInfoString(out, "<p class=\"note\">");
		lbd_html_text(out, lfirst(cell), LBD_NOTE_COLUMNS);
		appendStringInfoString(out, "</p>\n");
	}
	lbd_html_table_begin(&table, out,
						 psprintf("The bar is a part of the largest change. %d of " INT64_FORMAT
								  " that changed.", difference->count, difference->total),
						 columns, lengthof(columns));
	for (int i = 0; i < difference->count; i++)
		add_change(&table, difference->changes[i], difference->largest);
	lbd_html_table_end(&table);
	appendStringInfoString(out, "\n</section>\n");
}

static void
add_change(LbdHtmlTable *table, const LbdDifference *change, int64 largest)
{
	lbd_html_cell(table, words_of(change->kind));
	lbd_html_cell(table, change->name);
	lbd_html_cell(table, change->has_before ? lbd_text_size(change->before) : NULL);
	lbd_html_cell(table, change->has_after ? lbd_text_size(change->after) : NULL);
	lbd_html_cell(table, psprintf("%s%s", change->delta > 0 ? "+" : "",
								  lbd_text_size(change->delta)));
	lbd_html_cell(table, percent_of(change));
	lbd_html_share(table, (double) change->delta / Max(largest, 1));
	lbd_html_cell(table, change->verdict);
}

/* What was added in percent with its sign, or NULL. */
static char *
percent_of(const LbdDifference *change)
{
	Numeric		percent = lbd_difference_percent(change);
	char	   *text;

	if (percent == NULL)
		return NULL;
	text = DatumGetCString(DirectFunctionCall1(numeric_out,
											   NumericGetDatum(percent)));
	return change->delta > 0 && strspn(text, "0.") < strlen(text) ?
		psprintf("+%s", text) : text;
}

/* A kind in words: it has underscores in the place of blanks. */
static char *
words_of(const char *kind)
{
	char	   *words = pstrdup(kind);

	for (char *c = words; *c; c++)
	{
		if (*c == '_')
			*c = ' ';
	}
	return words;
}

/*
 * Appends the section on the trend of runs, unless there are not two.
 */
void
lbd_html_history(StringInfo out, const LbdHtmlRuns *runs, const List *targets)
{
	StringInfoData figures;
	bool		any;

	initStringInfo(&figures);
	any = trend(&figures, runs, runs->bytes, targets, "bytes",
				"Bytes of recorded runs");
	any |= trend(&figures, runs, runs->compressed, targets, "compressed_bytes",
				 "Compressed bytes of recorded runs");
	if (any)
		appendStringInfo(out, "<section>\n<h2>History</h2>\n%s</section>\n",
						 figures.data);
}

/*
 * Appends the trend of one metric; runs that do not have it have a negative
 * value.  Returns whether there are two that have it.
 */
static bool
trend(StringInfo out, const LbdHtmlRuns *runs, const double *values,
	  const List *targets, const char *metric, const char *title)
{
	LbdPicture	picture = {"trend", title, LBD_UNIT_BYTES, LBD_TREND_WIDTH,
	LBD_TREND_HEIGHT, NULL};
	Size		most = (Size) runs->count + 1;
	double	   *at = palloc_extended(most * sizeof(double), MCXT_ALLOC_HUGE);
	double	   *amounts = palloc_extended(most * sizeof(double), MCXT_ALLOC_HUGE);
	LbdTrend	series = {0};

	series.times = palloc_extended(most * sizeof(char *), MCXT_ALLOC_HUGE);
	for (int i = 0; i < runs->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (values[i] < 0)
			continue;
		at[series.count] = (double) runs->at[i];
		amounts[series.count] = values[i];
		series.times[series.count++] = pstrdup(timestamptz_to_str(runs->at[i]));
	}
	if (series.count < 2)
		return false;
	series.at = at;
	series.values = amounts;
	series.targets = targets_of(targets, metric, &series.ntargets);
	appendStringInfoString(out, "<figure>\n");
	lbd_svg_trend(out, &picture, &series);
	appendStringInfo(out, "\n<figcaption>%s, with the targets.</figcaption>\n</figure>\n",
					 title);
	return true;
}

/* The targets of a metric in all phases, each amount once. */
static double *
targets_of(const List *targets, const char *metric, int *count)
{
	double	   *amounts = palloc((list_length(targets) + 1) * sizeof(double));
	int			n = 0;
	ListCell   *cell;

	*count = 0;
	foreach(cell, targets)
	{
		const LbdTarget *target = lfirst(cell);

		if (strcmp(target->metric, metric) == 0)
			amounts[n++] = (double) lbd_target_bytes(target->target);
	}
	qsort(amounts, n, sizeof(double), compare_doubles);
	for (int i = 0; i < n; i++)
	{
		if (i == 0 || amounts[i] > amounts[i - 1])
			amounts[(*count)++] = amounts[i];
	}
	return amounts;
}

static int
compare_doubles(const void *a, const void *b)
{
	double		left = *(const double *) a;
	double		right = *(const double *) b;

	return left < right ? -1 : left > right;
}
