/*-------------------------------------------------------------------------
 *
 * html_data.c
 *	  What the HTML reports show of sizes and of recorded runs.
 *
 * What is in tables is read through SPI by texts of queries that are constant
 * but for the extension's schema; they are read-only, so that all of them see
 * what the caller's statement sees.  Results live in the current context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "json/path_rows.h"
#include "leaderboard/spi_query.h"
#include "report/html_data.h"

/* What is sent. */
static const LbdHtmlWords sent_words = {
	"Bytes", "Compressed bytes",
	"The area of a box is its bytes, as they are sent",
	"The same of compressed bytes. They say where compressed bytes are, not "
	"what a change would save.",
	"Bytes of a path are with all below it. Compressed bytes say where they "
	"are, not what dropping the path would save.",
	false
};

/* What is stored. */
static const LbdHtmlWords stored_words = {
	"Bytes of text", "Stored bytes",
	"The area of a box is the bytes of its text",
	"The area of a box is its stored bytes, as pg_column_size has them: a "
	"part or a path, with those below it in it. They say where stored bytes "
	"are, not what a change would save.",
	"Bytes of a path are with all below it. Stored bytes say where they are, "
	"not what leaving the path out would save.",
	true
};

/* The stored bytes of a relation, while its paths are being added. */
typedef struct LbdHtmlStored
{
	const LbdRelationSizes *relation;	/* whose they are */
	int64		units;			/* of the paths so far, without what is below */
	int64		shown;			/* the bytes of these */
} LbdHtmlStored;

/* What paths are of. */
typedef struct LbdHtmlPart
{
	const char *name;			/* of the component or column */
	const char *type_name;		/* of a column that is no JSON, or NULL */
	const int64 *own;			/* compressed bytes by number of a path, or
								 * NULL */
	int64		compressed;		/* compressed bytes of all of it, or -1 */
	LbdHtmlStored *stored;		/* of a relation: its stored bytes are the
								 * compressed ones; else NULL */
} LbdHtmlPart;

/* The paths of a part, while they are being added. */
typedef struct LbdHtmlPaths
{
	LbdHtmlSizes *sizes;		/* to these */
	const LbdHtmlPart *part;	/* that they are of */
} LbdHtmlPaths;

static void add_paths(LbdHtmlSizes *sizes, const LbdHtmlPart *part,
					  const LbdPath *root);
static void add_part_path(const LbdPath *path, void *arg);
static void add_stored(LbdHtmlPath *added, const LbdPath *path,
					   const LbdHtmlPart *part);
static LbdHtmlSizes *sizes_create(int64 bytes);
static LbdHtmlPath *add_path(LbdHtmlSizes *sizes);
static double double_of(const LbdRow *row, const char *column,
						double otherwise);

/*
 * The sizes of what a leaderboard's payload sends.
 */
LbdHtmlSizes *
lbd_html_audit_sizes(const LbdAudit *audit)
{
	const LbdBuild *build = audit->build;
	LbdHtmlSizes *sizes = sizes_create(audit->total);
	LbdComponent components[LBD_NCOMPONENTS];
	int			n = lbd_audit_sorted(build, true, components);

	for (int i = 0; i < n; i++)
	{
		LbdHtmlPart part = {0};

		part.name = lbd_component_name(components[i]);
		part.own = build->compressed_own[components[i]];
		part.compressed = audit->compressed ?
			build->compressed_bytes[components[i]] : -1;
		add_paths(sizes, &part, lbd_audit_root(audit, components[i]));
	}
	return sizes;
}

/*
 * The sizes of the result of a query.
 */
LbdHtmlSizes *
lbd_html_result_sizes(const LbdResultSizes *result)
{
	LbdHtmlSizes *sizes = sizes_create(result->bytes);
	LbdHtmlPath *rows;

	for (int i = 0; i < result->ncolumns; i++)
	{
		LbdHtmlPart part = {0};

		part.name = result->columns[i].name;
		part.type_name = result->columns[i].type_name;
		part.own = result->own;
		part.compressed = -1;
		add_paths(sizes, &part, result->columns[i].root);
	}
	rows = add_path(sizes);
	rows->occurrences = result->rows;
	rows->bytes = rows->own = result->rows_bytes;
	rows->share = (double) rows->bytes / Max(sizes->bytes, 1);
	if (result->own)
	{
		rows->compressed = rows->own_compressed = result->rows_compressed;
		sizes->compressed = true;
	}
	return sizes;
}

/*
 * The sizes of a relation; of the values that it stores, the stored bytes are
 * in the place of compressed ones.
 */
LbdHtmlSizes *
lbd_html_relation_sizes(const LbdRelationSizes *relation)
{
	const LbdResultSizes *result = &relation->result;
	LbdHtmlSizes *sizes = sizes_create(result->bytes);
	LbdHtmlStored stored = {.relation = relation};

	sizes->words = &stored_words;
	for (int i = 0; i < result->ncolumns; i++)
	{
		LbdHtmlPart part = {.stored = &stored};

		part.name = result->columns[i].name;
		part.type_name = result->columns[i].type_name;
		part.compressed = -1;
		add_paths(sizes, &part, result->columns[i].root);
	}
	return sizes;
}

/* Adds all paths of a part. */
static void
add_paths(LbdHtmlSizes *sizes, const LbdHtmlPart *part, const LbdPath *root)
{
	LbdHtmlPaths paths = {sizes, part};

	lbd_rows_walk(root, add_part_path, &paths);
}

static void
add_part_path(const LbdPath *path, void *arg)
{
	LbdHtmlSizes *sizes = ((LbdHtmlPaths *) arg)->sizes;
	const LbdHtmlPart *part = ((LbdHtmlPaths *) arg)->part;
	LbdHtmlPath *added = add_path(sizes);
	StringInfoData text;

	initStringInfo(&text);
	lbd_stats_path(path, &text);
	added->part = part->name;
	added->path = pstrdup(text.data);
	added->paths = path->kind == LBD_PATH_REST ? path->nmembers : 1;
	resetStringInfo(&text);
	lbd_stats_types(path, &text);
	added->types = part->type_name && path->parent == NULL ?
		part->type_name : pstrdup(text.data);
	pfree(text.data);
	added->depth = path->depth;
	added->occurrences = path->occurrences;
	added->bytes = path->bytes;
	added->own = path->key_bytes + path->value_bytes + path->syntax_bytes;
	if (part->own)
	{
		added->compressed = lbd_stats_compressed(path, part->own);
		added->own_compressed = part->own[path->number];
	}
	else if (part->stored)
		add_stored(added, path, part);
	else if (path->parent == NULL)
		added->compressed = added->own_compressed = part->compressed;
	added->share = (double) added->bytes / Max(sizes->bytes, 1);
	if (added->own_compressed >= 0)
		sizes->compressed = true;
}

/*
 * Puts the stored bytes of a path of a relation: of all so far they are
 * rounded, so that they add up.
 */
static void
add_stored(LbdHtmlPath *added, const LbdPath *path, const LbdHtmlPart *part)
{
	LbdHtmlStored *stored = part->stored;
	const LbdRelationSizes *relation = stored->relation;
	int64		before = stored->shown;

	if (!relation->stored)
		return;
	stored->units += path->stored_own;
	stored->shown = lbd_sizes_stored(relation, stored->units);
	added->own_compressed = stored->shown - before;
	added->compressed = lbd_sizes_stored(relation, stored->units -
										 path->stored_own + path->stored) - before;
}

static LbdHtmlSizes *
sizes_create(int64 bytes)
{
	LbdHtmlSizes *sizes = palloc0(sizeof(LbdHtmlSizes));

	sizes->words = &sent_words;
	sizes->bytes = bytes;
	sizes->space = 256;
	sizes->paths = palloc(sizes->space * sizeof(LbdHtmlPath));
	return sizes;
}

/* Adds a path without anything, which is where it is up to the next one. */
static LbdHtmlPath *
add_path(LbdHtmlSizes *sizes)
{
	LbdHtmlPath *path;

	if (sizes->count == sizes->space)
	{
		sizes->space *= 2;
		sizes->paths = repalloc_huge(sizes->paths,
									 sizes->space * sizeof(LbdHtmlPath));
	}
	path = &sizes->paths[sizes->count++];
	memset(path, 0, sizeof(*path));
	path->paths = 1;
	path->compressed = path->own_compressed = -1;
	return path;
}

/*
 * Reads the changes of bytes between two recorded runs, which are given by
 * pointers to their numbers, or NULL: at most so many changes.
 */
LbdHtmlDifference *
lbd_html_read_difference(const char *schema, const int64 *before,
						 const int64 *after, int most)
{
	LbdHtmlDifference *difference = palloc0(sizeof(LbdHtmlDifference));
	LbdDifferences *compared = lbd_compare_runs(schema, before, after);

	if (strcmp(compared->kind, "payload") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("run " INT64_FORMAT " is not of a payload", *before),
				 errhint("Use lbdiag_compare for profiles of statements.")));
	difference->notes = compared->notes;
	difference->changes = palloc(most * sizeof(LbdDifference *));
	for (int i = 0; i < compared->count; i++)
	{
		const LbdDifference *row = &compared->rows[i];

		if (strcmp(row->unit, "bytes") != 0)
			continue;
		difference->largest = Max(difference->largest, lbd_abs(row->delta));
		if (row->delta == 0 || strcmp(row->verdict, "same") == 0)
			continue;
		if (difference->count < most)
			difference->changes[difference->count++] = row;
		difference->total++;
	}
	return difference;
}

/*
 * Reads the recorded runs of the leaderboard, the viewer and the layout of a
 * payload.
 */
LbdHtmlRuns *
lbd_html_read_runs(const LbdBuild *build)
{
	LbdHtmlRuns *runs = palloc0(sizeof(LbdHtmlRuns));
	Oid			types[] = {TEXTOID, TEXTOID, TEXTOID};
	Datum		values[] = {
		CStringGetTextDatum(build->request.payload),
		CStringGetTextDatum(build->request.viewer),
		CStringGetTextDatum(build->layout->name)
	};
	uint64		nrows;

	nrows = lbd_query_rows(psprintf("SELECT r.at, r.bytes::pg_catalog.float8 AS bytes,"
									" r.compressed_bytes::pg_catalog.float8 AS compressed_bytes"
									" FROM %s.lbdiag_runs AS r"
									" WHERE r.payload OPERATOR(pg_catalog.=) $1"
									" AND r.viewer OPERATOR(pg_catalog.=) $2"
									" AND r.layout OPERATOR(pg_catalog.=) $3"
									" AND pg_catalog.isfinite(r.at) ORDER BY r.at, r.run",
									quote_identifier(build->request.extension_schema)),
						   lengthof(types), types, values, NULL);
	runs->at = palloc_extended((nrows + 1) * sizeof(TimestampTz), MCXT_ALLOC_HUGE);
	runs->bytes = palloc_extended((nrows + 1) * sizeof(double), MCXT_ALLOC_HUGE);
	runs->compressed = palloc_extended((nrows + 1) * sizeof(double), MCXT_ALLOC_HUGE);
	for (uint64 i = 0; i < nrows; i++)
	{
		LbdRow		row = lbd_result_row(i, "lbdiag_runs");

		CHECK_FOR_INTERRUPTS();
		runs->at[i] = DatumGetTimestampTz(lbd_row_value(&row, "at", TIMESTAMPTZOID));
		runs->bytes[i] = double_of(&row, "bytes", -1);
		runs->compressed[i] = double_of(&row, "compressed_bytes", -1);
		runs->count++;
	}
	SPI_freetuptable(SPI_tuptable);
	return runs;
}

/* The number in a column, or another one for null. */
static double
double_of(const LbdRow *row, const char *column, double otherwise)
{
	bool		isnull;
	Datum		value = lbd_row_datum(row, column, FLOAT8OID, &isnull);

	return isnull ? otherwise : DatumGetFloat8(value);
}
