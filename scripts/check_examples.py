#!/usr/bin/env python3
"""check_examples.py: the C examples in the documents compile, with every warning an error.

Takes each fenced block marked `c` from README.md, DESIGN.md and docs/.  A block with an #include
stands for itself; any other is put after `#include "hatch.h"`.  A block marked `c statements` is
put into a function, one marked `c fragment` is left alone.
"""
import glob
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
STRICT = ["-std=c11", "-Wall", "-Wextra", "-pedantic", "-Werror", "-Wno-unused-variable", "-Wno-unused-function",
          "-Wno-unused-const-variable", "-fsyntax-only", "-I", "src", "-x", "c", "-"]


def blocks(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for match in re.finditer(r"^```c( \w+)?\n(.*?)^```$", text, re.M | re.S):
        line = text.count("\n", 0, match.start()) + 2
        yield line, (match.group(1) or "").strip(), match.group(2)


def main():
    documents = [f"{ROOT}/README.md", f"{ROOT}/DESIGN.md", *sorted(glob.glob(f"{ROOT}/docs/**/*.md", recursive=True))]
    count = failed = 0
    for path in documents:
        if not os.path.exists(path):
            continue
        name = os.path.relpath(path, ROOT)
        for line, kind, code in blocks(path):
            if kind == "fragment":
                continue
            count += 1
            place = f'#line {line} "{name}"\n'
            if kind == "statements":
                code = f'#include "hatch.h"\nvoid example(struct hatch_req *req);\n' \
                       f"void example(struct hatch_req *req)\n{{\n(void)req;\n{place}{code}}}\n"
            elif "#include" in code:
                code = place + code
            else:
                code = f'#include "hatch.h"\n{place}{code}'
            result = subprocess.run(["cc", *STRICT], input=code, cwd=ROOT, text=True, capture_output=True, check=False)
            if result.returncode != 0:
                failed += 1
                print(result.stderr)
    print(f"{count} examples, {failed} do not compile")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
