/*-------------------------------------------------------------------------
 *
 * stored_size.c
 *	  _lbdiag_stored_size: what a value would take where it is stored.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/heaptoast.h"
#include "access/toast_compression.h"
#include "access/toast_internals.h"
#include "fmgr.h"
#include "utils/builtins.h"

#include "api/definition.h"
#include "compat.h"

static char method_of(const char *name);

PG_FUNCTION_INFO_V1(lbdiag_stored_size_1_0);
/*
 * _lbdiag_stored_size(value jsonb or text, method text) -> int
 *
 * What pg_column_size would return of the value if it were stored compressed
 * with the method, where that makes it smaller, or as it is for NULL.
 */
Datum
lbdiag_stored_size_1_0(PG_FUNCTION_ARGS)
{
	struct varlena *value;
	Datum		compressed = PointerGetDatum(NULL);
	int			size;

	lbd_check_definition(fcinfo, 2, 0);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	value = PG_DETOAST_DATUM(PG_GETARG_DATUM(0));
	if (!PG_ARGISNULL(1))
	{
		char	   *method = text_to_cstring(PG_GETARG_TEXT_PP(1));

		compressed = toast_compress_datum(PointerGetDatum(value),
										  method_of(method));
	}
	size = VARSIZE(DatumGetPointer(compressed) != NULL ?
				   (struct varlena *) DatumGetPointer(compressed) : value);
	/* A large one has no header where it is, out of line. */
	if (size > (int) TOAST_TUPLE_THRESHOLD)
		size -= VARHDRSZ;
	else if (DatumGetPointer(compressed) == NULL &&
			 VARATT_CAN_MAKE_SHORT(value))
		size = VARATT_CONVERTED_SHORT_SIZE(value);
	PG_RETURN_INT32(size);
}

static char
method_of(const char *name)
{
	char		method = CompressionNameToMethod(name);

	if (!CompressionMethodIsValid(method))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unrecognized compression method \"%s\"", name),
				 errhint("Methods are pglz and lz4.")));
	return method;
}
