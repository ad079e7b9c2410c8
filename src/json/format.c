/*-------------------------------------------------------------------------
 *
 * format.c
 *	  How text and separators are written.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "json/format.h"

static char *escape_special(char *out, const unsigned char **in);

/*
 * Sets up how text is written.  html_safe escapes < > & too.
 */
void
lbd_format_init(LbdFormat *format, bool compact, bool ascii,
				  bool html_safe)
{
	memset(format, 0, sizeof(*format));
	format->ascii = ascii;
	format->html_safe = html_safe;
	format->convert = GetDatabaseEncoding() != PG_UTF8;
	format->comma_len = format->colon_len = compact ? 1 : 2;
	memcpy(format->comma, ", ", 2);
	memcpy(format->colon, ": ", 2);
	for (int c = 0x20; c < 256; c++)
		format->plain[c] = c < 0x7F || !ascii;
	format->plain['"'] = false;
	format->plain['\\'] = false;
	if (html_safe)
		format->plain['<'] = format->plain['>'] =
			format->plain['&'] = false;
}

/*
 * Whether all eight bytes of a word stand for themselves in any encoding: a
 * byte is found by making the highest bit of its place come out set.
 */
static inline bool
word_is_plain(uint64 word, bool html_safe)
{
#define ALL(byte) (UINT64CONST(0x0101010101010101) * (byte))
#define IS_ZERO(w) (((w) - ALL(0x01)) & ~(w))
#define HAS(byte) IS_ZERO(word ^ ALL(byte))
	uint64		found = word | (word + ALL(0x01)) | (word - ALL(0x20)) |
		HAS('"') | HAS('\\');

	if (html_safe)
		found |= HAS('<') | HAS('>') | HAS('&');
	return (found & ALL(0x80)) == 0;
#undef ALL
#undef IS_ZERO
#undef HAS
}

/*
 * Writes a UTF-8 string with its escapes, without quotes, and returns the
 * end.  There must be room for LBD_ESCAPE_MAX times its length.
 */
char *
lbd_format_escape(const LbdFormat *format, char *out,
					const char *string, int len)
{
	const unsigned char *in = (const unsigned char *) string;
	const unsigned char *end = in + len;

	while (in < end)
	{
		uint64		word;

		if (end - in >= (ptrdiff_t) sizeof(word))
		{
			memcpy(&word, in, sizeof(word));
			if (word_is_plain(word, format->html_safe))
			{
				memcpy(out, &word, sizeof(word));
				in += sizeof(word);
				out += sizeof(word);
				continue;
			}
		}
		if (likely(format->plain[*in]))
			*out++ = *in++;
		else
			out = escape_special(out, &in);
	}
	return out;
}

/*
 * Writes one character that cannot stand as it is, and steps over it.
 */
static char *
escape_special(char *out, const unsigned char **in)
{
	static const char hex[] = "0123456789abcdef";
	pg_wchar	c = utf8_to_unicode(*in);
	char		name = 0;

	*in += pg_utf_mblen(*in);
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
		*out++ = 'u';
		for (int shift = 12; shift >= 0; shift -= 4)
			*out++ = hex[((0xD800 | c >> 10) >> shift) & 0xF];
		*out++ = '\\';
		c = 0xDC00 | (c & 0x3FF);
	}
	*out++ = 'u';
	for (int shift = 12; shift >= 0; shift -= 4)
		*out++ = hex[(c >> shift) & 0xF];
	return out;
}
