/*-------------------------------------------------------------------------
 *
 * column_stats.h
 *	  Columns of a result or a relation, and what their values take.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_COLUMN_STATS_H
#define LBD_COLUMN_STATS_H

#include "access/tupdesc.h"
#include "fmgr.h"

#include "api/value_text.h"
#include "json/jsonb_stats.h"
#include "json/path_stats.h"
#include "json/stored_parts.h"

typedef struct LbdColumn
{
	const char *name;			/* as the result or the relation names it */
	Oid			type;			/* json, jsonb, or another one */
	int16		length;			/* of the type, -1: varlena, -2: cstring */
	const char *type_name;		/* of another one, to be shown; else NULL */
	FmgrInfo	output;			/* its output function */
	LbdValueType *parts;		/* of another one that JSON is in, or NULL */
	bool		waste;			/* what could be left out is counted as well */
	bool		stored;			/* what is stored is counted as well */
	LbdPathStats *stats;		/* what has been counted */
	LbdStoredParts storage;		/* how values are stored, of one that is */
	LbdJsonbParts jsonb;		/* what they are made of, of one of jsonb that
								 * is stored */
	LbdStoredParts storage_start;	/* the same before the present table of a
									 * sample: estimates */
	LbdJsonbParts jsonb_start;
} LbdColumn;

extern void lbd_column_init(LbdColumn *column, Form_pg_attribute attribute,
							LbdValueTypes *types, MemoryContext context);
extern void lbd_column_add(LbdColumn *column, Datum value, bool isnull);
extern void lbd_column_add_text(LbdColumn *column, Datum value,
								const char *text, int len);
extern void lbd_column_scale(LbdColumn *column, double factor);
extern void lbd_columns_sort(LbdColumn *columns, int ncolumns);

#endif							/* LBD_COLUMN_STATS_H */
