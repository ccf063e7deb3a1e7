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
