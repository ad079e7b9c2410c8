/*-------------------------------------------------------------------------
 *
 * stats_codec.c
 *	  Path stats of any JSON as bytes, and back.
 *
 * The bytes: version, whether the stats are complete, and the root.  A path:
 * kind, types, six counts of 8 bytes, its distinct counter, of a member the
 * key's length (4 bytes) and the key, the number of its children (4 bytes)
 * and the children, in the order of their kinds and then of their keys'
 * bytes.  Numbers have the most significant byte first.  Equal stats are
 * equal bytes.
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

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "port/pg_bswap.h"

#include "compat.h"
#include "json/path_rows.h"
#include "json/stats_codec.h"

/* More paths than any stats have. */
#define LBD_STATS_MAX_PATHS		20000

/* Counts of a path. */
#define LBD_PATH_COUNTS			6

static Size path_written(const LbdPath *path);
static void write_number(StringInfo out, uint32 number);
static void write_count(StringInfo out, int64 count);
static void write_path(const LbdPath *path, StringInfo out);
static int	compare_paths(const void *a, const void *b);
static bool in_range(const LbdPath *path);
static void read_path(LbdPathStats *stats, LbdPath *path, StringInfo in);
static void read_counts(LbdPathStats *stats, LbdPath *path, StringInfo in);
static void check_counts(const LbdPath *path);
static LbdPath *read_child(LbdPathStats *stats, LbdPath *parent,
						   LbdPath *previous, StringInfo in);
static LbdPath *read_member(LbdPathStats *stats, LbdPath *parent,
							StringInfo in);
static const char *read_bytes(StringInfo in, Size len);
static uint32 read_number(StringInfo in);
static int64 read_count(const LbdPath *path, StringInfo in,
						const char *name);
pg_noreturn static void invalid(const LbdPath *path, const char *wrong);

/*
 * The number of bytes that lbd_stats_write appends.
 */
Size
lbd_stats_written(const LbdPathStats *stats)
{
	return 2 + path_written(stats->root);
}

static Size
path_written(const LbdPath *path)
{
	Size		size = 2 + LBD_PATH_COUNTS * sizeof(int64) +
		lbd_distinct_written(&path->distinct) + sizeof(uint32);

	check_stack_depth();
	if (path->kind == LBD_PATH_MEMBER)
		size += sizeof(uint32) + path->key_len;
	for (LbdPath *child = path->first; child; child = child->next)
		size += path_written(child);
	return size;
}

/*
 * Appends the stats as bytes.
 */
void
lbd_stats_write(const LbdPathStats *stats, StringInfo out)
{
	appendStringInfoCharMacro(out, LBD_STATS_VERSION);
	appendStringInfoCharMacro(out, stats->complete && in_range(stats->root));
	appendStringInfoCharMacro(out, LBD_PATH_ROOT);
	write_path(stats->root, out);
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
write_number(StringInfo out, uint32 number)
{
	uint32		bytes = pg_hton32(number);

	appendBinaryStringInfo(out, (char *) &bytes, sizeof(bytes));
}

static void
write_count(StringInfo out, int64 count)
{
	uint64		bytes = pg_hton64((uint64) Min(count, LBD_STATS_MAX_COUNT));

	appendBinaryStringInfo(out, (char *) &bytes, sizeof(bytes));
}

/*
 * Appends a path but for its kind and key, and all below it.
 */
static void
write_path(const LbdPath *path, StringInfo out)
{
	LbdPath   **children;
	uint32		n = 0;

	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	appendStringInfoCharMacro(out, (char) path->types);
	write_count(out, path->occurrences);
	write_count(out, path->nulls);
	write_count(out, path->key_bytes);
	write_count(out, path->value_bytes);
	write_count(out, path->syntax_bytes);
	write_count(out, path->jsonb_own);
	lbd_distinct_write(&path->distinct, out);

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
		write_path(children[i], out);
	}
	pfree(children);
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
	int			max_nodes = stats->max_nodes;
	StringInfoData in = {.data = unconstify(char *, data),.len = len};
	unsigned char version;
	char		complete;

	version = *read_bytes(&in, 1);
	if (version != LBD_STATS_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("version %d of JSON statistics is not supported",
						version),
				 errhint("This lbdiag reads version %d.", LBD_STATS_VERSION)));
	complete = *read_bytes(&in, 1);
	if (complete != 0 && complete != 1)
		invalid(NULL, "The second byte is neither 0 nor 1.");
	stats->complete = complete;
	if (*read_bytes(&in, 1) != LBD_PATH_ROOT)
		invalid(NULL, "The first path is not the root.");
	/* Paths are met in another order than when they were counted. */
	stats->max_nodes = LBD_STATS_MAX_PATHS;
	read_path(stats, stats->root, &in);
	stats->max_nodes = max_nodes;
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
	uint32		nchildren;
	int64		below = 0;

	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	read_counts(stats, path, in);
	nchildren = read_number(in);
	for (uint32 i = 0; i < nchildren; i++)
	{
		previous = read_child(stats, path, previous, in);
		read_path(stats, previous, in);
		below += previous->occurrences;
	}
	/* Of n values in it, a container has n - 1 commas and two brackets. */
	if (stats->complete && below > path->syntax_bytes)
		invalid(path, "more values are below it than it has separators.");
}

/*
 * Reads what a path alone has.
 */
static void
read_counts(LbdPathStats *stats, LbdPath *path, StringInfo in)
{
	const char *wrong;

	path->types = (unsigned char) *read_bytes(in, 1);
	path->occurrences = read_count(path, in, "occurrences");
	path->nulls = read_count(path, in, "nulls");
	path->key_bytes = read_count(path, in, "key_bytes");
	path->value_bytes = read_count(path, in, "value_bytes");
	path->syntax_bytes = read_count(path, in, "syntax_bytes");
	path->jsonb_own = read_count(path, in, "jsonb_own_bytes");
	if (path->types >= LBD_TYPE_NULL << 1)
		invalid(path, "a type is unknown.");
	if (path->nulls > path->occurrences)
		invalid(path, "nulls is more than occurrences.");
	if (path->nulls > 0 && (path->types & LBD_TYPE_NULL) == 0)
		invalid(path, "nulls is not 0, and null is not among the types.");
	if (path->value_bytes > 0 && (path->types & LBD_TYPE_SCALAR) == 0)
		invalid(path, "value_bytes is not 0, and no type is a scalar's.");
	if (stats->complete)
		check_counts(path);
	wrong = lbd_distinct_read(&path->distinct, in, stats->complete ?
							  path->occurrences - path->nulls :
							  PG_INT64_MAX, stats->context);
	if (wrong)
		invalid(path, psprintf("of its distinct values, %s.", wrong));
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
	if (kind == LBD_PATH_DYNAMIC && parent->nmembers > 0)
		invalid(parent, "it has members by key, and others under .*.");
	return child;
}

static LbdPath *
read_member(LbdPathStats *stats, LbdPath *parent, StringInfo in)
{
	uint32		len = read_number(in);
	const char *key = read_bytes(in, len);

	if (len > LBD_PATH_KEY_MAX)
		invalid(parent, psprintf("a key below it is longer than %d bytes.",
								 LBD_PATH_KEY_MAX));
	if (!pg_verifymbstr(key, len, true))
		invalid(parent, "a key below it is not valid in the encoding of this database.");
	return lbd_stats_member(stats, parent, key, len);
}

static const char *
read_bytes(StringInfo in, Size len)
{
	const char *bytes = in->data + in->cursor;

	if (len > (Size) (in->len - in->cursor))
		invalid(NULL, "It ends too early.");
	in->cursor += len;
	return bytes;
}

static uint32
read_number(StringInfo in)
{
	uint32		number;

	memcpy(&number, read_bytes(in, sizeof(number)), sizeof(number));
	return pg_ntoh32(number);
}

static int64
read_count(const LbdPath *path, StringInfo in, const char *name)
{
	uint64		count;

	memcpy(&count, read_bytes(in, sizeof(count)), sizeof(count));
	count = pg_ntoh64(count);
	if (count > LBD_STATS_MAX_COUNT)
		invalid(path, psprintf("%s is out of range.", name));
	return (int64) count;
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
