/*-------------------------------------------------------------------------
 *
 * filter_options.c
 *	  filter_options: what the page's filters offer.
 *
 * The options come from the metadata of the models, which pass by one at a
 * time, and of the benchmarks.  Text is kept in UTF-8, whose bytes sort by
 * code point.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/xact.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "leaderboard/benchmarks.h"
#include "leaderboard/filter_options.h"
#include "leaderboard/row_data.h"
#include "util/decimal.h"
#include "util/string_map.h"
#include "util/utf8.h"

/* The first time that the page offers: 2020-08-27, in Unix seconds. */
#define LBD_FIRST_MOMENT		"2020-08-27T00:00:00+00:00"
#define LBD_FIRST_MOMENT_UNIX	1598486400

/* Characters between two looks at whether the query has been cancelled. */
#define LBD_BYTES_BATCH			(1024 * 1024)

#define LBD_CEILING_MARGIN		0.05
#define LBD_CEILING_PLACES		2

/* Lists of comma-separated texts in a model's metadata. */
static const struct
{
	const char *key;			/* in model_meta */
	const char *option;			/* in filter_options */
}			text_lists[] = {
	{"architecture", "architectures"},
	{"model_family", "model_families"},
	{"training_dataset", "training_datasets"},
	{"task_specialization", "task_specializations"},
};

/* Ranges of numbers in a model's metadata. */
static const struct
{
	const char *key;			/* in model_meta */
	const char *option;			/* in filter_options */
	int			shift;			/* power of ten that the number is taken by */
	int			fallback;		/* maximum where there is no number */
}			ranges[] = {
	{"total_parameter_count", "parameter_ranges", -6, 100},
	{"total_layers", "layer_ranges", 0, 500},
	{"model_size_mb", "size_ranges", 0, 1000},
};

#define LBD_STIMULI_FALLBACK	1000

/* Lists of texts in a benchmark's data_meta. */
static const struct
{
	const char *key;			/* in data_meta */
	const char *option;			/* in filter_options */
}			benchmark_lists[] = {
	{"region", "benchmark_regions"},
	{"species", "benchmark_species"},
	{"task", "benchmark_tasks"},
};

struct LbdFilters
{
	LbdStringMap *texts[lengthof(text_lists)];	/* in UTF-8 */
	char	   *largest[lengthof(ranges)];	/* integer parts, or NULL */
	bool		runnable[2];	/* false, true occur */
	MemoryContext context;		/* owner of all of it */
};

static void add_parts(LbdStringMap *names, const char *text, int len);
static int	blank_len(const char *text, const char *end);
static void add_largest(char **largest, const LbdItem *item, int shift,
						MemoryContext context);
static void write_names(LbdWriter *writer, const char *option,
						LbdStringMap *names);
static void write_range(LbdWriter *writer, const char *option,
						const char *largest, int fallback);
static void write_benchmark_options(const LbdBenchmarks *benchmarks,
									LbdWriter *writer);
static void write_ceiling_range(const LbdBenchmarks *benchmarks,
								LbdWriter *writer);
static void write_moments(LbdWriter *writer);

/*
 * No options yet; what is added lives in context.
 */
LbdFilters *
lbd_filters_create(MemoryContext context)
{
	MemoryContext old = MemoryContextSwitchTo(context);
	LbdFilters *filters = palloc0(sizeof(LbdFilters));

	filters->context = context;
	for (size_t i = 0; i < lengthof(text_lists); i++)
		filters->texts[i] = lbd_string_map_create(0);
	MemoryContextSwitchTo(old);
	return filters;
}

/*
 * Adds what a model's metadata offers.
 */
void
lbd_filters_add(LbdFilters *filters, const LbdModel *model,
				LbdCallTree *profile)
{
	LbdItem		item;

	LBD_ENTER(profile, "collect_filters");
	for (size_t i = 0; i < lengthof(text_lists); i++)
	{
		if (lbd_item_member(&model->meta, text_lists[i].key, &item) &&
			JBE_ISSTRING(item.entry))
		{
			int			len;
			char	   *text = lbd_to_utf8(item.data, item.len, &len);

			add_parts(filters->texts[i], text, len);
		}
	}
	for (size_t i = 0; i < lengthof(ranges); i++)
	{
		if (lbd_item_member(&model->meta, ranges[i].key, &item))
			add_largest(&filters->largest[i], &item, ranges[i].shift,
						filters->context);
	}
	if (lbd_item_member(&model->meta, "runnable", &item) &&
		JBE_ISBOOL(item.entry))
		filters->runnable[JBE_ISBOOL_TRUE(item.entry) ? 1 : 0] = true;
	LBD_LEAVE(profile);
}

/*
 * Adds the comma-separated parts of a text, trimmed, but for empty ones.
 */
static void
add_parts(LbdStringMap *names, const char *text, int len)
{
	const char *end = text + len;
	int			steps = 0;

	while (text <= end)
	{
		const char *comma = memchr(text, ',', end - text);
		const char *stop = comma ? comma : end;
		const char *last;
		const char *c;
		int			blank;

		CHECK_FOR_INTERRUPTS();
		while (text < stop && (blank = blank_len(text, stop)) > 0)
			text += blank;
		for (c = last = text; c < stop;)
		{
			if (++steps % LBD_BYTES_BATCH == 0)
				CHECK_FOR_INTERRUPTS();
			blank = blank_len(c, stop);
			c += blank > 0 ? blank : pg_utf_mblen((const unsigned char *) c);
			if (blank == 0)
				last = c;
		}
		if (last > text)
		{
			char	   *part = pnstrdup(text, last - text);

			*lbd_string_map_enter(names, part) = 0;
			pfree(part);
		}
		text = stop + 1;
	}
}

/*
 * The length of the white space character of Unicode that text starts with,
 * or 0.
 */
static int
blank_len(const char *text, const char *end)
{
	int			len = pg_utf_mblen((const unsigned char *) text);
	pg_wchar	c;

	if (len > end - text)
		return 0;
	c = utf8_to_unicode((const unsigned char *) text);
	if ((c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20) || c == 0x85 ||
		c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
		c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
		c == 0x3000)
		return len;
	return 0;
}

/*
 * Keeps the integer part of a number, as digits, where it is the largest so
 * far.  What is no number, or not above 0, does not count.
 */
static void
add_largest(char **largest, const LbdItem *item, int shift,
			MemoryContext context)
{
	LbdDecimal	decimal;
	char		buffer[LBD_NUMBER_TEXT];
	char	   *text;
	int			len;

	if (LBD_ITEM_ABSENT(item) || !JBE_ISNUMERIC(item->entry))
		return;
	text = lbd_number_text(LBD_ITEM_NUMERIC(item), buffer, &len);
	if (!lbd_decimal_parse(&decimal, text, len))
		elog(ERROR, "not a decimal number");
	if (text != buffer)
		pfree(text);
	if (!decimal.negative && decimal.ndigits > 0)
	{
		text = lbd_decimal_integer(&decimal, shift, &len);
		if (*largest == NULL || (int) strlen(*largest) < len ||
			((int) strlen(*largest) == len && strcmp(*largest, text) < 0))
		{
			if (*largest)
				pfree(*largest);
			*largest = MemoryContextStrdup(context, text);
		}
		pfree(text);
	}
	lbd_decimal_free(&decimal);
}

/*
 * Writes the component.
 */
void
lbd_write_filters(const LbdFilters *filters, const LbdBenchmarks *benchmarks,
				  const LbdLayout *layout, LbdWriter *writer)
{
	LBD_ENTER(writer->profile, "build_filter_options");
	lbd_write_object(writer);
	for (size_t i = 0; i < lengthof(text_lists); i++)
		write_names(writer, text_lists[i].option, filters->texts[i]);
	for (size_t i = 0; i < lengthof(ranges); i++)
		write_range(writer, ranges[i].option, filters->largest[i],
					ranges[i].fallback);
	lbd_write_name(writer, "runnable_options");
	lbd_write_array(writer);
	for (size_t i = 0; i < lengthof(filters->runnable); i++)
	{
		if (filters->runnable[i])
			lbd_write_boolean(writer, i == 1);
	}
	lbd_write_array_end(writer);
	write_benchmark_options(benchmarks, writer);
	if (lbd_layout_has(layout, LBD_MEMBER_CEILING_RANGES))
		write_ceiling_range(benchmarks, writer);
	write_moments(writer);
	lbd_write_object_end(writer);
	LBD_LEAVE(writer->profile);
}

/*
 * Writes names in UTF-8 as a sorted array.
 */
static void
write_names(LbdWriter *writer, const char *option, LbdStringMap *names)
{
	int			count;
	const char **sorted = lbd_string_map_sorted(names, &count);

	lbd_write_key(writer, option, strlen(option));
	lbd_write_array(writer);
	for (int i = 0; i < count; i++)
	{
		char	   *text = pg_any_to_server(sorted[i], strlen(sorted[i]),
											PG_UTF8);

		lbd_write_cstring(writer, text);
	}
	lbd_write_array_end(writer);
}

/*
 * Writes a range from 0 to the largest number rounded up: for m digits, to
 * the next multiple above it of 10^(m-1) up to four digits (at least 10), and
 * of 10^(m-2) from five on.
 */
static void
write_range(LbdWriter *writer, const char *option, const char *largest,
			int fallback)
{
	lbd_write_key(writer, option, strlen(option));
	lbd_write_object(writer);
	lbd_write_name(writer, "min");
	lbd_write_integer(writer, 0);
	lbd_write_name(writer, "max");
	if (largest == NULL)
		lbd_write_integer(writer, fallback);
	else
	{
		int			len = strlen(largest);
		int			lead = len >= 5 ? 2 : len > 1 ? 1 : 0;
		int64		above = lead > 0 ? strtol(pnstrdup(largest, lead), NULL, 10) + 1 : 1;
		char	   *zeros = palloc0(len + 1);
		char	   *text;

		memset(zeros, '0', lead > 0 ? len - lead : 1);
		text = psprintf(INT64_FORMAT "%s", above, zeros);
		lbd_write_number(writer, text, strlen(text));
	}
	lbd_write_object_end(writer);
}

/*
 * Writes what the benchmarks offer.
 */
static void
write_benchmark_options(const LbdBenchmarks *benchmarks, LbdWriter *writer)
{
	char	   *largest = NULL;

	for (size_t i = 0; i < lengthof(benchmark_lists); i++)
	{
		LbdStringMap *names = lbd_string_map_create(0);

		for (int j = 0; j < benchmarks->count; j++)
		{
			LbdItem		item;
			int			len;

			if (lbd_item_member(&benchmarks->nodes[j].data_meta,
								benchmark_lists[i].key, &item) &&
				JBE_ISSTRING(item.entry) && item.len > 0)
			{
				char	   *text = lbd_to_utf8(item.data, item.len, &len);

				*lbd_string_map_enter(names, pnstrdup(text, len)) = 0;
			}
		}
		write_names(writer, benchmark_lists[i].option, names);
	}
	for (int j = 0; j < benchmarks->count; j++)
	{
		LbdItem		item;

		if (lbd_item_member(&benchmarks->nodes[j].stimuli_meta, "num_stimuli",
							&item))
			add_largest(&largest, &item, 0, CurrentMemoryContext);
	}
	write_range(writer, "stimuli_ranges", largest, LBD_STIMULI_FALLBACK);
}

/*
 * Writes the range of ceilings: up to the greatest of a leaf and a margin,
 * but not above 1.
 */
static void
write_ceiling_range(const LbdBenchmarks *benchmarks, LbdWriter *writer)
{
	double		greatest = 0;
	bool		any = false;
	double		maximum = 1.0;
	char		buffer[LBD_NUMBER_TEXT];

	for (int i = 0; i < benchmarks->count; i++)
	{
		double		ceiling;

		if (benchmarks->nodes[i].is_leaf &&
			lbd_benchmark_ceiling(&benchmarks->nodes[i], &ceiling))
		{
			greatest = any ? Max(greatest, ceiling) : ceiling;
			any = true;
		}
	}
	if (any && greatest != 0)
		maximum = Min(1.0, lbd_double_round(greatest + LBD_CEILING_MARGIN,
											LBD_CEILING_PLACES));
	lbd_write_name(writer, "ceiling_ranges");
	lbd_write_object(writer);
	lbd_write_name(writer, "min");
	lbd_write_integer(writer, 0);
	lbd_write_name(writer, "max");
	lbd_write_number(writer, buffer, lbd_double_text(maximum, buffer));
	lbd_write_object_end(writer);
}

/*
 * Writes the range of submission times, up to the start of the transaction:
 * all that is measured in it is measured of the same payload.
 */
static void
write_moments(LbdWriter *writer)
{
	TimestampTz now = GetCurrentTransactionStartTimestamp();
	char		buffer[LBD_TIMESTAMP_TEXT];
	int			len = lbd_timestamp_text(now, buffer);
	int64		seconds = now / USECS_PER_SEC +
		(int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY;

	lbd_write_name(writer, "datetime_range");
	lbd_write_object(writer);
	lbd_write_name(writer, "min");
	lbd_write_string(writer, LBD_FIRST_MOMENT, strlen(LBD_FIRST_MOMENT));
	lbd_write_name(writer, "max");
	lbd_write_string(writer, buffer, len);
	lbd_write_name(writer, "min_unix");
	lbd_write_integer(writer, LBD_FIRST_MOMENT_UNIX);
	lbd_write_name(writer, "max_unix");
	lbd_write_integer(writer, seconds);
	lbd_write_object_end(writer);
}
