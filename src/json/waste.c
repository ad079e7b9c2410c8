/*-------------------------------------------------------------------------
 *
 * waste.c
 *	  What could be left out of a path's text, counted as it is read.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "json/waste.h"
#include "util/decimal.h"

/* A shorter text of the alphabet can as well be a name. */
#define LBD_BASE64_MIN		40

/* A number of fewer characters has no more digits than a double needs. */
#define LBD_DOUBLE_MIN		17

/* One of more characters is not looked at: it is none of a double's. */
#define LBD_DOUBLE_MAX		400

static int	base64_digits(const char *string, int len);

/*
 * Has the waste of all paths counted; no path but the root has been met.
 */
void
lbd_stats_count_waste(LbdPathStats *stats)
{
	stats->count_waste = true;
	stats->root->waste = MemoryContextAllocZero(stats->context,
												sizeof(LbdWaste));
}

void
lbd_waste_merge(LbdWaste *waste, const LbdWaste *other)
{
	waste->separators += other->separators;
	waste->colons += other->colons;
	waste->nulls += other->nulls;
	waste->digits += other->digits;
	waste->base64 += other->base64;
	waste->blanks += other->blanks;
	waste->strings += other->strings;
}

/*
 * Counts a string, without its quotation marks, that may be base64.
 */
void
lbd_waste_string(LbdWaste *waste, const char *string, int len)
{
	int			digits = len >= LBD_BASE64_MIN ? base64_digits(string, len) : 0;

	if (digits >= LBD_BASE64_MIN)
		waste->base64 += len - digits / 4 * 3;
}

/*
 * The number of digits of base64, or of its variant for URLs, with those that
 * fill it up; 0 where a text is something else.  There must be capitals, small
 * letters and digits: a number in base 16 is not base64.  Ends of lines, in
 * JSON as well, are no digits.
 */
static int
base64_digits(const char *string, int len)
{
	bool		capitals = false;
	bool		small = false;
	bool		digits = false;
	int			n = 0;

	for (int i = 0; i < len; i++)
	{
		char		c = string[i];

		if (c == '\n' || (c == '\\' && i + 1 < len && string[i + 1] == 'n'))
		{
			i += c == '\\';
			continue;
		}
		n++;
		if (c >= 'A' && c <= 'Z')
			capitals = true;
		else if (c >= 'a' && c <= 'z')
			small = true;
		else if (c >= '0' && c <= '9')
			digits = true;
		else if (c != '+' && c != '/' && c != '-' && c != '_' &&
				 (c != '=' || i + 2 < len))
			return 0;
	}
	return capitals && small && digits && n % 4 == 0 ? n : 0;
}

/*
 * Counts a number's digits that are no other double's.  Whole numbers are left
 * alone: they may be identifiers.
 */
void
lbd_waste_number(LbdWaste *waste, const char *number, int len)
{
	char		text[LBD_DOUBLE_MAX + 1];
	char		shortest[LBD_NUMBER_TEXT];
	double		value;

	if (len <= LBD_DOUBLE_MIN || len > LBD_DOUBLE_MAX ||
		memchr(number, '.', len) == NULL)
		return;
	memcpy(text, number, len);
	text[len] = '\0';
	value = strtod(text, NULL);
	if (!isinf(value))
		waste->digits += Max(len - lbd_double_text(value, shortest), 0);
}
