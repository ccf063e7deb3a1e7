"""Pages that try to break us: each ends within its time, as a visit with a reason."""

import asyncio

import pytest

from tests.sites.paths import Answer, Host

pytestmark = pytest.mark.anyio

PAGES = {
    "alerts": "<script>while (1) alert(1)</script>",
    "confirms": "<script>setInterval(() => confirm('?'), 10)</script>",
    "prompts": "<script>print(); prompt('?')</script>",
    "spin": "<script>document.cookie = 'spin=1'; while (1);</script>",
    "late": "<script>setTimeout(() => { while (1); }, 500)</script>",
    "reload": "<script>location.reload()</script>",
    "refresh": "<meta http-equiv=refresh content=0>",
    "unload": "<script>onbeforeunload = e => { e.preventDefault(); return '?'; }</script>",
    "many": "<script>for (let i = 0; i < 3000; i += 1) document.cookie = `c${i}=1`;</script>",
    "big": "<script>for (let i = 0; i < 100000; i += 1) document.write('<p>x')</script>",
    "popups": "<script>for (let i = 0; i < 50; i += 1) window.open('/ok')</script>",
    "nested": "<iframe src='/nested?1'></iframe>",
    "push": "<script>setInterval(() => history.pushState(1, '', '/x' + Math.random()), 1)</script>",
    "spinner": "<script>(function f() { requestAnimationFrame(f); })()</script>",
    "messages": "<script>const c = new MessageChannel(); c.port1.onmessage = () => "
    "c.port2.postMessage(1); c.port2.postMessage(1);</script>",
    "poll": "<script>(async () => { for (;;) await fetch('/ok'); })()</script>",
    "worker": "<script>new Worker(URL.createObjectURL(new Blob(['while (1);'])))</script>",
    "frozen": "<script>Error.prepareStackTrace = () => { throw 1; }; Object.freeze(Error);"
    "document.cookie = 'frozen=1';</script>",
    "tampered": "<script>JSON.stringify = Map.prototype.get = String.prototype.split = "
    "() => { throw 1; }; Reflect.apply = null; document.cookie = 'tampered=1';</script>",
    "closing": "<script>window.close()</script>",
    "rewriting": "<script>setInterval(() => { document.open(); document.write(1); }, 99)</script>",
    "robot": "<title>Just a moment...</title>",
    "auth": Answer("?", status=401, headers={"www-authenticate": "Basic realm=x"}),
    "nothing": Answer(status=204),
    "long": Answer("x", cookies=("long=" + "x" * 9000,)),
    "ok": "<script>document.cookie = 'ok=1'</script>",
}
FAILURES = {
    "spin": "its scripts do not end",
    "late": "its scripts do not end",
    "reload": "the page loads itself, or others, without end",
    "refresh": "the page loads itself, or others, without end",
    "alerts": "the page shows alerts without end",
    "confirms": "the page shows alerts without end",
    "robot": "a check that keeps robots out was shown in the page's place: "
    "it is not what visitors get",
    "auth": "the server answered HTTP 401",
    "nothing": "it is no page (nothing was shown) (ERR_ABORTED)",
}


async def test_each_page_that_tries_to_break_us_is_a_visit_with_its_reason(look):
    links = "".join(f"<a href=/{name}>x</a>" for name in PAGES)
    shop = Host({"/": links, **{f"/{name}": answer for name, answer in PAGES.items()}})

    async with asyncio.timeout(100):
        found = await look({"www.shop.example": shop}, max_pages=100)

    told = {visit.url.rsplit("/", 1)[-1]: visit.failure for visit in found.visits}
    assert told.keys() == {"", *PAGES}
    told.pop("rewriting")  # now and then it has loaded before it begins to rewrite itself
    told.pop("many")  # on a slow machine it seems endless
    assert {name: failure for name, failure in told.items() if failure} == FAILURES
    assert found.crawl.status == "partial"
    assert {"spin", "frozen", "tampered", "ok", "long"} <= found.cookies().keys()
