/*-------------------------------------------------------------------------
 *
 * text_values.c
 *	  Which words of a statement are values.
 *
 * In a query, values are literals: a word is a name or a keyword.  Other
 * statements take values as words, too: SET a TO b, CREATE ... WITH (a = b),
 * COPY ... (NULL b), EXECUTE a(b), and with double quotes.  What may be a value
 * of such a statement counts as one, though it can be a harmless word such as
 * "on", or a column in a CHECK constraint.
 *
 * The tokens are the scanner's; there is no grammar here, so that what was
 * shown does not depend on whether the statement works.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "trace/text_values.h"

static LbdTextShown mark_value(LbdTextWalk *walk);
static bool goes_on(LbdTextWalk *walk, const char *token);
static LbdTextShown walk_statement(LbdTextWalk *walk, const char *token);
static LbdTextKind kind_of(const char *token);
static void walk_definition(LbdTextWalk *walk, const char *token);
static void walk_explain(LbdTextWalk *walk, const char *token);
static LbdTextShown walk_options(LbdTextWalk *walk, const char *token);
static void enter_query(LbdTextWalk *walk);
static bool is_mark(const char *token, const char *marks);
static bool is_word(const char *token);
static bool is_any(const char *token, const char *const *words, int nwords);

#define IS_ANY(token, ...) \
	is_any(token, (const char *const[]) {__VA_ARGS__}, \
		   lengthof(((const char *const[]) {__VA_ARGS__})))

/*
 * How the next token of a statement is shown.  A literal is given as "?".
 */
LbdTextShown
lbd_text_walk(LbdTextWalk *walk, const char *token)
{
	LbdTextShown shown;

	if (is_mark(token, ";"))
	{
		memset(walk, 0, sizeof(LbdTextWalk));
		return LBD_SHOWN;
	}
	if (is_mark(token, "("))
		walk->depth++;
	if (walk->value != LBD_VALUE_NONE && goes_on(walk, token))
		shown = mark_value(walk);
	else
	{
		walk->value = LBD_VALUE_NONE;
		walk->marked = false;
		shown = walk_statement(walk, token);
	}
	if (is_mark(token, ")"))
		walk->depth--;
	if (walk->kind == LBD_TEXT_QUERY && walk->depth < walk->query_depth)
		walk->kind = walk->outer;
	return shown;
}

/*
 * A value of several tokens is one question mark.
 */
static LbdTextShown
mark_value(LbdTextWalk *walk)
{
	if (walk->marked)
		return LBD_SHOWN_BEFORE;
	walk->marked = true;
	return LBD_SHOWN_AS_VALUE;
}

/*
 * Whether a token belongs to what is a value now.
 */
static bool
goes_on(LbdTextWalk *walk, const char *token)
{
	bool		at_depth = walk->depth == walk->value_depth;

	switch (walk->value)
	{
		case LBD_VALUE_NEXT:
			if (is_mark(token, "(),"))
				return false;
			if (!is_mark(token, "+-"))
				walk->value = LBD_VALUE_BEFORE;
			return true;
		case LBD_VALUE_BEFORE:
			/* A qualified name, or a list as SET has it. */
			if (!is_mark(token, ".") &&
				!(is_mark(token, ",") && walk->depth == 0))
				return false;
			walk->value = LBD_VALUE_NEXT;
			return true;
		case LBD_VALUE_OPTION:
			return !(at_depth && is_mark(token, "),"));
		case LBD_VALUE_GROUP:
			return !(at_depth && is_mark(token, ")"));
		default:
			return true;
	}
}

/*
 * A token that is no value, unless it is the first of an option's.
 */
static LbdTextShown
walk_statement(LbdTextWalk *walk, const char *token)
{
	switch (walk->kind)
	{
		case LBD_TEXT_BEGINS:
			if (is_word(token))
				walk->kind = kind_of(token);
			break;
		case LBD_TEXT_QUERY:
			if (IS_ANY(token, "create"))
				walk->kind = LBD_TEXT_DEFINITION;
			break;
		case LBD_TEXT_SET:
			if (is_mark(token, "=") || IS_ANY(token, "to", "zone"))
				walk->value = LBD_VALUE_REST;
			break;
		case LBD_TEXT_DEFINITION:
			walk_definition(walk, token);
			break;
		case LBD_TEXT_EXPLAIN:
			walk_explain(walk, token);
			return walk_options(walk, token);
		case LBD_TEXT_OPTIONS:
			return walk_options(walk, token);
		case LBD_TEXT_EXECUTE:
			if (is_mark(token, "("))
			{
				walk->value = LBD_VALUE_GROUP;
				walk->value_depth = walk->depth;
			}
			break;
	}
	return LBD_SHOWN;
}

/*
 * The kind of a statement by its first word.
 */
static LbdTextKind
kind_of(const char *token)
{
	if (IS_ANY(token, "set"))
		return LBD_TEXT_SET;
	if (IS_ANY(token, "create", "alter"))
		return LBD_TEXT_DEFINITION;
	if (IS_ANY(token, "execute"))
		return LBD_TEXT_EXECUTE;
	if (IS_ANY(token, "explain"))
		return LBD_TEXT_EXPLAIN;
	if (IS_ANY(token, "copy", "vacuum", "analyze", "analyse", "reindex",
			   "cluster", "repack"))
		return LBD_TEXT_OPTIONS;
	return LBD_TEXT_QUERY;
}

/*
 * Values are behind an equals sign, and TO or ZONE in a SET clause; EXECUTE is
 * a trigger's, whose arguments are values, or the query's of a new table.
 */
static void
walk_definition(LbdTextWalk *walk, const char *token)
{
	if (is_mark(token, "=") ||
		(walk->set_clause && IS_ANY(token, "to", "zone")))
	{
		walk->value = LBD_VALUE_NEXT;
		walk->set_clause = false;
	}
	else if (IS_ANY(token, "set"))
		walk->set_clause = true;
	else if (IS_ANY(token, "execute"))
		walk->kind = LBD_TEXT_EXECUTE;
	else if (IS_ANY(token, "select"))
		enter_query(walk);
	else if (!is_word(token) && !is_mark(token, "."))
		walk->set_clause = false;
}

/*
 * The statement that is explained begins with a word outside of parentheses.
 */
static void
walk_explain(LbdTextWalk *walk, const char *token)
{
	if (walk->depth > 0 || !is_word(token) ||
		IS_ANY(token, "analyze", "analyse", "verbose"))
		return;
	walk->kind = kind_of(token);
}

/*
 * In parentheses, an option's name is followed by its value.
 */
static LbdTextShown
walk_options(LbdTextWalk *walk, const char *token)
{
	if (walk->depth == 0)
		return LBD_SHOWN;
	if (is_mark(token, "(,"))
	{
		walk->option_next = true;
		walk->option_named = false;
	}
	else if (walk->option_next && IS_ANY(token, "select", "values", "table",
										 "with", "insert", "update",
										 "delete", "merge"))
		enter_query(walk);
	else if (walk->option_named && !is_mark(token, ").?"))
	{
		walk->option_named = false;
		walk->value = LBD_VALUE_OPTION;
		walk->value_depth = walk->depth;
		return mark_value(walk);
	}
	else
	{
		walk->option_named = walk->option_next;
		walk->option_next = false;
	}
	return LBD_SHOWN;
}

/*
 * A query within a statement, up to the end of its parentheses.
 */
static void
enter_query(LbdTextWalk *walk)
{
	walk->outer = walk->kind;
	walk->kind = LBD_TEXT_QUERY;
	walk->query_depth = walk->depth;
	walk->option_next = walk->option_named = false;
}

/*
 * Whether the token is one of these characters.
 */
static bool
is_mark(const char *token, const char *marks)
{
	return token[0] != '\0' && token[1] == '\0' &&
		strchr(marks, token[0]) != NULL;
}

/*
 * Whether the token is a keyword or a name.
 */
static bool
is_word(const char *token)
{
	return isalpha((unsigned char) token[0]) || token[0] == '_' ||
		token[0] == '"' || IS_HIGHBIT_SET(token[0]);
}

/*
 * Whether the token is one of these keywords; a quoted name is none.
 */
static bool
is_any(const char *token, const char *const *words, int nwords)
{
	for (int i = 0; i < nwords; i++)
	{
		if (pg_strcasecmp(token, words[i]) == 0)
			return true;
	}
	return false;
}
