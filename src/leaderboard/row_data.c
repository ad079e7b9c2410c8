/*-------------------------------------------------------------------------
 *
 * row_data.c
 *	  The components that have a member for each model: row_data,
 *	  comparison_data and model_metadata_map.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/datetime.h"

#include "leaderboard/row_data.h"
#include "util/decimal.h"

/* A number to be rounded has at most so many digits before its point. */
#define LBD_ROUND_MAX_POINT	400

/* What comparison_data appends to identifiers. */
typedef struct LbdSuffix
{
	int			len;			/* of text */
	char		text[LBD_COPY_STEP * 2];	/* padded */
} LbdSuffix;

static const LbdSuffix score_suffix = {6, "-score"};
static const LbdSuffix error_suffix = {6, "-error"};
static const LbdSuffix complete_suffix = {12, "-is_complete"};

static bool is_layout_base(const LbdLayout *layout, const char *name);
static bool write_base_key(LbdScores *scores, LbdWriter *writer,
						   const char *name);
static void write_base(LbdScores *scores, LbdWriter *writer,
					   const LbdModel *model);
static void write_metadata(const LbdLayout *layout, LbdWriter *writer,
						   const LbdModel *model);
static void write_cell(const LbdScores *scores, LbdWriter *writer,
					   const LbdItem *items);
static void write_rounded(LbdWriter *writer, const LbdItem *item, int places);
static bool item_decimal(const LbdItem *item, LbdDecimal *decimal);

/*
 * Writes a model's object of row_data, after lbd_scores_read.
 */
void
lbd_write_row(LbdScores *scores, LbdWriter *writer, const LbdModel *model)
{
	int			nwanted = scores->shape.nwanted;
	int			ncells = 0;

	LBD_ENTER(writer->profile, "serialize_model");
	lbd_write_object(writer);
	write_base(scores, writer, model);
	LBD_ENTER(writer->profile, "write_cells");
	for (int i = 0; i < scores->ncells; i++)
	{
		LbdIdent   *ident = scores->cells[i];
		const LbdEscaped *key;
		LbdEscaped	passing;

		if (i % LBD_CELL_BATCH == 0)
			CHECK_FOR_INTERRUPTS();
		if (ident->key.raw_len == 0)
			continue;
		ncells++;
		/* In the place of a base member, it has been written. */
		if (ident->is_base && is_layout_base(scores->layout, ident->key.raw))
			continue;
		key = lbd_ident_escaped(scores, writer, ident, &ident->in_rows, &passing);
		lbd_write_escaped_key(writer, key->text, key->len, "", 0);
		lbd_ident_escaped_free(&passing);
		write_cell(scores, writer, &scores->items[(Size) i * nwanted]);
	}
	LBD_LEAVE_CALLS(writer->profile, ncells);
	lbd_write_object_end(writer);
	LBD_LEAVE(writer->profile);
}

/*
 * Whether a base member is one of this layout.
 */
static bool
is_layout_base(const LbdLayout *layout, const char *name)
{
	return strcmp(name, "submission_timestamp") != 0 ||
		lbd_layout_has(layout, LBD_MEMBER_SUBMISSION_TIMESTAMP);
}

/*
 * Writes the key of a base member.  Returns whether the value is still to be
 * written: a cell of the same name takes its place.
 */
static bool
write_base_key(LbdScores *scores, LbdWriter *writer, const char *name)
{
	const LbdIdent *ident = lbd_scores_cell(scores, name);

	if (ident == NULL)
	{
		lbd_write_key(writer, name, strlen(name));
		return true;
	}
	lbd_write_data_key(writer, name, strlen(name));
	write_cell(scores, writer,
			   &scores->items[(Size) ident->cell * scores->shape.nwanted]);
	return false;
}

/*
 * Writes the members that a row has besides its cells.
 */
static void
write_base(LbdScores *scores, LbdWriter *writer, const LbdModel *model)
{
	if (write_base_key(scores, writer, "id"))
		lbd_write_integer(writer, model->id);
	if (write_base_key(scores, writer, "rank"))
		lbd_write_integer(writer, model->rank);
	if (write_base_key(scores, writer, "model"))
	{
		lbd_write_object(writer);
		lbd_write_name(writer, "id");
		lbd_write_integer(writer, model->id);
		lbd_write_name(writer, "name");
		lbd_write_cstring(writer, model->name);
		lbd_write_name(writer, "submitter");
		lbd_write_item(writer, &model->submitter);
		lbd_write_object_end(writer);
	}
	if (write_base_key(scores, writer, "public"))
	{
		if (model->public_null)
			lbd_write_null(writer);
		else
			lbd_write_boolean(writer, model->public);
	}
	if (write_base_key(scores, writer, "is_owner"))
		lbd_write_boolean(writer, model->is_owner);
	if (lbd_layout_has(scores->layout, LBD_MEMBER_SUBMISSION_TIMESTAMP) &&
		write_base_key(scores, writer, "submission_timestamp"))
	{
		char		buffer[LBD_TIMESTAMP_TEXT];
		int			len = model->timestamp_null ? 0 :
			lbd_timestamp_text(model->timestamp, buffer);

		if (len > 0)
			lbd_write_string(writer, buffer, len);
		else
			lbd_write_null(writer);
	}
	if (write_base_key(scores, writer, "metadata"))
		write_metadata(scores->layout, writer, model);
}

/*
 * Writes the metadata of a row: fixed members from model_meta, with a
 * default where the key is missing there.
 */
static void
write_metadata(const LbdLayout *layout, LbdWriter *writer,
			   const LbdModel *model)
{
	static const struct
	{
		const char *key;		/* in model_meta and here */
		uint32		type;		/* of the default: "", 0 or false */
	}			members[] = {
		{"architecture", LBD_TYPE_STRING},
		{"model_family", LBD_TYPE_STRING},
		{"total_parameter_count", LBD_TYPE_NUMBER},
		{"total_layers", LBD_TYPE_NUMBER},
		{"model_size_mb", LBD_TYPE_NUMBER},
		{"runnable", LBD_TYPE_BOOLEAN},
		{"training_dataset", LBD_TYPE_STRING},
		{"task_specialization", LBD_TYPE_STRING},
	};

	lbd_write_object(writer);
	for (size_t i = 0; i < lengthof(members); i++)
	{
		LbdItem		item;

		lbd_write_key(writer, members[i].key, strlen(members[i].key));
		if (lbd_item_member(&model->meta, members[i].key, &item))
			lbd_write_item(writer, &item);
		else if (members[i].type == LBD_TYPE_STRING)
			lbd_write_string(writer, "", 0);
		else if (members[i].type == LBD_TYPE_NUMBER)
			lbd_write_integer(writer, 0);
		else
			lbd_write_boolean(writer, false);
	}
	if (lbd_layout_has(layout, LBD_MEMBER_GROUP))
	{
		lbd_write_name(writer, "group");
		lbd_write_cstring(writer, model->group);
	}
	lbd_write_object_end(writer);
}

/*
 * Writes a cell: the layout's fields of one score.
 */
static void
write_cell(const LbdScores *scores, LbdWriter *writer, const LbdItem *items)
{
	const LbdLayout *layout = scores->layout;

	lbd_write_object(writer);
	for (int i = 0; i < layout->ncell; i++)
	{
		const LbdCellField *field = &layout->cell[i];
		const LbdItem *item = &items[scores->field_item[i]];

		if (LBD_ITEM_ABSENT(item))
			item = &field->missing;
		if (field->omit_empty && !lbd_item_truthy(item))
			continue;
		lbd_write_key(writer, field->key, field->key_len);
		if (field->round >= 0)
			write_rounded(writer, item, field->round);
		else
			lbd_write_item(writer, item);
	}
	lbd_write_object_end(writer);
}

/*
 * Writes a number, or a string that is one, as a string with so many places.
 * All else, and 0 as a number, is copied.
 */
static void
write_rounded(LbdWriter *writer, const LbdItem *item, int places)
{
	LbdDecimal	decimal;
	char	   *rounded;
	int			len;
	int64		timed;

	if (!item_decimal(item, &decimal))
	{
		lbd_write_item(writer, item);
		return;
	}
	if ((JBE_ISNUMERIC(item->entry) && decimal.ndigits == 0) ||
		decimal.point > LBD_ROUND_MAX_POINT)
	{
		lbd_decimal_free(&decimal);
		lbd_write_item(writer, item);
		return;
	}
	timed = lbd_leaf_enter(writer->profile, LBD_LEAF_FORMAT_NUMBER);
	lbd_decimal_round(&decimal, places);
	rounded = lbd_decimal_fixed(&decimal, places, &len);
	lbd_leaf_leave(writer->profile, LBD_LEAF_FORMAT_NUMBER, timed);
	lbd_decimal_free(&decimal);
	lbd_write_string(writer, rounded, len);
	pfree(rounded);
}

/*
 * Reads a number, or a string that is one.  Returns false for all else.
 */
static bool
item_decimal(const LbdItem *item, LbdDecimal *decimal)
{
	char		buffer[LBD_NUMBER_TEXT];
	char	   *text;
	int			len;
	bool		is_decimal;

	if (LBD_ITEM_ABSENT(item))
		return false;
	if (JBE_ISSTRING(item->entry))
		return lbd_decimal_parse(decimal, item->data, item->len);
	if (!JBE_ISNUMERIC(item->entry))
		return false;
	text = lbd_number_text(LBD_ITEM_NUMERIC(item), buffer, &len);
	is_decimal = lbd_decimal_parse(decimal, text, len);
	if (text != buffer)
		pfree(text);
	return is_decimal;
}

/*
 * Writes a model's object of comparison_data, after lbd_scores_read.
 */
void
lbd_write_comparison(LbdScores *scores, LbdWriter *writer,
					 const LbdModel *model)
{
	int			nwanted = scores->shape.nwanted;

	LBD_ENTER(writer->profile, "serialize_comparison");
	lbd_write_object(writer);
	lbd_write_name(writer, "model");
	lbd_write_cstring(writer, model->name);
	for (int i = 0; i < scores->ncells; i++)
	{
		LbdIdent   *ident = scores->cells[i];
		const LbdItem *items = &scores->items[(Size) i * nwanted];
		LbdEscaped	passing;
		const LbdEscaped *key = lbd_ident_escaped(scores, writer, ident,
												  &ident->in_comparisons,
												  &passing);

		if (i % LBD_CELL_BATCH == 0)
			CHECK_FOR_INTERRUPTS();
#define MEMBER(suffix, number) \
		lbd_write_escaped_key(writer, key->text, key->len, \
							  (suffix).text, (suffix).len); \
		lbd_write_item(writer, &items[(number)])
		MEMBER(score_suffix, scores->score_item);
		MEMBER(error_suffix, scores->error_item);
		MEMBER(complete_suffix, scores->complete_item);
#undef MEMBER
		lbd_ident_escaped_free(&passing);
	}
	lbd_write_object_end(writer);
	LBD_LEAVE(writer->profile);
}

/*
 * Writes a member of model_metadata_map: model_meta, which must be an
 * object, and the layers with it where they are wanted.
 */
void
lbd_write_metadata_entry(LbdWriter *writer, const char *name,
						 const LbdItem *meta, const LbdItem *layers,
						 bool with_layers)
{
	static const char layer_key[] = "layer_mapping";
	LbdCursor	keys;
	LbdCursor	values;
	LbdItem		item;
	int			nmembers;

	lbd_write_data_key(writer, name, strlen(name));
	nmembers = lbd_cursor_members(&keys, &values, LBD_ITEM_CONTAINER(meta));

	lbd_write_copied_object(writer);
	while (keys.next < nmembers)
	{
		LbdItem		key;

		lbd_cursor_next(&keys, &key);
		lbd_cursor_next(&values, &item);
		lbd_write_key(writer, key.data, key.len);
		if (with_layers && key.len == sizeof(layer_key) - 1 &&
			memcmp(key.data, layer_key, key.len) == 0)
		{
			lbd_write_item(writer, layers);
			with_layers = false;
		}
		else
			lbd_write_item(writer, &item);
	}
	if (with_layers)
	{
		lbd_write_name(writer, "layer_mapping");
		lbd_write_item(writer, layers);
	}
	lbd_write_object_end(writer);
}

/*
 * Writes a timestamp in ISO 8601, in UTC whatever the session's time zone is,
 * with microseconds where they are not zero.  Returns the length, 0 for what
 * the format has no text for: infinity, and years before 1.  buffer has
 * LBD_TIMESTAMP_TEXT bytes.
 */
int
lbd_timestamp_text(TimestampTz timestamp, char *buffer)
{
	struct pg_tm tm;
	fsec_t		microseconds;
	int			len;

	if (TIMESTAMP_NOT_FINITE(timestamp))
		return 0;
	if (timestamp2tm(timestamp, NULL, &tm, &microseconds, NULL, NULL) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp out of range")));
	if (tm.tm_year < 1)
		return 0;
	len = sprintf(buffer, "%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year, tm.tm_mon,
				  tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	if (microseconds != 0)
		len += sprintf(buffer + len, ".%06d", (int) microseconds);
	return len + sprintf(buffer + len, "+00:00");
}
