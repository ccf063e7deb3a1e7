"""What is taken out of addresses and headers, and what stays."""

import datetime as dt

import pytest

from scanner.model import Kind, Observation, PageRead, SetBy, State, Visit
from scanner.redaction import redacted_header, redacted_read, redacted_text, redacted_url

GONE = "%5Bredacted%5D"


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://a.example/?email=kari@nord.no&n=2", f"https://a.example/?email={GONE}&n=2"),
        ("https://a.example/?u=kari%40nord.no", f"https://a.example/?u={GONE}"),
        ("https://a.example/?u=kari%2540nord.no", f"https://a.example/?u={GONE}"),
        ("https://a.example/konto/kari@nord.no/ordre", f"https://a.example/konto/{GONE}/ordre"),
        ("https://a.example/app.js?u=kari@nord.no", f"https://a.example/app.js?u={GONE}"),
        ("https://a.example/?access_token=abc", f"https://a.example/?access_token={GONE}"),
        ("https://a.example/#access_token=abc&x=1", f"https://a.example/#access_token={GONE}&x=1"),
        ("https://a.example/?j=eyJhbGciOiJ.eyJzdWIiOiI.sfl", f"https://a.example/?j={GONE}"),
        ("https://a.example/?cid=1734567890.9876543210123456", f"https://a.example/?cid={GONE}"),
        (
            "https://a.example/?id=3f2504e0-4f89-11d3-9a0c-0305e82c3301",
            f"https://a.example/?id={GONE}",
        ),
        ("https://a.example/reset/9f86d081884c7d659a2feaa0c55ad015", f"https://a.example/reset/{GONE}"),
        ("https://kari:hemmelig@a.example/x", "https://a.example/x"),
        (
            "https://t.example/c?dl=https%3A%2F%2Fa.example%2F%3Femail%3Dk%40n.no",
            "https://t.example/c?dl=https%3A%2F%2Fa.example%2F%3Femail%3D%255Bredacted%255D",
        ),
        ("data:text/html,kari@nord.no", "data:text/html,[redacted]"),
    ],
)  # fmt: skip
def test_what_identifies_or_opens_is_taken_out_of_an_address(url, told):
    assert redacted_url(url) == told


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/",
        "https://a.example/produkter/varm-vinterjakke-til-barn-og-voksne?side=2&farge=bla",
        "https://a.example/assets/app.3f2a9c41.js",
        "https://a.example/app.js?v=9f86d081884c7d659a2feaa0c55ad015",
        "https://a.example/9f86d081884c7d659a2feaa0c55ad015/main.js",
        "https://a.example/vare/3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        "https://www.googletagmanager.com/gtag/js?id=G-AB12CD34EF",
        "about:blank",
        "wss://a.example/live",
    ],
)
def test_what_says_nothing_of_a_person_stays(url):
    assert redacted_url(url) == url


def test_redacting_twice_changes_nothing_more():
    once = redacted_url("https://a.example/?email=a@b.no&d=https%3A%2F%2Fc.example%2F%3Ftoken%3D1")

    assert redacted_url(once) == once


def test_of_cookies_the_names_and_attributes_stay():
    told = redacted_header("Set-Cookie", "sid=abc; Path=/; Secure\n_ga=GA1.1; Max-Age=60")

    assert told == "sid=[redacted]; Path=/; Secure\n_ga=[redacted]; Max-Age=60"
    assert redacted_header("cookie", "sid=abc; _ga=GA1") == "sid=[redacted]; _ga=[redacted]"


def test_secret_headers_lose_their_value_and_others_only_what_is_a_token():
    assert redacted_header("Authorization", "Basic a2FyaTpo") == "[redacted]"
    assert redacted_header("X-CSRF-Token", "1") == "[redacted]"
    assert redacted_header("X-Stage", "blue", also=frozenset({"x-stage"})) == "[redacted]"
    assert redacted_header("Content-Type", "text/html; charset=utf-8") == "text/html; charset=utf-8"
    assert redacted_header("Referer", "https://a.example/?token=1") == (
        f"https://a.example/?token={GONE}"
    )
    assert redacted_text("to kari@nord.no, from us") == "to [redacted], from us"


def test_all_addresses_of_a_read_are_redacted():
    url = "https://a.example/?token=1"
    seen = Observation(
        kind=Kind.COOKIE,
        name="sid",
        domain="a.example",
        page=url,
        state=State.BEFORE,
        seen_at=dt.datetime.now(dt.UTC),
        set_by=SetBy(kind="http", url=url, line=None),
    )
    visit = Visit(url=url, final_url=url, state=State.BEFORE, status=200)

    told = redacted_read(PageRead(visit=visit, observations=(seen,)))

    clean = f"https://a.example/?token={GONE}"
    assert (told.visit.url, told.visit.final_url) == (clean, clean)
    assert told.observations[0].page == clean
    assert told.observations[0].set_by == SetBy(kind="http", url=clean)
