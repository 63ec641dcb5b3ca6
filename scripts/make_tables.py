#!/usr/bin/env python3
"""make_tables.py [--check]: the tables of multiples of the base points, in src/crypto/.

Writes src/crypto/x25519_table.c and p256_table.c, or with --check only compares them with what
would be written.  Python's integers are all it needs: the curves' formulas are the affine ones of
the textbooks, and the base points come from the standards, so that nothing here is shared with the
C code that is tested with it.  The headers beside the tables say what an entry is.

It also proves for P-256, by running through the cases, what src/crypto/p256_point.c says of its
last addition (see no_meeting).
"""
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NOTE = " - made by scripts/make_tables.py, not by hand\n * SPDX-License-Identifier: MIT\n */\n"


class Edwards:
    """-x^2 + y^2 = 1 + d x^2 y^2 modulo 2^255 - 19 (RFC 8032 section 5.1)."""
    p = 2**255 - 19
    d = -121665 * pow(121666, -1, p) % p
    order = 2**252 + 27742317777372353535851937790883648493
    name, teeth, blocks, columns = "x25519", 4, 4, 16

    def __init__(self):
        # RFC 7748 section 4.1: u = 9 is y = (u - 1) / (u + 1); x is the even root.
        y = 8 * pow(10, -1, self.p) % self.p
        square = (y * y - 1) * pow(self.d * y * y + 1, -1, self.p) % self.p
        x = pow(square, (self.p + 3) // 8, self.p)
        if x * x % self.p != square:
            x = x * pow(2, (self.p - 1) // 4, self.p) % self.p
        assert x * x % self.p == square
        one = (x if x % 2 == 0 else self.p - x, y)
        assert self.times(self.order, one) == (0, 1)
        self.base = self.times(8, one)

    def add(self, a, b):
        t = self.d * a[0] * b[0] * a[1] * b[1]
        x = (a[0] * b[1] + b[0] * a[1]) * pow(1 + t, -1, self.p)
        y = (a[1] * b[1] + a[0] * b[0]) * pow(1 - t, -1, self.p)
        return x % self.p, y % self.p

    def times(self, k, a):
        total = (0, 1)
        for bit in bin(k)[2:]:
            total = self.add(total, total)
            if bit == "1":
                total = self.add(total, a)
        return total

    def negate(self, a):
        return -a[0] % self.p, a[1]

    def entry(self, a):
        x, y = a
        return [(y + x) % self.p, (y - x) % self.p, 2 * self.d * x * y % self.p]


class P256:
    """y^2 = x^3 - 3x + b (FIPS 186-4 D.1.2.3)."""
    p = 2**256 - 2**224 + 2**192 + 2**96 - 1
    b = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b
    order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551
    base = (0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296,
            0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5)
    name, teeth, blocks, columns = "p256", 4, 4, 16

    def __init__(self):
        x, y = self.base
        assert (y * y - x**3 + 3 * x - self.b) % self.p == 0
        assert self.times(self.order - 1, self.base) == self.negate(self.base)
        assert no_meeting(self)

    def add(self, a, b):
        if a is None:
            return b
        if a == b:
            slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, self.p)
        else:
            slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, self.p)
        x = (slope * slope - a[0] - b[0]) % self.p
        return x, (slope * (a[0] - x) - a[1]) % self.p

    def times(self, k, a):
        total = None
        for bit in bin(k)[2:]:
            total = total and self.add(total, total)
            if bit == "1":
                total = self.add(total, a)
        return total

    def negate(self, a):
        return a[0], -a[1] % self.p

    def entry(self, a):
        return [c * 2**256 % self.p for c in a]  # Montgomery's form


def signed_sums(weights):
    """All sums of +-weights with the last one positive; entry e has + at weight t for bit t of e."""
    return [weights[-1] + sum(w if e >> t & 1 else -w for t, w in enumerate(weights[:-1]))
            for e in range(2 ** (len(weights) - 1))]


def block_weights(curve, block):
    return [2 ** (curve.columns * (block + curve.blocks * t)) for t in range(curve.teeth)]


def no_meeting(curve):
    """In the comb's last addition (column 0, block 0) the sum so far is k - D for an odd k below the
    order n and D the entry to be added.  They are the same point only if k - D = D + n or
    k = 2 D + n, with D negative.  True if no such k has the digits that select D."""
    for e, positive in enumerate(signed_sums(block_weights(curve, 0))):
        k = curve.order - 2 * positive
        digits = [not e >> t & 1 for t in range(curve.teeth - 1)] + [False]
        if digits == [bool(k >> (curve.columns * curve.blocks * t + 1) & 1) for t in range(curve.teeth)]:
            return False
    return True


def table(curve):
    powers = []
    for block in range(curve.blocks):
        powers.append([curve.times(w, curve.base) for w in block_weights(curve, block)])
    for row in powers:
        entries = []
        for e in range(2 ** (curve.teeth - 1)):
            total = row[-1]
            for t in range(curve.teeth - 1):
                total = curve.add(total, row[t] if e >> t & 1 else curve.negate(row[t]))
            entries.append(curve.entry(total))
        yield entries


def text(curve):
    guard = curve.name.upper()
    upper = f"HX_{guard}_BLOCKS][HX_{guard}_ENTRIES"
    words = 8 * len(curve.entry(curve.base))
    out = [f"/*\n * {curve.name}_table.c{NOTE}#include \"{curve.name}_table.h\"\n\n/* clang-format off */\n",
           f"const uint32_t hx_{curve.name}_table[{upper}][{words}] = {{\n"]
    for entries in table(curve):
        out.append("\t{\n")
        for numbers in entries:
            out.append("\t\t{\n")
            for number in numbers:
                values = [f"0x{number >> 32 * i & 0xffffffff:08x}" for i in range(8)]
                out.append(f"\t\t\t{', '.join(values)},\n")
            out.append("\t\t},\n")
        out.append("\t},\n")
    return "".join(out) + "};\n/* clang-format on */\n"


def main():
    check, different = sys.argv[1:] == ["--check"], 0
    for curve in (Edwards(), P256()):
        path = f"src/crypto/{curve.name}_table.c"
        made = text(curve)
        if not check:
            with open(os.path.join(ROOT, path), "w", encoding="utf-8") as file:
                file.write(made)
            continue
        with open(os.path.join(ROOT, path), encoding="utf-8") as file:
            if file.read() != made:
                print(f"{path} is not what scripts/make_tables.py makes")
                different = 1
    return different


if __name__ == "__main__":
    sys.exit(main())
