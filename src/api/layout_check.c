/*-------------------------------------------------------------------------
 *
 * layout_check.c
 *	  Trigger: a row of lbdiag_layout must be a layout that can be used.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "commands/trigger.h"
#include "fmgr.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "leaderboard/layout.h"
#include "leaderboard/spi_query.h"

PG_FUNCTION_INFO_V1(lbdiag_layout_check_1_0);
/*
 * _lbdiag_layout_check() -> trigger, before a row of lbdiag_layout is written
 *
 * Raises an error where the row cannot be used as a layout, or where a
 * built-in one would come, change or go; before a TRUNCATE, always.
 */
Datum
lbdiag_layout_check_1_0(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	LbdRow		old = {true, NULL, NULL, "lbdiag_layout"};
	LbdRow		new = {true, NULL, NULL, "lbdiag_layout"};

	/* Only of lbdiag_layout are the columns known to have the right types. */
	if (!CALLED_AS_TRIGGER(fcinfo) ||
		!TRIGGER_FIRED_BEFORE(trigger->tg_event) ||
		RelationGetRelid(trigger->tg_relation) !=
		get_relname_relid("lbdiag_layout",
						  get_func_namespace(fcinfo->flinfo->fn_oid)))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("_lbdiag_layout_check must be fired before lbdiag_layout is written"),
				 errhint("It is the trigger of that table, and of no other.")));
	if (TRIGGER_FIRED_BY_TRUNCATE(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("built-in layouts cannot be deleted"),
				 errhint("Use DELETE FROM lbdiag_layout WHERE NOT built_in.")));
	old.desc = new.desc = RelationGetDescr(trigger->tg_relation);
	if (TRIGGER_FIRED_BY_INSERT(trigger->tg_event))
		new.tuple = trigger->tg_trigtuple;
	else
		old.tuple = trigger->tg_trigtuple;
	if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
		new.tuple = trigger->tg_newtuple;

	if (new.tuple)
		lbd_layout_check_nulls(&new);
	if ((old.tuple && DatumGetBool(lbd_row_value(&old, "built_in", BOOLOID))) ||
		(new.tuple && DatumGetBool(lbd_row_value(&new, "built_in", BOOLOID))))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("built-in layout \"%s\" cannot be written",
						lbd_row_text(old.tuple ? &old : &new, "name")),
				 errhint("Copy its row under another name, with built_in = false.")));
	if (new.tuple)
		(void) lbd_layout_from_row(&new);
	return PointerGetDatum(new.tuple ? new.tuple : old.tuple);
}
