/*-------------------------------------------------------------------------
 *
 * row_messages.h
 *	  The messages that a query's rows are sent in, and their compression.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_ROW_MESSAGES_H
#define LBD_ROW_MESSAGES_H

#include "lib/stringinfo.h"

#include "json/encoder.h"

/* What a message has in front of its values: its type, its length and the
 * number of columns. */
#define LBD_ROW_BYTES		(1 + sizeof(int32) + sizeof(int16))

/* The length of a value, in front of its text; -1 for null. */
#define LBD_LENGTH_BYTES	sizeof(int32)

/*
 * The messages DataRow of a result in the text protocol, as one stream.  They
 * gather, and go to the encoder when there is enough of them: memory holds
 * one row.
 */
typedef struct LbdRowMessages
{
	LbdEncoder *encoder;		/* gets them */
	LbdAttribution *attribution;	/* of the text to paths, or NULL */
	StringInfoData text;		/* whole messages */
	int			row;			/* where the last one starts in it */
	int			compressed;		/* how much of it the encoder has */
	int64		position;		/* of the start of text in the stream */
} LbdRowMessages;

extern void lbd_messages_init(LbdRowMessages *messages, LbdEncoder *encoder);
extern void lbd_messages_attribute(LbdRowMessages *messages);
extern void lbd_messages_begin(LbdRowMessages *messages, int ncolumns);
extern void lbd_messages_value(LbdRowMessages *messages, const char *value);
extern void lbd_messages_end(LbdRowMessages *messages);
extern const char *lbd_messages_first(const LbdRowMessages *messages);
extern const char *lbd_messages_next(const char **next, int *len);
extern void lbd_messages_send(LbdRowMessages *messages);
extern int64 lbd_messages_finish(LbdRowMessages *messages);

#endif							/* LBD_ROW_MESSAGES_H */
