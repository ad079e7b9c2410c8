/*-------------------------------------------------------------------------
 *
 * encoding.h
 *	  Content encodings by name: none, gzip:6, br:4, zstd:3.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_ENCODING_H
#define LBD_ENCODING_H

/* The ways of compressing that are known, whether this build has them or not. */
typedef enum LbdCompression
{
	LBD_COMPRESSION_NONE,
	LBD_COMPRESSION_GZIP,
	LBD_COMPRESSION_BROTLI,
	LBD_COMPRESSION_ZSTD
} LbdCompression;

#define LBD_COMPRESSIONS	(LBD_COMPRESSION_ZSTD + 1)

/* A content encoding of a response. */
typedef struct LbdEncoding
{
	LbdCompression compression; /* how */
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
