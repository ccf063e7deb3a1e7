import asyncio

import pytest
from structlog.testing import capture_logs

from consent_server.demo.loopback import serve
from scanner.browser import open_browser
from scanner.crawl import Options, crawl
from scanner.model import Fate, Kind, Site, State
from scanner.resolve import Resolution
from tests.sites.paths import Answer, Host, script

pytestmark = pytest.mark.anyio

SHOP = "https://www.shop.example/"


def inline(code):
    """A page with one script in it."""
    return f"<script>{code}</script>"


async def test_cookies_of_headers_have_their_party_their_lifetimes_and_their_response(look):
    shop = Host(
        {
            "/": Answer(
                "<img src=/pixel><img src=https://ads.tracker.example/pixel>",
                cookies=(
                    "session=1; HttpOnly; SameSite=Lax",
                    "hour=1; Max-Age=3600",
                    "years=1; Domain=shop.example; Max-Age=63072000; Secure",
                    "foreign=1; Domain=other.example",
                    "blåbær=1",
                    "søt=1; Domain=other.example",
                ),
            ),
            "/pixel": Answer(status=302, headers={"location": "/dot"}, cookies=("hop=1",)),
            "/dot": Answer(cookies=("dot=1; Path=/dot",)),
        }
    )
    tracker = Host({"/pixel": Answer(cookies=("id=1; Secure; SameSite=None; Max-Age=60", "lax=1"))})

    found = await look({"www.shop.example": shop, "ads.tracker.example": tracker})

    cookies = found.cookies()
    assert found.crawl.status == "complete"
    names = {"session", "hour", "years", "foreign", "hop", "dot", "id", "lax", "blåbær", "søt"}
    assert cookies.keys() == names
    assert (cookies["blåbær"].fate, cookies["søt"].fate) == (Fate.KEPT, Fate.REFUSED)
    assert found.setter("blåbær") == ("http", SHOP, None)
    assert (cookies["session"].lifetime, cookies["session"].http_only) == (None, True)
    assert cookies["session"].same_site == "Lax"
    assert (cookies["hour"].lifetime, cookies["hour"].declared_lifetime) == (3600, 3600)
    assert cookies["years"].domain == ".shop.example"
    assert (cookies["years"].lifetime, cookies["years"].declared_lifetime) == (34560000, 63072000)
    assert cookies["foreign"].fate is Fate.REFUSED
    assert (cookies["lax"].fate, cookies["lax"].domain) == (Fate.REFUSED, "ads.tracker.example")
    assert cookies["dot"].path == "/dot"
    assert found.setter("hop") == ("http", SHOP + "pixel", None)
    assert found.setter("id") == ("http", "https://ads.tracker.example/pixel", None)
    assert list(found.of(Kind.REQUEST)) == ["ads.tracker.example"]


async def test_cookies_of_scripts_are_put_down_to_the_code_that_asked(look):
    page = """<script src=/js.cookie.min.js></script><script src=/app.js></script>
<script async src=https://cdn.tracker.example/tag.js></script><script type=module src=m.js></script>
<script>
document.cookie = "inline=1; max-age=7200";
document.cookie = "moment=1"; document.cookie = "moment=; max-age=0";
document.cookie = "nowhere=1; domain=example";
setTimeout(() => { document.cookie = "late=1"; }, 2000);
eval("document.cookie = 'made=1'");
cookieStore.set("modern", "1");
</script>"""
    shop = Host(
        {
            "/": page,
            "/js.cookie.min.js": script(
                "Cookies = {set(n, v) { document.cookie = n + '=' + v + '; expires=' + "
                "new Date(Date.now() + 365 * 864e5).toUTCString(); }};"
            ),
            "/app.js": script("\n\nCookies.set('library', 1);"),
            "/m.js": script("\nawait null; document.cookie = 'module=1';"),
        }
    )
    tag = "document.cookie = '_t=1; domain=shop.example; path=/; max-age=63072000';"
    tracker = Host({"/tag.js": script(tag)})

    found = await look({"www.shop.example": shop, "cdn.tracker.example": tracker})

    cookies = found.cookies()
    assert found.setter("inline") == ("script", SHOP, 4)
    assert found.setter("late") == ("script", SHOP, 7)
    assert found.setter("made") == ("script", SHOP, 8)
    assert found.setter("modern") == ("script", SHOP, 9)
    assert found.setter("library") == ("script", SHOP + "app.js", 3)
    assert found.setter("module") == ("script", SHOP + "m.js", 2)
    assert found.setter("_t") == ("script", "https://cdn.tracker.example/tag.js", 1)
    assert (cookies["library"].lifetime, cookies["library"].declared_lifetime) == (
        31536000,
        31536000,
    )
    assert cookies["_t"].lifetime == 34560000
    assert cookies["moment"].fate is Fate.GONE
    assert cookies["nowhere"].fate is Fate.REFUSED
    assert "very" not in repr(found.observations)


async def test_who_calls_a_library_of_any_name_is_told_from_it_by_their_texts(look):
    stores = "function keep(n, v) { document.cookie = n + '=' + v; localStorage.setItem(n, v); }"
    shop = Host(
        {
            "/": """<script src=/tools.js></script><script src=/app.js></script>
<script src=/bundle.js></script><script>keep("inline", 1)</script>
<script src=https://cdn.tracker.example/set-up.js></script>
<script>track({name: "configured"})</script>
<script src=https://cdn.tracker.example/tag.js></script>""",
            "/tools.js": script(stores + "keep('tools', 1)"),
            "/app.js": script("\nkeep('app', 1)"),
            "/bundle.js": script(
                "window.shop = {keep(n) { document.cookie = n + '=1' }}; fetch('/basket');"
                "shop.keep('basket')"
            ),
        }
    )
    track = "function track(o) { document.cookie = o.name + '=1'; navigator.sendBeacon('/t'); }"
    tag = "\n\nshop.keep('_t'); keep('_u', 1);"
    tracker = Host({"/tag.js": script(tag), "/set-up.js": script(track)})

    found = await look({"www.shop.example": shop, "cdn.tracker.example": tracker})

    vendor = "https://cdn.tracker.example/"
    assert found.setter("tools") == ("script", SHOP + "tools.js", 1)
    assert found.setter("app") == ("script", SHOP + "app.js", 2)
    assert found.setter("inline") == ("script", SHOP, 2)
    assert found.setter("basket") == ("script", SHOP + "bundle.js", 1)
    assert found.setter("_t") == ("script", vendor + "tag.js", 3)
    assert found.setter("_u") == ("script", vendor + "tag.js", 3)
    assert found.setter("configured") == ("script", vendor + "set-up.js", 1)
    stored = found.of(Kind.LOCAL_STORAGE)
    assert {name: stored[name].set_by.url for name in ("app", "_u")} == {
        "app": SHOP + "app.js",
        "_u": vendor + "tag.js",
    }


async def test_who_has_a_library_open_a_database_later_is_found_by_the_name(look):
    library = (
        "const when = []; "
        "function base(name) { when.push(name); requestIdleCallback(run); }"
        "function run() { for (const name of when.splice(0)) indexedDB.open(name); }"
        "base('own');"
    )
    shop = Host(
        {
            "/": "".join(f"<script src=/{name}.js></script>" for name in ("db", "app", "b")),
            "/db.js": script(library),
            "/app.js": script("\n\nbase('orders'); base('both');"),
            "/b.js": script("base('both')"),
        }
    )

    found = await look({"www.shop.example": shop})

    assert found.setter("orders", Kind.INDEXED_DB) == ("script", SHOP + "app.js", 3)
    assert found.setter("own", Kind.INDEXED_DB)[1] == SHOP + "db.js"
    assert found.setter("both", Kind.INDEXED_DB)[1] == SHOP + "db.js"


async def test_who_has_a_library_write_later_is_found_by_the_name(look):
    library = (
        "const when = {}; const store = (n, v) => { when[n] = v; };"
        "setTimeout(() => { for (const n in when) localStorage.setItem('kept:' + n, when[n]);"
        "document.cookie = 'own=1' }, 30);"
    )
    shop = Host(
        {
            "/": "".join(f"<script src=/{name}.js></script>" for name in ("keep", "app", "b")),
            "/keep.js": script(library),
            "/app.js": script("\nstore('basket', 1); store('both', 1);"),
            "/b.js": script("store('both', 2)"),
        }
    )

    found = await look({"www.shop.example": shop})

    assert found.setter("kept:basket", Kind.LOCAL_STORAGE) == ("script", SHOP + "app.js", 2)
    assert found.setter("kept:both", Kind.LOCAL_STORAGE)[1] == SHOP + "keep.js"
    assert found.setter("own")[1] == SHOP + "keep.js"


MADE = r"""
setTimeout(() => { document.cookie = 'timer=1' }, 10);
(async () => { await fetch('/x').catch(() => 0); document.cookie = 'awaited=1' })();
setTimeout(new Function("document.cookie = 'function=1'"), 20);
const inline = document.createElement('script');
inline.textContent = "document.cookie='inline=1'; setTimeout(() => document.cookie='later=1', 9)";
document.head.append(inline);
const blob = document.createElement('script');
blob.src = URL.createObjectURL(new Blob(["document.cookie = 'blob=1'"], {type: 'text/javascript'}));
document.head.append(blob);
const data = document.createElement('script');
data.src = "data:text/javascript,document.cookie = 'data=1'";
document.head.append(data);
document.write("<script>document.cookie = 'written=1'<\/script>");
const frame = document.createElement('iframe');
document.documentElement.append(frame);
frame.contentDocument.cookie = 'frame=1';
Object.getOwnPropertyDescriptor(Document.prototype, 'cookie').set.call(document, 'native=1');
addEventListener('load', () => { document.cookie = 'event=1' });
"""


async def test_code_that_a_script_made_is_put_down_to_the_script(look):
    shop = Host({"/": "<p><script src=https://cdn.tracker.example/tag.js></script>"})

    found = await look(
        {"www.shop.example": shop, "cdn.tracker.example": Host({"/tag.js": script(MADE)})}
    )

    lines = {name: found.setter(name)[2] for name in found.cookies()}
    assert {found.setter(name)[1] for name in lines} == {"https://cdn.tracker.example/tag.js"}
    assert lines == {
        "timer": 2,
        "awaited": 3,
        "function": 4,
        "inline": 7,
        "later": 7,
        "blob": 10,
        "data": 13,
        "written": 14,
        "frame": 17,
        "native": 18,
        "event": 19,
    }


async def test_frames_workers_service_workers_sockets_and_beacons_are_heard(look):
    page = """<iframe src="https://chat.tracker.example/frame"></iframe><script>
new Worker("/worker.js"); navigator.serviceWorker.register("/sw.js");
new WebSocket("wss://www.shop.example/socket");
addEventListener("pagehide", () => navigator.sendBeacon("/beacon"));
</script>"""
    frame = """<script>document.cookie = "framed=1; SameSite=None; Secure; Partitioned";
localStorage.setItem("framed", "1");</script>"""
    shop = Host(
        {
            "/": page,
            "/worker.js": script("fetch('/by-worker')"),
            "/sw.js": script("fetch('/by-sw'); cookieStore.set('sw_store', '1');"),
            **{f"/{name}": Answer(cookies=(f"{name}=1",)) for name in ("by-worker", "by-sw")},
            "/beacon": Answer(cookies=("beacon=1",)),
        }
    )
    chat = Host({"/frame": frame})

    found = await look({"www.shop.example": shop, "chat.tracker.example": chat})

    frame_url = "https://chat.tracker.example/frame"
    assert found.setter("by-worker") == ("http", SHOP + "by-worker", None)
    assert found.setter("by-sw") == ("http", SHOP + "by-sw", None)
    assert found.setter("sw_store") == ("script", SHOP + "sw.js", 1)
    assert found.setter("beacon") == ("http", SHOP + "beacon", None)
    assert found.setter("socket") == ("http", "wss://www.shop.example/socket", None)
    assert found.setter("framed") == ("script", frame_url, 1)
    assert found.cookies()["framed"].partitioned
    assert found.setter("framed", Kind.LOCAL_STORAGE) == ("script", frame_url, 2)
    assert list(found.of(Kind.SERVICE_WORKER)) == [SHOP]


async def test_all_web_storage_is_named_but_never_its_content(look):
    page = """<script>
localStorage.setItem("written", "very-secret"); localStorage.assigned = "very-secret";
sessionStorage.setItem("session", "very-secret");
indexedDB.open("database"); caches.open("cache");
</script>"""

    found = await look({"www.shop.example": Host({"/": page})})

    assert found.of(Kind.LOCAL_STORAGE).keys() == {"written", "assigned"}
    assert found.of(Kind.SESSION_STORAGE).keys() == {"session"}
    assert found.of(Kind.INDEXED_DB).keys() == {"database"}
    assert found.of(Kind.CACHE_STORAGE).keys() == {"cache"}
    assert found.setter("written", Kind.LOCAL_STORAGE) == ("script", SHOP, 2)
    assert found.of(Kind.LOCAL_STORAGE)["written"].value_shape.length == 11
    assert "very-secret" not in repr(found.crawl)


async def test_who_stores_very_much_is_told_of_the_last_item_as_of_the_first(look):
    page = """<script>
for (let i = 0; i < 1600; i += 1) localStorage.setItem("many" + i, "x");
</script>"""

    found = await look({"www.shop.example": Host({"/": page})})

    many = [f"many{i}" for i in range(1600)]
    assert found.of(Kind.LOCAL_STORAGE).keys() == set(many)
    assert {found.setter(name, Kind.LOCAL_STORAGE) for name in many} == {("script", SHOP, 2)}


async def test_a_site_without_cookies_has_none(look):
    found = await look({"www.shop.example": Host({"/": "<p>Hei <a href=/om>om</a>", "/om": "Om"})})

    assert found.observations == []
    assert found.crawl.status == "complete"
    assert [visit.url for visit in found.visits] == [SHOP, SHOP + "om"]


async def test_nothing_is_visited_that_robots_txt_forbids(look):
    shop = Host(
        {
            "/": "".join(f"<a href=/{p}>x</a>" for p in ("secret/a", "redirect", "jump", "ok")),
            "/robots.txt": "User-agent: *\nDisallow: /secret\nSitemap: https://www.shop.example/m.xml",
            "/m.xml": f"<urlset><url><loc>{SHOP}secret/b</loc></url>"
            f"<url><loc>{SHOP}listed</loc></url></urlset>",
            "/redirect": Answer(status=302, headers={"location": "/secret/c"}),
            "/jump": "<script>location = '/secret/d'</script>jump",
            "/listed": "listed",
            "/ok": "ok",
        }
    )

    found = await look({"www.shop.example": shop})

    assert not [path for path in shop.paths if path.startswith("/secret")]
    assert {"/redirect", "/jump", "/ok", "/listed"} <= set(shop.paths)
    assert found.crawl.status == "complete"
    (barred,) = [visit for visit in found.visits if visit.failure]
    assert (barred.url, barred.failure) == (SHOP + "redirect", "robots.txt forbids it")


async def test_an_owner_may_ignore_robots_txt(look):
    shop = Host({"/": "hei", "/robots.txt": "User-agent: *\nDisallow: /"})

    forbidden = await look({"www.shop.example": shop})
    scanned = await look({"www.shop.example": shop}, ignore_robots=True)

    assert (forbidden.crawl.status, forbidden.visits[0].status) == ("failed", None)
    assert scanned.crawl.status == "complete"


async def test_a_page_that_fails_is_a_visit_with_its_failure(look):
    links = "missing broken file off unknown circle"
    shop = Host(
        {
            "/": "".join(f"<a href=/{link}>x</a>" for link in links.split()),
            "/broken": Answer("oh", status=500, cookies=("broken=1",)),
            "/file": Answer(
                "PK", kind="application/zip", headers={"content-disposition": "attachment"}
            ),
            "/off": Answer(status=302, headers={"location": "https://ads.tracker.example/"}),
            "/unknown": Answer(status=302, headers={"location": "https://no.shop.example:1/"}),
            "/circle": Answer(status=302, headers={"location": "/circle"}),
        }
    )
    tracker = Host({"/": "an advertisement"})

    found = await look({"www.shop.example": shop, "ads.tracker.example": tracker})

    told = {visit.url.removeprefix(SHOP): visit.failure for visit in found.visits}
    assert told[""] is None
    assert told["missing"] == "the server answered HTTP 404"
    assert told["broken"] == "the server answered HTTP 500"
    assert told["file"] == "it is a download, not a page"
    assert told["off"] == "it leads to another site (ads.tracker.example)"
    assert "ERR_TOO_MANY_REDIRECTS" in told["circle"]
    assert "robots.txt could not be read" in told["unknown"]
    assert found.crawl.status == "partial"
    assert "broken" in found.cookies()
    assert tracker.asked == []


async def test_a_start_page_that_cannot_be_reached_fails_the_crawl(look):
    found = await look({"x.example": Host({})}, url="https://www.shop.example:1/")

    assert found.crawl.status == "failed"
    assert len(found.visits) == 1
    assert found.visits[0].failure


@pytest.mark.parametrize("status", [404, 500])
async def test_a_start_page_that_is_not_there_leaves_the_crawl_incomplete(look, status):
    shop = Host({"/": Answer("<a href=/more>x</a>", status=status), "/more": "more"})

    found = await look({"www.shop.example": shop})

    assert found.crawl.status == "partial"
    assert found.visits[0].failure == f"the server answered HTTP {status}"


async def test_a_start_page_may_lead_to_the_sites_new_domain(look):
    old = Host({"/": Answer(status=301, headers={"location": "https://www.new.example/"})})
    new = Host({"/": "<a href=/om>om</a>", "/om": Answer("om", cookies=("new=1",))})

    found = await look({"www.shop.example": old, "www.new.example": new})

    assert [visit.final_url for visit in found.visits] == [
        "https://www.new.example/",
        "https://www.new.example/om",
    ]
    assert "new" in found.cookies()


async def test_after_an_answer_only_what_was_written_since_and_what_is_left_counts(look, answers):
    page = """<button id=accept onclick="document.cookie='choice=yes; max-age=600'">Ja</button>
<button id=reject onclick="document.cookie='choice=no; max-age=600';
document.cookie='early=; max-age=0'">Nei</button><a href=/two>2</a><script>
if (!document.cookie.includes('choice')) document.cookie='early=1';
if (document.cookie.includes('choice=yes')) document.cookie='_ga=1';
document.cookie='moment=1'; document.cookie='moment=; max-age=0';
</script>"""
    shop = Host({"/": Answer(page, cookies=("session=1",)), "/two": Answer(cookies=("two=1",))})

    found = await look(
        {"www.shop.example": shop}, states=(State.BEFORE, State.ACCEPT, State.REJECT)
    )

    assert found.cookies(State.BEFORE).keys() == {"early", "moment", "session", "two"}
    assert found.cookies(State.ACCEPT).keys() == {
        "choice",
        "early",
        "_ga",
        "moment",
        "session",
        "two",
    }
    assert found.cookies(State.REJECT).keys() == {"choice", "moment", "session", "two"}
    assert found.crawl.banner.found
    assert found.crawl.banner.accepted
    assert found.crawl.banner.rejected
    assert [v.url for v in found.visits if v.state is State.REJECT] == [SHOP, SHOP + "two"]


async def test_withdrawing_comes_after_accepting(look, answers):
    page = """<button id=accept onclick="document.cookie='choice=yes'">Ja</button>
<button id=withdraw onclick="document.cookie='choice=; max-age=0';
document.cookie='taken_back=1'">Angre</button>"""

    found = await look({"www.shop.example": Host({"/": page})}, states=(State.WITHDRAW,))

    assert found.cookies().keys() == {"taken_back"}
    assert (found.crawl.banner.accepted, found.crawl.banner.withdrawn) == (True, True)


async def test_a_state_for_which_there_is_no_banner_is_visited_once_and_credited_nothing(
    look, answers
):
    shop = Host({"/": Answer("<a href=/two>2</a>", cookies=("a=1",)), "/two": "two"})

    found = await look({"www.shop.example": shop}, states=(State.REJECT,))

    assert [visit.url for visit in found.visits] == [SHOP]
    assert found.observations == []
    assert found.crawl.banner.found is False


async def test_the_signal_of_privacy_control_is_sent_and_told_to_scripts(look):
    page = "<script>if (navigator.globalPrivacyControl) document.cookie = 'gpc=1'</script>"
    promise = Answer('{"gpc": true, "lastUpdate": "2026-11-22"}', kind="application/json")
    shop = Host({"/": page + "<img src=/pixel>", "/pixel": "", "/.well-known/gpc.json": promise})

    found = await look({"www.shop.example": shop}, states=(State.BEFORE, State.GPC))

    told = {s.name: s for r in found.crawl.reads for s in r.signals if s.kind == "privacy_control"}
    assert told["well-known"].facts == {"honoured": "yes"}
    assert told["well-known"].states == (State.GPC,)

    assert found.cookies(State.GPC).keys() == {"gpc"}
    assert found.cookies(State.BEFORE) == {}
    signals = {headers.get("sec-gpc") for path, headers in shop.asked if path == "/pixel"}
    assert signals == {None, "1"}


async def test_it_looks_like_a_persons_browser(look):
    page = """<script>
document.cookie = 'ok=1; path=/' + (navigator.webdriver || /Headless/.test(navigator.userAgent +
JSON.stringify(navigator.userAgentData)) || navigator.language !== 'sv-SE' || innerWidth !== 1366 ||
Intl.DateTimeFormat().resolvedOptions().timeZone !== 'Europe/Oslo' ? 'robot' : '');
</script>"""
    shop = Host({"/": page})

    found = await look({"www.shop.example": shop}, site={"languages": ("sv",)}.items())

    assert found.cookies()["ok"].path == "/"
    (_, headers) = next(asked for asked in shop.asked if asked[0] == "/")
    assert headers["accept-language"].startswith("sv-SE,sv;q=0.9")
    assert "Headless" not in headers["user-agent"] + headers["sec-ch-ua"]
    assert '"Google Chrome"' in headers["sec-ch-ua"]


async def test_pages_are_bounded_and_the_same_each_time(look):
    answers = {f"/p{n}": f"<a href=/p{n + 1}>x</a><a href=/p{n + 2}>x</a>" for n in range(30)}
    shop = Host({"/": "<a href=/p1>x</a>", **answers})

    one = await look({"www.shop.example": shop}, max_pages=6)
    other = await look({"www.shop.example": shop}, max_pages=6)

    assert [visit.url for visit in one.visits] == [visit.url for visit in other.visits]
    assert len(one.visits) == 6


async def test_real_time_finds_the_same(look):
    page = "<script>setTimeout(() => { document.cookie = 'late=1' }, 2000)</script>"

    found = await look({"www.shop.example": Host({"/": page})}, settle="real")

    assert found.setter("late") == ("script", SHOP, 1)


async def test_a_crawl_that_is_stopped_ends_at_once_with_what_was_found():
    shop = Host({"/": Answer("<a href=/a>a</a><a href=/b>b</a>", cookies=("a=1",)), "/a": "a"})
    stop = asyncio.Event()

    with serve({"www.shop.example": shop}) as server:
        resolution = Resolution.parse(server.resolve)
        async with open_browser(resolution=resolution, insecure=True) as browser:
            crawled = await crawl(
                Site(key="shop", url=SHOP),
                options=Options(states=(State.BEFORE, State.ACCEPT)),
                browser=browser,
                progress=lambda _: stop.set(),
                stop=stop,
            )

    assert crawled.status == "partial"
    assert [read.visit.url for read in crawled.reads] == [SHOP]
    assert [o.name for o in crawled.reads[0].observations] == ["a"]


async def test_a_tab_waits_for_the_blank_page_before_it_goes_on(look):
    # A page that still sends something when it is left keeps the tab busy for a moment.
    body = inline(
        "addEventListener('pagehide', () => navigator.sendBeacon('/seen', 'x'));"
        "addEventListener('beforeunload', () => fetch('/seen', {method: 'POST', keepalive: true}));"
        "document.cookie = 'here' + location.pathname.slice(1) + '=1; path=/'"
    )
    links = "".join(f"<a href=/p{number}>{number}</a>" for number in range(12))
    pages = {f"/p{number}": Answer(body) for number in range(12)}
    shop = Host({"/": Answer(links), "/seen": Answer(), **pages})

    with capture_logs() as logs:
        found = await look({"www.shop.example": shop})

    assert found.cookies().keys() == {f"herep{number}" for number in range(12)}
    assert found.crawl.status == "complete"
    assert [log["event"] for log in logs if "stuck" in log["event"]] == []


async def test_what_waits_for_a_database_before_it_asks_is_still_seen(look):
    body = inline(
        "const open = indexedDB.open('first');"
        "open.onsuccess = () => fetch('/config').then(() => {"
        "  const next = indexedDB.open('second');"
        "  next.onsuccess = () => fetch('/more').then(() => { document.cookie = 'last=1'; });"
        "});"
    )
    shop = Host({"/": Answer(body), "/config": Answer(), "/more": Answer()})

    found = await look({"www.shop.example": shop})

    assert "last" in found.cookies()


async def test_routes_and_rendered_links_are_pages_and_a_canonical_page_is_read_once(look):
    app = """<body><script>
        if (location.pathname === '/') history.pushState(null, '', '/hjem');
        const links = document.body.appendChild(document.createElement('div'));
        links.attachShadow({mode: 'open'}).innerHTML = '<a href="/skygge">x</a>';
        setTimeout(() => { document.body.append(Object.assign(document.createElement('a'),
          {href: '/sent'})); }, 1000);
        </script><a href="/#/rute">x</a><a href="/vare?farge=1">x</a>"""
    variant = "<link rel=canonical href=/vare><a href=/vare>x</a>"
    shop = Host(
        {**dict.fromkeys(("/", "/hjem", "/skygge", "/sent", "/vare"), app), "/vare": variant}
    )

    found = await look({"www.shop.example": shop})

    visited = sorted(visit.url.removeprefix(SHOP) for visit in found.visits)
    assert visited == ["", "#/rute", "hjem", "sent", "skygge", "vare?farge=1"]
