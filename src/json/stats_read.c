/*-------------------------------------------------------------------------
 *
 * stats_read.c
 *	  Path stats of any JSON from the bytes that stats_write.c makes.
 *
 * Stats of a column have another version, and of each path what it takes where
 * it is stored.  The counts of their root are also those of SQL's nulls, and of
 * texts that are no JSON: less can be told of what does not fit.
 *
 * Reading takes nothing for granted: bytes that counting cannot have made are
 * an error, which says what is wrong and on which path.  Where a bound has
 * changed what was counted, so that stats are not complete, counts of one
 * path need not fit those of another: what can be wrong then is in range all
 * the same, and sums of it do not overflow.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "json/path_count.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"

#include "compat.h"
#include "json/path_rows.h"
#include "json/stats_codec.h"

/* More memory than any stats take. */
#define LBD_STATS_TOO_LARGE		(2 * LBD_STATS_BOUND)

static void read_path(LbdPathStats *stats, LbdPath *path, StringInfo in);
static void read_counts(LbdPathStats *stats, LbdPath *path, StringInfo in);
static bool is_strict(const LbdPathStats *stats);
static void read_types(const LbdPathStats *stats, LbdPath *path,
					   StringInfo in);
static void read_all_types(LbdPath *path, int64 **counts, StringInfo in);
static void read_histograms(LbdPathStats *stats, LbdPath *path,
							StringInfo in);
static void read_histogram(LbdPathStats *stats, const LbdPath *path,
						   LbdHistogram *histogram, StringInfo in,
						   int64 total);
static void read_distinct(LbdPathStats *stats, const LbdPath *path,
						  LbdDistinct *distinct, StringInfo in, int64 values);
static void read_keys(LbdPathStats *stats, LbdPath *path, StringInfo in);
static void check_members(const LbdPath *path);
static void check_below(const LbdPath *path);
static void check_counts(const LbdPath *path);
static void check_types(const LbdPath *path);
static bool is_mean(const LbdHistogram *histogram, int64 sum, int64 count);
static LbdPath *read_child(LbdPathStats *stats, LbdPath *parent,
						   LbdPath *previous, StringInfo in);
static LbdPath *read_member(LbdPathStats *stats, LbdPath *parent,
							StringInfo in);
static const char *read_bytes(StringInfo in, int64 len);
static int64 read_number(StringInfo in);
static int64 read_count(const LbdPath *path, StringInfo in,
						const char *name);
pg_noreturn static void invalid(const LbdPath *path, const char *wrong);

/*
 * Makes stats, in context, of bytes that may come from anywhere.
 */
LbdPathStats *
lbd_stats_read(const char *data, Size len, MemoryContext context)
{
	LbdPathStats *stats = lbd_stats_create_any(context);
	StringInfoData in = {.data = unconstify(char *, data),.len = len};
	unsigned char version;
	char		complete;

	version = *read_bytes(&in, 1);
	if (version != LBD_STATS_VERSION && version != LBD_COLUMN_STATS_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("version %d of JSON statistics is not supported",
						version),
				 errhint("This lbdiag reads versions %d and %d.",
						 LBD_STATS_VERSION, LBD_COLUMN_STATS_VERSION)));
	stats->column = version == LBD_COLUMN_STATS_VERSION;
	complete = *read_bytes(&in, 1);
	if (complete != 0 && complete != 1)
		invalid(NULL, "The second byte is neither 0 nor 1.");
	stats->complete = complete;
	if (*read_bytes(&in, 1) != LBD_PATH_ROOT)
		invalid(NULL, "The first path is not the root.");
	/* What is read has been within its bound. */
	stats->unbounded = true;
	read_path(stats, stats->root, &in);
	stats->unbounded = false;
	if (in.cursor != in.len)
		invalid(NULL, "There are bytes after the last path.");
	return stats;
}

/*
 * Reads what write_path has written.
 */
static void
read_path(LbdPathStats *stats, LbdPath *path, StringInfo in)
{
	LbdPath    *previous = NULL;
	int64		nchildren;

	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	read_counts(stats, path, in);
	nchildren = read_number(in);
	for (int64 i = 0; i < nchildren; i++)
	{
		previous = read_child(stats, path, previous, in);
		read_path(stats, previous, in);
	}
	check_members(path);
	if (is_strict(stats))
		check_below(path);
}

/*
 * Reads what a path alone has.
 */
static void
read_counts(LbdPathStats *stats, LbdPath *path, StringInfo in)
{
	read_types(stats, path, in);
	path->key_bytes = read_count(path, in, "key_bytes");
	path->value_bytes = read_count(path, in, "value_bytes");
	path->syntax_bytes = read_count(path, in, "syntax_bytes");
	path->jsonb_own = read_count(path, in, "jsonb_own_bytes");
	path->having = read_count(path, in, "the number of objects that have it");
	if (stats->column)
		path->stored_own = read_count(path, in, "stored_own_bytes");
	if (!lbd_stats_is_pooled(path))
		path->documents = read_count(path, in, "documents");
	if (stats->complete &&
		(path->keys_known & (LBD_KEYS_CLOSED | LBD_KEYS_NONE)) != 0)
		invalid(path, "it is complete, and says that paths were dropped to save memory.");
	if (path->value_bytes > 0 && (path->types & LBD_TYPE_SCALAR) == 0)
		invalid(path, "value_bytes is not 0, and no type is a scalar's.");
	if (is_strict(stats))
	{
		check_counts(path);
		check_types(path);
	}
	read_histograms(stats, path, in);
	read_distinct(stats, path, &path->distinct, in, stats->complete ?
				  path->occurrences - path->nulls : PG_INT64_MAX);
	if (path->kind == LBD_PATH_DYNAMIC)
		read_keys(stats, path, in);
}

/*
 * Whether counts of a path must fit each other.
 */
static bool
is_strict(const LbdPathStats *stats)
{
	return stats->complete && !stats->column;
}

/*
 * Reads how many values there are, and, of several types, how many of each.
 */
static void
read_types(const LbdPathStats *stats, LbdPath *path, StringInfo in)
{
	int64	   *counts[LBD_JSON_TYPES] = {
		&path->objects, &path->arrays, NULL, &path->numbers, &path->booleans,
		&path->nulls
	};
	int64		rest;

	path->types = (unsigned char) *read_bytes(in, 1);
	path->keys_known = (unsigned char) *read_bytes(in, 1);
	rest = path->occurrences = read_count(path, in, "occurrences");
	if (path->types >= LBD_TYPE_NULL << 1)
		invalid(path, "a type is unknown.");
	if ((path->keys_known & ~LBD_KEYS_KNOWN) != 0)
		invalid(path, "what is known of its keys is unknown.");
	if (stats->column)
	{
		read_all_types(path, counts, in);
		return;
	}
	if ((path->types == 0) != (path->occurrences == 0))
		invalid(path, "there are values without a type, or a type without values.");
	for (int i = 0; i < LBD_JSON_TYPES; i++)
	{
		if (counts[i] == NULL || (path->types & 1 << i) == 0)
			continue;
		*counts[i] = lbd_stats_mixed(path) ?
			read_count(path, in, "the number of values of a type") :
			path->occurrences;
		rest -= *counts[i];
		if (*counts[i] == 0 || *counts[i] > path->occurrences)
			invalid(path, "the number of values of a type does not fit occurrences.");
	}
	if (stats->complete &&
		((path->types & LBD_TYPE_STRING) != 0 ? rest <= 0 : rest != 0))
		invalid(path, "the numbers of values of each type do not add up to occurrences.");
}

/*
 * Reads how many values of each type a column has: SQL's nulls have none.
 */
static void
read_all_types(LbdPath *path, int64 **counts, StringInfo in)
{
	for (int i = 0; i < LBD_JSON_TYPES; i++)
	{
		if (counts[i] == NULL)
			continue;
		*counts[i] = read_count(path, in, "the number of values of a type");
		if (*counts[i] > path->occurrences)
			invalid(path, "the number of values of a type does not fit occurrences.");
	}
}

/*
 * Reads the sizes of the values, and the lengths of the arrays.
 */
static void
read_histograms(LbdPathStats *stats, LbdPath *path, StringInfo in)
{
	if (path->types == 0)
		return;
	read_histogram(stats, path, &path->sizes, in, path->occurrences);
	if ((path->types & LBD_TYPE_ARRAY) != 0)
		read_histogram(stats, path, lbd_stats_make_lengths(stats, path), in,
					   path->arrays);
	if (!is_strict(stats))
		return;
	/* Only numbers are written with a single character. */
	if (path->sizes.least < ((path->types & LBD_TYPE_NUMBER) != 0 ? 1 : 2))
		invalid(path, "a value is shorter than values of its types are.");
	if ((path->types & ~LBD_TYPE_SCALAR) == 0 &&
		!is_mean(&path->sizes, path->value_bytes, path->occurrences))
		invalid(path, "value_bytes does not fit the sizes of its values.");
}

/*
 * Reads what write_histogram has written, of so many numbers.
 */
static void
read_histogram(LbdPathStats *stats, const LbdPath *path,
			   LbdHistogram *histogram, StringInfo in, int64 total)
{
	Size		size = lbd_histogram_size(histogram);
	int64		least;
	int64		most;
	int			bucket;
	int			last;

	if (stats->column)
	{
		total = read_count(path, in, "the number of sizes or lengths");
		if (total == 0)
			return;
	}
	least = read_number(in);
	most = read_number(in);
	if (least > PG_UINT32_MAX || most > PG_UINT32_MAX - least)
		invalid(path, "a size or a length is out of range.");
	most += least;
	lbd_histogram_extend(histogram, least, most, stats->context);
	lbd_stats_grow(stats, lbd_histogram_size(histogram) - size);
	bucket = lbd_histogram_bucket(least);
	last = lbd_histogram_bucket(most);
	if (bucket == last)
	{
		lbd_histogram_put(histogram, bucket, total);
		return;
	}
	do
	{
		int64		step = read_number(in);
		int64		count = read_count(path, in, "the count of a bucket");

		/* The smallest number is in the first one, the largest in the last. */
		if ((step == 0) != (histogram->total == 0) || step > last - bucket ||
			count == 0)
			invalid(path, "the buckets of sizes or lengths are not in order.");
		bucket += (int) step;
		lbd_histogram_put(histogram, bucket, count);
	} while (bucket < last);
	if (stats->complete && histogram->total != total)
		invalid(path, "there are more or fewer sizes or lengths than values.");
}

static void
read_distinct(LbdPathStats *stats, const LbdPath *path, LbdDistinct *distinct,
			  StringInfo in, int64 values)
{
	const char *wrong = lbd_distinct_read(distinct, in, values, stats->context);

	if (wrong)
		invalid(path, psprintf("of its distinct values, %s.", wrong));
	lbd_stats_grow(stats, lbd_distinct_size(distinct));
}

/*
 * Reads the keys that .* stands for.
 */
static void
read_keys(LbdPathStats *stats, LbdPath *path, StringInfo in)
{
	int64		most = stats->complete ? path->occurrences : PG_INT64_MAX;
	char		given = *read_bytes(in, 1);

	if (given != 0 && given != 1)
		invalid(path, "it is not told whether its keys are known.");
	if (!given)
		return;
	lbd_stats_make_keys(stats, path);
	read_distinct(stats, path, &path->keys->data, in, most);
	read_distinct(stats, path, &path->keys->others, in, most);
}

/*
 * Checks that no more members are kept than what is known of the keys lets.
 */
static void
check_members(const LbdPath *path)
{
	int			names = path->nmembers - path->ndata;
	uint8		known = path->keys_known;

	if (path->ndata > ((known & LBD_KEYS_DATA) != 0 ? 0 : LBD_DATA_KEYS) ||
		names > ((known & LBD_KEYS_ALL) != 0 ? 0 : LBD_OTHER_KEYS))
		invalid(path, "it has more members than are kept.");
	for (const LbdPath *child = path->first; child; child = child->next)
	{
		if (child->having > path->objects)
			invalid(child, "more objects have it than there are.");
		if (child->kind == LBD_PATH_MEMBER && child->look != LBD_KEY_DATA &&
			(known & LBD_KEYS_MANY) != 0 && child->having < path->objects)
			invalid(child, "it is kept, and not all objects have it.");
	}
}

/*
 * Checks the counts of what is below a path against its own.
 */
static void
check_below(const LbdPath *path)
{
	int64		elements = path->element ? path->element->occurrences : 0;
	int64		below = 0;

	for (const LbdPath *child = path->first; child; child = child->next)
	{
		below += child->occurrences;
		if (child->documents > path->documents)
			invalid(child, "more documents have it than the path that it is in.");
	}
	/* Of n values in it, a container has n - 1 commas and two brackets. */
	if (below > path->syntax_bytes)
		invalid(path, "more values are below it than it has separators.");
	if (path->lengths && !is_mean(path->lengths, elements, path->arrays))
		invalid(path, "the number of elements does not fit the lengths of arrays.");
}

/*
 * Checks what each value adds to the counts of its path.
 */
static void
check_counts(const LbdPath *path)
{
	int64		times = path->kind == LBD_PATH_MEMBER ? path->having :
		path->occurrences;

	if (path->having > path->occurrences)
		invalid(path, "more objects have it than there are values.");
	if (path->kind == LBD_PATH_ROOT ? path->documents != path->occurrences :
		path->documents > times ||
		(path->documents == 0 && times > 0 && !lbd_stats_is_pooled(path)))
		invalid(path, "documents does not fit its values.");
	if (path->kind == LBD_PATH_ROOT || path->kind == LBD_PATH_ELEMENT)
	{
		if (path->key_bytes > 0)
			invalid(path, "key_bytes is not 0, and it has no key.");
	}
	else if (path->key_bytes / 2 < path->occurrences)
		invalid(path, "key_bytes are fewer than the quotation marks of its keys.");
}

/*
 * Checks that there is the text that values of each type have at least.
 */
static void
check_types(const LbdPath *path)
{
	int64		counts[LBD_JSON_TYPES];

	lbd_stats_type_counts(path, counts);
	if (2 * (counts[0] + counts[1]) > path->syntax_bytes)
		invalid(path, "syntax_bytes are fewer than the brackets of objects and arrays.");
	if (2 * counts[2] + counts[3] + 4 * (counts[4] + counts[5]) >
		path->value_bytes)
		invalid(path, "value_bytes are fewer than values of these types take.");
}

/*
 * Whether so many numbers, with this sum, can be spread like that.
 */
static bool
is_mean(const LbdHistogram *histogram, int64 sum, int64 count)
{
	if (count == 0 || sum / count < histogram->least)
		return false;
	/* What is larger than can be counted is counted as the largest number. */
	return histogram->most == PG_UINT32_MAX || sum == 0 ||
		(sum - 1) / count < histogram->most;
}

/*
 * Reads a child's kind and key, and makes it.  It must come after the one
 * before it in the order of lbd_stats_compare_paths: so no child comes twice.
 */
static LbdPath *
read_child(LbdPathStats *stats, LbdPath *parent, LbdPath *previous,
		   StringInfo in)
{
	int			before = stats->nnodes;
	int			kind = (unsigned char) *read_bytes(in, 1);
	LbdPath    *child;

	if (stats->size > LBD_STATS_TOO_LARGE)
		invalid(NULL, "There are too many paths.");
	if (parent->depth >= LBD_PATH_MAX_DEPTH)
		invalid(parent, "paths below it are too deep.");
	if ((parent->keys_known & LBD_KEYS_NONE) != 0)
		invalid(parent, "there are paths below it, and none is kept.");
	if (kind == LBD_PATH_MEMBER)
		child = read_member(stats, parent, in);
	else if (kind == LBD_PATH_ELEMENT || kind == LBD_PATH_DYNAMIC)
		child = lbd_stats_child(stats, parent, kind);
	else
		invalid(parent, "a path below it is of a kind that is unknown.");
	if ((parent->types & (kind == LBD_PATH_ELEMENT ? LBD_TYPE_ARRAY :
						  LBD_TYPE_OBJECT)) == 0)
		invalid(parent, "it has members or elements, but is not an object or array.");
	if (stats->nnodes != before + 1 || child->kind != (LbdPathKind) kind ||
		(previous && lbd_stats_compare_paths(&previous, &child) >= 0))
		invalid(parent, "the paths below it are not in order, or too many.");
	return child;
}

static LbdPath *
read_member(LbdPathStats *stats, LbdPath *parent, StringInfo in)
{
	int64		len = read_number(in);
	const char *key = read_bytes(in, len);
	LbdPath    *member;

	if (len > LBD_PATH_KEY_MAX)
		invalid(parent, psprintf("a key below it is longer than %d bytes.",
								 LBD_PATH_KEY_MAX));
	if (!pg_verifymbstr(key, len, true))
		invalid(parent, "a key below it is not valid in the encoding of this database.");
	member = lbd_stats_stored_member(stats, parent, key, (int) len);
	if (member == NULL)
		invalid(parent, "a key below it comes twice.");
	return member;
}

static const char *
read_bytes(StringInfo in, int64 len)
{
	const char *bytes = in->data + in->cursor;

	if (len > in->len - in->cursor)
		invalid(NULL, "It ends too early.");
	in->cursor += len;
	return bytes;
}

static int64
read_number(StringInfo in)
{
	uint64		number = 0;
	int			shift = 0;
	unsigned char byte;

	do
	{
		byte = *read_bytes(in, 1);
		number |= (uint64) (byte & 0x7f) << shift;
		shift += 7;
	} while ((byte & 0x80) != 0 && shift < 7 * LBD_NUMBER_BYTES);
	if ((byte & 0x80) != 0 || (byte == 0 && shift > 7))
		invalid(NULL, "A number is too long.");
	return (int64) number;
}

static int64
read_count(const LbdPath *path, StringInfo in, const char *name)
{
	int64		count = read_number(in);

	if (count > LBD_STATS_MAX_COUNT)
		invalid(path, psprintf("%s is out of range.", name));
	return count;
}

/*
 * What is wrong, with a path, or, where that is NULL, as a sentence.
 */
static void
invalid(const LbdPath *path, const char *wrong)
{
	StringInfoData detail;

	initStringInfo(&detail);
	if (path)
	{
		appendStringInfoString(&detail, "Path ");
		lbd_stats_path(path, &detail);
		appendStringInfoString(&detail, ": ");
	}
	appendStringInfoString(&detail, wrong);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid JSON statistics"),
			 errdetail_internal("%s", detail.data),
			 errhint("Use a value that the type lbdiag_json_stats has printed.")));
}
