/*-------------------------------------------------------------------------
 *
 * format.c
 *	  How text and separators are written.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"

#include "json/format.h"

/* Bytes between two looks at whether the query has been cancelled. */
#define LBD_ESCAPE_BATCH	(1024 * 1024)

static char *escape_long(const LbdFormat *format, char *out,
						 const unsigned char *in, const unsigned char *end);
static pg_attribute_always_inline char *escape_piece(const LbdFormat *format,
													 char *out,
													 const unsigned char **in,
													 const unsigned char *end);
static char *escape_special(const LbdFormat *format, char *out,
							const unsigned char **in);
static char *append_special(char *out, pg_wchar c);
static char *append_u_escape(char *out, pg_wchar c, const char *hex);
static bool is_js_special(pg_wchar c);
static char *append_js_escape(char *out, pg_wchar c);

/*
 * Sets up how text is written.  html_safe escapes < > & too.  The escapes of
 * a JavaScript string are those of Django's escapejs.
 */
void
lbd_format_init(LbdFormat *format, bool compact, bool ascii, bool html_safe,
				LbdEmbedding embedding)
{
	memset(format, 0, sizeof(*format));
	format->ascii = ascii;
	format->html_safe = html_safe;
	format->convert = GetDatabaseEncoding() != PG_UTF8;
	format->embedding = embedding;
	format->escape_max = LBD_ESCAPE_MAX_JSON;
	format->comma_len = format->colon_len = compact ? 1 : 2;
	memcpy(format->comma, ", ", 2);
	memcpy(format->colon, ": ", 2);
	format->quote[0] = '"';
	format->quote_len = 1;
	for (int c = 0x20; c < 256; c++)
		format->plain[c] = c < 0x7F || !ascii;
	format->plain['"'] = false;
	format->plain['\\'] = false;
	if (html_safe)
		format->plain['<'] = format->plain['>'] =
			format->plain['&'] = false;
	if (embedding == LBD_EMBED_JS_STRING)
	{
		format->escape_max = LBD_ESCAPE_MAX_JS_STRING;
		format->quote_len = append_js_escape(format->quote, '"') -
			format->quote;
		for (int c = 0; c < 0x80; c++)
		{
			if (is_js_special(c))
				format->plain[c] = false;
		}
		/* U+2028 and U+2029 begin with it. */
		format->plain[0xE2] = false;
	}
}

/*
 * Whether all eight bytes of a word stand for themselves in any encoding: a
 * byte is found by making the highest bit of its place come out set.
 */
static inline bool
word_is_plain(uint64 word, const LbdFormat *format)
{
#define ALL(byte) (UINT64CONST(0x0101010101010101) * (byte))
#define IS_ZERO(w) (((w) - ALL(0x01)) & ~(w))
#define HAS(byte) IS_ZERO(word ^ ALL(byte))
	uint64		found = word | (word + ALL(0x01)) | (word - ALL(0x20)) |
		HAS('"') | HAS('\\');

	if (format->html_safe || format->embedding == LBD_EMBED_JS_STRING)
		found |= HAS('<') | HAS('>') | HAS('&');
	if (format->embedding == LBD_EMBED_JS_STRING)
		found |= HAS('\'') | HAS('=') | HAS('-') | HAS(';') | HAS('`');
	return (found & ALL(0x80)) == 0;
#undef ALL
#undef IS_ZERO
#undef HAS
}

/*
 * Writes a UTF-8 string with its escapes, without quotes, and returns the
 * end.  The caller has escape_max times its length of space.
 */
char *
lbd_format_escape(const LbdFormat *format, char *out,
				  const char *string, int len)
{
	const unsigned char *in = (const unsigned char *) string;

	if (unlikely(len > LBD_ESCAPE_BATCH))
		return escape_long(format, out, in, in + len);
	return escape_piece(format, out, &in, in + len);
}

/*
 * The same for a string that takes so long that it may be cancelled.
 */
static char *
escape_long(const LbdFormat *format, char *out, const unsigned char *in,
			const unsigned char *end)
{
	while (end - in > LBD_ESCAPE_BATCH)
	{
		CHECK_FOR_INTERRUPTS();
		out = escape_piece(format, out, &in, in + LBD_ESCAPE_BATCH);
	}
	return escape_piece(format, out, &in, end);
}

/*
 * Writes the string from in up to end, and the rest of the character there.
 */
static pg_attribute_always_inline char *
escape_piece(const LbdFormat *format, char *out, const unsigned char **in,
			 const unsigned char *end)
{
	const unsigned char *next = *in;

	while (next < end)
	{
		uint64		word;

		if (end - next >= (ptrdiff_t) sizeof(word))
		{
			memcpy(&word, next, sizeof(word));
			if (word_is_plain(word, format))
			{
				memcpy(out, &word, sizeof(word));
				next += sizeof(word);
				out += sizeof(word);
				continue;
			}
		}
		if (likely(format->plain[*next]))
			*out++ = *next++;
		else
			out = escape_special(format, out, &next);
	}
	*in = next;
	return out;
}

/*
 * Writes one character that cannot be as it is, and steps over it.
 */
static char *
escape_special(const LbdFormat *format, char *out, const unsigned char **in)
{
	const unsigned char *start = *in;
	int			len = pg_utf_mblen(start);
	pg_wchar	c = utf8_to_unicode(start);
	char		json[2 * LBD_ESCAPED_BYTE];
	char	   *end = json;

	*in += len;
	if (format->embedding == LBD_EMBED_JSON)
		return append_special(out, c);
	if (c >= 0x80 && !format->ascii)
	{
		if (c == 0x2028 || c == 0x2029)
			return append_js_escape(out, c);
		memcpy(out, start, len);
		return out + len;
	}
	if (c >= 0x20 && c < 0x7F && c != '"' && c != '\\' &&
		!(format->html_safe && (c == '<' || c == '>' || c == '&')))
		*end++ = (char) c;
	else
		end = append_special(json, c);
	for (const char *byte = json; byte < end; byte++)
	{
		if (is_js_special((unsigned char) *byte))
			out = append_js_escape(out, (unsigned char) *byte);
		else
			*out++ = *byte;
	}
	return out;
}

/*
 * Appends the escape that JSON has for a character.
 */
static char *
append_special(char *out, pg_wchar c)
{
	static const char hex[] = "0123456789abcdef";
	char		name = 0;

	switch (c)
	{
		case '"':
		case '\\':
			name = c;
			break;
		case '\b':
			name = 'b';
			break;
		case '\f':
			name = 'f';
			break;
		case '\n':
			name = 'n';
			break;
		case '\r':
			name = 'r';
			break;
		case '\t':
			name = 't';
			break;
	}
	*out++ = '\\';
	if (name)
	{
		*out++ = name;
		return out;
	}
	if (c > 0xFFFF)
	{
		c -= 0x10000;
		out = append_u_escape(out, 0xD800 | c >> 10, hex);
		*out++ = '\\';
		c = 0xDC00 | (c & 0x3FF);
	}
	return append_u_escape(out, c, hex);
}

/*
 * Appends u and a code unit's four digits, which hex has in their case.
 */
static char *
append_u_escape(char *out, pg_wchar c, const char *hex)
{
	*out++ = 'u';
	for (int shift = 12; shift >= 0; shift -= 4)
		*out++ = hex[(c >> shift) & 0xF];
	return out;
}

/*
 * Whether a byte of JSON text is escaped in a JavaScript string.
 */
static bool
is_js_special(pg_wchar c)
{
	return c < 0x20 || (c < 0x80 && strchr("\\'\"<>&=-;`", c) != NULL);
}

static char *
append_js_escape(char *out, pg_wchar c)
{
	static const char hex[] = "0123456789ABCDEF";

	*out++ = '\\';
	return append_u_escape(out, c, hex);
}

/*
 * Escapes JSON text that has no strings in it (a number, the end of a key
 * that is plain) for its embedding, in place, and returns its new length.  The
 * caller has LBD_ESCAPED_BYTE times its length of space.
 */
Size
lbd_format_embed(const LbdFormat *format, char *text, Size len)
{
	Size		extra = 0;
	char	   *out;

	if (likely(format->embedding == LBD_EMBED_JSON))
		return len;
	for (Size i = 0; i < len; i++)
	{
		if (is_js_special((unsigned char) text[i]))
			extra += LBD_ESCAPED_BYTE - 1;
	}
	if (extra == 0)
		return len;
	out = text + len + extra;
	for (Size i = len; i-- > 0;)
	{
		unsigned char c = text[i];

		if (is_js_special(c))
		{
			out -= LBD_ESCAPED_BYTE;
			append_js_escape(out, c);
		}
		else
			*--out = c;
	}
	return len + extra;
}
