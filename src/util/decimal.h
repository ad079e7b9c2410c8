/*-------------------------------------------------------------------------
 *
 * decimal.h
 *	  Decimal numbers as the payload's contract reads and writes them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_DECIMAL_H
#define LBD_DECIMAL_H

#include "utils/numeric.h"

/* Size of a buffer that the text of nearly every number fits into. */
#define LBD_NUMBER_TEXT 64

/*
 * The value is 0.d1d2d3... times ten to the power of point.  There are no
 * leading and no trailing zeros in digits; zero has none at all.
 */
typedef struct LbdDecimal
{
	bool		negative;		/* sign as written, kept by a zero too */
	int			ndigits;		/* significant digits */
	int			point;			/* decimal exponent, see above */
	char	   *digits;			/* characters 0 to 9 */
	char	   *allocated;		/* what holds them, or NULL: local */
	char		local[LBD_NUMBER_TEXT]; /* where short numbers keep them */
} LbdDecimal;

extern bool lbd_decimal_parse(LbdDecimal *decimal, const char *text, int len);
extern void lbd_decimal_free(LbdDecimal *decimal);
extern void lbd_decimal_round(LbdDecimal *decimal, int places);
extern char *lbd_decimal_fixed(const LbdDecimal *decimal, int places,
							   int *len);
extern char *lbd_decimal_integer(const LbdDecimal *decimal, int shift,
								 int *len);
extern double lbd_decimal_double(const LbdDecimal *decimal);

extern char *lbd_number_text(Numeric number, char *buffer, int *len);
extern int	lbd_double_text(double value, char *buffer);
extern double lbd_double_round(double value, int places);

#endif							/* LBD_DECIMAL_H */
