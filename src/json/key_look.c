/*-------------------------------------------------------------------------
 *
 * key_look.c
 *	  Whether the key of an object looks like data.
 *
 * A look alone decides nothing: see path_fold.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "json/key_look.h"

/* The shortest number in base 16: with small letters, and with capitals. */
#define LBD_HEX_SMALL		5
#define LBD_HEX_CAPITALS	4

#define LBD_UUID_LEN		36

/* Codes of languages: ISO 639-1, but for id, os, to and ts, which are names far
 * more often. */
static const char languages[] =
"aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co "
"cr cs cu cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl "
"gn gu gv ha he hi ho hr ht hu hy hz ia ie ig ii ik io is it iu ja jv ka kg "
"ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk "
"ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or pa pi pl ps "
"pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta "
"te tg th ti tk tl tn tr tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za "
"zh zu ";

/* Codes of countries: ISO 3166-1 alpha-2. */
static const char countries[] =
"AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL "
"BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV "
"CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD "
"GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM "
"IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK "
"LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW "
"MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR "
"PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS "
"ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY "
"UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW ";

/* Codes of currencies: ISO 4217. */
static const char currencies[] =
"AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB "
"BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP "
"DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF "
"IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK "
"LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN "
"NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF "
"SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND "
"TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XOF XPF "
"YER ZAR ZMW ZWL ";

static bool is_path_or_address(const char *key, int len);
static bool is_hex(const char *key, int len);
static bool is_uuid(const char *key, int len);
static bool is_locale(const char *key, int len);
static bool has_code(const char *codes, int size, const char *key, int len);

/* A list of codes and its size. */
#define CODES(list)	(list), (int) sizeof(list) - 1

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
is_small(char c)
{
	return c >= 'a' && c <= 'z';
}

static inline bool
is_capital(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool
are_all(bool (*is) (char c), const char *key, int len)
{
	for (int i = 0; i < len; i++)
	{
		if (!is(key[i]))
			return false;
	}
	return len > 0;
}

/*
 * What a key looks like.
 */
LbdKeyLook
lbd_key_look(const char *key, int len)
{
	bool		small;
	bool		capitals;

	if (len == 0)
		return LBD_KEY_NAME;
	/* A number, a date or a version; a sign, v or U+ may be in front. */
	if (is_digit(key[0]) ||
		(len > 1 && is_digit(key[1]) &&
		 (key[0] == '-' || key[0] == '+' || key[0] == 'v')) ||
		(len > 2 && key[0] == 'U' && key[1] == '+'))
		return LBD_KEY_DATA;
	/* The first byte of an emoji in UTF-8; letters do not begin with it. */
	if ((unsigned char) key[0] == 0xf0 || is_path_or_address(key, len) ||
		is_hex(key, len) || is_uuid(key, len) || is_locale(key, len))
		return LBD_KEY_DATA;
	if (len != 2 && len != 3)
		return LBD_KEY_NAME;
	small = are_all(is_small, key, len);
	capitals = are_all(is_capital, key, len);
	if ((len == 2 && small && has_code(CODES(languages), key, len)) ||
		(capitals && (len == 2 ? has_code(CODES(countries), key, len) :
					  has_code(CODES(currencies), key, len))))
		return LBD_KEY_DATA;
	return capitals || (small && len == 3) ? LBD_KEY_CODE : LBD_KEY_NAME;
}

/*
 * A path, a media type, an address or a qualified name.  A @ in front is the
 * mark of a name in JSON-LD and in JSON that was XML.
 */
static bool
is_path_or_address(const char *key, int len)
{
	for (int i = 0; i < len; i++)
	{
		if (key[i] == '/' || (key[i] == '@' && i > 0) ||
			(key[i] == ':' && i > 0 && key[i - 1] == ':'))
			return true;
	}
	return false;
}

/*
 * A number in base 16 that has a digit among its letters.
 */
static bool
is_hex(const char *key, int len)
{
	bool		digit = false;
	bool		small = false;

	for (int i = 0; i < len; i++)
	{
		if (is_digit(key[i]))
			digit = true;
		else if (key[i] >= 'a' && key[i] <= 'f')
			small = true;
		else if (key[i] < 'A' || key[i] > 'F')
			return false;
	}
	return digit && len >= (small ? LBD_HEX_SMALL : LBD_HEX_CAPITALS);
}

static bool
is_uuid(const char *key, int len)
{
	if (len != LBD_UUID_LEN)
		return false;
	for (int i = 0; i < len; i++)
	{
		bool		dash = i == 8 || i == 13 || i == 18 || i == 23;
		char		c = key[i];

		if (dash ? c != '-' : !(is_digit(c) || (c >= 'a' && c <= 'f') ||
								(c >= 'A' && c <= 'F')))
			return false;
	}
	return true;
}

/*
 * A language with a country, a region or a script, as in en-GB, en_GB, es-419
 * or sr_Latn.
 */
static bool
is_locale(const char *key, int len)
{
	if (len < 5 || !(key[2] == '-' || key[2] == '_') ||
		!has_code(CODES(languages), key, 2))
		return false;
	if (len == 5)
		return are_all(is_capital, key + 3, 2);
	if (len == 6)
		return are_all(is_digit, key + 3, 3);
	return len == 7 && is_capital(key[3]) && are_all(is_small, key + 4, 3);
}

/*
 * Whether a key is among codes, which are sorted, each with a blank after it.
 */
static bool
has_code(const char *codes, int size, const char *key, int len)
{
	int			low = 0;
	int			high = size / (len + 1);

	while (low < high)
	{
		int			middle = (low + high) / 2;
		int			order = memcmp(key, codes + middle * (len + 1), len);

		if (order == 0)
			return true;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}
