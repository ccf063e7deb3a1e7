"""sites.yaml: what is right, and every mistake with its line."""

from pathlib import Path

import pytest

from scanner.errors import SitesInvalid, UnknownSite
from scanner.model import Category, Controller, Override, State
from scanner.sites import ad_hoc, load, parse, pick

ROOT = Path(__file__).parents[3]

FULL = """
defaults:
  {schedule: "0 3 * * *", max_pages: 25, states: [before, accept, reject], languages: [nb, en]}
sites:
  shop:
    url: https://www.example.no
    languages: [nb, sv]
    controller: {name: Eksempel AS, contact: personvern@example.no, policy: https://www.example.no/personvern}
    own_domains: [example.no, Example-CDN.net]
    include: ["https://www.example.no/*"]
    exclude: ["*/logg-ut*"]
    pages: [/kurs, "https://www.example.no/om"]
    robots: ignore
    banner: {layout: bar, theme: {accent: "#0a5", radius: 4px}, revisit: link, remember_days: 90}
    overrides:
      - {name: "cart_*", category: necessary, purpose: {nb: Handlekurven, en: The cart}}
      - {name: _pk_id*, category: analytics, domain: example.no, vendor: Matomo}
  course:
    {url: "http://kurs.example.no:8080/start", schedule: "*/5 * * * 1-5", states: [before, gpc]}
"""


def mistakes(text):
    with pytest.raises(SitesInvalid) as caught:
        parse(text.encode() if isinstance(text, str) else text)
    return caught.value.mistakes


def site_with(lines):
    return "sites:\n  shop:\n    url: https://shop.example/\n" + lines


def test_every_key_is_read():
    shop, course = parse(FULL.encode())

    assert shop.key == "shop"
    assert shop.url == "https://www.example.no/"
    assert shop.languages == ("nb", "sv")
    assert shop.schedule == "0 3 * * *"
    assert shop.controller == Controller(
        name="Eksempel AS",
        contact="personvern@example.no",
        policy="https://www.example.no/personvern",
    )
    assert shop.own_domains == ("example.no", "example-cdn.net")
    assert shop.include == ("https://www.example.no/*",)
    assert shop.exclude == ("*/logg-ut*",)
    assert shop.pages == ("https://www.example.no/kurs", "https://www.example.no/om")
    assert shop.robots == "ignore"
    assert shop.banner.layout == "bar"
    assert shop.banner.theme == {"accent": "#0a5", "radius": "4px"}
    assert shop.banner.revisit == "link"
    assert shop.banner.remember_days == 90
    assert shop.overrides == (
        Override(
            name="cart_*",
            category=Category.NECESSARY,
            purpose={"nb": "Handlekurven", "en": "The cart"},
        ),
        Override(
            name="_pk_id*", category=Category.STATISTICS, domain="example.no", vendor="Matomo"
        ),
    )
    assert course.languages == ("nb", "en")
    assert course.schedule == "*/5 * * * 1-5"
    assert course.states == (State.BEFORE, State.GPC)
    assert course.max_pages == 25


def test_the_example_in_the_repository_is_right():
    (shop,) = load(ROOT / "sites.yaml")

    assert shop.key == "shop"


def test_defaults_are_joined_with_the_site_s_own_where_both_can_stand():
    text = """
defaults:
  banner: {layout: bar, theme: {accent: red, radius: 0}}
  overrides: [{name: "b*", category: necessary}]
sites:
  shop:
    url: https://shop.example/
    banner: {revisit: link, theme: {accent: blue}}
    overrides: [{name: "a*", category: marketing}]
"""

    (shop,) = parse(text.encode())

    assert shop.banner.layout == "bar"
    assert shop.banner.revisit == "link"
    assert shop.banner.theme == {"accent": "blue", "radius": "0"}
    assert [override.name for override in shop.overrides] == ["a*", "b*"]


def test_anchors_and_merge_keys_may_be_used():
    text = """
sites:
  one: &one {url: https://one.example/, controller: &us {name: Eksempel AS}, max_pages: 3}
  two: {<<: *one, url: https://two.example/}
  three: {url: https://three.example/, controller: *us}
"""

    one, two, three = parse(text.encode())

    assert one.controller == two.controller == three.controller
    assert (two.url, two.max_pages, three.max_pages) == ("https://two.example/", 3, 25)


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file():
    text = """defaults: {max_page: 25}
sites:
  shop:
    url: ftp://example.no
    schedule: "0 3 * *"
    states: [before, acept]
  shop: {url: https://example.no}
  course:
    max_pages: many
"""

    assert mistakes(text) == [
        "sites.yaml:1: unknown key 'max_page' in defaults: did you mean 'max_pages'?",
        "sites.yaml:4: url 'ftp://example.no': it must begin with https:// or http://",
        (
            "sites.yaml:5: schedule '0 3 * *' has 4 fields: write five, for minute, hour, day, "
            'month and weekday, as "0 3 * * *"'
        ),
        "sites.yaml:6: a state cannot be 'acept': did you mean 'accept'?",
        "sites.yaml:7: 'shop' stands in sites twice, first in line 3",
        "sites.yaml:8: site 'course' has no url: write url: https://…",
        "sites.yaml:9: max_pages must be a whole number from 1 to 10000, not 'many'",
    ]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "the file is empty"),
        ("# nothing yet\n", 1, "the file is empty"),
        ("- shop\n", 1, "the file must be keys with values, not a list"),
        ("shop: {}\n", 1, "unknown key 'shop' in the file"),
        ("defaults: {}\n", 1, "'sites:' is missing"),
        ("sites:\n", 1, "sites must be keys with values, not nothing"),
        ("\nsites: {}\n", 2, "no site is listed"),
        ("sites:\n  shop: https://a.example\n", 2, "must be keys with values, not a text"),
        ("sites:\n  shop: [\n", 3, "this is not YAML"),
        ("sites:\n  shop:\n\t  url: x\n", 3, "a tab begins this line"),
        ("sites:\n  shop:\n    url: https://a.example/\x00\n", 3, "U+0000 may not stand here"),
        ("a: 1\n---\nb: 2\n", 2, "this is not YAML"),
        (b"sites:\n  sk\xf8: {}\n", 2, "this is not UTF-8"),
        ("x: " + "[" * 9000 + "]" * 9000, 1, "lie too deep"),
        ("sites: &a [*a]\n", 1, "lie too deep"),
    ],
)
def test_a_file_that_is_no_list_of_sites_is_refused(text, line, words):
    found = mistakes(text)

    assert any(m.startswith(f"sites.yaml:{line}: ") and words in m for m in found), found


def test_a_byte_order_mark_is_no_mistake():
    assert parse(b"\xef\xbb\xbf" + FULL.encode())[0].key == "shop"


def test_a_bomb_of_aliases_is_refused_quickly():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]

    assert any("repeat too much" in m for m in mistakes("\n".join(lines)))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("url: https://user:secret@a.example/", "must not hold a user name or password"),
        ("url: https:///path", "no valid host name"),
        ("url: https://a b.example/", "no URL has"),
        ("url: https://a.example:99999/", "this is no URL"),
        ("url: https://a.example/#top", "leave out what begins with #"),
        ("url: 12", "YAML reads '12' as a number: put it in quotes"),
        ("url:", "url must be a text, but YAML reads as nothing"),
        ("url: '  '", "url is empty"),
        ("languages: [no, en]", "YAML reads 'no' as False; Norwegian is written nb (bokmål) or nn"),
        ("languages: nb", "languages must be a list"),
        ("languages: []", "at least one language is needed"),
        ("languages: [xx]", "there are no texts in the language 'xx'"),
        ("languages: [nb, nb]", "the language 'nb' is listed twice"),
        ('schedule: "0 3 * * * *"', "has 6 fields"),
        ('schedule: "61 3 * * *"', "the minute is not one that cron knows"),
        ('schedule: "0 0 31 2 *"', "this day never comes"),
        ('schedule: "0 0 31 4,6,9,11 *"', "this day never comes"),
        ("schedule: */5 * * * *", "put a value that begins with * in quotes"),
        ("schedule: 5", "schedule must be a text"),
        ("states: [before, before]", "the state 'before' is listed twice"),
        ("max_pages: 0", "from 1 to 10000, not '0'"),
        ("max_pages: true", "from 1 to 10000, not 'true'"),
        ("max_pages: [1]", "not a list"),
        ("controller: Eksempel AS", "controller must be keys with values, not a text"),
        ("controller: {contact: a@b.no}", "the controller has no name"),
        ("controller: {name: A, contact: ring oss}", "neither an e-mail address nor an https link"),
        ("controller: {name: A, policy: /personvern}", "must begin with https://"),
        ("own_domains: [https://a.example]", "write it bare, as example.no"),
        ("own_domains: ['no']", "under 'no' anybody may register: name your own domain there"),
        ("own_domains: [github.io]", "under 'github.io' anybody may register"),
        ("include: [kurs/*]", "it would match no URL"),
        ("exclude: ['*/a b']", "a URL has no blanks"),
        ("exclude: ['*/[a']", "has no partner"),
        ("pages: [kurs]", "write a URL, or a path that begins with /"),
        ("pages: [https://annet.no/x]", "page 'https://annet.no/x' lies outside the site"),
        ("pages: [https://a.example.evil.no/]", "lies outside the site"),
        ("robots: maybe", "robots cannot be 'maybe': there is obey, ignore"),
        ("banner: {layout: popup}", "layout cannot be 'popup': there is bar, box, dialog"),
        ("banner: {remember_days: 1000}", "from 1 to 400, not '1000'"),
        ("banner: {colour: red}", "unknown key 'colour' in banner"),
        ("banner: {theme: {accent: 'red; } body {'}}", "must be one CSS value"),
        ("banner: {theme: {colour: red}}", "unknown key 'colour' in theme: there is background"),
        ("banner: {theme: {background: 'URL (//a.example/x)'}}", "or url()"),
        ("banner: {theme: {background: image-set('https://a.example/x' 1x)}}", "or url()"),
        (
            "banner: {theme: {accent: '#fff', accent-text: '#eee'}}",
            "'accent-text' #eee on 'accent' #fff has a contrast of 1.2; text needs 4.5",
        ),
        ("banner: {unanswered: maybe}", "unanswered cannot be 'maybe'"),
        ("banner: {take_over: {kookie: {a: statistics}}}", "unknown key 'kookie' in take_over"),
        (
            "banner: {take_over: {klaro: {ads: necessary}}}",
            "the category of 'ads' cannot be 'necessary'",
        ),
        ("banner: {take_over: {klaro: {'a b': statistics}}}", "'a b' is no word of klaro"),
        ("banner: {take_over: {klaro: marketing}}", "take_over of klaro must be keys with values"),
        ("overrides: [{name: a}]", "'category' is missing"),
        ("overrides: [{name: a, category: tracking}]", "category cannot be 'tracking'"),
        ("overrides: [{name: a, category: necessary, why: x}]", "unknown key 'why'"),
        (
            "overrides: [{name: a, category: necessary, purpose: {no: Kurv}}]",
            "unknown key 'no' in purpose",
        ),
    ],
)
def test_a_wrong_value_is_told_with_its_line(line, words):
    text = site_with(f"    {line}\n") if not line.startswith("url") else f"sites:\n  a:\n    {line}"

    found = mistakes(text)

    expected = 3 if line.startswith("url") else 4
    assert any(m.startswith(f"sites.yaml:{expected}: ") and words in m for m in found), found


@pytest.mark.parametrize("key", ["Shop", "a/b", "-a", "a b", "ø", "a..b", "shop.js", "a" * 64, "?"])
def test_a_key_that_is_not_safe_in_a_url_is_refused(key):
    assert mistakes(f"sites:\n  {key!r}: {{url: https://a.example/}}\n")


def test_pages_of_ones_own_further_domains_and_sub_domains_are_taken():
    pages = ["/kurs", "https://kasse.a.example/x", "https://www.blåbær.no/", "https://b.no/"]

    site = parse(
        f"sites:\n  a:\n    url: https://www.a.example/\n    pages: {pages}\n"
        "    own_domains: [blåbær.no, b.no, intern]\n".encode()
    )[0]

    assert site.pages[1:] == tuple(pages[1:])
    assert site.own_domains == ("xn--blbr-roah.no", "b.no", "intern")


@pytest.mark.parametrize("key", ["shop", "no", "2024", "example.no", "a_b-c"])
def test_a_key_that_is_safe_in_a_url_is_taken(key):
    assert parse(f"sites:\n  {key}: {{url: https://a.example/}}\n".encode())[0].key == key


def test_a_missing_file_says_what_to_do(tmp_path):
    with pytest.raises(SitesInvalid, match="there is no such file: list your sites in it"):
        load(tmp_path / "sites.yaml")


def test_sites_are_picked_by_key_and_an_unknown_key_names_the_likely_one():
    sites = parse(FULL.encode())

    assert [site.key for site in pick(sites, ["course", "shop", "course"])] == ["course", "shop"]
    with pytest.raises(UnknownSite, match="there is no site 'shp' in the list: did you mean 'shop"):
        pick(sites, ["shp"])


@pytest.mark.parametrize(
    ("url", "key", "asked"),
    [
        ("https://www.shop.example", "www.shop.example", "https://www.shop.example/"),
        ("https://Shop.example?a=1", "shop.example", "https://shop.example/?a=1"),
        ("http://localhost:8080/start", "localhost-8080", "http://localhost:8080/start"),
        ("https://blåbær.example/ø", "xn--blbr-roah.example", "https://xn--blbr-roah.example/ø"),
        ("http://[::1]:8080/", "1-8080", "http://[::1]:8080/"),
        ("https://cdn.js/", "cdn-js", "https://cdn.js/"),
    ],
)
def test_a_url_makes_a_site_of_its_own(url, key, asked):
    site = ad_hoc(url)

    assert (site.key, site.url) == (key, asked)


def test_names_in_other_alphabets_are_written_as_browsers_ask_for_them():
    (site,) = parse("sites: {a: {url: 'https://blåbær.no', own_domains: [ærfugl.no]}}".encode())

    assert site.url == "https://xn--blbr-roah.no/"
    assert site.own_domains == ("xn--rfugl-rra.no",)


def test_a_url_that_cannot_be_scanned_is_refused():
    with pytest.raises(UnknownSite, match="it must begin with https://"):
        ad_hoc("ftp://shop.example/")


def test_consents_to_another_tool_are_read_word_by_word():
    [site] = parse(
        b"sites: {shop: {url: 'https://shop.example/', "
        b"banner: {take_over: {'cmplz_*': {statistics: analytics, ads: marketing}}}}}"
    )

    assert site.banner.take_over == {
        "cmplz_*": {"statistics": Category.STATISTICS, "ads": Category.MARKETING}
    }
