/*-------------------------------------------------------------------------
 *
 * text.c
 *	  Reports as text: lines, tables, and figures in words.
 *
 * A report is a list of lines.  Names of other people's data get into it, so
 * control characters are replaced wherever a line is added: a name can
 * neither begin a line nor move the cursor of who reads it.  Widths are
 * counted in characters.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"

#include "report/text.h"

/* A line that is wrapped has at most so many characters. */
#define LBD_LINE_WIDTH	98

/* What is left over of it is indented by so many more than it is. */
#define LBD_CONTINUATION	4

#define LBD_KB			INT64CONST(1024)
#define LBD_MB			(1024 * LBD_KB)

/* From so many bytes on, sizes are in kB, and in MB: from 0.1 MB on. */
#define LBD_KB_FROM		(10 * LBD_KB)
#define LBD_MB_FROM		INT64CONST(104858)

static char *format_text(const char *format, va_list args)
			pg_attribute_printf(1, 0);
static void add_line(LbdReport *report, const char *line);
static void add_wrapped(LbdReport *report, char *line);
static int	piece_length(const char *text, int width);
static void clean(char *text);
static void table_row(LbdTable *table, const int *widths, int first);
static void append_rounded(StringInfo text, uint64 amount, uint64 unit,
						   int places);

/*
 * An empty report.  Its lines are copied to the current context.
 */
LbdReport *
lbd_report_create(void)
{
	LbdReport  *report = palloc(sizeof(LbdReport));

	report->lines = NIL;
	report->whole = false;
	report->context = CurrentMemoryContext;
	return report;
}

/*
 * Adds a line, however long it is.
 */
void
lbd_report_line(LbdReport *report, const char *format,...)
{
	va_list		args;

	va_start(args, format);
	add_line(report, format_text(format, args));
	va_end(args);
}

/*
 * Adds a line that goes on in further lines, indented, where it is too long.
 * It is broken at blanks only, so that a word can be copied: one that is
 * longer than a line stays whole.
 */
void
lbd_report_wrapped(LbdReport *report, const char *format,...)
{
	va_list		args;

	va_start(args, format);
	add_wrapped(report, format_text(format, args));
	va_end(args);
}

/*
 * Begins a section: an empty line, but at the start of the report, and the
 * heading.
 */
void
lbd_report_heading(LbdReport *report, const char *format,...)
{
	va_list		args;
	char	   *heading;

	va_start(args, format);
	heading = format_text(format, args);
	va_end(args);
	if (report->lines != NIL)
		add_line(report, "");
	lbd_report_wrapped(report, "=== %s ===", heading);
	pfree(heading);
}

static char *
format_text(const char *format, va_list args)
{
	StringInfoData text;

	initStringInfo(&text);
	for (;;)
	{
		va_list		copy;
		int			needed;

		va_copy(copy, args);
		needed = appendStringInfoVA(&text, format, copy);
		va_end(copy);
		if (needed == 0)
			return text.data;
		enlargeStringInfo(&text, needed);
	}
}

static void
add_line(LbdReport *report, const char *line)
{
	MemoryContext old = MemoryContextSwitchTo(report->context);
	char	   *copy = pstrdup(line);

	clean(copy);
	report->lines = lappend(report->lines, copy);
	MemoryContextSwitchTo(old);
}

static void
add_wrapped(LbdReport *report, char *line)
{
	int			blanks = strspn(line, " ");
	char	   *next = line + blanks;
	int			indent = blanks;

	clean(line);
	if (report->whole || pg_mbstrlen(line) <= LBD_LINE_WIDTH)
	{
		add_line(report, line);
		return;
	}
	while (*next != '\0')
	{
		int			length = piece_length(next,
										  Max(LBD_LINE_WIDTH - LBD_CONTINUATION - blanks, 1));
		char	   *piece;

		CHECK_FOR_INTERRUPTS();
		piece = psprintf("%*s%.*s", indent, "", length, next);
		add_line(report, piece);
		pfree(piece);
		next += length;
		if (*next == ' ')
			next++;
		indent = blanks + LBD_CONTINUATION;
	}
}

/*
 * The length in bytes of what of a text goes to a line of so many characters:
 * up to the last blank that leaves it short enough, or else to the first.
 */
static int
piece_length(const char *text, int width)
{
	const char *end = NULL;
	const char *at = text;

	for (int n = 0; n <= width || end == NULL; n++)
	{
		if (*at == '\0')
			return at - text;
		if (*at == ' ' && n > 0)
			end = at;
		at += pg_mblen(at);
	}
	return end - text;
}

/*
 * Replaces control characters: those of ASCII, and in UTF-8 those from U+0080
 * to U+009F, which some terminals obey too.
 */
static void
clean(char *text)
{
	bool		utf8 = GetDatabaseEncoding() == PG_UTF8;
	char	   *to = text;

	for (const char *from = text; *from != '\0'; from++)
	{
		unsigned char c = *from;

		if (utf8 && c == 0xC2 && ((unsigned char) from[1] & 0xE0) == 0x80)
		{
			*to++ = '?';
			from++;
		}
		else
			*to++ = c < ' ' || c == 0x7F ? '?' : c;
	}
	*to = '\0';
}

/*
 * Begins a table, whose cells are then added row by row.
 */
void
lbd_table_begin(LbdTable *table, LbdReport *report,
				const LbdTableColumn *columns, int ncolumns)
{
	table->report = report;
	table->columns = columns;
	table->ncolumns = ncolumns;
	table->cells = NIL;
}

/*
 * Fills the next cell.
 */
void
lbd_table_cell(LbdTable *table, const char *format,...)
{
	va_list		args;
	char	   *cell;

	va_start(args, format);
	cell = format_text(format, args);
	va_end(args);
	clean(cell);
	table->cells = lappend(table->cells, cell);
}

/*
 * Adds the table to its report: the titles and the rows.
 */
void
lbd_table_end(LbdTable *table)
{
	int		   *widths = palloc(table->ncolumns * sizeof(int));
	List	   *titles = NIL;
	ListCell   *cell;

	Assert(list_length(table->cells) % table->ncolumns == 0);
	for (int i = 0; i < table->ncolumns; i++)
	{
		titles = lappend(titles, unconstify(char *, table->columns[i].title));
		widths[i] = table->columns[i].width;
	}
	table->cells = list_concat(titles, table->cells);
	foreach(cell, table->cells)
	{
		int		   *width = &widths[foreach_current_index(cell) % table->ncolumns];

		*width = Max(*width, pg_mbstrlen(lfirst(cell)));
	}
	for (int i = 0; i < list_length(table->cells); i += table->ncolumns)
	{
		CHECK_FOR_INTERRUPTS();
		table_row(table, widths, i);
	}
	list_free(table->cells);
	pfree(widths);
}

/*
 * Adds the row whose first cell has this index.
 */
static void
table_row(LbdTable *table, const int *widths, int first)
{
	StringInfoData line;

	initStringInfo(&line);
	for (int i = 0; i < table->ncolumns; i++)
	{
		const LbdTableColumn *column = &table->columns[i];
		const char *text = list_nth(table->cells, first + i);
		int			padding = widths[i] - pg_mbstrlen(text);

		appendStringInfoSpaces(&line, column->gap);
		if (column->right)
			appendStringInfoSpaces(&line, padding);
		appendStringInfoString(&line, text);
		if (!column->right && i < table->ncolumns - 1)
			appendStringInfoSpaces(&line, padding);
	}
	add_line(table->report, line.data);
	pfree(line.data);
}

/*
 * A size in words: in MB of 1024 x 1024 bytes from 0.1 MB on, below that in
 * kB, or in bytes.
 */
char *
lbd_text_size(int64 bytes)
{
	uint64		amount = bytes < 0 ? -(uint64) bytes : (uint64) bytes;
	StringInfoData text;

	initStringInfo(&text);
	if (bytes < 0)
		appendStringInfoChar(&text, '-');
	if (amount >= LBD_MB_FROM)
	{
		append_rounded(&text, amount, LBD_MB, 2);
		appendStringInfoString(&text, " MB");
	}
	else if (amount >= LBD_KB_FROM)
	{
		append_rounded(&text, amount, LBD_KB, 1);
		appendStringInfoString(&text, " kB");
	}
	else
		appendStringInfo(&text, "%d bytes", (int) amount);
	return text.data;
}

/*
 * Appends an amount in a unit, rounded to some decimal places.
 */
static void
append_rounded(StringInfo text, uint64 amount, uint64 unit, int places)
{
	uint64		parts = places == 1 ? 10 : 100;
	uint64		whole = amount / unit;
	uint64		part = (amount % unit * parts + unit / 2) / unit;

	appendStringInfo(text, UINT64_FORMAT ".%0*d", whole + part / parts, places,
					 (int) (part % parts));
}

/*
 * A size in words, and its bytes where these are not it.
 */
char *
lbd_text_exact_size(int64 bytes)
{
	char	   *size = lbd_text_size(bytes);

	if (bytes < LBD_KB_FROM && bytes > -LBD_KB_FROM)
		return size;
	return psprintf("%s (" INT64_FORMAT " bytes)", size, bytes);
}

/*
 * A part by a whole, with some decimal places; by nothing, 0.
 */
char *
lbd_text_ratio(double part, double whole, int places)
{
	double		unit = pow(10, places);
	double		ratio = whole != 0 ? part / whole : 0;

	/* printf would round what lies between two to the even one. */
	return psprintf("%.*f", places, round(unit * ratio) / unit);
}

/*
 * A part of a whole in per cent.
 */
char *
lbd_text_percent(double part, double whole, int places)
{
	return psprintf("%s %%", lbd_text_ratio(100 * part, whole, places));
}

/*
 * A number of things: "1 row", "2 rows".
 */
char *
lbd_text_count(int64 count, const char *one, const char *many)
{
	return psprintf(INT64_FORMAT " %s", count, count == 1 ? one : many);
}

/*
 * A text in at most so many characters, without control characters: one that
 * is too long loses its middle, where it gets "...".
 */
char *
lbd_text_short(const char *text, int width)
{
	int			excess = pg_mbstrlen(text) - width;
	char	   *result = pstrdup(text);
	int			begin = width - width / 2 - 3;
	const char *end = text;

	Assert(begin >= 0);
	if (excess > 0)
	{
		for (int i = 0; i < begin + 3 + excess; i++)
			end += pg_mblen(end);
		result = psprintf("%.*s...%s",
						  pg_mbcharcliplen(text, strlen(text), begin), text,
						  end);
	}
	clean(result);
	return result;
}
