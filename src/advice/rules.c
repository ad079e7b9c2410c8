/*-------------------------------------------------------------------------
 *
 * rules.c
 *	  What opportunities are found by.
 *
 * A new rule is an entry in the table.  Users see it with lbdiag_rules().
 * Which paths of a payload fit a rule is found by proposals.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "advice/rules.h"

/* A path that takes less of the payload is not worth a word. */
#define SOME_SHARE	0.0005

/* For what costs the reader more, and for queries and tables. */
#define MORE_SHARE	0.005
#define LARGE_SHARE	0.01

/* Members of the cells of row_data. */
#define CELLS		.components = "row_data", .below = "$[*].*"

static const LbdRule rules[] = {
	{
		.name = "secret",.scope = LBD_RULE_MEMBER,
		.keys = "~password,~passwd,~secret,~credential,~email,~e_mail,"
		"~apikey,~api_key,~privatekey,~private_key,~sessionkey,~session_key,"
		"~accesstoken,~access_token,~authtoken,~auth_token,~refreshtoken,"
		"~refresh_token,~sessiontoken,~session_token,~csrftoken,~csrf_token,"
		"~bearertoken,~bearer_token,pwd,token,e-mail",
		.alone = true,.impact = "SECURITY",.change = "drop_paths",
		.action = "Keep %s in the database",
		.trade_off = "None: a browser must not have them, whatever they take."
	},
	{
		.name = "color",.scope = LBD_RULE_MEMBER,.keys = "*color*,*colour*",
		.min_share = SOME_SHARE,.alone = true,.change = "drop_paths",
		.action = "Compute %s in the browser",
		.trade_off = "The page's script needs the rule; a change of colors is a change of the script."
	},
	{
		.name = "optional",.scope = LBD_RULE_MEMBER, CELLS,
		.keys = "raw,*_raw,raw_*,error,*_error,timestamp,*_timestamp,"
		"version_*,*_version,historical_*",
		.min_share = SOME_SHARE,.alone = true,.change = "drop_paths",
		.action = "Send %s of the cells on request",
		.trade_off = "What the page shows of them comes shortly after it is asked for."
	},
	{
		.name = "derivable",.scope = LBD_RULE_MEMBER, CELLS,
		.keys = "complete,is_complete,benchmark_type_id",
		.min_share = SOME_SHARE,.alone = true,.change = "drop_paths",
		.action = "Drop %s from the cells: the page can derive them",
		.trade_off = "The page's script derives them: complete from the value, the benchmark from the cell's key."
	},
	{
		.name = "metadata",.scope = LBD_RULE_MEMBER,
		.components = "row_data",.below = "$[*].metadata",
		.needs = LBD_NEEDS_METADATA_MAP,
		.min_share = SOME_SHARE,.alone = true,.change = "drop_paths",
		.action = "Drop %s of the rows, which model_metadata_map repeats for each of them",
		.trade_off = "The page looks them up in model_metadata_map, which must then be loaded at once."
	},
	{
		.name = "usual",.scope = LBD_RULE_MEMBER,
		.keys = "!value,!score,!score_ceiled",
		.types = "string,number,boolean,null",.min_share = SOME_SHARE,
		.min_occurrences = 20,.min_usual = 0.95,.alone = true,
		.change = "defaults",.not_with = "nulls,columnar",
		.action = "Send the usual value of %s once",
		.trade_off = "At least 95 % have one value: it becomes the default, and the page's script fills it in."
	},
	{
		.name = "dictionary",.scope = LBD_RULE_MEMBER, CELLS,
		.types = "string",.min_share = MORE_SHARE,.max_distinct = 0.05,
		.min_text = 8,.change = "dictionary",
		.action = "Send each string of %s once, and its number in the cells",
		.trade_off = "The page's script looks the strings up."
	},
	{
		.name = "keys",.scope = LBD_RULE_KEYS,
		.components = "row_data",.below = "$[*]",.min_share = MORE_SHARE,
		.change = "dictionary_keys",.not_with = "columnar",
		.action = "Send each key of the cells once, and its number in the rows",
		.trade_off = "The page's script looks the keys up."
	},
	{
		.name = "maps",.scope = LBD_RULE_COMPONENT,
		.components = "benchmark_bibtex_map,benchmarkStimuliMetaMap,"
		"benchmarkDataMetaMap,benchmarkMetricMetaMap,model_metadata_map",
		.min_share = SOME_SHARE,.change = "drop_components",
		.not_with = "metadata",
		.action = "Load the metadata maps (%s) when they are first needed",
		.trade_off = "The details of a model or benchmark come shortly after they are asked for."
	},
	{
		.name = "comparison",.scope = LBD_RULE_COMPONENT,
		.components = "comparison_data",.needs = LBD_NEEDS_ROW_DATA,
		.min_share = SOME_SHARE,.change = "drop_components",
		.action = "Derive %s from row_data in the browser",
		.trade_off = "The comparison view reads the cells of row_data, which must then have the scores' errors."
	},
	{
		.name = "columns",.scope = LBD_RULE_COMPONENT,
		.components = "column_defs",
		.min_share = SOME_SHARE,.change = "drop_components",
		.action = "Build %s in the browser",
		.trade_off = "The page's script builds the columns from benchmark_tree and benchmark_metadata."
	},
	{
		.name = "plain_json",.scope = LBD_RULE_PAYLOAD,
		.needs = LBD_NEEDS_JS_STRINGS,.min_share = SOME_SHARE,
		.change = "plain_json",.value = "true",
		.action = "Embed plain JSON in place of JavaScript strings",
		.trade_off = "The page reads it with JSON.parse from a data island; its text must not contain </script."
	},
	{
		.name = "compact",.scope = LBD_RULE_PAYLOAD,
		.needs = LBD_NEEDS_BLANKS,.min_share = SOME_SHARE,
		.change = "compact",.value = "true",
		.action = "Use separators without blanks",
		.trade_off = "None: a payload is not read by people."
	},
	{
		.name = "utf8",.scope = LBD_RULE_PAYLOAD,
		.needs = LBD_NEEDS_ESCAPES,.min_share = SOME_SHARE,
		.change = "utf8",.value = "true",
		.action = "Send UTF-8 in place of \\u escapes",
		.trade_off = "None, where the page declares its encoding."
	},
	{
		.name = "nulls",.scope = LBD_RULE_PAYLOAD,.min_share = SOME_SHARE,
		.change = "omit_nulls",.value = "true",.not_with = "usual",
		.action = "Leave out members that are null",
		.trade_off = "The page's script must take a missing member as null."
	},
	{
		.name = "digits",.scope = LBD_RULE_PAYLOAD,.min_share = SOME_SHARE,
		.change = "round_digits",.value = "2",
		.action = "Round numbers to 2 decimals, what the page shows",
		.trade_off = "The page cannot show, or sort by, more decimals."
	},
	{
		.name = "columnar",.scope = LBD_RULE_PAYLOAD,
		.needs = LBD_NEEDS_ROW_DATA,.min_share = SOME_SHARE,
		.change = "columnar",.value = "true",.not_with = "keys,usual",
		.action = "Send row_data as an object of arrays",
		.trade_off = "The page's script puts the rows together again."
	},
	{
		.name = "unsent",.scope = LBD_RULE_UNSENT,.min_share = SOME_SHARE,
		.impact = "UNSENT",
		.action = "Do not build %s, which is not sent with this page",
		.trade_off = "None for this page. It saves time and no bytes: see the build_ functions in lbdiag_profile_calls."
	},

	/* Of the result of any query, for lbdiag_audit_query_report. */
	{
		.name = "query_nulls",.scope = LBD_RULE_QUERY,
		.min_share = LARGE_SHARE,.min_occurrences = 1,
		.action = "leave out the members that are null",
		.trade_off = "A missing member must be read as null."
	},
	{
		.name = "query_constant",.scope = LBD_RULE_QUERY,
		.min_share = LARGE_SHARE,.min_occurrences = 2,
		.action = "send the value once: it never differs",
		.trade_off = "The reader must know it from elsewhere."
	},
	{
		.name = "query_strings",.scope = LBD_RULE_QUERY,
		.types = "string,text,character varying,character,name",
		.min_share = LARGE_SHARE,.min_occurrences = 20,
		.max_distinct = 0.05,.min_text = 6,
		.action = "send each string once, and its number",
		.trade_off = "The reader must look the strings up."
	},
	{
		.name = "query_keys",.scope = LBD_RULE_QUERY,
		.min_share = LARGE_SHARE,.min_occurrences = 2,
		.action = "send the key once: every element has it",
		.trade_off = "Arrays of values in the place of objects."
	},
	{
		.name = "query_digits",.scope = LBD_RULE_QUERY,
		.min_share = LARGE_SHARE,.min_occurrences = 1,
		.action = "send no more digits than a double needs",
		.trade_off = "None, where it is read as a double."
	},
	{
		.name = "query_base64",.scope = LBD_RULE_QUERY,
		.min_share = LARGE_SHARE,.min_occurrences = 1,
		.action = "send bytes in the place of base64",
		.trade_off = "A request, or a binary format, of its own."
	},
	{
		.name = "query_blanks",.scope = LBD_RULE_QUERY,
		.min_share = LARGE_SHARE,.min_occurrences = 1,
		.action = "leave out blanks",
		.trade_off = "None: jsonb's text has them always, json's as it was written."
	},
	{
		.name = "query_empty",.scope = LBD_RULE_QUERY,
		.min_share = LARGE_SHARE,.min_occurrences = 1,
		.action = "leave out the column: it is always null",
		.trade_off = "None."
	},

	/* Of what a table stores, for lbdiag_opportunities_relation. */
	{
		.name = "relation_empty",.scope = LBD_RULE_RELATION,.types = "null",
		.min_share = LARGE_SHARE,.min_occurrences = 1,
		.action = "leave out the member: it is always null",
		.trade_off = "A missing member must be read as null."
	},
	{
		.name = "relation_constant",.scope = LBD_RULE_RELATION,
		.min_share = LARGE_SHARE,.min_occurrences = 2,
		.action = "leave out the member: it never differs",
		.trade_off = "Readers must know it from elsewhere."
	},
	{
		.name = "relation_nulls",.scope = LBD_RULE_RELATION,
		.min_share = LARGE_SHARE,.min_occurrences = 1,
		.action = "leave out the members that are null",
		.trade_off = "A missing member must be read as null."
	},
	{
		.name = "relation_strings",.scope = LBD_RULE_RELATION,
		.types = "string",.min_share = LARGE_SHARE,.min_occurrences = 20,
		.max_distinct = 0.05,.min_text = 6,
		.action = "store each string once, in a table of its own, and its number",
		.trade_off = "Readers must look the strings up, and writers add new ones."
	},
	{
		.name = "relation_promote",.scope = LBD_RULE_RELATION,
		.types = "string,number,boolean",.min_share = LARGE_SHARE,
		.min_occurrences = 1,.min_presence = 0.9,
		.action = "promote to a column",
		.trade_off = "Queries must read the column."
	},
	{
		.name = "relation_typed",.scope = LBD_RULE_RELATION,
		.types = "string",.min_share = LARGE_SHARE,
		.min_occurrences = 1,.min_presence = 0.9,
		.action = "promote to a column of type %s",
		.trade_off = "Queries must read the column, which prints its values in its own way."
	},
	{
		.name = "relation_key",.scope = LBD_RULE_RELATION,
		.min_share = LARGE_SHARE,.min_occurrences = 1,
		.action = "shorten the key",
		.trade_off = "Readers must use the new key."
	},
	{
		.name = "relation_lz4",.scope = LBD_RULE_RELATION,
		.min_share = LARGE_SHARE,.min_occurrences = 1,
		.action = "compress with lz4",
		.trade_off = "Reading and writing are faster."
	},
	{
		.name = "relation_pglz",.scope = LBD_RULE_RELATION,
		.min_share = LARGE_SHARE,.min_occurrences = 1,
		.action = "compress with pglz",
		.trade_off = "Reading and writing are slower."
	},
};

static const char *const scope_names[] = {
	[LBD_RULE_MEMBER] = "member",
	[LBD_RULE_KEYS] = "keys",
	[LBD_RULE_COMPONENT] = "component",
	[LBD_RULE_PAYLOAD] = "payload",
	[LBD_RULE_UNSENT] = "unsent",
	[LBD_RULE_QUERY] = "query",
	[LBD_RULE_RELATION] = "relation",
};

static const char *const needs_texts[] = {
	[LBD_NEEDS_NOTHING] = NULL,
	[LBD_NEEDS_ROW_DATA] = "row_data is sent",
	[LBD_NEEDS_METADATA_MAP] =
	"model_metadata_map has the same key, as often",
	[LBD_NEEDS_JS_STRINGS] = "components are in JavaScript strings",
	[LBD_NEEDS_BLANKS] = "there are blanks after separators",
	[LBD_NEEDS_ESCAPES] = "characters that are not ASCII are escaped",
};

/*
 * The rules, by number from 0; NULL past the last one.
 */
const LbdRule *
lbd_rule(int number)
{
	return number < (int) lengthof(rules) ? &rules[number] : NULL;
}

/*
 * The rule with a name, which must be one.
 */
const LbdRule *
lbd_rule_find(const char *name)
{
	for (size_t i = 0; i < lengthof(rules); i++)
	{
		if (strcmp(rules[i].name, name) == 0)
			return &rules[i];
	}
	elog(ERROR, "there is no rule \"%s\"", name);
}

/*
 * The name of what a rule is about.
 */
const char *
lbd_rule_scope(const LbdRule *rule)
{
	return scope_names[rule->scope];
}

/*
 * What a rule needs besides, in words, or NULL.
 */
const char *
lbd_rule_needs(const LbdRule *rule)
{
	return needs_texts[rule->needs];
}

/*
 * Whether the changes of two rules exclude each other.
 */
bool
lbd_rules_exclude(const LbdRule *a, const LbdRule *b)
{
	return lbd_list_has(a->not_with, b->name) ||
		lbd_list_has(b->not_with, a->name);
}

/*
 * Takes the next item off a list, which may be NULL.  Returns false where
 * there is none.
 */
bool
lbd_list_next(const char **list, const char **item, int *len)
{
	const char *end;

	if (*list == NULL)
		return false;
	end = strchr(*list, ',');
	*item = *list;
	*len = end ? (int) (end - *list) : (int) strlen(*list);
	*list = end ? end + 1 : NULL;
	return true;
}

/*
 * Whether a list has a name.
 */
bool
lbd_list_has(const char *list, const char *name)
{
	const char *item;
	int			len;

	while (lbd_list_next(&list, &item, &len))
	{
		if ((size_t) len == strlen(name) && memcmp(item, name, len) == 0)
			return true;
	}
	return false;
}

/*
 * Whether a key in lower case has a word: at its end or before a "_", as it
 * is or in the plural, and at its start or behind a letter or a "_".
 */
static bool
has_word(const char *key, const char *word, int len)
{
	for (const char *at = key; *at != '\0'; at++)
	{
		const char *end = at + len;

		if (strncmp(at, word, len) != 0 ||
			(at > key && at[-1] != '_' && !(at[-1] >= 'a' && at[-1] <= 'z')))
			continue;
		if (*end == 's')
			end++;
		if (*end == '\0' || *end == '_')
			return true;
	}
	return false;
}

/*
 * Whether a key in lower case fits a pattern in which * at the start or the
 * end stands for any text.
 */
static bool
fits_pattern(const char *key, const char *pattern, int len)
{
	bool		open_start = len > 0 && pattern[0] == '*';
	bool		open_end = len > 1 && pattern[len - 1] == '*';
	size_t		key_len = strlen(key);

	pattern += open_start;
	len -= open_start + open_end;
	for (size_t at = 0; at + len <= key_len; at++)
	{
		if ((at == 0 || open_start) && (at + len == key_len || open_end) &&
			memcmp(key + at, pattern, len) == 0)
			return true;
	}
	return false;
}

/*
 * Whether a key, which is in lower case, fits one of a list of patterns, or
 * there are none: the key itself, with * at the start or the end for any
 * text; a word of it behind "~"; what it must not be behind "!".
 */
bool
lbd_key_fits(const char *patterns, const char *key)
{
	const char *item;
	int			len;
	bool		fits = false;
	bool		any = true;

	while (lbd_list_next(&patterns, &item, &len))
	{
		if (*item == '!')
		{
			if (fits_pattern(key, item + 1, len - 1))
				return false;
			continue;
		}
		any = false;
		fits |= *item == '~' ? has_word(key, item + 1, len - 1) :
			fits_pattern(key, item, len);
	}
	return any || fits;
}
