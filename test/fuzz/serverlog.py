"""Reads a server's log of log_error_verbosity = verbose after a fuzz: prints
the classes of errors, and fails where there is what must not be: a crash, a
failed assertion, or an internal error (XX...) that lbdiag raised or that came
up below one of its functions.

  serverlog.py LOG SOURCE-FOLDER
"""

import collections
import pathlib
import re
import sys

ENTRY = re.compile(r'^\S+ \S+ \S+ \[(\d+)\] ([A-Z]+):  (?:(\w{5}): )?(.*)')
CRASH = re.compile(r'terminated by signal|terminated by exception|TRAP: '
                   r'|server process .* exited with exit code')
FURTHER = {'DETAIL', 'HINT', 'QUERY', 'CONTEXT', 'LOCATION', 'STATEMENT'}
BELOW_LBDIAG = re.compile(r'function "?(\w+\.)?lbdiag_')
DEFINED = re.compile(r'^(\w+)\(', re.MULTILINE)


class Failure:
    """An error of the log: the lines that follow it are of its process."""

    def __init__(self, state, message):
        self.state = state
        self.message = message
        self.raised_here = False
        self.below = False
        self.statement = ''

    def is_finding(self):
        return self.state.startswith('XX') and (self.raised_here or self.below)


def functions_of(folder):
    """The functions that our source files define, as (file, name): a file of
    the server may have the name of one of ours."""
    return {(path.name, name) for path in pathlib.Path(folder).rglob('*.c')
            for name in DEFINED.findall(path.read_text(encoding='utf-8'))}


def read_log(path, ours):
    """Returns the errors, and the lines that tell of a crash."""
    failures, crashes, last = [], [], {}
    with open(path, encoding='utf-8', errors='replace') as log:
        for line in log:
            entry = ENTRY.match(line)
            if not entry:
                if CRASH.search(line) and not line.startswith('\t'):
                    crashes.append(line)
                continue
            process, kind, state, text = entry.groups()
            if kind in ('ERROR', 'FATAL', 'PANIC'):
                last[process] = Failure(state, text)
                failures.append(last[process])
            elif kind not in FURTHER:
                # What follows is of a message that is no error.
                last.pop(process, None)
            elif process in last:
                add_line(last[process], kind, text, ours)
            if kind == 'PANIC' or (kind == 'LOG' and CRASH.search(text)):
                crashes.append(line)
    return failures, crashes


def add_line(failure, kind, text, ours):
    if kind == 'LOCATION':
        function, file = re.match(r'(\w+), (.*):\d+', text).groups()
        failure.raised_here = (file.rpartition('/')[2], function) in ours
    elif kind == 'CONTEXT':
        failure.below = bool(BELOW_LBDIAG.search(text))
    elif kind == 'STATEMENT':
        failure.statement = text


def main():
    path, folder = sys.argv[1:]
    failures, crashes = read_log(path, functions_of(folder))
    classes = collections.defaultdict(list)
    for failure in failures:
        classes[failure.state, failure.raised_here].append(failure.message)
    print('%-9s%-8s%8s  %s' % ('SQLSTATE', 'raised', 'errors', 'such as'))
    for (state, here), messages in sorted(classes.items()):
        print('%-9s%-8s%8d  %.60s' % (state, 'lbdiag' if here else 'server',
                                      len(messages), messages[0]))
    findings = [f for f in failures if f.is_finding()]
    for failure in findings[:20]:
        print('FOUND %s: %s\n  %.1000s' % (failure.state, failure.message,
                                           failure.statement))
    for line in crashes[:20]:
        print('FOUND %s' % line.rstrip())
    print('%d errors, %d of them raised by lbdiag; %d findings' % (
        len(failures), sum(f.raised_here for f in failures),
        len(findings) + len(crashes)))
    sys.exit(bool(findings or crashes))


if __name__ == '__main__':
    main()
