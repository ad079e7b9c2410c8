/*-------------------------------------------------------------------------
 *
 * stored_parts.c
 *	  How the values of a column are stored: where, and compressed how.
 *
 * Each value is counted in one part, with what pg_column_size() returns for
 * it, so that the parts of a column add up to its stored bytes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/detoast.h"
#include "access/heaptoast.h"
#include "access/toast_compression.h"

#include "compat.h"
#include "json/stored.h"
#include "json/stored_parts.h"

static LbdStoredMethod method_of(ToastCompressionId id);
static void add_part(LbdStoredPart *sum, const LbdStoredPart *part);

/*
 * Counts a value as it is stored, which is not null; length is that of the
 * type, as in lbd_stored_size(), whose result is returned.
 */
int64
lbd_stored_parts_add(LbdStoredParts *parts, int16 length, Datum value)
{
	int64		size = lbd_stored_size(length, value);
	int64		raw = size;
	LbdStoredPlace place = LBD_STORED_INLINE;
	LbdStoredMethod method = LBD_STORED_PLAIN;
	LbdStoredPart *part;

	if (length == -1)
	{
		struct varlena *stored = (struct varlena *) DatumGetPointer(value);

		raw = (int64) toast_raw_datum_size(value) - VARHDRSZ;
		method = method_of(toast_get_compression_id(stored));
		if (VARATT_IS_EXTERNAL_ONDISK(stored))
			place = LBD_STORED_TOAST;
	}
	part = &parts->parts[place][method];
	part->values++;
	part->raw_bytes += raw;
	part->stored_bytes += size;
	if (place == LBD_STORED_TOAST)
		part->chunks += (size + TOAST_MAX_CHUNK_SIZE - 1) / TOAST_MAX_CHUNK_SIZE;
	return size;
}

static LbdStoredMethod
method_of(ToastCompressionId id)
{
	if (id == TOAST_PGLZ_COMPRESSION_ID)
		return LBD_STORED_PGLZ;
	return id == TOAST_LZ4_COMPRESSION_ID ? LBD_STORED_LZ4 : LBD_STORED_PLAIN;
}

static void
add_part(LbdStoredPart *sum, const LbdStoredPart *part)
{
	sum->values += part->values;
	sum->raw_bytes += part->raw_bytes;
	sum->stored_bytes += part->stored_bytes;
	sum->chunks += part->chunks;
}

/*
 * Adds the parts of another column.
 */
void
lbd_stored_parts_merge(LbdStoredParts *parts, const LbdStoredParts *other)
{
	for (int place = 0; place < LBD_STORED_PLACES; place++)
	{
		for (int method = 0; method < LBD_STORED_METHODS; method++)
			add_part(&parts->parts[place][method],
					 &other->parts[place][method]);
	}
}

/*
 * What is in a place, compressed in any way.
 */
LbdStoredPart
lbd_stored_parts_sum(const LbdStoredParts *parts, LbdStoredPlace place)
{
	LbdStoredPart sum = {0};

	for (int method = 0; method < LBD_STORED_METHODS; method++)
		add_part(&sum, &parts->parts[place][method]);
	return sum;
}

/*
 * What is in both places.
 */
LbdStoredPart
lbd_stored_parts_total(const LbdStoredParts *parts)
{
	LbdStoredPart sum = lbd_stored_parts_sum(parts, LBD_STORED_INLINE);
	LbdStoredPart toast = lbd_stored_parts_sum(parts, LBD_STORED_TOAST);

	add_part(&sum, &toast);
	return sum;
}

/*
 * How many values are compressed by a method.
 */
int64
lbd_stored_parts_values(const LbdStoredParts *parts, LbdStoredMethod method)
{
	return parts->parts[LBD_STORED_INLINE][method].values +
		parts->parts[LBD_STORED_TOAST][method].values;
}
