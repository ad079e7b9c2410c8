/*-------------------------------------------------------------------------
 *
 * string_map.c
 *	  A table from names to small numbers.
 *
 * The names are data of users: each table has a seed of its own, so that
 * nobody can choose names that all have one hash.
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

/* A table's seed is kept in the place of its private data. */
#define LBD_MAP_SEED(tb)	((uint64) (uintptr_t) (tb)->private_data)

#define SH_PREFIX lbdname
#define SH_ELEMENT_TYPE LbdNameEntry
#define SH_KEY_TYPE const char *
#define SH_KEY name
#define SH_HASH_KEY(tb, key) \
	lbd_string_hash(key, strlen(key), LBD_MAP_SEED(tb))
#define SH_EQUAL(tb, a, b) (strcmp(a, b) == 0)
#define SH_STORE_HASH
#define SH_GET_HASH(tb, a) (a)->hash
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

static int	compare_names(const void *a, const void *b, void *arg);

/*
 * A number that nobody can foresee, to seed the hashes of a table.
 */
uint64
lbd_string_seed(void)
{
	uint64		seed;

	if (!pg_strong_random(&seed, sizeof(seed)))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("could not generate a random number")));
	return seed;
}

/*
 * The hash of a string.
 */
uint32
lbd_string_hash(const char *string, Size len, uint64 seed)
{
	return (uint32) hash_bytes_extended((const unsigned char *) string, len,
										seed);
}

/*
 * An empty table, in the current context.
 */
LbdStringMap *
lbd_string_map_create(int expected)
{
	return lbdname_create(CurrentMemoryContext, Max(expected, 16),
						  (void *) (uintptr_t) lbd_string_seed());
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
	const char **sorted = palloc_extended(Max(names->members, 1) *
										  sizeof(char *), MCXT_ALLOC_HUGE);
	lbdname_iterator iterator;
	LbdNameEntry *entry;

	*count = 0;
	lbdname_start_iterate(names, &iterator);
	while ((entry = lbdname_iterate(names, &iterator)) != NULL)
		sorted[(*count)++] = entry->name;
	qsort_interruptible(sorted, *count, sizeof(char *), compare_names, NULL);
	return sorted;
}

static int
compare_names(const void *a, const void *b, void *arg)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}
