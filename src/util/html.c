/*-------------------------------------------------------------------------
 *
 * html.c
 *	  Any text as text and attributes of HTML and SVG.
 *
 * What is written is ASCII, so that it is right in every encoding of a client:
 * other characters are character references.  It may be put between tags and
 * between quotation marks of either kind.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"

#include "util/html.h"
#include "util/utf8.h"

/* Columns of a byte that is no character. */
#define LBD_HTML_BYTE_COLUMNS		4

/* Characters without a width of their own, for each column. */
#define LBD_HTML_CHARS_PER_COLUMN	2

/*
 * Characters that cannot be seen, or that change how what is beside them
 * is shown: controls, marks and controls of direction, what has no width,
 * separators of lines, tags, and what is no character.
 */
static const struct
{
	pg_wchar	first;
	pg_wchar	last;
}			hidden[] = {
	{0x00, 0x1f}, {0x7f, 0x9f}, {0xad, 0xad}, {0x34f, 0x34f},
	{0x61c, 0x61c}, {0x115f, 0x1160}, {0x17b4, 0x17b5}, {0x180b, 0x180f},
	{0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f}, {0x3164, 0x3164},
	{0xd800, 0xdfff}, {0xfdd0, 0xfdef}, {0xfe00, 0xfe0f}, {0xfeff, 0xfeff},
	{0xfff0, 0xfffb}, {0xfffe, 0xffff}, {0xe0000, 0xe0fff}
};

static bool is_hidden(pg_wchar c);
static void append_char(StringInfo out, pg_wchar c);
static int	char_length(const unsigned char *c, const unsigned char *end);

/*
 * Appends a text of the server's encoding.  Characters that cannot be seen or
 * that change the direction of text are shown as U+XXXX, bytes that are not
 * characters as 0xXX.  A text of more columns than given (0: no limit) ends
 * there, with an ellipsis.  Returns how many characters such a text has, and 0
 * for one that is whole.
 */
int64
lbd_html_escape(StringInfo out, const char *text, int len, int columns)
{
	int			utf8_len = len;
	const char *utf8 = GetDatabaseEncoding() == PG_SQL_ASCII ? text :
		lbd_to_utf8(text, len, &utf8_len);
	const unsigned char *c = (const unsigned char *) utf8;
	const unsigned char *end = c + utf8_len;
	int64		width = 0;
	int64		chars = 0;
	bool		cut = false;

	while (c < end)
	{
		int			char_len = char_length(c, end);
		int			used = LBD_HTML_BYTE_COLUMNS;

		/* No byte after the end is looked at. */
		if (char_len > 0)
			used = Max(pg_encoding_dsplen(PG_UTF8, (const char *) c), 0);
		if ((chars & 0xfff) == 0)
			CHECK_FOR_INTERRUPTS();
		chars++;
		width += used;
		cut = cut || (columns > 0 &&
					  (width > columns ||
					   chars > (int64) columns * LBD_HTML_CHARS_PER_COLUMN));
		if (!cut && char_len > 0)
			append_char(out, utf8_to_unicode(c));
		else if (!cut)
			appendStringInfo(out, "0x%02X", *c);
		c += Max(char_len, 1);
	}
	if (cut)
		appendStringInfoString(out, "&#8230;");
	return cut ? chars : 0;
}

/*
 * Appends a name: one that is too long is shortened, and its length is said.
 */
void
lbd_html_name(StringInfo out, const char *name)
{
	int64		chars = lbd_html_escape(out, name, strlen(name),
										LBD_HTML_NAME_COLUMNS);

	if (chars > 0)
		appendStringInfo(out, " (" INT64_FORMAT " characters)", chars);
}

/* Returns the length of a character of UTF-8, 0 where there is none. */
static int
char_length(const unsigned char *c, const unsigned char *end)
{
	int			len = pg_utf_mblen(c);

	return len <= end - c && pg_utf8_islegal(c, len) ? len : 0;
}

static bool
is_hidden(pg_wchar c)
{
	for (int i = 0; i < (int) lengthof(hidden); i++)
	{
		if (c >= hidden[i].first && c <= hidden[i].last)
			return true;
	}
	return (c & 0xfffe) == 0xfffe;
}

static void
append_char(StringInfo out, pg_wchar c)
{
	if (c == '<')
		appendStringInfoString(out, "&lt;");
	else if (c == '>')
		appendStringInfoString(out, "&gt;");
	else if (c == '&')
		appendStringInfoString(out, "&amp;");
	else if (c == '"')
		appendStringInfoString(out, "&quot;");
	else if (c == '\'')
		appendStringInfoString(out, "&#39;");
	else if (is_hidden(c))
		appendStringInfo(out, "U+%04X", (unsigned int) c);
	else if (c < 0x80)
		appendStringInfoCharMacro(out, (char) c);
	else
		appendStringInfo(out, "&#%u;", (unsigned int) c);
}
