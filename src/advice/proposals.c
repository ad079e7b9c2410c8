/*-------------------------------------------------------------------------
 *
 * proposals.c
 *	  What rules propose for a payload that has been measured.
 *
 * The paths of all components are gone through once, and each is held against
 * each rule.  What fits a rule adds up to one proposal, whose change is
 * written as what users would give to lbdiag_whatif.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/json.h"

#include "advice/proposals.h"
#include "json/path_rows.h"
#include "util/string_map.h"

/* The paths of a payload while they are gone through. */
typedef struct LbdSearch
{
	const LbdMeasured *measured;	/* the payload */
	LbdProposal *proposals;		/* by number of the rule */
	const LbdMeasuredPart *part;	/* the component */
	LbdStringMap *repeated;		/* keys of model_metadata_map's members, or
								 * NULL */
	const LbdPath **repeats;	/* these members */
} LbdSearch;

static void find_repeated(LbdSearch *search);
static void search_part(LbdSearch *search);
static void search_below(LbdSearch *search, const LbdPath *parent,
						 const char *parent_path);
static void search_path(LbdSearch *search, const LbdPath *path,
						const char *parent_path, const char *text,
						const char *key);
static bool part_fits(const LbdSearch *search, const LbdRule *rule);
static bool path_fits(const LbdSearch *search, const LbdRule *rule,
					  const LbdPath *path, const char *parent_path,
					  const char *lower_key);
static bool values_fit(const LbdRule *rule, const LbdPath *path);
static bool need_met(const LbdSearch *search, const LbdRule *rule,
					 const LbdPath *path);
static void add_fit(LbdSearch *search, int rule, const LbdPath *path,
					const char *text, const char *key);
static void finish_proposal(LbdProposal *proposal);
static int	compare_fits(const void *a, const void *b);
static int	compare_paths(const void *a, const void *b);
static int	compare_names(const void *a, const void *b);

/*
 * Finds what rules propose.  The result lives in the current context, and
 * uses the paths of what has been measured.
 */
LbdProposals *
lbd_proposals_find(const LbdMeasured *measured)
{
	LbdProposals *found = palloc0(sizeof(LbdProposals));
	LbdSearch	search = {0};
	int			nrules = 0;

	while (lbd_rule(nrules) != NULL)
		nrules++;
	search.measured = measured;
	search.proposals = palloc0(nrules * sizeof(LbdProposal));
	find_repeated(&search);
	for (int i = 0; i < measured->nparts; i++)
	{
		search.part = &measured->parts[i];
		if (search.part->stats)
			search_part(&search);
	}
	found->proposals = search.proposals;
	for (int i = 0; i < nrules; i++)
	{
		LbdProposal *proposal = &found->proposals[found->nproposals];

		if (search.proposals[i].nfits == 0)
			continue;
		*proposal = search.proposals[i];
		proposal->rule = lbd_rule(i);
		finish_proposal(proposal);
		found->nproposals++;
	}
	return found;
}

/*
 * Notes the members that the entries of model_metadata_map have.
 */
static void
find_repeated(LbdSearch *search)
{
	const LbdMeasuredPart *part = lbd_measured_part(search->measured,
													"model_metadata_map");
	const LbdPath *entry = part && part->sent ? part->stats->root->dynamic :
		NULL;
	int			n = 0;

	if (entry == NULL)
		return;
	search->repeated = lbd_string_map_create(16);
	search->repeats = palloc((entry->nmembers + 1) * sizeof(LbdPath *));
	for (const LbdPath *path = entry->first; path; path = path->next)
	{
		CHECK_FOR_INTERRUPTS();
		if (path->kind != LBD_PATH_MEMBER)
			continue;
		*lbd_string_map_enter(search->repeated, path->key) = n;
		search->repeats[n++] = path;
	}
}

/*
 * Holds a component, and all of its paths, against the rules.
 */
static void
search_part(LbdSearch *search)
{
	const LbdPath *root = search->part->stats->root;
	const LbdRule *rule;

	for (int i = 0; (rule = lbd_rule(i)) != NULL; i++)
	{
		if (part_fits(search, rule))
			add_fit(search, i, root, "$", "");
	}
	if (search->part->sent)
		search_below(search, root, "$");
}

/*
 * Whether a rule that is about a component, or about the payload, fits the
 * present component.
 */
static bool
part_fits(const LbdSearch *search, const LbdRule *rule)
{
	const LbdMeasuredPart *part = search->part;

	switch (rule->scope)
	{
		case LBD_RULE_COMPONENT:
		case LBD_RULE_PAYLOAD:
			if (!part->sent)
				return false;
			break;
		case LBD_RULE_UNSENT:
			if (part->sent)
				return false;
			break;
		default:
			return false;
	}
	return (rule->components == NULL ||
			lbd_list_has(rule->components, part->name)) &&
		part->bytes >= rule->min_share * search->measured->bytes &&
		need_met(search, rule, part->stats->root);
}

/*
 * Goes through all paths below one.
 */
static void
search_below(LbdSearch *search, const LbdPath *parent, const char *parent_path)
{
	StringInfoData text;

	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	initStringInfo(&text);
	for (const LbdPath *path = parent->first; path; path = path->next)
	{
		char	   *key;
		int			len;

		resetStringInfo(&text);
		lbd_stats_path(path, &text);
		/* One that may be cut is no path that can be changed. */
		if (text.len > LBD_PATH_TEXT_WHOLE)
			continue;
		key = text.data + strlen(parent_path);
		key += *key == '.';
		key += *key == '"';
		len = strlen(key);
		while (len > 0 && key[len - 1] == '"')
			len--;
		key = pnstrdup(key, len);
		search_path(search, path, parent_path, text.data, key);
		search_below(search, path, text.data);
		pfree(key);
	}
	pfree(text.data);
}

/*
 * Holds a path against the rules that are about members or keys.
 */
static void
search_path(LbdSearch *search, const LbdPath *path, const char *parent_path,
			const char *text, const char *key)
{
	const LbdRule *rule;
	char	   *lower = pstrdup(key);
	bool		taken = false;

	for (char *c = lower; *c != '\0'; c++)
		*c = pg_ascii_tolower((unsigned char) *c);
	for (int i = 0; (rule = lbd_rule(i)) != NULL; i++)
	{
		if ((rule->alone && taken) ||
			!path_fits(search, rule, path, parent_path, lower))
			continue;
		add_fit(search, i, path, text, key);
		taken |= rule->alone;
	}
	pfree(lower);
}

/*
 * Whether a path fits a rule.
 */
static bool
path_fits(const LbdSearch *search, const LbdRule *rule, const LbdPath *path,
		  const char *parent_path, const char *lower_key)
{
	int64		total = search->measured->bytes;

	switch (rule->scope)
	{
		case LBD_RULE_MEMBER:
			if (path->kind != LBD_PATH_MEMBER)
				return false;
			break;
		case LBD_RULE_KEYS:
			if (path->kind != LBD_PATH_DYNAMIC ||
				path->key_bytes < rule->min_share * total)
				return false;
			break;
		default:
			return false;
	}
	return path->bytes >= rule->min_share * total &&
		path->occurrences >= rule->min_occurrences &&
		(rule->components == NULL ||
		 lbd_list_has(rule->components, search->part->name)) &&
		(rule->below == NULL || strcmp(rule->below, parent_path) == 0) &&
		lbd_key_fits(rule->keys, lower_key) &&
		values_fit(rule, path) && need_met(search, rule, path);
}

/*
 * Whether the types of a path are those of a rule: one of them, and neither
 * objects nor arrays.
 */
static bool
types_fit(const LbdRule *rule, const LbdPath *path)
{
	static const struct
	{
		const char *name;		/* in the list of a rule */
		uint32		bit;		/* of a path's types */
	}			types[] =
	{
		{"string", LBD_TYPE_STRING},
		{"number", LBD_TYPE_NUMBER},
		{"boolean", LBD_TYPE_BOOLEAN},
		{"null", LBD_TYPE_NULL},
	};

	if (rule->types == NULL)
		return true;
	if (path->types & (LBD_TYPE_OBJECT | LBD_TYPE_ARRAY))
		return false;
	for (size_t i = 0; i < lengthof(types); i++)
	{
		if ((path->types & types[i].bit) != 0 &&
			lbd_list_has(rule->types, types[i].name))
			return true;
	}
	return false;
}

/*
 * Whether the values of a path are as a rule has it.  A usual value is for
 * members that each of their objects has, and is known where it is that of
 * more than half of them.
 */
static bool
values_fit(const LbdRule *rule, const LbdPath *path)
{
	double		occurrences = (double) path->occurrences;
	int64		common = path->usual &&
		path->usual->count * 2 > path->occurrences ? path->usual->count : 0;

	if (!types_fit(rule, path))
		return false;
	if (rule->min_usual > 0 &&
		((double) Max(common, path->nulls) < rule->min_usual * occurrences ||
		 path->parent->types != LBD_TYPE_OBJECT ||
		 path->parent->occurrences != path->occurrences))
		return false;
	if (rule->max_distinct > 0 && (path->types & LBD_TYPE_SCALAR) != 0 &&
		(double) lbd_stats_distinct(path) > rule->max_distinct * occurrences)
		return false;
	return (double) path->value_bytes >= rule->min_text * occurrences;
}

/*
 * Whether there is what a rule needs besides.
 */
static bool
need_met(const LbdSearch *search, const LbdRule *rule, const LbdPath *path)
{
	const LbdMeasured *measured = search->measured;
	const LbdMeasuredPart *part;
	int			number;

	switch (rule->needs)
	{
		case LBD_NEEDS_NOTHING:
			return true;
		case LBD_NEEDS_ROW_DATA:
			part = lbd_measured_part(measured, "row_data");
			return part && part->sent;
		case LBD_NEEDS_METADATA_MAP:
			if (search->repeated == NULL)
				return false;
			number = lbd_string_map_find(search->repeated, path->key);
			return number >= 0 &&
				search->repeats[number]->occurrences == path->occurrences;
		case LBD_NEEDS_JS_STRINGS:
			return measured->js_strings;
		case LBD_NEEDS_BLANKS:
			return measured->blanks;
		case LBD_NEEDS_ESCAPES:
			return measured->escapes;
	}
	return false;
}

/*
 * Adds a path of the present component to what a rule proposes.
 */
static void
add_fit(LbdSearch *search, int rule, const LbdPath *path, const char *text,
		const char *key)
{
	LbdProposal *proposal = &search->proposals[rule];
	LbdFit	   *fit;

	if (proposal->nfits == proposal->max_fits)
	{
		proposal->max_fits = Max(2 * proposal->max_fits, 16);
		proposal->fits = proposal->fits == NULL ?
			palloc(proposal->max_fits * sizeof(LbdFit)) :
			repalloc(proposal->fits, proposal->max_fits * sizeof(LbdFit));
	}
	fit = &proposal->fits[proposal->nfits++];
	fit->part = search->part;
	fit->at = path;
	fit->path = pstrdup(text);
	fit->key = pstrdup(key);
}

/*
 * Puts what fits a rule into order.
 */
static void
finish_proposal(LbdProposal *proposal)
{
	int			n = proposal->nfits;

	qsort(proposal->fits, n, sizeof(LbdFit), compare_fits);
	if (proposal->rule->scope != LBD_RULE_MEMBER ||
		strcmp(proposal->rule->change, "drop_paths") != 0)
		return;
	proposal->dropped = palloc(n * sizeof(LbdPath *));
	for (int i = 0; i < n; i++)
		proposal->dropped[i] = proposal->fits[i].at;
	qsort(proposal->dropped, n, sizeof(LbdPath *), compare_paths);
}

/*
 * The largest first, and then by name.
 */
static int
compare_fits(const void *a, const void *b)
{
	const LbdFit *left = a;
	const LbdFit *right = b;
	int			names;

	if (left->at->bytes != right->at->bytes)
		return left->at->bytes > right->at->bytes ? -1 : 1;
	names = strcmp(left->part->name, right->part->name);
	return names != 0 ? names : strcmp(left->path, right->path);
}

static int
compare_paths(const void *a, const void *b)
{
	uintptr_t	left = (uintptr_t) *(const LbdPath *const *) a;
	uintptr_t	right = (uintptr_t) *(const LbdPath *const *) b;

	return left < right ? -1 : left > right;
}

/*
 * Whether the change of a proposal leaves out what fits another one.
 */
static bool
drops_from(const LbdProposal *a, const LbdProposal *b)
{
	if (b->rule->scope != LBD_RULE_MEMBER && b->rule->scope != LBD_RULE_KEYS)
		return false;
	for (int i = 0; i < b->nfits; i++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int j = 0; a->rule->scope == LBD_RULE_COMPONENT && j < a->nfits; j++)
		{
			if (a->fits[j].part == b->fits[i].part)
				return true;
		}
		for (const LbdPath *path = b->fits[i].at; a->dropped && path;
			 path = path->parent)
		{
			if (bsearch(&path, a->dropped, a->nfits, sizeof(LbdPath *),
						compare_paths))
				return true;
		}
	}
	return false;
}

/*
 * Whether two proposals do not go together: their rules exclude each other,
 * or the change of one leaves out what the other changes or leaves out.
 */
bool
lbd_proposals_conflict(const LbdProposal *a, const LbdProposal *b)
{
	return lbd_rules_exclude(a->rule, b->rule) || drops_from(a, b) ||
		drops_from(b, a);
}

/*
 * The components of what fits a proposal, each once, by name.
 */
const char **
lbd_proposal_components(const LbdProposal *proposal, int *n)
{
	const char **names = palloc(proposal->nfits * sizeof(char *));
	int			count = 0;

	for (int i = 0; i < proposal->nfits; i++)
	{
		const char *name = proposal->fits[i].part->name;
		int			at = 0;

		/* Names of components are constants. */
		while (at < count && names[at] != name)
			at++;
		if (at == count)
			names[count++] = name;
	}
	qsort(names, count, sizeof(char *), compare_names);
	*n = count;
	return names;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/*
 * Appends the elements that a proposal has in the array of its change.
 */
static void
append_elements(StringInfo out, const LbdProposal *proposal)
{
	StringInfoData path;
	const char **components;
	int			n;

	if (proposal->rule->scope == LBD_RULE_COMPONENT)
	{
		components = lbd_proposal_components(proposal, &n);
		for (int i = 0; i < n; i++)
		{
			appendStringInfoString(out, i > 0 ? ", " : "");
			escape_json(out, components[i]);
		}
		return;
	}
	initStringInfo(&path);
	for (int i = 0; i < proposal->nfits; i++)
	{
		CHECK_FOR_INTERRUPTS();
		resetStringInfo(&path);
		appendStringInfo(&path, "%s:%s", proposal->fits[i].part->name,
						 proposal->fits[i].path);
		appendStringInfoString(out, i > 0 ? ", " : "");
		escape_json(out, path.data);
	}
	pfree(path.data);
}

/*
 * The changes of proposals as one, a JSON object for lbdiag_whatif.
 */
char *
lbd_proposals_change(const LbdProposal **proposals, int n)
{
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < n; i++)
	{
		const LbdRule *rule = proposals[i]->rule;
		int			earlier = 0;

		while (strcmp(proposals[earlier]->rule->change, rule->change) != 0)
			earlier++;
		if (earlier < i)
			continue;
		appendStringInfo(&out, "%s\"%s\": ", i > 0 ? ", " : "{", rule->change);
		if (rule->value)
		{
			appendStringInfoString(&out, rule->value);
			continue;
		}
		for (int j = i; j < n; j++)
		{
			if (strcmp(proposals[j]->rule->change, rule->change) != 0)
				continue;
			appendStringInfoString(&out, j > i ? ", " : "[");
			append_elements(&out, proposals[j]);
		}
		appendStringInfoChar(&out, ']');
	}
	appendStringInfoChar(&out, '}');
	return out.data;
}
