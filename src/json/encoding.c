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

#include "json/encoder_method.h"
#include "json/encoding.h"

/* What a compression is called, its levels, and what does it. */
typedef struct LbdCompressionInfo
{
	const char *name;			/* in an encoding's name: that of HTTP */
	int			lowest;			/* level */
	int			highest;		/* level, 0 where there are none */
	int			usual;			/* level where none is named */
	int			quick;			/* highest level of at least some 10 MB/s */
	const char *library;		/* that it takes */
	const LbdEncoderMethod *method; /* NULL where this build lacks that */
} LbdCompressionInfo;

/*
 * zstd ends at 19: the window of higher levels is larger than the 8 MB that
 * clients must accept (RFC 9659).
 */
static const LbdCompressionInfo compressions[LBD_COMPRESSIONS] = {
	[LBD_COMPRESSION_NONE] = {"none", 0, 0, 0, 0, NULL, NULL},
	[LBD_COMPRESSION_GZIP] = {"gzip", 1, 9, 6, 9, "zlib", LBD_GZIP_METHOD},
	[LBD_COMPRESSION_BROTLI] = {"br", 0, 11, 4, 9, "brotli", LBD_BROTLI_METHOD},
	[LBD_COMPRESSION_ZSTD] = {"zstd", 1, 19, 3, 12, "zstd", LBD_ZSTD_METHOD},
};

static const LbdCompressionInfo *find_compression(const char *name,
												  LbdEncoding *encoding);
static bool parse_level(const char *digits, int *level);
static bool refuse_level(LbdEncodingError *error,
						 const LbdCompressionInfo *info, int level);
static bool refuse_encoding(LbdEncodingError *error, int sqlstate,
							char *message);

/*
 * Reads the name of an encoding that this build has.  Returns whether it is
 * one; if not, fills in error.
 */
bool
lbd_encoding_parse(const char *name, LbdEncoding *encoding,
				   LbdEncodingError *error)
{
	const LbdCompressionInfo *info = find_compression(name, encoding);

	if (info == NULL)
		return refuse_encoding(error, ERRCODE_INVALID_PARAMETER_VALUE,
							   psprintf("unrecognized encoding \"%s\"", name));
	if (encoding->level < info->lowest || encoding->level > info->highest)
		return refuse_level(error, info, encoding->level);
	if (info->library && info->method == NULL)
		return refuse_encoding(error, ERRCODE_FEATURE_NOT_SUPPORTED,
							   psprintf("this build of lbdiag has no %s",
										info->library));
	return true;
}

/*
 * Splits a name into its compression and its level.  Returns NULL for what is
 * no such name; the level is as the name has it.
 */
static const LbdCompressionInfo *
find_compression(const char *name, LbdEncoding *encoding)
{
	size_t		len = strcspn(name, ":");

	for (int i = 0; i < LBD_COMPRESSIONS; i++)
	{
		const LbdCompressionInfo *info = &compressions[i];

		if (strlen(info->name) != len || memcmp(name, info->name, len) != 0)
			continue;
		encoding->compression = i;
		encoding->level = info->usual;
		if (name[len] == '\0' ||
			(info->highest > 0 && parse_level(name + len + 1,
											  &encoding->level)))
			return info;
		return NULL;
	}
	return NULL;
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
 * Fills in the error of a level that a compression does not have, and returns
 * false.
 */
static bool
refuse_level(LbdEncodingError *error, const LbdCompressionInfo *info,
			 int level)
{
	error->sqlstate = ERRCODE_INVALID_PARAMETER_VALUE;
	error->message = psprintf("encoding \"%s\" has no level %d", info->name,
							  level);
	error->hint = psprintf("Its levels are %d to %d.", info->lowest,
						   info->highest);
	return false;
}

/*
 * Fills in an error, with the encodings that there are as the hint, and
 * returns false.
 */
static bool
refuse_encoding(LbdEncodingError *error, int sqlstate, char *message)
{
	StringInfoData hint;

	initStringInfo(&hint);
	appendStringInfoString(&hint, "The encodings are: none");
	for (int i = 0; i < LBD_COMPRESSIONS; i++)
	{
		if (compressions[i].method)
			appendStringInfo(&hint, ", %s:%d to %s:%d", compressions[i].name,
							 compressions[i].lowest, compressions[i].name,
							 compressions[i].highest);
	}
	appendStringInfoChar(&hint, '.');
	for (int i = 0; i < LBD_COMPRESSIONS; i++)
	{
		if (compressions[i].library && compressions[i].method == NULL)
			appendStringInfo(&hint, " To have %s, build lbdiag with %s.",
							 compressions[i].name, compressions[i].library);
	}
	error->sqlstate = sqlstate;
	error->message = message;
	error->hint = hint.data;
	return false;
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
char *
lbd_encoding_name(LbdEncoding encoding)
{
	const LbdCompressionInfo *info = &compressions[encoding.compression];

	if (info->highest == 0)
		return pstrdup(info->name);
	return psprintf("%s:%d", info->name, encoding.level);
}

/*
 * Lists the encodings of this build but for levels that take very long,
 * palloc'ed.
 */
LbdEncoding *
lbd_encoding_list(int *count)
{
	LbdEncoding *list = NULL;

	*count = 0;
	for (int i = 0; i < LBD_COMPRESSIONS; i++)
	{
		const LbdCompressionInfo *info = &compressions[i];

		if (info->library && info->method == NULL)
			continue;
		for (int level = info->lowest; level <= info->quick; level++)
		{
			Size		size = (*count + 1) * sizeof(LbdEncoding);

			list = list ? repalloc(list, size) : palloc(size);
			list[*count].compression = i;
			list[(*count)++].level = level;
		}
	}
	return list;
}

/*
 * Returns what compresses, NULL for none.
 */
const LbdEncoderMethod *
lbd_encoding_method(LbdEncoding encoding)
{
	return compressions[encoding.compression].method;
}
