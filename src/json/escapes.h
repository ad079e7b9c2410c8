/*-------------------------------------------------------------------------
 *
 * escapes.h
 *	  What the server escapes in the strings of JSON.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_ESCAPES_H
#define LBD_ESCAPES_H

/* A byte in each byte of a word. */
#define LBD_EACH_BYTE(byte)	(UINT64CONST(0x0101010101010101) * (byte))

/*
 * Whether no byte of a word is escaped: a control character, a quotation
 * mark, or a backslash.
 */
static inline bool
lbd_word_is_plain(uint64 word)
{
	uint64		quote = word ^ LBD_EACH_BYTE('"');
	uint64		backslash = word ^ LBD_EACH_BYTE('\\');

	return ((((word - LBD_EACH_BYTE(' ')) & ~word) |
			 ((quote - LBD_EACH_BYTE(1)) & ~quote) |
			 ((backslash - LBD_EACH_BYTE(1)) & ~backslash)) &
			LBD_EACH_BYTE(0x80)) == 0;
}

/*
 * How many bytes escaping adds, as escape_json() does it.
 */
static inline int64
lbd_escape_bytes(const char *string, int len)
{
	int64		added = 0;

	for (int i = 0; i < len; i++)
	{
		unsigned char c = string[i];

		if (c == '"' || c == '\\')
			added++;
		else if (c < ' ')
			added += c == '\b' || c == '\f' || c == '\n' || c == '\r' ||
				c == '\t' ? 1 : 5;
	}
	return added;
}

/*
 * The length of a string in JSON, with its quotation marks.
 */
static inline int64
lbd_string_length(const char *string, int len)
{
	int			done = 0;
	uint64		word;

	for (; len - done >= (int) sizeof(word); done += sizeof(word))
	{
		memcpy(&word, string + done, sizeof(word));
		if (!lbd_word_is_plain(word))
			break;
	}
	return 2 + len + lbd_escape_bytes(string + done, len - done);
}

#endif							/* LBD_ESCAPES_H */
