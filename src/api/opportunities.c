/*-------------------------------------------------------------------------
 *
 * opportunities.c
 *	  lbdiag_opportunities: what could be done about a payload's size, and
 *	  the rules that find it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/tuplestore.h"

#include "advice/opportunities.h"
#include "api/context.h"
#include "api/definition.h"
#include "api/encoding_setting.h"
#include "api/path_result.h"
#include "compat.h"
#include "payload/leaderboard_payload.h"

/* Columns of lbdiag_opportunities. */
typedef enum LbdOpportunityColumn
{
	OPPORTUNITY_PRIORITY, OPPORTUNITY_IMPACT, OPPORTUNITY_RULES,
	OPPORTUNITY_ACTION, OPPORTUNITY_COMPONENTS, OPPORTUNITY_PATHS,
	OPPORTUNITY_BYTES, OPPORTUNITY_SHARE, OPPORTUNITY_COMPRESSED,
	OPPORTUNITY_COMPRESSED_SHARE, OPPORTUNITY_SAMPLED, OPPORTUNITY_TRADE_OFF,
	OPPORTUNITY_APPLY
} LbdOpportunityColumn;

#define LBD_OPPORTUNITIES_COLS (OPPORTUNITY_APPLY + 1)

/* Columns of lbdiag_rules. */
typedef enum LbdRuleColumn
{
	RULE_NAME, RULE_SCOPE, RULE_COMPONENTS, RULE_BELOW, RULE_KEYS, RULE_TYPES,
	RULE_NEEDS, RULE_MIN_SHARE, RULE_MIN_OCCURRENCES, RULE_MIN_USUAL,
	RULE_MIN_PRESENCE, RULE_MAX_DISTINCT, RULE_MIN_TEXT, RULE_ALONE,
	RULE_IMPACT, RULE_CHANGE, RULE_VALUE, RULE_NOT_WITH, RULE_ACTION,
	RULE_TRADE_OFF
} LbdRuleColumn;

#define LBD_RULES_COLS (RULE_TRADE_OFF + 1)

/* Sets a column, to NULL where the value is missing. */
#define SET(column, datum, missing) \
	do { \
		nulls[column] = (missing); \
		values[column] = nulls[column] ? (Datum) 0 : (datum); \
	} while (0)

static void name_progress(void);
static void put_opportunity(ReturnSetInfo *rsinfo, const LbdPayload *payload,
							const LbdOpportunities *found, int number);
static Datum share_datum(int64 saved, int64 total);
static void put_rule(ReturnSetInfo *rsinfo, const LbdRule *rule);
static Datum texts_datum(const LbdTexts *list);
static Datum list_datum(const char *list);

PG_FUNCTION_INFO_V1(lbdiag_opportunities_1_0);
/*
 * lbdiag_opportunities(payload text, viewer text, layout text)
 *	 -> SETOF (priority int, impact text, rules text[], action text,
 *			   components text[], paths text[], bytes_saved bigint,
 *			   share_saved numeric, compressed_saved bigint,
 *			   compressed_share_saved numeric, sampled boolean,
 *			   trade_off text, apply text)
 *
 * Measures the payload once, and tries what rules propose, what saves most
 * first: see advice/opportunities.c.
 */
Datum
lbdiag_opportunities_1_0(PG_FUNCTION_ARGS)
{
	LbdRequest	request = lbd_request(fcinfo, "lbdiag_opportunities", 3,
									  LBD_OPPORTUNITIES_COLS);
	LbdEncoding encoding = lbd_encoding_setting();
	LbdAudit	audit;
	int			level = NewGUCNestLevel();
	LbdPayload *payload;
	LbdOpportunities *found;

	InitMaterializedSRF(fcinfo, 0);
	name_progress();
	request.progress = "lbdiag_audit";
	lbd_audit_payload(&audit, lbd_build_open(&request), encoding, false);
	payload = lbd_leaderboard_payload(audit.build);
	found = lbd_find_opportunities(payload, lbd_leaderboard_measured(&audit),
								   encoding);
	for (int i = 0; i < found->nrows; i++)
		put_opportunity((ReturnSetInfo *) fcinfo->resultinfo, payload, found,
						i);
	lbd_build_close(audit.build);
	AtEOXact_GUC(true, level);
	return (Datum) 0;
}

/*
 * Has messages on progress begin with the name of the function, where it does
 * not work for another one that has its own name there.
 */
static void
name_progress(void)
{
	const char *setting = "lbdiag.progress_function";

	if (*GetConfigOption(setting, false, false) == '\0')
		(void) set_config_option(setting, "lbdiag_opportunities", PGC_USERSET,
								 PGC_S_SESSION, GUC_ACTION_SAVE, true, 0,
								 false);
}

static void
put_opportunity(ReturnSetInfo *rsinfo, const LbdPayload *payload,
				const LbdOpportunities *found, int number)
{
	const LbdOpportunity *row = &found->rows[number];
	bool		compressed = found->compressed;
	Datum		values[LBD_OPPORTUNITIES_COLS];
	bool		nulls[LBD_OPPORTUNITIES_COLS];

	SET(OPPORTUNITY_PRIORITY, Int32GetDatum(number + 1), false);
	SET(OPPORTUNITY_IMPACT, CStringGetTextDatum(row->impact), false);
	SET(OPPORTUNITY_RULES, texts_datum(&row->rules), false);
	SET(OPPORTUNITY_ACTION, CStringGetTextDatum(row->action), false);
	SET(OPPORTUNITY_COMPONENTS, texts_datum(&row->components),
		row->components.texts == NULL);
	SET(OPPORTUNITY_PATHS, texts_datum(&row->paths), row->paths.texts == NULL);
	SET(OPPORTUNITY_BYTES, Int64GetDatum(row->bytes_saved), false);
	SET(OPPORTUNITY_SHARE, share_datum(row->bytes_saved, found->bytes), false);
	SET(OPPORTUNITY_COMPRESSED, Int64GetDatum(row->compressed_saved),
		!compressed);
	SET(OPPORTUNITY_COMPRESSED_SHARE,
		share_datum(row->compressed_saved, found->compressed_bytes),
		!compressed);
	SET(OPPORTUNITY_SAMPLED, BoolGetDatum(row->sampled), false);
	SET(OPPORTUNITY_TRADE_OFF, CStringGetTextDatum(row->trade_off), false);
	SET(OPPORTUNITY_APPLY,
		CStringGetTextDatum(lbd_payload_whatif_call(payload, row->change)),
		row->change == NULL);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * The share that is saved, which is below 0 where a change takes more.
 */
static Datum
share_datum(int64 saved, int64 total)
{
	Datum		share = lbd_share_datum(lbd_abs(saved), total);

	return saved < 0 ? DirectFunctionCall1(numeric_uminus, share) : share;
}

PG_FUNCTION_INFO_V1(lbdiag_rules_1_0);
/*
 * lbdiag_rules()
 *	 -> SETOF (rule text, scope text, components text[], below text,
 *			   keys text[], types text[], needs text, min_share float8,
 *			   min_occurrences bigint, min_usual float8, min_presence float8,
 *			   max_distinct float8, min_text float8, alone boolean,
 *			   impact text, change text, value text, not_with text[],
 *			   action text, trade_off text)
 *
 * The table of rules: see advice/rules.c.
 */
Datum
lbdiag_rules_1_0(PG_FUNCTION_ARGS)
{
	const LbdRule *rule;

	lbd_check_definition(fcinfo, 0, LBD_RULES_COLS);
	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; (rule = lbd_rule(i)) != NULL; i++)
		put_rule((ReturnSetInfo *) fcinfo->resultinfo, rule);
	return (Datum) 0;
}

static void
put_rule(ReturnSetInfo *rsinfo, const LbdRule *rule)
{
	Datum		values[LBD_RULES_COLS];
	bool		nulls[LBD_RULES_COLS];
	const char *needs = lbd_rule_needs(rule);

#define SET_TEXT(column, text) \
	SET(column, CStringGetTextDatum(text), (text) == NULL)
#define SET_LIST(column, list) \
	SET(column, list_datum(list), (list) == NULL)
#define SET_NUMBER(column, number) \
	SET(column, Float8GetDatum(number), (number) == 0)

	SET_TEXT(RULE_NAME, rule->name);
	SET_TEXT(RULE_SCOPE, lbd_rule_scope(rule));
	SET_LIST(RULE_COMPONENTS, rule->components);
	SET_TEXT(RULE_BELOW, rule->below);
	SET_LIST(RULE_KEYS, rule->keys);
	SET_LIST(RULE_TYPES, rule->types);
	SET_TEXT(RULE_NEEDS, needs);
	SET(RULE_MIN_SHARE, Float8GetDatum(rule->min_share), false);
	SET(RULE_MIN_OCCURRENCES, Int64GetDatum(rule->min_occurrences), false);
	SET_NUMBER(RULE_MIN_USUAL, rule->min_usual);
	SET_NUMBER(RULE_MIN_PRESENCE, rule->min_presence);
	SET_NUMBER(RULE_MAX_DISTINCT, rule->max_distinct);
	SET_NUMBER(RULE_MIN_TEXT, rule->min_text);
	SET(RULE_ALONE, BoolGetDatum(rule->alone), false);
	SET_TEXT(RULE_IMPACT, rule->impact);
	SET_TEXT(RULE_CHANGE, rule->change);
	SET_TEXT(RULE_VALUE, rule->value);
	SET_LIST(RULE_NOT_WITH, rule->not_with);
	SET_TEXT(RULE_ACTION, rule->action);
	SET_TEXT(RULE_TRADE_OFF, rule->trade_off);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

static Datum
texts_datum(const LbdTexts *list)
{
	Datum	   *elements = palloc(Max(list->n, 1) * sizeof(Datum));

	for (int i = 0; i < list->n; i++)
		elements[i] = CStringGetTextDatum(list->texts[i]);
	return PointerGetDatum(construct_array(elements, list->n, TEXTOID, -1,
										   false, TYPALIGN_INT));
}

/*
 * A list of a rule, which is separated by commas, as an array.
 */
static Datum
list_datum(const char *list)
{
	LbdTexts	texts = {palloc((strlen(list) + 1) * sizeof(char *)), 0};
	const char *item;
	int			len;

	while (lbd_list_next(&list, &item, &len))
		texts.texts[texts.n++] = pnstrdup(item, len);
	return texts_datum(&texts);
}
