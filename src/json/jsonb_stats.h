/*-------------------------------------------------------------------------
 *
 * jsonb_stats.h
 *	  Counting jsonb by paths, as the text that the server prints.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_JSONB_STATS_H
#define LBD_JSONB_STATS_H

#include "utils/jsonb.h"

#include "json/path_stats.h"

/* Scalars of jsonb, by what they take in it and as text. */
typedef enum LbdJsonbScalar
{
	LBD_JSONB_STRINGS,
	LBD_JSONB_NUMBERS,			/* numeric, with a header of their own */
	LBD_JSONB_LITERALS			/* true, false and null: the entry alone */
} LbdJsonbScalar;

#define LBD_JSONB_SCALARS	(LBD_JSONB_LITERALS + 1)

/*
 * What jsonb is made of: bytes, which add up to the value without its 4 header
 * bytes, and the text of its scalars.
 */
typedef struct LbdJsonbParts
{
	int64		containers;		/* headers of objects and arrays */
	int64		entries;		/* 4 bytes for each key, value and element */
	int64		keys;			/* characters of keys */
	int64		padding;		/* in front of numbers and containers */
	int64		scalars[LBD_JSONB_SCALARS]; /* data, by LbdJsonbScalar */
	int64		texts[LBD_JSONB_SCALARS];	/* the same as text, with quotes */
} LbdJsonbParts;

extern void lbd_stats_add_jsonb(LbdPathStats *stats, LbdPath *root,
								Jsonb *jsonb, const uint8 *costs,
								LbdJsonbParts *parts);

#endif							/* LBD_JSONB_STATS_H */
