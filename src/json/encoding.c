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

/* The name of the encoding that compresses nothing. */
#define LBD_NONE	"none"

/* All that are known, whether this build has them or not. */
static const LbdEncoderMethod *const methods[] = {
	&lbd_gzip_method,
	&lbd_brotli_method,
	&lbd_zstd_method
};

static const LbdEncoderMethod *find_method(const char *name, int *level);
static bool parse_level(const char *digits, int *level);
static bool refuse_level(LbdEncodingError *error,
						 const LbdEncoderMethod *method, int level);
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
	const LbdEncoderMethod *method;

	encoding->method = NULL;
	encoding->level = 0;
	if (strcmp(name, LBD_NONE) == 0)
		return true;
	method = find_method(name, &encoding->level);
	if (method == NULL)
		return refuse_encoding(error, ERRCODE_INVALID_PARAMETER_VALUE,
							   psprintf("unrecognized encoding \"%s\"", name));
	if (encoding->level < method->lowest || encoding->level > method->highest)
		return refuse_level(error, method, encoding->level);
	if (method->create == NULL)
		return refuse_encoding(error, ERRCODE_FEATURE_NOT_SUPPORTED,
							   psprintf("this build of lbdiag has no %s",
										method->library));
	encoding->method = method;
	return true;
}

/*
 * Splits a name into its method and its level.  Returns NULL for what is no
 * such name; the level is as the name has it.
 */
static const LbdEncoderMethod *
find_method(const char *name, int *level)
{
	size_t		len = strcspn(name, ":");

	for (size_t i = 0; i < lengthof(methods); i++)
	{
		const LbdEncoderMethod *method = methods[i];

		if (strlen(method->name) != len || memcmp(name, method->name, len) != 0)
			continue;
		*level = method->by_default;
		if (name[len] == '\0' || parse_level(name + len + 1, level))
			return method;
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
 * Fills in the error of a level that an encoding does not have, and returns
 * false.
 */
static bool
refuse_level(LbdEncodingError *error, const LbdEncoderMethod *method,
			 int level)
{
	error->sqlstate = ERRCODE_INVALID_PARAMETER_VALUE;
	error->message = psprintf("encoding \"%s\" has no level %d", method->name,
							  level);
	error->hint = psprintf("Its levels are %d to %d.", method->lowest,
						   method->highest);
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
	appendStringInfoString(&hint, "The encodings are: " LBD_NONE);
	for (size_t i = 0; i < lengthof(methods); i++)
	{
		if (methods[i]->create)
			appendStringInfo(&hint, ", %s:%d to %s:%d", methods[i]->name,
							 methods[i]->lowest, methods[i]->name,
							 methods[i]->highest);
	}
	appendStringInfoChar(&hint, '.');
	for (size_t i = 0; i < lengthof(methods); i++)
	{
		if (methods[i]->create == NULL)
			appendStringInfo(&hint, " To have %s, build lbdiag with %s.",
							 methods[i]->name, methods[i]->library);
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
	if (encoding.method == NULL)
		return pstrdup(LBD_NONE);
	return psprintf("%s:%d", encoding.method->name, encoding.level);
}

/*
 * Lists the encodings of this build but for levels that take very long, none
 * first, palloc'ed.
 */
LbdEncoding *
lbd_encoding_list(int *count)
{
	LbdEncoding *list = palloc0(sizeof(LbdEncoding));

	*count = 1;
	for (size_t i = 0; i < lengthof(methods); i++)
	{
		const LbdEncoderMethod *method = methods[i];

		if (method->create == NULL)
			continue;
		list = repalloc(list, (*count + method->quick - method->lowest + 1) *
						sizeof(LbdEncoding));
		for (int level = method->lowest; level <= method->quick; level++)
		{
			list[*count].method = method;
			list[(*count)++].level = level;
		}
	}
	return list;
}
