import pytest

from scanner.crawl.walls import wall


@pytest.mark.parametrize(
    ("title", "words", "kind"),
    [
        ("Just a moment...", "www.shop.example", "wall_robots"),
        ("", "Verify you are  human by completing", "wall_robots"),
        ("Access Denied", "Reference #18.2f", "wall_refusal"),
        ("shop.example", "Buy this domain. It may be yours", "wall_parked"),
        ("Velkommen", "Denne butikken selger telt", None),
        ("Om captcha-er", "Captcha betyr …", None),
        ("Blogg", "verify you are human " + "ord " * 400, None),
    ],
)
def test_a_page_is_told_from_what_is_shown_in_its_place(title, words, kind):
    assert wall(title=title, words=words) == kind
