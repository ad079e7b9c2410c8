/*-------------------------------------------------------------------------
 *
 * stats_write.c
 *	  Path stats of any JSON as bytes.
 *
 * The bytes: version, whether the stats are complete, and the root.  A path:
 * kind, of a member the key's length and the key, types, what is known of its
 * keys, counts as numbers of variable length (seven bits a byte, the lowest
 * first, the highest bit where more follow), of its types where there are
 * several but strings, of which there is the rest; the sizes of its values,
 * the lengths of its arrays, its distinct counter, of .* two more for the keys
 * that it stands for, the number of its children and the children, in the
 * order of their kinds and then of their keys' bytes.  Equal stats are equal
 * bytes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "json/stats_codec.h"

static bool in_range(const LbdPath *path);
static Size write_byte(StringInfo out, uint8 byte);
static Size write_number(StringInfo out, uint64 number);
static Size write_count(StringInfo out, int64 count);
static Size write_path(const LbdPathStats *stats, const LbdPath *path,
					   bool pooled, StringInfo out);
static LbdPath **sorted_children(const LbdPath *path, uint32 *nchildren);
static Size write_own(const LbdPathStats *stats, const LbdPath *path,
					  bool pooled, StringInfo out);
static Size write_types(const LbdPathStats *stats, const LbdPath *path,
						StringInfo out);
static Size write_histogram(const LbdPathStats *stats,
							const LbdHistogram *histogram, StringInfo out);
static Size write_distinct(const LbdDistinct *distinct, StringInfo out);

/*
 * The number of bytes that lbd_stats_write appends.
 */
Size
lbd_stats_written(const LbdPathStats *stats)
{
	return 3 + write_path(stats, stats->root, false, NULL);
}

/*
 * Appends the stats as bytes.
 */
void
lbd_stats_write(const LbdPathStats *stats, StringInfo out)
{
	write_byte(out, stats->column ? LBD_COLUMN_STATS_VERSION : LBD_STATS_VERSION);
	write_byte(out, stats->complete && in_range(stats->root));
	write_byte(out, LBD_PATH_ROOT);
	write_path(stats, stats->root, false, out);
}

static bool
in_range(const LbdPath *path)
{
	check_stack_depth();
	for (const LbdPath *child = path->first; child; child = child->next)
	{
		if (!in_range(child))
			return false;
	}
	return lbd_stats_in_range(path);
}

/*
 * These append to out, or only tell how much it would be where that is NULL;
 * they return the number of bytes.
 */
static Size
write_byte(StringInfo out, uint8 byte)
{
	if (out)
		appendStringInfoCharMacro(out, (char) byte);
	return 1;
}

static Size
write_number(StringInfo out, uint64 number)
{
	char		bytes[LBD_NUMBER_BYTES];
	int			n = 0;

	for (; number >= 0x80; number >>= 7)
		bytes[n++] = (char) (number | 0x80);
	bytes[n++] = (char) number;
	if (out)
		appendBinaryStringInfo(out, bytes, n);
	return n;
}

static Size
write_count(StringInfo out, int64 count)
{
	return write_number(out, Min(count, LBD_STATS_MAX_COUNT));
}

/*
 * Appends a path but for its kind and key, and all below it.  pooled: it is .*
 * or below it.
 */
static Size
write_path(const LbdPathStats *stats, const LbdPath *path, bool pooled,
		   StringInfo out)
{
	Size		size = write_own(stats, path, pooled, out);
	uint32		n;
	LbdPath   **children = sorted_children(path, &n);

	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	size += write_number(out, n);
	for (uint32 i = 0; i < n; i++)
	{
		const LbdPath *child = children[i];

		size += write_byte(out, child->kind);
		if (child->kind == LBD_PATH_MEMBER)
		{
			size += write_number(out, child->key_len) + child->key_len;
			if (out)
				appendBinaryStringInfo(out, child->key, child->key_len);
		}
		size += write_path(stats, child, pooled || child->kind == LBD_PATH_DYNAMIC,
						   out);
	}
	pfree(children);
	return size;
}

static LbdPath **
sorted_children(const LbdPath *path, uint32 *nchildren)
{
	LbdPath   **children;
	uint32		n = 0;

	for (LbdPath *child = path->first; child; child = child->next)
		n++;
	children = palloc(Max(n, 1) * sizeof(LbdPath *));
	n = 0;
	for (LbdPath *child = path->first; child; child = child->next)
		children[n++] = child;
	qsort(children, n, sizeof(LbdPath *), lbd_stats_compare_paths);
	*nchildren = n;
	return children;
}

/*
 * Appends what a path alone has.
 */
static Size
write_own(const LbdPathStats *stats, const LbdPath *path, bool pooled,
		  StringInfo out)
{
	Size		size = write_types(stats, path, out);

	size += write_count(out, path->key_bytes);
	size += write_count(out, path->value_bytes);
	size += write_count(out, path->syntax_bytes);
	size += write_count(out, path->jsonb_own);
	size += write_count(out, path->having);
	if (stats->column)
		size += write_count(out, path->stored_own);
	if (!pooled)
		size += write_count(out, path->documents);
	if (path->types != 0)
		size += write_histogram(stats, &path->sizes, out);
	if ((path->types & LBD_TYPE_ARRAY) != 0)
		size += write_histogram(stats, path->lengths, out);
	size += write_distinct(&path->distinct, out);
	if (path->kind != LBD_PATH_DYNAMIC)
		return size;
	size += write_byte(out, path->keys != NULL);
	if (path->keys)
		size += write_distinct(&path->keys->data, out) +
			write_distinct(&path->keys->others, out);
	return size;
}

static Size
write_types(const LbdPathStats *stats, const LbdPath *path, StringInfo out)
{
	int64		counts[LBD_JSON_TYPES];
	Size		size = write_byte(out, path->types) +
		write_byte(out, path->keys_known) +
		write_count(out, path->occurrences);

	if (!stats->column && !lbd_stats_mixed(path))
		return size;
	lbd_stats_type_counts(path, counts);
	for (int i = 0; i < LBD_JSON_TYPES; i++)
	{
		if (((stats->column ? ~0 : path->types) & 1 << i & ~LBD_TYPE_STRING) != 0)
			size += write_count(out, counts[i]);
	}
	return size;
}

/*
 * Appends the smallest number, how much larger the largest is, and where they
 * are in different buckets, of each that is not empty how far it is from the
 * one before, and how many there are.
 */
static Size
write_histogram(const LbdPathStats *stats, const LbdHistogram *histogram,
				StringInfo out)
{
	int64		total = histogram ? histogram->total : 0;
	Size		size = stats->column ? write_count(out, total) : 0;
	int			last;

	if (histogram == NULL || (stats->column && total == 0))
		return size;
	last = lbd_histogram_bucket(histogram->least);
	size += write_number(out, histogram->least) +
		write_number(out, histogram->most - histogram->least);
	if (histogram->counts == NULL)
		return size;
	for (int i = last; i <= lbd_histogram_bucket(histogram->most); i++)
	{
		int64		count = lbd_histogram_count(histogram, i);

		if (count == 0)
			continue;
		size += write_number(out, i - last) + write_count(out, count);
		last = i;
	}
	return size;
}

static Size
write_distinct(const LbdDistinct *distinct, StringInfo out)
{
	if (out)
		lbd_distinct_write(distinct, out);
	return lbd_distinct_written(distinct);
}

/*
 * The order of the children of a path.
 */
int
lbd_stats_compare_paths(const void *a, const void *b)
{
	const LbdPath *left = *(LbdPath *const *) a;
	const LbdPath *right = *(LbdPath *const *) b;

	if (left->kind != right->kind)
		return left->kind < right->kind ? -1 : 1;
	return left->key ? strcmp(left->key, right->key) : 0;
}
