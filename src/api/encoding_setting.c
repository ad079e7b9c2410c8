/*-------------------------------------------------------------------------
 *
 * encoding_setting.c
 *	  The encoding that a function's compressed bytes are of.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "api/definition.h"
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

PG_FUNCTION_INFO_V1(lbdiag_encoding_1_0);
/*
 * _lbdiag_encoding(encoding text) -> text
 *
 * The name of an encoding with its level; that of the setting for null.
 */
Datum
lbdiag_encoding_1_0(PG_FUNCTION_ARGS)
{
	lbd_check_definition(fcinfo, 1, 0);
	PG_RETURN_TEXT_P(cstring_to_text(
									 lbd_encoding_name(lbd_encoding_argument(fcinfo, 0))));
}
