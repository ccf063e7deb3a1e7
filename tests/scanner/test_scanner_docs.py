"""The table of limits says what the code does."""

import importlib
import re
from pathlib import Path

import pytest

TEXT = (Path(__file__).parents[2] / "docs/reference/scanner.md").read_text(encoding="utf-8")
LIMITS = re.findall(r"^\| `([\w.]+)\.([A-Z_]+)` \| ([\d.]+) \|", TEXT, re.MULTILINE)
NAMES = re.compile(r"^([A-Z_]*(?:LIMIT|TIMEOUT|LINGER|MAX_[A-Z]+|QUIET|GREETING)) = ", re.MULTILINE)


@pytest.mark.parametrize(("module", "name", "value"), LIMITS)
def test_a_limit_is_what_the_page_says(module, name, value):
    assert getattr(importlib.import_module(f"scanner.{module}"), name) == float(value)


@pytest.mark.parametrize("module", sorted({module for module, _, _ in LIMITS}))
def test_every_limit_is_on_the_page(module):
    source = Path(importlib.import_module(f"scanner.{module}").__file__).read_text(encoding="utf-8")

    told = {name for where, name, _ in LIMITS if where == module}
    assert set(NAMES.findall(source)) - {"MAX_URL", "MAX_BYTES"} <= told
