/*-------------------------------------------------------------------------
 *
 * measured.c
 *	  A payload as it has been measured: what rules look at.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "payload/measured.h"

/*
 * The part with a name, or NULL where the payload has none.
 */
const LbdMeasuredPart *
lbd_measured_part(const LbdMeasured *measured, const char *name)
{
	for (int i = 0; i < measured->nparts; i++)
	{
		if (measured->parts[i].stats &&
			strcmp(measured->parts[i].name, name) == 0)
			return &measured->parts[i];
	}
	return NULL;
}
