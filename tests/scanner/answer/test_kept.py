from urllib.parse import quote

import pytest

from scanner.answer.kept import agrees, granted
from scanner.answer.traces import Traces
from scanner.model import Category

FUNCTIONAL, STATISTICS, MARKETING = Category.FUNCTIONAL, Category.STATISTICS, Category.MARKETING


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('{"necessary":true,"analytics":true,"marketing":false}', {STATISTICS: 1, MARKETING: 0}),
        ('{"a":"{\\"analytics\\":false}"}', {STATISTICS: 0}),
        ("statistics:false,marketing:true,ver:1", {STATISTICS: 0, MARKETING: 1}),
        ("analytics=0&preferences=1", {STATISTICS: 0, FUNCTIONAL: 1}),
        ('{"analyticsStorage":"denied","ad_storage":"granted"}', {STATISTICS: 0, MARKETING: 1}),
        ('{"categories":["necessary","analytics"]}', {STATISTICS: 1, MARKETING: 0}),
        ('{"marketing":false,"marketingLegitimateInterest":true}', {MARKETING: 0}),
        ('{"tags":["analytics","news"]}', {}),
        ('{"marketing_version":10}', {}),
        ("dismissed", {}),
    ],
)
def test_a_record_in_words_is_read_whoever_wrote_it(value, expected):
    assert granted([value]) == expected
    assert granted([quote(value)]) == expected


@pytest.mark.parametrize(
    ("record", "answer", "expected"),
    [
        ({}, "no", None),
        ({STATISTICS: False, MARKETING: False}, "no", True),
        ({STATISTICS: False, MARKETING: True}, "no", False),
        ({FUNCTIONAL: True}, "no", None),
        ({FUNCTIONAL: True, MARKETING: False}, "no", True),
        ({STATISTICS: False, MARKETING: True}, "yes", True),
        ({STATISTICS: False, MARKETING: False}, "yes", False),
        ({STATISTICS: True, MARKETING: False}, STATISTICS, True),
        ({STATISTICS: True, MARKETING: True}, STATISTICS, False),
        ({MARKETING: False}, STATISTICS, None),
        ({FUNCTIONAL: True, MARKETING: True}, FUNCTIONAL, False),
    ],
)
def test_a_record_agrees_with_the_answer_or_not(record, answer, expected):
    assert agrees(record, answer) is expected


def test_only_what_was_kept_since_counts():
    def traces(*cookies):
        jar = frozenset((name, "shop.example", "/", value) for name, value in cookies)
        none = frozenset()
        return Traces(cookies=jar, storage=none, tcf=none, gpp=none, consent=())

    earlier = traces(("plan", '{"marketing":true}'))
    now = traces(("plan", '{"marketing":true}'), ("consent", '{"marketing":false}'))

    assert now.kept("no", earlier) is True
    assert earlier.kept("no", earlier) is None
