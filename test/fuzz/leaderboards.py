"""Random leaderboards, full of what may go wrong, and the SQL that makes
them.  A leaderboard is determined by its seed."""

import json
import random
from datetime import datetime

from oracle import (COMPONENTS, LAYOUTS, MEMBERS, MISSING, Field, Layout,
                    Number, as_in_jsonb, tree_size)

# How Python calls the encodings.  Text of an SQL_ASCII database must be
# UTF-8, or else it cannot be written.
CODECS = {'UTF8': 'utf-8', 'LATIN1': 'latin-1', 'WIN1252': 'cp1252',
          'SQL_ASCII': 'utf-8'}

HOSTILE_TEXTS = [
    '', '"', '\\', '"\\"', "'", "''", '*', '$', '.', '[*]', '$1', '%s', ':',
    ',', ', ', '": "', '</', '/', '<script>', '&amp;', '__proto__',
    'constructor', 'a b', ' x ', '\t', '\x01', '\x1f', '\x7f', '\x80', '\x85',
    '\xa0', 'é', '神経', '😀', '\U0010fffd', '\U00010000', '\uffff',
    '\ufffe', '\ufeff', '\u2028', '\u2029', '\u200b', '\ud7ff', '\ue000',
    '€', '1', '9a', '_', 'a1', 'A', '-1', '1e5', '.5', 'NaN', 'true', 'null',
    '\\u0041', 'a' * 15, 'a' * 16, 'a' * 17, 'abcdefg"', 'abcdefgh', 'abcdefgé',
    'abcdefgh\n', 'a\x7fb', 'layer_mapping', 'score_ceiled', 'error',
    'versioned_benchmark_identifier', '-score', '-error',
    ''.join(map(chr, range(1, 32)))]

# Texts of numbers: ties, edges of doubles, of numeric, and of exponents.
NUMBERS = '''
    0 0.0 0.00 -0 -0.0 1 -1 1.0 1.00 1e0 1e5 1E+5 1.5e3 8 9 10 16 32 99 100 999
    1000 9999 12345 99999 100000 0.1 0.3 0.5 0.005 0.015 0.025 0.125 -0.005
    -0.001 -0.004999 1.005 2.675 4.35 9.995 99.995 0.995 100.10 1.1e1 3.0
    0.30000000000000004 0.1234567890123456789 0.123456789012345
    0.1234567890123456 123456789.123456789 0.0001 0.00001 0.00012345 1e-4 1e-5
    5.3e-05 1e-10 0.000123456789012345 1e9 1e15 1.0e16 1e16 1e17 1e21 1e22
    1.00e1 99999999999999.9 999999999999999.9 9999999999999999.9
    100000000000000000000.0 123456789012345 1234567890123456
    123456789012345678 1234567890123456789012 12345678901234567.5
    9007199254740993 9007199254740993.0 9007199254740992.5 4503599627370496.5
    4503599627370497.5 1e-63 1e-64 1.234e-70 1e-255 1e-260 1e250 1.5e-250 1e100
    1.5e100 1e308 1.7976931348623157e308 1.7976931348623158e308
    1.7976931348623159e308 1.8e308 2.2250738585072014e-308
    2.2250738585072011e-308 5e-324 2e-324 3e-324 2.4703282292062327e-324
    2.4703282292062328e-324 1e-400 -1e-400 1e400 -1e400 1e-16000 1e20000
    '''.split() + [str(int(1.7976931348623157e308)) + '.5']

SCORES = [
    '.52', '1.3', 'X', '', '.385', '-0.025', '-0.001', '0.005', '.995',
    '9.995', '99.995', '.045', '.055', '.065', '0.125', '2.675', '1.005',
    '1e2', '1e-5', '  .5 ', '\t1.5\n', '+.5', '-.5', '5.', '.', '-', '+', '1e',
    '1e+', 'NaN', 'nan', 'Infinity', 'inf', '-0', '0', 'x', '0x10', '1_0', '٣',
    '.5\xa0', '1e22', '1e308', '1e399', '1e400', '-1e400', '1e-400',
    '123456789012345678901234567890.125', '0.' + '4' * 60,
    '0.005' + '0' * 70, '.005' + '0' * 38 + '1']
DECIDING = [
    '.52', '.521', '.525', '.535', '.515', '.005', '.0050001', 'X', '1.3',
    '-.005', '0', '-0', '2.675', '1.005', '1e22', '1e-300', '1e300', '9.995',
    '0.994999999999999999', '1e309', '-1e309', Number('0.125'),
    Number('0.375'), Number('0.52'), Number('1')]
CEILINGS = ['X', '0.936', '.5', '1.2', '0.955', '0.945', '-0.051',
            '0', 'nan', ' .3 ', '1e400', '1e-320', '0.9', 'x']
LIST_PARTS = ['DCNN', 'SKIP', ' x\u3000', '\u2003', '', '\x1cq\x85', 'a b',
              '\u200bz', ' \xa0y', 'é']
SCORE_KEYS = ['score_raw', 'color', 'comment', 'version_valid_from',
              'version_valid_to', 'version_is_current', 'historical_versions',
              'nokey', '', 'é', 'x"']
ROW_KEYS = ['id', 'rank', 'model', 'public', 'is_owner', 'metadata',
            'submission_timestamp']
VIEWERS = ['public', 'all', 'user:1', 'user:2', 'own:2', 'own:99',
           'user:4000000000']

BENCHMARK_COLUMNS = {
    'identifier': 'text', 'benchmark_type_id': 'varchar(300000)',
    'domain': 'text', 'overall_order': 'bigint', 'parent': 'json',
    'version': 'int', 'number_of_all_children': 'bigint',
    'visible': 'boolean', 'short_name': 'text', 'ceiling': 'text',
    'benchmark_bibtex': 'text', 'benchmark_id': 'int',
    'benchmark_stimuli_meta': 'jsonb', 'benchmark_data_meta': 'jsonb',
    'benchmark_metric_meta': 'jsonb'}
MODEL_COLUMNS = {
    'model_id': 'int', 'name': 'text', 'domain': 'text', 'public': 'boolean',
    'scores': 'jsonb', 'model_meta': 'jsonb', 'submitter': 'jsonb',
    'user': 'jsonb', 'owner': 'jsonb', 'user_id': 'int', 'layers': 'jsonb',
    'timestamp': 'timestamptz'}
REQUIRED = {'identifier', 'benchmark_type_id', 'domain', 'overall_order',
            'model_id', 'name', 'public', 'scores', 'id', 'group'}
# Columns that are stored from another member of a row.
STORED = {'parent': 'parent_value'}

# Nodes that a benchmark tree may have: each of several nodes of one name has
# all children of that name, and so a tree can grow beyond all bounds.
MAX_TREE = 20000


class Leaderboard:
    """What the source relations hold, as the oracle reads it.  Beside the
    columns, a benchmark has parent (an identifier) and parent_value (what is
    stored), and a model iso_timestamp."""

    def __init__(self, domain, rank_root, registered):
        self.domain = domain
        self.rank_root = rank_root
        self.registered = registered
        self.benchmarks = []
        self.models = []
        self.groups = {}


class Generator:
    def __init__(self, seed, encoding):
        self.random = random.Random(seed)
        self.codec = CODECS[encoding]

    def chance(self, probability):
        return self.random.random() < probability

    def pick(self, *choices):
        return self.random.choice(choices)

    # Values

    def fit(self, text):
        """The text with each character that the database's encoding lacks
        replaced by one that it has."""
        try:
            text.encode(self.codec)
            return text
        except UnicodeEncodeError:
            return ''.join(c if self.can_encode(c)
                           else chr(0xa1 + ord(c) % 94) for c in text)

    def can_encode(self, char):
        try:
            return bool(char.encode(self.codec))
        except UnicodeEncodeError:
            return False

    def character(self):
        draw = self.random.random()
        if draw < .5:
            return chr(self.random.randrange(32, 127))
        if draw < .65:
            return chr(self.random.randrange(1, 32))
        if draw < .75:
            return self.random.choice('"\\<>&/')
        if draw < .85:
            return chr(self.random.randrange(0x7f, 0x800))
        if draw < .95:
            code = self.random.randrange(0x800, 0x10000)
            return chr(0xe000 if 0xd800 <= code < 0xe000 else code)
        return chr(self.random.randrange(0x10000, 0x110000))

    def text(self):
        draw = self.random.random()
        if draw < .35:
            text = self.random.choice(HOSTILE_TEXTS)
        elif draw < .9:
            most = self.pick(3, 10, 40)
            text = ''.join(self.character()
                           for _ in range(self.random.randrange(most)))
        elif draw < .97:
            text = ''.join(self.random.choices(
                HOSTILE_TEXTS, k=self.random.randrange(4)))
        elif draw < .995:
            text = ''.join(self.random.choices(
                'abcdefghijklmnop',
                k=self.random.randrange(300))) + self.character()
        else:
            text = self.character() * self.random.randrange(1, 2000)
        return self.fit(text)

    def number(self):
        draw = self.random.random()
        below = self.random.randrange
        if draw < .6:
            return Number(self.random.choice(NUMBERS))
        if draw < .75:
            return Number(str(below(-200, 20000)))
        if draw < .9:
            return Number('%s%d.%0*d' % (
                self.pick('', '-'), below(10 ** below(18)), below(1, 20),
                below(10 ** below(19))))
        return Number('%d.%de%d' % (below(10), below(10 ** below(20)),
                                    below(-330, 330)))

    def value(self, depth=0):
        draw = self.random.random()
        if draw < .12:
            return None
        if draw < .25:
            return self.chance(.5)
        if draw < .5:
            return self.number()
        if draw < .75 or depth > 4:
            return self.text()
        if draw < .87:
            return [self.value(depth + 1)
                    for _ in range(self.pick(0, 0, 1, 2, 3, 5))]
        members = (self.pick(0, 1, 2, 3, 5) if self.chance(.97)
                   else self.random.randrange(30, 80))
        return {self.text() if self.chance(.6)
                else 'k%d' % self.random.randrange(50): self.value(depth + 1)
                for _ in range(members)}

    def object(self, keys=()):
        result = {key: self.value(2) if self.chance(.3) else None
                  for key in keys if self.chance(.75)}
        for _ in range(self.pick(0, 0, 1, 2, 6)):
            result[self.text()] = self.value()
        return result

    def wide_object(self):
        """One with as many members as make jsonb store offsets in between."""
        members = self.pick(16, 31, 32, 33, 63, 64, 65, 97, 500)
        return {self.pick('', 'a', 'k') + str(i) * self.random.randrange(1, 5):
                self.pick(Number(str(i)), Number('%d.5' % i), True, None,
                          's' * self.random.randrange(9), [Number('1')])
                for i in range(members)}

    # Benchmarks

    def benchmark_name(self, number):
        if self.chance(.1):
            return self.text()
        return self.pick(
            'V%d' % number, 'Study%d.x-pls' % number,
            'a_v%d_x' % self.random.randrange(3), 'neural', 'average',
            'behavior_', 'engineering_x', self.text() + str(number))

    def parent(self, board, name, identifier, names):
        """A parent's name, or None.  Cycles are rare: a tree with one makes
        nothing but an error."""
        if not names or name == 'average_' + board.domain or self.chance(.15):
            return None
        if self.chance(.04):
            return self.pick(name, identifier) or None
        if self.chance(.04):
            return board.benchmarks[-1]['identifier']
        parent = (self.random.choice(names) if self.chance(.85)
                  else self.pick('average_' + board.domain, 'nosuch',
                                 self.text() or 'x'))
        if parent.split('_v')[0] == identifier.split('_v')[0]:
            return None
        return parent or None

    def benchmark(self, board, number, names):
        roots = [kind + board.domain for kind in
                 ('average_', 'neural_', 'behavior_', 'engineering_')]
        name = (roots[number] if number < len(roots) and self.chance(.8)
                else self.benchmark_name(number))
        version = self.pick(0, 0, 1, 2, 3, None)
        identifier = name + ('_v%d' % (version or 0) if self.chance(.95)
                             else '')
        parent = self.parent(board, name, identifier, names)
        names.append(name)
        data_meta = self.object()
        for key, value in (
                ('region', self.pick('V1', 'V2', None, '', self.text())),
                ('species', self.pick('human', self.text(), self.value(3))),
                ('task', self.pick(None, 't', self.text())),
                ('data_publicly_available', self.pick(True, False, None,
                                                      self.value(2)))):
            if self.chance(.8):
                data_meta[key] = value
        return {
            'identifier': identifier, 'benchmark_type_id': name,
            'domain': board.domain if self.chance(.95) else 'other',
            'overall_order': self.pick(number, number, number, 0, -number),
            'parent': parent,
            'parent_value': None if parent is None else {
                **(self.object() if self.chance(.3) else {}),
                'identifier': parent},
            'version': version,
            'number_of_all_children': self.pick(0, 0, 0, 0, -1, 3, None),
            'visible': self.pick(True, True, True, True, True, False, None),
            'short_name': self.pick(name, name, None, self.text()),
            'ceiling': self.pick(None, *CEILINGS,
                                 self.fit(self.pick(*SCORES))),
            'benchmark_bibtex': self.pick(
                None, '', self.fit('@a{%d,\n é}' % number), self.text()),
            'benchmark_id': self.pick(None, 0, number + 1, -5, 2147483647),
            'benchmark_stimuli_meta': self.pick(
                None, self.object(['a']),
                {'num_stimuli': self.pick(self.number(), self.value(3))}),
            'benchmark_data_meta': data_meta if self.chance(.85) else None,
            'benchmark_metric_meta': self.pick(
                None, self.object(['type', 'public']))}

    def benchmarks(self, board, count):
        names = []
        seen = set()
        for number in range(count):
            benchmark = self.benchmark(board, number, names)
            # The order of two that are equal in both is nobody's promise.
            place = (benchmark['overall_order'], benchmark['identifier'])
            if place not in seen:
                seen.add(place)
                board.benchmarks.append(benchmark)
        return names

    # Models

    def score_value(self):
        draw = self.random.random()
        if draw < .36:
            return ('%.3f' % self.random.random()).lstrip('0')
        if draw < .75:
            return self.fit(self.random.choice(SCORES))
        if draw < .9:
            return self.number()
        return self.value(3)

    def score(self, identifier, type_id, more_keys):
        score = {}
        candidates = {
            'benchmark_type_id':
                type_id if self.chance(.95) else self.value(3),
            'versioned_benchmark_identifier': identifier,
            'score_ceiled': self.score_value(),
            'error': self.pick(None, self.number(), 'NaN', self.value(2)),
            'end_timestamp': self.pick('2025-08-28T12:37:58.914252', None, '',
                                       self.value(3)),
            'is_complete': self.pick(Number('0'), Number('1'), None,
                                     self.value(3))}
        for key, value in candidates.items():
            if value is not MISSING and self.chance(.92):
                score[key] = value
        for key in more_keys:
            if self.chance(.85):
                score[key] = self.value(2) if self.chance(.5) else None
        if self.chance(.03):
            for i in range(self.random.randrange(30, 70)):
                score['q%d' % i] = self.value(4)
        return score

    def score_identifier(self, identifiers):
        draw = self.random.random()
        if draw < .05:
            return self.pick(None, MISSING, '',
                             Number(str(self.random.randrange(1, 50))))
        if identifiers and draw < .6:
            return self.random.choice(identifiers)
        if draw < .8:
            return self.text()
        return ('B%d_v1' % self.random.randrange(2000) if draw < .97
                else self.random.choice(ROW_KEYS))

    def scores(self, board, identifiers, count, more_keys):
        scores = []
        for _ in range(count):
            identifier = self.score_identifier(identifiers)
            name = identifier if isinstance(identifier, str) else 'z'
            scores.append(self.score(identifier, name.split('_v')[0],
                                     more_keys))
        if self.chance(.92):
            for _ in range(self.pick(1, 1, 1, 2)):
                score = self.score(board.rank_root + '_v0', board.rank_root,
                                   more_keys)
                score['benchmark_type_id'] = board.rank_root
                if self.chance(.85):
                    score['score_ceiled'] = self.random.choice(DECIDING)
                scores.insert(self.pick(0, 0, len(scores) // 2, len(scores)),
                              score)
        if self.chance(.005):
            scores.append(self.pick(None, 'x', [], Number('1')))
        return scores

    def timestamp(self):
        """What is stored, and how it is written: infinite ones as null."""
        if self.chance(.25):
            return self.pick(None, 'infinity', '-infinity'), None
        below = self.random.randrange
        moment = datetime(
            self.pick(1, 33, 999, 1900, 1969, 1999, 2000, 2024, 9999),
            below(1, 13), below(1, 29), below(24), below(60), below(60),
            self.pick(0, 0, 1, 500000, 999999, 120)).isoformat()
        return moment + '+00', moment + '+00:00'

    def model_meta(self):
        if self.chance(.2):
            return self.pick(None, None, {})
        meta = self.object()
        for key in ('architecture', 'model_family', 'training_dataset',
                    'task_specialization'):
            if self.chance(.75):
                parts = self.random.choices(LIST_PARTS + [self.text()],
                                            k=self.random.randrange(4))
                meta[key] = self.fit(self.pick(',', ', ', ' ,').join(parts)) \
                    if self.chance(.8) else None
        for key in ('total_parameter_count', 'total_layers', 'model_size_mb'):
            if self.chance(.75):
                size = self.random.randrange(10 ** self.random.randrange(12))
                meta[key] = self.pick(None, self.number(), Number(str(size)),
                                      Number(str(size)), self.value(3))
        if self.chance(.75):
            meta['runnable'] = self.pick(True, False, None, self.value(3))
        if self.chance(.2):
            meta['layer_mapping'] = self.value()
        if self.chance(.1):
            meta.update(self.wide_object())
        return meta

    def person(self):
        return self.pick(
            None, {}, {'id': None}, {'id': '2'}, {'id': [Number('2')]},
            {'id': Number(self.pick('1', '2', '2.0', '3', '4000000000')),
             'display_name': 'U', 'email': 'secret@x'})

    def model(self, board, model_id, names, scores):
        stored, iso = self.timestamp()
        return {
            'model_id': model_id,
            'name': self.random.choice(names) if self.chance(.96) else None,
            'domain': board.domain if self.chance(.95) else 'other',
            'public': self.pick(True, True, True, True, True, False, None),
            'scores': scores, 'model_meta': self.model_meta(),
            'submitter': self.pick(
                None, {}, {'display_name': self.text(), 'password': 'p'},
                {'display_name': None}, {'display_name': self.value(3)}),
            'user': self.person(), 'owner': self.person(),
            'user_id': self.pick(None, 1, 2, 3),
            'layers': self.pick(None, {}, self.object(['V1', 'V2'])),
            'timestamp': stored, 'iso_timestamp': iso}

    def models(self, board, names, count, score_counts):
        identifiers = [b['identifier'] for b in board.benchmarks] \
            + [name + '_v9' for name in names]
        more_keys = [key for key in map(self.fit, SCORE_KEYS)
                     if self.chance(.5)]
        if self.chance(.1):
            more_keys += ['extra%02d' % i for i in range(40)]
        model_names = [self.text() for _ in range(max(1, count // 2))] \
            + ['m%d' % i for i in range(count)]
        model_ids = self.random.sample(range(-3, 400), count)
        for model_id in model_ids:
            scores = None
            if self.chance(.93):
                scores = self.scores(board, identifiers,
                                     self.pick(*score_counts), more_keys)
            elif self.chance(.03):
                scores = {}
            board.models.append(self.model(board, model_id, model_names,
                                           scores))
            if self.chance(.7):
                board.groups[model_id] = self.pick('g', None, self.text())

    # Rare and heavy

    def add_special(self, board):
        model = board.models[0]
        if not isinstance(model['model_meta'], dict):
            model['model_meta'] = {}
        self.pick(self.add_large_keys, self.add_depth, self.add_paths,
                  self.add_distinct, self.add_wide)(model)

    def add_large_keys(self, model):
        key = 'K' * 65530 + self.text()
        model['model_meta'].update({
            key: {key + 'x': Number('1')}, '\x01' * 65536: None,
            'é' * 40000: 'y'})
        if isinstance(model['scores'], list):
            model['scores'] += [
                {'versioned_benchmark_identifier': key, 'score_ceiled': '.1'},
                {'versioned_benchmark_identifier': '\x02' * 70000,
                 'error': key}]

    def add_depth(self, model):
        value = Number('1')
        for _ in range(self.random.randrange(50, 400)):
            value = self.pick([value], {self.pick('a', 'b'): value})
        model['layers'] = {'d': value}
        model['model_meta'] = {'x': value, 'y': [value, value]}

    def add_paths(self, model):
        model['model_meta'] = {
            'p%d' % i: {'q': Number(str(i)),
                        'r': [Number('1'), {'s%d' % i: 'x'}]}
            for i in range(self.pick(100, 1300, 2600, 6000))}

    def add_distinct(self, model):
        model['model_meta'] = {
            'numbers': [Number(str(i))
                        for i in range(self.pick(4095, 4096, 4097, 9000))],
            'texts': ['%d%s' % (i, self.pick('', 'abcdefghij'))
                      for i in range(4000)]}

    def add_wide(self, model):
        model['model_meta'].update(self.wide_object())
        if isinstance(model['scores'], list):
            for i in range(5):
                model['scores'].append({
                    **self.wide_object(),
                    'versioned_benchmark_identifier': 'W%d_v1' % i,
                    'score_ceiled': '.25', 'error': Number('0.5')})

    # All of it

    def leaderboard(self):
        domain = self.pick('vision', 'vision', 'language', 'a_b', 'q"uo\'te')
        registered = self.chance(.2)
        board = Leaderboard(
            domain, self.pick('neural_' + domain, 'root', 'average_vision')
            if registered else 'average_' + domain, registered)
        if self.chance(.05):
            names = self.benchmarks(board, self.pick(5, 150))
            self.models(board, names, self.pick(2, 4), [50, 1000, 3000])
        else:
            names = self.benchmarks(board, self.pick(0, 1, 2, 4, 8, 20))
            self.models(board, names, self.pick(0, 1, 2, 3, 6, 12),
                        [0, 1, 3, 8, 20])
        if board.models and self.chance(.1):
            self.add_special(board)
        self.leave_out_columns(board)
        while tree_size(board.benchmarks) > MAX_TREE:
            del board.benchmarks[len(board.benchmarks) // 2:]
        self.normalize(board)
        return board

    def leave_out_columns(self, board):
        """Empties columns, which the script then leaves out."""
        pairs = {'timestamp': 'iso_timestamp', **STORED}
        for rows, columns in ((board.benchmarks, BENCHMARK_COLUMNS),
                              (board.models, MODEL_COLUMNS)):
            for column in columns:
                if column not in REQUIRED and self.chance(.02):
                    for row in rows:
                        row[column] = row[pairs.get(column, column)] = None

    def normalize(self, board):
        """Puts keys into jsonb's order."""
        for rows, columns in ((board.benchmarks, BENCHMARK_COLUMNS),
                              (board.models, MODEL_COLUMNS)):
            for row in rows:
                for column, kind in columns.items():
                    if kind == 'jsonb':
                        row[column] = as_in_jsonb(row[column], self.codec)

    def layout(self):
        """A layout of fields, members and components at random."""
        keys = [self.pick('value', 'e', 'a"b', '*', 'timestamp', '',
                          self.text()) for _ in range(self.pick(0, 1, 2, 3, 6,
                                                                15, 28))]
        sources = ['score_ceiled', 'error', 'is_complete', 'end_timestamp',
                   'historical_versions', 'benchmark_type_id', 'nokey', '',
                   'versioned_benchmark_identifier', self.fit('é'), 'x"']
        cell = [Field(key, self.random.choice(sources),
                      self.pick(MISSING, MISSING, 'X', None, True,
                                as_in_jsonb(self.value(1), self.codec)),
                      self.pick(None, None, 0, 1, 2, 3, 20), self.chance(.4))
                for key in dict.fromkeys(keys) if len(key) < 500]
        share = self.pick(.95, .5)
        return Layout(
            cell,
            components=[c for c in COMPONENTS if self.chance(share)]
            or ['row_data'],
            members=[m for m in MEMBERS if self.chance(.5)],
            binary=self.chance(.4),
            tree_root=self.pick(None, None, 'average_vision', 'root'),
            compact=self.chance(.5), ascii_only=self.chance(.5),
            html_safe=self.chance(.5))

    def cases(self, layouts):
        """Pairs of a viewer and a layout's name to look at."""
        return [('all', name) for name in layouts] + [
            (self.pick(*VIEWERS), self.pick(*layouts)) for _ in range(2)]


# ---------------------------------------------------------------------------
# SQL
# ---------------------------------------------------------------------------

class Script:
    """The SQL that makes a leaderboard.  JSON is written with escapes, blanks,
    repeated keys and an order of keys at random; so are the ways to store
    it."""

    def __init__(self, seed, encoding):
        self.random = random.Random(seed)
        # Escapes above U+007F have no meaning there.
        self.can_escape_all = encoding != 'SQL_ASCII'

    def json(self, value):
        if isinstance(value, Number):
            return value.given
        if isinstance(value, str):
            escape = self.random.random() < .3 and (self.can_escape_all
                                                    or value.isascii())
            return json.dumps(value, ensure_ascii=escape)
        if isinstance(value, list):
            return '[%s]' % ','.join(map(self.json, value))
        if isinstance(value, dict):
            return self.json_object(list(value.items()))
        return json.dumps(value)

    def json_object(self, members):
        if len(members) < 30:
            self.random.shuffle(members)
        parts = []
        if members and self.random.random() < .03:
            # The last of two equal keys counts.
            parts.append(self.json(members[-1][0]) + ': "first"')
        parts += [self.json(key) + self.random.choice([':', ' : '])
                  + self.json(value) for key, value in members]
        return '{%s}' % self.random.choice([',', ' , ']).join(parts)

    def copy_field(self, value, kind):
        if value is None:
            return '\\N'
        text = self.json(value) if kind.startswith('json') else str(value)
        return text.replace('\\', '\\\\').replace('\n', '\\n') \
            .replace('\r', '\\r').replace('\t', '\\t')

    def table(self, name, columns, rows):
        """A table with its rows.  Optional columns without any value are left
        out as often as not."""
        kept = [c for c in columns if c in REQUIRED
                or any(row[STORED.get(c, c)] is not None for row in rows)
                or self.random.random() < .5]
        kinds = {c: self.random.choice(['json', 'jsonb'])
                 if columns[c] == 'json' else columns[c] for c in kept}
        lines = ['DROP TABLE IF EXISTS %s;' % name,
                 'CREATE TABLE %s (%s);' % (name, ', '.join(
                     '"%s" %s' % (c, kinds[c]) for c in kept))]
        lines += ['ALTER TABLE %s ALTER "%s" SET STORAGE %s;' % (
                      name, c, self.random.choice(['EXTENDED', 'EXTENDED',
                                                   'EXTERNAL', 'MAIN']))
                  for c in kept if kinds[c] == 'jsonb']
        lines.append('COPY %s FROM STDIN;' % name)
        lines += ['\t'.join(self.copy_field(row[STORED.get(c, c)], kinds[c])
                            for c in kept) for row in rows]
        return lines + ['\\.']

    def layout(self, name, layout):
        cell = []
        for field in layout.cell:
            entry = {'key': field.key, 'source': field.source}
            if field.default is not MISSING:
                entry['default'] = field.default
            if field.places is not None:
                entry['round'] = Number(str(field.places))
            if field.omit or self.random.random() < .2:
                entry['omit_empty'] = field.omit
            cell.append(entry)
        return ('INSERT INTO lbdiag_layout (name, components, members, cell, '
                'rank_rounding, tree_root, compact, ascii, html_safe) VALUES '
                '(%s, %s, %s, %s, %s, %s, %s, %s, %s);' % (
                    quote(name), quote_array(layout.components),
                    quote_array(sorted(layout.members)),
                    quote(self.json(cell)),
                    quote('binary' if layout.binary else 'decimal'),
                    quote(layout.tree_root), layout.compact,
                    layout.ascii_only, layout.html_safe))

    def leaderboard(self, board, layouts):
        lines = ["SET client_encoding = 'UTF8';",
                 'SET client_min_messages = error;',
                 "SET lbdiag.environment = 'development';",
                 'SET default_toast_compression = %s;'
                 % self.random.choice(['pglz', 'lz4']),
                 'DELETE FROM lbdiag_leaderboard;',
                 'DELETE FROM lbdiag_layout WHERE NOT built_in;']
        lines += [self.layout(name, layout)
                  for name, layout in layouts.items() if name not in LAYOUTS]
        if board.registered:
            lines.append('INSERT INTO lbdiag_leaderboard (domain, rank_root) '
                         'VALUES (%s, %s);' % (quote(board.domain),
                                               quote(board.rank_root)))
        lines += self.table('mv_final_benchmark_context', BENCHMARK_COLUMNS,
                            board.benchmarks)
        lines += self.table('mv_final_model_context', MODEL_COLUMNS,
                            board.models)
        lines += self.table('brainscore_model',
                            {'id': 'int', 'group': 'text'},
                            [{'id': model_id, 'group': group}
                             for model_id, group in board.groups.items()])
        return lines + ['SET TimeZone = %s;' % quote(self.random.choice(
            ['UTC', 'Asia/Kolkata', 'America/New_York']))]


def quote(text):
    return 'NULL' if text is None else "'%s'" % text.replace("'", "''")


def quote_array(texts):
    return 'ARRAY[%s]::text[]' % ', '.join(map(quote, texts))
