#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""flash.py IMAGE [KEY=VALUE | KEY=@FILE]...: an image of the board's flash with values in it.

A new file, or more values for one that is there.  The format is that of store.c: slots of eight
sectors, a header and seven of data.  These keys are read:

  cert, key   the identity, PEM; without them the board makes one of its own
  hostname    whose name that is for
  url         what the demo tells people to open
  connections how many the demo holds at once
  plain_port  where the demo speaks HTTP as well
  args        settings for the tests' server, "max_conns=4 idle_ms=500"
  loss        frames that vanish, percent in each direction
"""
import contextlib
import fcntl
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
    if len(image) != SLOTS * SLOT:
        raise ValueError(f"{path} is no image of the board's flash: {SLOTS * SLOT} bytes are")
    return [image[at:at + SLOT] for at in range(0, len(image), SLOT)]


def values(path):
    """What the board would read."""
    found = {}
    for key, generation, value in filter(None, map(read_slot, slots(path))):
        if generation > found.get(key, (0, b""))[0]:
            found[key] = generation, value
    return {key: value for key, (_, value) in found.items()}


def check_free(path):
    """A board that runs has its flash open, and would not see what is written: QEMU's lock tells."""
    with contextlib.suppress(FileNotFoundError), open(path, "r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ValueError(f"{path} is in use: a board runs with it (q on its console ends it)") from None


def make(path, new):
    """new: a dictionary of bytes.  What the image holds under other keys stays."""
    path = str(path)
    check_free(path)
    kept = dict(values(path), **new) if os.path.exists(path) else new
    if len(kept) > SLOTS - 1:
        raise ValueError(f"{len(kept)} values, and one of the {SLOTS} slots is to stay free")
    image = b"".join(slot_of(key, value) for key, value in kept.items())
    with open(path + ".new", "wb") as file:
        file.write(image.ljust(SLOTS * SLOT, b"\0"))
    os.replace(path + ".new", path)


def main():
    if len(sys.argv) < 2 or sys.argv[1] in ("-h", "--help"):
        sys.exit(__doc__)
    new = {}
    try:
        for word in sys.argv[2:]:
            key, equals, value = word.partition("=")
            if not equals:
                raise ValueError(f"{word}: KEY=VALUE or KEY=@FILE")
            new[key] = value.encode()
            if value.startswith("@"):
                with open(value[1:], "rb") as file:
                    new[key] = file.read()
        make(sys.argv[1], new)
    except (ValueError, OSError) as error:
        sys.exit(f"flash.py: {error}")


if __name__ == "__main__":
    main()
