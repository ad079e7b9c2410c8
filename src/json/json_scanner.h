/*-------------------------------------------------------------------------
 *
 * json_scanner.h
 *	  Finding the keys, values and brackets of a text of JSON.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_JSON_SCANNER_H
#define LBD_JSON_SCANNER_H

/*
 * What lbd_json_scan() stopped at.  Whatever comes after LBD_JSON_DEEP is an
 * error in the text, at the scanner's position.
 */
typedef enum LbdJsonStatus
{
	LBD_JSON_MORE,				/* there may be more tokens */
	LBD_JSON_DONE,				/* the text is valid, and there are no more */
	LBD_JSON_DEEP,				/* more memory for open containers is needed */
	LBD_JSON_ENDED,				/* the text ends too early */
	LBD_JSON_NO_VALUE,			/* something else where a value must be */
	LBD_JSON_NO_KEY,			/* the same for a key */
	LBD_JSON_NO_COLON,			/* the same for a colon */
	LBD_JSON_NO_COMMA_IN_OBJECT,	/* the same for a comma or a bracket */
	LBD_JSON_NO_COMMA_IN_ARRAY,
	LBD_JSON_NO_END,			/* something after the value */
	LBD_JSON_BAD_NUMBER,		/* no digit where one must be */
	LBD_JSON_BAD_ESCAPE,		/* a backslash with a wrong character */
	LBD_JSON_BAD_UNICODE,		/* or with a u without hexadecimal digits */
	LBD_JSON_BAD_CHARACTER		/* a control character in a string */
} LbdJsonStatus;

typedef enum LbdJsonKind
{
	LBD_JSON_KEY,
	LBD_JSON_STRING,
	LBD_JSON_NUMBER,
	LBD_JSON_TRUE,
	LBD_JSON_FALSE,
	LBD_JSON_NULL,
	LBD_JSON_OBJECT,			/* the bracket that begins it */
	LBD_JSON_ARRAY,				/* the same */
	LBD_JSON_CLOSE				/* the bracket that ends either */
} LbdJsonKind;

/*
 * Commas, colons and whitespace are no tokens: they are what is between two of
 * them.
 */
typedef struct LbdJsonToken
{
	const char *start;			/* where it begins, with its quotation mark */
	uint64		hash;			/* of a scalar: lbd_distinct_hash() of it,
								 * without quotation marks */
	int			len;			/* its length, with quotation marks */
	LbdJsonKind kind;			/* what it is */
	bool		escaped;		/* of a key or string: has a backslash */
} LbdJsonToken;

/* What may come next in a text. */
typedef enum LbdJsonState
{
	LBD_JSON_AT_VALUE,			/* a value */
	LBD_JSON_AT_ELEMENT,		/* an array's first element, or its end */
	LBD_JSON_AT_MEMBER,			/* an object's first key, or its end */
	LBD_JSON_AT_KEY,			/* a key */
	LBD_JSON_AT_COLON,			/* a colon */
	LBD_JSON_AT_COMMA,			/* a comma, or the end of the container */
	LBD_JSON_AT_END,			/* nothing */
	LBD_JSON_IN_STRING,			/* the rest of a string */
	LBD_JSON_IN_KEY				/* the rest of a key */
} LbdJsonState;

typedef struct LbdJsonScanner
{
	const char *next;			/* what has not been scanned */
	const char *end;			/* where the text ends */
	LbdJsonState state;			/* what may come next */
	LbdJsonStatus status;		/* what the last scan stopped at */
	int			depth;			/* containers that are open */
	int			max_depth;		/* how many objects[] has room for */
	bool	   *objects;		/* of the caller: which of them are objects */
	bool		in_object;		/* the innermost one is an object */
	const char *string;			/* where the string that is scanned begins */
	const char *plain;			/* where its last escape ends, or it begins */
	uint64		hash;			/* of it up to next */
} LbdJsonScanner;

extern void lbd_json_scanner_init(LbdJsonScanner *scanner, const char *text,
								  int len, bool *objects, int max_depth);
extern int	lbd_json_scan(LbdJsonScanner *scanner, LbdJsonToken *tokens,
						  int max);
extern const char *lbd_json_status_text(LbdJsonStatus status);

#endif							/* LBD_JSON_SCANNER_H */
