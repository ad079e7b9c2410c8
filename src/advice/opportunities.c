/*-------------------------------------------------------------------------
 *
 * opportunities.c
 *	  What could be done about a payload's size.
 *
 * What rules propose is tried, each change by itself, by producing the payload
 * with it: of a large payload for each so many-th model, and what that saves
 * is scaled by component.  Those of high impact that go together are tried as
 * one change: first one, then two, and so on, so that what adds nothing to
 * those before it is left out.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "advice/opportunities.h"
#include "util/progress.h"
#include "util/string_map.h"

/* What a change must save of all bytes, or of all compressed ones. */
#define HIGH_SHARE		0.10
#define MEDIUM_SHARE	0.02
#define LOW_SHARE		0.005

/*
 * The bytes of a payload, and the models, that are tried at least; and of how
 * many models one is, at the most.
 */
#define SAMPLE_BYTES	800000.0
#define SAMPLE_ROWS	25
#define SAMPLE_EVERY	16

/* Names that an action lists. */
#define LISTED_NAMES	5

/* Touches everything and changes nothing: the payload as it is. */
#define NO_CHANGE		"{\"round_digits\": 1000}"

/* What a change saves of the whole payload. */
typedef struct LbdSaved
{
	int64		bytes;			/* of its bytes */
	int64		compressed_bytes;	/* of its compressed bytes */
} LbdSaved;

/* A proposal that has been tried. */
typedef struct LbdTried
{
	const LbdProposal *proposal;	/* what was tried */
	LbdSaved	saved;			/* by it alone */
	const char *impact;			/* NULL: not worth a word */
} LbdTried;

/* The work on one payload. */
typedef struct LbdAdvice
{
	LbdPayload *payload;		/* open */
	const LbdMeasured *measured;	/* the whole of it */
	LbdEncoding encoding;		/* of which compressed bytes are counted */
	int			every;			/* of so many models one is tried */
	LbdPartSize *base;			/* what is tried, unchanged */
	LbdTried   *tried;			/* each proposal */
	int			ntried;			/* how many */
} LbdAdvice;

static int	sample_every(const LbdMeasured *measured, int rows_part);
static void try_proposals(LbdAdvice *advice, const LbdProposals *found);
static void try_text(LbdAdvice *advice, const char *change,
					 LbdPartSize *sizes);
static LbdSaved try_together(LbdAdvice *advice,
							 const LbdProposal **proposals, int n);
static double saved_share(const LbdAdvice *advice, const LbdSaved *saved);
static const char *find_impact(const LbdAdvice *advice, const LbdTried *tried);
static int	compare_tried(const void *a, const void *b);
static void add_row(LbdOpportunities *result, const LbdAdvice *advice,
					const LbdTried *tried);
static void add_all_high(LbdOpportunities *result, LbdAdvice *advice);
static int	compare_rows(const void *a, const void *b);

/*
 * Finds the opportunities of a payload that has been measured.  All that is
 * returned lives as long as the payload.
 */
LbdOpportunities *
lbd_find_opportunities(LbdPayload *payload, const LbdMeasured *measured,
					   LbdEncoding encoding)
{
	MemoryContext old = MemoryContextSwitchTo(payload->memory);
	LbdOpportunities *result = palloc0(sizeof(LbdOpportunities));
	LbdProposals *found = lbd_proposals_find(measured);
	LbdAdvice	advice = {0};

	advice.payload = payload;
	advice.measured = measured;
	advice.encoding = encoding;
	advice.every = sample_every(measured, payload->outline->rows);
	advice.base = palloc0(payload->outline->nparts * sizeof(LbdPartSize));
	try_proposals(&advice, found);

	result->bytes = measured->bytes;
	result->compressed_bytes = measured->compressed_bytes;
	result->compressed = measured->compressed;
	result->rows = palloc0((found->nproposals + 1) * sizeof(LbdOpportunity));
	for (int i = 0; i < advice.ntried; i++)
	{
		if (advice.tried[i].impact)
			add_row(result, &advice, &advice.tried[i]);
	}
	qsort(result->rows, result->nrows, sizeof(LbdOpportunity), compare_rows);
	add_all_high(result, &advice);
	MemoryContextSwitchTo(old);
	return result;
}

/*
 * Of how many rows one is tried; rows_part is the number of their part, or -1.
 */
static int
sample_every(const LbdMeasured *measured, int rows_part)
{
	double		every = Min(measured->bytes / SAMPLE_BYTES, SAMPLE_EVERY);
	const LbdPathStats *rows = rows_part < 0 ? NULL :
		measured->parts[rows_part].stats;
	int64		samples;		/* of enough models, in all of them */

	if (rows && rows->root->element)
	{
		samples = rows->root->element->occurrences / SAMPLE_ROWS;
		every = Min(every, (double) samples);
	}
	return Max((int) floor(every + 0.5), 1);
}

/*
 * Tries each of the proposals by itself, and judges it.
 */
static void
try_proposals(LbdAdvice *advice, const LbdProposals *found)
{
	LbdProgress progress;

	advice->tried = palloc0(Max(found->nproposals, 1) * sizeof(LbdTried));
	lbd_progress_start(&progress, "lbdiag_opportunities", "change tried",
					   "changes tried", found->nproposals + 1);
	if (found->nproposals > 0)
		try_text(advice, NO_CHANGE, advice->base);
	lbd_progress_add(&progress);
	for (int i = 0; i < found->nproposals; i++)
	{
		const LbdProposal *proposal = &found->proposals[i];
		LbdTried   *tried = &advice->tried[advice->ntried++];

		CHECK_FOR_INTERRUPTS();
		tried->proposal = proposal;
		if (proposal->rule->change)
			tried->saved = try_together(advice, &proposal, 1);
		tried->impact = find_impact(advice, tried);
		lbd_progress_add(&progress);
	}
	qsort(advice->tried, advice->ntried, sizeof(LbdTried), compare_tried);
}

/*
 * Tries a change, given as JSON.
 */
static void
try_text(LbdAdvice *advice, const char *change, LbdPartSize *sizes)
{
	Datum		jsonb = DirectFunctionCall1(jsonb_in, CStringGetDatum(change));
	LbdTrial	trial = {0};

	trial.change = DatumGetJsonbP(jsonb);
	trial.encoding = advice->encoding;
	trial.partial = true;
	trial.every = advice->every;
	lbd_payload_measure(advice->payload, &trial, sizes);
	pfree(DatumGetPointer(jsonb));
}

/*
 * Tries the changes of proposals as one, and returns what it saves of the
 * whole payload.
 */
static LbdSaved
try_together(LbdAdvice *advice, const LbdProposal **proposals, int n)
{
	char	   *change = lbd_proposals_change(proposals, n);
	int			nparts = advice->payload->outline->nparts;
	LbdPartSize *sizes = palloc(nparts * sizeof(LbdPartSize));
	double		bytes = 0;
	double		compressed = 0;

	try_text(advice, change, sizes);
	pfree(change);
	for (int i = 0; i < nparts; i++)
	{
		const LbdPartSize *base = &advice->base[i];
		const LbdMeasuredPart *part = &advice->measured->parts[i];

		if (!sizes[i].counted)
			continue;
		bytes += (double) (base->bytes - sizes[i].bytes) *
			(double) part->bytes / (double) Max(base->bytes, 1);
		compressed += (double) (base->compressed_bytes -
								sizes[i].compressed_bytes) *
			(double) part->compressed_bytes /
			(double) Max(base->compressed_bytes, 1);
	}
	return (LbdSaved)
	{
		(int64) round(bytes), (int64) round(compressed)
	};
}

/*
 * The share of the payload that is saved: of its bytes or of its compressed
 * ones, whichever is more.
 */
static double
saved_share(const LbdAdvice *advice, const LbdSaved *saved)
{
	const LbdMeasured *measured = advice->measured;
	double		share = (double) saved->bytes /
		(double) Max(measured->bytes, 1);

	if (measured->compressed)
		share = Max(share, (double) saved->compressed_bytes /
					(double) Max(measured->compressed_bytes, 1));
	return share;
}

static const char *
find_impact(const LbdAdvice *advice, const LbdTried *tried)
{
	double		share = saved_share(advice, &tried->saved);

	if (tried->proposal->rule->impact)
		return tried->proposal->rule->impact;
	return share >= HIGH_SHARE ? "HIGH" : share >= MEDIUM_SHARE ? "MEDIUM" :
		share >= LOW_SHARE ? "LOW" : NULL;
}

static int
compare_saved(const LbdSaved *a, const LbdSaved *b)
{
	if (a->compressed_bytes != b->compressed_bytes)
		return a->compressed_bytes > b->compressed_bytes ? -1 : 1;
	return a->bytes > b->bytes ? -1 : a->bytes < b->bytes;
}

/*
 * What saves most comes first.
 */
static int
compare_tried(const void *a, const void *b)
{
	const LbdTried *left = a;
	const LbdTried *right = b;
	int			saved = compare_saved(&left->saved, &right->saved);

	return saved != 0 ? saved : strcmp(left->proposal->rule->name,
									   right->proposal->rule->name);
}

/*
 * A list of one text.
 */
static LbdTexts
one_text(const char *text)
{
	LbdTexts	list = {palloc(sizeof(char *)), 1};

	list.texts[0] = text;
	return list;
}

/*
 * The texts of a list, separated by commas.
 */
static char *
joined(const LbdTexts *list)
{
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < list->n; i++)
		appendStringInfo(&out, "%s%s", i > 0 ? ", " : "", list->texts[i]);
	return out.data;
}

/*
 * The first names of what fits a proposal, each once, and how many more there
 * are.
 */
static char *
few_names(const LbdProposal *proposal)
{
	LbdStringMap *seen = lbd_string_map_create(proposal->nfits);
	StringInfoData out;
	int			n = 0;

	initStringInfo(&out);
	for (int i = 0; i < proposal->nfits; i++)
	{
		int		   *number = lbd_string_map_enter(seen, proposal->fits[i].key);

		CHECK_FOR_INTERRUPTS();
		if (*number >= 0)
			continue;
		*number = n++;
		if (n <= LISTED_NAMES)
			appendStringInfo(&out, "%s%s", n > 1 ? ", " : "",
							 proposal->fits[i].key);
	}
	if (n > LISTED_NAMES)
		appendStringInfo(&out, " and %d more", n - LISTED_NAMES);
	return out.data;
}

/*
 * The action of a rule, with what fits it.
 */
static char *
write_action(const LbdProposal *proposal, const LbdTexts *components)
{
	const LbdRule *rule = proposal->rule;
	const char *place = strstr(rule->action, "%s");
	char	   *names;
	int64		bytes = 0;

	if (place == NULL)
		return pstrdup(rule->action);
	switch (rule->scope)
	{
		case LBD_RULE_UNSENT:
			for (int i = 0; i < proposal->nfits; i++)
				bytes += proposal->fits[i].part->bytes;
			names = psprintf("%s (%lld bytes of JSON)", joined(components),
							 (long long) bytes);
			break;
		case LBD_RULE_COMPONENT:
			names = joined(components);
			break;
		default:
			names = few_names(proposal);
	}
	return psprintf("%.*s%s%s", (int) (place - rule->action), rule->action,
					names, place + strlen("%s"));
}

/*
 * Adds the row of a proposal that has been tried.
 */
static void
add_row(LbdOpportunities *result, const LbdAdvice *advice,
		const LbdTried *tried)
{
	LbdOpportunity *row = &result->rows[result->nrows++];
	const LbdProposal *proposal = tried->proposal;
	const LbdRule *rule = proposal->rule;
	LbdTexts	components;

	components.texts = lbd_proposal_components(proposal, &components.n);
	row->impact = tried->impact;
	row->rules = one_text(rule->name);
	row->action = write_action(proposal, &components);
	if (rule->scope != LBD_RULE_PAYLOAD)
		row->components = components;
	if (rule->scope == LBD_RULE_MEMBER || rule->scope == LBD_RULE_KEYS)
	{
		row->paths.texts = palloc(proposal->nfits * sizeof(char *));
		while (row->paths.n < proposal->nfits)
		{
			row->paths.texts[row->paths.n] =
				proposal->fits[row->paths.n].path;
			row->paths.n++;
		}
	}
	row->bytes_saved = tried->saved.bytes;
	row->compressed_saved = tried->saved.compressed_bytes;
	row->sampled = advice->every > 1 && rule->scope != LBD_RULE_UNSENT &&
		rule->scope != LBD_RULE_COMPONENT;
	row->trade_off = rule->trade_off;
	if (rule->change)
		row->change = lbd_proposals_change(&proposal, 1);
}

/*
 * Picks those of high impact that go together, what saves most first, and
 * returns how many they are.
 */
static int
pick_high(const LbdAdvice *advice, const LbdProposal **picked, LbdSaved *first)
{
	int			n = 0;

	for (int i = 0; i < advice->ntried; i++)
	{
		const LbdTried *tried = &advice->tried[i];
		bool		fits = tried->impact && strcmp(tried->impact, "HIGH") == 0;

		for (int j = 0; j < n && fits; j++)
			fits = !lbd_proposals_conflict(picked[j], tried->proposal);
		if (!fits)
			continue;
		if (n == 0)
			*first = tried->saved;
		picked[n++] = tried->proposal;
	}
	return n;
}

/*
 * Leaves out those that add next to nothing to those before them.  Returns how
 * many are left; saved is what the first saves, and becomes what those that
 * are left save as one change.
 */
static int
keep_adding(LbdAdvice *advice, const LbdProposal **picked, int n,
			LbdSaved *saved)
{
	const LbdProposal **kept = palloc(n * sizeof(LbdProposal *));
	LbdSaved	before = {0};
	LbdSaved	together = *saved;
	LbdProgress progress;
	int			nkept = 0;
	int			nsaved = 0;		/* of how many saved is */

	lbd_progress_start(&progress, "lbdiag_opportunities", "change tried",
					   "changes tried", n);
	for (int i = 0; i < n; i++)
	{
		LbdSaved	added;

		CHECK_FOR_INTERRUPTS();
		/* The first has been tried by itself. */
		if (i > 0)
			together = try_together(advice, picked, i + 1);
		lbd_progress_add(&progress);
		added.bytes = together.bytes - before.bytes;
		added.compressed_bytes =
			together.compressed_bytes - before.compressed_bytes;
		before = together;
		if (saved_share(advice, &added) < LOW_SHARE)
			continue;
		kept[nkept++] = picked[i];
		if (nkept == i + 1)
		{
			*saved = together;
			nsaved = nkept;
		}
	}
	if (nkept != nsaved)
		*saved = try_together(advice, kept, nkept);
	memcpy(picked, kept, nkept * sizeof(LbdProposal *));
	return nkept;
}

/*
 * Adds the row of those of high impact that go together and each add
 * something, where there are any.
 */
static void
add_all_high(LbdOpportunities *result, LbdAdvice *advice)
{
	const LbdMeasured *measured = advice->measured;
	const LbdProposal **picked = palloc(Max(advice->ntried, 1) *
										sizeof(LbdProposal *));
	LbdOpportunity *row = &result->rows[result->nrows];
	LbdSaved	saved = {0};
	int			n = pick_high(advice, picked, &saved);
	int64		compressed_bytes;

	n = keep_adding(advice, picked, n, &saved);
	if (n == 0)
		return;
	result->nrows++;
	row->impact = "ALL HIGH";
	row->rules.texts = palloc(n * sizeof(char *));
	row->rules.n = n;
	for (int i = 0; i < n; i++)
		row->rules.texts[i] = picked[i]->rule->name;
	row->action = psprintf("All of high impact that go together: %s",
						   joined(&row->rules));
	row->bytes_saved = saved.bytes;
	row->compressed_saved = saved.compressed_bytes;
	row->sampled = advice->every > 1;
	compressed_bytes = measured->compressed_bytes - saved.compressed_bytes;
	row->trade_off = lbd_payload_phases_met(advice->payload,
											measured->bytes - saved.bytes,
											measured->compressed ?
											&compressed_bytes : NULL);
	row->change = lbd_proposals_change(picked, n);
}

/*
 * Where a row stands before its savings count.
 */
static int
place(const LbdOpportunity *row)
{
	return strcmp(row->impact, "SECURITY") == 0 ? 0 :
		strcmp(row->impact, "UNSENT") == 0 ? 2 : 1;
}

static int
compare_rows(const void *a, const void *b)
{
	const LbdOpportunity *left = a;
	const LbdOpportunity *right = b;
	LbdSaved	left_saved = {left->bytes_saved, left->compressed_saved};
	LbdSaved	right_saved = {right->bytes_saved, right->compressed_saved};
	int			saved = compare_saved(&left_saved, &right_saved);

	if (place(left) != place(right))
		return place(left) - place(right);
	return saved != 0 ? saved : strcmp(left->action, right->action);
}
