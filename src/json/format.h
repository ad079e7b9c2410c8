/*-------------------------------------------------------------------------
 *
 * format.h
 *	  How text and separators are written.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_FORMAT_H
#define LBD_FORMAT_H

/* The longest text of one byte of a string: \u0000, and \" in a string. */
#define LBD_ESCAPE_MAX_JSON			6
#define LBD_ESCAPE_MAX_JS_STRING	12

/* The longest text of a quotation mark or a minus sign. */
#define LBD_ESCAPED_BYTE	6

/*
 * How a page carries a document: as it is, or in a JavaScript string, where
 * each byte of the text is escaped once more.  The quotation marks of that
 * string are the page's.
 */
typedef enum LbdEmbedding
{
	LBD_EMBED_JSON,				/* as it is */
	LBD_EMBED_JS_STRING			/* escaped once more */
} LbdEmbedding;

/* The same for a whole payload. */
typedef struct LbdFormat
{
	bool		ascii;			/* escape all from U+007F on */
	bool		html_safe;		/* escape < > & */
	bool		convert;		/* the server's encoding is not UTF-8 */
	LbdEmbedding embedding;		/* how the page carries the text */
	int			escape_max;		/* bytes of text of a byte of a string */
	int			quote_len;		/* of a string's quotation mark */
	int			comma_len;		/* of the separator of members */
	int			colon_len;		/* of the separator after a key */
	char		comma[2];		/* "," or ", " */
	char		colon[2];		/* ":" or ": " */
	char		quote[LBD_ESCAPED_BYTE + 2];	/* padded for copies of 8
												 * bytes */
	bool		plain[256];		/* bytes that are written as they are */
} LbdFormat;

extern void lbd_format_init(LbdFormat *format, bool compact, bool ascii,
							bool html_safe, LbdEmbedding embedding);
extern char *lbd_format_escape(const LbdFormat *format, char *out,
							   const char *string, int len);
extern Size lbd_format_embed(const LbdFormat *format, char *text, Size len);

#endif							/* LBD_FORMAT_H */
