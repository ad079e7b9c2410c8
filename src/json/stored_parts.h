/*-------------------------------------------------------------------------
 *
 * stored_parts.h
 *	  How the values of a column are stored: where, and compressed how.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_STORED_PARTS_H
#define LBD_STORED_PARTS_H

/* How a value is compressed. */
typedef enum LbdStoredMethod
{
	LBD_STORED_PLAIN,			/* not at all */
	LBD_STORED_PGLZ,
	LBD_STORED_LZ4
} LbdStoredMethod;

#define LBD_STORED_METHODS	(LBD_STORED_LZ4 + 1)

/* Where a value is. */
typedef enum LbdStoredPlace
{
	LBD_STORED_INLINE,			/* in the row */
	LBD_STORED_TOAST			/* out of line, in the TOAST table */
} LbdStoredPlace;

#define LBD_STORED_PLACES	(LBD_STORED_TOAST + 1)

/* Values that are stored in the same way. */
typedef struct LbdStoredPart
{
	int64		values;			/* how many there are, but nulls */
	int64		raw_bytes;		/* uncompressed, without headers of values */
	int64		stored_bytes;	/* what pg_column_size() returns */
	int64		chunks;			/* rows of the TOAST table */
} LbdStoredPart;

typedef struct LbdStoredParts
{
	LbdStoredPart parts[LBD_STORED_PLACES][LBD_STORED_METHODS];
} LbdStoredParts;

/* What a value out of line leaves in the row: a pointer. */
#define LBD_STORED_POINTER	TOAST_POINTER_SIZE

extern int64 lbd_stored_parts_add(LbdStoredParts *parts, int16 length,
								  Datum value);
extern void lbd_stored_parts_merge(LbdStoredParts *parts,
								   const LbdStoredParts *other);
extern LbdStoredPart lbd_stored_parts_sum(const LbdStoredParts *parts,
										  LbdStoredPlace place);
extern LbdStoredPart lbd_stored_parts_total(const LbdStoredParts *parts);
extern int64 lbd_stored_parts_values(const LbdStoredParts *parts,
									 LbdStoredMethod method);

#endif							/* LBD_STORED_PARTS_H */
