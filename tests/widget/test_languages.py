"""The banner speaks each language wholly, and axe finds nothing in any of them."""

import json
import re

import brotli
import msgspec
import pytest
from axe_playwright_python.sync_playwright import Axe
from babel import Locale
from playwright.sync_api import expect

from consent_server.banner import config
from scanner import languages
from scanner.languages import LANGUAGES
from scanner.model import Banner
from tests.widget.conftest import DECLARATION

LOCALE = languages.importlib.resources.files("scanner") / "locale"
ENGLISH = json.loads((LOCALE / "en.json").read_text(encoding="utf-8"))["banner"]
MAX_LANGUAGE = 819  # bytes of brotli that one more language may cost: 0.8 KB
AXE = {
    "resultTypes": ["violations"],
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
}


def banner(language):
    return json.loads((LOCALE / f"{language}.json").read_text(encoding="utf-8"))["banner"]


def placeholders(text):
    return set(re.findall(r"{(\w+)}", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_says_all_that_english_says(language):
    words = banner(language)

    assert set(words) == set(ENGLISH)
    assert set(words["purposes"]) == set(ENGLISH["purposes"])
    for key, text in ENGLISH.items():
        if isinstance(text, str):
            assert words[key].strip()
            assert placeholders(words[key]) == placeholders(text), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_counts_third_parties_in_all_its_plural_forms(language):
    forms = banner(language)["partners"]
    needed = {Locale.parse(language).plural_form(count) for count in range(1, 200)}

    assert needed <= set(forms)


@pytest.mark.parametrize("language", LANGUAGES)
def test_yes_and_no_are_words_of_like_length(language):
    words = banner(language)

    assert 0.5 <= len(words["reject"]) / len(words["accept"]) <= 2


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "en"])
def test_a_further_language_costs_little(language):
    def size(*names):
        told = config(msgspec.structs.replace(DECLARATION, languages=names))
        return len(brotli.compress(msgspec.json.encode(told), quality=11))

    assert size("en", language) - size("en") <= MAX_LANGUAGE


SCHEMES = {
    "light": {"color_scheme": "light", "forced_colors": "none"},
    "dark": {"color_scheme": "dark", "forced_colors": "none"},
    "forced": {"color_scheme": "light", "forced_colors": "active"},
}

#: In every language, one after the other: both layers, and what axe finds in them.
LOOK = """async ([languages, options]) => {
  const found = []
  for (const language of languages) {
    document.documentElement.lang = language
    document.documentElement.dir = language === 'ar' ? 'rtl' : 'ltr'
    for (const layer of ['first', 'second']) {
      if (layer === 'second') kapsel.showPreferences()
      await new Promise(requestAnimationFrame)
      const { violations } = await axe.run(options)
      for (const { id, nodes } of violations) found.push([language, layer, id, nodes[0].target])
    }
    document.querySelector('kapsel-banner').shadowRoot.querySelector('dialog').close()
  }
  return found
}"""


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing_in_any_language_width_or_scheme(world, page, scheme, width):
    world.declare(languages=LANGUAGES)
    world.body = "<h1>Shop</h1>" + "<p>Things to buy.</p>" * 40
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(**SCHEMES[scheme])
    page.goto(world.url())
    page.get_by_role("region").wait_for()
    page.evaluate(Axe().axe_script)

    found = page.evaluate(LOOK, [list(LANGUAGES), AXE])

    expect(page.locator("kapsel-banner")).to_have_attribute("lang", LANGUAGES[-1])
    assert found == []


@pytest.mark.parametrize(
    ("html", "wanted", "spoken"),
    [
        ('<html lang="en">', ["nb-NO"], "en"),
        ('<html lang="no">', ["en-GB"], "nb"),
        ('<html lang="nn-NO">', ["en-GB"], "nb"),
        ("<html>", ["ja", "en-GB"], "en"),
        ('<html lang="ja">', ["en-GB", "nb"], "en"),
        ('<html lang="ja">', ["fi-FI"], "nb"),
    ],
)
def test_the_page_decides_then_the_browser_then_the_site(world, page, html, wanted, spoken):
    page.add_init_script(
        f"Object.defineProperty(navigator, 'languages', {{get: () => {json.dumps(wanted)}}})"
    )
    world.html = html

    page.goto(world.url())
    page.get_by_role("region").wait_for()

    expect(page.locator("kapsel-banner")).to_have_attribute("lang", spoken)


def test_arabic_runs_from_right_to_left(world, page):
    world.declare(languages=("ar",))
    world.html = '<html lang="ar" dir="rtl">'
    page.goto(world.url())
    region = page.get_by_role("region")
    region.wait_for()

    assert region.evaluate("(region) => getComputedStyle(region).direction") == "rtl"
    accept = page.locator("[data-kapsel=accept]").bounding_box()
    reject = page.locator("[data-kapsel=reject]").bounding_box()
    assert accept["x"] > reject["x"]


#: What the first layer covers of the screen, in each language.
COVER = """(languages) => languages.map((language) => {
  kapsel.setLanguage(language)
  const notice = document.querySelector('kapsel-banner').shadowRoot.querySelector('.notice')
  const { width, height } = notice.getBoundingClientRect()
  return [language, (width * height) / (innerWidth * innerHeight)]
})"""


@pytest.mark.parametrize(("width", "height", "most"), [(390, 844, 0.33), (1280, 800, 0.15)])
@pytest.mark.parametrize("layout", ["bar", "box"])
def test_the_first_layer_leaves_the_page_in_view(world, page, layout, width, height, most):
    world.declare(languages=LANGUAGES, banner=Banner(layout=layout))
    page.set_viewport_size({"width": width, "height": height})
    page.goto(world.url())
    page.get_by_role("region").wait_for()

    covered = page.evaluate(COVER, list(LANGUAGES))

    assert [(language, share) for language, share in covered if share > most] == []


#: The sizes of both answers on both layers, in each language.
ANSWERS = """(languages) => languages.flatMap((language) => {
  kapsel.setLanguage(language)
  kapsel.showPreferences()
  const { shadowRoot } = document.querySelector('kapsel-banner')
  const sizes = ['.notice', 'dialog'].map((layer) =>
    ['accept', 'reject'].map((answer) => {
      const button = shadowRoot.querySelector(`${layer} [data-kapsel=${answer}]`)
      const { width, height } = button.getBoundingClientRect()
      return `${Math.round(width)} × ${Math.round(height)}`
    }))
  shadowRoot.querySelector('dialog').close()
  return sizes.map(([yes, no]) => [language, yes, no])
})"""


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_yes_and_no_have_one_size_in_every_language(world, page, width):
    world.declare(languages=LANGUAGES)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(world.url())
    page.get_by_role("region").wait_for()

    sizes = page.evaluate(ANSWERS, list(LANGUAGES))

    assert len(sizes) == 2 * len(LANGUAGES)
    assert [(language, yes, no) for language, yes, no in sizes if yes != no] == []
