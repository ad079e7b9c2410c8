/*-------------------------------------------------------------------------
 *
 * run_store.h
 *	  Adding rows to the tables of recorded runs.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_RUN_STORE_H
#define LBD_RUN_STORE_H

#include "executor/spi.h"

/* Columns of _lbdiag_run that are set; the others have defaults. */
typedef enum LbdRunColumn
{
	RUN_KIND, RUN_PAYLOAD, RUN_VIEWER, RUN_LAYOUT, RUN_LAYOUT_REASON, RUN_LABEL,
	RUN_STATEMENT, RUN_REPETITIONS, RUN_MACHINE, RUN_REFERENCE,
	RUN_REFERENCE_MIN, RUN_REFERENCE_MAX, RUN_APPLICATION, RUN_CHANGING_BYTES,
	RUN_ENVIRONMENT, RUN_EXTENSION_VERSION, RUN_ENCODING, RUN_HIT, RUN_READ,
	RUN_MODELS, RUN_BYTES, RUN_COMPRESSED_BYTES, RUN_QUERY, RUN_BUILDER,
	RUN_BUILDER_MIN, RUN_BUILDER_MAX, RUN_PATHS_LEFT_OUT, RUN_STATEMENT_TIME,
	RUN_STATEMENT_MIN, RUN_STATEMENT_MAX
} LbdRunColumn;

/* Columns of _lbdiag_run_component. */
typedef enum LbdRunComponentColumn
{
	COMPONENT_RUN, COMPONENT_NAME, COMPONENT_BYTES, COMPONENT_COMPRESSED_BYTES
} LbdRunComponentColumn;

/* Columns of _lbdiag_run_path. */
typedef enum LbdRunPathColumn
{
	PATH_RUN, PATH_COMPONENT, PATH_PATH, PATH_OCCURRENCES, PATH_NULLS,
	PATH_BYTES, PATH_DISTINCT
} LbdRunPathColumn;

/* Columns of _lbdiag_run_function. */
typedef enum LbdRunFunctionColumn
{
	FUNCTION_RUN, FUNCTION_NAME, FUNCTION_SOURCE, FUNCTION_PHASE, FUNCTION_KIND,
	FUNCTION_NCALLS, FUNCTION_ROWS, FUNCTION_SHARED, FUNCTION_TEMP,
	FUNCTION_TOTTIME, FUNCTION_TOTTIME_MIN, FUNCTION_TOTTIME_MAX,
	FUNCTION_CUMTIME, FUNCTION_CUMTIME_MIN, FUNCTION_CUMTIME_MAX
} LbdRunFunctionColumn;

#define LBD_STORE_COLUMNS	(RUN_STATEMENT_MAX + 1)

typedef struct LbdStoreTable LbdStoreTable;

/* A table that rows are added to, and the row that is being made. */
typedef struct LbdStore
{
	const LbdStoreTable *table; /* which */
	SPIPlanPtr	plan;			/* adds a row */
	Datum		values[LBD_STORE_COLUMNS];	/* of the row, by column */
	char		nulls[LBD_STORE_COLUMNS];	/* as SPI has them */
} LbdStore;

extern const LbdStoreTable lbd_store_run;
extern const LbdStoreTable lbd_store_component;
extern const LbdStoreTable lbd_store_path;
extern const LbdStoreTable lbd_store_function;

extern void lbd_store_open(LbdStore *store, const char *schema,
						   const LbdStoreTable *table);
extern void lbd_store_set(LbdStore *store, int column, Datum value);
extern void lbd_store_text(LbdStore *store, int column, const char *text);
extern void lbd_store_ms(LbdStore *store, int column, double ns);
extern int64 lbd_store_put(LbdStore *store);

#endif							/* LBD_RUN_STORE_H */
