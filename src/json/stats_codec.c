/*-------------------------------------------------------------------------
 *
 * stats_codec.c
 *	  Path stats of any JSON as bytes, and back.
 *
 * The bytes: version, whether the stats are complete, and the root.  A path:
 * kind, types, what is known of its keys, counts as numbers of variable length
 * (seven bits a byte, the lowest first, the highest bit where more follow),
 * its distinct counter, of .* two more for the keys that it stands for, of a
 * member the key's length and the key, the number of its children and the
 * children, in the order of their kinds and then of their keys' bytes.  Equal
 * stats are equal bytes.
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

/* More paths than any stats have. */
#define LBD_STATS_MAX_PATHS		(2 * LBD_STATS_BOUND / (int) sizeof(LbdPath))

/* The longest number: nine times seven bits. */
#define LBD_NUMBER_BYTES		9

static Size path_written(const LbdPathStats *stats, const LbdPath *path);
static Size count_written(int64 count);
static void write_number(StringInfo out, uint64 number);
static void write_count(StringInfo out, int64 count);
static void write_path(const LbdPathStats *stats, const LbdPath *path,
					   StringInfo out);
static void write_own(const LbdPathStats *stats, const LbdPath *path,
					  StringInfo out);
static int	compare_paths(const void *a, const void *b);
static bool in_range(const LbdPath *path);
static void read_path(LbdPathStats *stats, LbdPath *path, StringInfo in);
static void read_counts(LbdPathStats *stats, LbdPath *path, StringInfo in);
static void read_distinct(LbdPathStats *stats, const LbdPath *path,
						  LbdDistinct *distinct, StringInfo in, int64 values);
static void read_keys(LbdPathStats *stats, LbdPath *path, StringInfo in);
static void check_members(const LbdPath *path);
static void check_counts(const LbdPath *path);
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
 * The number of bytes that lbd_stats_write appends.
 */
Size
lbd_stats_written(const LbdPathStats *stats)
{
	return 2 + path_written(stats, stats->root);
}

static Size
path_written(const LbdPathStats *stats, const LbdPath *path)
{
	Size		size = 3 + lbd_distinct_written(&path->distinct);
	uint32		nchildren = 0;

	check_stack_depth();
	size += count_written(path->occurrences) + count_written(path->nulls) +
		count_written(path->key_bytes) + count_written(path->value_bytes) +
		count_written(path->syntax_bytes) + count_written(path->jsonb_own) +
		count_written(path->objects) + count_written(path->having);
	if (stats->column)
		size += count_written(path->stored_own);
	if (path->kind == LBD_PATH_DYNAMIC)
		size += path->keys == NULL ? 1 : 1 +
			lbd_distinct_written(&path->keys->data) +
			lbd_distinct_written(&path->keys->others);
	if (path->kind == LBD_PATH_MEMBER)
		size += count_written(path->key_len) + path->key_len;
	for (LbdPath *child = path->first; child; child = child->next)
	{
		nchildren++;
		size += path_written(stats, child);
	}
	return size + count_written(nchildren);
}

static Size
count_written(int64 count)
{
	Size		size = 1;

	for (uint64 rest = Min(count, LBD_STATS_MAX_COUNT) >> 7; rest > 0; rest >>= 7)
		size++;
	return size;
}

/*
 * Appends the stats as bytes.
 */
void
lbd_stats_write(const LbdPathStats *stats, StringInfo out)
{
	appendStringInfoCharMacro(out, stats->column ? LBD_COLUMN_STATS_VERSION :
							  LBD_STATS_VERSION);
	appendStringInfoCharMacro(out, stats->complete && in_range(stats->root));
	appendStringInfoCharMacro(out, LBD_PATH_ROOT);
	write_path(stats, stats->root, out);
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

static void
write_number(StringInfo out, uint64 number)
{
	char		bytes[LBD_NUMBER_BYTES];
	int			n = 0;

	for (; number >= 0x80; number >>= 7)
		bytes[n++] = (char) (number | 0x80);
	bytes[n++] = (char) number;
	appendBinaryStringInfo(out, bytes, n);
}

static void
write_count(StringInfo out, int64 count)
{
	write_number(out, Min(count, LBD_STATS_MAX_COUNT));
}

/*
 * Appends a path but for its kind and key, and all below it.
 */
static void
write_path(const LbdPathStats *stats, const LbdPath *path, StringInfo out)
{
	LbdPath   **children;
	uint32		n = 0;

	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	write_own(stats, path, out);
	for (LbdPath *child = path->first; child; child = child->next)
		n++;
	children = palloc(Max(n, 1) * sizeof(LbdPath *));
	n = 0;
	for (LbdPath *child = path->first; child; child = child->next)
		children[n++] = child;
	qsort(children, n, sizeof(LbdPath *), compare_paths);
	write_number(out, n);
	for (uint32 i = 0; i < n; i++)
	{
		appendStringInfoCharMacro(out, (char) children[i]->kind);
		if (children[i]->kind == LBD_PATH_MEMBER)
		{
			write_number(out, children[i]->key_len);
			appendBinaryStringInfo(out, children[i]->key,
								   children[i]->key_len);
		}
		write_path(stats, children[i], out);
	}
	pfree(children);
}

/*
 * Appends what a path alone has.
 */
static void
write_own(const LbdPathStats *stats, const LbdPath *path, StringInfo out)
{
	appendStringInfoCharMacro(out, (char) path->types);
	appendStringInfoCharMacro(out, (char) path->keys_known);
	write_count(out, path->occurrences);
	write_count(out, path->nulls);
	write_count(out, path->key_bytes);
	write_count(out, path->value_bytes);
	write_count(out, path->syntax_bytes);
	write_count(out, path->jsonb_own);
	write_count(out, path->objects);
	write_count(out, path->having);
	if (stats->column)
		write_count(out, path->stored_own);
	lbd_distinct_write(&path->distinct, out);
	if (path->kind != LBD_PATH_DYNAMIC)
		return;
	appendStringInfoCharMacro(out, path->keys != NULL);
	if (path->keys)
	{
		lbd_distinct_write(&path->keys->data, out);
		lbd_distinct_write(&path->keys->others, out);
	}
}

static int
compare_paths(const void *a, const void *b)
{
	const LbdPath *left = *(LbdPath *const *) a;
	const LbdPath *right = *(LbdPath *const *) b;

	if (left->kind != right->kind)
		return left->kind < right->kind ? -1 : 1;
	return left->key ? strcmp(left->key, right->key) : 0;
}

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
	int64		below = 0;

	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	read_counts(stats, path, in);
	nchildren = read_number(in);
	for (int64 i = 0; i < nchildren; i++)
	{
		previous = read_child(stats, path, previous, in);
		read_path(stats, previous, in);
		below += previous->occurrences;
	}
	check_members(path);
	/* Of n values in it, a container has n - 1 commas and two brackets. */
	if (stats->complete && !stats->column && below > path->syntax_bytes)
		invalid(path, "more values are below it than it has separators.");
}

/*
 * Reads what a path alone has.
 */
static void
read_counts(LbdPathStats *stats, LbdPath *path, StringInfo in)
{
	path->types = (unsigned char) *read_bytes(in, 1);
	path->keys_known = (unsigned char) *read_bytes(in, 1);
	path->occurrences = read_count(path, in, "occurrences");
	path->nulls = read_count(path, in, "nulls");
	path->key_bytes = read_count(path, in, "key_bytes");
	path->value_bytes = read_count(path, in, "value_bytes");
	path->syntax_bytes = read_count(path, in, "syntax_bytes");
	path->jsonb_own = read_count(path, in, "jsonb_own_bytes");
	path->objects = read_count(path, in, "the number of objects");
	path->having = read_count(path, in, "the number of objects that have it");
	if (stats->column)
		path->stored_own = read_count(path, in, "stored_own_bytes");
	if (path->types >= LBD_TYPE_NULL << 1)
		invalid(path, "a type is unknown.");
	if ((path->keys_known & ~LBD_KEYS_KNOWN) != 0)
		invalid(path, "what is known of its keys is unknown.");
	if (stats->complete &&
		(path->keys_known & (LBD_KEYS_CLOSED | LBD_KEYS_NONE)) != 0)
		invalid(path, "it is complete, and says that paths were dropped to save memory.");
	if (path->nulls > path->occurrences)
		invalid(path, "nulls is more than occurrences.");
	if (!stats->column && path->nulls > 0 &&
		(path->types & LBD_TYPE_NULL) == 0)
		invalid(path, "nulls is not 0, and null is not among the types.");
	if (path->value_bytes > 0 && (path->types & LBD_TYPE_SCALAR) == 0)
		invalid(path, "value_bytes is not 0, and no type is a scalar's.");
	if (stats->complete && !stats->column)
		check_counts(path);
	read_distinct(stats, path, &path->distinct, in, stats->complete ?
				  path->occurrences - path->nulls : PG_INT64_MAX);
	if (path->kind == LBD_PATH_DYNAMIC)
		read_keys(stats, path, in);
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
 * Checks what each value adds to the counts of its path.
 */
static void
check_counts(const LbdPath *path)
{
	if (path->occurrences > path->value_bytes + path->syntax_bytes)
		invalid(path, "value_bytes and syntax_bytes are fewer than occurrences.");
	if (path->nulls > path->value_bytes / 4)
		invalid(path, "value_bytes are fewer than nulls take.");
	if ((path->types == 0) != (path->occurrences == 0))
		invalid(path, "there are values without a type, or a type without values.");
	if (path->types == LBD_TYPE_NULL && path->nulls < path->occurrences)
		invalid(path, "its only type is null, and nulls is less than occurrences.");
	if (path->objects > path->occurrences ||
		(path->objects > 0) != ((path->types & LBD_TYPE_OBJECT) != 0))
		invalid(path, "the number of objects does not fit its values.");
	if (path->having > path->occurrences)
		invalid(path, "more objects have it than there are values.");
	if (path->kind == LBD_PATH_ROOT || path->kind == LBD_PATH_ELEMENT)
	{
		if (path->key_bytes > 0)
			invalid(path, "key_bytes is not 0, and it has no key.");
	}
	else if (path->key_bytes / 2 < path->occurrences)
		invalid(path, "key_bytes are fewer than the quotation marks of its keys.");
}

/*
 * Reads a child's kind and key, and makes it.  It must come after the one
 * before it in the order of compare_paths: so no child comes twice.
 */
static LbdPath *
read_child(LbdPathStats *stats, LbdPath *parent, LbdPath *previous,
		   StringInfo in)
{
	int			before = stats->nnodes;
	int			kind = (unsigned char) *read_bytes(in, 1);
	LbdPath    *child;

	if (stats->nnodes >= LBD_STATS_MAX_PATHS)
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
		(previous && compare_paths(&previous, &child) >= 0))
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
