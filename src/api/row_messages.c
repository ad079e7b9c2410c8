/*-------------------------------------------------------------------------
 *
 * row_messages.c
 *	  The messages that a query's rows are sent in, and their compression.
 *
 * A row's message is written as a whole; then its text is attributed to paths,
 * and goes to the encoder.  Where a row is so large that the attribution's
 * queue is full, the text that has been attributed is compressed first.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "port/pg_bswap.h"
#include "utils/memutils.h"

#include "api/row_messages.h"

/* The encoder gets so much text at once, or more. */
#define LBD_MESSAGES_PIECE	(64 * 1024)

/* A null's length. */
#define LBD_LENGTH_NULL		(-1)

static void compress_attributed(void *arg);
static void compress_up_to(LbdRowMessages *messages, int end);

/*
 * Begins the stream; its text is in the current context.  encoder gets it.
 */
void
lbd_messages_init(LbdRowMessages *messages, LbdEncoder *encoder)
{
	memset(messages, 0, sizeof(*messages));
	messages->encoder = encoder;
	initStringInfo(&messages->text);
}

/*
 * Has the compressed bytes attributed, where the encoder can do that.  The
 * messages must stay where they are.
 */
void
lbd_messages_attribute(LbdRowMessages *messages)
{
	messages->attribution = lbd_encoder_attribute(messages->encoder);
	if (messages->attribution == NULL)
		return;
	messages->attribution->compress = compress_attributed;
	messages->attribution->arg = messages;
}

/*
 * Begins a row's message; so many values follow.
 */
void
lbd_messages_begin(LbdRowMessages *messages, int ncolumns)
{
	uint32		length = 0;
	uint16		number = pg_hton16((uint16) ncolumns);

	messages->row = messages->text.len;
	appendStringInfoChar(&messages->text, 'D');
	appendBinaryStringInfo(&messages->text, (char *) &length, sizeof(length));
	appendBinaryStringInfo(&messages->text, (char *) &number, sizeof(number));
}

/*
 * Writes a value, given its text, or NULL for null.  The server, too, has no
 * larger message.
 */
void
lbd_messages_value(LbdRowMessages *messages, const char *value)
{
	int			len = value ? (int) strlen(value) : LBD_LENGTH_NULL;
	uint32		length = pg_hton32((uint32) len);

	if ((Size) messages->text.len + LBD_LENGTH_BYTES + Max(len, 0) >= MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a row of the result is too large for one message"),
				 errdetail("A message has at most %zu bytes.", MaxAllocSize),
				 errhint("Leave columns out, or use the encoding none.")));
	appendBinaryStringInfo(&messages->text, (char *) &length, sizeof(length));
	if (value)
		appendBinaryStringInfo(&messages->text, value, len);
}

/*
 * Ends a row's message.  Its length does not count the type.
 */
void
lbd_messages_end(LbdRowMessages *messages)
{
	char	   *message = messages->text.data + messages->row;
	uint32		length = pg_hton32((uint32) (messages->text.len - messages->row - 1));

	memcpy(message + 1, &length, sizeof(length));
}

/*
 * Returns where the values of the last message start, for
 * lbd_messages_next().
 */
const char *
lbd_messages_first(const LbdRowMessages *messages)
{
	return messages->text.data + messages->row + LBD_ROW_BYTES;
}

/*
 * Reads the next value, which next points to: returns its text and the length
 * of it, or NULL.  The text does not end with a zero byte.
 */
const char *
lbd_messages_next(const char **next, int *len)
{
	const char *text = *next + LBD_LENGTH_BYTES;
	uint32		length;

	memcpy(&length, *next, sizeof(length));
	*len = (int32) pg_ntoh32(length);
	*next = text + Max(*len, 0);
	return *len < 0 ? NULL : text;
}

/*
 * Compresses the messages so far, when there are enough of them.  Where
 * compressed bytes are attributed, all of their text must have been.
 */
void
lbd_messages_send(LbdRowMessages *messages)
{
	if (messages->attribution &&
		messages->attribution->end != messages->position + messages->text.len)
		elog(ERROR, "text of a row is not what has been counted");
	if (messages->text.len < LBD_MESSAGES_PIECE)
		return;
	compress_up_to(messages, messages->text.len);
	messages->position += messages->text.len;
	messages->compressed = 0;
	resetStringInfo(&messages->text);
}

/*
 * Ends the stream, and returns its compressed bytes.
 */
int64
lbd_messages_finish(LbdRowMessages *messages)
{
	compress_up_to(messages, messages->text.len);
	return lbd_encoder_flush(messages->encoder, true);
}

/*
 * Compresses the text that has been attributed so far.
 */
static void
compress_attributed(void *arg)
{
	LbdRowMessages *messages = arg;

	compress_up_to(messages, (int) (messages->attribution->end -
									messages->position));
}

static void
compress_up_to(LbdRowMessages *messages, int end)
{
	lbd_encoder_add(messages->encoder,
					messages->text.data + messages->compressed,
					end - messages->compressed);
	messages->compressed = end;
}
