/*-------------------------------------------------------------------------
 *
 * events.c
 *	  JSON events of values: jsonb items, integers, terminated strings.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"

#include "json/events.h"
#include "util/decimal.h"

static void write_numeric(LbdWriter *writer, Numeric number);
static void write_object(LbdWriter *writer, JsonbContainer *container);
static void write_array(LbdWriter *writer, JsonbContainer *container);

/*
 * Writes an integer.
 */
void
lbd_write_integer(LbdWriter *writer, int64 value)
{
	char		text[MAXINT8LEN + 1];
	int64		timed = lbd_leaf_enter(writer->profile,
									   LBD_LEAF_FORMAT_NUMBER);
	int			len = pg_lltoa(value, text);

	lbd_leaf_leave(writer->profile, LBD_LEAF_FORMAT_NUMBER, timed);
	lbd_write_number(writer, text, len);
}

/*
 * Writes a terminated string of the server's encoding, or null for NULL.
 */
void
lbd_write_cstring(LbdWriter *writer, const char *string)
{
	if (string)
		lbd_write_string(writer, string, strlen(string));
	else
		lbd_write_null(writer);
}

/*
 * Copies a jsonb item, an absent one as null.  The members of its objects
 * keep jsonb's order.
 */
void
lbd_write_item(LbdWriter *writer, const LbdItem *item)
{
	JEntry		entry = item->entry;

	if (LBD_ITEM_ABSENT(item) || JBE_ISNULL(entry))
		lbd_write_null(writer);
	else if (JBE_ISSTRING(entry))
		lbd_write_string(writer, item->data, item->len);
	else if (JBE_ISNUMERIC(entry))
		write_numeric(writer, LBD_ITEM_NUMERIC(item));
	else if (JBE_ISBOOL(entry))
		lbd_write_boolean(writer, JBE_ISBOOL_TRUE(entry));
	else if (JsonContainerIsObject(LBD_ITEM_CONTAINER(item)))
		write_object(writer, LBD_ITEM_CONTAINER(item));
	else
		write_array(writer, LBD_ITEM_CONTAINER(item));
}

/*
 * The writer formats a number in place; a transform gets its text.
 */
static void
write_numeric(LbdWriter *writer, Numeric number)
{
	char		buffer[LBD_NUMBER_TEXT];
	char	   *text;
	int			len;

	if (likely(writer->transform == NULL))
	{
		lbd_put_numeric(writer, number);
		return;
	}
	text = lbd_number_text(number, buffer, &len);
	lbd_transform_number(writer->transform, text, len);
	if (text != buffer)
		pfree(text);
}

static void
write_object(LbdWriter *writer, JsonbContainer *container)
{
	LbdCursor	keys;
	LbdCursor	values;
	LbdItem		item;
	int			nmembers;

	check_stack_depth();
	nmembers = lbd_cursor_members(&keys, &values, container);
	lbd_write_copied_object(writer);
	while (keys.next < nmembers)
	{
		CHECK_FOR_INTERRUPTS();
		lbd_cursor_next(&keys, &item);
		lbd_write_key(writer, item.data, item.len);
		lbd_cursor_next(&values, &item);
		lbd_write_item(writer, &item);
	}
	lbd_write_object_end(writer);
}

static void
write_array(LbdWriter *writer, JsonbContainer *container)
{
	LbdCursor	values;
	LbdItem		item;

	check_stack_depth();
	lbd_cursor_init(&values, container);
	lbd_write_array(writer);
	while (values.next < values.count)
	{
		CHECK_FOR_INTERRUPTS();
		lbd_cursor_next(&values, &item);
		lbd_write_item(writer, &item);
	}
	lbd_write_array_end(writer);
}
