/*-------------------------------------------------------------------------
 *
 * json_scanner.c
 *	  Finding the keys, values and brackets of a text of JSON.
 *
 * It accepts what the type json accepts, in any encoding of a server: there,
 * no byte of a character that is not ASCII is below 0x80.
 *
 * Nothing here allocates memory, raises an error or checks for interrupts, so
 * that it can run where none of these is possible.  The caller lends it the
 * memory for open containers, one byte for each; where that is full, the scan
 * stops, and can go on with more of it, or be given up.  No call looks at more
 * than LBD_JSON_STEP bytes, but for a single number that is longer.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <ctype.h>

#include "port/pg_bitutils.h"

#include "json/json_scanner.h"
#include "util/distinct.h"

/* What a call looks at: some milliseconds. */
#define LBD_JSON_STEP		(4 * 1024 * 1024)

/* A byte in each byte of a word. */
#define EACH_BYTE(byte)		(UINT64CONST(0x0101010101010101) * (byte))

static inline const char *skip_to_token(LbdJsonScanner *scanner,
										const char *p, const char *limit);
static inline const char *skip_blanks(const char *p, const char *limit);
static inline const char *scan_token(LbdJsonScanner *scanner,
									 LbdJsonToken *token, const char *p,
									 const char *limit);
static inline const char *scan_open(LbdJsonScanner *scanner, const char *p,
									bool is_object);
static inline const char *scan_close(LbdJsonScanner *scanner, const char *p);
static inline const char *begin_string(LbdJsonScanner *scanner,
									   LbdJsonToken *token, const char *p,
									   const char *limit);
static const char *scan_string(LbdJsonScanner *scanner, LbdJsonToken *token,
							   const char *p, const char *limit);
static inline const char *end_string(LbdJsonScanner *scanner,
									 LbdJsonToken *token, const char *end,
									 bool escaped, uint64 hash,
									 uint64 rest);
static inline void value_ends(LbdJsonScanner *scanner);
static inline uint64 string_word(const char *p, const char *end);
static inline uint64 special_bytes(uint64 word);
static inline int first_byte(uint64 bits);
static int	escape_len(LbdJsonScanner *scanner, const char *p);
static inline const char *scan_number(LbdJsonScanner *scanner,
									  LbdJsonToken *token, const char *p);
static inline const char *scan_digits(const char *p, const char *end);
static inline uint64 number_hash(const char *p, int len, const char *end);
static inline const char *scan_word(LbdJsonScanner *scanner,
									LbdJsonToken *token, const char *p,
									const char *word, int len);
static const char *scan_failed(LbdJsonScanner *scanner, LbdJsonStatus status,
							   const char *p);
static LbdJsonStatus unexpected(const LbdJsonScanner *scanner);

/*
 * Begins with a text.  objects has room for so many open containers; whoever
 * finds the status to be LBD_JSON_DEEP can set objects and max_depth anew, to
 * memory that begins with what was there.
 */
void
lbd_json_scanner_init(LbdJsonScanner *scanner, const char *text, int len,
					  bool *objects, int max_depth)
{
	memset(scanner, 0, sizeof(*scanner));
	scanner->next = text;
	scanner->end = text + len;
	scanner->objects = objects;
	scanner->max_depth = max_depth;
}

/*
 * Finds the next tokens, at most max, and returns how many there are: with the
 * status LBD_JSON_MORE, it may be none.  After an error it finds none.
 */
int
lbd_json_scan(LbdJsonScanner *scanner, LbdJsonToken *tokens, int max)
{
	const char *p = scanner->next;
	const char *limit = p + Min(scanner->end - p, LBD_JSON_STEP);
	int			n = 0;

	if (scanner->status > LBD_JSON_DEEP)
		return 0;
	scanner->status = LBD_JSON_MORE;
	if (scanner->state >= LBD_JSON_IN_STRING)
	{
		p = scan_string(scanner, &tokens[n++], p, limit);
		if (p == NULL)
			return 0;
	}
	while (n < max && (p = skip_to_token(scanner, p, limit)) < limit)
	{
		p = scan_token(scanner, &tokens[n], p, limit);
		if (p == NULL)
			return n;
		n++;
	}
	scanner->next = p;
	if (p == scanner->end && n < max)
		scanner->status = scanner->state == LBD_JSON_AT_END ?
			LBD_JSON_DONE : LBD_JSON_ENDED;
	return n;
}

/*
 * Goes over what is between tokens, as far as limit.
 */
static inline const char *
skip_to_token(LbdJsonScanner *scanner, const char *p, const char *limit)
{
	while (p < limit)
	{
		if ((unsigned char) *p <= ' ')
		{
			if (*p != ' ' && *p != '\n' && *p != '\t' && *p != '\r')
				break;
			p = skip_blanks(p + 1, limit);
		}
		else if (*p == ',' && scanner->state == LBD_JSON_AT_COMMA)
		{
			scanner->state = scanner->in_object ?
				LBD_JSON_AT_KEY : LBD_JSON_AT_VALUE;
			p++;
		}
		else if (*p == ':' && scanner->state == LBD_JSON_AT_COLON)
		{
			scanner->state = LBD_JSON_AT_VALUE;
			p++;
		}
		else
			break;
	}
	return p;
}

/*
 * Goes over blanks that indent a line.
 */
static inline const char *
skip_blanks(const char *p, const char *limit)
{
	while (limit - p >= (int) sizeof(uint64) &&
		   lbd_distinct_word(p) == EACH_BYTE(' '))
		p += sizeof(uint64);
	return p;
}

/*
 * Scans a token, and returns where it ends; NULL after an error, and where a
 * string goes on after limit.
 */
static inline const char *
scan_token(LbdJsonScanner *scanner, LbdJsonToken *token, const char *p,
		   const char *limit)
{
	token->start = p;
	if (*p == '"')
		return begin_string(scanner, token, p, limit);
	if (*p == '}' || *p == ']')
	{
		token->kind = LBD_JSON_CLOSE;
		token->len = 1;
		return scan_close(scanner, p);
	}
	if (scanner->state > LBD_JSON_AT_ELEMENT)
		return scan_failed(scanner, unexpected(scanner), p);
	switch (*p)
	{
		case '{':
		case '[':
			token->kind = *p == '{' ? LBD_JSON_OBJECT : LBD_JSON_ARRAY;
			token->len = 1;
			return scan_open(scanner, p, *p == '{');
		case 't':
			token->kind = LBD_JSON_TRUE;
			return scan_word(scanner, token, p, "true", 4);
		case 'f':
			token->kind = LBD_JSON_FALSE;
			return scan_word(scanner, token, p, "false", 5);
		case 'n':
			token->kind = LBD_JSON_NULL;
			return scan_word(scanner, token, p, "null", 4);
		default:
			return scan_number(scanner, token, p);
	}
}

static inline const char *
scan_open(LbdJsonScanner *scanner, const char *p, bool is_object)
{
	if (scanner->depth == scanner->max_depth)
		return scan_failed(scanner, LBD_JSON_DEEP, p);
	scanner->objects[scanner->depth++] = is_object;
	scanner->in_object = is_object;
	scanner->state = is_object ? LBD_JSON_AT_MEMBER : LBD_JSON_AT_ELEMENT;
	return p + 1;
}

static inline const char *
scan_close(LbdJsonScanner *scanner, const char *p)
{
	LbdJsonState empty = *p == '}' ? LBD_JSON_AT_MEMBER : LBD_JSON_AT_ELEMENT;

	if (scanner->state != empty &&
		(scanner->state != LBD_JSON_AT_COMMA ||
		 scanner->in_object != (*p == '}')))
		return scan_failed(scanner, unexpected(scanner), p);
	scanner->depth--;
	scanner->in_object = scanner->depth > 0 &&
		scanner->objects[scanner->depth - 1];
	value_ends(scanner);
	return p + 1;
}

static inline void
value_ends(LbdJsonScanner *scanner)
{
	scanner->state = scanner->depth > 0 ? LBD_JSON_AT_COMMA : LBD_JSON_AT_END;
}

static inline const char *
begin_string(LbdJsonScanner *scanner, LbdJsonToken *token, const char *p,
			 const char *limit)
{
	uint64		hash = 0;

	if (scanner->state <= LBD_JSON_AT_ELEMENT)
		scanner->state = LBD_JSON_IN_STRING;
	else if (scanner->state <= LBD_JSON_AT_KEY)
		scanner->state = LBD_JSON_IN_KEY;
	else
		return scan_failed(scanner, unexpected(scanner), p);
	scanner->string = p++;
	/* Most strings have no escapes, and are not at the end of the text. */
	for (; limit - p >= (int) sizeof(uint64); p += sizeof(uint64))
	{
		uint64		word = lbd_distinct_word(p);
		uint64		special = special_bytes(word);

		if (special != 0)
		{
			int			byte = first_byte(special);

			if (p[byte] != '"')
				break;
			return end_string(scanner, token, p + byte + 1, false,
							  hash, lbd_distinct_short_word(word, byte));
		}
		hash = lbd_distinct_mix(hash, word);
	}
	scanner->plain = scanner->string;
	scanner->hash = hash;
	return scan_string(scanner, token, p, limit);
}

/*
 * Scans the rest of a string, in words of eight bytes from its first one on.
 */
static const char *
scan_string(LbdJsonScanner *scanner, LbdJsonToken *token, const char *p,
			const char *limit)
{
	const char *plain = scanner->plain;
	uint64		hash = scanner->hash;

	for (; p < limit; p += sizeof(uint64))
	{
		uint64		word = string_word(p, scanner->end);
		uint64		special = special_bytes(word);

		while (special != 0)
		{
			int			byte = first_byte(special);
			const char *at = p + byte;

			special &= special - 1;
			if (at >= scanner->end)
				return scan_failed(scanner, LBD_JSON_ENDED, scanner->end);
			/* It may be a part of an escape, or above a special byte. */
			if (at < plain || (*at != '"' && *at != '\\' &&
							   (unsigned char) *at >= ' '))
				continue;
			if (*at == '"')
				return end_string(scanner, token, at + 1,
								  plain > scanner->string, hash,
								  lbd_distinct_short_word(word, byte));
			if (*at != '\\')
				return scan_failed(scanner, LBD_JSON_BAD_CHARACTER, at);
			plain = at + escape_len(scanner, at);
			if (plain == at)
				return NULL;
		}
		hash = lbd_distinct_mix(hash, word);
	}
	if (p >= scanner->end)
		return scan_failed(scanner, LBD_JSON_ENDED, scanner->end);
	scanner->next = p;
	scanner->plain = plain;
	scanner->hash = hash;
	return NULL;
}

static inline const char *
end_string(LbdJsonScanner *scanner, LbdJsonToken *token, const char *end,
		   bool escaped, uint64 hash, uint64 rest)
{
	token->start = scanner->string;
	token->len = end - scanner->string;
	token->escaped = escaped;
	if (scanner->state == LBD_JSON_IN_KEY)
	{
		token->kind = LBD_JSON_KEY;
		scanner->state = LBD_JSON_AT_COLON;
	}
	else
	{
		token->kind = LBD_JSON_STRING;
		token->hash = lbd_distinct_finish(hash, rest);
		value_ends(scanner);
	}
	return end;
}

/*
 * The next bytes of the text, the first one lowest; after its end, zeros,
 * which are special.
 */
static inline uint64
string_word(const char *p, const char *end)
{
	char		rest[sizeof(uint64)] = {0};

	if (likely(end - p >= (int) sizeof(uint64)))
		return lbd_distinct_word(p);
	memcpy(rest, p, end - p);
	return lbd_distinct_word(rest);
}

/*
 * The highest bit of each byte of a word that is a control character, a
 * quotation mark or a backslash; of bytes above such a one, it may be set as
 * well.
 */
static inline uint64
special_bytes(uint64 word)
{
	uint64		quote = word ^ EACH_BYTE('"');
	uint64		backslash = word ^ EACH_BYTE('\\');

	return (((word - EACH_BYTE(' ')) & ~word) |
			((quote - EACH_BYTE(1)) & ~quote) |
			((backslash - EACH_BYTE(1)) & ~backslash)) & EACH_BYTE(0x80);
}

/*
 * Which byte of a word the lowest bit that is set belongs to.
 */
static inline int
first_byte(uint64 bits)
{
	return pg_rightmost_one_pos64(bits) / BITS_PER_BYTE;
}

/*
 * The length of an escape, 0 after an error.
 */
static int
escape_len(LbdJsonScanner *scanner, const char *p)
{
	if (scanner->end - p < 2)
		scan_failed(scanner, LBD_JSON_ENDED, scanner->end);
	else if (p[1] != 'u')
	{
		if (p[1] != '\0' && strchr("\"\\/bfnrt", p[1]) != NULL)
			return 2;
		scan_failed(scanner, LBD_JSON_BAD_ESCAPE, p);
	}
	else
	{
		const char *digit = p + 2;

		while (digit < p + 6 && digit < scanner->end &&
			   isxdigit((unsigned char) *digit))
			digit++;
		if (digit == p + 6)
			return 6;
		scan_failed(scanner, LBD_JSON_BAD_UNICODE,
					digit == scanner->end ? digit : p);
	}
	return 0;
}

static inline const char *
scan_number(LbdJsonScanner *scanner, LbdJsonToken *token, const char *p)
{
	const char *end = scanner->end;
	const char *digits = p + (*p == '-');

	p = scan_digits(digits, end);
	if (p == digits)
		return scan_failed(scanner, *token->start == '-' ?
						   LBD_JSON_BAD_NUMBER : LBD_JSON_NO_VALUE, p);
	/* A 0 has no digits after it. */
	if (*digits == '0')
		p = digits + 1;
	if (p < end && *p == '.')
	{
		digits = p + 1;
		p = scan_digits(digits, end);
		if (p == digits)
			return scan_failed(scanner, LBD_JSON_BAD_NUMBER, p);
	}
	if (p < end && (*p == 'e' || *p == 'E'))
	{
		digits = p + 1;
		if (digits < end && (*digits == '+' || *digits == '-'))
			digits++;
		p = scan_digits(digits, end);
		if (p == digits)
			return scan_failed(scanner, LBD_JSON_BAD_NUMBER, p);
	}
	token->kind = LBD_JSON_NUMBER;
	token->len = p - token->start;
	token->hash = number_hash(token->start, token->len, end);
	value_ends(scanner);
	return p;
}

static inline const char *
scan_digits(const char *p, const char *end)
{
	for (; end - p >= (int) sizeof(uint64); p += sizeof(uint64))
	{
		uint64		digits = lbd_distinct_word(p) ^ EACH_BYTE('0');
		uint64		others = (((digits & EACH_BYTE(0x7f)) + EACH_BYTE(0x76)) |
							  digits) & EACH_BYTE(0x80);

		if (others != 0)
			return p + first_byte(others);
	}
	while (p < end && *p >= '0' && *p <= '9')
		p++;
	return p;
}

/*
 * lbd_distinct_hash(), which may read up to the end of the text.
 */
static inline uint64
number_hash(const char *p, int len, const char *end)
{
	uint64		hash = 0;

	for (; len >= (int) sizeof(hash); len -= sizeof(hash), p += sizeof(hash))
		hash = lbd_distinct_mix(hash, lbd_distinct_word(p));
	return lbd_distinct_finish(hash, end - p >= (int) sizeof(hash) ?
							   lbd_distinct_short_word(lbd_distinct_word(p), len) :
							   lbd_distinct_short_text(p, len));
}

static inline const char *
scan_word(LbdJsonScanner *scanner, LbdJsonToken *token, const char *p,
		  const char *word, int len)
{
	if (scanner->end - p < len || memcmp(p, word, len) != 0)
		return scan_failed(scanner, LBD_JSON_NO_VALUE, p);
	token->len = len;
	token->hash = lbd_distinct_hash(word, len);
	value_ends(scanner);
	return p + len;
}

static const char *
scan_failed(LbdJsonScanner *scanner, LbdJsonStatus status, const char *p)
{
	scanner->status = p == scanner->end ? LBD_JSON_ENDED : status;
	scanner->next = p;
	return NULL;
}

/*
 * What a token that may not be there means.
 */
static LbdJsonStatus
unexpected(const LbdJsonScanner *scanner)
{
	switch (scanner->state)
	{
		case LBD_JSON_AT_MEMBER:
		case LBD_JSON_AT_KEY:
			return LBD_JSON_NO_KEY;
		case LBD_JSON_AT_COLON:
			return LBD_JSON_NO_COLON;
		case LBD_JSON_AT_COMMA:
			return scanner->in_object ?
				LBD_JSON_NO_COMMA_IN_OBJECT : LBD_JSON_NO_COMMA_IN_ARRAY;
		case LBD_JSON_AT_END:
			return LBD_JSON_NO_END;
		default:
			return LBD_JSON_NO_VALUE;
	}
}

/*
 * What is wrong, in words that the position can follow.
 */
const char *
lbd_json_status_text(LbdJsonStatus status)
{
	switch (status)
	{
		case LBD_JSON_MORE:
		case LBD_JSON_DONE:
			break;
		case LBD_JSON_DEEP:
			return "Arrays and objects are nested too deeply";
		case LBD_JSON_ENDED:
			return "The text ends unexpectedly";
		case LBD_JSON_NO_VALUE:
			return "Expected a JSON value";
		case LBD_JSON_NO_KEY:
			return "Expected a key in quotation marks";
		case LBD_JSON_NO_COLON:
			return "Expected \":\"";
		case LBD_JSON_NO_COMMA_IN_OBJECT:
			return "Expected \",\" or \"}\"";
		case LBD_JSON_NO_COMMA_IN_ARRAY:
			return "Expected \",\" or \"]\"";
		case LBD_JSON_NO_END:
			return "Expected the end of the text";
		case LBD_JSON_BAD_NUMBER:
			return "Expected a digit";
		case LBD_JSON_BAD_ESCAPE:
			return "Invalid escape sequence";
		case LBD_JSON_BAD_UNICODE:
			return "\"\\u\" without four hexadecimal digits";
		case LBD_JSON_BAD_CHARACTER:
			return "Control character in a string that is not escaped";
	}
	return "No error";
}
