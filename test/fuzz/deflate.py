"""Which paths the bytes of a gzip stream belong to, in the plainest way: the
stream is read bit by bit."""

import zlib

LENGTH_BASE = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35,
               43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258]
LENGTH_EXTRA = [0] * 8 + [n for n in range(1, 6) for _ in range(4)] + [0]
DISTANCE_EXTRA = [0, 0] + [n for n in range(14) for _ in range(2)]
ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
HEADER_BYTES = 10


def gzip_pieces(components, level):
    """One stream, flushed at each boundary, so that every compressed byte
    belongs to one component: a piece for each of them."""
    stream = zlib.compressobj(level, zlib.DEFLATED, 31, 8)
    pieces = []
    for number, (_, data) in enumerate(components, 1):
        last = number == len(components)
        pieces.append(stream.compress(data) + stream.flush(
            zlib.Z_FINISH if last else zlib.Z_SYNC_FLUSH))
    return pieces


class Stream:
    """The bits of a gzip stream, behind its header."""

    def __init__(self, data):
        self.data = data
        self.position = HEADER_BYTES * 8

    def bit(self):
        bit = self.data[self.position >> 3] >> (self.position & 7) & 1
        self.position += 1
        return bit

    def number(self, bits):
        return sum(self.bit() << i for i in range(bits))

    def symbol(self, code):
        """code has the symbols by the length and the bits of their codes."""
        length = bits = 0
        while (length, bits) not in code:
            bits = bits << 1 | self.bit()
            length += 1
        return code[(length, bits)]

    def codes(self):
        """The codes in front of a block."""
        nliterals, ndistances = self.number(5) + 257, self.number(5) + 1
        ncodes = self.number(4) + 4
        lengths = [0] * 19
        for symbol in ORDER[:ncodes]:
            lengths[symbol] = self.number(3)
        code, lengths = canonical(lengths), []
        while len(lengths) < nliterals + ndistances:
            symbol = self.symbol(code)
            if symbol < 16:
                lengths.append(symbol)
            elif symbol == 16:
                lengths += [lengths[-1]] * (self.number(2) + 3)
            elif symbol == 17:
                lengths += [0] * (self.number(3) + 3)
            else:
                lengths += [0] * (self.number(7) + 11)
        return canonical(lengths[:nliterals]), canonical(lengths[nliterals:])

    def symbols(self):
        """Each symbol: how many bits it has, and how many bytes it stands
        for."""
        last = 0
        while not last:
            last, kind = self.bit(), self.number(2)
            if kind == 0:
                self.position = (self.position + 7) // 8 * 8
                length = self.number(16)
                self.number(16)
                for _ in range(length):
                    self.position += 8
                    yield 8, 1
                continue
            literals, distances = FIXED if kind == 1 else self.codes()
            while True:
                start, length = self.position, 1
                symbol = self.symbol(literals)
                if symbol == 256:
                    break
                if symbol > 256:
                    length = (LENGTH_BASE[symbol - 257]
                              + self.number(LENGTH_EXTRA[symbol - 257]))
                    self.number(DISTANCE_EXTRA[self.symbol(distances)])
                yield self.position - start, length


def canonical(lengths):
    code, table = 0, {}
    for length in range(1, 16):
        for symbol, other in enumerate(lengths):
            if other == length:
                table[(length, code)] = symbol
                code += 1
        code <<= 1
    return table


FIXED = (canonical([8] * 144 + [9] * 112 + [7] * 24 + [8] * 8),
         canonical([5] * 30))


def own_bytes(owners, symbols, size):
    """The compressed bytes of each path of a document, which add up to size.
    owners has the number of the path of each byte of its text."""
    bits = [0] * (max(owners) + 1)
    at = 0
    while at < len(owners):
        symbol_bits, length = next(symbols)
        bits[owners[at]] += symbol_bits
        at += length
    total = sum(bits)
    own = [size * n // total for n in bits]
    order = sorted(range(len(bits)), key=lambda n: (-(size * bits[n] % total), n))
    for number in order[:size - sum(own)]:
        own[number] += 1
    return own
