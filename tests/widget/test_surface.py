"""The banner is fair, accessible, and out of the way of the page."""

import msgspec
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from scanner.model import Banner
from tests.widget.conftest import ITEMS

SIZES = ((320, 568), (390, 844), (1280, 800))
AXE = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}

FOCUSED = "(element) => element.getRootNode().activeElement === element"


def violations(page):
    found = Axe().run(page, options=AXE).response["violations"]
    return [(v["id"], [node["target"] for node in v["nodes"]]) for v in found]


def style(button):
    return button.evaluate(
        """(button) => {
          const { width, height } = button.getBoundingClientRect()
          const style = getComputedStyle(button)
          return [button.localName, width, height, style.color, style.backgroundColor,
            style.fontSize, style.fontWeight, style.borderTopWidth, style.opacity]
        }"""
    )


@pytest.mark.parametrize("layout", ["bar", "box", "dialog"])
@pytest.mark.parametrize("size", SIZES)
def test_saying_no_is_as_easy_as_saying_yes(shop, world, page, layout, size):
    world.declare(banner=Banner(layout=layout))
    page.set_viewport_size({"width": size[0], "height": size[1]})
    shop()

    accept = page.get_by_role("button", name="Accept all")
    reject = page.get_by_role("button", name="Reject all")

    assert style(accept) == style(reject)
    assert accept.bounding_box()["y"] == reject.bounding_box()["y"]
    assert accept.bounding_box()["height"] >= 44
    for button in (accept, reject):
        box = button.bounding_box()
        assert 0 <= box["x"] <= size[0] - box["width"]
        assert 0 <= box["y"] <= size[1] - box["height"]


def test_the_first_layer_says_what_must_be_known_before_an_answer(shop, page):
    shop()

    text = page.get_by_role("region").inner_text()

    assert "Eksempel AS asks for your consent to store and read information" in text
    assert "extra features, statistics, and marketing" in text
    assert "3 third parties" in text
    assert "EEA" in text
    assert "only what is necessary" in text
    assert "withdraw at any time" in text


def test_the_first_layer_neither_takes_nor_traps_the_focus(shop, world, page):
    world.body = "<button autofocus>Search</button>"
    shop()
    page.wait_for_function("document.activeElement.textContent === 'Search'")

    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.shadowRoot?.activeElement?.dataset.kapsel") in (
        "reject",
        "accept",
    )


def test_reject_is_at_most_two_presses_of_tab_away(shop, world, page, until):
    shop()

    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    until(lambda: world.decisions)

    assert world.decisions[0]["action"] == "reject-all"


def test_the_second_layer_is_modal_and_gives_the_focus_back(shop, page, until):
    shop()
    choose = page.get_by_role("button", name="Choose")
    choose.focus()
    page.keyboard.press("Enter")

    dialog = page.get_by_role("dialog", name="Cookie settings")
    assert dialog.evaluate("(dialog) => dialog.matches(':modal')")
    page.keyboard.press("Escape")

    expect(dialog).to_have_count(0)
    until(lambda: choose.evaluate(FOCUSED))
    expect(page.get_by_role("region")).to_be_visible()


def test_the_focus_goes_to_the_icon_when_the_first_layer_is_gone(shop, page, until):
    shop()
    page.get_by_role("button", name="Choose").press("Enter")

    page.get_by_role("button", name="Save choices").press("Enter")

    icon = page.get_by_role("button", name="Cookie settings")
    until(lambda: icon.evaluate(FOCUSED))


def test_nothing_is_ticked_before_the_visitor_ticks_it(shop, world, page, until):
    shop()
    page.get_by_role("button", name="Choose").click()
    switches = page.get_by_role("switch")
    expect(switches).to_have_count(3)
    expect(page.get_by_role("switch", checked=True)).to_have_count(0)

    page.get_by_role("switch", name="Statistics").check()
    page.get_by_role("button", name="Save choices").click()
    until(lambda: world.decisions)

    assert world.decisions[0]["action"] == "save"
    assert world.decisions[0]["choices"] == {
        "functional": False,
        "statistics": True,
        "marketing": False,
    }
    page.evaluate("kapsel.showPreferences()")
    expect(page.get_by_role("switch", name="Statistics")).to_be_checked()


def test_the_second_layer_lists_what_is_stored_and_by_whom(shop, page):
    shop()
    page.get_by_role("button", name="Choose").click()

    page.get_by_text("What is stored (4)").click()

    expect(page.get_by_text("_ga · Google Analytics")).to_be_visible()


@pytest.mark.parametrize(
    ("language", "lifetime", "said"),
    [
        ("en", 63072000, "Counts visitors. · 2 years"),
        ("en", 7776000, "Counts visitors. · 3 months"),
        ("nb", 600, "Teller besøk. · 10 minutter"),
        ("en", None, "Counts visitors."),
    ],
)
def test_what_an_item_is_for_is_asked_of_the_server_when_somebody_wants_to_know(
    shop, world, page, language, lifetime, said
):
    purpose = {"en": "Counts visitors.", "nb": "Teller besøk."}
    items = (msgspec.structs.replace(ITEMS[1], purpose=purpose, lifetime=lifetime),)
    world.declare(items=items)
    shop()
    page.evaluate(f"kapsel.setLanguage('{language}'), kapsel.showPreferences()")
    assert "consent.agency.example/w/shop.json" not in world.asked

    page.locator("summary").click()

    page.get_by_text(said, exact=True).wait_for()


def test_the_list_stands_without_the_server(shop, page):
    shop()
    page.route("**/w/shop.json", lambda route: route.abort())
    page.get_by_role("button", name="Choose").click()

    page.get_by_text("What is stored (4)").click()

    expect(page.get_by_text("_ga · Google Analytics")).to_be_visible()


def test_consent_is_withdrawn_with_two_clicks_from_any_page(shop, world, page, until):
    shop()
    page.get_by_role("button", name="Accept all").click()
    until(lambda: world.decisions)
    shop("/anywhere", banner=False)

    page.get_by_role("button", name="Cookie settings").click()
    page.get_by_role("button", name="Withdraw consent").click()
    until(lambda: len(world.decisions) == 2)

    assert world.decisions[1]["action"] == "withdraw"
    assert set(world.decisions[1]["choices"].values()) == {False}


def test_the_result_is_spoken_once(shop, page):
    shop()

    page.get_by_role("button", name="Reject all").click()
    page.get_by_role("status").filter(has_text="Your choice is saved.").wait_for()

    expect(page.get_by_role("status")).to_have_count(1)


def test_a_link_of_the_sites_own_opens_the_second_layer(shop, world, page, until):
    world.declare(banner=Banner(revisit="link"))
    world.body = "<a href='/cookies' data-kapsel='preferences'>Cookies</a>"
    shop()
    page.get_by_role("button", name="Reject all").click()
    until(lambda: world.decisions)

    page.get_by_role("link", name="Cookies").click()

    expect(page.get_by_role("dialog", name="Cookie settings")).to_be_visible()
    expect(page).to_have_url(world.url("/"))


def test_buttons_of_the_sites_own_decide(shop, world, page, until):
    world.body = "<button data-kapsel='accept'>Fine</button>"
    shop()

    page.get_by_role("button", name="Fine").click()
    until(lambda: world.decisions)

    assert world.decisions[0]["action"] == "accept-all"


def test_the_page_does_not_move(shop, page):
    page.add_init_script(
        """window.shift = 0
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) window.shift += entry.value
        }).observe({ type: 'layout-shift', buffered: true })"""
    )
    shop()
    page.get_by_role("button", name="Reject all").click()
    page.get_by_role("button", name="Cookie settings").wait_for()

    assert page.evaluate("window.shift") == 0


@pytest.mark.parametrize("layout", ["bar", "dialog"])  # the box: see test_languages.py
def test_axe_finds_nothing_in_the_other_layouts(shop, world, page, layout):
    world.declare(banner=Banner(layout=layout))
    world.body = "<h1>Shop</h1>" + "<p>Things to buy.</p>" * 40
    shop()

    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert violations(page) == []
    page.evaluate("kapsel.hide()")
    assert violations(page) == []


@pytest.mark.parametrize("layer", ["first", "second"])
def test_all_can_be_read_and_pressed_at_four_hundred_percent(shop, page, layer):
    page.set_viewport_size({"width": 320, "height": 256})
    shop()
    if layer == "second":
        page.evaluate("kapsel.showPreferences()")

    button = page.get_by_role("button", name="Reject all").last
    button.scroll_into_view_if_needed()

    assert button.bounding_box()["y"] + button.bounding_box()["height"] <= 256
    assert page.evaluate(
        """() => [...document.querySelector('kapsel-banner').shadowRoot.children]
          .every((box) => box.scrollWidth <= box.clientWidth + 1 || box.role === 'status')"""
    )
    button.click()


#: WCAG 2.2, 1.4.12: what a reader may set, and nothing may be lost.
SPACING = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
  word-spacing: 0.16em !important } p { margin-bottom: 2em !important }"""


@pytest.mark.parametrize("layer", ["first", "second"])
def test_nothing_is_cut_off_when_the_reader_spaces_the_text_out(shop, page, layer):
    page.set_viewport_size({"width": 320, "height": 568})
    shop()
    if layer == "second":
        page.evaluate("kapsel.showPreferences()")

    cut = page.evaluate(
        """(spacing) => {
          const { shadowRoot } = document.querySelector('kapsel-banner')
          const sheet = new CSSStyleSheet()
          sheet.replaceSync(spacing)
          shadowRoot.adoptedStyleSheets = [...shadowRoot.adoptedStyleSheets, sheet]
          const parts = shadowRoot.querySelectorAll(':is(section, dialog) :is(button, p, a, label)')
          return [...parts]
            .filter((box) => box.scrollWidth > box.clientWidth + 1 && box.clientWidth)
            .map((box) => box.textContent)
        }""",
        SPACING,
    )

    assert cut == []
    button = page.get_by_role("button", name="Reject all").last
    button.scroll_into_view_if_needed()
    button.click()


def test_nothing_moves_for_who_wants_no_motion(shop, page):
    page.emulate_media(reduced_motion="reduce")
    shop()
    page.evaluate("kapsel.showPreferences()")

    moving = page.evaluate(
        """() => [...document.querySelector('kapsel-banner').shadowRoot.querySelectorAll('*')]
          .flatMap((one) => ['', '::before'].map((part) => getComputedStyle(one, part)))
          .filter((style) => parseFloat(style.transitionDuration) || style.animationName !== 'none')
          .length"""
    )

    assert moving == 0


def test_forced_colours_keep_the_edges_of_buttons_and_switches(shop, page):
    page.emulate_media(forced_colors="active")
    shop()
    page.evaluate("kapsel.showPreferences()")
    page.get_by_role("switch", name="Statistics").check()

    edges = page.evaluate(
        """() => [...document.querySelector('kapsel-banner').shadowRoot.querySelectorAll(
          'dialog :is(.answers button, input)')].map((one) => {
          const style = getComputedStyle(one)
          return parseFloat(style.borderTopWidth) > 0 && style.borderTopColor !== 'transparent'
        })"""
    )

    assert len(edges) == 6
    assert all(edges)
    on, off = (page.get_by_role("switch", name=name) for name in ("Statistics", "Marketing"))
    fill = "(box) => getComputedStyle(box).backgroundColor"
    assert on.evaluate(fill) != off.evaluate(fill)


def test_the_size_of_the_text_is_the_readers_not_the_pages(shop, world, page):
    world.head = "<style>html { font-size: 62.5% } * { color: red !important }</style>"
    shop()

    text = page.get_by_role("region").get_by_text("Eksempel AS")

    assert text.evaluate("(text) => getComputedStyle(text).fontSize") == "14px"
    assert text.evaluate("(text) => getComputedStyle(text).color") == "rgb(29, 35, 39)"


def test_the_icon_is_there_when_the_link_that_the_site_wants_is_missing(shop, world, page):
    world.declare(banner=Banner(revisit="link"))
    shop()

    page.get_by_role("button", name="Reject all").click()

    page.get_by_role("button", name="Cookie settings").wait_for()


@pytest.mark.parametrize(
    "change",
    [
        "document.body = document.createElement('body')",
        "document.body.replaceChildren()",
        "document.body.innerHTML = '<h1>Next</h1>'",
    ],
)
def test_a_site_that_replaces_its_page_keeps_the_banner(shop, page, change):
    shop()

    page.evaluate(f"() => {{ {change} }}")

    page.get_by_role("region").wait_for()
    page.get_by_role("button", name="Reject all").click()


def test_the_banner_follows_the_language_of_the_page(shop, page):
    shop()

    page.evaluate("document.documentElement.lang = 'nb'")

    page.get_by_role("button", name="Avvis alle").wait_for()


def test_an_address_that_ends_in_kapsel_opens_the_choices(shop, page):
    shop(banner=False)
    expect(page.get_by_role("dialog")).to_have_count(0)

    shop("/#kapsel", banner=False)
    page.reload()

    page.get_by_role("dialog").wait_for()


#: Who has the focus, and how many pixels of its ring are outside of what clips it.
RING = """() => {
  const root = document.querySelector('kapsel-banner').shadowRoot
  const element = root.activeElement
  if (!element || element.matches('.body')) return null // which scrolls itself
  const style = getComputedStyle(element)
  const drawn = style.outlineStyle !== 'none' ? parseFloat(style.outlineWidth) : 0
  const reach = drawn ? drawn + parseFloat(style.outlineOffset) : 0
  const box = element.getBoundingClientRect()
  const outside = [box.right + reach - innerWidth, box.bottom + reach - innerHeight,
    reach - box.left, reach - box.top]
  for (let outer = element.parentElement; outer; outer = outer.parentElement) {
    if (getComputedStyle(outer).overflow === 'visible') continue
    const { x, y } = outer.getBoundingClientRect()
    const left = x + outer.clientLeft, top = y + outer.clientTop
    outside.push(box.right + reach - left - outer.clientWidth,
      box.bottom + reach - top - outer.clientHeight, left - box.left + reach, top - box.top + reach)
  }
  return [element.textContent.trim() || element.id || element.localName, drawn,
    Math.max(...outside)]
}"""


@pytest.mark.parametrize("layer", ["first", "second"])
@pytest.mark.parametrize("layout", ["bar", "box", "dialog"])
@pytest.mark.parametrize("size", [*SIZES, (320, 225)])
def test_the_ring_of_what_has_the_focus_is_seen_whole(shop, world, page, layout, size, layer):
    world.declare(banner=Banner(layout=layout))
    page.set_viewport_size({"width": size[0], "height": size[1]})
    shop()
    if layer == "second":
        page.evaluate("kapsel.showPreferences()")

    rings = []
    for _ in range(12):
        page.keyboard.press("Tab")
        rings.append(page.evaluate(RING))

    rings = [ring for ring in rings if ring]
    assert len({name for name, _, _ in rings}) >= 4
    assert [ring for ring in rings if ring[1] < 2 or ring[2] > 0.5] == []
