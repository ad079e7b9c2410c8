"""A second account of lbdiag_audit, made from the payload's bytes alone."""

import json
import re

from deflate import Stream, gzip_pieces, own_bytes

TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[-+0-9.eE]+|true|false|null|[\[\]{}]')
PLAIN_KEY = re.compile(r'[A-Za-z_][A-Za-z0-9_]*\Z')
TYPES = ['object', 'array', 'string', 'number', 'boolean', 'null']

# Limits that the documentation gives.
MAX_PATHS = 5000
MAX_DEPTH = 100
MAX_KEY, KEY_SHOWN = 128, 100
EXACT_PATHS = 256
EXACT_DISTINCT = {True: 4096, False: 256}
DISTINCT_ERROR = 0.09       # between five and six standard errors

# The steps of a path, in the order of equally heavy siblings.
ROOT, ELEMENT, MEMBER, ANY_MEMBER = range(4)

MAPS = {'benchmark_groups', 'benchmark_ids', 'benchmark_bibtex_map',
        'benchmarkStimuliMetaMap', 'benchmarkDataMetaMap',
        'benchmarkMetricMetaMap', 'model_metadata_map'}


MASK = (1 << 64) - 1


def key_hash(data):
    """The hash that is shown of a long key: words of eight bytes, the rest as
    a number with its length, and the finalizer of MurmurHash3."""
    value = 0
    while len(data) >= 8:
        value = ((value ^ int.from_bytes(data[:8], 'little'))
                 * 0x9e3779b97f4a7c15) & MASK
        value ^= value >> 32
        data = data[8:]
    if len(data) >= 4:
        rest = (int.from_bytes(data[-4:], 'little')
                << (len(data) - 4) * 8 | int.from_bytes(data[:4], 'little'))
    else:
        rest = int.from_bytes(data, 'big')
    value ^= (rest | len(data) << 56) & MASK
    value ^= value >> 33
    value = (value * 0xff51afd7ed558ccd) & MASK
    value ^= value >> 33
    value = (value * 0xc4ceb9fe1a85ec53) & MASK
    return value ^ value >> 33


def shown_key(key, codec):
    """A key as paths show it: of a long one the start and a hash."""
    data = key.encode(codec)
    if len(data) <= MAX_KEY:
        return key
    start = KEY_SHOWN
    while True:
        try:
            return '%s...%016x' % (data[:start].decode(codec), key_hash(data))
        except UnicodeDecodeError:
            start -= 1


class Node:
    """A path of a document, and what is booked on it."""

    def __init__(self, step, key, parent, number):
        self.step = step
        self.key = key
        self.parent = parent
        self.depth = parent.depth + 1 if parent else 0
        self.number = number
        self.exact = EXACT_DISTINCT[number < EXACT_PATHS]
        self.children = {}
        self.occurrences = self.nulls = 0
        self.key_bytes = self.value_bytes = self.syntax_bytes = 0
        self.bytes = 0
        self.types = set()
        self.values = set()

    def sum(self):
        self.bytes = (self.key_bytes + self.value_bytes + self.syntax_bytes
                      + sum(child.sum() for child in self.children.values()))
        return self.bytes

    def paths(self):
        return 1 + sum(child.paths() for child in self.children.values())

    def book_scalar(self, token):
        self.value_bytes += len(token)
        if token == b'null':
            self.nulls += 1
            self.types.add('null')
            return
        self.types.add({b'"': 'string', b't': 'boolean', b'f': 'boolean'}
                       .get(token[:1], 'number'))
        self.values.add(token)

    def sorted_children(self, codec):
        """The heaviest first, equal ones by their keys' bytes in the
        database."""
        return sorted(self.children.values(), key=lambda child: (
            -child.bytes, child.step, (child.key or '').encode(codec)))


class Folds:
    """Which keys of a component are data, by what lbdiag_audit_detail says of
    objects that are copied: keys are names where they have a row, and are
    under .* where the parent has such a path.  Whether that is what a person
    would say is not judged here, but each byte must be on the path that it has
    by it."""

    def __init__(self, rows):
        self.complete = all(row['complete'] for row in rows)
        self.names = {row['path'] for row in rows}
        self.parents = {row['path'].removesuffix('.*') for row in rows
                        if row['folded']}


class Document:
    """Books each byte of a component on its path.  cells has a set of keys
    for each row of row_data, folds says which other keys are data."""

    def __init__(self, component, layout, cells, codec, folds):
        self.component = component
        self.codec = codec
        self.folds = folds
        self.separator = 1 if layout.compact else 2
        self.cells = cells
        self.row = None         # the cells of the row that is being read
        self.paths = 0
        self.keys = {}
        self.owners = []        # number of the path of each byte
        self.root = self.add(None, ROOT, None)

    def add(self, parent, step, key):
        node = Node(step, key, parent, self.paths)
        node.path = parent.path + path_step(node) if parent else '$'
        if self.folds.parents:
            # The numbers of paths have been given before keys were folded.
            node.exact = EXACT_DISTINCT[False]
        self.paths += 1
        return node

    def child(self, parent, step, key=None):
        node = parent.children.get((step, key))
        if node is None:
            if parent.depth >= MAX_DEPTH:
                return parent
            if step == MEMBER and self.paths >= MAX_PATHS:
                return self.child(parent, ANY_MEMBER)
            node = parent.children[(step, key)] = self.add(parent, step, key)
        return node

    def is_data(self, node, key):
        """Whether a key is data, so that it stands as * in the path."""
        if node.path in self.folds.parents:
            return (node.path + key_step(shown_key(key, self.codec))
                    not in self.folds.names)
        if self.component in MAPS:
            return node is self.root
        if self.component == 'row_data':
            return node.depth == 1 and key in self.row
        return (self.component == 'comparison_data' and node.depth == 1
                and key != 'model')

    def member(self, node, token):
        """Books a key with its quotes and what follows it."""
        key = self.keys.get(token)
        if key is None:
            key = self.keys[token] = json.loads(token)
        child = (self.child(node, ANY_MEMBER) if self.is_data(node, key)
                 else self.child(node, MEMBER, shown_key(key, self.codec)))
        child.key_bytes += len(token)
        child.syntax_bytes += self.separator
        self.own(child, len(token) + self.separator)
        return child

    def own(self, node, length):
        self.owners += [node.number] * length

    def read(self, data):
        """Reads a document without recursion: it may be nested deeply.
        open_values has [node, whether it is an array, members so far]."""
        open_values = []
        node = self.root
        for match in TOKEN.finditer(data):
            token = match.group()
            if token in (b']', b'}'):
                self.own(open_values.pop()[0], 1)
                node = None
                continue
            if open_values and node is None:
                frame = open_values[-1]
                if frame[2]:
                    frame[0].syntax_bytes += self.separator
                    self.own(frame[0], self.separator)
                frame[2] += 1
                if not frame[1]:
                    node = self.member(frame[0], token)
                    continue
                node = self.child(frame[0], ELEMENT)
                if self.component == 'row_data' and frame[0] is self.root:
                    self.row = self.cells[frame[2] - 1]
            node.occurrences += 1
            self.own(node, 1 if token in (b'{', b'[') else len(token))
            if token in (b'{', b'['):
                node.syntax_bytes += 2
                node.types.add('object' if token == b'{' else 'array')
                open_values.append([node, token == b'[', 0])
            else:
                node.book_scalar(token)
            node = None
        self.root.sum()


def key_step(key):
    if PLAIN_KEY.match(key):
        return '.' + key
    return '.' + json.dumps(key, ensure_ascii=False)


def path_step(node):
    if node.step == ELEMENT:
        return '[*]'
    if node.step == ANY_MEMBER:
        return '.*'
    return key_step(node.key)


def audit_row(component, node, total, own, folded):
    """The row of a path.  Equal remainders of compressed bytes are given out
    in the order of the paths' numbers, which is another one where keys have
    been folded: that is one byte more or less of each path."""
    scalar = node.types - {'object', 'array'}
    return {
        'component': component, 'path': node.path, 'depth': node.depth,
        'tolerance': node.paths() if folded else 0,
        'types': '|'.join(t for t in TYPES if t in node.types),
        'occurrences': node.occurrences, 'nulls': node.nulls,
        'bytes': node.bytes, 'share': node.bytes / total,
        'key_bytes': node.key_bytes, 'value_bytes': node.value_bytes,
        'syntax_bytes': node.syntax_bytes,
        'distinct_values': len(node.values) if scalar else None,
        'compressed_bytes': sum_own(node, own),
        'compressed_own_bytes': own[node.number], 'exact': node.exact}


def sum_own(node, own):
    return own[node.number] + sum(sum_own(child, own)
                                  for child in node.children.values())


def audit(components, layout, cells, codec, level, folds):
    """The rows that lbdiag_audit must return for components, a list of
    (name, bytes), TOTAL left out; each with one member more, the number up
    to which its distinct_values is exact.  cells has the keys of each row's
    cells: from the bytes, one that is named as another member of the row
    cannot be told from that.  codec is the database's encoding, level that of
    gzip, folds has the Folds of each component.  Of a component that is not
    complete there is only the first row."""
    total = sum(len(data) for _, data in components)
    documents = []
    pieces = gzip_pieces(components, level)
    symbols = Stream(b''.join(pieces)).symbols()
    for (name, data), piece in zip(components, pieces):
        document = Document(name, layout, cells, codec, folds[name])
        document.read(data)
        own = own_bytes(document.owners, symbols, len(piece))
        own += [0] * (document.paths - len(own))
        documents.append((document.root, name, own))
    documents.sort(key=lambda entry: -entry[0].bytes)
    rows = []
    for root, name, own in documents:
        waiting = [root]
        while waiting:
            node = waiting.pop()
            rows.append(audit_row(name, node, total, own,
                                  folds[name].parents))
            if folds[name].complete:
                waiting += reversed(node.sorted_children(codec))
            else:
                rows[-1] = {column: rows[-1][column] for column in (
                    'component', 'path', 'bytes', 'share', 'compressed_bytes')}
    return rows


def audit_total(components, level):
    return {'component': 'TOTAL', 'path': None, 'depth': None, 'types': None,
            'occurrences': None, 'nulls': None,
            'bytes': sum(len(data) for _, data in components), 'share': 1,
            'key_bytes': None, 'value_bytes': None, 'syntax_bytes': None,
            'distinct_values': None, 'compressed_own_bytes': None,
            'compressed_bytes': sum(map(len, gzip_pieces(components, level)))}


def same_row(row, expected):
    """Whether a row of lbdiag_audit is the expected one.  Further columns
    are none of this account's business."""
    for column, value in expected.items():
        if column in ('exact', 'tolerance'):
            continue
        got = row[column]
        if column == 'share':
            # Rounded to 4 decimals.
            if abs(float(got) - value) > 0.0000501:
                return False
        elif column == 'distinct_values' and value is not None \
                and value > expected.get('exact', 0):
            if got is None or abs(got - value) > DISTINCT_ERROR * value:
                return False
        elif column in ('compressed_bytes', 'compressed_own_bytes') \
                and value is not None:
            if got is None or abs(got - value) > expected.get('tolerance', 0):
                return False
        elif got != value:
            return False
    return True
