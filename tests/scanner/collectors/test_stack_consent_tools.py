from scanner.collectors.stack import Frame, responsible
from scanner.model import SetBy

PAGE = "https://www.shop.example/"
BANNER = Frame(url="https://samtykke.shop.example/w/shop.js", line=1, function="run")


def test_an_inline_script_that_our_banner_released_is_the_pages_own():
    released = [Frame(url=None, line=2), BANNER]

    assert responsible(released, page=PAGE) == SetBy(kind="script", url=PAGE)


def test_what_our_banner_writes_itself_is_the_banners():
    assert responsible([BANNER], page=PAGE) == SetBy(kind="script", url=BANNER.url, line=1)


def test_an_inline_script_that_a_tag_manager_made_is_the_tag_managers():
    manager = Frame(url="https://tags.example/manager.js", line=7)

    by = responsible([Frame(url=None, line=1), manager], page=PAGE)

    assert by == SetBy(kind="script", url="https://tags.example/manager.js", line=7)


def test_what_our_banner_writes_through_a_native_function_is_the_banners():
    native = Frame(url=None, line=None, function="forEach")

    by = responsible([native, BANNER], page=PAGE)

    assert by == SetBy(kind="script", url=BANNER.url, line=1)


def test_an_inline_script_that_another_consent_tool_released_is_the_pages_own():
    tool = Frame(url="https://cdn.example/klaro/v0.7/klaro.js", line=2)

    by = responsible([Frame(url=None, line=3), tool], page=PAGE)

    assert by == SetBy(kind="script", url=PAGE)
