/*-------------------------------------------------------------------------
 *
 * parameter_hint.c
 *	  What to do about parameters in the text of a caller's statement.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "util/parameter_hint.h"

/*
 * An error context callback, without an argument, for the parsing of a text.
 */
void
lbd_parameter_hint(void *arg)
{
	if (geterrcode() == ERRCODE_UNDEFINED_PARAMETER)
		errhint("Put values in the place of parameters such as $1.");
}
