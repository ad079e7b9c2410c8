/*-------------------------------------------------------------------------
 *
 * scalar_members.c
 *	  The scalars of a document that are in no array.
 *
 * Keys that are very long, or that are escaped in a text, are left out, with
 * all below them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "json/json_scanner.h"
#include "json/jsonb_reader.h"
#include "json/path_stats.h"
#include "json/scalar_members.h"
#include "util/distinct.h"
#include "util/numeric_text.h"

/* Tokens that are scanned at once, and containers that can be open. */
#define LBD_TOKENS			128
#define LBD_OPEN			1024

/* A text that is being read. */
typedef struct LbdMemberText
{
	LbdMemberStep steps[LBD_MEMBER_DEPTH + 1];	/* the document, and the
												 * present member of each
												 * object that is open */
	int			open;			/* objects that are open, and visited */
	int			skipped;		/* containers that are open in those, and not */
	LbdMemberVisit visit;		/* of the caller */
	void	   *arg;			/* of it */
} LbdMemberText;

static void visit_object(const JsonbContainer *object,
						 const LbdMemberStep *parent, LbdMemberVisit visit,
						 void *arg);
static uint64 scalar_hash(const LbdItem *item);
static bool step_set(LbdMemberStep *step, const char *key, int len);
static void add_token(LbdMemberText *text, const LbdJsonToken *token);

/*
 * Visits the scalars of a jsonb document.
 */
void
lbd_scalar_members_jsonb(Jsonb *jsonb, LbdMemberVisit visit, void *arg)
{
	LbdMemberStep root = {0};

	if (JB_ROOT_IS_OBJECT(jsonb))
		visit_object(&jsonb->root, &root, visit, arg);
}

static void
visit_object(const JsonbContainer *object, const LbdMemberStep *parent,
			 LbdMemberVisit visit, void *arg)
{
	LbdMemberStep step = {.parent = parent,.depth = parent->depth + 1};
	LbdCursor	keys;
	LbdCursor	values;
	int			nmembers = lbd_cursor_members(&keys, &values, object);

	check_stack_depth();
	while (keys.next < nmembers)
	{
		LbdItem		item;
		bool		known;

		CHECK_FOR_INTERRUPTS();
		lbd_cursor_next(&keys, &item);
		known = step_set(&step, item.data, item.len);
		lbd_cursor_next(&values, &item);
		if (!known || JBE_ISNULL(item.entry))
			continue;
		if (!JBE_ISCONTAINER(item.entry))
			visit(&step, scalar_hash(&item), arg);
		else if (step.depth < LBD_MEMBER_DEPTH &&
				 JsonContainerIsObject(LBD_ITEM_CONTAINER(&item)))
			visit_object(LBD_ITEM_CONTAINER(&item), &step, visit, arg);
	}
}

static uint64
scalar_hash(const LbdItem *item)
{
	char		buffer[LBD_NUMERIC_BUFFER];
	char	   *text;
	int			len;
	uint64		hash;

	if (JBE_ISSTRING(item->entry))
		return lbd_distinct_hash(item->data, item->len);
	if (!JBE_ISNUMERIC(item->entry))
		return JBE_ISBOOL_TRUE(item->entry) ? lbd_distinct_hash("true", 4) :
			lbd_distinct_hash("false", 5);
	text = lbd_numeric_text(LBD_ITEM_NUMERIC(item), buffer, &len);
	hash = lbd_distinct_hash(text, len);
	if (text != buffer)
		pfree(text);
	return hash;
}

/*
 * Goes to a member of the same object; false where its key is too long.
 */
static bool
step_set(LbdMemberStep *step, const char *key, int len)
{
	step->key = key;
	step->key_len = len;
	if (len > LBD_PATH_KEY_MAX)
		return false;
	step->hash = lbd_distinct_finish(lbd_distinct_mix(step->parent->hash,
													  lbd_distinct_hash(key, len)),
									 step->depth);
	return true;
}

/*
 * Visits the scalars of a text of JSON, which is valid.
 */
void
lbd_scalar_members_text(const char *text, int len, LbdMemberVisit visit,
						void *arg)
{
	LbdMemberText reader = {.visit = visit,.arg = arg};
	LbdJsonScanner scanner;
	LbdJsonToken tokens[LBD_TOKENS];
	bool		objects[LBD_OPEN];

	for (int i = 1; i <= LBD_MEMBER_DEPTH; i++)
	{
		reader.steps[i].parent = &reader.steps[i - 1];
		reader.steps[i].depth = i;
	}
	lbd_json_scanner_init(&scanner, text, len, objects, LBD_OPEN);
	do
	{
		int			n = lbd_json_scan(&scanner, tokens, LBD_TOKENS);

		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < n; i++)
			add_token(&reader, &tokens[i]);
	} while (scanner.status == LBD_JSON_MORE);
}

static void
add_token(LbdMemberText *text, const LbdJsonToken *token)
{
	LbdMemberStep *step = &text->steps[text->open];
	bool		known = text->open == 0 || step->key != NULL;

	if (token->kind == LBD_JSON_CLOSE && text->skipped > 0)
		text->skipped--;
	else if (token->kind == LBD_JSON_CLOSE)
		text->open = Max(text->open - 1, 0);
	else if (token->kind == LBD_JSON_ARRAY || text->skipped > 0)
		text->skipped += token->kind == LBD_JSON_ARRAY ||
			token->kind == LBD_JSON_OBJECT;
	else if (token->kind == LBD_JSON_OBJECT)
	{
		if (known && text->open < LBD_MEMBER_DEPTH)
			text->steps[++text->open].key = NULL;
		else
			text->skipped++;
	}
	else if (token->kind == LBD_JSON_KEY)
	{
		if (token->escaped || !step_set(step, token->start + 1, token->len - 2))
			step->key = NULL;
	}
	else if (token->kind != LBD_JSON_NULL && text->open > 0 && known)
		text->visit(step, token->hash, text->arg);
}
