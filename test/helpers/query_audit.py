#!/usr/bin/env python3
"""A second account of the compressed bytes of lbdiag_audit_query_detail, made
from the texts of a result's values alone.

usage: query_audit.py LEVEL... < RESULT

RESULT is JSON: columns has pairs of a name and a kind (json, "json[]" or
text), rows the texts of the values of each row, folded the paths of objects
whose keys are data.  Prints, for each level of gzip, a line for each path: the
level, the column, the path, and its own compressed bytes.  What belongs to no
column has the column and the path "-".
"""
import json
import os
import re
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "fuzz"))
from deflate import Stream, gzip_pieces, own_bytes  # noqa: E402

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s\[\]{},:"]+|[\[\]{},:]|\s+')
PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def member(path, key, folded):
    if path in folded:
        return path + ".*"
    return path + "." + (key if PLAIN_KEY.match(key) else json.dumps(key, ensure_ascii=False))


def json_owners(text, root, folded):
    """Pairs of a token of a document and its path."""
    containers, key = [], None

    def here():
        return key or (containers[-1][0] if containers else root)

    def value():
        nonlocal key
        path = here()
        if key is None and containers:
            path += "[*]"
        key = None
        return path

    for token in TOKEN.findall(text):
        if token[0] in "{[":
            path = value()
            containers.append((path, token))
        elif token[0] in "}]":
            path = containers.pop()[0]
        elif token[0] in ",:" or token.isspace():
            path = here()
        elif token[0] == '"' and key is None and containers and containers[-1][1] == "{":
            path = key = member(containers[-1][0], json.loads(token), folded)
        else:
            path = value()
        yield token, path


def array_owners(text, folded):
    """The same of an array of documents: what quoting adds to a character is
    where the character is."""
    elements = re.findall(r'"((?:[^"\\]|\\.)*)"|([^{},"]+)', text)
    yield "{", "$"
    for number, (quoted, plain) in enumerate(elements):
        if number > 0:
            yield ",", "$"
        if plain:
            yield plain, "$[*]"
            continue
        yield '"', "$[*]"
        for token, path in json_owners(re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL), "$[*]", folded):
            yield re.sub(r'(["\\])', r"\\\1", token), path
        yield '"', "$[*]"
    yield "}", "$"


def value_owners(text, kind, folded):
    if kind == "json":
        return json_owners(text, "$", folded)
    if kind == "json[]":
        return array_owners(text, folded)
    return [(text, "$")]


def messages(result):
    """The messages of all rows, and the path of each of their bytes."""
    columns, folded = result["columns"], set(result["folded"])
    data, owners = [], []
    for row in result["rows"]:
        body, body_owners = [], []
        for (name, kind), text in zip(columns, row):
            length = -1 if text is None else len(text.encode())
            body.append(struct.pack("!i", length))
            body_owners += [(name, "$")] * 4
            for token, path in [] if text is None else value_owners(text, kind, folded):
                body.append(token.encode())
                body_owners += [(name, path)] * len(token.encode())
        body = b"".join(body)
        data.append(struct.pack("!cih", b"D", len(body) + 6, len(columns)) + body)
        owners += [("-", "-")] * 7 + body_owners
    return b"".join(data), owners


def main():
    result = json.load(sys.stdin)
    data, owners = messages(result)
    # In the order in which lbdiag meets them: it decides between equal shares.
    paths = [("-", "-")] + [(name, "$") for name, _ in result["columns"]]
    numbers = {path: number for number, path in enumerate(dict.fromkeys(paths + owners))}
    owned = [numbers[owner] for owner in owners]
    for level in sys.argv[1:]:
        stream = gzip_pieces([("", data)], int(level))[0]
        own = own_bytes(owned, Stream(stream).symbols(), len(stream)) if owned else [len(stream)]
        own += [0] * (len(numbers) - len(own))
        for (name, path), number in numbers.items():
            print(level, name, path, own[number], sep="|")


main()
