"""A website that stores things in every way that a browser knows, and has traps for crawlers.

Each page is there for one way; `COOKIES` and the other names at the end say what is true.
"""

import datetime as dt
from pathlib import Path
from typing import Literal, NamedTuple

import anyio
from starlette.applications import Starlette
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route

FILES = Path(__file__).parent / "files"

SHOP = "www.kronglete.example"
ELSEWHERE = "skript.nabolag.example"
FRAME = "ramme.nabolag.example"
ADS_ONE = "pixel.annonsor.example"
ADS_TWO = "sync.megler.example"

YEAR = 365 * 24 * 60 * 60  # seconds

HTML = '<!doctype html><html lang="nb"><meta charset="utf-8"><title>{0}</title>{1}</html>'


def cookie(response, line):
    """Let *response* carry the header ``Set-Cookie: line``, however odd."""
    response.raw_headers.append((b"set-cookie", line.encode("latin-1")))
    return response


def sets(*lines, body="", status=200):
    """A page whose response sets cookies."""

    async def endpoint(request):
        response = HTMLResponse(HTML.format(request.url.path, body), status_code=status)
        for line in lines:
            cookie(response, line)
        return response

    return endpoint


def file(name, *lines):
    async def endpoint(request):
        response = FileResponse(FILES / name)
        for line in lines:
            cookie(response, line)
        return response

    return endpoint


def answers(*lines, **cors):
    """An empty answer that sets cookies: for images, fetches and beacons."""

    async def endpoint(request):
        response = Response(status_code=204)
        for line in lines:
            cookie(response, line)
        return response

    return endpoint


async def calendar(request):
    day = int(request.query_params.get("dag", "0"))
    links = f'<a href="/kalender?dag={day + 1}">Neste</a>'
    return HTMLResponse(HTML.format("Kalender", links))


async def endless(request):
    async def drip():
        yield b"<!doctype html><html lang=nb><title>Uten ende</title>"
        while True:
            await anyio.sleep(0.5)
            yield b"<!-- -->"

    response = StreamingResponse(drip(), media_type="text/html")
    return cookie(response, "on_endless=1; Path=/")


async def logout(request):
    return cookie(PlainTextResponse("Du er logget ut"), "logged_out=1; Path=/")


def shop():
    """The site itself."""

    async def front(request):
        links = "".join(f'<li><a href="{path}">{path}</a></li>' for path in LINKED)
        traps = FILES.joinpath("traps.html").read_text(encoding="utf-8")
        return HTMLResponse(HTML.format("Kronglete", f"<ul>{links}</ul>{traps}"))

    async def robots(request):
        return PlainTextResponse(
            "User-agent: *\nDisallow: /hemmelig\nDisallow: /logg-ut\n"
            f"Sitemap: https://{SHOP}/kart.xml\n"
        )

    async def sitemap(request):
        urls = f"<url><loc>https://{SHOP}/bare-i-kartet</loc></url>"
        return Response(
            f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>',
            media_type="application/xml",
        )

    async def redirect(request):
        return cookie(RedirectResponse("/landet", 302), "via_redirect=1; Path=/")

    async def expires(request):
        then = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=YEAR)
        plain = f"{then:%a, %d %b %Y %H:%M:%S} GMT"
        response = HTMLResponse(HTML.format("Datoer", ""))
        cookie(response, f"rfc_date=1; Path=/; Expires={plain}")
        cookie(response, f"dashed_date=1; Path=/; Expires={then:%A, %d-%b-%y %H:%M:%S} GMT")
        cookie(response, f"age_wins=1; Path=/; Max-Age=3600; Expires={plain}")
        cookie(response, "no_date=1; Path=/; Expires=soon")
        return cookie(response, "three_years=1; Path=/; Max-Age=94608000")

    routes = {
        "/": front,
        "/robots.txt": robots,
        "/kart.xml": sitemap,
        "/omdirigering": redirect,
        "/landet": sets(),
        "/datoer": expires,
        "/sent": file("late.html"),
        "/api/sent": answers("late_fetch=1; Path=/; Max-Age=600"),
        "/lager": file("store.html"),
        "/arbeider": file("worker.html"),
        "/arbeider.js": file("worker.js"),
        "/api/arbeider": answers("worker_fetch=1; Path=/"),
        "/tjener": file("service.html"),
        "/tjener.js": file("service.js"),
        "/api/tjener": answers("service_fetch=1; Path=/"),
        "/farvel": file("farewell.html"),
        "/api/farvel": answers("beacon_cookie=1; Path=/"),
        "/srcdoc": file("srcdoc.html"),
        "/ramme": file("frame.html"),
        "/fremmed": file("foreign.html"),
        "/piksel": file("pixel.html"),
        "/a/side": sets("two_paths=1; Path=/a", body='<a href="/b/side">b</a>'),
        "/b/side": sets("two_paths=1; Path=/b; Max-Age=600"),
        "/nektet": file(
            "refused.html",
            "foreign_domain=1; Domain=annonsor.example; Path=/",
            "__Host-broken=1; Path=/; Secure; Domain=kronglete.example",
            "__Host-kept=1; Path=/; Secure",
        ),
        "/flyktig": file("fleeting.html", "short_lived=1; Path=/; Max-Age=1"),
        "/rulle": file("scroll.html"),
        "/stil": sets(body='<link rel="stylesheet" href="/stil.css"><p class="b">Stil</p>'),
        "/stil.css": file("style.css"),
        "/bakgrunn.png": answers("css_image=1; Path=/"),
        "/rart": sets("odd!name#$=1; Path=/", 'quoted="a b"; Path=/', "spaced = 1 ; path = /"),
        "/feil": sets("on_error=1; Path=/", status=500),
        "/finnes-ikke": sets("on_missing=1; Path=/", status=404),
        "/evig-lasting": endless,
        "/sloyfe": file("busy.html", "on_busy=1; Path=/"),
        "/dialog": file("dialog.html"),
        "/rundt": lambda request: RedirectResponse("/rundt", 302),
        "/kalender": calendar,
        "/logg-ut": logout,
        "/hemmelig": sets("forbidden=1; Path=/"),
        "/bare-i-kartet": sets("only_in_sitemap=1; Path=/"),
        "/hefte.pdf": answers("in_pdf=1; Path=/"),
    }
    return Starlette(
        routes=[
            Route(path, _async(endpoint), methods=["GET", "POST"])
            for path, endpoint in routes.items()
        ]
    )


def _async(endpoint):
    import inspect

    if inspect.iscoroutinefunction(endpoint):
        return endpoint

    async def called(request):
        return endpoint(request)

    return called


def apps():
    """All hosts, by name."""
    third = "SameSite=None; Secure; Path=/"
    return {
        SHOP: shop(),
        ELSEWHERE: Starlette(routes=[Route("/s.js", file("third.js"))]),
        FRAME: Starlette(
            routes=[
                Route(
                    "/",
                    file(
                        "framed.html",
                        f"frame_http=1; {third}",
                        f"chips=1; {third}; Partitioned; Max-Age=600",
                    ),
                ),
                Route("/framed.js", file("framed.js")),
            ]
        ),
        ADS_ONE: Starlette(
            routes=[
                Route(
                    "/p.gif",
                    lambda request: cookie(
                        cookie(
                            RedirectResponse(f"https://{ADS_TWO}/sync.gif?uid=1", 302),
                            f"sync_one=1; {third}; Max-Age={YEAR}",
                        ),
                        "lax_refused=1; SameSite=Lax; Path=/",
                    ),
                )
            ]
        ),
        ADS_TWO: Starlette(
            routes=[Route("/sync.gif", answers(f"sync_two=1; {third}; Max-Age={YEAR}"))]
        ),
    }


class Truth(NamedTuple):
    """One cookie, and what must be said of it."""

    name: str
    domain: str
    declared: float | None
    setter: Literal["http", "script"]
    setter_url: str | None  # None: cannot be told, or not to be relied on
    path: str = "/"
    party: Literal["first", "third"] = "first"
    partitioned: bool = False


_S = f"https://{SHOP}"

COOKIES = (
    Truth("via_redirect", SHOP, None, "http", f"{_S}/omdirigering"),
    Truth("rfc_date", SHOP, YEAR, "http", f"{_S}/datoer"),
    Truth("dashed_date", SHOP, YEAR, "http", f"{_S}/datoer"),
    Truth("age_wins", SHOP, 3600, "http", f"{_S}/datoer"),
    Truth("no_date", SHOP, None, "http", f"{_S}/datoer"),
    Truth("three_years", SHOP, 3 * YEAR, "http", f"{_S}/datoer"),
    Truth("late_fetch", SHOP, 600, "http", f"{_S}/api/sent"),
    Truth("late_timer", SHOP, 600, "script", f"{_S}/sent"),
    Truth("store_cookie", SHOP, 3600, "script", f"{_S}/lager"),
    Truth("by_eval", SHOP, None, "script", f"{_S}/lager"),
    Truth("by_blank_frame", SHOP, None, "script", f"{_S}/lager"),
    Truth("worker_fetch", SHOP, None, "http", f"{_S}/api/arbeider"),
    Truth("service_fetch", SHOP, None, "http", f"{_S}/api/tjener"),
    Truth("beacon_cookie", SHOP, None, "http", f"{_S}/api/farvel"),
    Truth("in_srcdoc", SHOP, None, "script", None),
    Truth("frame_http", FRAME, None, "http", f"https://{FRAME}/", party="third"),
    Truth("frame_script", FRAME, 600, "script", f"https://{FRAME}/framed.js", party="third"),
    Truth("chips", FRAME, 600, "http", f"https://{FRAME}/", party="third", partitioned=True),
    Truth("by_third", ".kronglete.example", 600, "script", f"https://{ELSEWHERE}/s.js"),
    Truth("sync_one", ADS_ONE, YEAR, "http", f"https://{ADS_ONE}/p.gif", party="third"),
    Truth("sync_two", ADS_TWO, YEAR, "http", f"https://{ADS_TWO}/sync.gif", party="third"),
    Truth("two_paths", SHOP, None, "http", f"{_S}/a/side", path="/a"),
    Truth("two_paths", SHOP, 600, "http", f"{_S}/b/side", path="/b"),
    Truth("__Host-kept", SHOP, None, "http", f"{_S}/nektet"),
    Truth("short_lived", SHOP, 1, "http", f"{_S}/flyktig"),
    Truth("flash", SHOP, None, "script", f"{_S}/flyktig"),
    Truth("on_scroll", SHOP, None, "script", f"{_S}/rulle"),
    Truth("css_image", SHOP, None, "http", f"{_S}/bakgrunn.png"),
    Truth("odd!name#$", SHOP, None, "http", f"{_S}/rart"),
    Truth("quoted", SHOP, None, "http", f"{_S}/rart"),
    Truth("spaced", SHOP, None, "http", f"{_S}/rart"),
    Truth("on_error", SHOP, None, "http", f"{_S}/feil"),
    Truth("on_missing", SHOP, None, "http", f"{_S}/finnes-ikke"),
    Truth("on_endless", SHOP, None, "http", f"{_S}/evig-lasting"),
    Truth("on_busy", SHOP, None, "http", f"{_S}/sloyfe"),
    Truth("after_dialog", SHOP, None, "script", f"{_S}/dialog"),
    Truth("only_in_sitemap", SHOP, None, "http", f"{_S}/bare-i-kartet"),
)

REFUSED = frozenset({"foreign_domain", "__Host-broken", "script_foreign", "lax_refused"})

#: Never to be met: behind robots.txt, or not a page.
NEVER = frozenset({"forbidden", "logged_out", "in_pdf"})

STORAGE = frozenset(
    {
        ("local_storage", "local_item", SHOP),
        ("session_storage", "session_item", SHOP),
        ("indexed_db", "kundebase", SHOP),
        ("cache_storage", "hurtiglager", SHOP),
        ("local_storage", "frame_item", FRAME),
    }
)

LINKED = (
    "/omdirigering",
    "/datoer",
    "/sent",
    "/lager",
    "/arbeider",
    "/tjener",
    "/farvel",
    "/srcdoc",
    "/ramme",
    "/fremmed",
    "/piksel",
    "/a/side",
    "/nektet",
    "/flyktig",
    "/rulle",
    "/stil",
    "/rart",
    "/feil",
    "/finnes-ikke",
    "/evig-lasting",
    "/sloyfe",
    "/dialog",
    "/rundt",
    "/kalender",
)
