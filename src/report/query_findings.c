/*-------------------------------------------------------------------------
 *
 * query_findings.c
 *	  What could be left out of the result of a query.
 *
 * Each kind of waste is looked for at each path, with the thresholds of its
 * rule.  What it would save is
 * counted in the text, before compression, as if nothing else was changed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"

#include "advice/rules.h"
#include "json/path_rows.h"
#include "json/waste.h"
#include "report/query_findings.h"

/* So many findings are listed. */
#define LBD_FINDINGS_SHOWN	20

/* More distinct strings than these are not looked up by their number. */
#define LBD_STRINGS_DISTINCT	50

/* A path as the kinds of waste see it. */
typedef struct LbdWastePath
{
	const LbdResultColumn *column;	/* whose it is */
	const LbdPath *path;		/* the path */
	int64		distinct;		/* its distinct values, -1 where there are no
								 * scalars */
} LbdWastePath;

/* A kind of waste: a rule of scope query. */
typedef struct LbdWasteKind
{
	const char *rule;			/* its thresholds, and what to do about it */
	int64		(*saved) (const LbdWastePath *at);	/* bytes, 0 for nothing */
} LbdWasteKind;

typedef struct LbdFinding
{
	const LbdRule *rule;		/* what it is */
	const LbdResultColumn *column;	/* where it is */
	const LbdPath *path;
	int64		saved;			/* bytes of the result */
} LbdFinding;

typedef struct LbdFindings
{
	LbdFinding	rows[LBD_FINDINGS_SHOWN];	/* those that save most first */
	int			nrows;			/* how many there are */
	int64		bytes;			/* of the result */
	const LbdResultColumn *column;	/* whose paths are being looked at */
} LbdFindings;

static int64 base64_saved(const LbdWastePath *at);
static int64 blanks_saved(const LbdWastePath *at);
static int64 constant_saved(const LbdWastePath *at);
static int64 digits_saved(const LbdWastePath *at);
static int64 empty_saved(const LbdWastePath *at);
static int64 keys_saved(const LbdWastePath *at);
static int64 nulls_saved(const LbdWastePath *at);
static int64 strings_saved(const LbdWastePath *at);

/* Of those that save the same at the same path, the first comes first. */
static const LbdWasteKind kinds[] = {
	{"query_base64", base64_saved},
	{"query_blanks", blanks_saved},
	{"query_constant", constant_saved},
	{"query_digits", digits_saved},
	{"query_empty", empty_saved},
	{"query_keys", keys_saved},
	{"query_nulls", nulls_saved},
	{"query_strings", strings_saved}
};

static void find_waste(const LbdPath *path, void *arg);
static void add_finding(LbdFindings *findings, const LbdFinding *finding);
static void report_finding(LbdReport *report, const LbdFinding *finding,
						   const LbdFinding *next);
static int64 what_goes(int64 bytes, int64 times, int64 of);
static int64 sum_blanks(const LbdPath *path);
static bool rule_fits(const LbdRule *rule, const LbdWastePath *at);

/*
 * Writes the section.
 */
void
lbd_report_findings(LbdReport *report, const LbdResultSizes *sizes)
{
	LbdFindings findings = {.bytes = sizes->bytes};

	for (int i = 0; i < sizes->ncolumns; i++)
	{
		findings.column = &sizes->columns[i];
		lbd_rows_walk(findings.column->root, find_waste, &findings);
	}
	lbd_report_heading(report, "WHAT EACH OF THESE WOULD SAVE, BEFORE COMPRESSION");
	for (int i = 0; i < findings.nrows; i++)
		report_finding(report, &findings.rows[i],
					   i + 1 < findings.nrows ? &findings.rows[i + 1] : NULL);
}

/*
 * Writes a finding.  What it costs is said once, behind the last of several
 * of a kind.
 */
static void
report_finding(LbdReport *report, const LbdFinding *finding,
			   const LbdFinding *next)
{
	lbd_report_wrapped(report, "%12lld bytes  %s: %s",
					   (long long) finding->saved,
					   lbd_result_place(finding->column, finding->path,
										LBD_PLACE_WIDTH),
					   finding->rule->action);
	if (next == NULL || next->rule != finding->rule)
		lbd_report_line(report, "%20s%s", "", finding->rule->trade_off);
}

/*
 * Looks at a path.
 */
static void
find_waste(const LbdPath *path, void *arg)
{
	LbdFindings *findings = arg;
	LbdWastePath at = {
		.column = findings->column,
		.path = path,
		.distinct = (path->types & LBD_TYPE_SCALAR) != 0 ?
		lbd_stats_distinct(path) : -1
	};

	for (size_t i = 0; i < lengthof(kinds); i++)
	{
		const LbdRule *rule = lbd_rule_find(kinds[i].rule);
		LbdFinding	finding = {rule, at.column, path, kinds[i].saved(&at)};

		if (finding.saved > 0 && rule_fits(rule, &at) &&
			finding.saved >= rule->min_share * findings->bytes)
			add_finding(findings, &finding);
	}
}

/*
 * Puts a finding into its place, behind those that save as much.
 */
static void
add_finding(LbdFindings *findings, const LbdFinding *finding)
{
	int			at = findings->nrows;

	while (at > 0 && findings->rows[at - 1].saved < finding->saved)
		at--;
	if (at == LBD_FINDINGS_SHOWN)
		return;
	if (findings->nrows < LBD_FINDINGS_SHOWN)
		findings->nrows++;
	memmove(&findings->rows[at + 1], &findings->rows[at],
			(findings->nrows - 1 - at) * sizeof(LbdFinding));
	findings->rows[at] = *finding;
}

static int64
base64_saved(const LbdWastePath *at)
{
	return at->path->waste->base64;
}

static int64
blanks_saved(const LbdWastePath *at)
{
	return at->path->parent ? 0 : sum_blanks(at->path);
}

static int64
sum_blanks(const LbdPath *path)
{
	int64		sum = path->waste->blanks;

	check_stack_depth();
	for (const LbdPath *child = path->first; child; child = child->next)
		sum += sum_blanks(child);
	return sum;
}

static int64
constant_saved(const LbdWastePath *at)
{
	const LbdPath *path = at->path;

	if (at->distinct != 1 || path->nulls > 0 ||
		(path->types & ~LBD_TYPE_SCALAR) != 0)
		return 0;
	return what_goes(path->bytes + path->waste->separators, 1,
					 path->occurrences);
}

static int64
digits_saved(const LbdWastePath *at)
{
	return at->path->waste->digits;
}

static int64
empty_saved(const LbdWastePath *at)
{
	const LbdPath *path = at->path;

	return path->parent == NULL && path->nulls == path->occurrences ?
		path->bytes : 0;
}

/*
 * A key that each element of an array has, or each row of a column.
 */
static int64
keys_saved(const LbdWastePath *at)
{
	const LbdPath *path = at->path;
	const LbdPath *object = path->parent;
	int64		times = 1;

	if (path->kind != LBD_PATH_MEMBER || path->occurrences == 0)
		return 0;
	if (object->parent == NULL)
	{
		if (object->occurrences - object->nulls != path->occurrences)
			return 0;
	}
	else if (object->kind == LBD_PATH_ELEMENT &&
			 object->types == LBD_TYPE_OBJECT &&
			 object->occurrences == path->occurrences)
		times = object->parent->occurrences;
	else
		return 0;
	return what_goes(path->key_bytes + path->waste->colons, times,
					 path->occurrences);
}

static int64
nulls_saved(const LbdWastePath *at)
{
	return at->path->waste->nulls;
}

/*
 * Strings that can be sent once, with a number for each occurrence.
 */
static int64
strings_saved(const LbdWastePath *at)
{
	const LbdPath *path = at->path;
	int			digits = at->distinct < 10 ? 1 : 2;

	if (at->distinct < 2 || at->distinct > LBD_STRINGS_DISTINCT)
		return 0;
	return path->value_bytes - path->waste->strings -
		path->occurrences * digits;
}

/*
 * Whether the rule's thresholds and types are those of a path.
 */
static bool
rule_fits(const LbdRule *rule, const LbdWastePath *at)
{
	const LbdPath *path = at->path;
	StringInfoData types;

	if (path->occurrences < rule->min_occurrences ||
		path->value_bytes < rule->min_text * path->occurrences ||
		(rule->max_distinct > 0 &&
		 at->distinct > rule->max_distinct * path->occurrences))
		return false;
	if (rule->types == NULL)
		return true;
	if (path->parent == NULL && at->column->type_name)
		return lbd_list_has(rule->types, at->column->type_name);
	initStringInfo(&types);
	lbd_stats_types(path, &types);
	return lbd_list_has(rule->types, types.data);
}

/*
 * What of bytes goes where what is there "of" times is there "times" times.
 */
static int64
what_goes(int64 bytes, int64 times, int64 of)
{
	return floor((double) bytes * (of - times) / of);
}
