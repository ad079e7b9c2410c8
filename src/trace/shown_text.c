/*-------------------------------------------------------------------------
 *
 * shown_text.c
 *	  The text of a statement without its values.
 *
 * What is a literal depends on standard_conforming_strings as it was when the
 * statement was parsed, and nothing tells what it was.  A text with a backslash
 * is read both ways, and what both have in common is shown: it is a part of
 * what the right one shows.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/keywords.h"
#include "miscadmin.h"
#include "parser/parser.h"
#include "parser/scanner.h"
#include "parser/scansup.h"

#include "compat.h"
#include "trace/shown_text.h"
#include "trace/text_values.h"
#include "util/utf8.h"

/* The scanner's tokens that are literals: parser/scanner.h has the numbers. */
enum
{
	LBD_FCONST = 260,
	LBD_SCONST,
	LBD_USCONST,
	LBD_BCONST,
	LBD_XCONST,
	LBD_OP,
	LBD_ICONST
};

/* A shown text in the making. */
typedef struct LbdShownText
{
	StringInfoData text;		/* so far */
	LbdTextWalk walk;			/* over the tokens */
	bool		after_literal;	/* the last token was one */
	int			before_comma;	/* length up to a literal and its comma, or -1 */
} LbdShownText;

static char *show_text(const char *text, bool conforming);
static bool is_interrupt(int code);
static bool is_unreadable(int code);
static void show_tokens(LbdShownText *shown, const char *text,
						bool conforming);
static void show_token(LbdShownText *shown, int token, const char *word,
					   bool space);
static bool is_literal(int token);
static bool follows_space(const char *text, int location);
static char *common_part(char *text, const char *other);

/*
 * The statement with a question mark in place of each value, one blank in
 * place of white space and comments, and a list of literals cut to its first.
 * Empty where the scanner cannot read the text.  The result is in the current
 * memory context.
 */
char *
lbd_shown_text(const char *text, int len)
{
	char	   *copy = pnstrdup(text, len);
	char	   *result = show_text(copy, true);
	char	   *other;

	if (LBD_STRINGS_CONFORM || strchr(copy, '\\') == NULL)
		return result ? result : pstrdup("");
	other = show_text(copy, false);
	/* What cannot be read in one way has been read in the other. */
	if (result == NULL || other == NULL)
		return result ? result : other ? other : pstrdup("");
	return common_part(result, other);
}

/*
 * The same for one way of reading backslashes; NULL where the text cannot be
 * read in that way.
 */
static char *
show_text(const char *text, bool conforming)
{
	MemoryContext context = CurrentMemoryContext;
	LbdShownText shown = {.before_comma = -1};
	volatile bool readable = true;

	initStringInfo(&shown.text);
	PG_TRY();
	{
		show_tokens(&shown, text, conforming);
	}
	PG_CATCH();
	{
		/* The scanner holds nothing but memory. */
		MemoryContextSwitchTo(context);
		if (is_interrupt(geterrcode()))
			PG_RE_THROW();
		readable = !is_unreadable(geterrcode());
		FlushErrorState();
		resetStringInfo(&shown.text);
	}
	PG_END_TRY();
	return readable ? shown.text.data : NULL;
}

/*
 * Whether an error is not the scanner's, but has come while it worked.
 */
static bool
is_interrupt(int code)
{
	return ERRCODE_TO_CATEGORY(code) ==
		ERRCODE_TO_CATEGORY(ERRCODE_QUERY_CANCELED) ||
		ERRCODE_TO_CATEGORY(code) ==
		ERRCODE_TO_CATEGORY(ERRCODE_T_R_SERIALIZATION_FAILURE);
}

/*
 * Whether an error says that a text is none that the parser could have read;
 * a lack of memory says nothing.
 */
static bool
is_unreadable(int code)
{
	return ERRCODE_TO_CATEGORY(code) ==
		ERRCODE_TO_CATEGORY(ERRCODE_SYNTAX_ERROR) ||
		ERRCODE_TO_CATEGORY(code) ==
		ERRCODE_TO_CATEGORY(ERRCODE_DATA_EXCEPTION) ||
		code == ERRCODE_FEATURE_NOT_SUPPORTED;
}

static void
show_tokens(LbdShownText *shown, const char *text, bool conforming)
{
	core_yy_extra_type extra;
	core_yyscan_t scanner = scanner_init(text, &extra, &ScanKeywords,
										 ScanKeywordTokens);

	LBD_SCANNER_STRINGS(extra, conforming);
	for (;;)
	{
		core_YYSTYPE value;
		YYLTYPE		location;
		int			token = core_yylex(&value, &location, scanner);

		CHECK_FOR_INTERRUPTS();
		if (token == 0)
			break;
		/* The scanner has put an end to the token. */
		show_token(shown, token, is_literal(token) ? "?" :
				   extra.scanbuf + location, follows_space(text, location));
	}
	scanner_finish(scanner);
}

/*
 * Adds a token, which has white space or a comment before it or not.
 */
static void
show_token(LbdShownText *shown, int token, const char *word, bool space)
{
	StringInfo	text = &shown->text;
	LbdTextShown how = lbd_text_walk(&shown->walk, word);
	bool		literal = how == LBD_SHOWN && is_literal(token);
	int			before = text->len;

	if (how == LBD_SHOWN_BEFORE)
		return;
	if (literal && shown->before_comma >= 0)
	{
		/* Another element of a list. */
		text->len = shown->before_comma;
		text->data[text->len] = '\0';
	}
	else
	{
		if (text->len > 0 && space)
			appendStringInfoChar(text, ' ');
		appendStringInfoString(text, how == LBD_SHOWN_AS_VALUE ? "?" : word);
	}
	shown->before_comma = token == ',' && shown->after_literal ? before : -1;
	shown->after_literal = literal;
}

static bool
is_literal(int token)
{
	return token == LBD_FCONST || token == LBD_SCONST ||
		token == LBD_USCONST || token == LBD_BCONST ||
		token == LBD_XCONST || token == LBD_ICONST;
}

/*
 * Whether a token is preceded by white space or a comment.
 */
static bool
follows_space(const char *text, int location)
{
	if (location == 0)
		return false;
	return scanner_isspace(text[location - 1]) ||
		(location > 1 && text[location - 1] == '/' &&
		 text[location - 2] == '*');
}

/*
 * What two texts begin with, marked where it is not all.
 */
static char *
common_part(char *text, const char *other)
{
	int			len = 0;

	while (text[len] != '\0' && text[len] == other[len])
		len++;
	if (text[len] == other[len])
		return text;
	len = lbd_clip(text, strlen(text), len);
	return len > 0 ? psprintf("%.*s...", len, text) : pstrdup("");
}
