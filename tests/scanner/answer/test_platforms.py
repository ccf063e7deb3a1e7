import pytest

from scanner.answer.platforms import platform, platforms

COOKIES = [
    ("kapsel", "kapsel_consent", "id=1&choices=functional:0|statistics:1&action=save", "yes"),
    ("kapsel", "kapsel_consent", "id=1&choices=functional:0:1f|statistics:0&action=save", "no"),
    ("cookiebot", "CookieConsent", "{stamp:%27a%27%2Cnecessary:true%2Cstatistics:true}", "yes"),
    (
        "cookiebot",
        "CookieConsent",
        "{necessary:true,preferences:false,statistics:false,marketing:false,ver:1}",
        "no",
    ),
    ("onetrust", "OptanonConsent", "groups=C0001%3A1%2CC0002%3A1%2CC0004%3A0&hosts=", "yes"),
    ("onetrust", "OptanonConsent", "groups=C0001%3A1%2CC0002%3A0%2CC0004%3A0&hosts=C4:1", "no"),
    ("klaro", "klaro", "%7B%22matomo%22%3Atrue%7D", "yes"),
    ("klaro", "klaro", "%7B%22matomo%22%3Afalse%2C%22basket%22%3Atrue%7D", "no"),
    ("vanilla-cookieconsent", "cc_cookie", '{"categories":["necessary","analytics"]}', "yes"),
    ("vanilla-cookieconsent", "cc_cookie", '{"categories":["necessary"],"revision":0}', "no"),
    ("tarteaucitron", "tarteaucitron", "!matomo=true!youtube=true", "yes"),
    ("tarteaucitron", "tarteaucitron", "!matomo=true!youtube=false", "no"),
    ("tarteaucitron", "tarteaucitron", "!matomo=true!youtube=wait", None),
    ("cookie-information", "CookieInformationConsent", '{"consents_approved":[]}', "no"),
    (
        "cookie-information",
        "CookieInformationConsent",
        "%7B%22consents_approved%22%3A%5B%22cookie_cat_necessary%22%2C%22cookie_cat_statistic%22%5D%7D",
        "yes",
    ),
    ("complianz", "cmplz_marketing", "deny", "no"),
    ("complianz", "another_cookie", "deny", None),
    ("eu-cookie-compliance", "cookie-agreed", "2", "yes"),
    ("eu-cookie-compliance", "cookie-agreed-categories", "%5B%22necessary%22%5D", "no"),
    ("eu-cookie-compliance", "cookie-agreed-categories", '["necessary","ads"]', "yes"),
    ("eu-cookie-compliance", "cookie-agreed-categories", '["ads"]', None),
]


@pytest.mark.parametrize(("name", "cookie", "value", "answer"), COOKIES)
def test_a_platforms_own_record_is_read(name, cookie, value, answer):
    assert platform(name).heard(cookies=[(cookie, value)], storage=[]) == answer


def test_names_are_unique():
    names = [known.name for known in platforms()]

    assert len(names) == len(set(names))


def test_every_platform_is_documented():
    from pathlib import Path

    page = Path(__file__).parents[3] / "docs" / "reference" / "banners.md"
    text = page.read_text(encoding="utf-8")

    assert [known.name for known in platforms() if f"`{known.name}`" not in text] == []


def test_what_a_platform_keeps_of_each_category_counts_more_than_that_it_was_answered():
    saved = ("viewed_cookie_policy", "yes")
    off, on = (("cookielawinfo-checkbox-analytics", v) for v in ("no", "yes"))
    known = platform("cookie-law-info")

    assert known.heard(cookies=[saved, off], storage=[]) == "no"
    assert known.heard(cookies=[saved, on], storage=[]) == "yes"
    assert known.heard(cookies=[saved], storage=[]) == "yes"


def test_some_of_several_categories_are_neither_a_yes_nor_a_no():
    kept = [(f"cookielawinfo-checkbox-{n}", v) for n, v in (("analytics", "yes"), ("others", "no"))]

    assert platform("cookie-law-info").heard(cookies=kept, storage=[]) is None


def test_a_record_that_cannot_be_read_leaves_the_answer_open():
    kept = [("cookie-agreed-categories", '["ads"]'), ("cookie-agreed", "2")]

    assert platform("eu-cookie-compliance").heard(cookies=kept, storage=[]) is None
