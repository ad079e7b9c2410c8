#!/usr/bin/env python3
"""Lays the C sources out as pgindent does, by pg_bsd_indent.

usage: indent.py [-w] [FILE...]

Prints the differences and fails if there are any; with -w writes the files.
The types are those of test/typedefs.list (sh test/check typedefs).
"""
import difflib
import glob
import re
import subprocess
import sys
import tempfile

# The options that PostgreSQL's sources are laid out with.
OPTIONS = ("-bad -bap -bbb -bc -bl -cli1 -cp33 -cdb -nce -d0 -di12 -nfc1 -i4 -l79 -lp -lpl -nip "
           "-npro -sac -tpg -ts4 -Utest/typedefs.list").split()
# A declaration whose name pg_bsd_indent has put on a line of its own, which
# is right for definitions only.
SPLIT_DECLARATION = re.compile(
    r"^((?:extern |static )[\w \t*]+|[A-Za-z_]\w*[\w \t*]*)\n([A-Za-z_]\w*\([^{}]*?\);)$", re.M)
# A function's return type, on the line above its name, is followed by tabs up
# to the column of variables; pgindent's script makes them one blank, too.
RETURN_TYPE = re.compile(r"^([A-Za-z_]\S*)[ \t]+(\*+)$", re.M)
# text, the server's type, is not in the list, since variables are named so.
TEXT_POINTER = re.compile(r"\btext \* (?=\w+[,)])")


def join_declaration(match):
    """Puts the name behind its type, and moves the lines that follow it."""
    start = match[1].rstrip()
    start += "" if start.endswith("*") else " "
    first, *rest = match[2].split("\n")
    column = len((start + first[:first.index("(") + 1]).expandtabs(4))
    lines = [start + first]
    for line in rest:
        lines.append("\t" * (column // 4) + " " * (column % 4) + line.strip())
    return "\n".join(lines)


def laid_out(text):
    with tempfile.NamedTemporaryFile("w", suffix=".c") as source:
        source.write(text)
        source.flush()
        result = subprocess.run(["pg_bsd_indent", *OPTIONS, source.name, "-st"],
                                capture_output=True, text=True)
    if result.returncode != 0 or result.stderr:
        raise RuntimeError(result.stderr)
    output = RETURN_TYPE.sub(r"\1 \2", result.stdout)
    output = TEXT_POINTER.sub("text *", output)
    return SPLIT_DECLARATION.sub(join_declaration, output)


def keep_continued(before, after):
    """Takes lines that continue a declaration or statement as they are where
    they are one tab further in, which is where PostgreSQL's sources from 16 on
    have them, laid out by pg_bsd_indent 2.1.2.  Before it, those of an
    initializer were in line with its first one."""
    old, new = before.splitlines(True), after.splitlines(True)
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    lines = []
    for kind, i, i_end, j, j_end in matcher.get_opcodes():
        continued = kind == "replace" and i > 0 and re.search(r"([=?:+(|&*/-]|\*\))\s*$", old[i - 1]) \
            and old[i:i_end] == ["\t" + line for line in new[j:j_end]]
        lines += old[i:i_end] if continued else new[j:j_end]
    return "".join(lines)


def main():
    arguments = sys.argv[1:]
    write = arguments[:1] == ["-w"]
    files = arguments[write:] or sorted(glob.glob("src/**/*.[ch]", recursive=True))
    different = 0
    for path in files:
        with open(path, encoding="utf-8") as file:
            before = file.read()
        try:
            after = keep_continued(before, laid_out(before))
        except RuntimeError as error:
            sys.exit(f"{path}: {error}")
        if after == before:
            continue
        different += 1
        if write:
            with open(path, "w", encoding="utf-8") as file:
                file.write(after)
        else:
            sys.stdout.writelines(difflib.unified_diff(
                before.splitlines(True), after.splitlines(True), path, path + " as pgindent has it"))
    print(f"indent: {different} of {len(files)} files {'changed' if write else 'differ'}")
    sys.exit(bool(different and not write))


main()
