"""How visitors answered, as the page tells it: the same numbers as the log."""

import re

import pytest

from tests.consent_server.admin.test_overview import words
from tests.consent_server.conftest import decision, send

RATES = "/admin/shop/rates"
ALL = {"functional": True, "statistics": True, "marketing": True}
NONE = dict.fromkeys(ALL, False)


@pytest.fixture
def answered(client):
    for n, choices, language in ((1, ALL, "nb"), (2, ALL, "nb"), (3, NONE, "en"), (4, {}, "en")):
        choices = choices or ALL | {"marketing": False}
        body = decision(n, choices=choices, language=language)
        assert send(client, body).status_code == 201
    other = decision(5, choices=ALL, page="https://www.other.example/")
    send(client, other, site="other", origin="https://www.other.example")


def test_the_shares_are_drawn_and_told_in_a_table(answered, enter):
    page = enter("kari", shop="reader").get(RATES).text
    told = words(page)

    assert "Accepted all, of those who decided 50.0%" in told
    assert "Decisions 4" in told
    assert "Of 4 visitors 50.0% accepted all, 25.0% chose, 25.0% refused all" in told
    heights = re.findall(r'<rect class="(\w+)" x="[\d.]+" y="[\d.]+" .*height="([\d.]+)"', page)
    assert ("accepted", "120.0") in heights
    assert ("rejected", "60.0") in heights
    assert 'style="' not in page


def test_values_are_told_apart(answered, enter):
    kari = enter("kari", shop="reader")

    told = words(kari.get(RATES, by="language").text)
    assert re.search(r"nb 2 0 0 0 100\.0%", told)
    assert re.search(r"en 0 1 1 0 0\.0%", told)
    assert "Decisions 2" in words(kari.get(RATES, language="nb").text)
    for by in ("layout", "revision", "country"):
        assert kari.get(RATES, by=by).status_code == 200


@pytest.mark.parametrize(
    "query", [{"by": "king"}, {"from": "x"}, {"from": "2026-11-22", "to": "2026-11-01"}]
)
def test_a_question_that_makes_no_sense_is_said(answered, enter, query):
    answer = enter("kari", shop="reader").get(RATES, **query)

    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


@pytest.mark.parametrize("day", ["0001-01-01", "0001-01-29", "0001-02-01"])
def test_the_first_days_of_all_have_no_month_before_them(answered, enter, day):
    assert enter("kari", shop="reader").get(RATES, to=day).status_code == 200


def test_days_without_answers_say_so(enter):
    page = enter("kari", shop="reader").get(RATES, **{"from": "2020-01-01", "to": "2020-12-31"})

    assert "Nobody has answered in these days." in page.text
