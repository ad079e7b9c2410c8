/*-------------------------------------------------------------------------
 *
 * arguments.c
 *	  What functions on profiles share: their arguments.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "api/arguments.h"

/*
 * Raises an error where an argument is null; hint tells what to give.
 */
void
lbd_argument_required(FunctionCallInfo fcinfo, int number, const char *name,
					  const char *hint)
{
	if (PG_ARGISNULL(number))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", name),
				 errhint("%s", hint)));
}

/*
 * Reads an argument that is one or more SQL statements.
 */
char *
lbd_argument_statement(FunctionCallInfo fcinfo, int number)
{
	lbd_argument_required(fcinfo, number, "statement",
						  "Give one or more SQL statements.");
	return text_to_cstring(PG_GETARG_TEXT_PP(number));
}

/*
 * Reads an argument that counts something: 1 to most.
 */
int
lbd_argument_count(FunctionCallInfo fcinfo, int number, const char *name,
				   int most)
{
	int			value;

	if (PG_ARGISNULL(number))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", name),
				 errhint("Leave %s out to get its default.", name)));
	value = PG_GETARG_INT32(number);
	if (value < 1 || value > most)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 most == PG_INT32_MAX ?
				 errmsg("%s must be at least 1, not %d", name, value) :
				 errmsg("%s must be from 1 to %d, not %d", name, most, value),
				 errhint("Leave %s out to get its default.", name)));
	return value;
}

/*
 * The same for an argument whose default NULL stands for.
 */
int
lbd_argument_count_or(FunctionCallInfo fcinfo, int number, const char *name,
					  int most, int value)
{
	if (PG_ARGISNULL(number))
		return value;
	return lbd_argument_count(fcinfo, number, name, most);
}

/*
 * Reads an argument that is true or false.
 */
bool
lbd_argument_flag(FunctionCallInfo fcinfo, int number, const char *name)
{
	if (PG_ARGISNULL(number))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", name),
				 errhint("Use true or false.")));
	return PG_GETARG_BOOL(number);
}

/*
 * Reads an argument that is the time that the application took, in ms, and
 * returns ms with it; NULL where it is null.
 */
const double *
lbd_argument_application_ms(FunctionCallInfo fcinfo, int number, double *ms)
{
	if (PG_ARGISNULL(number))
		return NULL;
	*ms = PG_GETARG_FLOAT8(number);
	if (!(*ms > 0) || isinf(*ms))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("application_ms must be a positive time, not %s",
						DatumGetCString(DirectFunctionCall1(float8out,
															Float8GetDatum(*ms)))),
				 errhint("Give the milliseconds that the application took to build the page.")));
	return ms;
}

/*
 * Reads the statements that are an argument, and from the argument first on
 * repetitions, rollback and functions.
 */
LbdStatements
lbd_argument_statements(FunctionCallInfo fcinfo, int statement, int first)
{
	LbdStatements statements;

	statements.text = lbd_argument_statement(fcinfo, statement);
	statements.repetitions = lbd_argument_count(fcinfo, first, "repetitions",
												LBD_MAX_REPETITIONS);
	statements.rollback = lbd_argument_flag(fcinfo, first + 1, "rollback");
	statements.functions = lbd_argument_flag(fcinfo, first + 2, "functions");
	return statements;
}

/*
 * Reads an argument that is one of some words, and returns which one.
 */
int
lbd_argument_choice(FunctionCallInfo fcinfo, int number, const char *name,
					const char *const *choices, int nchoices)
{
	char	   *value = PG_ARGISNULL(number) ? NULL :
		text_to_cstring(PG_GETARG_TEXT_PP(number));
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < nchoices; i++)
	{
		if (value && strcmp(value, choices[i]) == 0)
			return i;
		appendStringInfo(&list, "%s\"%s\"", i > 0 ? ", " : "", choices[i]);
	}
	if (value == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", name),
				 errhint("Use one of: %s.", list.data)));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s \"%s\" does not exist", name, value),
			 errhint("Use one of: %s.", list.data)));
}
