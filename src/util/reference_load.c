/*-------------------------------------------------------------------------
 *
 * reference_load.c
 *	  A fixed amount of work, as a unit for times.
 *
 * How long it takes tells how fast the machine is now: on a busy
 * one, a build and this work become slower together.  It is of the kind that
 * a build does, writing text and hashing it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "util/distinct.h"
#include "util/reference_load.h"

#define LBD_LOAD_BYTES		(256 * 1024)
#define LBD_LOAD_ROUNDS		32

/*
 * Does the work, and returns the ns that it took.
 */
int64
lbd_reference_load(void)
{
	char	   *text = palloc(LBD_LOAD_BYTES);
	int64		start = lbd_clock();
	volatile uint64 hash = 1;

	for (int round = 0; round < LBD_LOAD_ROUNDS; round++)
	{
		uint64		word = hash;

		for (int i = 0; i < LBD_LOAD_BYTES; i++)
		{
			word = word * UINT64CONST(6364136223846793005) + 1;
			text[i] = (char) (' ' + (word >> 58));
		}
		hash = lbd_distinct_hash(text, LBD_LOAD_BYTES);
	}
	pfree(text);
	return lbd_clock() - start;
}
