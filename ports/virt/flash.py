#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""flash.py IMAGE [KEY=VALUE | KEY=@FILE]...: an image of the board's flash with values in it.

A new file, or more values for one that is there.  The format is that of store.c: slots of eight
sectors, a header and seven of data.  The demo and the tests read these keys:

  cert, key   the identity, PEM; without them the board makes one of its own
  hostname    whose name that is for
  url         what the demo tells people to open
  args        settings for the program, "max_conns=4 idle_ms=500"
  loss        frames that vanish, percent in each direction
"""
import os
import struct
import sys
import zlib

SECTOR, SLOT, SLOTS = 512, 8 * 512, 16
VALUE_MAX = SLOT - SECTOR
HEADER = "<4sIII16s"


def slot_of(key, value, generation=1):
    name = key.encode()
    if not 0 < len(name) < 16:
        raise ValueError(f"{key}: a key has 1 to 15 characters")
    if len(value) > VALUE_MAX:
        raise ValueError(f"{key}: {len(value)} bytes, and the most is {VALUE_MAX}")
    header = struct.pack(HEADER, b"HSV1", generation, len(value), zlib.crc32(value), name)
    header += struct.pack("<I", zlib.crc32(header))
    return header.ljust(SECTOR, b"\0") + value.ljust(VALUE_MAX, b"\0")


def read_slot(slot):
    """(key, generation, value), or None if the slot is free."""
    size = struct.calcsize(HEADER)
    magic, generation, length, crc, name = struct.unpack(HEADER, slot[:size])
    value = slot[SECTOR:SECTOR + length]
    if magic != b"HSV1" or struct.unpack("<I", slot[size:size + 4])[0] != zlib.crc32(slot[:size]):
        return None
    if zlib.crc32(value) != crc:
        return None
    return name.rstrip(b"\0").decode(), generation, value


def slots(path):
    with open(path, "rb") as file:
        image = file.read()
    return [image[at:at + SLOT] for at in range(0, len(image), SLOT)]


def values(path):
    """What the board would read."""
    found = {}
    for key, generation, value in filter(None, map(read_slot, slots(path))):
        if generation > found.get(key, (0, b""))[0]:
            found[key] = generation, value
    return {key: value for key, (_, value) in found.items()}


def make(path, new):
    """new: a dictionary of bytes.  What the image holds under other keys stays."""
    kept = dict(values(path), **new) if os.path.exists(path) else new
    if len(kept) > SLOTS - 1:
        raise ValueError(f"{len(kept)} values, and one of the {SLOTS} slots is to stay free")
    image = b"".join(slot_of(key, value) for key, value in kept.items())
    with open(path, "wb") as file:
        file.write(image.ljust(SLOTS * SLOT, b"\0"))


def main():
    if len(sys.argv) < 2 or sys.argv[1] in ("-h", "--help"):
        sys.exit(__doc__)
    new = {}
    for word in sys.argv[2:]:
        key, equals, value = word.partition("=")
        if not equals:
            sys.exit(f"flash.py: {word}: KEY=VALUE or KEY=@FILE")
        if value.startswith("@"):
            with open(value[1:], "rb") as file:
                new[key] = file.read()
        else:
            new[key] = value.encode()
    try:
        make(sys.argv[1], new)
    except ValueError as error:
        sys.exit(f"flash.py: {error}")


if __name__ == "__main__":
    main()
