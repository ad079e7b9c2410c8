/*-------------------------------------------------------------------------
 *
 * path_rows.c
 *	  The paths of stats as rows of a result: their texts, order and number.
 *
 * Keys are data, and a path is as long as the keys on it: neither the text of
 * a path nor the number of rows may depend on them.  A text is cut at
 * LBD_PATH_TEXT_MAX bytes and gets a hash of the whole path.  Where there are
 * more paths than lbdiag.max_paths, each object or array has one row for all
 * that are too small below it, so that sizes still add up.
 *
 * Both end in what no other path can end in: three dots outside of quotation
 * marks, and no quotation mark after them.  SQL tells them apart by that.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/json.h"

#include "json/path_rows.h"
#include "json/path_sample.h"
#include "json/waste.h"
#include "util/utf8.h"

/* What is added to a text that is cut: three dots and 16 digits. */
#define LBD_CUT_BYTES		19

/* The paths that keep rows of their own. */
typedef struct LbdKept
{
	const LbdPathTree *tree;	/* the present one */
	int64		least;			/* larger ones are kept */
	int			ties;			/* so many of this size are kept as well */
} LbdKept;

/* The setting lbdiag.max_paths. */
int			lbd_max_paths = LBD_PATHS_DEFAULT;

static void append_key(const LbdPath *path, StringInfo out);
static uint64 path_hash(const LbdPath **steps, int n);
static int	compare_rows(const void *a, const void *b);
static int	count_larger(const LbdPath *path, int64 least);
static int	count_trees(const LbdPathTree *trees, int ntrees, int64 least);
static void fold_small(LbdKept *kept, LbdPath *path);
static bool is_kept(LbdKept *kept, const LbdPath *path);
static LbdPath *make_rest(LbdKept *kept, LbdPath *parent,
						  const LbdPath *first);
static void add_to_rest(LbdKept *kept, LbdPath *rest, const LbdPath *path);

/*
 * Appends the path, as PostgreSQL's jsonpath writes it: keys that are no
 * plain identifiers are in quotes.  A text that is too long is cut at a
 * character, and ends in "..." and the hash of the whole path.
 */
void
lbd_stats_path(const LbdPath *path, StringInfo out)
{
	const LbdPath *last = path->kind == LBD_PATH_REST ? path->parent : path;
	int			n = last->depth + 1;
	int			start = out->len;
	const LbdPath **steps = palloc(n * sizeof(LbdPath *));

	for (int i = n; last; last = last->parent)
		steps[--i] = last;
	for (int i = 0; i < n && out->len - start <= LBD_PATH_TEXT_MAX; i++)
		lbd_stats_step(steps[i], out);
	if (out->len - start > LBD_PATH_TEXT_MAX)
	{
		out->len = start + lbd_clip(out->data + start, out->len - start,
									LBD_PATH_TEXT_MAX - LBD_CUT_BYTES);
		appendStringInfo(out, "...%016llx",
						 (unsigned long long) path_hash(steps, n));
	}
	if (path->kind == LBD_PATH_REST)
		lbd_stats_step(path, out);
	pfree(steps);
}

/*
 * Appends what a path has more than the one above, however long.
 */
void
lbd_stats_step(const LbdPath *path, StringInfo out)
{
	switch (path->kind)
	{
		case LBD_PATH_ROOT:
			appendStringInfoChar(out, '$');
			break;
		case LBD_PATH_ELEMENT:
			appendStringInfoString(out, "[*]");
			break;
		case LBD_PATH_DYNAMIC:
			appendStringInfoString(out, ".*");
			break;
		case LBD_PATH_MEMBER:
			append_key(path, out);
			break;
		case LBD_PATH_REST:
			appendStringInfo(out, "...(%d more path%s)", path->nmembers,
							 path->nmembers == 1 ? "" : "s");
			break;
	}
}

static void
append_key(const LbdPath *path, StringInfo out)
{
	bool		plain = path->key_len > 0;

	for (int i = 0; plain && i < path->key_len; i++)
	{
		char		c = path->key[i];

		plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			c == '_' || (i > 0 && c >= '0' && c <= '9');
	}
	appendStringInfoChar(out, '.');
	if (plain)
		appendBinaryStringInfo(out, path->key, path->key_len);
	else
		escape_json(out, path->key);
}

/*
 * The hash of a path: of its kinds of steps and its keys, one after the
 * other.  It is the same on every machine.
 */
static uint64
path_hash(const LbdPath **steps, int n)
{
	uint64		hash = 0;

	for (int i = 0; i < n; i++)
	{
		const LbdPath *step = steps[i];

		hash = lbd_distinct_mix(hash, step->kind);
		if (step->kind == LBD_PATH_MEMBER)
			hash = lbd_distinct_mix(hash, lbd_distinct_hash(step->key,
															step->key_len));
	}
	return lbd_distinct_finish(hash, n);
}

/*
 * Appends the types seen at a path, as in "number|null".
 */
void
lbd_stats_types(const LbdPath *path, StringInfo out)
{
	static const char *const names[] = {
		"object", "array", "string", "number", "boolean", "null"
	};
	const char *separator = "";

	for (size_t i = 0; i < lengthof(names); i++)
	{
		if ((path->types & (1 << i)) == 0)
			continue;
		appendStringInfo(out, "%s%s", separator, names[i]);
		separator = "|";
	}
}

/*
 * Returns the children of a path in stats that have been summed, the heaviest
 * first, equal ones by their keys, and those that are one row last.
 * palloc'ed.
 */
LbdPath **
lbd_stats_sorted(const LbdPath *parent, int *nchildren)
{
	LbdPath   **sorted;
	int			n = 0;

	for (LbdPath *child = parent->first; child; child = child->next)
		n++;
	sorted = palloc(Max(n, 1) * sizeof(LbdPath *));
	n = 0;
	for (LbdPath *child = parent->first; child; child = child->next)
		sorted[n++] = child;
	qsort(sorted, n, sizeof(LbdPath *), compare_rows);
	*nchildren = n;
	return sorted;
}

static int
compare_rows(const void *a, const void *b)
{
	const LbdPath *left = *(LbdPath *const *) a;
	const LbdPath *right = *(LbdPath *const *) b;

	if ((left->kind == LBD_PATH_REST) != (right->kind == LBD_PATH_REST))
		return left->kind == LBD_PATH_REST ? 1 : -1;
	if (left->bytes != right->bytes)
		return left->bytes > right->bytes ? -1 : 1;
	if (left->kind != right->kind)
		return left->kind < right->kind ? -1 : 1;
	if (left->key == NULL)
		return 0;
	return strcmp(left->key, right->key);
}

/*
 * Where most of a whole is: from a path down, as long as one path has at least
 * half of the whole, each with all below it.
 */
const LbdPath *
lbd_rows_main(const LbdPath *path, int64 whole,
			  int64 (*weight) (const LbdPath *path))
{
	const LbdPath *next = path;

	while (next)
	{
		path = next;
		next = NULL;
		CHECK_FOR_INTERRUPTS();
		for (const LbdPath *child = path->first; child; child = child->next)
		{
			if (child->kind != LBD_PATH_REST && weight(child) >= whole - whole / 2 &&
				(next == NULL || weight(child) > weight(next)))
				next = child;
		}
	}
	return path;
}

/*
 * Visits a path and all below it in the order of their rows: each path before
 * those below it, and of these the largest first.
 */
void
lbd_rows_walk(const LbdPath *root, LbdPathVisit visit, void *arg)
{
	int			nchildren;
	LbdPath   **children;

	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	visit(root, arg);
	children = lbd_stats_sorted(root, &nchildren);
	for (int i = 0; i < nchildren; i++)
		lbd_rows_walk(children[i], visit, arg);
	pfree(children);
}

/*
 * Leaves the largest lbdiag.max_paths paths of all trees, and adds up what
 * is smaller: one path for all below the same parent.  The stats are good for
 * rows alone after that.
 */
void
lbd_rows_limit(const LbdPathTree *trees, int ntrees)
{
	LbdKept		kept = {0};
	int64		low = -1;
	int64		high = LBD_STATS_MAX_COUNT;

	if (count_trees(trees, ntrees, -1) <= lbd_max_paths)
		return;
	/* The smallest size of which no more paths than that are larger. */
	while (high - low > 1)
	{
		int64		middle = low + (high - low) / 2;

		if (count_trees(trees, ntrees, middle) <= lbd_max_paths)
			high = middle;
		else
			low = middle;
	}
	kept.least = high;
	kept.ties = lbd_max_paths - count_trees(trees, ntrees, high);
	for (int i = 0; i < ntrees; i++)
	{
		kept.tree = &trees[i];
		fold_small(&kept, trees[i].stats->root);
	}
}

static int
count_trees(const LbdPathTree *trees, int ntrees, int64 least)
{
	int			count = 0;

	for (int i = 0; i < ntrees; i++)
		count += count_larger(trees[i].stats->root, least);
	return count;
}

/*
 * How many paths, from this one on, are larger than that.
 */
static int
count_larger(const LbdPath *path, int64 least)
{
	int			count = 1;

	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	if (path->bytes <= least)
		return 0;
	for (const LbdPath *child = path->first; child; child = child->next)
		count += count_larger(child, least);
	return count;
}

/*
 * Takes the children that are too small, and all below them, away from a
 * path, and gives it one in their place.
 */
static void
fold_small(LbdKept *kept, LbdPath *path)
{
	int			nchildren;
	LbdPath   **children = lbd_stats_sorted(path, &nchildren);
	LbdPath    *rest = NULL;

	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	path->first = path->last = NULL;
	for (int i = 0; i < nchildren; i++)
	{
		LbdPath    *child = children[i];

		if (!is_kept(kept, child))
		{
			if (rest == NULL)
				rest = make_rest(kept, path, child);
			add_to_rest(kept, rest, child);
			continue;
		}
		fold_small(kept, child);
		child->next = NULL;
		if (path->last)
			path->last->next = child;
		else
			path->first = child;
		path->last = child;
	}
	if (rest && path->last)
		path->last->next = rest;
	else if (rest)
		path->first = rest;
	pfree(children);
}

static bool
is_kept(LbdKept *kept, const LbdPath *path)
{
	if (path->bytes == kept->least && kept->ties > 0)
	{
		kept->ties--;
		return true;
	}
	return path->bytes > kept->least;
}

/*
 * Makes the path that is for all that are too small below a parent; of its
 * number is the first one of them.
 */
static LbdPath *
make_rest(LbdKept *kept, LbdPath *parent, const LbdPath *first)
{
	MemoryContext context = kept->tree->stats->context;
	LbdPath    *rest = MemoryContextAllocZero(context, sizeof(LbdPath));

	rest->parent = parent;
	rest->kind = LBD_PATH_REST;
	rest->depth = parent->depth + 1;
	rest->number = first->number;
	if (first->sample)
		lbd_sample_of(kept->tree->stats, rest);
	if (first->waste)
		rest->waste = MemoryContextAllocZero(context, sizeof(LbdWaste));
	return rest;
}

/*
 * Adds a path, with all below it.
 */
static void
add_to_rest(LbdKept *kept, LbdPath *rest, const LbdPath *path)
{
	int64	   *compressed = kept->tree->compressed;

	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	rest->nmembers++;
	if (compressed && path->number != rest->number)
		compressed[rest->number] += compressed[path->number];
	lbd_stats_add_counts(rest, path);
	for (const LbdPath *child = path->first; child; child = child->next)
		add_to_rest(kept, rest, child);
	rest->bytes = lbd_stats_own(rest);
	rest->jsonb_bytes = rest->jsonb_own;
	rest->stored = rest->stored_own;
}

/*
 * Says so where not all paths that there were have stats of their own.
 */
void
lbd_rows_notice(const LbdPathStats *stats, const char *name)
{
	if (!stats->complete)
		ereport(NOTICE,
				(errmsg("not all paths of \"%s\" are told apart", name),
				 errdetail("There are too many of them, or they are nested too deep: some are counted under .*, or on the path that they are in.")));
}
