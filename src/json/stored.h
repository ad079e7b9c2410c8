/*-------------------------------------------------------------------------
 *
 * stored.h
 *	  What each byte of a value takes where it is stored compressed.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_STORED_H
#define LBD_STORED_H

/* What is stored is counted in bits: pglz's flags are bits. */
#define LBD_STORED_UNIT		8

extern int64 lbd_stored_size(int16 length, Datum value);
extern uint8 *lbd_stored_costs(const struct varlena *stored, Size len);

/*
 * What a part of a value takes.
 */
static inline int64
lbd_stored_sum(const uint8 *costs, Size len)
{
	int64		sum = 0;

	for (Size i = 0; i < len; i++)
		sum += costs[i];
	return sum;
}

#endif							/* LBD_STORED_H */
