#!/usr/bin/env python3
"""Streams for engine_symbols, a line each: bytes as hexadecimal digits, and
their symbols as bits:length, read by test/fuzz/deflate.py.

usage: streams.py FOLDER_OF_DEFLATE_PY
"""
import os
import random
import sys
import zlib

sys.path.insert(0, sys.argv[1])
from deflate import Stream      # noqa: E402

random.seed(7)
TEXTS = [
    b'', b'x', b'{"a": 1}' * 40, os.urandom(300), os.urandom(70000),
    bytes(random.choice(b'abcdef') for _ in range(3000)), b'0' * 100000,
    b''.join(b'{"id": %d, "score": 0.%d}, ' % (i, i * 7919 % 1000003) for i in range(4000)),
]
# Level, strategy, and how much is flushed at once.
WAYS = [(0, zlib.Z_DEFAULT_STRATEGY, 0), (1, zlib.Z_DEFAULT_STRATEGY, 500), (6, zlib.Z_DEFAULT_STRATEGY, 0),
        (9, zlib.Z_FIXED, 1000), (6, zlib.Z_HUFFMAN_ONLY, 0), (6, zlib.Z_RLE, 7000)]

for text in TEXTS:
    for level, strategy, flushed in WAYS:
        stream = zlib.compressobj(level, zlib.DEFLATED, 31, 8, strategy)
        data = b''
        for start in range(0, len(text), flushed or len(text) or 1):
            data += stream.compress(text[start:start + (flushed or len(text))])
            if flushed:
                data += stream.flush(random.choice([zlib.Z_SYNC_FLUSH, zlib.Z_FULL_FLUSH, zlib.Z_PARTIAL_FLUSH]))
        data += stream.flush()
        print(data.hex(), ' '.join('%d:%d' % symbol for symbol in Stream(data).symbols()), sep='\t')
