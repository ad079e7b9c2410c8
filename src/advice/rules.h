/*-------------------------------------------------------------------------
 *
 * rules.h
 *	  What opportunities are found by.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_RULES_H
#define LBD_RULES_H

/* What a rule is about. */
typedef enum LbdRuleScope
{
	LBD_RULE_MEMBER,			/* a member of objects */
	LBD_RULE_KEYS,				/* dynamic keys */
	LBD_RULE_COMPONENT,			/* a component that is sent */
	LBD_RULE_PAYLOAD,			/* all that is sent */
	LBD_RULE_UNSENT,			/* a component that is built, and not sent */
	LBD_RULE_QUERY,				/* a path of the result of any query */
	LBD_RULE_RELATION			/* a path of what a table stores */
} LbdRuleScope;

/* What must be so besides. */
typedef enum LbdRuleNeed
{
	LBD_NEEDS_NOTHING,
	LBD_NEEDS_ROW_DATA,			/* row_data is sent */
	LBD_NEEDS_METADATA_MAP,		/* model_metadata_map has the same key, as
								 * often */
	LBD_NEEDS_JS_STRINGS,		/* components are in JavaScript strings */
	LBD_NEEDS_BLANKS,			/* there are blanks after separators */
	LBD_NEEDS_ESCAPES			/* what is not ASCII is escaped */
} LbdRuleNeed;

/*
 * A rule.  Lists are separated by commas, NULL is anything, and a threshold
 * of 0 is none.
 */
typedef struct LbdRule
{
	const char *name;			/* what users see of it */
	LbdRuleScope scope;			/* what it is about */
	const char *components;		/* names of components, one of which it is */
	const char *below;			/* the path above */
	const char *keys;			/* patterns: see lbd_key_fits */
	const char *types;			/* of values, which are no containers; of a
								 * query and a table: no other type */
	LbdRuleNeed needs;			/* what must be so besides */
	double		min_share;		/* of the payload: bytes of it */
	int64		min_occurrences;	/* values */
	double		min_usual;		/* share of values that have one value, or are
								 * null */
	double		min_presence;	/* share of rows that have the path */
	double		max_distinct;	/* share of values that are distinct */
	double		min_text;		/* bytes of a value on average */
	bool		alone;			/* a member fits the first of such rules only */
	const char *impact;			/* whatever it saves, or NULL: by that */
	const char *change;			/* what it proposes: see changes.c */
	const char *value;			/* of the change; NULL: what fits the rule */
	const char *not_with;		/* rules whose changes exclude its own */
	const char *action;			/* in words; %s is what fits it */
	const char *trade_off;		/* what it costs, in words */
} LbdRule;

extern const LbdRule *lbd_rule(int number);
extern const LbdRule *lbd_rule_find(const char *name);
extern const char *lbd_rule_scope(const LbdRule *rule);
extern const char *lbd_rule_needs(const LbdRule *rule);
extern bool lbd_rules_exclude(const LbdRule *a, const LbdRule *b);
extern bool lbd_list_next(const char **list, const char **item, int *len);
extern bool lbd_list_has(const char *list, const char *name);
extern bool lbd_key_fits(const char *patterns, const char *key);

#endif							/* LBD_RULES_H */
