"""Withdrawal removes exactly what the catalogue lists for the categories that are refused."""

from collections import Counter

from scanner.model import Category, Kind
from tests.widget.conftest import CONSENT, ITEMS, OWN_CONSENT, hidden_item, item
from widget.enforce import Rules
from widget.enforce.rules import CookieRule

DEEP = "a.b.shop.example"


def fill_jar(page, world):
    """Fill the jar and both storages with what must go and what must stay."""
    jar = [
        {"name": name, "value": "1", "domain": domain, "path": path}
        for name in ("_ga", "_ga_AB12", "_fbp", "lang", "basket", "_gallery", "x_ga", "own")
        for domain in (DEEP, f".{DEEP}", ".b.shop.example", ".shop.example")
        for path in ("/", "/shoes", "/shoes/red")
    ]
    page.context.add_cookies([*jar, {**jar[0], "domain": "tracker.example", "path": "/"}])
    page.evaluate(
        """() => {
          for (const name of ['visits', 'visits2', 'basket']) localStorage.setItem(name, '1')
          for (const name of ['tab', 'tabs']) sessionStorage.setItem(name, '1')
        }"""
    )


def names(page, domain=".shop.example"):
    found = {c["name"] for c in page.context.cookies() if domain in "." + c["domain"]}
    return found - {"kapsel_consent"}


def test_all_that_was_withdrawn_is_gone_and_nothing_else(shop, world, page, until):
    shop("/shoes/red/boots", DEEP)
    page.get_by_role("button", name="Accept all").click()
    until(lambda: world.decisions)
    fill_jar(page, world)

    page.evaluate("kapsel.save({statistics: false})")
    until(lambda: len(world.decisions) == 2)

    until(lambda: names(page) == {"_fbp", "lang", "basket", "_gallery", "x_ga", "own"})
    kept = [c for c in page.context.cookies() if c["name"] == "_gallery"]
    assert len(kept) == 12
    assert names(page, "tracker.example") == {"_ga"}
    assert page.evaluate("Object.keys(localStorage).sort()") == ["basket", "visits2"]
    assert page.evaluate("Object.keys(sessionStorage)") == ["tabs"]


def test_a_refusal_clears_what_was_there_before_the_banner(shop, world, page, until):
    shop()
    page.context.add_cookies([{"name": "_ga", "value": "1", "url": world.url("/")}])

    page.get_by_role("button", name="Reject all").click()
    until(lambda: world.decisions)

    until(lambda: names(page) == set())


def test_what_a_running_script_writes_again_goes_when_the_page_is_left(shop, world, page, until):
    shop()
    page.get_by_role("button", name="Accept all").click()
    until(lambda: world.decisions)
    page.evaluate("kapsel.withdraw()")
    until(lambda: len(world.decisions) == 2)
    page.evaluate("document.cookie = '_ga=again;path=/'")

    shop("/next", banner=False)

    until(lambda: names(page) == set())


def test_partitioned_cookies_go_too(shop, world, page, until):
    shop()
    page.evaluate("document.cookie = '_ga=1;path=/;Secure;SameSite=None;Partitioned'")

    page.get_by_role("button", name="Reject all").click()
    until(lambda: world.decisions)

    assert page.evaluate("document.cookie").startswith("kapsel_consent=")
    until(lambda: "_ga" not in page.evaluate("document.cookie"))


def test_databases_and_caches_go_too(shop, world, page, until):
    world.declare(
        items=(
            *ITEMS,
            item("events", Category.STATISTICS, kind=Kind.INDEXED_DB),
            item("pixels", Category.STATISTICS, kind=Kind.CACHE_STORAGE),
        )
    )
    shop()
    page.evaluate(
        """async () => {
          await caches.open('pixels'); await caches.open('shop')
          for (const name of ['events', 'basket']) {
            await new Promise((resolve) => {
              const request = indexedDB.open(name)
              request.onsuccess = () => { request.result.close(); resolve() }
            })
          }
        }"""
    )

    page.get_by_role("button", name="Reject all").click()
    until(lambda: world.decisions)
    page.wait_for_function("indexedDB.databases().then((all) => all.length === 1)")

    assert page.evaluate("caches.keys()") == ["shop"]
    assert page.evaluate("indexedDB.databases().then((all) => all[0].name)") == "basket"


def test_what_could_not_be_removed_is_said(shop, world, page, until):
    lines = []
    page.on("console", lambda message: lines.append(message.text))
    shop("/shoes")
    page.evaluate("localStorage.setItem('visits', '1')")
    page.evaluate("Storage.prototype.removeItem = () => {}")

    page.get_by_role("button", name="Reject all").click()
    until(lambda: world.decisions)

    assert [line for line in lines if "could not be removed" in line] == [
        "kapsel: could not be removed: visits"
    ]


#: Names of cookies that must go, of each kind, beside one that looks alike and must stay.
PAIRS = {
    "_ga": "_gat",
    "__Host-track": "__Host-trackers",
    "__Secure-seen": "__Secure-unseen",
    "p.x": "p-x",
    "_ga_A1": "_ga_keep",
}
BOTH = [name for pair in PAIRS.items() for name in pair]


def fill_matrix(page):
    """Put each name on each domain and path where a browser takes it, and into its own jars."""
    cookies = []
    for name in BOTH:
        alone = name.startswith("__Host-")
        domains = [DEEP] if alone else [DEEP, f".{DEEP}", ".b.shop.example", ".shop.example"]
        paths = ["/"] if alone else ["/", "/shoes", "/shoes/", "/shoes/red"]
        cookies += [
            {"name": name, "value": "1", "domain": domain, "path": path, "secure": True}
            for domain in domains
            for path in paths
        ]
    page.context.add_cookies(cookies)
    page.evaluate(
        """(names) => {
          for (const name of names) {
            const own = `${name}=1;Path=/;Secure;SameSite=None;Partitioned`
            document.cookie = own
            if (!name.startsWith('__Host-')) document.cookie = own + ';Domain=shop.example'
          }
        }""",
        BOTH,
    )


def counts(page):
    """Return how many cookies there are of each name, the banner's own left out."""
    found = Counter(cookie["name"] for cookie in page.context.cookies())
    del found["kapsel_consent"]
    return found


def test_every_cookie_that_can_be_removed_goes_and_no_other(shop, world, page, until):
    world.declare(
        items=(
            *ITEMS,
            *(item(name, Category.STATISTICS) for name in PAIRS if name != "_ga_A1"),
            item("_ga_keep", Category.NECESSARY),
        )
    )
    shop("/shoes/red", DEEP)
    page.evaluate("kapsel.acceptAll()")
    until(lambda: world.decisions)
    fill_matrix(page)
    there = {name: 2 if name.startswith("__Host-") else 18 for name in BOTH}
    until(lambda: counts(page) == there)

    page.evaluate("kapsel.withdraw()")
    until(lambda: len(world.decisions) == 2)

    until(lambda: counts(page) == {name: there[name] for name in PAIRS.values()})


def test_databases_and_caches_go_by_their_pattern(shop, world, page, until):
    world.declare(
        items=(
            item("events-*", Category.STATISTICS, kind=Kind.INDEXED_DB),
            item("events-own", Category.NECESSARY, kind=Kind.INDEXED_DB),
            item("pixels-*", Category.STATISTICS, kind=Kind.CACHE_STORAGE),
            item("visits-*", Category.STATISTICS, kind=Kind.LOCAL_STORAGE),
        )
    )
    shop()
    page.evaluate(
        """async () => {
          localStorage.setItem('visits-1', '1')
          localStorage.setItem('visits', '1')
          for (const name of ['pixels-1', 'pixels', 'my-pixels-1']) await caches.open(name)
          for (const name of ['events-1', 'events-own', 'events']) {
            await new Promise((resolve) => {
              const request = indexedDB.open(name)
              request.onsuccess = () => { request.result.close(); resolve() }
            })
          }
        }"""
    )

    page.get_by_role("button", name="Reject all").click()
    until(lambda: world.decisions)
    page.wait_for_function("indexedDB.databases().then((all) => all.length === 2)")
    page.wait_for_function("caches.keys().then((all) => all.length === 2)")

    found = page.evaluate("indexedDB.databases().then((all) => all.map((one) => one.name).sort())")
    assert found == ["events", "events-own"]
    assert sorted(page.evaluate("caches.keys()")) == ["my-pixels-1", "pixels"]
    assert page.evaluate("Object.keys(localStorage)") == ["visits"]


def console(page):
    lines = []
    page.on("console", lambda message: lines.append(message.text))
    return lines


def rules():
    hid = CookieRule(
        name="hid", category="statistics", domain=".shop.example", path="/x", http_only=True
    )
    return Rules(
        site="shop",
        server="",
        revision="r1",
        categories=("functional", "statistics", "marketing"),
        own=("shop.example",),
        cookies=(hid,),
    )


def test_cookies_that_scripts_cannot_see_go_through_a_server_on_the_sites_domain(
    shop, world, page, until
):
    lines = console(page)
    world.declare(items=(*ITEMS, hidden_item("hid", Category.STATISTICS)))
    world.script_host = OWN_CONSENT
    shop("/shoes/red")
    world.rules = rules()
    page.context.add_cookies(
        [
            {"name": name, "value": "1", "domain": ".shop.example", "path": path, "httpOnly": True}
            for name in ("hid", "hidden")
            for path in ("/", "/x")
        ]
    )

    page.get_by_role("button", name="Reject all").click()
    until(lambda: names(page) == {"hidden"})

    assert len([c for c in page.context.cookies() if c["name"] == "hidden"]) == 2
    assert not [line for line in lines if "could not be removed" in line]


def test_it_is_said_that_a_server_elsewhere_cannot_remove_them(shop, world, page, until):
    lines = console(page)
    world.declare(items=(*ITEMS, hidden_item("hid", Category.STATISTICS)))
    assert world.script_host == CONSENT
    shop()

    page.get_by_role("button", name="Reject all").click()

    until(lambda: "kapsel: could not be removed: hid" in lines)


def test_nobody_asks_the_server_where_there_is_nothing_hidden(shop, world, page, until):
    shop()

    page.get_by_role("button", name="Reject all").click()
    until(lambda: world.decisions)

    assert not [address for address in world.asked if address.endswith("/clear")]
