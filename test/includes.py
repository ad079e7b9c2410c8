#!/usr/bin/env python3
"""Checks the dependencies of the sources against the directories' order.

usage: includes.py SERVER_INCLUDE_DIRECTORY

Run by test/check includes, in the top folder.  Prints what is wrong, a line
each, and fails if there is anything.
"""
import glob
import os
import re
import subprocess
import sys

# What each directory may include from; "" is src/ itself.
MAY_INCLUDE = {
    "util": {"util"},
    "json": {"json", "util"},
    "leaderboard": {"leaderboard", "json", "util"},
    "payload": {"payload", "leaderboard", "json", "util"},
    "trace": {"trace", "util"},
    "advice": {"advice", "payload", "json", "trace", "util"},
    "report": {"report", "advice", "payload", "leaderboard", "json", "trace", "util"},
    "api": {"api", "report", "advice", "payload", "leaderboard", "json", "trace", "util"},
    "": {"api", "report", "advice", "payload", "leaderboard", "json", "trace", "util"},
}
# Headers of the server that only these directories include.
RESTRICTED = {
    # trace watches calls of functions, and util calls those of output; they
    # have none themselves: FUNCTIONS.
    "fmgr.h": {"api", "report", "trace", "util", ""},
    "funcapi.h": {"api", ""},
    "executor/spi.h": {"advice", "api", "leaderboard", "report", "trace"},
}
# Only these directories define functions that SQL calls.
FUNCTIONS = {"api"}
# Everybody's, and includes nothing of ours.
COMMON = "compat.h"

INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]')
found = []


def complain(path, number, text):
    found.append(f"{path}:{number}: {text}")


def check_include(path, directory, number, name):
    """Checks an include of a source that lies in a directory of src/."""
    if os.path.exists(os.path.join("src", name)):
        target = os.path.dirname(name)
        if name == COMMON:
            return
        if os.path.basename(path) == COMMON:
            complain(path, number, f'{COMMON} must not include "{name}"')
        elif target not in MAY_INCLUDE[directory]:
            complain(path, number, f'{directory or "src"} must not include "{name}"')
    elif os.path.exists(os.path.join(os.path.dirname(path), name)):
        complain(path, number, f'"{name}" is not written with its directory')
    elif directory not in RESTRICTED.get(name, {directory}):
        complain(path, number, f'{directory} must not include "{name}"')


def check_file(path):
    directory = os.path.relpath(os.path.dirname(path), "src")
    directory = "" if directory == "." else directory
    if directory not in MAY_INCLUDE:
        complain(path, 1, f"directory {directory} has no place in the order")
        return
    first = None
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            match = INCLUDE.match(line)
            if match:
                first = first or (number, match[2])
                check_include(path, directory, number, match[2])
            if line.startswith("PG_FUNCTION_INFO") and directory not in FUNCTIONS:
                complain(path, number, f"{directory} must not define functions for SQL")
    if path.endswith(".c") and (first or (1, ""))[1] != "postgres.h":
        complain(path, (first or (1, ""))[0], '"postgres.h" must be included first')


def check_header(path, server):
    """A header includes what it uses: it compiles behind postgres.h alone."""
    name = os.path.relpath(path, "src")
    text = f'#include "postgres.h"\n#include "{name}"\n'
    result = subprocess.run(
        ["gcc", "-std=gnu99", "-fsyntax-only", "-Werror", "-Wall", "-Wextra",
         "-Wno-unused-parameter", "-Wno-unused-function", "-Isrc",
         "-isystem", server, "-x", "c", "-"],
        input=text, capture_output=True, text=True)
    if result.returncode != 0:
        complain(path, 1, "does not compile alone:\n" + result.stderr.rstrip())


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    files = sorted(glob.glob("src/**/*.[ch]", recursive=True))
    if not files:
        sys.exit("includes.py: there are no sources here")
    for path in files:
        check_file(path)
        if path.endswith(".h"):
            check_header(path, sys.argv[1])
    print("\n".join(found) if found else f"includes: no findings in {len(files)} files")
    sys.exit(bool(found))


main()
