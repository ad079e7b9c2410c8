"""A second account of the payload: what lbdiag_context must return.

It is written from the payload's contract alone, for what is easy to read and
not for speed, and shares nothing with the C code.  Values of JSON are dicts
(in the order in which they are written), lists, strings, True, False, None,
whole numbers and doubles of Python, and Number for what came from jsonb.
"""

import decimal
import math
import re
from decimal import Decimal

decimal.getcontext().prec = 200000
decimal.getcontext().Emax = 999999999
decimal.getcontext().Emin = -999999999

MISSING = object()

BASE_COMPONENTS = [
    'row_data', 'column_defs', 'benchmark_groups', 'filter_options',
    'benchmark_metadata', 'benchmark_tree', 'benchmark_ids',
    'benchmark_bibtex_map', 'benchmarkStimuliMetaMap', 'benchmarkDataMetaMap',
    'benchmarkMetricMetaMap', 'model_metadata_map']
COMPONENTS = BASE_COMPONENTS + ['comparison_data']

# A number is rounded only up to so many digits before the point; beyond,
# the contract says nothing, and the text stays as it is.
MAX_ROUNDED_DIGITS = 400


class ContractError(Exception):
    """The payload cannot be built.  The arguments are the SQLSTATEs of all
    reasons: nothing says which of them is reported."""


CYCLE = '42P19'
UNKNOWN_LEADERBOARD = '42704'
WRONG_SCORES = '22023'


class Number:
    """A number of jsonb: the text it was given as, and as jsonb prints it."""

    def __init__(self, text):
        value = Decimal(text)
        self.given = text
        self.printed = format(value, 'f')
        if value == 0:
            self.printed = self.printed.lstrip('-')

    def wire(self):
        """Its text in the payload."""
        if '.' not in self.printed:
            return self.printed
        double = float(self.printed)
        return self.printed if math.isinf(double) else repr(double)

    def value(self):
        return Decimal(self.wire())


class Field:
    """A member of a cell, as a layout declares it."""

    def __init__(self, key, source, default=MISSING, places=None, omit=False):
        self.key = key
        self.source = source
        self.default = default
        self.places = places
        self.omit = omit


class Layout:
    """The shape of a payload: a row of lbdiag_layout."""

    def __init__(self, cell, components=None, members=(), binary=False,
                 tree_root=None, compact=False, ascii_only=True,
                 html_safe=False):
        self.cell = cell
        self.components = components or BASE_COMPONENTS
        self.members = set(members)
        self.binary = binary
        self.tree_root = tree_root
        self.compact = compact
        self.ascii_only = ascii_only
        self.html_safe = html_safe


MEMBERS_DOCUMENTED = ['model_metadata_map:$.*.layer_mapping']
MEMBERS_2026_07 = [
    'row_data:$[*].submission_timestamp', 'row_data:$[*].metadata.group',
    'column_defs:$[*].lockPosition', 'column_defs:$[*].suppressMovable',
    'column_defs:$[*].context.newLeafCounts',
    'column_defs:$[*].context.newLeafCountDefault',
    'column_defs:$[*].context.newUpdates',
    'column_defs:$[*].context.isNewDefault',
    'filter_options:$.ceiling_ranges', 'benchmark_metadata:$[*].ceiling']
MEMBERS = MEMBERS_DOCUMENTED + MEMBERS_2026_07

LAYOUTS = {
    'documented': Layout(
        [Field(key, key)
         for key in ('score_ceiled', 'error', 'benchmark_type_id')],
        members=MEMBERS_DOCUMENTED),
    'brainscore_2026_02': Layout(
        [Field('value', 'score_ceiled', 'X'),
         Field('complete', 'is_complete', True),
         Field('timestamp', 'end_timestamp')],
        components=COMPONENTS, members=MEMBERS_DOCUMENTED, binary=True,
        tree_root='average_vision'),
    'brainscore_2026_07': Layout(
        [Field('value', 'score_ceiled', 'X', 2),
         Field('timestamp', 'end_timestamp', omit=True)]
        + [Field(key, key, omit=True)
           for key in ('version_valid_from', 'version_valid_to',
                       'historical_versions')],
        members=MEMBERS_2026_07, html_safe=True),
}


# ---------------------------------------------------------------------------
# Values
# ---------------------------------------------------------------------------

def truthy(value):
    if value is MISSING or value is None or value is False:
        return False
    if value is True:
        return True
    if isinstance(value, Number):
        return Decimal(value.printed) != 0
    return len(value) > 0


def member(value, key, default=MISSING):
    """A member of what may be no object at all."""
    if isinstance(value, dict) and key in value:
        return value[key]
    return default


def as_in_jsonb(value, encoding):
    """The value with its keys in jsonb's order, which depends on the bytes
    that they have in the database."""
    if isinstance(value, dict):
        keys = sorted((len(key.encode(encoding)), key.encode(encoding), key)
                      for key in value)
        return {key: as_in_jsonb(value[key], encoding) for _, _, key in keys}
    if isinstance(value, list):
        return [as_in_jsonb(element, encoding) for element in value]
    return value


NUMERIC = re.compile(r'[ \t\n\v\f\r]*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)'
                     r'(?:[eE][+-]?[0-9]+)?)[ \t\n\v\f\r]*\Z')


def numeric(text):
    match = NUMERIC.match(text)
    return Decimal(match.group(1)) if match else None


def decimal_of(value):
    """The number that a JSON number or a numeric string stands for."""
    if isinstance(value, Number):
        return value.value()
    if isinstance(value, str):
        return numeric(value)
    return None


def rounded(number, places):
    return number.quantize(Decimal(1).scaleb(-places),
                           rounding=decimal.ROUND_HALF_UP)


# ---------------------------------------------------------------------------
# Wire text
# ---------------------------------------------------------------------------

SHORT_ESCAPES = {'"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r',
                 '\t': '\\t', '\b': '\\b', '\f': '\\f'}


class Writer:
    def __init__(self, layout):
        self.comma = ',' if layout.compact else ', '
        self.colon = ':' if layout.compact else ': '
        self.ascii_only = layout.ascii_only
        self.html_safe = layout.html_safe
        self.out = []

    def character(self, char):
        code = ord(char)
        if char in SHORT_ESCAPES:
            return SHORT_ESCAPES[char]
        if code < 0x20 or (self.html_safe and char in '<>&'):
            return '\\u%04x' % code
        if not self.ascii_only or code < 0x7f:
            return char
        if code < 0x10000:
            return '\\u%04x' % code
        code -= 0x10000
        return '\\u%04x\\u%04x' % (0xd800 | code >> 10, 0xdc00 | code & 0x3ff)

    def string(self, text):
        self.out.append('"%s"' % ''.join(map(self.character, text)))

    def members(self, pairs):
        for number, (key, value) in enumerate(pairs):
            if number:
                self.out.append(self.comma)
            if key is not None:
                self.string(key)
                self.out.append(self.colon)
            self.value(value)

    def value(self, value):
        if value is None or value is True or value is False:
            self.out.append({None: 'null', True: 'true',
                             False: 'false'}[value])
        elif isinstance(value, str):
            self.string(value)
        elif isinstance(value, Number):
            self.out.append(value.wire())
        elif isinstance(value, dict):
            self.out.append('{')
            self.members(value.items())
            self.out.append('}')
        elif isinstance(value, list):
            self.out.append('[')
            self.members((None, element) for element in value)
            self.out.append(']')
        else:
            self.out.append(repr(value))


def wire_text(value, layout):
    writer = Writer(layout)
    writer.value(value)
    return ''.join(writer.out).encode('utf-8')


# ---------------------------------------------------------------------------
# Viewers and ranks
# ---------------------------------------------------------------------------

class Viewer:
    def __init__(self, text):
        self.kind, _, user = text.partition(':')
        self.user = Decimal(user) if user else None

    def is_id(self, person):
        number = member(person, 'id')
        return (self.user is not None and isinstance(number, Number)
                and number.value() == self.user)

    def sees(self, model):
        if self.kind == 'all':
            return True
        own = self.user is not None and (model['user_id'] == self.user
                                         or self.is_id(model['owner']))
        public = model['public'] is True
        return {'public': public, 'own': own, 'user': public or own}[self.kind]


def deciding_number(model, rank_root, binary):
    """What the model is ranked by: a number, 'X', or None: not shown."""
    for score in model['scores'] or []:
        if not isinstance(score, dict):
            raise ContractError(WRONG_SCORES)
        if member(score, 'benchmark_type_id') != rank_root:
            continue
        value = member(score, 'score_ceiled')
        if value == 'X':
            return value
        number = decimal_of(value)
        if number is None:
            return None
        if not binary:
            return rounded(number, 2)
        double = float(number)
        return double if math.isinf(double) else Decimal(round(double, 2))
    return None


def ranked_models(board, viewer, layout):
    """The models shown: a list of (rank, model), in rank order."""
    shown = []
    for model in board.models:
        if model['domain'] != board.domain or not viewer.sees(model):
            continue
        if not isinstance(model['scores'], (list, type(None))):
            raise ContractError(WRONG_SCORES)
        number = deciding_number(model, board.rank_root, layout.binary)
        if number is not None:
            shown.append((number, model))

    def order(pair):
        number, model = pair
        is_x = number == 'X'
        return (is_x, 0 if is_x else -number, model['name'] is None,
                model['name'] or '', model['model_id'])

    shown.sort(key=order)
    ranked = []
    for place, (number, model) in enumerate(shown):
        same = place and shown[place - 1][0] == number
        ranked.append((ranked[-1][0] if same else place + 1, model))
    return ranked


# ---------------------------------------------------------------------------
# Components made of models
# ---------------------------------------------------------------------------

METADATA = {'architecture': '', 'model_family': '', 'total_parameter_count': 0,
            'total_layers': 0, 'model_size_mb': 0, 'runnable': False,
            'training_dataset': '', 'task_specialization': ''}


def key_text(value):
    """The name of a member that a value of the data gives."""
    return value.wire() if isinstance(value, Number) else value


def rounded_text(value, places):
    number = decimal_of(value)
    if number is None or (isinstance(value, Number) and number == 0):
        return value
    if number and number.adjusted() >= MAX_ROUNDED_DIGITS:
        return value
    return format(rounded(number, places), 'f')


def build_cell(score, layout):
    cell = {}
    for field in layout.cell:
        default = None if field.default is MISSING else field.default
        value = member(score, field.source, default)
        if field.omit and not truthy(value):
            continue
        if field.places is not None:
            value = rounded_text(value, field.places)
        cell[field.key] = value
    return cell


def build_row(rank, model, board, viewer, layout):
    metadata = {key: member(model['model_meta'], key, default)
                for key, default in METADATA.items()}
    if 'row_data:$[*].metadata.group' in layout.members:
        metadata['group'] = board.groups.get(model['model_id'])
    row = {
        'id': model['model_id'],
        'rank': rank,
        'model': {'id': model['model_id'], 'name': model['name'],
                  'submitter': member(model['submitter'], 'display_name',
                                      None)},
        'public': model['public'],
        'is_owner': viewer.is_id(model['user'])}
    if 'row_data:$[*].submission_timestamp' in layout.members:
        row['submission_timestamp'] = model['iso_timestamp']
    row['metadata'] = metadata
    for score in model['scores']:
        identifier = member(score, 'versioned_benchmark_identifier')
        if truthy(identifier):
            row[key_text(identifier)] = build_cell(score, layout)
    return row


def cell_keys(board, viewer_text, layout):
    """The keys of the cells of each row, a list of sets."""
    return [{key_text(identifier) for score in model['scores']
             for identifier in [member(score,
                                       'versioned_benchmark_identifier')]
             if truthy(identifier)}
            for _, model in ranked_models(board, Viewer(viewer_text), layout)]


def build_metadata_map(models, layout):
    result = {}
    for _, model in models:
        if not model['model_meta']:
            continue
        value = dict(model['model_meta'])
        if 'model_metadata_map:$.*.layer_mapping' in layout.members:
            value['layer_mapping'] = model['layers']
        name = 'null' if model['name'] is None else model['name']
        result[name] = value
    return result


def build_comparison(model):
    row = {'model': model['name']}
    for score in model['scores']:
        identifier = member(score, 'versioned_benchmark_identifier', None)
        if identifier is None:
            continue
        name = key_text(identifier)
        row[name + '-score'] = member(score, 'score_ceiled', None)
        row[name + '-error'] = member(score, 'error', None)
        row[name + '-is_complete'] = member(score, 'is_complete', None)
    return row


# ---------------------------------------------------------------------------
# Components made of benchmarks
# ---------------------------------------------------------------------------

FIRST_COLUMNS = [
    {'field': 'rank', 'headerName': 'Rank', 'pinned': 'left', 'width': 100,
     'filter': False},
    {'field': 'model', 'headerName': 'Model', 'pinned': 'left', 'width': 400,
     'minWidth': 180, 'resizable': True, 'cellRenderer': 'modelCellRenderer',
     'comparator': 'modelComparator',
     'getQuickFilterText':
         'function(params) { return params.value?.name || ""; }'}]
PUBLIC_COLUMN = {
    'field': 'public_toggle', 'headerName': 'Public', 'pinned': 'left',
    'width': 80, 'filter': False, 'sortable': False,
    'cellRenderer': 'publicToggleCellRenderer', 'headerClass': 'text-center'}
COLUMN_ORDER = ['average', 'neural', 'behavior', 'engineering']


def is_leaf(benchmark):
    return benchmark['number_of_all_children'] == 0


def root_parent(benchmark, by_identifier):
    steps = 0
    while benchmark['parent'] in by_identifier:
        benchmark = by_identifier[benchmark['parent']]
        steps += 1
        if steps > len(by_identifier):
            raise ContractError(CYCLE)
    return benchmark['identifier']


def first_column(column, layout):
    result = {}
    for key, value in column.items():
        result[key] = value
        if key == 'pinned':
            for more in ('lockPosition', 'suppressMovable'):
                if 'column_defs:$[*].' + more in layout.members:
                    result[more] = True
    return result


def context_members(layout, **members):
    return {key: value for key, value in members.items()
            if 'column_defs:$[*].context.' + key in layout.members}


def grouping_column(benchmark, board, layout, by_identifier):
    parent = benchmark['parent']
    return {
        'field': benchmark['identifier'],
        'headerName': benchmark['short_name'],
        'headerComponent': 'expandableHeaderComponent',
        'cellRenderer': 'scoreCellRenderer',
        'hide': parent is not None and not parent.startswith(board.rank_root),
        'sortable': True, 'width': 150,
        'context': {
            'parentField': parent, 'benchmarkId': benchmark['identifier'],
            'rootParent': root_parent(benchmark, by_identifier),
            **context_members(layout, newLeafCounts={},
                              newLeafCountDefault=0)}}


def leaf_column(benchmark, layout, by_identifier):
    return {
        'field': benchmark['identifier'], 'width': 150,
        'headerName': benchmark['short_name'],
        'headerComponent': 'leafComponent',
        'cellRenderer': 'scoreCellRenderer', 'hide': True, 'sortable': True,
        'context': {
            'parentField': benchmark['parent'],
            'rootParent': root_parent(benchmark, by_identifier),
            **context_members(layout, newUpdates=[], isNewDefault=False)}}


def build_columns(benchmarks, board, viewer, layout):
    by_identifier = {b['identifier']: b for b in benchmarks}
    columns = [first_column(column, layout) for column in FIRST_COLUMNS]
    if viewer.kind in ('user', 'own'):
        columns.append(PUBLIC_COLUMN)
    roots = [b for b in benchmarks if b['parent'] is None]
    groupings = [b for b in benchmarks
                 if b['parent'] is not None and b['version'] == 0]
    columns += [grouping_column(b, board, layout, by_identifier)
                for b in roots + groupings]

    def order(column):
        kind = column['field'].split('_')[0]
        return (COLUMN_ORDER + [kind]).index(kind)

    columns.sort(key=order)
    return columns + [leaf_column(b, layout, by_identifier)
                      for b in benchmarks if is_leaf(b)]


def build_groups(benchmarks):
    groups = {}
    for benchmark in filter(is_leaf, benchmarks):
        parent = benchmark['parent']
        group = groups.setdefault('ungrouped' if parent is None else parent,
                                  [])
        group.append(
            {key: benchmark[key] for key in ('identifier', 'short_name')})
    return groups


def ceiling(benchmark):
    number = numeric(benchmark['ceiling'] or '')
    if number is None or math.isinf(float(number)):
        return None
    return float(number)


def build_benchmark_metadata(benchmark, layout):
    data = benchmark['benchmark_data_meta']
    result = {'identifier': benchmark['identifier']}
    for key in ('region', 'species', 'task'):
        result[key] = member(data, key, None)
    result['data_publicly_available'] = member(
        data, 'data_publicly_available', True)
    result['num_stimuli'] = member(benchmark['benchmark_stimuli_meta'],
                                   'num_stimuli', None)
    if 'benchmark_metadata:$[*].ceiling' in layout.members:
        result['ceiling'] = ceiling(benchmark) if is_leaf(benchmark) else None
    return result


def unversioned(identifier):
    return identifier.split('_v', 1)[0]


def build_tree(benchmarks, root):
    children = {}
    for benchmark in benchmarks:
        if benchmark['parent'] is not None:
            children.setdefault(unversioned(benchmark['parent']),
                                []).append(benchmark)
    above = set()

    def node(benchmark):
        if id(benchmark) in above:
            raise ContractError(CYCLE)
        above.add(id(benchmark))
        result = {'id': benchmark['identifier'],
                  'label': benchmark['short_name']}
        below = children.get(unversioned(benchmark['identifier']))
        if below:
            result['children'] = list(map(node, below))
        above.remove(id(benchmark))
        return result

    return [node(b) for b in benchmarks
            if b['parent'] in (None, root) and b['identifier'] != root + '_v0']


def tree_size(benchmarks):
    """At most so many nodes has a tree of these benchmarks."""
    children = {}
    for benchmark in benchmarks:
        if benchmark['parent'] is not None:
            children.setdefault(unversioned(benchmark['parent']), []).append(
                unversioned(benchmark['identifier']))
    sizes = {}

    def size(name):
        if name not in sizes:
            sizes[name] = 0         # a cycle is never written
            sizes[name] = sum(1 + size(child)
                              for child in children.get(name, ()))
        return sizes[name]

    return sum(1 + size(unversioned(b['identifier'])) for b in benchmarks)


def build_bibtex(benchmarks):
    return {b['identifier']: {
                'bibtex': b['benchmark_bibtex'],
                'benchmark_type_id': b['identifier'].rsplit('_v', 1)[0]}
            for b in benchmarks if is_leaf(b) and b['benchmark_bibtex']}


def meta_map(benchmarks, column):
    return {b['identifier']: {} if b[column] is None else b[column]
            for b in benchmarks}


# ---------------------------------------------------------------------------
# Filters
# ---------------------------------------------------------------------------

WHITE_SPACE = ''.join(map(chr, [
    *range(0x09, 0x0e), *range(0x1c, 0x21), 0x85, 0xa0, 0x1680,
    *range(0x2000, 0x200b), 0x2028, 0x2029, 0x202f, 0x205f, 0x3000]))


def rounded_up(number):
    digits = len(str(number))
    if digits == 1:
        return 10
    step = 10 ** (digits - 1 if digits <= 4 else digits - 2)
    return (number // step + 1) * step


def number_range(values, fallback, shift=0):
    numbers = [v.value() for v in values if isinstance(v, Number)]
    greatest = max(numbers, default=0)
    if greatest <= 0:
        return {'min': 0, 'max': fallback}
    return {'min': 0, 'max': rounded_up(int(greatest.scaleb(shift)))}


def ceiling_range(benchmarks):
    ceilings = [ceiling(b) for b in benchmarks if is_leaf(b)]
    greatest = max((c for c in ceilings if c is not None), default=0)
    if not greatest:
        return {'min': 0, 'max': 1.0}
    return {'min': 0, 'max': min(1.0, round(greatest + 0.05, 2))}


def list_parts(texts):
    parts = {part.strip(WHITE_SPACE) for text in texts
             if isinstance(text, str) for part in text.split(',')}
    return sorted(parts - {''})


def build_filters(models, benchmarks, layout, now):
    def of_models(key):
        return [member(model['model_meta'], key) for _, model in models]

    def of_benchmarks(key):
        return sorted({text for b in benchmarks
                       for text in [member(b['benchmark_data_meta'], key)]
                       if isinstance(text, str) and text})

    runnable = of_models('runnable')
    result = {
        'architectures': list_parts(of_models('architecture')),
        'model_families': list_parts(of_models('model_family')),
        'training_datasets': list_parts(of_models('training_dataset')),
        'task_specializations': list_parts(of_models('task_specialization')),
        'parameter_ranges': number_range(of_models('total_parameter_count'),
                                         100, -6),
        'layer_ranges': number_range(of_models('total_layers'), 500),
        'size_ranges': number_range(of_models('model_size_mb'), 1000),
        'runnable_options': [option for option in (False, True)
                             if any(value is option for value in runnable)],
        'benchmark_regions': of_benchmarks('region'),
        'benchmark_species': of_benchmarks('species'),
        'benchmark_tasks': of_benchmarks('task'),
        'stimuli_ranges': number_range(
            [member(b['benchmark_stimuli_meta'], 'num_stimuli')
             for b in benchmarks], 1000)}
    if 'filter_options:$.ceiling_ranges' in layout.members:
        result['ceiling_ranges'] = ceiling_range(benchmarks)
    result['datetime_range'] = {
        'min': '2020-08-27T00:00:00+00:00', 'max': now[0],
        'min_unix': 1598486400, 'max_unix': now[1]}
    return result


# ---------------------------------------------------------------------------
# The context
# ---------------------------------------------------------------------------

def checked(models):
    """The models, whose scores are about to be written: all must be objects,
    also those behind the deciding one."""
    if any(not isinstance(score, dict)
           for _, model in models for score in model['scores']):
        raise ContractError(WRONG_SCORES)
    return models


def build_all(builders):
    """Calls all builders, a dict, and returns what they return, a dict."""
    built, errors = {}, []
    for name, builder in builders.items():
        try:
            built[name] = builder()
        except ContractError as error:
            errors += error.args
    if errors:
        raise ContractError(*errors)
    return built


def build_context(board, viewer_text, layout, now, wanted=COMPONENTS):
    """The wanted components of the board for a viewer: a list of (name,
    bytes), in the order of the contract.  now is the transaction's time, as
    text and as whole seconds."""
    viewer = Viewer(viewer_text)
    # Where there are no leaderboards at all, any is an empty one.
    domains = {row['domain'] for row in board.models + board.benchmarks}
    if not board.registered and domains - {None} \
            and board.domain not in domains:
        raise ContractError(UNKNOWN_LEADERBOARD)
    models = ranked_models(board, viewer, layout)
    benchmarks = [b for b in board.benchmarks if b['domain'] == board.domain
                  and (viewer.kind == 'all' or b['visible'] is not False)]
    benchmarks.sort(key=lambda b: (b['overall_order'], b['identifier']))
    builders = {
        'row_data': lambda: [build_row(rank, model, board, viewer, layout)
                             for rank, model in checked(models)],
        'column_defs': lambda: build_columns(benchmarks, board, viewer, layout),
        'benchmark_groups': lambda: build_groups(benchmarks),
        'filter_options': lambda: build_filters(models, benchmarks, layout,
                                                now),
        'benchmark_metadata': lambda: [build_benchmark_metadata(b, layout)
                                       for b in benchmarks],
        'benchmark_tree': lambda: build_tree(
            benchmarks, layout.tree_root or board.rank_root),
        'benchmark_ids': lambda: {b['identifier']: b['benchmark_id']
                                  for b in benchmarks if b['benchmark_id']},
        'benchmark_bibtex_map': lambda: build_bibtex(benchmarks),
        'benchmarkStimuliMetaMap': lambda: meta_map(
            benchmarks, 'benchmark_stimuli_meta'),
        'benchmarkDataMetaMap': lambda: meta_map(
            benchmarks, 'benchmark_data_meta'),
        'benchmarkMetricMetaMap': lambda: meta_map(
            benchmarks, 'benchmark_metric_meta'),
        'model_metadata_map': lambda: build_metadata_map(models, layout),
        'comparison_data': lambda: [build_comparison(model)
                                    for _, model in checked(models)]}
    built = build_all({name: builders[name] for name in COMPONENTS
                       if name in layout.components and name in wanted})
    return [(name, wire_text(value, layout)) for name, value in built.items()]
