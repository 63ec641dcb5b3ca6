#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""size.py FIRMWARE.map [--json FILE] [--check] [--update README.md]: who takes how much of a firmware.

Adds up the linker's map by part: Hatch by folder, its TLS library, lwIP, the board, the program, the
C library.  text is code and constants (flash), data and bss are memory.

  --check   fails if Hatch itself, without TLS library, lwIP and C library, is over its stated size
  --update  puts the table into the document, between its two marks
  --verify  fails if the document's table is not this one, within 2 %
"""
import argparse
import collections
import itertools
import json
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# What Hatch itself and its arithmetic (src/crypto/) may take for 32-bit RISC-V at -Os, bytes: a
# promise of the README.
TEXT_MAX, STATIC_MAX, CRYPTO_MAX = 63000, 64, 20000

# An ESP32 HTTPS sketch of today (esp32_https_server's Static-Page, from its continuous integration).
CLASSIC_RAM, CLASSIC_FLASH = 39880, 758310

SECTION = re.compile(r"^ \.?(\S+)(?:\n +| +)0x[0-9a-f]+ +0x([0-9a-f]+) (\S.*)$", re.M)
KIND = {"text": "text", "rodata": "text", "srodata": "text", "init": "text", "eh_frame": None,
        "data": "data", "sdata": "data", "tdata": "data",
        "bss": "bss", "sbss": "bss", "tbss": "bss", "COMMON": "bss"}
ORDER = ["TLS: mbedTLS", "TCP/IP: lwIP", "the board", "the program", "C library"]


def folders():
    """The folder of each file of src/; two of one name would be counted as one."""
    found = {}
    for top, _, names in os.walk(os.path.join(ROOT, "src")):
        for name in names:
            if name.endswith(".c"):
                assert name not in found, f"two files are called {name}"
                found[name] = os.path.relpath(top, os.path.join(ROOT, "src"))
    return found


def part_of(path, folder):
    member = re.search(r"lib(\w+)\.a\((\S+?)(?:\.obj|\.o)?\)$", path)
    if not member:
        return "C library" if "crt0" in path else "the program"
    archive, name = member.groups()
    if archive == "hatch":
        return f"Hatch: {folder[name]}/"
    return {"mbedtls": ORDER[0], "lwip": ORDER[1], "virt": ORDER[2]}.get(archive, "C library")


def measure(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    text = text[text.index("Linker script and memory map"):]
    folder, parts = folders(), collections.defaultdict(lambda: dict(text=0, data=0, bss=0))
    for section, size, origin in SECTION.findall(text):
        kind = KIND.get(section.split(".")[0])
        if kind:
            parts[part_of(origin.strip(), folder)][kind] += int(size, 16)
    return parts


def total(parts, chosen=lambda name: True):
    return {kind: sum(size[kind] for name, size in parts.items() if chosen(name))
            for kind in ("text", "data", "bss")}


CRYPTO = "Hatch: crypto/"


def is_hatch(name):
    return name.startswith("Hatch") and name != CRYPTO


def table(parts):
    rows = [("part", "code and constants", "data", "bss")]
    hatch = sorted((name for name in parts if is_hatch(name)), key=lambda name: -parts[name]["text"])
    for name in hatch + [name for name in [CRYPTO, *ORDER] if name in parts]:
        rows.append((name, *(f"{parts[name][kind]:,}" for kind in ("text", "data", "bss"))))
    for name, sizes in (("**Hatch itself, without crypto/**", total(parts, is_hatch)), ("**all**", total(parts))):
        rows.append((name, *(f"**{sizes[kind]:,}**" for kind in ("text", "data", "bss"))))
    rows.append(("a classic HTTPS sketch on an ESP32, for comparison", f"{CLASSIC_FLASH:,}",
                 f"{CLASSIC_RAM:,}", "(with data)"))
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], "|---|---:|---:|---:|", *lines[1:]])


def parted(document, name):
    """What stands before, between and behind the marks of a table that a command keeps."""
    begin, end = f"<!-- {name}: made by `make {name}` -->\n", f"<!-- /{name} -->"
    with open(document, encoding="utf-8") as file:
        before, found, rest = file.read().partition(begin)
    between, closed, after = rest.partition(end)
    if not found or not closed:
        sys.exit(f"{document} lacks the marks {begin.strip()} and {end}")
    return before + begin, between, end + after


def between_marks(document, name, new):
    before, _, after = parted(document, name)
    with open(document, "w", encoding="utf-8") as file:
        file.write(f"{before}{new}\n{after}")


def verify(document, new):
    _, old, _ = parted(document, "size")
    ours, theirs = ([re.split(r" *\| *", line) for line in text.strip().splitlines()] for text in (new, old))
    for one, other in itertools.zip_longest(ours, theirs, fillvalue=[]):
        for here, there in itertools.zip_longest(one, other, fillvalue=""):
            a, b = (re.sub(r"[*,]", "", text) for text in (here, there))
            if not (a == b or (a.isdigit() and b.isdigit() and abs(int(a) - int(b)) <= 64 + int(a) // 50)):
                sys.exit(f"size.py: {document} says {there or 'nothing'} where it is {here}: run `make size`")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("map")
    parser.add_argument("--json")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--update")
    parser.add_argument("--verify")
    args = parser.parse_args()
    parts = measure(args.map)
    print(table(parts))
    ours = total(parts, is_hatch)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump({"parts": parts, "hatch": ours, "all": total(parts)}, file, indent=1)
    if args.update:
        between_marks(args.update, "size", table(parts))
    crypto = parts.get(CRYPTO, {"text": 0})["text"]
    taken = (ours["text"], ours["data"] + ours["bss"], crypto)
    if args.check and any(here > most for here, most in zip(taken, (TEXT_MAX, STATIC_MAX, CRYPTO_MAX))):
        sys.exit(f"size.py: Hatch takes {taken[0]} bytes of code, {taken[1]} of static memory and {taken[2]} of "
                 f"arithmetic; it promises at most {TEXT_MAX}, {STATIC_MAX} and {CRYPTO_MAX}")
    if args.verify:
        verify(args.verify, table(parts))


if __name__ == "__main__":
    main()
