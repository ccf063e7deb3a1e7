"""A site on which each cookie and item is written in another way, by somebody who is known.

A name says how; its first letter says who must be named: p the page, a its own /app.js, t the
third party's tag, l a script that the tag brought, f a frame of another company, w a worker, r what
a redirect leads to.
natives.html says in the name of a cookie what a page could notice of being watched.
"""

from pathlib import Path

from tests.sites.paths import Answer, Host, script

SHOP = "https://www.shop.example/"
TAG = "https://cdn.tracker.example/tag.js"
LOADED = "https://cdn.tracker.example/loaded.js?id=1"
MOVED = "https://cdn.tracker.example/moved.js"
FRAME = "https://frame.partner.example/f"

#: document.cookie = 'f_built=1; Secure; SameSite=None'
BUILT = "ZG9jdW1lbnQuY29va2llID0gJ2ZfYnVpbHQ9MTsgU2VjdXJlOyBTYW1lU2l0ZT1Ob25lJw=="


def read(name):
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def hosts():
    """Return the hosts of the site."""
    shop = Host(
        {
            "/": Answer(read("page.html"), cookies=("p_http=1",)),
            "/natives": read("natives.html"),
            "/app.js": script(read("app.js")),
            "/worker.js": script(read("worker.js")),
            "/module.js": script("document.cookie = 'm_module=1';"),
            "/tag-own-page.js": script("document.cookie = 'o_written=1';"),
            "/moved.js": Answer(status=302, headers={"location": MOVED}),
            "/fetched/a": Answer("document.cookie = 'a_fetched=1'"),
            "/fetched/t": Answer("document.cookie = 't_fetched=1'"),
            "/shared.js": script("indexedDB.open('w_shared')"),
            "/sw.js": script("cookieStore.set('w_cookie', '1');\ncaches.open('w_sw_cache');"),
        }
    )
    tracker = Host(
        {
            "/tag.js": script(read("tag.js")),
            "/in-worker.js": script(
                "indexedDB.open('i_worker');"
                "const old = webkitRequestFileSystemSync(TEMPORARY, 1024);"
                "old.root.getFile('i_sync', {create: true})"
            ),
            "/loaded.js": script("\n\ndocument.cookie = 'l_loaded=1';"),
            "/moved.js": script("document.cookie = 'r_moved=1';"),
            "/pixel": Answer(status=302, headers={"location": "https://cdn.tracker.example/hop"}),
            "/hop": Answer(cookies=("h_hop=1; Secure; SameSite=None",)),
        }
    )
    framed = "document.cookie = 'f_frame=1; Secure; SameSite=None'; localStorage.f_item = 1;"
    framed += f"Promise.resolve(atob('{BUILT}')).then(setTimeout)"
    return {
        "www.shop.example": shop,
        "cdn.tracker.example": tracker,
        "frame.partner.example": Host({"/f": f"<script>{framed}</script>"}),
    }
