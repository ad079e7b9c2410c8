/*-------------------------------------------------------------------------
 *
 * relation_sizes.c
 *	  What a relation takes, taken apart: for reports on it.
 *
 * Of a sample, all that is returned is an estimate for the whole relation.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/detoast.h"
#include "miscadmin.h"

#include "json/path_rows.h"
#include "json/stored.h"
#include "report/relation_sizes.h"

/* Sums over the paths of a column. */
typedef struct LbdPathSums
{
	int64		keys;			/* bytes of text of keys */
	int64		syntax;			/* and of brackets, commas and colons */
} LbdPathSums;

/* The heaviest paths so far. */
typedef struct LbdHeaviest
{
	const LbdRelationSizes *sizes;	/* whose they are */
	LbdRelationPath *paths;		/* the heaviest first */
	int			npaths;			/* how many there are */
	int			most;			/* how many there may be */
	int			column;			/* whose paths are being looked at */
} LbdHeaviest;

static int64 stored_weight(const LbdPath *path);
static int64 text_weight(const LbdPath *path);
static int64 own_weight(const LbdRelationSizes *sizes, const LbdPath *path);
static List *add_space(List *rows, const char *what, int64 bytes);
static void add_storage(List **rows, const LbdRelationSizes *sizes,
						int column);
static List *add_jsonb(List *rows, const LbdRelationSizes *sizes,
					   const char *what, int64 jsonb, int64 text);
static void sum_path(const LbdPath *path, void *arg);
static int	compare_growth(const ListCell *a, const ListCell *b);
static void note_path(const LbdPath *path, void *arg);

/*
 * The bytes of units of what is stored.
 */
int64
lbd_sizes_stored(const LbdRelationSizes *sizes, int64 units)
{
	return units / LBD_STORED_UNIT;
}

/*
 * The stored bytes of all columns.
 */
int64
lbd_sizes_stored_total(const LbdRelationSizes *sizes)
{
	int64		units = 0;

	for (int i = 0; i < sizes->result.ncolumns; i++)
		units += sizes->result.columns[i].root->stored;
	return lbd_sizes_stored(sizes, units);
}

static int64
stored_weight(const LbdPath *path)
{
	return path->stored;
}

static int64
text_weight(const LbdPath *path)
{
	return path->bytes;
}

/*
 * What a path alone counts for: stored bytes, or text where nothing is stored.
 */
static int64
own_weight(const LbdRelationSizes *sizes, const LbdPath *path)
{
	return sizes->stored ? path->stored_own : lbd_stats_own(path);
}

/*
 * The path that most is in: from the largest column down, as long as one path
 * has at least half of all, or of the column where no column has.  The path is
 * NULL where there is nothing.
 */
LbdRelationPath
lbd_sizes_main_path(const LbdRelationSizes *sizes)
{
	int64		(*weight_of) (const LbdPath *path) =
		sizes->stored ? stored_weight : text_weight;
	LbdRelationPath main = {0, NULL};
	int64		weight = 0;
	int64		whole = 0;

	for (int i = 0; i < sizes->result.ncolumns; i++)
	{
		const LbdPath *root = sizes->result.columns[i].root;

		whole += weight_of(root);
		if (weight_of(root) <= weight)
			continue;
		weight = weight_of(root);
		main = (LbdRelationPath)
		{
			i, root
		};
	}
	if (main.path)
		main.path = lbd_rows_main(main.path, 2 * weight < whole ? weight : whole,
								  weight_of);
	return main;
}

/*
 * A path in at most so many characters.
 */
char *
lbd_sizes_place(const LbdRelationSizes *sizes, const LbdRelationPath *path,
				int width)
{
	return lbd_result_place(&sizes->result.columns[path->column], path->path,
							width);
}

/*
 * What the relation takes on disk: a list of LbdSpaceRow, which add up.
 */
List *
lbd_sizes_space(const LbdRelationSizes *sizes)
{
	const LbdRelationSpace *space = sizes->space;
	LbdStoredParts all = {0};
	LbdStoredPart row;
	LbdStoredPart toast;
	int64		inside;
	int64		pointers;
	int64		outside;
	List	   *rows;

	for (int i = 0; i < sizes->result.ncolumns; i++)
	{
		if (sizes->columns[i].storage)
			lbd_stored_parts_merge(&all, sizes->columns[i].storage);
	}
	row = lbd_stored_parts_sum(&all, LBD_STORED_INLINE);
	toast = lbd_stored_parts_sum(&all, LBD_STORED_TOAST);
	/* An estimate can be more than there is. */
	inside = Min(row.stored_bytes, space->heap);
	pointers = Min(toast.values * (int64) LBD_STORED_POINTER,
				   space->heap - inside);
	outside = Min(toast.stored_bytes, space->toast);
	rows = add_space(NIL, "heap: values in the rows", inside);
	rows = add_space(rows, "heap: pointers to values in TOAST", pointers);
	rows = add_space(rows, "heap: row headers, padding, dead rows and free space",
					 space->heap - inside - pointers);
	rows = add_space(rows, "TOAST: values", outside);
	rows = add_space(rows, "TOAST: chunk headers, index, dead rows and free space",
					 space->toast - outside);
	return add_space(rows, "indexes", space->indexes);
}

static List *
add_space(List *rows, const char *what, int64 bytes)
{
	LbdSpaceRow *row = palloc(sizeof(LbdSpaceRow));

	row->what = what;
	row->bytes = bytes;
	return lappend(rows, row);
}

/*
 * How the values of all columns are stored: a list of LbdStorageRow.
 */
List *
lbd_sizes_storage(const LbdRelationSizes *sizes)
{
	List	   *rows = NIL;

	for (int i = 0; i < sizes->result.ncolumns; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (sizes->columns[i].storage)
			add_storage(&rows, sizes, i);
	}
	return rows;
}

static void
add_storage(List **rows, const LbdRelationSizes *sizes, int column)
{
	static const char *const names[LBD_STORED_PLACES][LBD_STORED_METHODS] = {
		{"row", "row, pglz", "row, lz4"},
		{"TOAST", "TOAST, pglz", "TOAST, lz4"}
	};

	for (int place = 0; place < LBD_STORED_PLACES; place++)
	{
		for (int method = 0; method < LBD_STORED_METHODS; method++)
		{
			const LbdStoredPart *part =
				&sizes->columns[column].storage->parts[place][method];
			LbdStorageRow *row;

			if (part->values == 0)
				continue;
			row = palloc(sizeof(LbdStorageRow));
			row->column = sizes->result.columns[column].name;
			row->how = names[place][method];
			row->part.values = part->values;
			row->part.raw_bytes = part->raw_bytes;
			row->part.stored_bytes = part->stored_bytes;
			row->part.chunks = part->chunks;
			*rows = lappend(*rows, row);
		}
	}
}

/*
 * What the jsonb of a column is made of, before it is compressed, beside its
 * text: a list of LbdJsonbRow, which add up to both; NIL for other columns.
 */
List *
lbd_sizes_jsonb(const LbdRelationSizes *sizes, int column)
{
	const LbdJsonbParts *jsonb = sizes->columns[column].jsonb;
	LbdPathSums sums = {0};
	List	   *rows = NIL;

	if (jsonb == NULL)
		return NIL;
	lbd_rows_walk(sizes->result.columns[column].root, sum_path, &sums);
	rows = add_jsonb(rows, sizes, "keys", jsonb->keys, sums.keys);
	rows = add_jsonb(rows, sizes, "strings",
					 jsonb->scalars[LBD_JSONB_STRINGS],
					 jsonb->texts[LBD_JSONB_STRINGS]);
	rows = add_jsonb(rows, sizes, "numbers",
					 jsonb->scalars[LBD_JSONB_NUMBERS],
					 jsonb->texts[LBD_JSONB_NUMBERS]);
	rows = add_jsonb(rows, sizes, "true, false and null",
					 jsonb->scalars[LBD_JSONB_LITERALS],
					 jsonb->texts[LBD_JSONB_LITERALS]);
	rows = add_jsonb(rows, sizes, "brackets, commas, colons and blanks", 0,
					 sums.syntax);
	rows = add_jsonb(rows, sizes, "headers of objects and arrays",
					 jsonb->containers, 0);
	rows = add_jsonb(rows, sizes, "entries of keys, values and elements",
					 jsonb->entries, 0);
	return add_jsonb(rows, sizes, "padding", jsonb->padding, 0);
}

static List *
add_jsonb(List *rows, const LbdRelationSizes *sizes, const char *what,
		  int64 jsonb, int64 text)
{
	LbdJsonbRow *row = palloc(sizeof(LbdJsonbRow));

	row->what = what;
	row->jsonb = jsonb;
	row->text = text;
	return lappend(rows, row);
}

static void
sum_path(const LbdPath *path, void *arg)
{
	LbdPathSums *sums = arg;

	sums->keys += path->key_bytes;
	sums->syntax += path->syntax_bytes;
}

/*
 * Whether jsonb is larger than its text, and by what: a sentence, or NULL
 * where there is nothing.
 */
char *
lbd_sizes_jsonb_reason(const List *rows)
{
	List	   *sorted = list_copy(rows);
	StringInfoData why;
	int64		jsonb = 0;
	int64		text = 0;
	int			sign;
	int			n = 0;
	ListCell   *cell;

	foreach(cell, rows)
	{
		jsonb += ((LbdJsonbRow *) lfirst(cell))->jsonb;
		text += ((LbdJsonbRow *) lfirst(cell))->text;
	}
	if (text == 0 || jsonb == text)
		return NULL;
	sign = jsonb > text ? 1 : -1;
	list_sort(sorted, compare_growth);
	initStringInfo(&why);
	for (int i = 0; n < 3 && i < list_length(sorted); i++)
	{
		const LbdJsonbRow *row = list_nth(sorted, sign > 0 ? i :
										  list_length(sorted) - 1 - i);
		int64		more = (row->jsonb - row->text) * sign;

		if (more > 0)
			appendStringInfo(&why, "%s%s (%s%s)", n++ > 0 ? ", " : "",
							 row->what, sign > 0 ? "+" : "-",
							 lbd_text_size(more));
	}
	return psprintf("Before compression, jsonb is %s %s than its text: %s.",
					lbd_text_percent((jsonb - text) * sign, text, 1),
					sign > 0 ? "larger" : "smaller", why.data);
}

/* What grows most from text to jsonb first. */
static int
compare_growth(const ListCell *a, const ListCell *b)
{
	const LbdJsonbRow *left = lfirst(a);
	const LbdJsonbRow *right = lfirst(b);
	int64		left_more = left->jsonb - left->text;
	int64		right_more = right->jsonb - right->text;

	if (left_more != right_more)
		return left_more > right_more ? -1 : 1;
	return strcmp(left->what, right->what);
}

/*
 * The paths that take most without what is below them: a list of
 * LbdRelationPath.
 */
List *
lbd_sizes_paths(const LbdRelationSizes *sizes, int most)
{
	LbdHeaviest heaviest = {.sizes = sizes,.most = most};
	List	   *rows = NIL;

	heaviest.paths = palloc((most + 1) * sizeof(LbdRelationPath));
	for (int i = 0; i < sizes->result.ncolumns; i++)
	{
		heaviest.column = i;
		lbd_rows_walk(sizes->result.columns[i].root, note_path, &heaviest);
	}
	for (int i = 0; i < heaviest.npaths; i++)
		rows = lappend(rows, &heaviest.paths[i]);
	return rows;
}

/*
 * Lets a path take its place among the heaviest, if it is one of them.
 */
static void
note_path(const LbdPath *path, void *arg)
{
	LbdHeaviest *heaviest = arg;
	LbdRelationPath added = {heaviest->column, path};
	int64		own = own_weight(heaviest->sizes, path);
	LbdRelationPath *next = &heaviest->paths[heaviest->npaths];

	if (own == 0)
		return;
	for (; next > heaviest->paths &&
		 own_weight(heaviest->sizes, next[-1].path) < own; next--)
		next[0] = next[-1];
	*next = added;
	heaviest->npaths = Min(heaviest->npaths + 1, heaviest->most);
}

/*
 * A column that is repeated, as a sentence.
 */
char *
lbd_sizes_repeat(const LbdRelationSizes *sizes, const LbdRepeatedColumn *repeat)
{
	StringInfoData path;
	int64		text = repeat->path->bytes;
	char	   *bytes = lbd_text_size(text);

	if (sizes->stored)
		bytes = psprintf("%s stored, %s of text",
						 lbd_text_size(lbd_sizes_stored(sizes, repeat->path->stored)),
						 bytes);
	initStringInfo(&path);
	lbd_stats_path(repeat->path, &path);
	return psprintf("column %s repeats %s in %s: %s",
					lbd_text_short(repeat->column, LBD_PLACE_WIDTH),
					lbd_text_short(path.data, LBD_PLACE_WIDTH),
					lbd_text_short(repeat->json, LBD_PLACE_WIDTH), bytes);
}
