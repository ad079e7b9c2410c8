/*-------------------------------------------------------------------------
 *
 * statement_findings.c
 *	  What is found in the call tree of statements.
 *
 * A rule looks at each place, and gathers those that it is about by their
 * labels; what is gathered is a finding where there is enough of it.  The
 * rules are one table, with their thresholds.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "report/statement_findings.h"
#include "report/text.h"

/* A call or a statement that runs so often is a finding. */
#define LBD_OFTEN			1000

/* A filter that removes so many rows, and so many times those that it keeps. */
#define LBD_ROWS_REMOVED	10000
#define LBD_TIMES_REMOVED	10

/* What one rule has gathered of one label. */
typedef struct LbdGathered
{
	int			rule;			/* which */
	const char *label;			/* of the places */
	const char *function;		/* that they are in, where the rule asks */
	const char *line;			/* likewise */
	const char *caller;			/* label of what calls them, the smallest */
	int64		ns;				/* what they take */
	int64		calls;
	int64		rows;			/* returned */
	int64		removed;		/* by filters */
	int64		temp;			/* temporary blocks */
} LbdGathered;

/* Where a place is, for a rule. */
typedef struct LbdRowView
{
	const LbdTreeRow *row;		/* the place */
	const LbdPlaceCounts *counts;	/* of it */
	LbdPlaceKind kind;			/* of it */
	LbdPlaceKind caller;		/* of its caller */
	const LbdRowContext *context;	/* what it is in */
} LbdRowView;

typedef struct LbdFindingRule
{
	bool		(*applies) (const LbdRowView *view);
	bool		(*counts) (const LbdGathered *gathered);
	char	   *(*text) (const LbdGathered *gathered);
	const char *advice;
	double		least_share;	/* of the whole, to be told */
	bool		own;			/* what a place takes without what it calls */
	bool		by_line;		/* gathered by the line too */
} LbdFindingRule;

static bool is_called_by_plan(const LbdRowView *view);
static bool is_nested_statement(const LbdRowView *view);
static bool is_trigger(const LbdRowView *view);
static bool uses_files(const LbdRowView *view);
static bool is_scan(const LbdRowView *view);
static bool is_output(const LbdRowView *view);
static bool is_planning(const LbdRowView *view);
static bool is_often(const LbdGathered *gathered);
static bool removes_most(const LbdGathered *gathered);
static char *per_row_text(const LbdGathered *gathered);
static char *nested_text(const LbdGathered *gathered);
static char *trigger_text(const LbdGathered *gathered);
static char *files_text(const LbdGathered *gathered);
static char *scan_text(const LbdGathered *gathered);
static char *output_text(const LbdGathered *gathered);
static char *planning_text(const LbdGathered *gathered);

static const LbdFindingRule rules[] = {
	{is_called_by_plan, is_often, per_row_text,
		"A join, or a query that computes all rows at once, would call it once or never.",
	0.05, false, false},
	{is_nested_statement, is_often, nested_text,
		"A single statement for all rows would be started and ended once, not each time.",
	0.05, false, true},
	{is_trigger, NULL, trigger_text,
		"A trigger for each statement, with transition tables, sees all rows at once.",
	0.05, false, false},
	{uses_files, NULL, files_text,
		"With more work_mem it would stay in memory.",
	0, true, false},
	{is_scan, removes_most, scan_text,
		"An index on what the filter compares would find them.",
	0.1, true, false},
	{is_output, NULL, output_text,
		"lbdiag_audit_query says which columns take the bytes: select only what is used.",
	0.2, false, false},
	{is_planning, NULL, planning_text,
		"Prepared statements, and static SQL in PL/pgSQL, are planned once.",
	0.1, false, false},
};

static int	gather(const LbdTreeRows *rows, const LbdRowContext *contexts,
				   LbdGathered *gathered);
static LbdGathered gather_row(int rule, const LbdRowView *view,
							  const LbdRowContext *caller);
static int	add_up(LbdGathered *gathered, int n);
static int	compare_gathered(const void *a, const void *b);
static int	compare_findings(const void *a, const void *b);
static int	compare_texts(const char *a, const char *b);
static char *times(int64 n);
static bool find_largest(LbdGathered *parts, int n, LbdGathered *largest);
static bool largest_below(const LbdTreeRows *rows,
						  const LbdRowContext *contexts,
						  const char *function, const char *line,
						  bool statements, LbdGathered *largest);
static int64 calls_of(const LbdTreeRows *rows, const LbdRowContext *contexts,
					  const char *label);

/*
 * What each row is in: a row for a row of the tree.
 */
LbdRowContext *
lbd_row_contexts(const LbdTreeRows *rows)
{
	LbdRowContext *contexts = palloc0(rows->nrows * sizeof(LbdRowContext));

	for (int i = 0; i < rows->nrows; i++)
	{
		const LbdPlace *place = rows->rows[i].place;
		LbdRowContext *context = &contexts[i];

		CHECK_FOR_INTERRUPTS();
		if (rows->rows[i].parent >= 0)
			*context = contexts[rows->rows[i].parent];
		context->label = lbd_text_short(place->label, 70);
		if (place->kind == LBD_PLACE_FUNCTION ||
			place->kind == LBD_PLACE_TRIGGER)
		{
			context->function = context->label;
			context->line = NULL;
		}
		else if (place->kind == LBD_PLACE_LINE)
			context->line = context->label;
	}
	return contexts;
}

/*
 * The findings, the largest first.
 */
LbdFinding *
lbd_statement_findings(const LbdTreeRows *rows,
					   const LbdRowContext *contexts, int *nfindings)
{
	LbdGathered *gathered = palloc(rows->nrows * 2 * sizeof(LbdGathered));
	int			n = add_up(gathered, gather(rows, contexts, gathered));
	LbdFinding *findings = palloc(Max(n, 1) * sizeof(LbdFinding));
	int64		whole = Max(rows->rows[0].time, 1);

	*nfindings = 0;
	for (int i = 0; i < n; i++)
	{
		const LbdFindingRule *rule = &rules[gathered[i].rule];
		LbdFinding *finding = &findings[*nfindings];

		if (gathered[i].ns < rule->least_share * whole ||
			(rule->counts && !rule->counts(&gathered[i])))
			continue;
		finding->ns = gathered[i].ns;
		finding->share = (double) gathered[i].ns / whole;
		finding->text = rule->text(&gathered[i]);
		finding->advice = rule->advice;
		(*nfindings)++;
	}
	qsort(findings, *nfindings, sizeof(LbdFinding), compare_findings);
	*nfindings = Min(*nfindings, LBD_MAX_FINDINGS);
	pfree(gathered);
	return findings;
}

/*
 * Has each rule look at each row; two rules at most are about one.  Returns
 * how many they have gathered.
 */
static int
gather(const LbdTreeRows *rows, const LbdRowContext *contexts,
	   LbdGathered *gathered)
{
	int			n = 0;

	for (int i = 1; i < rows->nrows; i++)
	{
		const LbdTreeRow *row = &rows->rows[i];
		LbdRowView	view = {
			row, &row->place->counts, row->place->kind,
			rows->rows[row->parent].place->kind, &contexts[i]
		};

		CHECK_FOR_INTERRUPTS();
		for (int rule = 0; rule < (int) lengthof(rules); rule++)
		{
			if (rules[rule].applies(&view))
				gathered[n++] = gather_row(rule, &view,
										   &contexts[row->parent]);
		}
	}
	return n;
}

static LbdGathered
gather_row(int rule, const LbdRowView *view, const LbdRowContext *caller)
{
	LbdGathered result = {0};

	result.rule = rule;
	/* Planning is one finding, whatever is planned. */
	result.label = view->kind == LBD_PLACE_PLANNING ? "" :
		view->context->label;
	if (rules[rule].by_line)
	{
		result.function = view->context->function;
		result.line = view->context->line;
	}
	result.caller = caller->label;
	result.ns = rules[rule].own ? view->row->self : view->row->time;
	result.calls = view->counts->calls;
	result.rows = Max(view->counts->rows, 0);
	result.removed = view->counts->removed;
	result.temp = view->counts->temp;
	return result;
}

/*
 * Adds up what is alike, and returns how many are left.
 */
static int
add_up(LbdGathered *gathered, int n)
{
	int			last = 0;

	if (n == 0)
		return 0;
	qsort(gathered, n, sizeof(LbdGathered), compare_gathered);
	for (int i = 1; i < n; i++)
	{
		LbdGathered *sum = &gathered[last];

		if (compare_gathered(sum, &gathered[i]) != 0)
		{
			gathered[++last] = gathered[i];
			continue;
		}
		if (compare_texts(gathered[i].caller, sum->caller) < 0)
			sum->caller = gathered[i].caller;
		sum->ns += gathered[i].ns;
		sum->calls += gathered[i].calls;
		sum->rows += gathered[i].rows;
		sum->removed += gathered[i].removed;
		sum->temp += gathered[i].temp;
	}
	return last + 1;
}

static int
compare_gathered(const void *a, const void *b)
{
	const LbdGathered *left = a;
	const LbdGathered *right = b;
	int			result = left->rule - right->rule;

	if (result == 0)
		result = compare_texts(left->label, right->label);
	if (result == 0)
		result = compare_texts(left->line, right->line);
	if (result == 0)
		result = compare_texts(left->function, right->function);
	return result;
}

/*
 * NULL is the largest.
 */
static int
compare_texts(const char *a, const char *b)
{
	if (a && b)
		return strcmp(a, b);
	return a ? -1 : b != NULL;
}

static int
compare_findings(const void *a, const void *b)
{
	const LbdFinding *left = a;
	const LbdFinding *right = b;

	if (left->ns != right->ns)
		return left->ns < right->ns ? 1 : -1;
	return strcmp(left->text, right->text);
}

static bool
is_called_by_plan(const LbdRowView *view)
{
	return view->kind == LBD_PLACE_FUNCTION &&
		(view->caller == LBD_PLACE_NODE || view->caller == LBD_PLACE_STATEMENT);
}

static bool
is_nested_statement(const LbdRowView *view)
{
	return view->kind == LBD_PLACE_STATEMENT && view->row->depth > 1;
}

static bool
is_trigger(const LbdRowView *view)
{
	return view->kind == LBD_PLACE_TRIGGER;
}

static bool
uses_files(const LbdRowView *view)
{
	return view->kind == LBD_PLACE_NODE && view->counts->temp > 0;
}

static bool
is_scan(const LbdRowView *view)
{
	static const char *const scans[] = {
		"Seq Scan ", "Index Scan ", "Index Only Scan ", "Bitmap Heap Scan "
	};
	const char *label = view->context->label;

	if (view->kind != LBD_PLACE_NODE)
		return false;
	if (strncmp(label, "Parallel ", strlen("Parallel ")) == 0)
		label += strlen("Parallel ");
	for (size_t i = 0; i < lengthof(scans); i++)
	{
		if (strncmp(label, scans[i], strlen(scans[i])) == 0)
			return true;
	}
	return false;
}

static bool
is_output(const LbdRowView *view)
{
	return view->kind == LBD_PLACE_OUTPUT;
}

static bool
is_planning(const LbdRowView *view)
{
	return view->kind == LBD_PLACE_PLANNING;
}

static bool
is_often(const LbdGathered *gathered)
{
	return gathered->calls >= LBD_OFTEN;
}

static bool
removes_most(const LbdGathered *gathered)
{
	return gathered->removed >= LBD_ROWS_REMOVED &&
		gathered->removed / LBD_TIMES_REMOVED >= gathered->rows;
}

static char *
per_row_text(const LbdGathered *gathered)
{
	return psprintf("%s was called %s, for each row of %s",
					lbd_text_short(gathered->label, 36),
					times(gathered->calls),
					lbd_text_short(gathered->caller, 28));
}

static char *
nested_text(const LbdGathered *gathered)
{
	const char *where = gathered->line ? gathered->line :
		gathered->function ? gathered->function : "a plan";

	return psprintf("%s ran %s in %s", lbd_text_short(gathered->label, 33),
					times(gathered->calls), lbd_text_short(where, 33));
}

static char *
trigger_text(const LbdGathered *gathered)
{
	return psprintf("trigger %s was called %s, by %s",
					lbd_text_short(gathered->label, 30),
					times(gathered->calls),
					lbd_text_short(gathered->caller, 25));
}

static char *
files_text(const LbdGathered *gathered)
{
	return psprintf("%s used temporary files: " INT64_FORMAT
					" blocks read and written",
					lbd_text_short(gathered->label, 36), gathered->temp);
}

static char *
scan_text(const LbdGathered *gathered)
{
	return psprintf("%s read " INT64_FORMAT " rows to return " INT64_FORMAT,
					lbd_text_short(gathered->label, 45),
					gathered->rows + gathered->removed, gathered->rows);
}

static char *
output_text(const LbdGathered *gathered)
{
	return psprintf("%s: " INT64_FORMAT " rows were turned into text",
					lbd_text_short(gathered->label, 45), gathered->rows);
}

static char *
planning_text(const LbdGathered *gathered)
{
	return psprintf("planning, %s", times(gathered->calls));
}

static char *
times(int64 n)
{
	return n == 1 ? pstrdup("once") : psprintf(INT64_FORMAT " times", n);
}

/*
 * The function that takes most without the functions that it calls, or what is
 * in no function; its line that takes most; the node or output that takes most
 * below that line; and a statement there that takes long without its nodes,
 * which is starting and ending it.  Returns how many there are.
 */
int
lbd_statement_hottest(const LbdTreeRows *rows, const LbdRowContext *contexts,
					  LbdHottest *hottest)
{
	LbdGathered *parts = palloc(rows->nrows * sizeof(LbdGathered));
	LbdGathered function = {0};
	LbdGathered line = {0};
	LbdGathered below = {0};
	LbdGathered statement;
	int			n = 0;
	int			found = 0;

	for (int i = 0; i < rows->nrows; i++)
	{
		if (rows->rows[i].place->kind == LBD_PLACE_ROOT ||
			rows->rows[i].place->kind == LBD_PLACE_OUTSIDE)
			continue;
		parts[n++] = (LbdGathered)
		{
			.label = contexts[i].function,.ns = rows->rows[i].self
		};
	}
	if (find_largest(parts, n, &function) && function.label)
		hottest[found++] = (LbdHottest)
	{
		1, LBD_PLACE_FUNCTION, function.label, function.ns,
			calls_of(rows, contexts, function.label)
	};
	n = 0;
	for (int i = 0; function.label && i < rows->nrows; i++)
	{
		if (contexts[i].line &&
			compare_texts(contexts[i].function, function.label) == 0)
			parts[n++] = (LbdGathered)
		{
			.label = contexts[i].line,.ns = rows->rows[i].self
		};
	}
	if (find_largest(parts, n, &line))
		hottest[found++] = (LbdHottest)
	{
		2, LBD_PLACE_LINE, line.label, line.ns, 0
	};
	if (largest_below(rows, contexts, function.label, line.label, false,
					  &below))
		hottest[found++] = (LbdHottest)
	{
		3, below.rule, below.label, below.ns, 0
	};
	if (largest_below(rows, contexts, function.label, line.label, true,
					  &statement) && statement.ns > below.ns / 2)
		hottest[found++] = (LbdHottest)
	{
		4, LBD_PLACE_STATEMENT, statement.label, statement.ns, 0
	};
	pfree(parts);
	return found;
}

/*
 * Adds up what is alike in parts, and tells what takes most, if there is any.
 */
static bool
find_largest(LbdGathered *parts, int n, LbdGathered *largest)
{
	n = add_up(parts, n);
	for (int i = 0; i < n; i++)
	{
		if (i == 0 || parts[i].ns > largest->ns)
			*largest = parts[i];
	}
	return n > 0;
}

/*
 * What takes most of the nodes and outputs in a function and line, or of the
 * statements there.  The rule of the result is the kind of place.
 */
static bool
largest_below(const LbdTreeRows *rows, const LbdRowContext *contexts,
			  const char *function, const char *line, bool statements,
			  LbdGathered *largest)
{
	LbdGathered *parts = palloc(rows->nrows * sizeof(LbdGathered));
	int			n = 0;
	bool		result;

	for (int i = 0; i < rows->nrows; i++)
	{
		LbdPlaceKind kind = rows->rows[i].place->kind;

		if ((statements ? kind == LBD_PLACE_STATEMENT :
			 kind == LBD_PLACE_NODE || kind == LBD_PLACE_OUTPUT) &&
			compare_texts(contexts[i].function, function) == 0 &&
			compare_texts(contexts[i].line, line) == 0)
			parts[n++] = (LbdGathered)
		{
			.rule = kind,.label = contexts[i].label,
				.ns = rows->rows[i].self
		};
	}
	result = find_largest(parts, n, largest);
	pfree(parts);
	return result;
}

static int64
calls_of(const LbdTreeRows *rows, const LbdRowContext *contexts,
		 const char *label)
{
	int64		calls = 0;

	for (int i = 0; i < rows->nrows; i++)
	{
		if (strcmp(contexts[i].label, label) == 0)
			calls += rows->rows[i].place->counts.calls;
	}
	return calls;
}
