#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""size.py FIRMWARE.map [--json FILE] [--check] [--update README.md]: who takes how much of a firmware.

Adds up the linker's map by part: Hatch by folder, its TLS library, lwIP, the board, the program, the
C library.  text is code and constants (flash), data and bss are memory.

  --check   fails if Hatch itself, without TLS library, lwIP and C library, is over its stated size
  --update  puts the table into the document, between its two marks
"""
import argparse
import collections
import json
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# What Hatch itself may take for 32-bit RISC-V at -Os, bytes: a promise of the README.
TEXT_MAX, STATIC_MAX = 53000, 256

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


def is_hatch(name):
    return name.startswith("Hatch")


def table(parts):
    rows = [("part", "code and constants", "data", "bss")]
    hatch = sorted((name for name in parts if is_hatch(name)), key=lambda name: -parts[name]["text"])
    for name in hatch + [name for name in ORDER if name in parts]:
        rows.append((name, *(f"{parts[name][kind]:,}" for kind in ("text", "data", "bss"))))
    for name, sizes in (("**Hatch itself**", total(parts, is_hatch)), ("**all**", total(parts))):
        rows.append((name, *(f"**{sizes[kind]:,}**" for kind in ("text", "data", "bss"))))
    rows.append(("a classic HTTPS sketch on an ESP32, for comparison", f"{CLASSIC_FLASH:,}",
                 f"{CLASSIC_RAM:,}", "(with data)"))
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], "|---|---:|---:|---:|", *lines[1:]])


def update(document, new):
    begin, end = "<!-- size: made by `make size` -->\n", "<!-- /size -->"
    with open(document, encoding="utf-8") as file:
        text = file.read()
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        sys.exit(f"size.py: {document} lacks the marks {begin.strip()} and {end}")
    with open(document, "w", encoding="utf-8") as file:
        file.write(f"{before}{begin}{new}\n{end}{after}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("map")
    parser.add_argument("--json")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--update")
    args = parser.parse_args()
    parts = measure(args.map)
    print(table(parts))
    ours = total(parts, is_hatch)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump({"parts": parts, "hatch": ours, "all": total(parts)}, file, indent=1)
    if args.update:
        update(args.update, table(parts))
    over = ours["text"] > TEXT_MAX or ours["data"] + ours["bss"] > STATIC_MAX
    if args.check and over:
        sys.exit(f"size.py: Hatch itself takes {ours['text']} bytes of code and {ours['data'] + ours['bss']} of "
                 f"static memory; it promises at most {TEXT_MAX} and {STATIC_MAX}")


if __name__ == "__main__":
    main()
