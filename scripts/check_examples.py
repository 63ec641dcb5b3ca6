#!/usr/bin/env python3
"""check_examples.py: the examples compile, with every warning an error.

Those of examples/ as C11 and, where g++ is installed, as C++17: sketches are C++.

Takes each fenced block marked `c` from README.md, DESIGN.md and docs/.  A block with an #include
stands for itself; any other is put after `#include "hatch.h"`.  A block marked `c statements` is
put into a function, one marked `c fragment` is left alone.  One that begins with the name of a file
in a comment is to be that file, but for its first line.
"""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
STRICT = ["-std=c11", "-Wall", "-Wextra", "-pedantic", "-Werror", "-Wno-unused-variable", "-Wno-unused-function",
          "-Wno-unused-const-variable", "-fsyntax-only", "-I", "src", "-isystem", "/usr/include/cjson"]
CPP = ["g++", "-std=c++17", "-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only", "-I", "src",
       "-isystem", "/usr/include/cjson", "-x", "c++"]

# What `hatch-cert --format header` writes, in outline.
IDENTITY = "static const unsigned char localhost_cert[1] = { 0 };\n" \
           "static const unsigned char localhost_key[1] = { 0 };\n"


def same_as_file(code):
    """False if the block names a file and differs from it."""
    match = re.match(r"/\* (examples/\S+\.c) \*/\n", code)
    if match is None:
        return True
    with open(f"{ROOT}/{match.group(1)}", encoding="utf-8") as file:
        return file.read().split("\n", 1)[1] == code.split("\n", 1)[1]


def compiles(command, code=None):
    result = subprocess.run(command, input=code, cwd=ROOT, text=True, capture_output=True, check=False)
    if result.returncode != 0:
        print(result.stderr)
    return result.returncode == 0


def blocks(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for match in re.finditer(r"^```c( \w+)?\n(.*?)^```$", text, re.M | re.S):
        line = text.count("\n", 0, match.start()) + 2
        yield line, (match.group(1) or "").strip(), match.group(2)


def check_documents(made):
    documents = [f"{ROOT}/README.md", f"{ROOT}/DESIGN.md", *sorted(glob.glob(f"{ROOT}/docs/**/*.md", recursive=True))]
    for path in filter(os.path.exists, documents):
        name = os.path.relpath(path, ROOT)
        for line, kind, code in blocks(path):
            if kind == "fragment":
                continue
            place = f'#line {line} "{name}"\n'
            if kind == "statements":
                whole = f'#include "hatch.h"\nvoid example(struct hatch_req *req);\n' \
                        f"void example(struct hatch_req *req)\n{{\n(void)req;\n{place}{code}}}\n"
            elif "#include" in code:
                whole = place + code
            else:
                whole = f'#include "hatch.h"\n{place}{code}'
            good = compiles(["cc", *STRICT, "-I", made, "-x", "c", "-"], whole)
            if not same_as_file(code):
                print(f"{name}:{line}: not the file that its first line names")
                good = False
            yield good


def check_files(made):
    for path in sorted(glob.glob(f"{ROOT}/examples/*.c")):
        yield compiles(["cc", *STRICT, "-I", made, path])
        if shutil.which("g++"):
            yield compiles([*CPP, "-I", made, path])


def main():
    with tempfile.TemporaryDirectory() as made:
        with open(f"{made}/localhost.h", "w", encoding="utf-8") as file:
            file.write(IDENTITY)
        results = [*check_documents(made), *check_files(made)]
    print(f"{len(results)} examples, {results.count(False)} do not compile")
    return 0 if results and all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
