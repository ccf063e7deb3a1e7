"""Withdrawal removes exactly what the catalogue lists for the categories that are refused."""

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

    assert names(page) == {"_fbp", "lang", "basket", "_gallery", "x_ga", "own"}
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

    assert names(page) == set()


def test_what_a_running_script_writes_again_goes_when_the_page_is_left(shop, world, page, until):
    shop()
    page.get_by_role("button", name="Accept all").click()
    until(lambda: world.decisions)
    page.evaluate("kapsel.withdraw()")
    until(lambda: len(world.decisions) == 2)
    page.evaluate("document.cookie = '_ga=again;path=/'")

    shop("/next", banner=False)

    assert names(page) == set()


def test_partitioned_cookies_go_too(shop, world, page, until):
    shop()
    page.evaluate("document.cookie = '_ga=1;path=/;Secure;SameSite=None;Partitioned'")

    page.get_by_role("button", name="Reject all").click()
    until(lambda: world.decisions)

    assert page.evaluate("document.cookie").startswith("kapsel_consent=")
    assert "_ga" not in page.evaluate("document.cookie")


def test_databases_and_caches_go_too(shop, world, page, until):
    from scanner.model import Category, Kind
    from tests.widget.conftest import ITEMS, item

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
