#!/usr/bin/env python3
"""Checks the style of the sources: what a compiler does not see.

usage: style.py [RULE...]

Run by test/check style, in the top folder.  The rules are ascii, functions,
files, sql-lines, sql-bodies, duplicates and errors; all of them unless some are
named.
Prints what is wrong, a line each, and fails if there is anything.
"""
import glob
import os
import re
import sys

FUNCTION_LINES = 60     # of a C function, with its name and its braces
FILE_LINES = 600        # of a C file
SQL_COLUMNS = 100       # of a line of SQL
BODY_LINES = 60         # of a function's body in SQL or PL/pgSQL
PASSAGE_LINES = 6       # equal lines in a row that are a duplicate
PASSAGE_LENGTH = 80     # characters that they must have at least
ANNOUNCED = "-- error: "    # before a statement of a test that is to fail

found = []


def complain(path, number, text):
    found.append(f"{path}:{number}: {text}")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read().split("\n")[:-1]


def c_files():
    return sorted(glob.glob("src/**/*.[ch]", recursive=True))


def sql_files():
    return sorted(glob.glob("sql/[0-9][0-9]_*.sql"))


def check_ascii():
    for path in c_files() + sql_files():
        for number, line in enumerate(read(path), 1):
            if not line.isascii():
                complain(path, number, "is not ASCII")


def check_functions():
    """A body is what lies between braces in the first column."""
    for path in c_files():
        lines = read(path)
        start = None
        for number, line in enumerate(lines, 1):
            if line == "{":
                start = number
                # Up to the end of the comment or declaration above.
                while start > 1 and re.match(r"[\w\t ]", lines[start - 2]) \
                        and not lines[start - 2].startswith(" *"):
                    start -= 1
            elif line.startswith("}") and start is not None:
                if line == "}" and number - start + 1 > FUNCTION_LINES:
                    complain(path, start, f"function of {number - start + 1} lines")
                start = None


def check_files():
    for path in c_files():
        count = len(read(path))
        if count > FILE_LINES:
            complain(path, count, f"file of {count} lines")


def check_sql_lines():
    for path in sql_files():
        for number, line in enumerate(read(path), 1):
            if len(line) > SQL_COLUMNS:
                complain(path, number, f"line of {len(line)} columns")


def check_sql_bodies():
    for path in sql_files():
        start = None
        for number, line in enumerate(read(path), 1):
            if start is None and (line == "BEGIN ATOMIC" or re.match(r"AS \$\w*\$$", line)):
                start = number
            elif start is not None and (line == "END;" or re.match(r"\$\w*\$;?$", line)):
                if number - start - 1 > BODY_LINES:
                    complain(path, start, f"body of {number - start - 1} lines")
                start = None


def content(path):
    """The lines that can be duplicates, with their numbers: neither empty
    ones, nor includes, nor the frame of a file's first comment."""
    lines = []
    for number, line in enumerate(read(path), 1):
        text = " ".join(line.split())
        if text and not text.startswith("#include") and not re.match(r"(/\*|\*)-+$|\*/?$", text):
            lines.append((number, text))
    return lines


def check_duplicates():
    seen = {}
    for path in c_files() + sql_files():
        lines = content(path)
        reported = 0
        for i in range(len(lines) - PASSAGE_LINES + 1):
            passage = tuple(text for _, text in lines[i:i + PASSAGE_LINES])
            if sum(map(len, passage)) < PASSAGE_LENGTH:
                continue
            first = seen.setdefault(passage, (path, lines[i][0]))
            if first != (path, lines[i][0]) and lines[i][0] > reported:
                complain(path, lines[i][0], f"is what {first[0]}:{first[1]} is: {passage[0]}")
                reported = lines[i + PASSAGE_LINES - 1][0]


# By psql, by the isolation tester, or, for a function that does not exist, as
# text: a test that catches errors shows that one only if it is broken itself.
ERROR = re.compile(r"(?:(?:psql:\S+ )?(?:ERROR|FATAL|PANIC):  |\s*42883 )(.*)")


def error_not_announced(path, number, message, announcement):
    complain(path, number, f"this error is not announced: {message}\n"
             f'    If the test means it, put a line "{announcement}PART OF THE MESSAGE" before its '
             "statement; else correct the test.")


def check_script_errors(path):
    """Of a regression script: psql echoes it, so that the expected output has
    the announcements too."""
    announced = []      # errors still to come, as (line number, text)
    for number, line in enumerate(read(path), 1):
        error = ERROR.match(line)
        if line.startswith(ANNOUNCED):
            # Announcements that follow each other are for one line of SQL.
            if announced and announced[-1][0] != number - 1:
                error_did_not_come(path, announced)
            announced.append((number, line.removeprefix(ANNOUNCED).strip() or "any error"))
        elif error and announced and announced[0][1] in error[1]:
            announced.pop(0)
        elif error:
            error_not_announced(path, number, error[1], ANNOUNCED)
    error_did_not_come(path, announced)


def error_did_not_come(path, announced):
    for number, text in announced:
        complain(path, number, f"this error is announced and did not come: {text}")
    announced.clear()


def check_spec_errors(path, spec):
    """Of an isolation test, whose comments nobody echoes: "# error: part of the
    message" in its specification is for each permutation."""
    texts = [line[len("# error: "):] for line in read(spec) if line.startswith("# error: ")]
    come = set()
    for number, line in enumerate(read(path), 1):
        error = ERROR.match(line)
        if error:
            fitting = {text for text in texts if text in error[1]}
            come |= fitting
            if not fitting:
                error_not_announced(path, number, error[1], "# error: ")
    for text in sorted(set(texts) - come):
        complain(spec, 1, f"this error is announced and did not come: {text}")


def check_errors():
    """No test expects an error that it does not mean."""
    for path in sorted(glob.glob("expected/*.out")):
        name = os.path.basename(path).removesuffix(".out")
        if os.path.exists(f"test/specs/{name}.spec"):
            check_spec_errors(path, f"test/specs/{name}.spec")
        else:
            check_script_errors(path)


RULES = {
    "ascii": check_ascii,
    "functions": check_functions,
    "files": check_files,
    "sql-lines": check_sql_lines,
    "sql-bodies": check_sql_bodies,
    "duplicates": check_duplicates,
    "errors": check_errors,
}


def main():
    names = sys.argv[1:] or list(RULES)
    if not set(names) <= set(RULES):
        sys.exit(__doc__)
    for name in names:
        RULES[name]()
    print("\n".join(found) if found else "style: no findings by " + ", ".join(names))
    sys.exit(bool(found))


main()
