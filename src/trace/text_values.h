/*-------------------------------------------------------------------------
 *
 * text_values.h
 *	  Which words of a statement are values.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LBD_TEXT_VALUES_H
#define LBD_TEXT_VALUES_H

/* What kind of statement the tokens are of. */
typedef enum LbdTextKind
{
	LBD_TEXT_BEGINS,			/* no word yet */
	LBD_TEXT_QUERY,				/* only literals are values */
	LBD_TEXT_SET,				/* SET */
	LBD_TEXT_DEFINITION,		/* CREATE and ALTER */
	LBD_TEXT_EXPLAIN,			/* EXPLAIN, up to the statement in it */
	LBD_TEXT_OPTIONS,			/* COPY and others with such options */
	LBD_TEXT_EXECUTE			/* EXECUTE */
} LbdTextKind;

/* What is a value from here on. */
typedef enum LbdTextValue
{
	LBD_VALUE_NONE,				/* nothing */
	LBD_VALUE_NEXT,				/* the next token */
	LBD_VALUE_BEFORE,			/* that was one, and may go on */
	LBD_VALUE_OPTION,			/* all up to a comma or a parenthesis */
	LBD_VALUE_GROUP,			/* all up to a parenthesis */
	LBD_VALUE_REST				/* all of the statement */
} LbdTextValue;

/* How a token is shown. */
typedef enum LbdTextShown
{
	LBD_SHOWN,					/* as it is */
	LBD_SHOWN_AS_VALUE,			/* by a question mark */
	LBD_SHOWN_BEFORE			/* by the question mark before it */
} LbdTextShown;

/* Where a walk over a statement's tokens is; all zero at its beginning. */
typedef struct LbdTextWalk
{
	LbdTextKind kind;			/* of the statement */
	LbdTextKind outer;			/* of the one around a query */
	LbdTextValue value;			/* what is one now */
	bool		marked;			/* that has its question mark */
	bool		set_clause;		/* tokens since SET are a name */
	bool		option_next;	/* the next word is an option's name */
	bool		option_named;	/* the last word was one */
	int			depth;			/* of parentheses */
	int			query_depth;	/* where the query began */
	int			value_depth;	/* where the value began */
} LbdTextWalk;

extern LbdTextShown lbd_text_walk(LbdTextWalk *walk, const char *token);

#endif							/* LBD_TEXT_VALUES_H */
