/*-------------------------------------------------------------------------
 *
 * path_pattern.c
 *	  A path that is given as text: which members and elements are at it.
 *
 * What is read is what lbd_stats_path writes, so that a path can be copied
 * from an audit: $, then .key or ."key" for a member, .* for any member and
 * [*] for the elements.  A key that was too long for an audit is there with
 * its first bytes and its hash, and is recognized by these.  The text of a
 * whole path that was too long has lost keys, and cannot be read.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "json/path_pattern.h"

/* What a key ends in that stands for a longer one: three dots, and its hash
 * as so many digits. */
#define LBD_HASH_DIGITS		16

static const char *read_part(LbdPathPattern *pattern, const char *next);
static const char *read_name(LbdPathPart *part, const char *next);
static const char *read_quoted(LbdPathPattern *pattern, LbdPathPart *part,
							   const char *next);
static void find_hash(LbdPathPart *part);
static bool read_hash(const char *text, int len, uint64 *hash);
pg_noreturn static void path_invalid(const LbdPathPattern *pattern,
									 const char *next, const char *detail);

/*
 * Reads a path, in the current context.
 */
LbdPathPattern *
lbd_path_pattern(const char *text)
{
	LbdPathPattern *pattern = palloc0(sizeof(LbdPathPattern));
	const char *next = text;

	pattern->text = text;
	pattern->parts = palloc0(LBD_PATH_MAX_DEPTH * sizeof(LbdPathPart));
	if (*next != '$')
		path_invalid(pattern, next, "A path begins with $, the whole value.");
	next++;
	while (*next != '\0')
	{
		if (pattern->nparts == LBD_PATH_MAX_DEPTH)
			path_invalid(pattern, next,
						 psprintf("A path has at most %d keys and [*].",
								  LBD_PATH_MAX_DEPTH));
		next = read_part(pattern, next);
		pattern->nparts++;
	}
	return pattern;
}

/*
 * Reads what is next, and returns what comes after it.
 */
static const char *
read_part(LbdPathPattern *pattern, const char *next)
{
	LbdPathPart *part = &pattern->parts[pattern->nparts];
	const char *after = next;

	if (strncmp(next, "[*]", 3) == 0)
	{
		part->kind = LBD_PATH_ELEMENT;
		return next + 3;
	}
	if (strncmp(next, ".*", 2) == 0)
	{
		part->kind = LBD_PATH_DYNAMIC;
		return next + 2;
	}
	part->kind = LBD_PATH_MEMBER;
	if (next[0] == '.')
		after = next[1] == '"' ? read_quoted(pattern, part, next + 1) :
			read_name(part, next + 1);
	if (after == next || part->key == NULL)
		path_invalid(pattern, next,
					 psprintf("After \"%s\", one of .key, .\"key\", .* and [*] is expected.",
							  pnstrdup(pattern->text, next - pattern->text)));
	return after;
}

/*
 * Reads a key without quotation marks; there is none where part->key stays
 * NULL.
 */
static const char *
read_name(LbdPathPart *part, const char *next)
{
	const char *start = next;

	while ((*next >= 'a' && *next <= 'z') || (*next >= 'A' && *next <= 'Z') ||
		   *next == '_' || (next > start && *next >= '0' && *next <= '9'))
		next++;
	if (next > start)
	{
		part->key = pnstrdup(start, next - start);
		part->len = next - start;
	}
	return next;
}

/*
 * Reads a key that is a string of JSON.
 */
static const char *
read_quoted(LbdPathPattern *pattern, LbdPathPart *part, const char *next)
{
	JsonLexContext *lex = lbd_json_lexer(next, strlen(next), true);

	if (json_lex(lex) != JSON_SUCCESS)
		path_invalid(pattern, next, "The key in quotation marks is not a string of JSON.");
	part->key = pnstrdup(lex->strval->data, lex->strval->len);
	part->len = lex->strval->len;
	next = lex->token_terminator;
	lbd_json_lexer_free(lex);
	find_hash(part);
	return next;
}

/*
 * Finds out whether a key may stand for one that is too long to be shown.
 */
static void
find_hash(LbdPathPart *part)
{
	if (part->len <= LBD_PATH_KEY_MAX)
		part->shortened = read_hash(part->key, part->len, &part->hash);
}

/*
 * Whether a text ends in three dots and a hash.
 */
static bool
read_hash(const char *text, int len, uint64 *hash)
{
	const char *digits = text + len - LBD_HASH_DIGITS;

	if (len < LBD_HASH_DIGITS + 3 || strncmp(digits - 3, "...", 3) != 0 ||
		strspn(digits, "0123456789abcdef") != LBD_HASH_DIGITS)
		return false;
	*hash = strtoull(digits, NULL, 16);
	return true;
}

/*
 * Whether a member with this key is one of a path's part.
 */
bool
lbd_part_has_member(const LbdPathPart *part, const char *key, int len)
{
	if (part->kind == LBD_PATH_DYNAMIC)
		return true;
	if (part->kind != LBD_PATH_MEMBER)
		return false;
	if (part->len == len && memcmp(part->key, key, len) == 0)
		return true;
	return part->shortened && len > LBD_PATH_KEY_MAX &&
		memcmp(part->key, key, part->len - LBD_HASH_DIGITS - 3) == 0 &&
		lbd_distinct_hash(key, len) == part->hash;
}

/*
 * Raises the error: the path cannot be read from next on.
 */
static void
path_invalid(const LbdPathPattern *pattern, const char *next,
			 const char *detail)
{
	uint64		hash;
	int			len = strlen(pattern->text);
	bool		cut = read_hash(pattern->text, len, &hash);

	if (!cut && pattern->text[Max(len, 1) - 1] == ')')
		cut = strstr(next, "...(") != NULL;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("path \"%s\" cannot be read", pattern->text),
			 errdetail_internal("%s", cut ?
								"It ends in what an audit shows in the place of a text that is too long, or of several paths." :
								detail),
			 errhint("Use a path as lbdiag_audit_relation returns it, such as $, $.items[*].name, $.\"a key\" or $.counts.*.")));
}
