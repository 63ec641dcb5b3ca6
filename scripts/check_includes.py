#!/usr/bin/env python3
"""check_includes.py [--self-test]: who includes whom in src/, and where conditionals may stand.

Each folder may include itself, the public headers (src/*.h) and what MAY_INCLUDE says.  The TLS
library's headers are for src/tls/ alone.  An #if between braces (a function body, a struct, a
table) is for FREE_OF_IF alone.  Prints a line for each breach.
"""
import os
import re
import sys
import tempfile

# The table "may include" of DESIGN.md.
MAY_INCLUDE = {
    "": set(),  # the public headers themselves
    "base": set(),
    "http": {"base"},
    "crypto": {"base"},
    "live": {"base", "http", "app"},
    "tls": {"base", "crypto"},
    "app": {"base", "http"},
    "server": {"base", "http", "crypto", "live", "tls", "app", "port"},
    "port": set(),
}
TLS_LIBRARY = ("mbedtls/", "psa/")
MAY_USE_TLS_LIBRARY = {"tls"}
FREE_OF_IF = ("port/", "tls/", "base/check.h")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
CONDITIONAL = re.compile(r"^\s*#\s*(if|ifdef|ifndef|elif|else)\b")


def without_comments_and_literals(text):
    """The code alone, with every line end where it was."""
    def blank(match):
        piece = match.group(0)
        return "".join("\n" for c in piece if c == "\n") if piece[0] == "/" else piece[0] * 2
    return re.sub(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text, flags=re.S)


def folder_of(path):
    return path.split("/")[0] if "/" in path else ""


def breaches_of_include(src, path, number, mark, name):
    folder = folder_of(path)
    if name.startswith(TLS_LIBRARY):
        if folder not in MAY_USE_TLS_LIBRARY:
            yield f"{path}:{number}: includes {name}; only src/tls/ may include the TLS library"
        return
    beside = os.path.normpath(os.path.join(os.path.dirname(path), name))
    if not beside.startswith("..") and os.path.exists(os.path.join(src, beside)):
        target = beside
    elif os.path.exists(os.path.join(src, name)):
        target = name
    elif mark == "<":
        return  # the system's
    else:
        yield f"{path}:{number}: includes {name}, which is not in src/"
        return
    other = folder_of(target)
    if other not in MAY_INCLUDE:
        yield f"{path}:{number}: includes {target}, a folder without a rule"
    elif other and other != folder and other not in MAY_INCLUDE[folder]:
        yield f"{path}:{number}: {folder or 'a public header'} may not include {other}/ ({target})"


def breaches_of_file(src, path):
    folder = folder_of(path)
    if folder not in MAY_INCLUDE:
        yield f"{path}:1: the folder {folder}/ has no rule; add it to MAY_INCLUDE"
        return
    with open(os.path.join(src, path), encoding="utf-8") as file:
        text = file.read()
    code = without_comments_and_literals(text).split("\n")
    depth = 0
    for number, (line, bare) in enumerate(zip(text.split("\n"), code), 1):
        include = INCLUDE.match(line)
        if include and bare.lstrip().startswith("#"):
            yield from breaches_of_include(src, path, number, *include.groups())
        if CONDITIONAL.match(bare):
            if depth > 0 and not path.startswith(FREE_OF_IF):
                yield f"{path}:{number}: a conditional between braces: {line.strip()}"
        elif not bare.lstrip().startswith("#"):
            bare = re.sub(r'extern\s*""\s*\{', "", bare)
            depth = max(depth + bare.count("{") - bare.count("}"), 0)


def check(src):
    found, files = [], 0
    for top, _, names in sorted(os.walk(src)):
        for name in sorted(names):
            if name.endswith((".c", ".h")):
                files += 1
                found += breaches_of_file(src, os.path.relpath(os.path.join(top, name), src))
    return files, found


GOOD = {
    "hatch.h": '#ifdef __cplusplus\nextern "C" {\n#endif\nint f(void);\n#ifdef __cplusplus\n}\n#endif\n',
    "base/span.h": "#ifndef SPAN_H\n#define SPAN_H\nstruct span { int n; };\n#endif\n",
    "base/check.h": "#define A do { \\\n} while (0)\nstatic inline void f(void)\n{\n#ifdef X\n#endif\n}\n",
    "http/head.c": '#include "../base/span.h"\n#include "../hatch.h"\n#include <string.h>\n'
                   "char brace(void)\n{\n\treturn '{'; /* { */ // {\n}\n#if 1\n#endif\n",
    "tls/engine.c": "#include <mbedtls/ssl.h>\nint g(void)\n{\n#if 1\n#endif\n}\n",
    "server/loop.c": '#include "../tls/../http/../base/span.h"\n',
}
BAD = {  # file, text, what the complaint must say
    "a layer upwards": ("base/a.c", '#include "../http/head.c"\n', "base may not include http/"),
    "app knows TLS": ("app/a.c", '#include "../tls/engine.c"\n', "app may not include tls/"),
    "port knows base": ("port/a.c", "#include <base/span.h>\n", "port may not include base/"),
    "public knows base": ("pub.h", '#include "base/span.h"\n', "a public header may not include base/"),
    "TLS library outside": ("server/a.c", "#include <psa/crypto.h>\n", "only src/tls/"),
    "no such file": ("http/a.c", '#include "../base/none.h"\n', "not in src/"),
    "new folder": ("misc/a.c", "int x;\n", "has no rule"),
    "#if in a body": ("http/a.c", "int f(void)\n{\n#ifdef X\n#endif\n}\n", "a conditional between braces"),
    "#if in a struct": ("app/a.h", "struct s {\n#if X\n\tint a;\n#endif\n};\n", "a conditional between braces"),
}


def self_test():
    def write(src, path, text):
        os.makedirs(os.path.dirname(os.path.join(src, path)), exist_ok=True)
        with open(os.path.join(src, path), "w", encoding="utf-8") as file:
            file.write(text)

    wrong = []
    for title, extra in [("what is allowed", None), *BAD.items()]:
        with tempfile.TemporaryDirectory() as src:
            for path, text in GOOD.items():
                write(src, path, text)
            if extra:
                write(src, extra[0], extra[1])
            found = check(src)[1]
            if extra is None and found:
                wrong.append(f"{title}: complains: {found}")
            if extra and not (found and all(extra[2] in line for line in found)):
                wrong.append(f"{title}: expected '{extra[2]}', found {found}")
    print("\n".join(wrong) if wrong else f"{len(BAD) + 1} cases as expected")
    return 1 if wrong else 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    files, found = check(os.path.join(root, "src"))
    for line in found:
        print(f"src/{line}")
    print(f"{files} files, {len(found)} breaches")
    return 1 if found or not files else 0


if __name__ == "__main__":
    sys.exit(main())
