/*-------------------------------------------------------------------------
 *
 * encodings.c
 *	  What each encoding makes of a payload or of a query's result.
 *
 * The text is made once, and kept in a temporary file.  The encodings read it
 * from there one after the other: each has the processor's caches to itself,
 * and memory holds the state of one of them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/buffile.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

#include "api/arguments.h"
#include "api/context.h"
#include "api/definition.h"
#include "api/query.h"
#include "api/row_messages.h"
#include "compat.h"
#include "json/encoder_method.h"
#include "util/progress.h"
#include "util/row_receiver.h"

/* What is read from the file at once. */
#define LBD_TEXT_PIECE		(64 * 1024)

#define LBD_NS_PER_SECOND	1000000000.0
#define LBD_BYTES_PER_MB	(1024.0 * 1024.0)

/* Text in a temporary file. */
typedef struct LbdText
{
	BufFile    *file;			/* all of it */
	int64		bytes;			/* how much there is */
	int64		part;			/* bytes since the last flush */
	int64		parts[LBD_NCOMPONENTS]; /* bytes up to each flush */
	int			nparts;			/* how many flushes there are */
	char		piece[LBD_TEXT_PIECE];	/* what has been read of it */
} LbdText;

/* A query whose rows' messages are kept. */
typedef struct LbdQueryText
{
	LbdTextReceiver text;		/* first: its calls get a pointer to it */
	LbdRowMessages messages;	/* of the rows */
	LbdProgress progress;		/* rows so far */
} LbdQueryText;

/* What sends an encoding unless it is told otherwise. */
typedef struct LbdEncodingNote
{
	const char *encoding;		/* its name */
	const char *note;			/* who, where it says so, and when it did */
} LbdEncodingNote;

static int64 text_run(void *state, const char *data, Size len,
					  LbdEncoderStep step);
static void text_end(void *state);

/* Takes text as an encoder does, and keeps it. */
static const LbdEncoderMethod text_method = {
	.piece = 1024 * 1024,
	.run = text_run,
	.end = text_end
};

static const LbdEncodingNote notes[] = {
	{"gzip:1",
	"nginx, gzip_comp_level (nginx.org/r/gzip_comp_level, November 2026)"},
	{"gzip:5",
	"Caddy, encode gzip (caddyserver/caddy, encode/gzip/gzip.go, November 2026)"},
	{"gzip:6",
	"Django, GZipMiddleware (django/django, utils/text.py, November 2026); zlib"},
	{"gzip:9",
	"Starlette, GZipMiddleware (encode/starlette, middleware/gzip.py, November 2026)"},
	{"br:5",
	"Apache, BrotliCompressionQuality, with a window of 256 kB (mod_brotli.c, November 2026)"},
	{"br:6",
	"nginx, brotli_comp_level, with a window of 512 kB (google/ngx_brotli, November 2026)"},
	{"br:11",
	"brotli (BROTLI_DEFAULT_QUALITY in encode.h of 1.0.9)"},
	{"zstd:3",
	"zstd (ZSTD_CLEVEL_DEFAULT in zstd.h of 1.5.4)"},
};

static LbdText *text_create(void);
static LbdEncoding *encodings_argument(FunctionCallInfo fcinfo, int number,
									   int *count);
static void measure_all(FunctionCallInfo fcinfo, const char *function,
						LbdText *text, const LbdEncoding *encodings,
						int count);
static int64 measure_encoding(LbdText *text, LbdEncoding encoding,
							  int64 *duration);
static void read_part(LbdText *text, int64 bytes, LbdEncoder *encoder,
					  int64 *duration);
static void encodings_row(ReturnSetInfo *rsinfo, LbdEncoding encoding,
						  int64 raw_bytes, int64 bytes, int64 duration);
static const char *encoding_note(const char *name);
static void query_begin_row(LbdTextReceiver *self);
static void query_value(LbdTextReceiver *self, int column, const char *text);
static void query_end_row(LbdTextReceiver *self);

/* Columns of lbdiag_encodings and lbdiag_encodings_query. */
#define LBD_ENCODINGS_COLS 6

PG_FUNCTION_INFO_V1(lbdiag_encodings_1_0);
/*
 * lbdiag_encodings(payload text, viewer text, layout text, encodings text[])
 *	 -> SETOF (encoding text, bytes bigint, ms float8, mb_per_second float8,
 *			   ratio float8, note text)
 *
 * A row for each of the encodings, or, where they are null, for each that
 * this build has and that is not very slow: the bytes of the payload, flushed
 * after each component as in an audit, and the time that the encoder took.
 */
Datum
lbdiag_encodings_1_0(PG_FUNCTION_ARGS)
{
	LbdRequest	request = lbd_request(fcinfo, "lbdiag_encodings", 4,
									  LBD_ENCODINGS_COLS);
	int			count;
	LbdEncoding *encodings = encodings_argument(fcinfo, 3, &count);
	LbdText    *text = text_create();
	LbdBuild   *build;

	InitMaterializedSRF(fcinfo, 0);
	request.only_sent = true;
	build = lbd_build_open(&request);
	lbd_build_writers(build, false);
	lbd_build_stream(build, lbd_encoder_open(&text_method, text,
											 build->context));
	lbd_build_run(build, true, NULL, NULL);
	lbd_build_close(build);
	measure_all(fcinfo, request.progress, text, encodings, count);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(lbdiag_encodings_query_1_0);
/*
 * lbdiag_encodings_query(query text, encodings text[])
 *	 -> SETOF (as lbdiag_encodings)
 *
 * The same of a query's result: the messages of its rows, as the server sends
 * them, which lbdiag_audit_query counts.
 */
Datum
lbdiag_encodings_query_1_0(PG_FUNCTION_ARGS)
{
	LbdQueryText *query = palloc0(sizeof(LbdQueryText));
	LbdText    *text;
	char	   *sql;
	LbdEncoding *encodings;
	int			count;

	lbd_check_definition(fcinfo, 2, LBD_ENCODINGS_COLS);
	sql = lbd_query_argument(fcinfo, 0);
	encodings = encodings_argument(fcinfo, 1, &count);
	InitMaterializedSRF(fcinfo, 0);
	text = text_create();
	lbd_messages_init(&query->messages,
					  lbd_encoder_open(&text_method, text,
									   CurrentMemoryContext));
	lbd_text_receiver_init(&query->text, CurrentMemoryContext);
	query->text.begin_row = query_begin_row;
	query->text.value = query_value;
	query->text.end_row = query_end_row;
	lbd_progress_start(&query->progress, "lbdiag_encodings_query", "row",
					   "rows", 0);
	lbd_query_run(sql, &query->text.receiver);
	MemoryContextDelete(query->text.row);
	(void) lbd_messages_finish(&query->messages);
	measure_all(fcinfo, "lbdiag_encodings_query", text, encodings, count);
	return (Datum) 0;
}

static LbdText *
text_create(void)
{
	LbdText    *text = palloc0(sizeof(LbdText));

	text->file = BufFileCreateTemp(false);
	return text;
}

/*
 * Adds to a text, and remembers where it is flushed.
 */
static int64
text_run(void *state, const char *data, Size len, LbdEncoderStep step)
{
	LbdText    *text = state;

	if (len > 0)
		BufFileWrite(text->file, unconstify(char *, data), len);
	text->bytes += len;
	text->part += len;
	if (step != LBD_ENCODER_ADD)
	{
		text->parts[text->nparts++] = text->part;
		text->part = 0;
	}
	return len;
}

static void
text_end(void *state)
{
}

/*
 * Reads an argument that is an array of encodings; null means those that are
 * not very slow.
 */
static LbdEncoding *
encodings_argument(FunctionCallInfo fcinfo, int number, int *count)
{
	LbdEncoding *encodings;
	Datum	   *names;
	bool	   *nulls;

	if (PG_ARGISNULL(number))
		return lbd_encoding_list(count);
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(number), TEXTOID, -1, false,
					  TYPALIGN_INT, &names, &nulls, count);
	encodings = palloc(*count * sizeof(LbdEncoding));
	for (int i = 0; i < *count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("encodings must not contain null"),
					 errhint("Name encodings, as in ARRAY['gzip:6', 'none'].")));
		encodings[i] = lbd_encoding_read(TextDatumGetCString(names[i]));
	}
	return encodings;
}

/*
 * Returns the rows of encodings, and closes the text.  function reports how
 * far it is.
 */
static void
measure_all(FunctionCallInfo fcinfo, const char *function, LbdText *text,
			const LbdEncoding *encodings, int count)
{
	LbdProgress progress;

	lbd_progress_start(&progress, function, "encoding", "encodings", count);
	for (int i = 0; i < count; i++)
	{
		int64		duration = 0;
		int64		bytes = measure_encoding(text, encodings[i], &duration);

		encodings_row((ReturnSetInfo *) fcinfo->resultinfo, encodings[i],
					  text->bytes, bytes, duration);
		lbd_progress_add(&progress);
	}
	BufFileClose(text->file);
}

/*
 * Returns what a text takes in an encoding, and the ns that this took.
 */
static int64
measure_encoding(LbdText *text, LbdEncoding encoding, int64 *duration)
{
	MemoryContext context;
	LbdEncoder *encoder;
	int64		started;
	int64		bytes = 0;

	if (encoding.method == NULL)
		return text->bytes;
	context = AllocSetContextCreate(CurrentMemoryContext, "lbdiag encoding",
									ALLOCSET_DEFAULT_SIZES);
	if (BufFileSeek(text->file, 0, 0, SEEK_SET) != 0)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not rewind temporary file")));
	started = lbd_clock();
	encoder = lbd_encoder_create(encoding, context, NULL);
	*duration = lbd_clock() - started;
	for (int i = 0; i < text->nparts; i++)
	{
		read_part(text, text->parts[i], encoder, duration);
		started = lbd_clock();
		bytes += lbd_encoder_flush(encoder, i == text->nparts - 1);
		*duration += lbd_clock() - started;
	}
	MemoryContextDelete(context);
	return bytes;
}

/*
 * Reads so many bytes of a text and has them compressed, and adds the ns that
 * the latter took.
 */
static void
read_part(LbdText *text, int64 bytes, LbdEncoder *encoder, int64 *duration)
{
	while (bytes > 0)
	{
		size_t		len = Min(bytes, LBD_TEXT_PIECE);
		int64		started;

		if (BufFileRead(text->file, text->piece, len) != len)
			ereport(ERROR,
					(errcode_for_file_access(),
					 errmsg("could not read from temporary file")));
		started = lbd_clock();
		lbd_encoder_add(encoder, text->piece, len);
		*duration += lbd_clock() - started;
		bytes -= len;
	}
}

static void
encodings_row(ReturnSetInfo *rsinfo, LbdEncoding encoding, int64 raw_bytes,
			  int64 bytes, int64 duration)
{
	Datum		values[LBD_ENCODINGS_COLS];
	bool		nulls[LBD_ENCODINGS_COLS] = {0};
	char	   *name = lbd_encoding_name(encoding);
	const char *note = encoding_note(name);

	values[0] = CStringGetTextDatum(name);
	values[1] = Int64GetDatum(bytes);
	values[2] = Float8GetDatum(duration / LBD_NS_PER_MS);
	nulls[3] = duration == 0;
	values[3] = Float8GetDatum(nulls[3] ? 0 : raw_bytes / LBD_BYTES_PER_MB /
							   (duration / LBD_NS_PER_SECOND));
	nulls[4] = bytes == 0;
	values[4] = Float8GetDatum(nulls[4] ? 0 : (double) raw_bytes / bytes);
	nulls[5] = note == NULL;
	values[5] = nulls[5] ? (Datum) 0 : CStringGetTextDatum(note);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * Returns who sends an encoding by default, NULL where that is not known.
 */
static const char *
encoding_note(const char *name)
{
	for (size_t i = 0; i < lengthof(notes); i++)
	{
		if (strcmp(notes[i].encoding, name) == 0)
			return notes[i].note;
	}
	return NULL;
}

/*
 * Adds a row's message.
 */
static void
query_begin_row(LbdTextReceiver *self)
{
	lbd_messages_begin(&((LbdQueryText *) self)->messages, self->ncolumns);
}

static void
query_value(LbdTextReceiver *self, int column, const char *text)
{
	lbd_messages_value(&((LbdQueryText *) self)->messages, text);
}

static void
query_end_row(LbdTextReceiver *self)
{
	LbdQueryText *query = (LbdQueryText *) self;

	lbd_messages_end(&query->messages);
	lbd_messages_send(&query->messages);
	lbd_progress_add(&query->progress);
}
