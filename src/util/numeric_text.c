/*-------------------------------------------------------------------------
 *
 * numeric_text.c
 *	  The text of a numeric, as the server prints it.
 *
 * numeric_out unpacks the number into a variable, and allocates that and the
 * text.  Here the text is written from the digits where they are.  Both forms
 * of a stored numeric are known: they cannot change as long as pg_upgrade
 * reads old tables.  NaN and the infinities take the way through numeric_out.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "compat.h"
#include "util/numeric_header.h"
#include "util/numeric_text.h"

/* Decimal digits of a word. */
#define WORD_DIGITS				4

typedef struct LbdWords
{
	const char *words;			/* in base 10000, two bytes each */
	int			nwords;			/* how many */
	int			weight;			/* of the first, as an exponent of 10000 */
	int			scale;			/* digits after the decimal point */
	bool		negative;		/* below zero */
} LbdWords;

static bool words_of(Numeric number, LbdWords *words);
static inline int word_at(const LbdWords *words, int at);
static inline char *put_word(char *out, int word);
static char *put_integer(char *out, const LbdWords *words);
static char *put_fraction(char *out, const LbdWords *words);

/*
 * Returns the text that numeric_out makes, not terminated, and its length in
 * *len.  It is in buffer, of LBD_NUMERIC_BUFFER bytes, or palloc'ed.
 */
char *
lbd_numeric_text(Numeric number, char *buffer, int *len)
{
	LbdWords	words;
	int			size;
	char	   *text = buffer;
	char	   *out;

	if (!words_of(number, &words))
	{
		text = DatumGetCString(DirectFunctionCall1(numeric_out,
												   NumericGetDatum(number)));
		*len = strlen(text);
		return text;
	}
	/* A sign, a point, and what the last word has beyond the scale. */
	size = 2 + (Max(words.weight, 0) + 1) * WORD_DIGITS + words.scale +
		WORD_DIGITS;
	if (size > LBD_NUMERIC_BUFFER)
		text = palloc(size);
	out = text;
	if (words.negative)
		*out++ = '-';
	out = put_integer(out, &words);
	if (words.scale > 0)
		out = put_fraction(out, &words);
	*len = out - text;
	return text;
}

/*
 * Finds the parts of a stored number.  Returns false where it is not finite.
 */
static bool
words_of(Numeric number, LbdWords *words)
{
	const char *data = VARDATA_ANY(number);
	int			size = VARSIZE_ANY_EXHDR(number);
	uint16		header;
	int16		weight;

	memcpy(&header, data, sizeof(header));
	if ((header & LBD_NUMERIC_FORM_MASK) == LBD_NUMERIC_SPECIAL)
		return false;
	words->words = data + sizeof(header);
	if ((header & LBD_NUMERIC_FORM_MASK) == LBD_NUMERIC_SHORT)
	{
		words->negative = (header & LBD_NUMERIC_NEGATIVE) != 0;
		words->scale = (header & LBD_NUMERIC_SCALE_MASK) >> LBD_NUMERIC_SCALE_SHIFT;
		words->weight = header & LBD_NUMERIC_WEIGHT_MASK;
		if (header & LBD_NUMERIC_WEIGHT_SIGN)
			words->weight -= LBD_NUMERIC_WEIGHT_MASK + 1;
	}
	else
	{
		memcpy(&weight, words->words, sizeof(weight));
		words->words += sizeof(weight);
		words->negative = (header & LBD_NUMERIC_FORM_MASK) == LBD_NUMERIC_LONG_NEGATIVE;
		words->scale = header & LBD_NUMERIC_LONG_SCALE;
		words->weight = weight;
	}
	words->nwords = (data + size - words->words) / (int) sizeof(int16);
	return true;
}

/*
 * The word at a place counted from the first, zero where none is stored.
 */
static inline int
word_at(const LbdWords *words, int at)
{
	int16		word;

	if (at < 0 || at >= words->nwords)
		return 0;
	memcpy(&word, words->words + at * sizeof(word), sizeof(word));
	return word;
}

static inline char *
put_word(char *out, int word)
{
	out[0] = '0' + word / 1000;
	out[1] = '0' + word / 100 % 10;
	out[2] = '0' + word / 10 % 10;
	out[3] = '0' + word % 10;
	return out + WORD_DIGITS;
}

/*
 * Writes the digits in front of the point, the first word without zeros in
 * front.
 */
static char *
put_integer(char *out, const LbdWords *words)
{
	int			word = words->weight < 0 ? 0 : word_at(words, 0);

	if (word >= 1000)
		*out++ = '0' + word / 1000;
	if (word >= 100)
		*out++ = '0' + word / 100 % 10;
	if (word >= 10)
		*out++ = '0' + word / 10 % 10;
	*out++ = '0' + word % 10;
	for (int at = 1; at <= words->weight; at++)
		out = put_word(out, word_at(words, at));
	return out;
}

/*
 * Writes the point and as many digits after it as the scale says.
 */
static char *
put_fraction(char *out, const LbdWords *words)
{
	char	   *end;

	*out++ = '.';
	end = out + words->scale;
	for (int at = words->weight + 1; out < end; at++)
		out = put_word(out, word_at(words, at));
	return end;
}
