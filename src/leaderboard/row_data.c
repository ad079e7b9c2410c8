/*-------------------------------------------------------------------------
 *
 * row_data.c
 *	  The components that have a member for each model: row_data,
 *	  comparison_data and model_metadata_map.
 *
 * Nearly all bytes of a payload are cells, so what can be done once for a
 * benchmark is not done for each cell: an identifier is escaped once, and is
 * found again by looking at the one that followed its predecessor in the
 * model before.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/datetime.h"
#include "utils/memutils.h"

#include "leaderboard/ranking.h"
#include "leaderboard/row_data.h"
#include "util/decimal.h"
#include "util/string_map.h"

/* Identifiers kept from model to model, before they are forgotten. */
#define LBD_IDENTS_SIZE		(4 * 1024 * 1024)

/* A number to be rounded has at most so many digits before its point. */
#define LBD_ROUND_MAX_POINT	400

/* Cells between two looks at whether the query has been cancelled. */
#define LBD_CELL_BATCH		1024

/* A key as a writer writes it between its quotes. */
typedef struct LbdEscaped
{
	char	   *text;			/* NULL: not needed so far */
	int			len;			/* its length */
} LbdEscaped;

/* An identifier of a benchmark that scores have. */
typedef struct LbdIdent
{
	const char *raw;			/* in the server's encoding */
	int			raw_len;		/* its length */
	LbdEscaped	in_rows;		/* for the writer of row_data */
	LbdEscaped	in_comparisons; /* and for that of comparison_data, whose text
								 * may be embedded in another way */
	struct LbdIdent *follower;	/* which came behind it the last time */
	uint64		seen_in;		/* number of the model that had it last */
	int			cell;			/* its cell there */
	bool		is_base;		/* also the name of another member of a row */
} LbdIdent;

typedef struct LbdIdentKey
{
	const char *raw;
	int			raw_len;
} LbdIdentKey;

typedef struct LbdIdentEntry
{
	LbdIdentKey key;			/* what is looked up */
	LbdIdent   *ident;			/* what is found */
	uint32		hash;			/* of the key */
	char		status;			/* for simplehash */
} LbdIdentEntry;

/* Numbers of the members in the shape of a score object. */
struct LbdScores
{
	const LbdLayout *layout;	/* which members cells have */
	uint64		seed;			/* of the hashes of identifiers */
	LbdShape	shape;			/* of score objects */
	int			ident_item;		/* versioned_benchmark_identifier */
	int			score_item;		/* score_ceiled */
	int			error_item;		/* error */
	int			complete_item;	/* is_complete */
	int			field_item[LBD_SHAPE_MAX_WANTED];	/* of the layout's fields */
	struct lbdident_hash *idents;	/* known identifiers */
	MemoryContext ident_context;	/* holds them */
	LbdIdent	start;			/* its follower is the first of a model */
	uint64		model;			/* number of the model that was read */
	LbdIdent  **cells;			/* identifier of each cell of it */
	LbdItem    *items;			/* wanted members of each cell */
	int			ncells;			/* how many cells */
	int			nbase;			/* known identifiers that are a base member */
	int			room;			/* cells that there is room for */
	MemoryContext context;		/* owner of all of it */
};

#define SH_PREFIX lbdident
#define SH_ELEMENT_TYPE LbdIdentEntry
#define SH_KEY_TYPE LbdIdentKey
#define SH_KEY key
#define SH_HASH_KEY(tb, key) \
	lbd_string_hash((key).raw, (key).raw_len, \
					((const LbdScores *) (tb)->private_data)->seed)
#define SH_EQUAL(tb, a, b) \
	((a).raw_len == (b).raw_len && memcmp((a).raw, (b).raw, (a).raw_len) == 0)
#define SH_STORE_HASH
#define SH_GET_HASH(tb, a) (a)->hash
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/* What comparison_data appends to identifiers. */
typedef struct LbdSuffix
{
	int			len;			/* of text */
	char		text[LBD_COPY_STEP * 2];	/* padded */
} LbdSuffix;

static const LbdSuffix score_suffix = {6, "-score"};
static const LbdSuffix error_suffix = {6, "-error"};
static const LbdSuffix complete_suffix = {12, "-is_complete"};

/* Members of a row besides its cells. */
static const char *const base_members[] = {
	"id", "rank", "model", "public", "is_owner", "submission_timestamp",
	"metadata"
};

static bool is_base_member(const char *name);
static LbdIdent *scores_ident(LbdScores *scores, LbdIdent *previous,
							  const char *raw, int len);
static const LbdEscaped *ident_escaped(LbdScores *scores, LbdWriter *writer,
									   const LbdIdent *ident,
									   LbdEscaped *escaped);
static void scores_forget(LbdScores *scores);
static LbdItem *scores_room(LbdScores *scores);
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

/*
 * A reader of scores; it lives in context.
 */
LbdScores *
lbd_scores_create(const LbdLayout *layout, MemoryContext context)
{
	LbdScores  *scores = MemoryContextAllocZero(context, sizeof(LbdScores));
	LbdShape   *shape = &scores->shape;

#define WANT(name) lbd_shape_want(shape, name, sizeof(name) - 1)
	scores->layout = layout;
	scores->seed = lbd_string_seed();
	scores->context = context;
	scores->ident_context = AllocSetContextCreate(context, "lbdiag identifiers",
												  ALLOCSET_DEFAULT_SIZES);
	lbd_shape_init(shape, context);
	scores->ident_item = WANT("versioned_benchmark_identifier");
	scores->score_item = WANT("score_ceiled");
	scores->error_item = WANT("error");
	scores->complete_item = WANT("is_complete");
	for (int i = 0; i < layout->ncell; i++)
		scores->field_item[i] = lbd_shape_want(shape, layout->cell[i].source,
											   layout->cell[i].source_len);
	scores_forget(scores);
	return scores;
#undef WANT
}

/*
 * Drops all known identifiers.
 */
static void
scores_forget(LbdScores *scores)
{
	MemoryContextReset(scores->ident_context);
	scores->idents = lbdident_create(scores->ident_context, 256, scores);
	scores->start.follower = NULL;
	scores->nbase = 0;
}

static bool
is_base_member(const char *name)
{
	for (size_t i = 0; i < lengthof(base_members); i++)
	{
		if (strcmp(base_members[i], name) == 0)
			return true;
	}
	return false;
}

/*
 * Finds an identifier, where previous is the one of the cell before.
 */
static LbdIdent *
scores_ident(LbdScores *scores, LbdIdent *previous, const char *raw, int len)
{
	LbdIdent   *ident = previous->follower;
	LbdIdentKey key = {raw, len};
	LbdIdentEntry *entry;
	bool		found;

	if (ident && ident->raw_len == len && memcmp(ident->raw, raw, len) == 0)
		return ident;

	entry = lbdident_lookup(scores->idents, key);
	if (entry == NULL)
	{
		char	   *copy = MemoryContextAlloc(scores->ident_context, len + 1);

		memcpy(copy, raw, len);
		copy[len] = '\0';
		ident = MemoryContextAllocZero(scores->ident_context,
									   sizeof(LbdIdent));
		ident->raw = key.raw = copy;
		ident->raw_len = len;
		ident->is_base = is_base_member(copy);
		scores->nbase += ident->is_base ? 1 : 0;
		entry = lbdident_insert(scores->idents, key, &found);
		entry->ident = ident;
	}
	previous->follower = entry->ident;
	return entry->ident;
}

/*
 * An identifier as a writer needs it for a key; escaped is where the
 * identifier keeps it for this writer.
 */
static const LbdEscaped *
ident_escaped(LbdScores *scores, LbdWriter *writer, const LbdIdent *ident,
			  LbdEscaped *escaped)
{
	if (unlikely(escaped->text == NULL))
		escaped->text = lbd_writer_escape(writer, ident->raw, ident->raw_len,
										  scores->ident_context,
										  &escaped->len);
	return escaped;
}

/*
 * Reads the scores of a model, a cell for each different
 * identifier: at the position of its first, with the value of its last.  An
 * identifier that is missing, null, false, 0, [] or {} makes no cell; an empty
 * string makes one for comparison_data.
 */
void
lbd_scores_read(LbdScores *scores, const LbdModel *model, LbdProfile *profile)
{
	LbdIdent   *previous = &scores->start;
	LbdCursor	cursor;

	if (MemoryContextMemAllocated(scores->ident_context, true) >
		LBD_IDENTS_SIZE)
		scores_forget(scores);
	LBD_ENTER(profile, "read_scores");
	scores->model++;
	scores->ncells = 0;
	lbd_cursor_init(&cursor, &model->scores->root);
	while (cursor.next < cursor.count)
	{
		LbdItem    *items = scores_room(scores);
		LbdItem		element;
		LbdItem		name;
		char		room[LBD_NUMBER_TEXT];
		LbdIdent   *ident;

		if (cursor.next % LBD_CELL_BATCH == 0)
			CHECK_FOR_INTERRUPTS();
		lbd_cursor_next(&cursor, &element);
		lbd_check_score(&element, cursor.next - 1, model->id);
		lbd_shape_read(&scores->shape, LBD_ITEM_CONTAINER(&element), items);
		name = items[scores->ident_item];
		if (LBD_ITEM_ABSENT(&name) ||
			(!JBE_ISSTRING(name.entry) && !lbd_item_truthy(&name)))
			continue;
		if (JBE_ISNUMERIC(name.entry))
			name.data = lbd_number_text(LBD_ITEM_NUMERIC(&name), room,
										&name.len);
		else if (!JBE_ISSTRING(name.entry))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("a score of model %lld has no name",
							(long long) model->id),
					 errdetail("The versioned_benchmark_identifier of element %d of the model's scores is no string.",
							   cursor.next - 1),
					 errhint("Make it a string, or null.")));
		ident = scores_ident(scores, previous, name.data, name.len);
		if (ident->seen_in != scores->model)
		{
			ident->seen_in = scores->model;
			ident->cell = scores->ncells++;
			scores->cells[ident->cell] = ident;
		}
		else
			memcpy(&scores->items[(Size) ident->cell * scores->shape.nwanted],
				   items, scores->shape.nwanted * sizeof(LbdItem));
		previous = ident;
	}
	LBD_LEAVE(profile);
}

/*
 * The place for the items of one more cell.
 */
static LbdItem *
scores_room(LbdScores *scores)
{
	int			nwanted = scores->shape.nwanted;

	if (scores->ncells == scores->room)
	{
		int			room = Max(256, scores->room * 2);
		LbdIdent  **cells = MemoryContextAllocHuge(scores->context,
												   room * sizeof(LbdIdent *));
		LbdItem    *items =
			MemoryContextAllocHuge(scores->context,
								   (Size) room * nwanted * sizeof(LbdItem));

		if (scores->cells)
		{
			memcpy(cells, scores->cells, scores->ncells * sizeof(LbdIdent *));
			memcpy(items, scores->items,
				   (Size) scores->ncells * nwanted * sizeof(LbdItem));
			pfree(scores->cells);
			pfree(scores->items);
		}
		scores->cells = cells;
		scores->items = items;
		scores->room = room;
	}
	return &scores->items[(Size) scores->ncells * nwanted];
}

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

		if (i % LBD_CELL_BATCH == 0)
			CHECK_FOR_INTERRUPTS();
		if (ident->raw_len == 0 ||
			(ident->is_base && is_layout_base(scores->layout, ident->raw)))
			continue;
		key = ident_escaped(scores, writer, ident, &ident->in_rows);
		lbd_write_escaped_key(writer, key->text, key->len, "", 0);
		write_cell(scores, writer, &scores->items[(Size) i * nwanted]);
		ncells++;
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
	LbdIdentKey key = {name, strlen(name)};
	LbdIdentEntry *entry;

	entry = scores->nbase > 0 ? lbdident_lookup(scores->idents, key) : NULL;
	if (entry == NULL || entry->ident->seen_in != scores->model)
	{
		lbd_write_key(writer, name, key.raw_len);
		return true;
	}
	lbd_write_data_key(writer, name, key.raw_len);
	write_cell(scores, writer,
			   &scores->items[(Size) entry->ident->cell *
							  scores->shape.nwanted]);
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
		char		room[LBD_TIMESTAMP_TEXT];
		int			len = model->timestamp_null ? 0 :
			lbd_timestamp_text(model->timestamp, room);

		if (len > 0)
			lbd_write_string(writer, room, len);
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
	char		room[LBD_NUMBER_TEXT];
	const char *text = item->data;
	int			len = item->len;
	char	   *rounded;
	int64		timed;
	bool		is_number = !LBD_ITEM_ABSENT(item) &&
		JBE_ISNUMERIC(item->entry);

	if (is_number)
		text = lbd_number_text(LBD_ITEM_NUMERIC(item), room, &len);
	if (LBD_ITEM_ABSENT(item) ||
		(!is_number && !JBE_ISSTRING(item->entry)) ||
		!lbd_decimal_parse(&decimal, text, len) ||
		(is_number && decimal.ndigits == 0) ||
		decimal.point > LBD_ROUND_MAX_POINT)
	{
		lbd_write_item(writer, item);
		return;
	}
	timed = lbd_leaf_enter(writer->profile, LBD_LEAF_FORMAT_NUMBER);
	lbd_decimal_round(&decimal, places);
	rounded = lbd_decimal_fixed(&decimal, places, &len);
	lbd_leaf_leave(writer->profile, LBD_LEAF_FORMAT_NUMBER, timed);
	lbd_write_string(writer, rounded, len);
	pfree(rounded);
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
		const LbdEscaped *key = ident_escaped(scores, writer, ident,
											  &ident->in_comparisons);

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
	lbd_cursor_init(&keys, LBD_ITEM_CONTAINER(meta));
	nmembers = keys.count / 2;
	values = keys;
	while (values.next < nmembers)
		lbd_cursor_next(&values, &item);

	lbd_write_object(writer);
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
 * the format has no text for: infinity, and years before 1.  room has
 * LBD_TIMESTAMP_TEXT bytes.
 */
int
lbd_timestamp_text(TimestampTz timestamp, char *room)
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
	len = sprintf(room, "%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year, tm.tm_mon,
				  tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	if (microseconds != 0)
		len += sprintf(room + len, ".%06d", (int) microseconds);
	return len + sprintf(room + len, "+00:00");
}
