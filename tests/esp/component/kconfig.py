# SPDX-License-Identifier: MIT
"""Hatch's Kconfig within the options of ESP-IDF that options.txt lists for a generation."""
import os
import pathlib

import kconfiglib

HERE = pathlib.Path(__file__).resolve().parent
REPO = HERE.parents[2]


def options():
    """{name: (generations, type, default)}"""
    found = {}
    for line in (HERE / "options.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            name, generations, kind, default = line.split()
            assert name not in found, name
            found[name] = (generations.split(","), kind, default)
    return found


def load(folder, generation, settings=(), extra=""):
    """The Kconfig tree of a firmware that has Hatch, with settings ("NAME=value") made in it."""
    lines = ['mainmenu "firmware"']
    for name, (generations, kind, default) in options().items():
        if generation in generations and not name.startswith("HATCH_"):
            lines.append(f'config {name}\n\t{kind} "{name}"')
            lines.append(f'\tdefault {default}')
            if name == "MBEDTLS_SSL_PROTO_TLS1_3" and generation == "5":
                lines.append("\tdepends on MBEDTLS_SSL_KEEP_PEER_CERTIFICATE && !MBEDTLS_DYNAMIC_BUFFER")
    lines += [f'source "{REPO}/Kconfig"', extra]
    (folder / "Kconfig").write_text("\n".join(lines) + "\n")
    os.environ["srctree"] = ""
    tree = kconfiglib.Kconfig(str(folder / "Kconfig"), warn_to_stderr=False)
    (folder / "sdkconfig").write_text("".join(f"CONFIG_{setting}\n" for setting in settings))
    tree.load_config(str(folder / "sdkconfig"))
    return tree


def as_cmake(tree):
    """As ESP-IDF's sdkconfig.cmake sets them: what is n is empty."""
    return "".join(f'set(CONFIG_{symbol.name} "{symbol.str_value if symbol.str_value != "n" else ""}")\n'
                   for symbol in tree.unique_defined_syms)
