#!/usr/bin/env python3
"""check_manifests.py [--self-test | --keywords]: what the three package managers read of Hatch.

library.properties and keywords.txt (Arduino's library specification 2.2), library.json (PlatformIO),
idf_component.yml (ESP component registry): each by its published rules, and that all of them, hatch.h,
CMakeLists.txt and CHANGELOG.md name one version.  Prints a line for each breach.

  --self-test   breaks a copy of each manifest in many ways: every breach is to be found
  --keywords    prints what keywords.txt should be
"""
import glob
import json
import os
import re
import shutil
import sys
import tempfile

import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SEMVER = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?")
URL = re.compile(r"https?://[^\s/]+(/\S*)?")
LICENCE = "MIT"
CATEGORIES = {"Display", "Communication", "Signal Input/Output", "Sensors", "Device Control", "Timing",
              "Data Storage", "Data Processing", "Other"}
PROPERTIES = {  # and whether each is required
    "name": True, "version": True, "author": True, "maintainer": True, "sentence": True, "paragraph": True,
    "category": True, "url": True, "architectures": True, "depends": False, "dot_a_linkage": False,
    "includes": False, "precompiled": False, "ldflags": False, "license": False}
JSON_FIELDS = {"name", "version", "description", "keywords", "homepage", "repository", "authors", "license",
               "frameworks", "platforms", "headers", "examples", "dependencies", "export", "scripts", "build"}
JSON_BUILD = {"flags", "unflags", "includeDir", "srcDir", "srcFilter", "extraScript", "libArchive", "libLDFMode",
              "libCompatMode", "builder"}
YML_FIELDS = {"version", "description", "url", "repository", "repository_info", "documentation", "issues",
              "discussion", "license", "maintainers", "tags", "targets", "files", "examples", "dependencies"}
KINDS = ("KEYWORD1", "KEYWORD2", "LITERAL1")


class Tree:
    """A folder to look at, and what was found wrong."""

    def __init__(self, root):
        self.root, self.breaches = root, []

    def say(self, where, what):
        self.breaches.append(f"{where}: {what}")

    def claim(self, good, where, what):
        if not good:
            self.say(where, what)
        return good

    def has(self, path):
        return os.path.exists(os.path.join(self.root, path))

    def read(self, path):
        with open(os.path.join(self.root, path), encoding="utf-8") as file:
            return file.read()

    def sketches(self):
        return sorted(os.path.relpath(path, self.root)
                      for path in glob.glob(f"{self.root}/examples/**/*.ino", recursive=True))


# ---- Arduino --------------------------------------------------------------------------------------


def read_properties(tree, name):
    fields = {}
    for number, line in enumerate(tree.read(name).splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        key, mark, value = line.partition("=")
        tree.claim(mark and key in PROPERTIES, f"{name}:{number}", "not a field that Arduino knows")
        tree.claim(key not in fields, f"{name}:{number}", f"{key} twice")
        fields[key] = value
    return fields


def check_properties(tree):
    name = "library.properties"
    fields = read_properties(tree, name)
    for key, required in PROPERTIES.items():
        tree.claim(not required or fields.get(key, "").strip(), name, f"{key} is required")
    tree.claim(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 _.-]{0,62}", fields.get("name", "")), name,
               "name: at most 63 letters, digits, spaces, _ . - and none of the last three first")
    tree.claim("arduino" not in fields.get("name", "").lower(), name, "name: \"Arduino\" is for Arduino's own")
    tree.claim(SEMVER.fullmatch(fields.get("version", "")), name, "version: not a semantic version")
    tree.claim(fields.get("category") in CATEGORIES, name, "category: not one of Arduino's")
    tree.claim(URL.fullmatch(fields.get("url", "")), name, "url: not an address")
    tree.claim(fields.get("architectures") == "esp32", name, "architectures: esp32 is all there is")
    tree.claim(len(fields.get("sentence", "")) <= 150, name, "sentence: one line is shown, 150 characters")
    tree.claim(not fields.get("paragraph", "").startswith(fields.get("sentence", "-")), name,
               "paragraph: is shown behind the sentence, and repeats it")
    for header in fields.get("includes", "").split(","):
        tree.claim(tree.has(f"src/{header.strip()}"), name, f"includes: src/ has no {header.strip()!r}")
    tree.claim("ldflags" not in fields, name, "ldflags: is for precompiled libraries, and ignored here")
    for sketch in tree.sketches():
        folder, file = os.path.split(sketch)
        tree.claim(os.path.basename(folder) + ".ino" == file, sketch, "the folder is to have the sketch's name")
    return fields.get("version")


def public_names(tree):
    """What hatch.h, hatch_web.h and hatch_live.h give a program, and each one's kind for keywords.txt."""
    names = {}
    for header in ("src/hatch.h", "src/hatch_web.h", "src/hatch_live.h"):
        if not tree.has(header):
            continue
        code = re.sub(r"/\*.*?\*/", "", tree.read(header), flags=re.S).replace("\\\n", " ")
        lines = re.sub(r"^\s*#.*$", "", code, flags=re.M)
        for macro in re.findall(r"^\s*#define (HATCH_\w+)", code, re.M):
            if not re.fullmatch(r"HATCH_(\w+_)?H", macro):  # include guards
                names[macro] = "LITERAL1"
        for body in re.findall(r"\benum\s*\w*\s*\{([^}]*)\}", lines):
            for constant in re.findall(r"\b(HATCH_\w+)\b", body):
                names[constant] = "LITERAL1"
        for function in re.findall(r"\b(hatch_\w+)\s*\(", lines):
            names[function] = "KEYWORD2"
        for function in re.findall(r"^hatch_(?:handler|identity_source) (hatch_\w+);", lines, re.M):
            names[function] = "KEYWORD2"
        for kind in re.findall(r"\b(?:struct|enum) (hatch\w*)\b", lines):
            names[kind] = "KEYWORD1"
        for kind in re.findall(r"\btypedef [\w ]+?[ *](hatch_\w+)\s*\(", lines):
            names[kind] = "KEYWORD1"
    return names


def keywords(tree):
    text = "# Made by scripts/check_manifests.py --keywords: name, a tab, kind.\n"
    names = public_names(tree)
    for kind, title in zip(KINDS, ("Types", "Functions", "Constants")):
        text += f"\n# {title}\n" + "".join(f"{name}\t{kind}\n" for name in sorted(names) if names[name] == kind)
    return text


def check_keywords(tree):
    name, found = "keywords.txt", {}
    for number, line in enumerate(tree.read(name).splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = line.split("\t")
        if not tree.claim(len(parts) == 2 and re.fullmatch(r"\w+", parts[0]), f"{name}:{number}",
                          "is to be a name, one tab and a kind"):
            continue
        tree.claim(parts[1] in KINDS, f"{name}:{number}", f"{parts[1]!r} is none of {', '.join(KINDS)}")
        tree.claim(parts[0] not in found, f"{name}:{number}", f"{parts[0]} twice")
        found[parts[0]] = parts[1]
    names = public_names(tree)
    tree.claim(len(names) > 100, "src/hatch.h", "its names cannot be read any more: mend public_names()")
    for missing in sorted(set(names) - set(found)):
        tree.say(name, f"{missing} is missing: make keywords.txt anew with --keywords")
    for extra in sorted(set(found) - set(names)):
        tree.say(name, f"{extra} is in no header")
    for wrong in sorted(key for key in set(found) & set(names) if found[key] != names[key]):
        tree.say(name, f"{wrong} is a {names[wrong]}")


# ---- PlatformIO -----------------------------------------------------------------------------------


def check_json(tree):
    name = "library.json"
    try:
        manifest = json.loads(tree.read(name))
    except ValueError as error:
        tree.say(name, f"not JSON: {error}")
        return None
    for field in sorted(set(manifest) - JSON_FIELDS):
        tree.say(name, f"{field}: not a field that PlatformIO knows")
    for field in ("name", "version", "description", "keywords", "authors", "license", "frameworks", "platforms"):
        tree.claim(manifest.get(field), name, f"{field} is missing")
    tree.claim(re.fullmatch(r"[A-Za-z0-9][\w +.-]{0,49}", manifest.get("name", "")), name, "name: at most 50 plain characters")
    tree.claim(SEMVER.fullmatch(manifest.get("version", "")), name, "version: not a semantic version")
    tree.claim(len(manifest.get("description", "")) <= 255, name, "description: at most 255 characters")
    words = manifest.get("keywords", [])
    tree.claim(isinstance(words, list) and len(words) == len(set(words)) and
               all(re.fullmatch(r"[a-z0-9-]{1,50}", word) for word in words), name,
               "keywords: lower case, no spaces, each once")
    tree.claim(manifest.get("license") == LICENCE, name, f"license: it is {LICENCE}")
    tree.claim(manifest.get("frameworks") == ["arduino", "espidf"], name, "frameworks: arduino and espidf")
    tree.claim(manifest.get("platforms") == ["espressif32"], name, "platforms: espressif32")
    for author in manifest.get("authors", []):
        tree.claim(author.get("name"), name, "authors: one has no name")
    for address in (manifest.get("homepage"), (manifest.get("repository") or {}).get("url")):
        tree.claim(address is None or URL.fullmatch(address), name, f"{address!r} is not an address")
    for header in manifest.get("headers", []):
        tree.claim(tree.has(f"src/{header}"), name, f"headers: src/ has no {header}")
    listed = []
    for example in manifest.get("examples", []):
        base = example.get("base", "")
        tree.claim(example.get("name") == os.path.basename(base), name, f"examples: {base} has another name")
        listed += [f"{base}/{file}" for file in example.get("files", [])]
    tree.claim(sorted(listed) == tree.sketches(), name,
               f"examples: {sorted(set(listed) ^ set(tree.sketches()))} are in one place only")
    check_json_build(tree, name, manifest.get("build", {}))
    for path in manifest.get("export", {}).get("include", []):
        tree.claim(tree.has(path), name, f"export: there is no {path}")
    return manifest.get("version")


def check_json_build(tree, name, build):
    for field in sorted(set(build) - JSON_BUILD):
        tree.say(name, f"build.{field}: not a field that PlatformIO knows")
    for flag in build.get("flags", []):
        tree.claim(re.fullmatch(r"-D\w+(=\S+)?|-Wl,\S+", flag), name, f"build.flags: {flag!r}")
    for rule in build.get("srcFilter", []):
        match = re.fullmatch(r"[+-]<(.+)>", rule)
        tree.claim(match and glob.glob(os.path.join(tree.root, "src", match.group(1))), name,
                   f"build.srcFilter: {rule!r} is about no file")


# ---- ESP component registry -----------------------------------------------------------------------


def check_yml(tree):
    name = "idf_component.yml"
    try:
        manifest = yaml.safe_load(tree.read(name))
    except yaml.YAMLError as error:
        tree.say(name, f"not YAML: {error}")
        return None
    if not tree.claim(isinstance(manifest, dict), name, "is to be a mapping"):
        return None
    for field in sorted(set(manifest) - YML_FIELDS):
        tree.say(name, f"{field}: not a field that the component manager knows")
    version = str(manifest.get("version", ""))
    tree.claim(SEMVER.fullmatch(version), name, "version: not a semantic version")
    tree.claim(manifest.get("description"), name, "description is missing")
    tree.claim(manifest.get("license") == LICENCE, name, f"license: it is {LICENCE}")
    tree.claim(len(str(manifest.get("description", ""))) <= 255, name, "description: at most 255 characters")
    for field in ("url", "repository", "documentation", "issues", "discussion"):
        tree.claim(field not in manifest or URL.fullmatch(str(manifest[field])), name, f"{field}: not an address")
    for tag in manifest.get("tags", []):
        tree.claim(re.fullmatch(r"[A-Za-z0-9_-]{3,32}", str(tag)), name, f"tags: {tag!r}")
    depends = manifest.get("dependencies") or {}
    tree.claim("idf" in depends, name, "dependencies: which ESP-IDF?")
    for example in manifest.get("examples", []):
        path = str(example.get("path", "")) if isinstance(example, dict) else ""
        tree.claim(path and tree.has(path), name, f"examples: there is no {path!r}")
    return version


# ---- all of them ----------------------------------------------------------------------------------


def check_versions(tree, versions):
    header = tree.read("src/hatch.h")
    text = re.search(r'^#define HATCH_VERSION\s+"(.*)"', header, re.M)
    number = re.search(r"^#define HATCH_VERSION_NUMBER\s+(0x[0-9a-fA-F]{6})\b", header, re.M)
    cmake = re.search(r"^project\(hatch VERSION (\S+)", tree.read("CMakeLists.txt"), re.M)
    change = re.search(r"^## (\S+?),? ", tree.read("CHANGELOG.md") + " ", re.M)
    versions |= {"CMakeLists.txt": cmake and cmake.group(1), "CHANGELOG.md": change and change.group(1)}
    if not tree.claim(text and number, "src/hatch.h", "HATCH_VERSION or HATCH_VERSION_NUMBER cannot be read"):
        return
    expected = text.group(1)
    for name, version in versions.items():
        tree.claim(version == expected, name, f"version {version}, where src/hatch.h has {expected}")
    plain = SEMVER.fullmatch(expected)
    value = plain and sum(int(part) << shift for part, shift in zip(plain.groups(), (16, 8, 0)))
    tree.claim(plain and int(number.group(1), 16) == value, "src/hatch.h",
               f"HATCH_VERSION_NUMBER {number.group(1)} is not {expected}")


def check(root):
    tree = Tree(root)
    tree.claim("MIT License" in tree.read("LICENSE"), "LICENSE", f"is not {LICENCE}, as the manifests say")
    versions = {}
    for name, look in (("library.properties", check_properties), ("library.json", check_json),
                       ("idf_component.yml", check_yml)):
        if tree.claim(tree.has(name), name, "is missing"):
            versions[name] = look(tree)
    if tree.claim(tree.has("keywords.txt"), "keywords.txt", "is missing"):
        check_keywords(tree)
    check_versions(tree, versions)
    return tree.breaches


# File, what to replace in it, with what, and what the breach is to say.
MISTAKES = [
    ("library.properties", r"^version=.*$", "version=0.1", "semantic"),
    ("library.properties", r"^version=.*$", "version=9.9.9", "9.9.9, where"),
    ("library.properties", r"^name=.*$", "name=Arduino Hatch", "Arduino's own"),
    ("library.properties", r"^name=.*$", "name=" + "x" * 64, "63"),
    ("library.properties", r"^author=.*\n", "", "author is required"),
    ("library.properties", r"^category=.*$", "category=Internet", "category"),
    ("library.properties", r"^architectures=.*$", "architectures=*", "architectures"),
    ("library.properties", r"^includes=.*$", "includes=none.h", "none.h"),
    ("library.properties", r"^url=.*$", "url=somewhere", "url"),
    ("library.properties", r"^url=", "ldflags=-lm\nurl=", "ignored here"),
    ("library.properties", r"^url=", "homepage=x\nurl=", "Arduino knows"),
    ("library.properties", r"^paragraph=.*$", lambda text: "paragraph=" + re.search("^sentence=(.*)$", text, re.M).group(1),
     "repeats it"),
    ("keywords.txt", r"^hatch_open\tKEYWORD2\n", "", "hatch_open is missing"),
    ("keywords.txt", r"^hatch_open\t", "hatch_open ", "one tab"),
    ("keywords.txt", r"^hatch_open\tKEYWORD2", "hatch_open\tKEYWORD9", "KEYWORD9"),
    ("keywords.txt", r"^hatch_open\tKEYWORD2", "hatch_open\tKEYWORD1", "is a KEYWORD2"),
    ("keywords.txt", r"^hatch_open\tKEYWORD2", "hatch_open\tKEYWORD2\nhatch_none\tKEYWORD2", "in no header"),
    ("keywords.txt", r"^hatch_config\tKEYWORD1\n", "", "hatch_config is missing"),
    ("keywords.txt", r"^HATCH_GET\tLITERAL1\n", "", "HATCH_GET is missing"),
    ("library.json", r"\}\s*\Z", "", "not JSON"),
    ("library.json", r'"version": "[^"]*"', '"version": "1.2.3"', "1.2.3, where"),
    ("library.json", r'"name": "Hatch"', '"name": "' + "x" * 51 + '"', "50"),
    ("library.json", r'"description": "', '"description": "' + "x" * 255, "255"),
    ("library.json", r'"keywords": \["', '"keywords": ["Two words", "', "keywords"),
    ("library.json", r'"license": "MIT"', '"license": "GPL-3.0"', "license"),
    ("library.json", r'"espressif32"', '"espressif8266"', "platforms"),
    ("library.json", r'"frameworks": \["arduino", ', '"frameworks": [', "frameworks"),
    ("library.json", r'"headers": \["', '"headers": ["none.h", "', "none.h"),
    ("library.json", r'^.*Websocket-Chat.ino.*\n', '    {"name": "x", "base": "examples/none", "files": ["x.ino"]}\n',
     "Websocket-Chat"),
    ("library.json", r'"srcFilter": \[', '"srcFilter": ["-<none.c>", ', "about no file"),
    ("library.json", r'"flags": \[', '"flags": ["-lm", ', "-lm"),
    ("library.json", r'"build": \{', '"build": { "flag": 1, ', "build.flag:"),
    ("library.json", r'"license":', '"licence": "MIT", "license":', "licence"),
    ("idf_component.yml", r"^version:.*$", 'version: "7.0.0"', "7.0.0, where"),
    ("idf_component.yml", r"^version:.*\n", "", "semantic"),
    ("idf_component.yml", r"^description:", "descriptoin:", "descriptoin"),
    ("idf_component.yml", r"^license:.*$", "license: GPL-3.0", "license"),
    ("idf_component.yml", r"\A", "url: somewhere\n", "url"),
    ("idf_component.yml", r"\A", "a: [\n", "not YAML"),
    ("src/hatch.h", r'(HATCH_VERSION\s+)".*"', r'\1"5.0.0"', "where src/hatch.h has 5.0.0"),
    ("src/hatch.h", r"(HATCH_VERSION_NUMBER\s+)0x\w+", r"\g<1>0x010203", "HATCH_VERSION_NUMBER"),
    ("src/hatch.h", r"^int hatch_open\(", "int hatch_new(void);\nint hatch_open(", "hatch_new is missing"),
    ("CMakeLists.txt", r"(project\(hatch VERSION )\S+", r"\g<1>3.0.0", "CMakeLists.txt: version 3.0.0"),
    ("CHANGELOG.md", r"^## \S+,", "## 4.0.0,", "CHANGELOG.md: version 4.0.0"),
    ("LICENSE", r"MIT License", "Another", "LICENSE"),
]
COPIED = ["library.properties", "library.json", "keywords.txt", "idf_component.yml", "LICENSE", "CHANGELOG.md",
          "CMakeLists.txt"]


def copy_to(folder):
    """What is looked at; files that are named only are there empty."""
    for path in [*COPIED, *(os.path.relpath(path, ROOT) for path in glob.glob(f"{ROOT}/src/*.h"))]:
        os.makedirs(os.path.dirname(f"{folder}/{path}"), exist_ok=True)
        if os.path.exists(f"{ROOT}/{path}"):
            shutil.copy(f"{ROOT}/{path}", f"{folder}/{path}")
    for top in ("src", "docs", "examples", "scripts", "cmake", "tools"):
        for path in glob.glob(f"{ROOT}/{top}/**/*", recursive=True):
            target = f"{folder}/{os.path.relpath(path, ROOT)}"
            if os.path.isdir(path):
                os.makedirs(target, exist_ok=True)
            elif not os.path.exists(target):
                os.makedirs(os.path.dirname(target), exist_ok=True)
                open(target, "w", encoding="utf-8").close()
    for name in os.listdir(ROOT):
        if not os.path.exists(f"{folder}/{name}") and os.path.isfile(f"{ROOT}/{name}"):
            open(f"{folder}/{name}", "w", encoding="utf-8").close()


def self_test():
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        copy_to(folder)
        before = check(folder)
        if before != check(ROOT):
            print(f"the copy is judged otherwise: {before}")
            wrong += 1
        for name, find, put, expected in MISTAKES:
            path = f"{folder}/{name}"
            with open(path, encoding="utf-8") as file:
                text = file.read()
            broken, count = re.subn(find, put(text) if callable(put) else put, text, count=1, flags=re.M)
            with open(path, "w", encoding="utf-8") as file:
                file.write(broken)
            found = [breach for breach in check(folder) if breach not in before]
            if count != 1 or not any(expected in breach for breach in found):
                print(f"{name}: {find!r} -> {expected!r} was not found ({count} replaced): {found}")
                wrong += 1
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        for name in COPIED[:4]:
            if os.path.exists(f"{folder}/{name}"):
                os.rename(f"{folder}/{name}", f"{folder}/away")
                if not any(f"{name}: is missing" in breach for breach in check(folder)):
                    print(f"{name}: its absence was not found")
                    wrong += 1
                os.rename(f"{folder}/away", f"{folder}/{name}")
    print(f"{len(MISTAKES)} mistakes, {wrong} not found")
    return 1 if wrong else 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    if sys.argv[1:] == ["--keywords"]:
        print(keywords(Tree(ROOT)), end="")
        return 0
    breaches = check(ROOT)
    for breach in breaches:
        print(breach)
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
