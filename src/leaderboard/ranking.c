/*-------------------------------------------------------------------------
 *
 * ranking.c
 *	  The score that decides a model's rank.
 *
 * The deciding score is near the start of a model's scores as a rule.
 * So the scores are not detoasted whole: a first piece is decompressed, and
 * the rest only where the piece does not have it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/detoast.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "compat.h"
#include "json/jsonb_reader.h"
#include "leaderboard/ranking.h"
#include "util/decimal.h"

/* The first piece of compressed scores that is looked at, in bytes. */
#define LBD_FIRST_PIECE		1536

/* The decimals that a rank tells apart. */
#define LBD_RANK_PLACES		2

/*
 * Beyond this, in either direction, a decimal exponent is out of a double's
 * range by far; ranks need not tell such numbers apart.
 */
#define LBD_RANK_MAX_POINT	400

static Size first_piece(struct varlena *scores);
static Size next_piece(struct varlena *piece, Size size);
static bool find_deciding(const char *data, Size available, bool whole,
						  const char *benchmark, int benchmark_len,
						  int64 model_id, LbdItem *score, bool *found);
static bool score_number(const LbdItem *score, bool binary, Datum *number);
static void scores_not_array(int64 model_id);

/*
 * Finds the number that a model is ranked by: score_ceiled of the first
 * score with that benchmark_type_id, rounded to LBD_RANK_PLACES decimals (as
 * a double, ties of its exact value to even, or as a decimal, halves away
 * from zero).  "X" is -Infinity, and so comes last.  Returns false where
 * there is no such score or it is no number: the model is not shown.
 * model_id is for error messages only.  Raises an error where scores is no
 * array or, up to the score found, an element is no object.
 */
bool
lbd_deciding_number(struct varlena *scores, const char *benchmark,
					int benchmark_len, bool binary, int64 model_id,
					Datum *number)
{
	struct varlena *piece;
	LbdItem		score;
	bool		found;

	for (Size size = first_piece(scores);; size = next_piece(piece, size))
	{
		piece = size > 0 ? detoast_attr_slice(scores, 0, size) :
			(struct varlena *) PG_DETOAST_DATUM(PointerGetDatum(scores));
		if (find_deciding(VARDATA(piece), VARSIZE(piece) - VARHDRSZ,
						  size == 0, benchmark, benchmark_len, model_id,
						  &score, &found))
			break;
	}
	return found && score_number(&score, binary, number);
}

/*
 * How much of the scores to look at first; 0 is all.
 */
static Size
first_piece(struct varlena *scores)
{
	if (!VARATT_IS_COMPRESSED(scores) && !VARATT_IS_EXTERNAL_ONDISK(scores))
		return 0;
	if (toast_raw_datum_size(PointerGetDatum(scores)) <= LBD_FIRST_PIECE * 2)
		return 0;
	return LBD_FIRST_PIECE;
}

/*
 * How much to look at where a piece was not enough: the whole table at the
 * start of the array with some elements, where it did not have that, or all.
 */
static Size
next_piece(struct varlena *piece, Size size)
{
	const JsonbContainer *array = (const JsonbContainer *) VARDATA(piece);
	Size		table = JsonContainerSize(array) * sizeof(JEntry);

	pfree(piece);
	return table + LBD_FIRST_PIECE / 2 > size ? table + LBD_FIRST_PIECE : 0;
}

/*
 * Looks for the deciding score in the first available bytes of a jsonb
 * array.  Returns false where they do not reach far enough to tell.
 */
static bool
find_deciding(const char *data, Size available, bool whole,
			  const char *benchmark, int benchmark_len, int64 model_id,
			  LbdItem *score, bool *found)
{
	const JsonbContainer *array = (const JsonbContainer *) data;
	LbdCursor	cursor;

	*found = false;
	if (!JsonContainerIsArray(array) || JsonContainerIsScalar(array))
		scores_not_array(model_id);
	lbd_cursor_init(&cursor, array);
	if (!whole && cursor.base > data + available)
		return false;
	while (cursor.next < cursor.count)
	{
		LbdItem		element;
		LbdItem		type;

		lbd_cursor_next(&cursor, &element);
		if (!whole && element.data + element.len > data + available)
			return false;
		lbd_check_score(&element, cursor.next - 1, model_id);
		if (!lbd_item_member(&element, "benchmark_type_id", &type) ||
			!JBE_ISSTRING(type.entry) || type.len != benchmark_len ||
			memcmp(type.data, benchmark, benchmark_len) != 0)
			continue;
		*found = lbd_item_member(&element, "score_ceiled", score);
		return true;
	}
	return true;
}

/*
 * Raises an error where an element of a model's scores is no object.
 */
void
lbd_check_score(const LbdItem *element, int number, int64 model_id)
{
	if (JBE_ISCONTAINER(element->entry) &&
		JsonContainerIsObject(LBD_ITEM_CONTAINER(element)))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("a score of model %lld is not an object",
					(long long) model_id),
			 errdetail("It is element %d of the model's scores.", number),
			 errhint("Each element of scores must be an object.")));
}

static void
scores_not_array(int64 model_id)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the scores of model %lld are not an array",
					(long long) model_id),
			 errhint("scores must be an array of objects, or NULL.")));
}

/*
 * Turns a score_ceiled into the number to rank by.  Returns false for what
 * is neither a number nor "X".
 */
static bool
score_number(const LbdItem *score, bool binary, Datum *number)
{
	LbdDecimal	decimal;
	char		buffer[LBD_NUMBER_TEXT];
	const char *text = score->data;
	int			len = score->len;
	char	   *digits;

	if (JBE_ISNUMERIC(score->entry))
		text = lbd_number_text(LBD_ITEM_NUMERIC(score), buffer, &len);
	else if (!JBE_ISSTRING(score->entry))
		return false;

	if (len == 1 && text[0] == 'X')
		digits = "-Infinity";
	else if (!lbd_decimal_parse(&decimal, text, len))
		return false;
	else if (decimal.point > LBD_RANK_MAX_POINT)
		digits = decimal.negative ? "-1e400" : "Infinity";
	else if (decimal.point < -LBD_RANK_MAX_POINT)
		digits = "0";
	else if (binary)
	{
		double		value = lbd_decimal_double(&decimal);

		if (isinf(value))
			digits = decimal.negative ? "-1e400" : "Infinity";
		else
			digits = psprintf("%.*f", LBD_RANK_PLACES, value);
	}
	else
	{
		lbd_decimal_round(&decimal, LBD_RANK_PLACES);
		digits = lbd_decimal_fixed(&decimal, LBD_RANK_PLACES, &len);
	}
	*number = DirectFunctionCall3(numeric_in, CStringGetDatum(digits),
								  ObjectIdGetDatum(InvalidOid),
								  Int32GetDatum(-1));
	return true;
}
