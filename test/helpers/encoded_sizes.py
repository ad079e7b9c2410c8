#!/usr/bin/env python3
"""Sizes of text in content encodings, by the libraries themselves.

usage: encoded_sizes.py [-w] ENCODING... < LINES

The lines, without their ends, are one stream, flushed behind each of them and
finished after the last one; with -w, the whole input is one line.  Prints a line for each encoding: its name and
the compressed bytes of each line, or "missing" where the library is.
"""
import ctypes
import sys
import zlib

# Levels 0 and 1 of brotli depend on how text is cut: as its program does.
BROTLI_BLOCK = 512 * 1024
BROTLI_PARAM_QUALITY = 1
BROTLI_PROCESS, BROTLI_FLUSH, BROTLI_FINISH = 0, 1, 2
ZSTD_LEVEL = 100
ZSTD_CONTINUE, ZSTD_FLUSH, ZSTD_END = 0, 1, 2
OUT = 1 << 16


class Buffer(ctypes.Structure):
    """ZSTD_inBuffer and ZSTD_outBuffer."""
    _fields_ = [("data", ctypes.c_void_p), ("size", ctypes.c_size_t), ("pos", ctypes.c_size_t)]


def gzip_sizes(level, lines):
    stream = zlib.compressobj(level, zlib.DEFLATED, 31, 8)
    for number, line in enumerate(lines, 1):
        yield len(stream.compress(line)) + len(stream.flush(
            zlib.Z_FINISH if number == len(lines) else zlib.Z_SYNC_FLUSH))


def brotli_run(library, state, operation, data):
    """Compresses data, and returns how many bytes came out."""
    left, bytes_out = ctypes.c_size_t(len(data)), 0
    source = ctypes.create_string_buffer(data, len(data) or 1)
    position = ctypes.c_void_p(ctypes.addressof(source))
    target = ctypes.create_string_buffer(OUT)
    while True:
        space = ctypes.c_size_t(OUT)
        end = ctypes.c_void_p(ctypes.addressof(target))
        if not library.BrotliEncoderCompressStream(
                state, operation, ctypes.byref(left), ctypes.byref(position),
                ctypes.byref(space), ctypes.byref(end), None):
            raise RuntimeError("brotli failed")
        bytes_out += OUT - space.value
        if left.value == 0 and not library.BrotliEncoderHasMoreOutput(state):
            return bytes_out


def brotli_sizes(level, lines):
    library = ctypes.CDLL("libbrotlienc.so.1")
    library.BrotliEncoderCreateInstance.restype = ctypes.c_void_p
    state = ctypes.c_void_p(library.BrotliEncoderCreateInstance(None, None, None))
    library.BrotliEncoderSetParameter(state, BROTLI_PARAM_QUALITY, level)
    for number, line in enumerate(lines, 1):
        operation = BROTLI_FINISH if number == len(lines) else BROTLI_FLUSH
        size = 0
        while len(line) >= BROTLI_BLOCK:
            size += brotli_run(library, state, BROTLI_PROCESS, line[:BROTLI_BLOCK])
            line = line[BROTLI_BLOCK:]
        yield size + brotli_run(library, state, operation, line)
    library.BrotliEncoderDestroyInstance(state)


def zstd_run(library, state, directive, data):
    source = ctypes.create_string_buffer(data, len(data) or 1)
    text = Buffer(ctypes.addressof(source), len(data), 0)
    target = ctypes.create_string_buffer(OUT)
    bytes_out = 0
    while True:
        out = Buffer(ctypes.addressof(target), OUT, 0)
        left = library.ZSTD_compressStream2(state, ctypes.byref(out), ctypes.byref(text), directive)
        if library.ZSTD_isError(ctypes.c_size_t(left)):
            raise RuntimeError("zstd failed")
        bytes_out += out.pos
        if text.pos == text.size and (left == 0 or directive == ZSTD_CONTINUE):
            return bytes_out


def zstd_sizes(level, lines):
    library = ctypes.CDLL("libzstd.so.1")
    library.ZSTD_createCCtx.restype = ctypes.c_void_p
    library.ZSTD_compressStream2.restype = ctypes.c_size_t
    state = ctypes.c_void_p(library.ZSTD_createCCtx())
    library.ZSTD_CCtx_setParameter(state, ZSTD_LEVEL, level)
    for number, line in enumerate(lines, 1):
        # Text that comes with the end would have its size in front.
        size = zstd_run(library, state, ZSTD_CONTINUE, line)
        yield size + zstd_run(library, state, ZSTD_END if number == len(lines) else ZSTD_FLUSH, b"")
    library.ZSTD_freeCCtx(state)


def main():
    methods = {"gzip": gzip_sizes, "br": brotli_sizes, "zstd": zstd_sizes}
    text, encodings = sys.stdin.buffer.read(), sys.argv[1:]
    lines = text.splitlines()
    if encodings[0] == "-w":
        lines = [text]
        del encodings[0]
    for encoding in encodings:
        name, level = encoding.split(":")
        try:
            sizes = list(methods[name](int(level), lines))
        except OSError:
            sizes = ["missing"]
        print(encoding, *sizes)


main()
