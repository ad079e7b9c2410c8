/*-------------------------------------------------------------------------
 *
 * estimate.h
 *	  The error of an estimate from a sample of blocks.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_ESTIMATE_H
#define LBD_ESTIMATE_H

#include "common/hashfn.h"

/* Groups that blocks of several tables are in, by their numbers. */
#define LBD_BLOCK_GROUPS	16

/* A table whose blocks are sampled, or several small ones. */
typedef struct LbdStratum
{
	double		blocks;			/* that it has */
	double		chosen;			/* of these, in the sample */
	double		groups[LBD_BLOCK_GROUPS];	/* and in each group */
} LbdStratum;

/* What groups of blocks have of a sum. */
typedef struct LbdGroups
{
	double		present[LBD_BLOCK_GROUPS];	/* in the present table */
	double		pool[LBD_BLOCK_GROUPS]; /* in tables that have been pooled */
	double		errors[LBD_BLOCK_GROUPS];	/* more than they should have, in
											 * strata that have ended */
	uint32		used;			/* groups that have blocks, as bits */
} LbdGroups;

/* What is known of a sum, while the blocks of the sample come. */
typedef struct LbdSumEstimate
{
	double		sum;			/* over the blocks of the present table */
	double		squares;		/* of what each of these has */
	double		pool_sum;		/* over those of tables that have been pooled */
	double		pool_squares;
	double		counted;		/* over all tables before the present one */
	double		variance;		/* of the estimate, of one table */
	double		freedom;		/* its degrees of freedom */
	int			unknown;		/* strata of which the error is not known */
	LbdGroups  *groups;			/* of several tables; else NULL */
} LbdSumEstimate;

/*
 * What the sum over the sample is multiplied with.
 */
static inline double
lbd_stratum_factor(const LbdStratum *stratum)
{
	return stratum->chosen > 0 ? stratum->blocks / stratum->chosen : 1;
}

/*
 * The group of a block.
 */
static inline int
lbd_block_group(uint32 block)
{
	return murmurhash32(block) % LBD_BLOCK_GROUPS;
}

/*
 * Adds what a block of the sample has.
 */
static inline void
lbd_estimate_block(LbdSumEstimate *estimate, double amount, int group)
{
	estimate->sum += amount;
	estimate->squares += amount * amount;
	if (estimate->groups)
		estimate->groups->present[group] += amount;
}

extern void lbd_estimate_end(LbdSumEstimate *estimate, const LbdStratum *stratum);
extern void lbd_estimate_pool(LbdSumEstimate *estimate, const LbdStratum *pool);
extern void lbd_estimate_merge(LbdSumEstimate *estimate,
							   const LbdSumEstimate *other);
extern double lbd_estimate_error(const LbdSumEstimate *estimate);

#endif							/* LBD_ESTIMATE_H */
