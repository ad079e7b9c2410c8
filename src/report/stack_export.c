/*-------------------------------------------------------------------------
 *
 * stack_export.c
 *	  Trees as files for tools that show stacks: folded, speedscope.
 *
 * A folded stack is a line: frames with semicolons between them, a blank, and
 * the weight as an integer, as flamegraph.pl and inferno read it.  Speedscope
 * reads JSON, https://www.speedscope.app/file-format-schema.json.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/json.h"

#include "report/stack_export.h"

static int *number_frames(const LbdStacks *stacks, int *nframes);
static int	compare_frames(const void *a, const void *b);
static void append_frames(StringInfo out, const LbdStacks *stacks,
						  const int *frames, int nframes);
static void append_samples(StringInfo out, const LbdStacks *stacks,
						   const int *frames);
static int	stack_of(const LbdStacks *stacks, int node, int *stack);

/*
 * The stacks whose weight is not 0, a line each.
 */
char *
lbd_stacks_folded(const LbdStacks *stacks)
{
	int		   *stack = palloc((stacks->nnodes + 1) * sizeof(int));
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < stacks->nnodes; i++)
	{
		int64		weight = stacks->nodes[i].weight;
		int			depth;

		CHECK_FOR_INTERRUPTS();
		weight = (weight + stacks->scale / 2) / stacks->scale;
		if (weight <= 0)
			continue;
		depth = stack_of(stacks, i, stack);
		while (depth-- > 0)
		{
			lbd_append_frame(&out, stacks->nodes[stack[depth]].name);
			appendStringInfoChar(&out, depth > 0 ? ';' : ' ');
		}
		appendStringInfo(&out, INT64_FORMAT "\n", weight);
	}
	pfree(stack);
	return out.data;
}

/*
 * Finds the nodes from one up to the top, and returns how many they are.
 */
static int
stack_of(const LbdStacks *stacks, int node, int *stack)
{
	int			depth = 0;

	for (; node >= 0; node = stacks->nodes[node].parent)
		stack[depth++] = node;
	return depth;
}

/*
 * Appends a name as folded stacks and callgrind's files have it: \x3b for a
 * semicolon, and the like for all else that would end a frame or a line.
 */
void
lbd_append_frame(StringInfo out, const char *name)
{
	for (; *name; name++)
	{
		switch (*name)
		{
			case '\\':
				appendStringInfoString(out, "\\\\");
				break;
			case ';':
				appendStringInfoString(out, "\\x3b");
				break;
			case '\n':
				appendStringInfoString(out, "\\n");
				break;
			case '\r':
				appendStringInfoString(out, "\\r");
				break;
			case '\t':
				appendStringInfoString(out, "\\t");
				break;
			default:
				appendStringInfoChar(out, *name);
		}
	}
}

/*
 * Appends value / scale, which is a power of 10, with the digits that it has.
 */
void
lbd_append_scaled(StringInfo out, int64 value, int64 scale)
{
	int64		rest = value % scale;

	appendStringInfo(out, INT64_FORMAT, value / scale);
	if (rest == 0)
		return;
	appendStringInfoChar(out, '.');
	while (rest > 0)
	{
		scale /= 10;
		appendStringInfoChar(out, '0' + rest / scale);
		rest %= scale;
	}
}

/*
 * The stacks as speedscope reads them.  Its members are in the order of jsonb.
 */
char *
lbd_stacks_speedscope(const LbdStacks *stacks)
{
	int			nframes;
	int		   *frames = number_frames(stacks, &nframes);
	StringInfoData title;
	StringInfoData out;

	initStringInfo(&title);
	escape_json(&title, stacks->title);
	initStringInfo(&out);
	appendStringInfo(&out, "{\"name\": %s, \"shared\": {\"frames\": ",
					 title.data);
	append_frames(&out, stacks, frames, nframes);
	appendStringInfo(&out, "}, \"$schema\": "
					 "\"https://www.speedscope.app/file-format-schema.json\", "
					 "\"exporter\": \"lbdiag\", \"profiles\": [{\"name\": %s, "
					 "\"type\": \"sampled\", \"unit\": \"%s\", ", title.data,
					 stacks->unit);
	append_samples(&out, stacks, frames);
	appendStringInfoString(&out, ", \"startValue\": 0}], "
						   "\"activeProfileIndex\": 0}");
	pfree(frames);
	return out.data;
}

static void
append_frames(StringInfo out, const LbdStacks *stacks, const int *frames,
			  int nframes)
{
	int			next = 0;

	appendStringInfoChar(out, '[');
	for (int i = 0; i < stacks->nnodes && next < nframes; i++)
	{
		const LbdStackNode *node = &stacks->nodes[i];

		CHECK_FOR_INTERRUPTS();
		if (frames[i] != next)
			continue;
		appendStringInfoString(out, next++ > 0 ? ", {" : "{");
		if (node->file)
		{
			appendStringInfoString(out, "\"file\": ");
			escape_json(out, node->file);
			appendStringInfo(out, ", \"line\": %d, ", node->line);
		}
		appendStringInfoString(out, "\"name\": ");
		escape_json(out, node->name);
		appendStringInfoChar(out, '}');
	}
	appendStringInfoChar(out, ']');
}

static void
append_samples(StringInfo out, const LbdStacks *stacks, const int *frames)
{
	int		   *stack = palloc((stacks->nnodes + 1) * sizeof(int));
	int64		sum = 0;

	appendStringInfoString(out, "\"samples\": [");
	for (int i = 0; i < stacks->nnodes; i++)
	{
		int			depth = stack_of(stacks, i, stack);

		CHECK_FOR_INTERRUPTS();
		appendStringInfoString(out, i > 0 ? ", [" : "[");
		while (depth-- > 0)
			appendStringInfo(out, "%d%s", frames[stack[depth]],
							 depth > 0 ? ", " : "]");
	}
	appendStringInfoString(out, "], \"weights\": [");
	for (int i = 0; i < stacks->nnodes; i++)
	{
		appendStringInfoString(out, i > 0 ? ", " : "");
		lbd_append_scaled(out, stacks->nodes[i].weight, stacks->scale);
		sum += stacks->nodes[i].weight;
	}
	appendStringInfoString(out, "], \"endValue\": ");
	lbd_append_scaled(out, sum, stacks->scale);
	pfree(stack);
}

/*
 * Numbers the frames, of which nodes with one name at one place are one, in
 * the order in which they first come; returns the number of each node's.
 */
static int *
number_frames(const LbdStacks *stacks, int *nframes)
{
	const LbdStackNode **sorted = palloc((stacks->nnodes + 1) *
										 sizeof(LbdStackNode *));
	int		   *result = palloc((stacks->nnodes + 1) * sizeof(int));
	int			first = 0;

	for (int i = 0; i < stacks->nnodes; i++)
		sorted[i] = &stacks->nodes[i];
	qsort(sorted, stacks->nnodes, sizeof(LbdStackNode *), compare_frames);
	/* Of each frame, the node that has it first; those of a frame in order. */
	for (int i = 0; i < stacks->nnodes; i++)
	{
		if (i == 0 || sorted[i]->line != sorted[first]->line ||
			strcmp(sorted[i]->name, sorted[first]->name) != 0 ||
			(sorted[i]->file &&
			 strcmp(sorted[i]->file, sorted[first]->file) != 0))
			first = i;
		result[sorted[i] - stacks->nodes] = sorted[first] - stacks->nodes;
	}
	*nframes = 0;
	for (int i = 0; i < stacks->nnodes; i++)
		result[i] = result[i] == i ? (*nframes)++ : result[result[i]];
	pfree(sorted);
	return result;
}

/*
 * All nodes of a tree have a file, or none has.
 */
static int
compare_frames(const void *a, const void *b)
{
	const LbdStackNode *left = *(const LbdStackNode *const *) a;
	const LbdStackNode *right = *(const LbdStackNode *const *) b;
	int			result = strcmp(left->name, right->name);

	if (result == 0 && left->file && right->file)
		result = strcmp(left->file, right->file);
	if (result == 0)
		result = left->line - right->line;
	if (result == 0)
		result = left < right ? -1 : 1;
	return result;
}
