/*-------------------------------------------------------------------------
 *
 * mutations.c
 *	  The scanner of JSON text against the server's parser: for 005_engine.pl.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/pg_prng.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

#include "compat.h"
#include "json/json_scanner.h"
#include "json/json_text_reader.h"
#include "json/jsonb_stats.h"

/* What mutations write: all that means something in JSON, and some more. */
static const char pieces[] = "{}[],:\"\"\\\\//bfnrtu0019aAeE+-.. \t\n\r\1\x1f\x7f\x80\xc3\xff'";

/* Whole pieces, which single characters would not make often. */
static const char *const words[] = {
	"true", "false", "null", "\\u0061", "\\ud800", "\\n", "\\x", "1e5", "-0",
	"01", "1.", ".5", "{}", "[]", "\"a\":", ",\"b\":1", "        ", "[[[[[[[[",
	"]]]]]]]]", "0123456789"
};

static void mutate(StringInfo text, pg_prng_state *random);
static bool scan_text(StringInfo text, pg_prng_state *random, bool valid);
static void compare_token(const LbdJsonToken *token, JsonLexContext *lex);
static JsonTokenType next_token(JsonLexContext *lex);
static void compare_counts(StringInfo text);
static bool jsonb_accepts(StringInfo text);
static bool same_counts(const LbdPath *a, const LbdPath *b);

PG_FUNCTION_INFO_V1(engine_mutations);
/*
 * engine_mutations(document text, times int, seed bigint) -> int
 *
 * Changes a document so many times, each time from the start, and returns how
 * many of the results are JSON.  An error where the scanner and the server's
 * parser do not agree on that, or on where the tokens are, or where the text
 * has other counts than the same document as jsonb.
 */
Datum
engine_mutations(PG_FUNCTION_ARGS)
{
	text	   *document = PG_GETARG_TEXT_PP(0);
	int			times = PG_GETARG_INT32(1);
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "mutations",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	pg_prng_state random;
	int			valid = 0;

	pg_prng_seed(&random, (uint64) PG_GETARG_INT64(2));
	for (int i = 0; i < times; i++)
	{
		StringInfoData text;
		bool		accepted;
		JsonParseErrorType result;

		CHECK_FOR_INTERRUPTS();
		MemoryContextReset(context);
		initStringInfo(&text);
		appendBinaryStringInfo(&text, VARDATA_ANY(document),
							   VARSIZE_ANY_EXHDR(document));
		if (i > 0)
			mutate(&text, &random);
		result = pg_parse_json(lbd_json_lexer(text.data, text.len, false),
							   &nullSemAction);
		accepted = scan_text(&text, &random, result == JSON_SUCCESS);
		if (accepted != (result == JSON_SUCCESS))
			elog(ERROR, "the server's parser says %d: %s", (int) result,
				 text.data);
		if (accepted)
			compare_counts(&text);
		valid += accepted;
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	PG_RETURN_INT32(valid);
}

/*
 * Puts something else in the place of a part of a text, once or several times.
 */
static void
mutate(StringInfo text, pg_prng_state *random)
{
	do
	{
		int			start = pg_prng_uint64_range(random, 0, text->len);
		int			gone = pg_prng_uint64_range(random, 0,
												Min(3, text->len - start));
		char	   *rest = pnstrdup(text->data + start + gone,
									text->len - start - gone);
		int			rest_len = text->len - start - gone;

		text->len = start;
		text->data[start] = '\0';
		if (pg_prng_uint64_range(random, 0, 3) == 0)
			appendStringInfoString(text, words[pg_prng_uint64_range(random, 0,
																	lengthof(words) - 1)]);
		else if (pg_prng_bool(random))
			appendStringInfoChar(text, pieces[pg_prng_uint64_range(random, 0,
																   lengthof(pieces) - 2)]);
		/* Now and then the text ends there. */
		if (pg_prng_uint64_range(random, 0, 30) > 0)
			appendBinaryStringInfo(text, rest, rest_len);
	} while (pg_prng_uint64_range(random, 0, 2) == 0);
}

/*
 * Whether the scanner accepts a text, in steps of any size, with memory for
 * open containers that grows by one.  Of a valid one it compares the tokens: the
 * server's lexer has others where there is an error.
 */
static bool
scan_text(StringInfo text, pg_prng_state *random, bool valid)
{
	JsonLexContext *lex = lbd_json_lexer(text->data, text->len, false);
	/* Of its own size: what is read after it is found by valgrind. */
	char	   *copy = memcpy(palloc(text->len + 1), text->data, text->len);
	LbdJsonScanner scanner;
	LbdJsonToken tokens[16];

	lbd_json_scanner_init(&scanner, copy, text->len, palloc(1), 1);
	do
	{
		int			n = lbd_json_scan(&scanner, tokens,
									  pg_prng_uint64_range(random, 1, 16));

		for (int i = 0; valid && i < n; i++)
		{
			tokens[i].start = text->data + (tokens[i].start - copy);
			compare_token(&tokens[i], lex);
		}
		if (scanner.status == LBD_JSON_DEEP)
			scanner.objects = repalloc(scanner.objects, ++scanner.max_depth);
	} while (scanner.status <= LBD_JSON_DEEP && scanner.status != LBD_JSON_DONE);
	if (scanner.status != LBD_JSON_DONE &&
		(scanner.next < copy || scanner.next > copy + text->len ||
		 (scanner.status == LBD_JSON_ENDED) !=
		 (scanner.next == copy + text->len)))
		elog(ERROR, "wrong position %d: %s", (int) (scanner.next - copy),
			 text->data);
	if (valid && scanner.status == LBD_JSON_DONE &&
		next_token(lex) != JSON_TOKEN_END)
		elog(ERROR, "tokens are missing: %s", text->data);
	return scanner.status == LBD_JSON_DONE;
}

/*
 * An error where a token is not the next one of the server's lexer.
 */
static void
compare_token(const LbdJsonToken *token, JsonLexContext *lex)
{
	static const JsonTokenType types[] = {
		[LBD_JSON_KEY] = JSON_TOKEN_STRING,
		[LBD_JSON_STRING] = JSON_TOKEN_STRING,
		[LBD_JSON_NUMBER] = JSON_TOKEN_NUMBER,
		[LBD_JSON_TRUE] = JSON_TOKEN_TRUE,
		[LBD_JSON_FALSE] = JSON_TOKEN_FALSE,
		[LBD_JSON_NULL] = JSON_TOKEN_NULL,
		[LBD_JSON_OBJECT] = JSON_TOKEN_OBJECT_START,
		[LBD_JSON_ARRAY] = JSON_TOKEN_ARRAY_START
	};
	JsonTokenType type = next_token(lex);
	bool		quoted = type == JSON_TOKEN_STRING;
	bool		same = token->kind == LBD_JSON_CLOSE ?
		type == JSON_TOKEN_OBJECT_END || type == JSON_TOKEN_ARRAY_END :
		type == types[token->kind];

	if (!same || token->start != lex->token_start ||
		token->start + token->len != lex->token_terminator)
		elog(ERROR, "another token at %d: %s",
			 (int) (token->start - lex->input), lex->input);
	if (quoted &&
		token->escaped != (memchr(token->start, '\\', token->len) != NULL))
		elog(ERROR, "escapes at %d: %s", (int) (token->start - lex->input),
			 lex->input);
	if (token->kind <= LBD_JSON_NULL && token->kind != LBD_JSON_KEY &&
		token->hash != lbd_distinct_hash(token->start + quoted,
										 token->len - 2 * quoted))
		elog(ERROR, "another hash at %d: %s",
			 (int) (token->start - lex->input), lex->input);
}

/*
 * The next token of the server's lexer that is neither a comma nor a colon.
 */
static JsonTokenType
next_token(JsonLexContext *lex)
{
	do
	{
		if (json_lex(lex) != JSON_SUCCESS)
			elog(ERROR, "the server's lexer finds no token: %s", lex->input);
	} while (lex->token_type == JSON_TOKEN_COMMA ||
			 lex->token_type == JSON_TOKEN_COLON);
	return lex->token_type;
}

/*
 * An error where the counts of a text are not those of its bytes, or, of the
 * text that jsonb makes of it, not those of jsonb.
 */
static void
compare_counts(StringInfo text)
{
	LbdPathStats *a = lbd_stats_create_any(CurrentMemoryContext);
	LbdPathStats *b = lbd_stats_create_any(CurrentMemoryContext);
	LbdPathStats *whole = lbd_stats_create_any(CurrentMemoryContext);
	Jsonb	   *jsonb;
	char	   *printed;

	lbd_stats_add_text(whole, whole->root, text->data, text->len);
	if (lbd_stats_sum(whole) != text->len)
		elog(ERROR, "%lld bytes of %d: %s", (long long) whole->root->bytes,
			 text->len, text->data);
	if (!jsonb_accepts(text))
		return;
	jsonb = DatumGetJsonbP(DirectFunctionCall1(jsonb_in,
											   CStringGetDatum(text->data)));
	printed = JsonbToCString(NULL, &jsonb->root, VARSIZE(jsonb));
	lbd_stats_add_text(a, a->root, printed, strlen(printed));
	lbd_stats_add_jsonb(b, b->root, jsonb, NULL, NULL);
	if (!same_counts(a->root, b->root))
		elog(ERROR, "jsonb has other counts: %s", printed);
}

/*
 * Whether a text has nothing that jsonb may refuse: escapes by number, large
 * exponents, wrong encodings, millions of digits.
 */
static bool
jsonb_accepts(StringInfo text)
{
	for (int i = 0; i < text->len; i++)
	{
		char		c = text->data[i];
		char		next = text->data[i + 1];

		if (IS_HIGHBIT_SET(c) || (c == '\\' && next == 'u') ||
			(c >= '0' && c <= '9' && (next == 'e' || next == 'E')))
			return false;
	}
	return text->len < 1000000;
}

static bool
same_counts(const LbdPath *a, const LbdPath *b)
{
	const LbdPath *other = b->first;

	check_stack_depth();
	for (const LbdPath *child = a->first; child; child = child->next)
	{
		if (other == NULL || !same_counts(child, other))
			return false;
		other = other->next;
	}
	return other == NULL && a->kind == b->kind && a->key_len == b->key_len &&
		(a->key_len == 0 || memcmp(a->key, b->key, a->key_len) == 0) &&
		a->types == b->types && a->occurrences == b->occurrences &&
		a->nulls == b->nulls && a->key_bytes == b->key_bytes &&
		a->value_bytes == b->value_bytes && a->syntax_bytes == b->syntax_bytes;
}
