/*-------------------------------------------------------------------------
 *
 * decimal.c
 *	  Decimal numbers as the payload's contract reads and writes them.
 *
 * Most numbers of a payload have at most 15 significant digits.  Such a
 * decimal survives the way through a double and back (DBL_DIG), so its
 * shortest text is its own digits, and neither strtod() nor Ryu is needed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "common/shortest_dec.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "compat.h"
#include "util/decimal.h"
#include "util/numeric_header.h"

/* Base-10000 digits of a numeric that the local buffer certainly holds. */
#define LBD_NUMERIC_MAX_WORDS	8

/*
 * An exponent beyond this is infinite or zero to a double and to a numeric
 * alike; it is cut here so that no sum of exponents can wrap.
 */
#define LBD_MAX_EXPONENT		1000000

/* From here on a number halfway between two doubles can be a short text. */
#define LBD_SHORT_EDGES			1e15

/* Python's repr() and the payload: exponent form outside of this range. */
#define LBD_MIN_FIXED_EXPONENT	(-4)
#define LBD_MAX_FIXED_EXPONENT	16

static bool decimal_read(LbdDecimal *decimal, const char *text,
						 const char *end);
static void decimal_trim(LbdDecimal *decimal);
static int	decimal_repr(const LbdDecimal *decimal, char *buffer);
static bool decimal_from_short_numeric(LbdDecimal *decimal, Numeric number,
									   int *scale);

/*
 * Reads text: an optional sign, digits with at most one point, an optional
 * exponent, blanks around them.  Returns false, with decimal undefined, for
 * anything else.  Digits beyond the local buffer are palloc'ed in the current
 * context until lbd_decimal_free().
 */
bool
lbd_decimal_parse(LbdDecimal *decimal, const char *text, int len)
{
	const char *end = text + len;

	while (text < end && (*text == ' ' || (*text >= '\t' && *text <= '\r')))
		text++;
	while (end > text &&
		   (end[-1] == ' ' || (end[-1] >= '\t' && end[-1] <= '\r')))
		end--;
	decimal->allocated = end - text <= LBD_NUMBER_TEXT ? NULL :
		palloc(end - text);
	if (decimal_read(decimal, text, end))
		return true;
	lbd_decimal_free(decimal);
	return false;
}

/*
 * Frees the digits of a decimal that has been parsed.
 */
void
lbd_decimal_free(LbdDecimal *decimal)
{
	if (decimal->allocated)
		pfree(decimal->allocated);
	decimal->allocated = NULL;
}

/*
 * Reads text without blanks around it.
 */
static bool
decimal_read(LbdDecimal *decimal, const char *text, const char *end)
{
	int			exponent = 0;
	int			before = 0;
	bool		any = false;
	bool		fraction = false;

	decimal->negative = (text < end && *text == '-');
	if (text < end && (*text == '-' || *text == '+'))
		text++;

	decimal->ndigits = 0;
	decimal->digits = decimal->allocated ? decimal->allocated :
		decimal->local;
	for (; text < end; text++)
	{
		if (*text == '.' && !fraction)
			fraction = true;
		else if (*text >= '0' && *text <= '9')
		{
			any = true;
			decimal->digits[decimal->ndigits++] = *text;
			if (!fraction)
				before++;
		}
		else
			break;
	}
	if (!any)
		return false;

	if (text < end && (*text == 'e' || *text == 'E'))
	{
		bool		negative;

		text++;
		negative = (text < end && *text == '-');
		if (text < end && (*text == '-' || *text == '+'))
			text++;
		if (text == end)
			return false;
		for (; text < end && *text >= '0' && *text <= '9'; text++)
			exponent = Min(exponent * 10 + (*text - '0'), LBD_MAX_EXPONENT);
		if (negative)
			exponent = -exponent;
	}
	if (text != end)
		return false;

	decimal->point = before + exponent;
	decimal_trim(decimal);
	return true;
}

/*
 * Takes leading and trailing zeros off.
 */
static void
decimal_trim(LbdDecimal *decimal)
{
	while (decimal->ndigits > 0 &&
		   decimal->digits[decimal->ndigits - 1] == '0')
		decimal->ndigits--;
	while (decimal->ndigits > 0 && decimal->digits[0] == '0')
	{
		decimal->digits++;
		decimal->ndigits--;
		decimal->point--;
	}
	if (decimal->ndigits == 0)
		decimal->point = 0;
}

/*
 * Rounds to that many places after the decimal point, halves away from
 * zero.  The sign stays, on a zero too.
 */
void
lbd_decimal_round(LbdDecimal *decimal, int places)
{
	int			keep = decimal->point + places;
	bool		up;

	if (keep >= decimal->ndigits)
		return;
	up = keep >= 0 && decimal->digits[keep] >= '5';
	decimal->ndigits = Max(keep, 0);
	if (up)
	{
		int			i = decimal->ndigits - 1;

		while (i >= 0 && decimal->digits[i] == '9')
			i--;
		decimal->ndigits = i + 1;
		if (i >= 0)
			decimal->digits[i]++;
		else
		{
			/* All nines, or nothing kept at all: the next power of ten. */
			decimal->digits[0] = '1';
			decimal->ndigits = 1;
			decimal->point++;
		}
	}
	decimal_trim(decimal);
}

/*
 * Returns the number with just so many places, rounded already by the
 * caller, with a leading zero and its sign.  palloc'ed.
 */
char *
lbd_decimal_fixed(const LbdDecimal *decimal, int places, int *len)
{
	StringInfoData out;
	int			point = decimal->point;

	initStringInfo(&out);
	if (decimal->negative)
		appendStringInfoChar(&out, '-');
	if (point <= 0)
		appendStringInfoChar(&out, '0');
	for (int i = Min(0, point); i < point + places; i++)
	{
		if (i == point)
			appendStringInfoChar(&out, '.');
		appendStringInfoChar(&out, i >= 0 && i < decimal->ndigits ?
							 decimal->digits[i] : '0');
	}
	*len = out.len;
	return out.data;
}

/*
 * Returns the digits of the integer part of the number times ten to the
 * power of shift, without a sign ("0" where there is none).  palloc'ed.
 */
char *
lbd_decimal_integer(const LbdDecimal *decimal, int shift, int *len)
{
	int			ndigits = decimal->ndigits > 0 ? decimal->point + shift : 0;
	char	   *text;

	if (ndigits <= 0)
	{
		*len = 1;
		return pstrdup("0");
	}
	text = palloc(ndigits + 1);
	for (int i = 0; i < ndigits; i++)
		text[i] = i < decimal->ndigits ? decimal->digits[i] : '0';
	text[ndigits] = '\0';
	*len = ndigits;
	return text;
}

/*
 * Returns the nearest double; infinite beyond the range of doubles.
 */
double
lbd_decimal_double(const LbdDecimal *decimal)
{
	char	   *text = psprintf("%s0.%.*se%d", decimal->negative ? "-" : "",
								decimal->ndigits, decimal->digits,
								decimal->point);
	double		value = strtod(text, NULL);

	pfree(text);
	return value;
}

/*
 * Writes the number in the shape of Python's repr() of a float.  Expects at
 * most LBD_NUMBER_TEXT - 24 digits, and returns the length.
 */
static int
decimal_repr(const LbdDecimal *decimal, char *buffer)
{
	char	   *out = buffer;
	int			exponent = decimal->point - 1;
	int			n = decimal->ndigits;

	if (decimal->negative)
		*out++ = '-';
	if (n == 0)
	{
		memcpy(out, "0.0", 3);
		return out + 3 - buffer;
	}
	if (exponent < LBD_MIN_FIXED_EXPONENT || exponent >= LBD_MAX_FIXED_EXPONENT)
	{
		*out++ = decimal->digits[0];
		if (n > 1)
		{
			*out++ = '.';
			memcpy(out, decimal->digits + 1, n - 1);
			out += n - 1;
		}
		out += sprintf(out, "e%c%02d", exponent < 0 ? '-' : '+',
					   abs(exponent));
		return out - buffer;
	}
	if (decimal->point <= 0)
	{
		*out++ = '0';
		*out++ = '.';
		memset(out, '0', -decimal->point);
		out += -decimal->point;
		memcpy(out, decimal->digits, n);
		return out + n - buffer;
	}
	for (int i = 0; i < decimal->point; i++)
		*out++ = i < n ? decimal->digits[i] : '0';
	*out++ = '.';
	if (n <= decimal->point)
		*out++ = '0';
	else
	{
		memcpy(out, decimal->digits + decimal->point, n - decimal->point);
		out += n - decimal->point;
	}
	return out - buffer;
}

/*
 * Reads a numeric of the short form without calling numeric_out, as every
 * other one (very long, NaN, infinite) is.  Returns false for another form, or for more digits than the local buffer is sure to
 * hold.  *scale gets the digits after the point as numeric_out shows them.
 */
static bool
decimal_from_short_numeric(LbdDecimal *decimal, Numeric number, int *scale)
{
	const char *data = VARDATA_ANY(number);
	int			nwords = (VARSIZE_ANY_EXHDR(number) - sizeof(uint16)) /
		sizeof(int16);
	uint16		header;
	char	   *out = decimal->local;

	memcpy(&header, data, sizeof(header));
	if ((header & LBD_NUMERIC_FORM_MASK) != LBD_NUMERIC_SHORT ||
		nwords > LBD_NUMERIC_MAX_WORDS)
		return false;

	for (int i = 0; i < nwords; i++)
	{
		int16		word;

		memcpy(&word, data + sizeof(header) + i * sizeof(word), sizeof(word));
		out[0] = '0' + word / 1000;
		out[1] = '0' + word / 100 % 10;
		out[2] = '0' + word / 10 % 10;
		out[3] = '0' + word % 10;
		out += 4;
	}
	decimal->negative = (header & LBD_NUMERIC_NEGATIVE) != 0;
	decimal->digits = decimal->local;
	decimal->allocated = NULL;
	decimal->ndigits = out - decimal->local;
	decimal->point = header & LBD_NUMERIC_WEIGHT_MASK;
	if (header & LBD_NUMERIC_WEIGHT_SIGN)
		decimal->point |= ~LBD_NUMERIC_WEIGHT_MASK;
	decimal->point = (decimal->point + 1) * 4;
	*scale = (header & LBD_NUMERIC_SCALE_MASK) >> LBD_NUMERIC_SCALE_SHIFT;
	decimal_trim(decimal);
	return true;
}

/*
 * Writes a whole number from 0 to 9, as most flags and counts are.  Returns
 * false for another number.
 */
static inline bool
number_is_digit(Numeric number, char *buffer)
{
	const char *data = VARDATA_ANY(number);
	int			size = VARSIZE_ANY_EXHDR(number);
	uint16		header;
	int16		word = 0;

	memcpy(&header, data, sizeof(header));
	if (header != LBD_NUMERIC_SHORT || size > (int) (sizeof(header) + sizeof(word)))
		return false;
	if (size == sizeof(header) + sizeof(word))
		memcpy(&word, data + sizeof(header), sizeof(word));
	if (word > 9)
		return false;
	buffer[0] = '0' + word;
	return true;
}

/*
 * Returns the serialized text of a jsonb number: as it is where it has neither
 * fraction nor exponent, else the shortest text of the double nearest to it,
 * or what jsonb prints where no finite double holds it.  The text is in
 * buffer (LBD_NUMBER_TEXT bytes) or is palloc'ed; it is not terminated.
 */
char *
lbd_number_text(Numeric number, char *buffer, int *len)
{
	LbdDecimal	decimal;
	int			scale = 0;
	char	   *text;
	double		value;

	if (number_is_digit(number, buffer))
	{
		*len = 1;
		return buffer;
	}
	if (decimal_from_short_numeric(&decimal, number, &scale))
	{
		if (scale == 0 && decimal.point <= LBD_NUMBER_TEXT - 2)
		{
			char	   *out = buffer;

			if (decimal.ndigits == 0)
				*out++ = '0';
			else if (decimal.negative)
				*out++ = '-';
			for (int i = 0; i < decimal.point; i++)
				*out++ = i < decimal.ndigits ? decimal.digits[i] : '0';
			*len = out - buffer;
			return buffer;
		}
		if (scale > 0 && decimal.ndigits <= DBL_DIG)
		{
			*len = decimal_repr(&decimal, buffer);
			return buffer;
		}
	}

	/* Who loops over numbers does not expect one of 131,072 digits. */
	CHECK_FOR_INTERRUPTS();
	text = DatumGetCString(DirectFunctionCall1(numeric_out,
											   NumericGetDatum(number)));
	*len = strlen(text);
	if (strchr(text, '.') == NULL)
		return text;
	value = strtod(text, NULL);
	if (isinf(value))
		return text;
	pfree(text);
	*len = lbd_double_text(value, buffer);
	return buffer;
}

/*
 * Writes the shortest text that reads back to the same finite double, as
 * Python's repr() shapes it, into buffer (LBD_NUMBER_TEXT bytes).
 */
int
lbd_double_text(double value, char *buffer)
{
	char		shortest[DOUBLE_SHORTEST_DECIMAL_LEN];
	LbdDecimal	decimal;
	int			len = double_to_shortest_decimal_buf(value, shortest);

	if (!lbd_decimal_parse(&decimal, shortest, len))
		elog(ERROR, "no decimal number: %s", shortest);

	/*
	 * PostgreSQL's shortest text never lies on the edge of the numbers that
	 * round to value, though those on an edge may read back to it, and be
	 * shorter.  Below 1e15 the edges have more digits than any shortest text.
	 */
	if (fabs(value) >= LBD_SHORT_EDGES)
	{
		for (int digits = decimal.ndigits - 1; digits > 0; digits--)
		{
			len = sprintf(shortest, "%.*e", digits - 1, value);
			if (strtod(shortest, NULL) != value ||
				!lbd_decimal_parse(&decimal, shortest, len))
				break;
		}
	}
	return decimal_repr(&decimal, buffer);
}

/*
 * Rounds a double to so many places: ties, which only an exactly
 * representable value can be, to even.  This is what Python's round() does.
 */
double
lbd_double_round(double value, int places)
{
	char	   *text;

	if (isinf(value))
		return value;
	text = psprintf("%.*f", places, value);
	value = strtod(text, NULL);
	pfree(text);
	return value;
}
