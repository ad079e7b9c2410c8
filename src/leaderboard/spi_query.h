/*-------------------------------------------------------------------------
 *
 * spi_query.h
 *	  Small read-only queries through SPI.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_SPI_QUERY_H
#define LBD_SPI_QUERY_H

#include "executor/spi.h"
#include "nodes/parsenodes.h"

#include "json/jsonb_reader.h"

/* At most one row of a result. */
typedef struct LbdRow
{
	bool		found;			/* there is one */
	HeapTuple	tuple;			/* it, in SPI's memory */
	TupleDesc	desc;			/* and its columns */
	const char *relation;		/* where it is from, for messages */
} LbdRow;

extern LbdRow lbd_query_row(const char *query, const char *parameter,
							const char *relation);
extern uint64 lbd_query_rows(const char *query, int nargs, Oid *types,
							 Datum *values, const char *nulls);
extern LbdRow lbd_result_row(uint64 number, const char *relation);
extern char *lbd_query_list(const char *query);
extern Datum lbd_row_datum(const LbdRow *row, const char *column, Oid type,
						   bool *isnull);
extern Datum lbd_row_value(const LbdRow *row, const char *column, Oid type);
extern char *lbd_row_text(const LbdRow *row, const char *column);
extern void lbd_row_item(const LbdRow *row, const char *column,
						 LbdItem *item);
extern bool lbd_may(const char *schema, const char *relation, AclMode right);

#endif							/* LBD_SPI_QUERY_H */
