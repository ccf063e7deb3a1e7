"""A browser makes the same page of what was rewritten as of what was written."""

import random
from pathlib import Path

from tests.widget.enforce.conftest import NOTHING, RULES
from widget.enforce.rewrite import Rewriter

HERE = Path(__file__).parent
#: What pages are made of, whole and broken; ~ stands for a blank.
PIECES = (HERE / "pieces.txt").read_text(encoding="utf-8").split()
COMPARE = (HERE / "compare.js").read_text(encoding="utf-8")


def rewritten(page):
    rewriter = Rewriter(RULES, NOTHING, page_host="www.shop.example")
    return rewriter.feed(page.encode(), last=True).decode()


def pages(count):
    """Return pages that are put together by chance, but each time the same."""
    chance = random.Random(5)
    pieces = [piece.replace("~", " ") for piece in PIECES]
    for _ in range(count):
        yield "<!doctype html>" + "".join(chance.choices(pieces, k=chance.randint(1, 25)))


def test_no_page_is_made_another_one_and_no_tag_is_missed(page):
    pairs = [(text, rewritten(text)) for text in pages(2000)]

    assert sum(before != after for before, after in pairs) > 900
    assert page.evaluate(COMPARE, pairs) == []
