/*-------------------------------------------------------------------------
 *
 * encoding.h
 *	  Content encodings by name: none, gzip:6, br:4, zstd:3.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_ENCODING_H
#define LBD_ENCODING_H

/* A content encoding of a response. */
typedef struct LbdEncoding
{
	const struct LbdEncoderMethod *method;	/* how, NULL for none */
	int			level;			/* of compression, 0 for none */
} LbdEncoding;

/* Why a name is no encoding; the strings are palloc'ed. */
typedef struct LbdEncodingError
{
	int			sqlstate;		/* error code */
	char	   *message;		/* primary message */
	char	   *hint;			/* which encodings there are */
} LbdEncodingError;

extern bool lbd_encoding_parse(const char *name, LbdEncoding *encoding,
							   LbdEncodingError *error);
extern LbdEncoding lbd_encoding_read(const char *name);
extern char *lbd_encoding_name(LbdEncoding encoding);
extern LbdEncoding *lbd_encoding_list(int *count);

#endif							/* LBD_ENCODING_H */
