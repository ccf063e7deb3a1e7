"""The reference of the widget names all that a page may use."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
REFERENCE = (ROOT / "docs" / "reference" / "widget.md").read_text(encoding="utf-8")
TYPES = (ROOT / "widget" / "types" / "kapsel.d.ts").read_text(encoding="utf-8")
STYLE = (ROOT / "widget" / "src" / "banner.css").read_text(encoding="utf-8")


def test_every_method_is_documented_and_typed(shop, page):
    shop()
    methods = page.evaluate("Object.keys(kapsel)")

    assert [name for name in methods if f"`{name}(" not in REFERENCE] == []
    assert [name for name in methods if not re.search(rf"^  {name}\(", TYPES, re.MULTILINE)] == []


def test_every_event_is_documented():
    events = re.findall(r"'(kapsel:\w+)'", TYPES)

    assert events
    assert [name for name in events if f"`{name}`" not in REFERENCE] == []


def test_every_property_of_a_theme_is_documented():
    properties = set(re.findall(r"--kapsel-([\w-]+)", STYLE))

    assert [name for name in properties if f"`{name}`" not in REFERENCE] == []
