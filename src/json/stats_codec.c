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
 * equal bytes.  Reading takes nothing for granted: what is no such bytes, or
 * has more paths than stats can have, is an error.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "port/pg_bswap.h"

#include "compat.h"
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
static void read_path(LbdPathStats *stats, LbdPath *path, StringInfo in);
static LbdPath *read_child(LbdPathStats *stats, LbdPath *parent,
						   LbdPath *previous, StringInfo in);
static const char *read_bytes(StringInfo in, Size len);
static uint32 read_number(StringInfo in);
static int64 read_count(StringInfo in);
pg_noreturn static void invalid(const char *detail);

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
	appendStringInfoCharMacro(out, stats->complete);
	appendStringInfoCharMacro(out, LBD_PATH_ROOT);
	write_path(stats->root, out);
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
	uint64		bytes = pg_hton64((uint64) count);

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
		invalid("The second byte is neither 0 nor 1.");
	stats->complete = complete;
	if (*read_bytes(&in, 1) != LBD_PATH_ROOT)
		invalid("The first path is not the root.");
	/* Paths are met in another order than when they were counted. */
	stats->max_nodes = LBD_STATS_MAX_PATHS;
	read_path(stats, stats->root, &in);
	stats->max_nodes = max_nodes;
	if (in.cursor != in.len)
		invalid("There are bytes after the last path.");
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

	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	path->types = (unsigned char) *read_bytes(in, 1);
	if (path->types >= LBD_TYPE_NULL << 1)
		invalid("A path has a type that is unknown.");
	path->occurrences = read_count(in);
	path->nulls = read_count(in);
	if (path->nulls > path->occurrences)
		invalid("A path has more nulls than values.");
	path->key_bytes = read_count(in);
	path->value_bytes = read_count(in);
	path->syntax_bytes = read_count(in);
	path->jsonb_own = read_count(in);
	if (!lbd_distinct_read(&path->distinct, in, stats->context))
		invalid("The distinct values of a path cannot be read.");
	nchildren = read_number(in);
	for (uint32 i = 0; i < nchildren; i++)
	{
		previous = read_child(stats, path, previous, in);
		read_path(stats, previous, in);
	}
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
		invalid("There are too many paths.");
	if (kind == LBD_PATH_MEMBER)
	{
		uint32		len = read_number(in);
		const char *key = read_bytes(in, len);

		if (!pg_verifymbstr(key, len, true))
			invalid("A key is not valid in the encoding of this database.");
		child = lbd_stats_member(stats, parent, key, len);
	}
	else if (kind == LBD_PATH_ELEMENT || kind == LBD_PATH_DYNAMIC)
		child = lbd_stats_child(stats, parent, kind);
	else
		invalid("A path is of a kind that is unknown.");
	if (stats->nnodes != before + 1 || child->kind != (LbdPathKind) kind ||
		(previous && compare_paths(&previous, &child) >= 0))
		invalid("The children of a path are not in order, or too many.");
	return child;
}

static const char *
read_bytes(StringInfo in, Size len)
{
	const char *bytes = in->data + in->cursor;

	if (len > (Size) (in->len - in->cursor))
		invalid("It ends too early.");
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
read_count(StringInfo in)
{
	uint64		count;

	memcpy(&count, read_bytes(in, sizeof(count)), sizeof(count));
	count = pg_ntoh64(count);
	if (count > LBD_STATS_MAX_COUNT)
		invalid("A count is out of range.");
	return (int64) count;
}

static void
invalid(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid JSON statistics"),
			 errdetail_internal("%s", detail),
			 errhint("Use a value that the type lbdiag_json_stats has printed.")));
}
