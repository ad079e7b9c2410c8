/*-------------------------------------------------------------------------
 *
 * scores.c
 *	  The scores of a model as cells: its identifiers and their members.
 *
 * What can be done once for a benchmark is not done for each cell: an
 * identifier is escaped once, and is found again by looking at the one that
 * followed its predecessor in the model before.
 *
 * A long identifier is not kept from model to model: it is where the model's
 * scores have it, and its text is made where it is written.  A number of a
 * few bytes can have a text of 131,072.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "json/writer.h"
#include "leaderboard/ranking.h"
#include "leaderboard/scores.h"
#include "util/decimal.h"
#include "util/string_map.h"

/* Identifiers kept from model to model, before they are forgotten. */
#define LBD_IDENTS_SIZE		(4 * 1024 * 1024)

/* Longer identifiers are not kept from model to model. */
#define LBD_IDENT_KEPT		512

typedef struct LbdIdentEntry
{
	LbdIdentKey key;			/* what is looked up */
	LbdIdent   *ident;			/* what is found */
	uint32		hash;			/* of the key */
	char		status;			/* for simplehash */
} LbdIdentEntry;

static uint32 ident_hash(const LbdIdentKey *key, uint64 seed);
static bool ident_equal(const LbdIdentKey *a, const LbdIdentKey *b);

#define SH_PREFIX lbdident
#define SH_ELEMENT_TYPE LbdIdentEntry
#define SH_KEY_TYPE LbdIdentKey
#define SH_KEY key
#define SH_HASH_KEY(tb, key) \
	ident_hash(&(key), ((const LbdScores *) (tb)->private_data)->seed)
#define SH_EQUAL(tb, a, b) ident_equal(&(a), &(b))
#define SH_STORE_HASH
#define SH_GET_HASH(tb, a) (a)->hash
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/* Members of a row besides its cells. */
static const char *const base_members[] = {
	"id", "rank", "model", "public", "is_owner", "submission_timestamp",
	"metadata"
};

static bool is_base_member(const char *name);
static char *ident_text(const LbdIdentKey *key);
static LbdIdent *scores_ident(LbdScores *scores, LbdIdent *previous,
							  const LbdIdentKey *key);
static LbdIdent *ident_create(LbdScores *scores, const LbdIdentKey *key);
static LbdIdent *item_ident(LbdScores *scores, LbdIdent *previous,
							const LbdItem *name, const LbdModel *model,
							int number);
static LbdIdent *number_ident(LbdScores *scores, LbdIdent *previous,
							  Numeric number);
static void scores_forget(LbdScores *scores);
static LbdItem *scores_room(LbdScores *scores);

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
	scores->passing_context = AllocSetContextCreate(context,
													"lbdiag long identifiers",
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
 * The text of an identifier, not terminated: its own, or one that is palloc'ed
 * where it is a number.
 */
static char *
ident_text(const LbdIdentKey *key)
{
	char		buffer[LBD_NUMBER_TEXT];
	int			len;
	char	   *text;

	if (!key->is_number)
		return (char *) key->raw;
	text = lbd_number_text((Numeric) key->raw, buffer, &len);
	Assert(text != buffer && len == key->raw_len);
	return text;
}

static uint32
ident_hash(const LbdIdentKey *key, uint64 seed)
{
	char	   *text = ident_text(key);
	uint32		hash = lbd_string_hash(text, key->raw_len, seed);

	if (text != key->raw)
		pfree(text);
	return hash;
}

/*
 * Whether two identifiers have the same text.  Numbers with the same long
 * text are the same bytes.
 */
static bool
ident_equal(const LbdIdentKey *a, const LbdIdentKey *b)
{
	const LbdIdentKey *text_key = a->is_number ? b : a;
	char	   *text;
	bool		equal;

	if (a->raw_len != b->raw_len)
		return false;
	if (!a->is_number && !b->is_number)
		return memcmp(a->raw, b->raw, a->raw_len) == 0;
	if (a->is_number && b->is_number)
		return VARSIZE_ANY(a->raw) == VARSIZE_ANY(b->raw) &&
			memcmp(a->raw, b->raw, VARSIZE_ANY(a->raw)) == 0;
	text = ident_text(a->is_number ? a : b);
	equal = memcmp(text, text_key->raw, a->raw_len) == 0;
	pfree(text);
	return equal;
}

/*
 * Finds an identifier, where previous is the one of the cell before.
 */
static LbdIdent *
scores_ident(LbdScores *scores, LbdIdent *previous, const LbdIdentKey *key)
{
	LbdIdent   *ident = previous->follower;
	LbdIdentEntry *entry;

	if (ident && ident_equal(&ident->key, key))
		return ident;
	if (key->raw_len <= LBD_IDENT_KEPT)
		entry = lbdident_lookup(scores->idents, *key);
	else
	{
		CHECK_FOR_INTERRUPTS();
		if (scores->passing == NULL)
			scores->passing = lbdident_create(scores->passing_context, 16,
											  scores);
		entry = lbdident_lookup(scores->passing, *key);
	}
	ident = entry ? entry->ident : ident_create(scores, key);
	/* What is kept does not point to what is not. */
	if (previous->passing || !ident->passing)
		previous->follower = ident;
	return ident;
}

/*
 * A new identifier.  One that is kept gets a copy of its text.
 */
static LbdIdent *
ident_create(LbdScores *scores, const LbdIdentKey *key)
{
	bool		passing = key->raw_len > LBD_IDENT_KEPT;
	MemoryContext context = passing ? scores->passing_context :
		scores->ident_context;
	LbdIdent   *ident = MemoryContextAllocZero(context, sizeof(LbdIdent));
	bool		found;

	ident->key = *key;
	ident->passing = passing;
	if (!passing)
	{
		char	   *copy = MemoryContextAlloc(context, key->raw_len + 1);

		memcpy(copy, key->raw, key->raw_len);
		copy[key->raw_len] = '\0';
		ident->key.raw = copy;
		ident->is_base = is_base_member(copy);
		scores->nbase += ident->is_base ? 1 : 0;
	}
	lbdident_insert(passing ? scores->passing : scores->idents, ident->key,
					&found)->ident = ident;
	return ident;
}

/*
 * Finds an identifier that is a number.
 */
static LbdIdent *
number_ident(LbdScores *scores, LbdIdent *previous, Numeric number)
{
	char		buffer[LBD_NUMBER_TEXT];
	LbdIdentKey key = {(const char *) number, 0, true};
	LbdIdent   *ident = previous->follower;
	char	   *text;

	if (ident && ident->key.is_number &&
		VARSIZE_ANY(ident->key.raw) == VARSIZE_ANY(number) &&
		memcmp(ident->key.raw, number, VARSIZE_ANY(number)) == 0)
		return ident;
	text = lbd_number_text(number, buffer, &key.raw_len);
	if (key.raw_len <= LBD_IDENT_KEPT)
	{
		key.raw = text;
		key.is_number = false;
	}
	ident = scores_ident(scores, previous, &key);
	if (text != buffer)
		pfree(text);
	return ident;
}

/*
 * An identifier as a writer needs it for a key: kept is where the identifier
 * keeps it for this writer, and passing gets it where that is not done, until
 * lbd_ident_escaped_free.
 */
const LbdEscaped *
lbd_ident_escaped(LbdScores *scores, LbdWriter *writer, const LbdIdent *ident,
				  LbdEscaped *kept, LbdEscaped *passing)
{
	char	   *text;

	passing->text = NULL;
	if (likely(kept->text != NULL))
		return kept;
	text = ident_text(&ident->key);
	passing->text = lbd_writer_escape(writer, text, ident->key.raw_len,
									  CurrentMemoryContext, &passing->len);
	if (text != ident->key.raw)
		pfree(text);
	if (ident->passing)
	{
		CHECK_FOR_INTERRUPTS();
		return passing;
	}
	kept->len = passing->len;
	kept->text = MemoryContextAlloc(scores->ident_context,
									kept->len + LBD_COPY_STEP);
	memcpy(kept->text, passing->text, kept->len);
	return kept;
}

void
lbd_ident_escaped_free(LbdEscaped *passing)
{
	if (unlikely(passing->text != NULL))
		pfree(passing->text);
}

/*
 * Finds the identifier of the element of a model's scores with that number.
 */
static LbdIdent *
item_ident(LbdScores *scores, LbdIdent *previous, const LbdItem *name,
		   const LbdModel *model, int number)
{
	if (JBE_ISSTRING(name->entry))
	{
		LbdIdentKey key = {name->data, name->len, false};

		return scores_ident(scores, previous, &key);
	}
	if (!JBE_ISNUMERIC(name->entry))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a score of model %lld has no name",
						(long long) model->id),
				 errdetail("The versioned_benchmark_identifier of element %d of the model's scores is not a string.",
						   number),
				 errhint("Make it a string, or null.")));
	return number_ident(scores, previous, LBD_ITEM_NUMERIC(name));
}

/*
 * Reads the scores of a model, a cell for each different
 * identifier: at the position of its first, with the value of its last.  An
 * identifier that is missing, null, false, 0, [] or {} makes no cell; an empty
 * string makes one for comparison_data.
 */
void
lbd_scores_read(LbdScores *scores, const LbdModel *model, LbdCallTree *profile)
{
	LbdIdent   *previous = &scores->start;
	LbdCursor	cursor;

	if (MemoryContextMemAllocated(scores->ident_context, true) >
		LBD_IDENTS_SIZE)
		scores_forget(scores);
	MemoryContextReset(scores->passing_context);
	scores->passing = NULL;
	LBD_ENTER(profile, "read_scores");
	scores->model++;
	scores->ncells = 0;
	lbd_cursor_init(&cursor, &model->scores->root);
	while (cursor.next < cursor.count)
	{
		LbdItem    *items = scores_room(scores);
		LbdItem		element;
		LbdItem		name;
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
		ident = item_ident(scores, previous, &name, model, cursor.next - 1);
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

	if (scores->ncells == scores->capacity)
	{
		int			capacity = Max(256, scores->capacity * 2);
		LbdIdent  **cells = MemoryContextAllocHuge(scores->context,
												   capacity * sizeof(LbdIdent *));
		LbdItem    *items =
			MemoryContextAllocHuge(scores->context,
								   (Size) capacity * nwanted * sizeof(LbdItem));

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
		scores->capacity = capacity;
	}
	return &scores->items[(Size) scores->ncells * nwanted];
}

/*
 * The identifier of the cell that the model has under the name of a base
 * member, or NULL.
 */
const LbdIdent *
lbd_scores_cell(const LbdScores *scores, const char *name)
{
	LbdIdentKey key = {name, strlen(name), false};
	LbdIdentEntry *entry;

	entry = scores->nbase > 0 ? lbdident_lookup(scores->idents, key) : NULL;
	return entry && entry->ident->seen_in == scores->model ? entry->ident :
		NULL;
}
