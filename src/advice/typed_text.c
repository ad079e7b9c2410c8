/*-------------------------------------------------------------------------
 *
 * typed_text.c
 *	  Texts that a type holds in fewer bytes, and gives back as they were.
 *
 * Of dates, those that there are; of times, those in the form in which the
 * server prints them as JSON; of base64, the only form of some bytes, without
 * line breaks.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "advice/typed_text.h"
#include "compat.h"

static bool fits_text(const LbdItem *item);
static bool fits_numeric(const LbdItem *item);
static bool fits_boolean(const LbdItem *item);
static bool fits_uuid(const LbdItem *item);
static bool fits_date(const LbdItem *item);
static bool fits_timestamp(const LbdItem *item);
static bool fits_timestamptz(const LbdItem *item);
static bool fits_bytea(const LbdItem *item);
static bool fits_decimal_text(const LbdItem *item);
static Datum text_value(const LbdItem *item);
static Datum numeric_value(const LbdItem *item);
static Datum no_value(const LbdItem *item);
static Datum bytea_value(const LbdItem *item);

#define VARYING(storage_kind) \
	{-1, TYPALIGN_INT, storage_kind, '\0'}
#define FIXED(len, align) \
	{len, align, TYPSTORAGE_PLAIN, '\0'}

static const LbdMemberType types[] = {
	{"text", VARYING(TYPSTORAGE_EXTENDED), fits_text, text_value},
	{"numeric", VARYING(TYPSTORAGE_MAIN), fits_numeric, numeric_value},
	{"boolean", FIXED(1, TYPALIGN_CHAR), fits_boolean, no_value},
	{"uuid", FIXED(16, TYPALIGN_CHAR), fits_uuid, no_value},
	{"date", FIXED(4, TYPALIGN_INT), fits_date, no_value},
	{"timestamp", FIXED(8, TYPALIGN_DOUBLE), fits_timestamp, no_value},
	{"timestamptz", FIXED(8, TYPALIGN_DOUBLE), fits_timestamptz, no_value},
	{"bigint", FIXED(8, TYPALIGN_DOUBLE), fits_decimal_text, no_value},
	{"bytea", VARYING(TYPSTORAGE_EXTENDED), fits_bytea, bytea_value},
};

/*
 * The types, by number from 0; NULL past the last one.
 */
const LbdMemberType *
lbd_member_type(int number)
{
	return number < (int) lengthof(types) ? &types[number] : NULL;
}

/*
 * The type with a name, or NULL.
 */
const LbdMemberType *
lbd_member_type_find(const char *name)
{
	for (size_t i = 0; i < lengthof(types); i++)
	{
		if (strcmp(types[i].name, name) == 0)
			return &types[i];
	}
	return NULL;
}

static bool
fits_text(const LbdItem *item)
{
	return JBE_ISSTRING(item->entry);
}

static bool
fits_numeric(const LbdItem *item)
{
	return JBE_ISNUMERIC(item->entry);
}

static bool
fits_boolean(const LbdItem *item)
{
	return JBE_ISBOOL(item->entry);
}

/*
 * Whether a text has a form, in which 9 is a digit, x a hexadecimal one in
 * lower case, and anything else itself.
 */
static bool
has_form(const char *text, const char *form)
{
	for (; *form != '\0'; text++, form++)
	{
		bool		digit = *text >= '0' && *text <= '9';

		if (*form == '9' ? !digit :
			*form == 'x' ? !digit && !(*text >= 'a' && *text <= 'f') :
			*text != *form)
			return false;
	}
	return true;
}

static bool
fits_uuid(const LbdItem *item)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	return JBE_ISSTRING(item->entry) && item->len == sizeof(form) - 1 &&
		has_form(item->data, form);
}

static int
number_at(const char *text, int len)
{
	int			number = 0;

	for (int i = 0; i < len; i++)
		number = number * 10 + text[i] - '0';
	return number;
}

/*
 * Whether a text, of ten bytes at least, starts with a date that there is.
 */
static bool
has_date(const char *text)
{
	static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int			year;
	int			month;
	int			day;

	if (!has_form(text, "9999-99-99"))
		return false;
	year = number_at(text, 4);
	month = number_at(text + 5, 2);
	day = number_at(text + 8, 2);
	if (year == 0 || month < 1 || month > 12 || day < 1 ||
		day > days[month - 1])
		return false;
	return month != 2 || day < 29 ||
		(year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
}

static bool
fits_date(const LbdItem *item)
{
	return JBE_ISSTRING(item->entry) && item->len == 10 &&
		has_date(item->data);
}

/*
 * Whether a text is a date and a time: fractions of a second have up to six
 * digits, the last of which is not 0.
 */
static bool
has_timestamp(const char *text, int len)
{
	const int	plain = sizeof("2000-01-01T00:00:00") - 1;

	if (len < plain || !has_date(text) ||
		!has_form(text + 10, "T99:99:99") ||
		number_at(text + 11, 2) > 23 || number_at(text + 14, 2) > 59 ||
		number_at(text + 17, 2) > 59)
		return false;
	if (len == plain)
		return true;
	if (text[plain] != '.' || len < plain + 2 || len > plain + 7 ||
		text[len - 1] == '0')
		return false;
	for (int i = plain + 1; i < len; i++)
	{
		if (text[i] < '0' || text[i] > '9')
			return false;
	}
	return true;
}

static bool
fits_timestamp(const LbdItem *item)
{
	return JBE_ISSTRING(item->entry) && has_timestamp(item->data, item->len);
}

static bool
fits_timestamptz(const LbdItem *item)
{
	return JBE_ISSTRING(item->entry) && item->len > 0 &&
		item->data[item->len - 1] == 'Z' &&
		has_timestamp(item->data, item->len - 1);
}

/*
 * Whether a string is a whole number in its only form, of up to 18 digits.
 */
static bool
fits_decimal_text(const LbdItem *item)
{
	int			sign;
	int			digits;

	if (!JBE_ISSTRING(item->entry) || item->len == 0)
		return false;
	sign = item->data[0] == '-';
	digits = item->len - sign;
	if (digits < 1 || digits > 18 ||
		(item->data[sign] == '0' && (digits > 1 || sign)))
		return false;
	for (int i = sign; i < item->len; i++)
	{
		if (item->data[i] < '0' || item->data[i] > '9')
			return false;
	}
	return true;
}

/*
 * The bits that a digit of base64 stands for, or -1 where it is none.
 */
static int
base64_bits(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/*
 * Whether a string is base64, of a byte at least, and the only one of its
 * bytes: the bits that the last digit has too many are 0.
 */
static bool
fits_bytea(const LbdItem *item)
{
	static const int rest[] = {0, 0x03, 0x0f};
	int			padding = 0;
	int			bits = 0;

	if (!JBE_ISSTRING(item->entry) || item->len < 4 || item->len % 4 != 0)
		return false;
	while (padding < 2 && item->data[item->len - padding - 1] == '=')
		padding++;
	for (int i = 0; i < item->len - padding; i++)
	{
		bits = base64_bits(item->data[i]);
		if (bits < 0)
			return false;
	}
	return (bits & rest[padding]) == 0;
}

static Datum
text_value(const LbdItem *item)
{
	return PointerGetDatum(cstring_to_text_with_len(item->data, item->len));
}

static Datum
numeric_value(const LbdItem *item)
{
	return NumericGetDatum(LBD_ITEM_NUMERIC(item));
}

/*
 * Of types of fixed length, only the length matters.
 */
static Datum
no_value(const LbdItem *item)
{
	return (Datum) 0;
}

static Datum
bytea_value(const LbdItem *item)
{
	return DirectFunctionCall2(binary_decode, text_value(item),
							   CStringGetTextDatum("base64"));
}
