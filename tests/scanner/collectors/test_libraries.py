import time

import pytest

from scanner.collectors.libraries import (
    MAX_KEPT,
    MAX_TEXT,
    Step,
    Texts,
    asker,
    keeps_for_others,
    only_one,
    only_stores,
)
from scanner.model import SetBy

SITE = "https://www.shop.example/"
VENDOR = "https://cdn.vendor.example/"
LIBRARY = "function set(n, v) { document.cookie = n + '=' + v; }"
BUNDLE = LIBRARY + " fetch('/basket'); document.createElement('p');"
ASKS = "set('visitor', 1)"


def who(name, *steps):
    found = asker(name, [Step(SetBy(kind="script", url=u), t) for u, t in steps], page=SITE)
    return found and found.url


@pytest.mark.parametrize(
    ("text", "only"),
    [
        (LIBRARY, True),
        ("localStorage.setItem(a, b)", True),
        ("indexedDB.open(a)", True),
        (LIBRARY + "document.createElement('div').addBehavior('#default#userData')", True),
        (LIBRARY + "tag = document.createElement('img'); tag.src = a", False),
        (LIBRARY + "box = document.createElement('p'); box.textContent = a", False),
        (LIBRARY + "navigator.sendBeacon('/t')", False),
        (LIBRARY + "document.createElement('div').innerHTML = a", False),
        (LIBRARY + "new Image().src = a", False),
    ],
)
def test_a_library_stores_and_does_nothing_else(text, only):
    assert only_stores(text) is only


@pytest.mark.parametrize("library", [SITE + "lib.js", VENDOR + "lib.js"])
@pytest.mark.parametrize("caller", [SITE + "app.js", SITE, "https://ads.example/t.js"])
def test_who_knows_the_name_asked_the_library(library, caller):
    assert who("visitor", (library, LIBRARY), (caller, ASKS)) == caller


def test_a_name_that_stands_in_the_library_is_its_own():
    text = LIBRARY + "set('visitor', 1)"

    assert who("visitor", (VENDOR + "lib.js", text), (SITE + "app.js", ASKS)) is None


def test_a_library_may_put_something_before_the_name():
    text = "localStorage.setItem('cache-' + n, v)"

    steps = (VENDOR + "lib.js", text), (SITE + "app.js", "cache.set('visitor', 1)")
    assert who("cache-visitor", *steps) == SITE + "app.js"
    assert who("cache-other", *steps) is None


@pytest.mark.parametrize(
    ("text", "said", "name"),
    [
        ("localStorage['__kept__' + n] = v", "keep.set('cart')", "__kept__cart"),
        ("localStorage[p + n] = v", "keep.prefix = 'shop_'; keep.set('cart')", "shop_cart"),
        ("localStorage[n + '_v2'] = v", 'keep.set("cart")', "cart_v2"),
        ("localStorage[n] = v; userData()", "keep.set('user')", "user"),
    ],
)
def test_a_name_may_be_put_together(text, said, name):
    assert who(name, (VENDOR + "lib.js", text), (SITE + "app.js", said)) == SITE + "app.js"
    assert who(name, (VENDOR + "lib.js", text), (SITE + "app.js", "keep.on()")) is None
    bundle = VENDOR + "tracker.js", text + BUNDLE
    assert who(name, bundle, (SITE + "app.js", said)) is None


def test_the_nearest_who_knows_the_name_asked():
    passes_on = SITE + "wrapper.js", "function keep(n) { set(n, 1); }"
    steps = (VENDOR + "lib.js", LIBRARY), passes_on, (SITE + "a.js", ASKS), (SITE + "b.js", ASKS)

    assert who("visitor", *steps) == SITE + "a.js"


def test_a_third_party_asks_what_the_site_has_bundled_with_other_things():
    steps = (SITE + "bundle.js", BUNDLE), ("https://ads.example/t.js", ASKS)

    assert who("visitor", *steps) == "https://ads.example/t.js"


def test_a_site_that_sets_a_tracker_up_stores_nothing_itself():
    steps = (VENDOR + "tracker.js", BUNDLE), (SITE + "app.js", "tracker({cookie: 'visitor'})")

    assert who("visitor", *steps) is None


def test_of_two_files_of_the_site_the_one_that_knows_the_name_asked():
    framework = LIBRARY + " document.body.innerHTML = ''; new Image"
    caller = SITE + "main.js", ASKS

    assert who("visitor", (SITE + "vendors.js", framework[:-10]), caller) == SITE + "main.js"
    assert who("visitor", (SITE + "vendors.js", framework), caller) is None
    assert who("visitor", (VENDOR + "widget.js", framework[:-10]), caller) is None


def test_a_library_gives_what_it_keeps_for_others_a_name_of_its_own():
    library = VENDOR + "8841.js", "indexedDB.open('keyval-store')"
    caller = SITE + "app.js", "keep('a', 1)"

    assert who("keyval-store", library, caller) == SITE + "app.js"
    assert who("keyval-store", library) is None
    assert who("keyval-store", (library[0], library[1] + BUNDLE), caller) is None


def test_a_short_name_must_be_written_as_one():
    library = VENDOR + "lib.js", "function s(k, v) { document.cookie = k + v }"

    assert who("id", library, (SITE + "app.js", "let idle = 1; s(x, 2)")) is None
    assert who("id", library, (SITE + "app.js", "s('id', 2)")) == SITE + "app.js"


def test_what_cannot_be_read_proves_nothing():
    assert who("visitor", (VENDOR + "lib.js", None), (SITE + "app.js", ASKS)) is None
    assert who("visitor", (VENDOR + "lib.js", LIBRARY), (SITE + "app.js", None)) is None


@pytest.mark.parametrize(
    ("texts", "place"),
    [
        ({"a.js": "x\n\nopen('orders')", "b.js": "close()"}, ("a.js", 3)),
        ({"a.js": "open('orders')", "b.js": None}, ("a.js", 1)),
        ({"a.js": "open('orders')", "b.js": 'open("orders")'}, None),
        ({"a.js": "my orders"}, None),
        ({}, None),
    ],
)
def test_the_only_script_with_the_name_of_a_database_is_told_with_its_line(texts, place):
    by = only_one("orders", texts)

    assert (by and (by.url, by.line)) == place


@pytest.mark.parametrize(
    ("name", "texts", "place"),
    [
        ("persist:cart", {"a.js": "\nkeep('cart')", "b.js": "close()"}, "a.js"),
        ("persist:cart", {"a.js": "keep('cart')", "b.js": "show('cart')"}, None),
        ("other:cart", {"a.js": "keep('cart')"}, None),
        ("persist:own", {"a.js": "keep('own')"}, None),
        ("shop_db/a", {"a.js": "config('shop_db')"}, "a.js"),
        ("persist:" + "x" * 99, {"a.js": f"keep('{'x' * 99}')"}, None),
    ],
)
def test_the_name_that_is_looked_for_may_be_put_together(name, texts, place):
    by = only_one(name, texts, library="set('persist:' + n); set('own')")

    assert (by and by.url) == place


@pytest.mark.parametrize(
    ("text", "for_others"),
    [
        ("function set(n, v) { localStorage.setItem(n, v) }", True),
        ("localStorage.x = 1", False),
        ("localStorage['x'] = 1", False),
        ("const kept = {x: 1}; Object.assign(localStorage, kept)", False),
        ("this[s('st')][s('it')](n, 1)", False),
        ("document.cookie = '\\x78=1'", False),
        ("var _0x1f = ['cookie']; document[_0x1f[0]] = n", False),
        ("localStorage[atob('eA==')] = 1", False),
    ],
)
def test_a_script_that_may_know_the_name_itself_keeps_nothing_for_others(text, for_others):
    assert keeps_for_others("x", text) is for_others


def test_very_many_names_are_looked_for_in_long_scripts_in_no_time():
    library, caller = "store('p_' + n)", "keep('some', 1); " * 20_000
    started = time.process_time()

    for n in range(1000):
        assert who(f"p_{n}_name", (VENDOR + "lib.js", library), (SITE + "a.js", caller)) is None

    assert time.process_time() - started < 5


def test_texts_have_a_limit_each_and_together():
    texts = Texts()
    texts.add("long", "x" * (MAX_TEXT + 1))
    for n in range(MAX_KEPT // MAX_TEXT + 1):
        texts.add(str(n), "x" * MAX_TEXT)

    assert texts["long"] is None
    assert texts["0"] is not None
    assert texts[str(MAX_KEPT // MAX_TEXT)] is None
