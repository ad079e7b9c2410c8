"""Compares what lbdiag makes of random leaderboards with the oracle's account
of it, byte for byte: all components of lbdiag_context, the rows of
lbdiag_row_data, and all rows and columns of lbdiag_audit.

Works in databases of its own, which it makes anew and drops.  The server is
found as psql finds it; the role must be a superuser.
"""

import argparse
import copy
import json
import os
import re
import subprocess
import sys
import tempfile
import time

from audit import Folds, audit, audit_total, same_row
from leaderboards import CODECS, Generator, Script, quote
from oracle import (LAYOUTS, UNKNOWN_LEADERBOARD, ContractError,
                    build_context, cell_keys)

# The encoding of a seed's database: half of them are in UTF-8.
ENCODINGS = ['UTF8', 'LATIN1', 'UTF8', 'WIN1252', 'UTF8', 'SQL_ASCII']

CANNOT_RETURN = '0A000'     # UTF-8 text in a database that has another one
NO_SUCH_COMPONENT = '22023'

MAX_DIFFERENCES = 5         # then there is enough to look at
REDUCE_SECONDS = 60
MARK = b'\n@@ '


class Difference(Exception):
    """What lbdiag says and what the oracle says are not the same."""


class Database:
    def __init__(self, encoding):
        self.name = 'lbdiag_fuzz_' + encoding.lower()
        self.encoding = encoding

    def create(self):
        psql('postgres', 'DROP DATABASE IF EXISTS %s;\n' % self.name +
             "CREATE DATABASE %s ENCODING '%s' LC_COLLATE 'C' LC_CTYPE 'C' "
             'TEMPLATE template0;\n' % (self.name, self.encoding))
        psql(self.name, 'CREATE EXTENSION lbdiag;\n')

    def drop(self):
        psql('postgres', 'DROP DATABASE %s;\n' % self.name)


def psql(database, script, stop=True):
    """Runs a script, and returns what it prints, errors among it."""
    command = ['psql', '-X', '-q', '-A', '-t', '-d', database,
               '-v', 'VERBOSITY=sqlstate', '-v', 'ON_ERROR_ROLLBACK=on',
               '-v', 'ON_ERROR_STOP=%d' % stop]
    done = subprocess.run(command, input=script.encode('utf-8'),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False)
    if stop and done.returncode != 0:
        sys.exit('psql failed: ' + done.stdout.decode('utf-8', 'replace'))
    return done.stdout


# The layout of 2026-02 with all that is built sent, as JSON: what the account
# of audit.py is of.
FEBRUARY = '''INSERT INTO lbdiag_layout
SELECT (jsonb_populate_record(l, '{"name": "february", "built_in": false,
    "js_string": [], "unsent": [], "told_by": null}')).*
FROM lbdiag_layout AS l WHERE l.name = 'brainscore_2026_02';
'''


class Trial:
    """A leaderboard, and the layouts to look at it with."""

    def __init__(self, seed, database):
        generator = Generator(seed, database.encoding)
        self.seed = seed
        self.database = database
        self.board = generator.leaderboard()
        self.layouts = dict(LAYOUTS, random=generator.layout())
        self.cases = generator.cases(list(self.layouts))
        self.level = self.seed % 9 + 1     # of gzip

    def queries(self, viewer, layout):
        """The queries of a case, in one transaction: they see one time."""
        arguments = ', '.join(map(quote, (self.board.domain, viewer, layout)))
        audited = ', '.join(map(quote, (
            self.board.domain, viewer,
            'february' if layout == 'brainscore_2026_02' else layout)))
        call = '* FROM ' if (self.seed + len(viewer)) % 2 else ''
        return [
            'BEGIN;', '\\echo', '\\echo @@ now',
            "SELECT to_char(now() AT TIME ZONE 'UTC', "
            "'YYYY-MM-DD\"T\"HH24:MI:SS.US'), "
            'floor(extract(epoch FROM now()))::bigint;',
            '\\echo', '\\echo @@ context',
            "SELECT component || ' ' || content::text "
            'FROM lbdiag_context(%s);' % arguments,
            '\\echo', '\\echo @@ rows',
            'SELECT %slbdiag_row_data(%s);' % (call, arguments),
            '\\echo', '\\echo @@ audit',
            "SELECT row_to_json(a) FROM lbdiag_audit_detail(%s, 'gzip:%d') AS a;"
            % (audited, self.level),
            '\\echo', '\\echo @@ audit without compression',
            "SELECT row_to_json(a) FROM lbdiag_audit_detail(%s, 'none') AS a;"
            % audited,
            'COMMIT;', '\\echo', '\\echo @@ end']

    def script(self):
        lines = Script(self.seed, self.database.encoding).leaderboard(
            self.board, self.layouts)
        lines.append(FEBRUARY)
        lines.append("SET statement_timeout = '120s';")
        lines.append('SET lbdiag.max_paths = 20000;')
        for case in self.cases:
            lines += self.queries(*case)
        return '\n'.join(lines) + '\n'

    def run(self, counts):
        """Returns the cases that differ, each with what differs."""
        output = psql(self.database.name, self.script(), stop=False)
        setup, *sections = output.split(MARK)
        if b'ERROR' in setup:
            return [(self.cases[0], setup.decode('utf-8', 'replace'))]
        failed = []
        for number, case in enumerate(self.cases):
            answers = sections[number * 6:number * 6 + 5]
            try:
                if len(answers) < 5:
                    raise Difference('the server does not answer: %r'
                                     % output[-500:])
                self.compare(*case, [a.partition(b'\n')[2] for a in answers],
                             counts)
            except Difference as difference:
                failed.append((case, str(difference)))
        return failed

    def is_foreign(self, layout):
        """Whether the layout's text is UTF-8, and the database's is not."""
        return not layout.ascii_only and self.database.encoding != 'UTF8'

    def compare(self, viewer, layout_name, answers, counts):
        now, context, rows, audited, uncompressed = answers
        layout = self.layouts[layout_name]
        moment, seconds = now.decode().split()[0].split('|')
        moment = moment.removesuffix('.000000') + '+00:00'

        def build(**options):
            try:
                return build_context(self.board, viewer, layout,
                                     (moment, int(seconds)), **options), None
            except ContractError as error:
                return None, set(error.args)

        expected, errors = build()
        # What is wrong with the layout is seen before any row.
        first = errors if errors == {UNKNOWN_LEADERBOARD} else \
            {CANNOT_RETURN} if self.is_foreign(layout) else None
        compare_context(context, expected, first or errors, counts)
        if 'row_data' not in layout.components:
            first = first or {NO_SUCH_COMPONENT}
        # The rows do not need the benchmarks, which may have a cycle.
        of_rows = build(wanted=['row_data']) if errors \
            else (expected, None)
        compare_rows(rows, of_rows[0], first or of_rows[1], layout)

        if check_error(audited, errors, 'lbdiag_audit') | \
                check_error(uncompressed, errors, 'lbdiag_audit'):
            return
        rows = list(map(json.loads, lines_of(audited)))
        folds = {name: Folds([row for row in rows if row['component'] == name])
                 for name, _ in expected}
        expected_audit = audit(expected, layout,
                               cell_keys(self.board, viewer, layout),
                               CODECS[self.database.encoding], self.level,
                               folds)
        compare_audit(rows, uncompressed,
                      expected_audit + [audit_total(expected, self.level)],
                      folds, counts)


def check_error(answer, errors, what):
    """Whether it is an error, and one of those that it may be; an error where
    there ought to be none differs, and the other way round."""
    match = re.match(rb'ERROR:  (\w{5})', answer)
    if (match and match.group(1).decode()) not in (errors or {None}):
        raise Difference('%s: expected %s, got %r' % (
            what, ' or '.join(sorted(errors)) if errors else 'no error',
            answer[:200]))
    return bool(match)


def around(left, right):
    """The surroundings of the first byte that differs."""
    at = len(os.path.commonprefix([left, right]))
    return 'at byte %d\n     got %r\nexpected %r' % (
        at, left[max(0, at - 80):at + 120], right[max(0, at - 80):at + 120])


def compare_context(answer, expected, errors, counts):
    if check_error(answer, errors, 'lbdiag_context'):
        counts['errors'] += 1
        return
    got = [tuple(line.split(b' ', 1)) for line in lines_of(answer)]
    names = [name for name, _ in expected]
    if [name.decode() for name, _ in got] != names:
        raise Difference('components: expected %s, got %s' % (
            names, [name for name, _ in got]))
    for (name, left), (_, right) in zip(got, expected):
        if left != right:
            raise Difference('%s differs %s' % (name.decode(),
                                                around(left, right)))
        counts['documents'] += 1
        counts['bytes'] += len(left)


def compare_rows(answer, expected, errors, layout):
    if check_error(answer, errors, 'lbdiag_row_data'):
        return
    separator = b',' if layout.compact else b', '
    left = b'[' + separator.join(lines_of(answer)) + b']'
    right = dict(expected)['row_data']
    if left != right:
        raise Difference('lbdiag_row_data differs ' + around(left, right))


def compare_audit(answer, uncompressed, expected, folds, counts):
    rows = [row for row in answer if row['path'] in (None, '$')
            or folds[row['component']].complete]
    if len(rows) != len(expected):
        raise Difference('lbdiag_audit: expected %d rows, got %d' % (
            len(expected), len(rows)))
    for row, right in zip(rows, expected):
        if not same_row(row, right):
            raise Difference('lbdiag_audit\n     got %.2000s\nexpected %.2000s'
                             % (row, right))
        counts['audit rows'] += 1
    others = list(map(json.loads, lines_of(uncompressed)))
    if others != [dict(row, compressed_bytes=None, compressed_own_bytes=None)
                  for row in answer]:
        raise Difference('lbdiag_audit differs without compression')


def lines_of(answer):
    """The lines of psql's answer, each of which ends with a line feed."""
    return answer.split(b'\n')[:-1]


# ---------------------------------------------------------------------------
# Reducing a difference to a small case
# ---------------------------------------------------------------------------

class Reducer:
    """Takes away what a difference does not need, for a while."""

    def __init__(self, trial, case):
        self.trial = copy.copy(trial)
        self.trial.cases = [case]
        self.trial.layouts = {name: layout
                              for name, layout in trial.layouts.items()
                              if name in (case[1], *LAYOUTS)}
        self.deadline = time.monotonic() + REDUCE_SECONDS

    def fails(self, board):
        trial = copy.copy(self.trial)
        trial.board = board
        return time.monotonic() < self.deadline and \
            bool(trial.run(dict.fromkeys(COUNTS, 0)))

    def attempt(self, **changes):
        """Changes the leaderboard, if the difference survives that."""
        board = copy.copy(self.trial.board)
        vars(board).update(changes)
        if not self.fails(board):
            return False
        self.trial.board = board
        return True

    def shorten(self, items, attempt):
        """Drops as many items as possible; attempt takes the rest of them."""
        size = max(1, len(items) // 2)
        while size and items:
            start = 0
            while start < len(items):
                rest = items[:start] + items[start + size:]
                if attempt(rest):
                    items = rest
                else:
                    start += size
            size //= 2

    def replace(self, index, **changes):
        models = list(self.trial.board.models)
        models[index] = dict(models[index], **changes)
        return self.attempt(models=models)

    def reduce(self):
        board = self.trial.board
        self.shorten(board.models, lambda rest: self.attempt(models=rest))
        self.shorten(board.benchmarks,
                     lambda rest: self.attempt(benchmarks=rest))
        self.attempt(groups={})
        for index, model in enumerate(list(self.trial.board.models)):
            for column in ('model_meta', 'layers', 'submitter', 'user',
                           'owner'):
                self.replace(index, **{column: None})
            if isinstance(model['scores'], list):
                self.shorten(model['scores'], lambda rest, index=index:
                             self.replace(index, scores=rest))
            if isinstance(self.trial.board.models[index]['model_meta'], dict):
                self.shorten(list(model['model_meta'].items()),
                             lambda rest, index=index: self.replace(
                                 index, model_meta=dict(rest)))
        return self.trial


def write_case(trial, what):
    """Writes a script that shows the difference, and returns its place."""
    comment = 'Seed %d, a database with encoding %s.\n%s' % (
        trial.seed, trial.database.encoding, what)
    text = ''.join('-- %s\n' % line for line in comment.splitlines())
    text += 'CREATE EXTENSION IF NOT EXISTS lbdiag;\n' + trial.script()
    handle, path = tempfile.mkstemp('.sql', 'lbdiag-fuzz-%d-' % trial.seed,
                                    '/tmp')
    with open(handle, 'w', encoding='utf-8') as file:
        file.write(text)
    return path


def report(trial, case, what):
    print('seed %d, %s, viewer %s, layout %s: %s' % (
        trial.seed, trial.database.encoding, *case, what), flush=True)
    small = Reducer(trial, case).reduce()
    failed = small.run(dict.fromkeys(COUNTS, 0))
    print('the case: %s' % write_case(small, failed[0][1] if failed else what),
          flush=True)


# ---------------------------------------------------------------------------

COUNTS = ['leaderboards', 'documents', 'bytes', 'audit rows', 'errors']


def fuzz(databases, seed, documents):
    counts = dict.fromkeys(COUNTS, 0)
    differences = 0
    first = seed
    while counts['documents'] < documents and differences < MAX_DIFFERENCES:
        trial = Trial(seed, databases[ENCODINGS[seed % len(ENCODINGS)]])
        failed = trial.run(counts)
        if failed:
            report(trial, *failed[0])
        differences += len(failed)
        counts['leaderboards'] += 1
        seed += 1
    print('{:,} leaderboards (seeds {} to {}), {:,} documents and {:,} audit '
          'rows compared ({:,} MB), {:,} expected errors: {} differences'
          .format(counts['leaderboards'], first, seed - 1,
                  counts['documents'], counts['audit rows'],
                  counts['bytes'] >> 20, counts['errors'], differences))
    return differences


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('-d', '--documents', type=int, default=20000,
                        help='components to compare')
    parser.add_argument('-s', '--seed', type=int, default=1,
                        help='of the first leaderboard')
    options = parser.parse_args()
    sys.setrecursionlimit(20000)
    sys.set_int_max_str_digits(0)
    databases = {encoding: Database(encoding) for encoding in CODECS}
    for database in databases.values():
        database.create()
    differences = fuzz(databases, options.seed, options.documents)
    for database in databases.values():
        database.drop()
    sys.exit(differences != 0)


if __name__ == '__main__':
    main()
