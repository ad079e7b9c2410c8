/*-------------------------------------------------------------------------
 *
 * statement_text.c
 *	  The text of a statement without its literals.
 *
 * Statements that differ only in literals, comments and white space are one.
 * To find that out takes the server's scanner; so that a statement that runs
 * over and over does not pay for it, the texts that were met last are kept as
 * they were, with the places that they led to.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "common/keywords.h"
#include "mb/pg_wchar.h"
#include "parser/scanner.h"
#include "parser/scansup.h"
#include "utils/memutils.h"

#include "compat.h"
#include "trace/statement_text.h"

/* A text up to this length, in bytes, is recognised without the scanner. */
#define LBD_TEXT_KEPT		1000

/* Texts that are recognised at the same time; a power of 2. */
#define LBD_CACHED			256

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

typedef struct LbdStatementCache
{
	struct
	{
		LbdPlace   *parent;		/* where the statement was met */
		LbdPlace   *place;		/* its place, which has the text */
	}			entries[LBD_CACHED];
} LbdStatementCache;

static void scan_tokens(StringInfo result, char *text);
static bool is_literal(int token);
static bool follows_space(const char *text, int location);
static LbdPlace *place_of_text(LbdTrace *trace, LbdPlaceKind kind,
							   const char *text, int len,
							   const char *command);
static LbdPlace *place_above(LbdPlace *place, uint64 identity);
static void keep_text(LbdTrace *trace, LbdPlace *place, const char *text,
					  int len);

/*
 * The statement with a question mark in place of each literal, one blank in
 * place of white space and comments, and a list of literals cut to its first.
 * A text that the scanner cannot read gives an empty one.  The result is in
 * the current memory context.
 */
char *
lbd_statement_normalize(const char *text, int len)
{
	MemoryContext context = CurrentMemoryContext;
	char	   *copy = pnstrdup(text, len);
	StringInfoData result;

	initStringInfo(&result);
	PG_TRY();
	{
		scan_tokens(&result, copy);
	}
	PG_CATCH();
	{
		/* The scanner holds nothing but memory. */
		MemoryContextSwitchTo(context);
		if (geterrcode() == ERRCODE_QUERY_CANCELED)
			PG_RE_THROW();
		FlushErrorState();
		resetStringInfo(&result);
	}
	PG_END_TRY();
	return result.data;
}

static void
scan_tokens(StringInfo result, char *text)
{
	core_yy_extra_type extra;
	core_yyscan_t scanner = scanner_init(text, &extra, &ScanKeywords,
										 ScanKeywordTokens);
	bool		after_literal = false;
	int			before_comma = -1;	/* length up to a literal and its comma */

	LBD_SCANNER_QUIET(extra);
	for (;;)
	{
		core_YYSTYPE value;
		YYLTYPE		location;
		int			token = core_yylex(&value, &location, scanner);
		bool		literal = is_literal(token);
		int			before = result->len;

		if (token == 0)
			break;
		if (literal && before_comma >= 0)
		{
			/* Another element of a list. */
			result->len = before_comma;
			result->data[result->len] = '\0';
		}
		else
		{
			if (result->len > 0 && follows_space(text, location))
				appendStringInfoChar(result, ' ');
			/* The scanner has put an end to the token. */
			appendStringInfoString(result, literal ? "?" :
								   extra.scanbuf + location);
		}
		before_comma = token == ',' && after_literal ? before : -1;
		after_literal = literal;
	}
	scanner_finish(scanner);
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
 * A label in the current memory context: a normalized text after a prefix,
 * cut where it is long.
 */
char *
lbd_statement_label(const char *prefix, const char *normalized)
{
	char	   *label = psprintf("%s%s", prefix, normalized);
	int			len = strlen(label);

	if (len <= LBD_LABEL_BYTES)
		return label;
	len = pg_mbcliplen(label, len, LBD_LABEL_BYTES - 3);
	return psprintf("%.*s...", len, label);
}

/*
 * The place of the statement that is met below the current place: source has
 * it at location, len bytes long, or to its end where len is not positive.  A
 * statement that the server runs on behalf of the one that is running, with
 * the same text or without a place of its own in that, is that one.  A
 * statement without text has command for a label.  Returns the current place where there is no space for another.
 */
LbdPlace *
lbd_statement_place(LbdTrace *trace, LbdPlaceKind kind, const char *source,
					int location, int len, const char *command)
{
	LbdPlace   *parent = lbd_trace_caller(trace);
	int			source_len = source ? strlen(source) : 0;
	LbdPlace   *place;
	uint32		slot;

	if (parent->kind == LBD_PLACE_UTILITY && source == trace->utility &&
		location <= 0 && len <= 0)
		return parent;
	if (location < 0 || location > source_len)
		location = len = 0;
	if (len <= 0 || len > source_len - location)
		len = source_len - location;
	if (source)
		source += location;
	while (len > 0 && scanner_isspace(*source))
		source++, len--;

	if (trace->statements == NULL)
		trace->statements = MemoryContextAllocZero(trace->context,
												   sizeof(LbdStatementCache));
	slot = (murmurhash32((uint32) (uintptr_t) source) ^ parent->number) &
		(LBD_CACHED - 1);
	place = trace->statements->entries[slot].place;
	if (place && trace->statements->entries[slot].parent == parent &&
		place->text_len == len && len > 0 &&
		memcmp(place->text, source, len) == 0)
		return place;

	place = place_of_text(trace, kind, source, len, command);
	trace->statements->entries[slot].parent = parent;
	trace->statements->entries[slot].place = place->text ? place : NULL;
	return place;
}

/*
 * The place of a text below the current place, by way of the scanner.
 */
static LbdPlace *
place_of_text(LbdTrace *trace, LbdPlaceKind kind, const char *text, int len,
			  const char *command)
{
	LbdPlace   *parent = lbd_trace_caller(trace);
	MemoryContext old = MemoryContextSwitchTo(trace->scratch);
	char	   *normalized = len == 0 ? pstrdup("") :
		lbd_statement_normalize(text, len);
	uint64		identity;
	LbdPlace   *place;

	if (normalized[0] == '\0')
		normalized = pstrdup(command);
	identity = hash_bytes_extended((const unsigned char *) normalized,
								   strlen(normalized), 0);
	place = lbd_place_find(&trace->tree, parent, LBD_PLACE_STATEMENT, identity);
	if (place == NULL)
	{
		place = place_above(parent, identity);
		if (place)
			lbd_place_same(&trace->tree, parent, LBD_PLACE_STATEMENT, identity,
						   place);
		else if (!lbd_place_fits(&trace->tree, parent))
			place = parent;
		else
		{
			place = lbd_place_add(&trace->tree, parent, LBD_PLACE_STATEMENT,
								  identity,
								  lbd_statement_label("", normalized), NULL);
			place->kind = kind;
		}
	}
	MemoryContextSwitchTo(old);
	MemoryContextReset(trace->scratch);
	if (place->identity == identity)
		keep_text(trace, place, text, len);
	return place;
}

/*
 * The place of a part of the work on a statement, such as its planning, below
 * the statement's; that one where there is no space for another.  prefix tells
 * it from the statement in its label.
 */
LbdPlace *
lbd_statement_part(LbdTrace *trace, LbdPlace *statement, LbdPlaceKind kind,
				   const char *prefix)
{
	LbdPlace   *place = lbd_place_find(&trace->tree, statement, kind, 0);
	MemoryContext old;

	if (place)
		return place;
	if (!lbd_place_fits(&trace->tree, statement))
		return statement;
	old = MemoryContextSwitchTo(trace->scratch);
	place = lbd_place_add(&trace->tree, statement, kind, 0,
						  lbd_statement_label(prefix, statement->label), NULL);
	MemoryContextSwitchTo(old);
	MemoryContextReset(trace->scratch);
	return place;
}

/*
 * The place of the same statement that place is at or below, or NULL.
 */
static LbdPlace *
place_above(LbdPlace *place, uint64 identity)
{
	for (; place; place = place->parent)
	{
		if (place->identity == identity &&
			(place->kind == LBD_PLACE_STATEMENT ||
			 place->kind == LBD_PLACE_UTILITY))
			return place;
	}
	return NULL;
}

/*
 * Has a statement's place recognise a text.
 */
static void
keep_text(LbdTrace *trace, LbdPlace *place, const char *text, int len)
{
	char	   *copy;

	if (len == 0 || len > LBD_TEXT_KEPT)
		return;
	if (place->text_len == len && memcmp(place->text, text, len) == 0)
		return;
	if (place->text)
		pfree(unconstify(char *, place->text));
	copy = MemoryContextAlloc(trace->context, len);
	memcpy(copy, text, len);
	place->text = copy;
	place->text_len = len;
}
