import pytest

from scanner.crawl.walls import wall


@pytest.mark.parametrize(
    ("title", "words", "kind"),
    [
        ("Just a moment...", "www.shop.example", "a check that keeps robots out"),
        ("", "Verify you are  human by completing", "a check that keeps robots out"),
        ("Access Denied", "Reference #18.2f", "a refusal to show the page"),
        ("shop.example", "Buy this domain. It may be yours", "a parked domain"),
        ("Velkommen", "Denne butikken selger telt", None),
        ("Om captcha-er", "Captcha betyr …", None),
        ("Blogg", "verify you are human " + "ord " * 400, None),
    ],
)
def test_a_page_is_told_from_what_is_shown_in_its_place(title, words, kind):
    assert wall(title=title, words=words) == kind
