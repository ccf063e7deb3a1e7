"""The report for people: a page and Markdown."""

import base64
import hashlib

import msgspec
import pytest

from scanner.changes import diff
from scanner.dossier import Dossier, folder_of
from scanner.model import (
    BannerAnswer,
    Carried,
    Category,
    Kind,
    Moment,
    Press,
    SetBy,
    Signal,
    SignalKind,
    State,
    Visit,
    Writer,
)
from scanner.report.page import html, markdown
from tests.scanner.report.conftest import entry, made

#: A PNG of one pixel.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)


def test_the_page_tells_items_findings_and_the_banner(shop):
    page = html([shop])

    assert "Cookies of shop.example" in page
    assert "klaro, accepted, refused (a known platform, by its buttons)" in page
    assert "Cookies that need consent are set before the visitor has chosen" in page
    assert "set by https://tags.example/ga.js line 1" in page
    assert "otential breach" in page
    assert "400 days (2 years asked for)" in page
    assert "ads.example" in page


def test_who_brought_a_setter_and_what_pages_told_is_there_in_both_forms(shop):
    tag = SetBy(kind="http", url="https://shop.example/?who=kari", line=3)
    later = Writer(kind="script", url="https://shop.example/app.js", line=9, after=1.0)
    ga = msgspec.structs.replace(
        shop.entries[0], initiators=(tag,), later_writers=(later,), written_after=0.25
    )
    pixel = msgspec.structs.replace(
        ga,
        kind=Kind.BEACON,
        name="ads.example/pixel",
        carries=(Carried(name="cid", content="identifier"), Carried(name="em", content="email")),
    )
    read = Signal(
        kind=SignalKind.FINGERPRINTING,
        name="canvas",
        host="ads.example",
        facts={"what": "<b>"},
        by=SetBy(kind="script", url="https://ads.example/fp.js?v=1", line=2),
        states=(State.BEFORE,),
        pages=("https://shop.example/",),
    )
    scan = msgspec.structs.replace(shop, entries=(ga, pixel), signals=(read,))

    for text in (html([scan]), markdown([scan])):
        assert "brought by https://shop.example/ line 3" in text
        assert "then written by https://shop.example/app.js line 9" in text
        assert "identifier (cid), email (em)" in text.replace("\\", "")
        assert "Scripts that read what tells browsers apart" in text
        assert "https://ads.example/fp.js line 2" in text.replace("\\", "")
        assert "who=kari" not in text
        assert "<b>" not in text.replace("<b>1</b>", "").split("canvas")[1]
    assert "after 0.2 s" in html([scan])


def test_names_made_by_strangers_cannot_change_the_page(shop):
    page = html([shop])

    assert "x&lt;&amp;&gt;" in page
    assert "<script" not in page


def test_what_changed_is_told_when_it_is_known(shop):
    older = msgspec.structs.replace(shop, entries=shop.entries[1:])

    page = html([shop], changes={"shop": diff(older.entries, shop.entries)})

    assert "<b>new</b> <code>_ga</code>" in page
    assert "Since the scan before" not in html([shop])
    assert "Nothing is new" in html([shop], changes={"shop": diff(shop.entries, shop.entries)})


def test_a_failed_scan_says_why(failed):
    assert "the name was not found" in html([failed])
    assert "No page could be read: what the site stores is not known." in html([failed])
    assert "Nothing is stored." not in html([failed])


def test_of_a_site_that_lets_nobody_in_it_is_not_known_what_it_stores(shop):
    visits = [
        msgspec.structs.replace(visit, status=401, failure="the server answered HTTP 401")
        for visit in shop.visits
    ]
    walled = msgspec.structs.replace(shop, status="partial", visits=tuple(visits), entries=())

    assert "No page could be read: what the site stores is not known." in html([walled])
    assert "what the site stores is not known" not in html(
        [msgspec.structs.replace(walled, visits=(*visits, shop.visits[0]))]
    )


def test_a_failed_scan_counts_nothing_and_says_of_nobody_what_she_answered(failed, shop):
    for told in ("0</b> critical", "agreed to everything", ">Necessary<"):
        assert told not in html([failed])
    assert "</b> critical" in html([shop])


def test_several_sites_stand_on_one_page(shop, failed):
    assert html([shop, failed]).count("<article") == 2


def test_markdown_takes_names_as_they_are(shop):
    text = markdown([shop])

    assert "# Cookies of shop.example" in text
    assert r"| \_ga | .shop.example | first party |" in text
    assert r"x\<\&\>" in text
    assert "* **critical** `pre-consent-cookie`" in text


def test_the_presses_in_the_banner_are_told_with_their_pictures(shop, tmp_path):
    digest = hashlib.sha256(PNG).hexdigest()
    (tmp_path / f"{digest}.png").write_bytes(PNG)
    presses = (
        Press(
            label="Godta <alt>",
            meaning="accept",
            rule="words",
            picture=digest,
            box=(10, 20, 30, 40),
            state=State.ACCEPT,
        ),
        Press(label="", meaning="reject", rule="autoconsent:klaro", picture="../../etc/passwd"),
    )
    banner = msgspec.structs.replace(shop.banner, presses=presses)
    shop = msgspec.structs.replace(shop, banner=banner)

    page = html([shop], pictures=tmp_path)

    assert "<q>Godta &lt;alt&gt;</q>, taken for accept" in page
    assert page.count('<image href="data:image/png;base64,iVBORw0KGgo') == 1
    assert '<rect class="pressed" x="7" y="17" width="36" height="46"' in page
    assert "<image" not in html([shop])


def test_what_was_seen_before_and_after_an_answer_comes_from_the_evidence_folder(shop, tmp_path):
    dossier = Dossier(folder_of(tmp_path, site=shop.site, started_at=shop.started_at))
    dossier.picture(PNG, state=State.REJECT, moment="arrived", url=shop.url)
    dossier.picture(PNG, state=State.REJECT, moment="answered", url=shop.url)
    shop = msgspec.structs.replace(shop, exhibits=tuple(dossier.exhibits))

    page = html([shop], evidence=tmp_path)

    assert "<h3>reject: the visitor who refused everything that can be refused</h3>" in page
    assert 'aria-label="What the visitor met"' in page
    assert 'aria-label="After the answer"' in page


@pytest.fixture
def shown(page, shop, tmp_path):
    def show(*, scheme="light", width=1000):
        file = tmp_path / "report.html"
        file.write_text(html([shop, shop]), encoding="utf-8")
        page.set_viewport_size({"width": width, "height": 700})
        page.emulate_media(color_scheme=scheme)
        page.goto(file.as_uri())
        return page

    return show


@pytest.mark.parametrize(("scheme", "width"), [("light", 1000), ("dark", 320)])
def test_axe_finds_nothing(shown, scheme, width):
    from axe_playwright_python.sync_playwright import Axe

    results = Axe().run(shown(scheme=scheme, width=width))

    assert results.violations_count == 0, results.generate_report()


def test_nothing_is_loaded_nothing_runs_and_nothing_sticks_out(shown):
    page = shown(width=320)

    assert page.evaluate("document.scripts.length") == 0
    assert page.evaluate("performance.getEntriesByType('resource').length") == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_on_paper_nothing_is_cut_and_no_cell_runs_into_the_next(shown):
    page = shown(width=718)  # A4 without margins, in CSS pixels

    page.emulate_media(media="print")

    cut = page.evaluate(
        """() => [...document.querySelectorAll('th, td, svg')].filter((part) => {
          const range = document.createRange()
          range.selectNodeContents(part)
          const edge = part.localName === 'svg' ? innerWidth : part.getBoundingClientRect().right
          const words = part.localName === 'svg' ? part : range
          return words.getBoundingClientRect().right > edge + 1
        }).map((part) => part.textContent)"""
    )
    assert cut == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 718
    sizes = page.evaluate(
        """() => ['p:not(.quiet)', 'p.quiet, td .quiet', '.items td'].map((parts) =>
          parseFloat(getComputedStyle(document.querySelector(parts)).fontSize))"""
    )
    assert sizes[0] > sizes[1]
    assert sizes[0] > sizes[2]


def test_the_picture_has_a_name_and_a_table_that_says_the_same(shown):
    page = shown()

    picture = page.get_by_role("img").first
    assert "Setters: 3. Domains: 1." in picture.locator("title").text_content()
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="tags.example"))
    assert "_ga" in row.first.text_content()


def test_the_page_says_in_words_who_came_and_what_could_not_be_read(shop):
    visits = tuple(
        Visit(url=url, final_url=url, state=state, status=200, failure=failure)
        for state in (State.BEFORE, State.REJECT)
        for url, failure in (("https://shop.example/", None), ("https://shop.example/x", "gone"))
    )

    page = html([msgspec.structs.replace(shop, visits=visits)])

    assert "refused everything that can be refused" in page
    assert "2 visitors, each with a fresh browser" in page
    assert '<li>https://shop.example/x (before, reject): <span lang="en">gone</span></li>' in page
    assert page.count("gone</span></li>") == 1


def test_the_page_does_not_say_that_what_nobody_sorted_is_blocked(shop):
    unknown = msgspec.structs.replace(shop.entries[0], category=Category.UNCLASSIFIED)

    page = html([msgspec.structs.replace(shop, entries=(unknown,))])

    assert "Whether they need consent is open." in page
    assert "stay blocked" not in page


def test_a_header_that_is_missing_is_told_in_words(shop):
    missing = Signal(
        kind=SignalKind.SECURITY_HEADER,
        name="strict-transport-security",
        host="shop.example",
        facts={"sent": "no"},
        states=(State.BEFORE,),
    )

    scan = msgspec.structs.replace(shop, signals=(missing,))

    assert "not sent" in html([scan])
    assert "not sent" in markdown([scan])


@pytest.mark.parametrize(
    ("banner", "words"),
    [
        (BannerAnswer(found=True, rejected=True), "refused everything that can be refused</td>"),
        (BannerAnswer(found=True, rejected=False), "can be refused; tried in vain"),
        (BannerAnswer(found=True), "can be refused; it is not sure"),
        (BannerAnswer(found=False), "can be refused; no banner was there"),
    ],
)
def test_the_page_says_no_more_of_an_answer_than_was_seen(shop, banner, words):
    visit = Visit(url=shop.url, final_url=shop.url, state=State.REJECT, status=200)

    assert words in html([msgspec.structs.replace(shop, banner=banner, visits=(visit,))])


def test_when_an_item_was_written_is_told_only_where_it_is_known():
    unknown = html([made(entry(moment=None))])
    late = html([made(entry(moment=Moment.SCROLL))])

    assert ", only after scrolling" in late
    assert ", None" not in unknown
