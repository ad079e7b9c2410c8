/*-------------------------------------------------------------------------
 *
 * format.h
 *	  How text and separators are written.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_FORMAT_H
#define LBD_FORMAT_H

/* The longest text of one byte of a string: \u0000. */
#define LBD_ESCAPE_MAX		6

/* The same for a whole payload. */
typedef struct LbdFormat
{
	bool		ascii;			/* escape all from U+007F on */
	bool		html_safe;		/* escape < > & */
	bool		convert;		/* the server's encoding is not UTF-8 */
	int			comma_len;		/* of what stands between members */
	int			colon_len;		/* of what stands behind a key */
	char		comma[2];		/* "," or ", " */
	char		colon[2];		/* ":" or ": " */
	bool		plain[256];		/* bytes that are written as they are */
} LbdFormat;

extern void lbd_format_init(LbdFormat *format, bool compact, bool ascii,
							  bool html_safe);
extern char *lbd_format_escape(const LbdFormat *format, char *out,
								 const char *string, int len);

#endif							/* LBD_FORMAT_H */
