# SPDX-License-Identifier: MIT
"""The pages for users of other libraries name what there is: their tables are compiled by nobody."""

import re

import pytest

from arduino import REPO

PAGES = sorted(REPO.glob("docs/migrating-from-*.md")) + [REPO / "docs/arduino.md"]
HEADERS = {path.stem: path.read_text() for path in REPO.glob("src/*.h")}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_names(page):
    text, every = page.read_text(), "".join(HEADERS.values())
    names = set(re.findall(r"\b(?:hatch|HATCH)_\w+", text)) - {"HATCH_WRAPPED"} - set(HEADERS)
    assert names
    for name in names:
        assert re.search(rf"\b{name}\b", every), name
    fields = re.search(r"^struct hatch_config \{(.*?)^\};", HEADERS["hatch"], re.M | re.S).group(1)
    for field in set(re.findall(r"`config\.(\w+)", text)):
        assert re.search(rf"\b{field}\b", fields), f"config.{field}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links(page):
    prose = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.M | re.S)
    for link in re.findall(r"\]\((?!https?:)([^)#]+)", prose):
        assert (page.parent / link).exists(), link
