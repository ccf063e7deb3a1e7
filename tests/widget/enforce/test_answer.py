"""The cookie says on the server what it says in the browser."""

import pytest

from tests.widget.enforce.conftest import EVERYTHING, NOTHING, NOW, RULES, STATISTICS, kept
from widget.enforce.answer import cookies, granted

DAY = 86400


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (kept("statistics:1:bbbb|marketing:0:cccc"), STATISTICS),
        (kept("statistics:1|marketing:1"), EVERYTHING),
        (kept("statistics:0:bbbb|marketing:0:cccc"), NOTHING),
        (kept("statistics:1:bbbb|marketing:1:cccc", revision="r0"), None),
        (kept("statistics:1:bbbb|marketing:1:0000", revision="r0"), STATISTICS),
        (kept("statistics:1:0000|marketing:1:0000", revision="r0"), None),
        (kept("statistics:1|marketing:1", revision="r0"), None),
        (kept("necessary:1|spying:1"), None),
        (kept("statistics:2:bbbb|marketing:yes"), NOTHING),
        (kept("statistics:1", at=NOW - 181 * DAY), None),
        (kept("statistics:1", at=NOW - 179 * DAY), STATISTICS),
        (kept("statistics:1", at=NOW + 2 * DAY), None),
        ("statistics:1", None),
        ("revision=r1&choices=statistics:1", None),
        ("revision=r1&choices=statistics:1&at=nan", None),
        ("revision=r1&choices=statistics:1&at=soon", None),
        ("%00\x01&&&===", None),
        ("", None),
        (None, None),
    ],
)
def test_what_is_granted(value, says):
    assert granted(value, RULES, now=NOW) == says


def test_where_nothing_is_asked_nothing_unsorted_is_granted():
    nothing_to_ask = RULES.__class__(site="shop", server="")

    assert granted(kept("statistics:1", revision=""), nothing_to_ask, now=NOW) == STATISTICS


def test_of_two_cookies_of_one_name_the_first_counts():
    assert cookies("a=1; b = 2;a=3; empty=; none") == {"a": "1", "b ": " 2", "empty": ""}
