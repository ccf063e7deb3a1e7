import pytest

from scanner.collectors.stack import Frame, responsible

SITE = "https://www.shop.example/"
OURS = Frame(function="apply", method="apply", type="Object")


def who(*frames):
    by = responsible([OURS, *frames])
    return by.url, by.line


def test_the_innermost_code_asked():
    assert who(Frame(url=SITE + "a.js", line=3), Frame(url=SITE, line=9)) == (SITE + "a.js", 3)


@pytest.mark.parametrize(
    "library",
    [
        "js.cookie.min.js",
        "vendor/js-cookie@3.0.5/dist/js.cookie.js",
        "jquery.cookie.js",
        "npm/js-cookie",
        "store2.min.js",
    ],
)
def test_a_cookie_library_in_a_file_of_its_own_only_passes_on(library):
    assert who(Frame(url=SITE + library, line=1), Frame(url=SITE + "app.js", line=7)) == (
        SITE + "app.js",
        7,
    )


def test_a_library_that_nobody_called_asked_itself():
    assert who(Frame(url=SITE + "js.cookie.js", line=1)) == (SITE + "js.cookie.js", 1)


@pytest.mark.parametrize("name", ["cookie.js", "store.js", "cookies/banner.js"])
def test_scripts_that_only_sound_like_one(name):
    assert who(Frame(url=SITE + name, line=2), Frame(url=SITE, line=9)) == (SITE + name, 2)


@pytest.mark.parametrize(("method", "of"), [("cookie", "HTMLDocument"), ("setItem", "Storage")])
def test_a_replacement_of_the_native_function_only_passes_on(method, of):
    shim = Frame(url="https://cmp.example/shim.js", line=1, function="set", method=method, type=of)

    assert who(shim, Frame(url=SITE + "tag.js", line=5)) == (SITE + "tag.js", 5)


def test_a_replacement_that_has_no_name_of_its_own_only_passes_on():
    wrapped = Frame(url="https://apm.example/a.js", line=2, function="p.<computed>")

    frames = [wrapped, Frame(url=SITE, line=5)]
    assert responsible(frames, patched=True).url == SITE
    assert responsible(frames).url == "https://apm.example/a.js"


def test_a_replaced_timer_only_passes_on_the_text_that_it_is_given():
    wrapped = Frame(url="https://apm.example/a.js", line=2, function="window.setTimeout")

    assert responsible([wrapped, Frame(url=SITE, line=5)], patched=True).url == SITE


def test_a_module_of_webassembly_is_no_address():
    inside = Frame(url="wasm://wasm/fa87a24e", line=1)

    assert who(inside, Frame(url=SITE + "app.js", line=7)) == (SITE + "app.js", 7)


def test_code_made_by_eval_is_the_makers():
    made = Frame(line=1, origin="eval at run (https://cdn.example/t.js:12:5)")

    assert who(made) == ("https://cdn.example/t.js", 12)


def test_code_made_twice_over_is_the_first_makers():
    origin = "eval at a (eval at b (https://cdn.example/t.js:4:5), <anonymous>:1:1)"

    assert who(Frame(line=1, origin=origin)) == ("https://cdn.example/t.js", 4)


def test_the_line_of_eval_in_a_page_is_the_callers():
    made = Frame(line=1, origin=f"eval at <anonymous> ({SITE}:2:1)")

    assert who(made, Frame(url=SITE, line=11)) == (SITE, 11)


def test_a_data_url_is_told_without_its_content():
    assert who(Frame(url="data:text/javascript,document.cookie='a=b'", line=1)) == (
        "data:text/javascript",
        1,
    )


def test_code_without_an_address_is_not_guessed_at():
    assert who() == (None, None)
    assert who(Frame(url=None, line=1, origin="eval at x (<anonymous>:1:1)")) == (None, None)
