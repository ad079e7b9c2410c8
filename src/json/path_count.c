/*-------------------------------------------------------------------------
 *
 * path_count.c
 *	  Counting JSON by its paths: the members of objects.
 *
 * The memory is bounded, whatever the document.  Of a leaderboard's payload,
 * whose keys are names but for those that the layout knows and for those of
 * objects that are copied, past LBD_MAX_NODES paths a member with a key that its object did not have before is counted
 * under .*, and past twice as many there are no new paths at all: a value is
 * counted on the path of the container that it is in.  Of any JSON it is the
 * memory itself: see path_fold.c.  No byte is lost.
 *
 * While any JSON is read, two caps keep objects small whose keys are many.
 * Keys that look like data go to .* from the 16th that an object path has,
 * and the others from the 1,000th, but for those that all objects have: what
 * is kept then does not depend on the order in which values come.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"


#include "json/path_count.h"
#include "util/utf8.h"

#define LBD_MAX_NODES			5000

/* What is shown of a key that is too long: so many bytes, and its hash. */
#define LBD_KEY_SHOWN			100

static int	shorten_key(const char *key, int len, char *shortened);
static LbdPath *new_member(LbdPathStats *stats, LbdPath *probe);
static bool is_beyond_caps(LbdPath *object, LbdKeyLook look);
static LbdPath *new_member_any(LbdPathStats *stats, LbdPath *probe);
static bool is_dynamic_key(LbdPathStats *stats, LbdPath *object,
						   LbdKeyLook look);
static LbdPath *count_dynamic(LbdPathStats *stats, LbdPath *object,
							  const LbdPath *probe, LbdKeyLook look);

/*
 * Returns the node of a member, a new one where the key is new.  Where caps
 * or bounds do not let there be one it is that of the members whose keys are
 * dynamic, or the parent itself.
 */
LbdPath *
lbd_stats_member(LbdPathStats *stats, LbdPath *parent, const char *key,
				 int key_len)
{
	char		shortened[LBD_PATH_KEY_MAX];
	LbdPath		probe;

	while (parent->moved)
		parent = parent->moved;
	probe.parent = parent;
	probe.key = key;
	probe.key_len = key_len;
	if (key_len > LBD_PATH_KEY_MAX)
	{
		probe.key_len = shorten_key(key, key_len, shortened);
		probe.key = shortened;
	}
	if (parent->nmembers > 0)
	{
		LbdPath    *member = lbd_node_find(stats, parent, probe.key,
										   probe.key_len);

		if (member)
			return member;
	}
	return stats->any ? new_member_any(stats, &probe) :
		new_member(stats, &probe);
}

/*
 * The start of a long key and a hash of all of it, so that keys stay
 * different.  Returns the length.
 */
static int
shorten_key(const char *key, int len, char *shortened)
{
	int			shown = lbd_clip(key, len, LBD_KEY_SHOWN);

	memcpy(shortened, key, shown);
	return shown + snprintf(shortened + shown, LBD_PATH_KEY_MAX - shown,
							"...%016llx",
							(unsigned long long) lbd_distinct_hash(key, len));
}

/*
 * The node of a key that its object did not have before.
 */
static LbdPath *
new_member(LbdPathStats *stats, LbdPath *probe)
{
	LbdPath    *object = probe->parent;
	LbdKeyLook	look = LBD_KEY_NAME;

	if ((object->keys_known & LBD_KEYS_CLOSED) != 0)
		return lbd_stats_child(stats, object, LBD_PATH_DYNAMIC);
	if ((object->keys_known & LBD_KEYS_FREE) != 0)
	{
		look = lbd_key_look(probe->key, probe->key_len);
		if (is_beyond_caps(object, look))
			return count_dynamic(stats, object, probe, look);
	}
	if (stats->nnodes >= LBD_MAX_NODES || object->depth >= LBD_PATH_MAX_DEPTH)
	{
		stats->complete = false;
		return lbd_stats_child(stats, object, LBD_PATH_DYNAMIC);
	}
	return lbd_node_member(stats, object, probe->key, probe->key_len, look);
}

/*
 * Whether a new key of an object that is copied goes to .*, since the object
 * path has enough of its kind.  A writer knows the paths of the others: they
 * follow when all has been written.
 */
static bool
is_beyond_caps(LbdPath *object, LbdKeyLook look)
{
	if (look == LBD_KEY_DATA && object->ndata >= LBD_DATA_KEYS)
		object->keys_known |= LBD_KEYS_DATA;
	else if (look != LBD_KEY_DATA &&
			 object->nmembers - object->ndata >= LBD_OTHER_KEYS)
		object->keys_known |= LBD_KEYS_MANY;
	else
		return false;
	return true;
}

/*
 * The same for any JSON.
 */
static LbdPath *
new_member_any(LbdPathStats *stats, LbdPath *probe)
{
	LbdKeyLook	look = lbd_key_look(probe->key, probe->key_len);
	LbdPath    *object = probe->parent;

	if (object->depth >= LBD_PATH_MAX_DEPTH ||
		(object->keys_known & LBD_KEYS_NONE) != 0)
	{
		stats->complete = false;
		return object;
	}
	if (stats->full)
	{
		/* The object is being read, and so is still there, or has moved. */
		lbd_stats_save_memory(stats);
		return lbd_stats_member(stats, object, probe->key, probe->key_len);
	}
	if (is_dynamic_key(stats, object, look))
		return count_dynamic(stats, object, probe, look);
	return lbd_node_member(stats, object, probe->key, probe->key_len, look);
}

/*
 * Returns the member of an object path that has been stored, NULL where it is
 * there already.
 */
LbdPath *
lbd_stats_stored_member(LbdPathStats *stats, LbdPath *object, const char *key,
						int key_len)
{
	return lbd_node_find(stats, object, key, key_len) ? NULL :
		lbd_node_member(stats, object, key, key_len, lbd_key_look(key, key_len));
}

/*
 * Whether a key that the object path did not have is to be counted under .*.
 */
static bool
is_dynamic_key(LbdPathStats *stats, LbdPath *object, LbdKeyLook look)
{
	if ((object->keys_known & LBD_KEYS_CLOSED) != 0)
		return true;
	if (look == LBD_KEY_DATA)
	{
		if ((object->keys_known & LBD_KEYS_DATA) == 0 &&
			object->ndata >= LBD_DATA_KEYS)
		{
			object->keys_known |= LBD_KEYS_DATA;
			lbd_stats_drop(stats, object, true, PG_INT64_MAX);
		}
		return (object->keys_known & LBD_KEYS_DATA) != 0;
	}
	if (object->here >= LBD_OTHER_KEYS &&
		(object->keys_known & LBD_KEYS_ALL) == 0)
	{
		object->keys_known |= LBD_KEYS_MANY | LBD_KEYS_ALL;
		lbd_stats_drop(stats, object, false, PG_INT64_MAX);
	}
	else if ((object->keys_known & LBD_KEYS_MANY) == 0 &&
			 object->nmembers - object->ndata >= LBD_OTHER_KEYS)
	{
		/* Those that all other objects have can still come in this one. */
		object->keys_known |= LBD_KEYS_MANY;
		lbd_stats_drop(stats, object, false, object->objects - 1);
	}
	return (object->keys_known & LBD_KEYS_MANY) != 0;
}

/*
 * Counts a key under .*, and returns that path.
 */
static LbdPath *
count_dynamic(LbdPathStats *stats, LbdPath *object, const LbdPath *probe,
			  LbdKeyLook look)
{
	LbdPath    *dynamic = lbd_stats_dynamic(stats, object);

	object->here += look != LBD_KEY_DATA;
	lbd_stats_count_key(stats, dynamic, probe->key, probe->key_len, look);
	return dynamic;
}

/*
 * Returns the node of an array's elements, or of an object's members whose
 * keys are dynamic; or the parent, where the bounds do not let there be one.
 */
LbdPath *
lbd_stats_child(LbdPathStats *stats, LbdPath *parent, LbdPathKind kind)
{
	LbdPath    *child;

	while (parent->moved)
		parent = parent->moved;
	child = kind == LBD_PATH_ELEMENT ? parent->element : parent->dynamic;
	if (child)
	{
		lbd_stats_in_document(stats, child);
		return child;
	}
	if ((parent->keys_known & LBD_KEYS_NONE) != 0)
		return parent;
	if (parent->depth >= LBD_PATH_MAX_DEPTH ||
		(!stats->any && stats->nnodes >= LBD_MAX_NODES))
	{
		/* Nesting that is deep, or as well wide, is counted further out. */
		stats->complete = false;
		if (stats->nnodes >= 2 * LBD_MAX_NODES ||
			parent->depth >= LBD_PATH_MAX_DEPTH)
			return parent;
	}
	if (stats->full)
	{
		lbd_stats_save_memory(stats);
		return lbd_stats_child(stats, parent, kind);
	}
	child = lbd_node_add(stats, parent, kind, NULL, 0);
	lbd_stats_in_document(stats, child);
	return child;
}

/*
 * Attributes the text that is counted here; the attribution may be that
 * of other stats as well.  No path but the root has been met.
 */
void
lbd_stats_attribute(LbdPathStats *stats, LbdAttribution *attribution)
{
	stats->attribution = attribution;
	stats->root->number = lbd_attribution_path(attribution);
}

/*
 * Adds what others have counted.  Both are of lbd_stats_create_any.
 */
void
lbd_stats_merge(LbdPathStats *stats, const LbdPathStats *other)
{
	stats->complete = stats->complete && other->complete;
	stats->column = stats->column || other->column;
	stats->unbounded = true;
	lbd_stats_merge_path(stats, stats->root, other->root);
	stats->unbounded = false;
	lbd_stats_grow(stats, 0);
	if (stats->full)
		lbd_stats_save_memory(stats);
}
