/*-------------------------------------------------------------------------
 *
 * encoding.c
 *	  Content encodings by name.
 *
 * A name is that of a compression, or it and a level: gzip, gzip:6.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "json/encoding.h"

/* What a compression is called, and its levels. */
typedef struct LbdCompressionNames
{
	const char *name;			/* in an encoding's name: that of HTTP */
	int			lowest;			/* level */
	int			highest;		/* level */
	int			usual;			/* level where none is named */
} LbdCompressionNames;

static const LbdCompressionNames compressions[LBD_COMPRESSIONS] = {
	[LBD_COMPRESSION_NONE] = {"none", 0, 0, 0},
	[LBD_COMPRESSION_GZIP] = {"gzip", 1, 9, 6},
};

static bool parse_level(const char *digits, int *level);
static char *encodings_hint(void);

/*
 * Reads the name of an encoding.  Returns whether it is one; if not, fills in
 * error.
 */
bool
lbd_encoding_parse(const char *name, LbdEncoding *encoding,
				   LbdEncodingError *error)
{
	size_t		len = strcspn(name, ":");

	error->sqlstate = ERRCODE_INVALID_PARAMETER_VALUE;
	for (int i = 0; i < LBD_COMPRESSIONS; i++)
	{
		const LbdCompressionNames *names = &compressions[i];

		if (strlen(names->name) != len || memcmp(name, names->name, len) != 0)
			continue;
		encoding->compression = i;
		encoding->level = names->usual;
		if (name[len] == '\0')
			return true;
		if (names->highest == 0 || !parse_level(name + len + 1,
												&encoding->level))
			break;
		if (encoding->level >= names->lowest &&
			encoding->level <= names->highest)
			return true;
		error->message = psprintf("encoding \"%s\" has no level %d",
								  names->name, encoding->level);
		error->hint = psprintf("The levels of %s are %d to %d.", names->name,
							   names->lowest, names->highest);
		return false;
	}
	error->message = psprintf("unrecognized encoding \"%s\"", name);
	error->hint = encodings_hint();
	return false;
}

/*
 * Reads a level of one to three digits, with no zero in front.
 */
static bool
parse_level(const char *digits, int *level)
{
	size_t		len = strlen(digits);

	if (len < 1 || len > 3 || strspn(digits, "0123456789") != len ||
		(digits[0] == '0' && len > 1))
		return false;
	*level = 0;
	for (size_t i = 0; i < len; i++)
		*level = *level * 10 + (digits[i] - '0');
	return true;
}

/*
 * Lists the encodings.
 */
static char *
encodings_hint(void)
{
	StringInfoData hint;

	initStringInfo(&hint);
	appendStringInfoString(&hint, "The encodings are: none");
	for (int i = 0; i < LBD_COMPRESSIONS; i++)
	{
		if (compressions[i].highest > 0)
			appendStringInfo(&hint, ", %s:%d to %s:%d", compressions[i].name,
							 compressions[i].lowest, compressions[i].name,
							 compressions[i].highest);
	}
	appendStringInfoChar(&hint, '.');
	return hint.data;
}

/*
 * Reads the name of an encoding; what is none is an error.
 */
LbdEncoding
lbd_encoding_read(const char *name)
{
	LbdEncoding encoding;
	LbdEncodingError error;

	if (!lbd_encoding_parse(name, &encoding, &error))
		ereport(ERROR,
				(errcode(error.sqlstate),
				 errmsg_internal("%s", error.message),
				 errhint("%s", error.hint)));
	return encoding;
}

/*
 * Returns the name of an encoding with its level, palloc'ed.
 */
char	   *
lbd_encoding_name(LbdEncoding encoding)
{
	const LbdCompressionNames *names = &compressions[encoding.compression];

	if (names->highest == 0)
		return pstrdup(names->name);
	return psprintf("%s:%d", names->name, encoding.level);
}
