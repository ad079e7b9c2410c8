/*-------------------------------------------------------------------------
 *
 * encoding_setting.c
 *	  The encoding that a function's compressed bytes are of.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "api/encoding_setting.h"
#include "api/settings.h"

/*
 * Returns the encoding of the setting.
 */
LbdEncoding
lbd_encoding_setting(void)
{
	return lbd_encoding_read(lbd_encoding_text);
}

/*
 * Reads an argument that names an encoding; null means that of the setting.
 */
LbdEncoding
lbd_encoding_argument(FunctionCallInfo fcinfo, int number)
{
	if (PG_ARGISNULL(number))
		return lbd_encoding_setting();
	return lbd_encoding_read(text_to_cstring(PG_GETARG_TEXT_PP(number)));
}
