/*-------------------------------------------------------------------------
 *
 * string_map.c
 *	  A table from names to small numbers.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "utils/memutils.h"

#include "util/string_map.h"

typedef struct LbdNameEntry
{
	const char *name;			/* the key; its copy belongs to the table */
	int			number;			/* what it stands for */
	uint32		hash;			/* of the key */
	char		status;			/* for simplehash */
} LbdNameEntry;

#define SH_PREFIX lbdname
#define SH_ELEMENT_TYPE LbdNameEntry
#define SH_KEY_TYPE const char *
#define SH_KEY name
#define SH_HASH_KEY(tb, key) \
	hash_bytes((const unsigned char *) (key), strlen(key))
#define SH_EQUAL(tb, a, b) (strcmp(a, b) == 0)
#define SH_STORE_HASH
#define SH_GET_HASH(tb, a) (a)->hash
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

static int	compare_names(const void *a, const void *b);

/*
 * An empty table, in the current context.
 */
LbdStringMap *
lbd_string_map_create(int expected)
{
	return lbdname_create(CurrentMemoryContext, Max(expected, 16), NULL);
}

/*
 * Returns where the number of a name is kept: -1 where the name is new.  The
 * place is good until the next name is entered.
 */
int *
lbd_string_map_enter(LbdStringMap *names, const char *name)
{
	bool		found;
	LbdNameEntry *entry = lbdname_insert(names, name, &found);

	if (!found)
	{
		entry->name = MemoryContextStrdup(names->ctx, name);
		entry->number = -1;
	}
	return &entry->number;
}

/*
 * Returns the number of a name, or -1.
 */
int
lbd_string_map_find(LbdStringMap *names, const char *name)
{
	LbdNameEntry *entry = lbdname_lookup(names, name);

	return entry ? entry->number : -1;
}

/*
 * Returns the table's own copy of a name that is in it.
 */
const char *
lbd_string_map_text(LbdStringMap *names, const char *name)
{
	return lbdname_lookup(names, name)->name;
}

/*
 * Returns all names, in the order of their bytes.
 */
const char **
lbd_string_map_sorted(LbdStringMap *names, int *count)
{
	const char **sorted = palloc(Max(names->members, 1) * sizeof(char *));
	lbdname_iterator iterator;
	LbdNameEntry *entry;

	*count = 0;
	lbdname_start_iterate(names, &iterator);
	while ((entry = lbdname_iterate(names, &iterator)) != NULL)
		sorted[(*count)++] = entry->name;
	qsort(sorted, *count, sizeof(char *), compare_names);
	return sorted;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}
