/*-------------------------------------------------------------------------
 *
 * utf8.c
 *	  Strings of the server's encoding: as UTF-8, and cut.
 *
 * The server's own conversion says which bytes it cannot convert.  They are
 * data, which errors do not show.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <limits.h>

#include "catalog/namespace.h"
#include "mb/pg_wchar.h"
#include "utils/memutils.h"

#include "util/utf8.h"

/* What a character takes at most. */
#define MAX_UTF8_BYTES	4

static bool is_ascii(const char *string, int len);
static void not_convertible(void);

/*
 * Returns a string in UTF-8: itself, where it is that, or one that is
 * palloc'ed in the current context.  What has no equivalent is an error.
 */
char *
lbd_to_utf8(const char *string, int len, int *utf8_len)
{
	int			encoding = GetDatabaseEncoding();
	Size		size = (Size) len * MAX_CONVERSION_GROWTH + 1;
	char	   *utf8;
	Oid			function;

	*utf8_len = len;
	if (encoding == PG_UTF8 || is_ascii(string, len))
		return unconstify(char *, string);
	if (encoding == PG_SQL_ASCII)
	{
		if (!pg_verify_mbstr(PG_UTF8, string, len, true))
			not_convertible();
		return unconstify(char *, string);
	}
	function = FindDefaultConversionProc(encoding, PG_UTF8);
	if (!OidIsValid(function))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("default conversion function for encoding \"%s\" to \"%s\" does not exist",
						GetDatabaseEncodingName(),
						pg_encoding_to_char(PG_UTF8))));
	utf8 = MemoryContextAllocHuge(CurrentMemoryContext, size);
	if (pg_do_encoding_conversion_buf(function, encoding, PG_UTF8,
									  (unsigned char *) unconstify(char *, string),
									  len, (unsigned char *) utf8,
									  (int) Min(size, INT_MAX), true) != len)
		not_convertible();
	*utf8_len = (int) strlen(utf8);
	return utf8;
}

/*
 * The length of as many characters of a string as fit into limit bytes.  With
 * SQL_ASCII, of which a byte is a character, those of UTF-8 are kept whole.
 */
int
lbd_clip(const char *string, int len, int limit)
{
	int			clipped = pg_mbcliplen(string, len, limit);
	int			start = clipped;

	if (GetDatabaseEncoding() != PG_SQL_ASCII || clipped == len)
		return clipped;
	while (start > 0 && start > clipped - MAX_UTF8_BYTES &&
		   ((unsigned char) string[start] & 0xC0) == 0x80)
		start--;
	return start > clipped - MAX_UTF8_BYTES ? start : clipped;
}

static bool
is_ascii(const char *string, int len)
{
	unsigned char all = 0;

	for (int i = 0; i < len; i++)
		all |= (unsigned char) string[i];
	return all < 0x80;
}

static void
not_convertible(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_CHARACTER_NOT_IN_REPERTOIRE),
			 errmsg("a string of the sources has no equivalent in UTF-8"),
			 errdetail("The encoding of this database is %s.",
					   GetDatabaseEncodingName()),
			 errhint("Correct the string: the payload is UTF-8, or ASCII made of it.")));
}
