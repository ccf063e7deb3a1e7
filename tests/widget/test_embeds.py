"""A frame that is held back has a stand-in of the same size, with two ways to load it."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

VIDEO = "https://www.youtube-nocookie.com/embed/x"


@pytest.fixture
def framed(world, page):
    """A page with a frame of YouTube between two paragraphs; what it loads is noted."""

    def frame(attributes="title=Boots width=480 height=270", address=VIDEO, before=""):
        world.head = """<script>
          window.shift = 0
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) window.shift += entry.value
          }).observe({ type: 'layout-shift', buffered: true })
        </script>"""
        world.body = (
            f"<h1>Shop</h1><p>Before</p>{before}<div><iframe {attributes} data-category=marketing "
            f"data-src='{address}'></iframe></div><p id=after>After</p>"
        )
        loaded = []
        page.route(
            address + "*",
            lambda route: (
                loaded.append(route.request.url),
                route.fulfill(body="<title>Film</title>", content_type="text/html"),
            ),
        )
        return loaded

    return frame


def test_the_stand_in_has_the_size_of_the_frame_and_nothing_moves(shop, page, framed):
    framed()
    shop()

    box = page.locator("kapsel-embed").bounding_box()

    assert (box["width"], box["height"]) == (484, 274)  # with the frame's border
    expect(page.get_by_text("This content comes from YouTube")).to_be_visible()
    after = page.locator("#after").bounding_box()["y"]
    page.get_by_role("button", name="Show once").click()
    page.locator("kapsel-embed").wait_for(state="detached")
    assert page.locator("#after").bounding_box()["y"] == pytest.approx(after, abs=1)
    assert page.evaluate("window.shift") < 0.001


def test_once_loads_this_frame_and_decides_nothing(shop, world, page, framed, until):
    loaded = framed()
    shop()
    assert loaded == []

    page.get_by_role("button", name="Show once").press("Enter")
    until(lambda: loaded)

    assert world.decisions == []
    assert page.context.cookies() == []
    expect(page.get_by_role("region", name="Cookies and consent")).to_be_visible()


def test_always_grants_the_category_and_leaves_the_rest_open(shop, world, page, framed, until):
    loaded = framed()
    shop()

    page.get_by_role("button", name="Always allow marketing").click()
    until(lambda: loaded and world.decisions)

    assert world.decisions[0]["choices"] == {"marketing": True}
    text = page.get_by_role("region", name="Cookies and consent").inner_text()
    assert "extra features and statistics" in text


def test_a_withdrawal_brings_the_stand_in_back(shop, world, page, framed, until):
    loaded = framed()
    shop()
    page.get_by_role("button", name="Accept all").click()
    until(lambda: loaded)
    expect(page.locator("kapsel-embed")).to_have_count(0)

    page.evaluate("kapsel.withdraw()")
    page.locator("kapsel-embed").wait_for()

    until(lambda: [frame.url for frame in page.frames[1:]] == ["about:blank"])
    page.get_by_role("button", name="Show once").click()
    until(lambda: len(loaded) == 2)


def test_what_was_loaded_once_stays_when_something_else_is_decided(
    shop, world, page, framed, until
):
    loaded = framed()
    shop()
    page.get_by_role("button", name="Show once").click()
    until(lambda: loaded)

    page.evaluate("kapsel.save({statistics: true})")
    until(lambda: world.decisions)

    expect(page.locator("kapsel-embed")).to_have_count(0)
    until(lambda: page.frames[1].url == VIDEO)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://www.youtube.com/embed/x", "YouTube"),
        ("https://player.vimeo.com/video/1", "Vimeo"),
        ("https://www.google.com/maps/embed?pb=1", "Google Maps"),
        ("https://maps.google.no/maps?q=x", "Google Maps"),
        ("https://calendar.google.com/calendar/embed", "Google Calendar"),
        ("https://www.facebook.com/plugins/page.php", "Facebook"),
        ("https://www.instagram.com/p/x/embed", "Instagram"),
        ("https://platform.twitter.com/embed/Tweet.html", "X"),
        ("https://www.tiktok.com/embed/1", "TikTok"),
        ("https://open.spotify.com/embed/track/1", "Spotify"),
        ("https://w.soundcloud.com/player/", "SoundCloud"),
        ("https://www.dailymotion.com/embed/video/x", "Dailymotion"),
        ("https://player.twitch.tv/?channel=x", "Twitch"),
        ("https://www.linkedin.com/embed/feed/x", "LinkedIn"),
        ("https://www.openstreetmap.org/export/embed.html", "OpenStreetMap"),
        ("https://form.typeform.com/to/x", "Typeform"),
        ("https://film.example/embed", "film.example"),
    ],
)
def test_the_stand_in_names_the_service(shop, page, framed, until, address, name):
    loaded = framed("", address)
    shop()
    expect(page.get_by_text(f"This content comes from {name},")).to_be_visible()

    page.get_by_role("button", name="Show once").click()
    until(lambda: loaded)

    expect(page.locator("iframe")).to_have_attribute("title", name)


def test_a_tracking_frame_has_no_stand_in(shop, page, framed):
    framed("title=x width=1 height=1")

    shop()

    expect(page.locator("kapsel-embed")).to_have_count(0)


def test_a_frame_that_fills_a_box_of_its_own_keeps_its_place(shop, page, framed):
    framed("title=x style='position:absolute;inset:0;width:100%;height:100%;border:0'")
    shop()

    frame = page.evaluate(
        """() => {
          const box = document.querySelector('kapsel-embed')
          return [box.offsetLeft, box.offsetTop, box.offsetWidth === innerWidth]
        }"""
    )

    assert frame == [0, 0, True]


def test_axe_finds_nothing_in_a_stand_in(shop, page, framed):
    framed()
    shop()

    assert Axe().run(page).response["violations"] == []


def test_stand_ins_speak_the_language_that_is_set(shop, page, framed):
    framed()
    shop()

    page.evaluate("kapsel.setLanguage('nb')")

    expect(page.get_by_role("button", name="Tillat alltid markedsføring")).to_be_visible()
