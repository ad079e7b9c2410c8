/*-------------------------------------------------------------------------
 *
 * datum_values.c
 *	  The values at a path in what a column holds, and the length of texts.
 *
 * An array is [*], whatever its dimensions, and a field of a composite value a
 * member, as in an audit.  What is below them is read as a value of its own:
 * the text of an array quotes what is in it, and that of the value does not.
 * A null of SQL is no value.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "api/datum_values.h"
#include "compat.h"

static int64 jsonb_length(Jsonb *jsonb);
static int64 printed_length(Oid type, Datum value);
static void search_array(LbdPathValues *values, const LbdPathPattern *pattern,
						 int part, Oid element, Datum value);
static void search_composite(LbdPathValues *values,
							 const LbdPathPattern *pattern, int part,
							 Datum value);
static bool field_has_path(Oid type, const LbdPathPattern *pattern, int part,
						   Oid *field);

/*
 * The length of a value's text, as the server prints it.  type is no domain.
 * What is palloc'ed on the way is left to the current context.
 */
int64
lbd_datum_length(Oid type, FmgrInfo *output, Datum value)
{
	char	   *text;
	int64		length;

	if (type == JSONBOID)
		return jsonb_length(DatumGetJsonbP(value));
	if (type == JSONOID)
		return VARSIZE_ANY_EXHDR(PG_DETOAST_DATUM_PACKED(value));
	text = OutputFunctionCall(output, value);
	length = strlen(text);
	pfree(text);
	return length;
}

static int64
jsonb_length(Jsonb *jsonb)
{
	LbdItem		item;

	lbd_item_from_jsonb(&item, jsonb);
	return lbd_item_length(&item);
}

/*
 * Adds the values that are at the path's parts from part on in a value of a
 * type.  What is palloc'ed on the way is left to the current context.
 */
void
lbd_values_datum(LbdPathValues *values, const LbdPathPattern *pattern,
				 int part, Oid type, Datum value)
{
	Oid			base = getBaseType(type);
	Oid			element;

	check_stack_depth();
	if (base == JSONBOID)
		lbd_values_jsonb(values, pattern, part, DatumGetJsonbP(value));
	else if (base == JSONOID)
	{
		text	   *json = DatumGetTextPP(value);

		lbd_values_text(values, pattern, part, VARDATA_ANY(json),
						VARSIZE_ANY_EXHDR(json));
	}
	else if (part == pattern->nparts)
		lbd_values_add(values, printed_length(base, value), 0, 0);
	else if (OidIsValid(element = get_element_type(base)))
		search_array(values, pattern, part, element, value);
	else if (get_typtype(base) == TYPTYPE_COMPOSITE)
		search_composite(values, pattern, part, value);
}

/*
 * The length of what the output function of a type makes of a value.
 */
static int64
printed_length(Oid type, Datum value)
{
	FmgrInfo	output;
	Oid			function;
	bool		is_varlena;

	getTypeOutputInfo(type, &function, &is_varlena);
	fmgr_info(function, &output);
	return lbd_datum_length(type, &output, value);
}

static void
search_array(LbdPathValues *values, const LbdPathPattern *pattern, int part,
			 Oid element, Datum value)
{
	ArrayIterator iterator;
	Datum		item;
	bool		isnull;

	if (pattern->parts[part].kind != LBD_PATH_ELEMENT)
		return;
	iterator = array_create_iterator(DatumGetArrayTypeP(value), 0, NULL);
	while (array_iterate(iterator, &item, &isnull))
	{
		CHECK_FOR_INTERRUPTS();
		if (!isnull)
			lbd_values_datum(values, pattern, part + 1, element, item);
	}
	array_free_iterator(iterator);
}

static void
search_composite(LbdPathValues *values, const LbdPathPattern *pattern,
				 int part, Datum value)
{
	HeapTupleHeader header = DatumGetHeapTupleHeader(value);
	TupleDesc	desc = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(header),
											  HeapTupleHeaderGetTypMod(header));
	HeapTupleData tuple = {
		.t_len = HeapTupleHeaderGetDatumLength(header),
		.t_data = header
	};
	Datum	   *fields = palloc(desc->natts * sizeof(Datum));
	bool	   *nulls = palloc(desc->natts * sizeof(bool));

	heap_deform_tuple(&tuple, desc, fields, nulls);
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute field = TupleDescAttr(desc, i);

		CHECK_FOR_INTERRUPTS();
		if (!field->attisdropped && !nulls[i] &&
			lbd_part_has_member(&pattern->parts[part],
								NameStr(field->attname),
								strlen(NameStr(field->attname))))
			lbd_values_datum(values, pattern, part + 1, field->atttypid,
							 fields[i]);
	}
	ReleaseTupleDesc(desc);
}

/*
 * Whether values of a type can have a value at the path.  Below any member of
 * a composite type, they are said to.
 */
bool
lbd_type_has_path(Oid type, const LbdPathPattern *pattern)
{
	for (int part = 0; part < pattern->nparts; part++)
	{
		Oid			base = getBaseType(type);
		Oid			element = get_element_type(base);

		if (base == JSONBOID || base == JSONOID)
			return true;
		if (OidIsValid(element))
		{
			if (pattern->parts[part].kind != LBD_PATH_ELEMENT)
				return false;
			type = element;
		}
		else if (get_typtype(base) != TYPTYPE_COMPOSITE ||
				 !field_has_path(base, pattern, part, &type))
			return false;
		else if (pattern->parts[part].kind == LBD_PATH_DYNAMIC)
			return true;
	}
	return true;
}

/*
 * Whether a composite type has a field that the path names, and of which type
 * that is.
 */
static bool
field_has_path(Oid type, const LbdPathPattern *pattern, int part, Oid *field)
{
	TupleDesc	desc = lookup_rowtype_tupdesc(type, -1);
	bool		found = false;

	for (int i = 0; i < desc->natts && !found; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(desc, i);

		found = !attribute->attisdropped &&
			lbd_part_has_member(&pattern->parts[part],
								NameStr(attribute->attname),
								strlen(NameStr(attribute->attname)));
		if (found)
			*field = attribute->atttypid;
	}
	ReleaseTupleDesc(desc);
	return found;
}
