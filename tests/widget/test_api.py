"""`window.kapsel`: the queue, the methods and the events."""

from playwright.sync_api import expect

from tests.widget.conftest import SHOP


def test_calls_made_before_the_script_is_there_wait_for_it(shop, world, page):
    world.head = """<script>
      window.kapsel = window.kapsel || []
      kapsel.push(['on', 'ready', (detail) => window.readyTold = (window.readyTold || 0) + 1])
      kapsel.push(['on', 'consent', (detail) => window.consentTold = detail])
    </script>"""
    shop()

    assert page.evaluate("window.readyTold") == 1
    assert page.evaluate("window.consentTold") is None


def test_the_events_bubble_from_the_document_with_the_answer(shop, world, page, until):
    world.head = """<script>
      window.told = []
      for (const name of ['ready', 'show', 'hide', 'consent', 'change', 'withdraw']) {
        window.addEventListener('kapsel:' + name, ({ detail }) => told.push([name, detail]))
      }
    </script>"""
    shop()
    page.evaluate("kapsel.save({statistics: true})")
    until(lambda: world.decisions)
    page.evaluate("kapsel.withdraw()")
    until(lambda: len(world.decisions) == 2)

    told = page.evaluate("told")

    assert [name for name, _ in told] == [
        "ready",
        "show",
        "hide",
        "consent",
        "change",
        "consent",
        "change",
        "withdraw",
    ]
    detail = told[4][1]
    assert detail["choices"] == {"functional": False, "statistics": True, "marketing": False}
    assert detail["changed"] == ["statistics"]
    assert detail["action"] == "save"
    assert detail["revision"] == "r1"
    assert detail["id"] == world.decisions[0]["id"]


def test_who_listens_late_is_told_what_has_happened(shop, page):
    shop()
    page.evaluate("kapsel.rejectAll()")

    told = page.evaluate(
        """() => {
          const told = []
          kapsel.on('ready', () => told.push('ready'))
          kapsel.on('consent', ({ action }) => told.push(action))
          return told
        }"""
    )

    assert told == ["ready", "reject-all"]


def test_who_listens_no_more_is_not_told(shop, world, page, until):
    shop()

    page.evaluate(
        """() => {
          window.told = 0
          const listener = () => window.told++
          kapsel.on('change', listener)
          kapsel.off('change', listener)
          kapsel.acceptAll()
        }"""
    )
    until(lambda: world.decisions)

    assert page.evaluate("told") == 0


def test_a_listener_that_fails_keeps_nobody_else_from_hearing(shop, world, page, until):
    shop()

    page.evaluate(
        """() => {
          kapsel.on('change', () => { throw new Error('mine') })
          kapsel.on('change', () => window.told = true)
          kapsel.acceptAll()
        }"""
    )
    until(lambda: world.decisions)

    assert page.evaluate("told") is True


def test_has_answers_for_categories_and_services(shop, world, page):
    world.body = (
        "<iframe title=V data-src=/v data-category=marketing data-service=youtube></iframe>"
    )
    shop()

    assert page.evaluate(
        "['necessary', 'statistics', 'youtube', 'nobody'].map((name) => kapsel.has(name))"
    ) == [True, False, False, False]
    page.evaluate("kapsel.acceptAll()")
    assert page.evaluate(
        "['analytics', 'unclassified', 'youtube', 'nobody'].map((name) => kapsel.has(name))"
    ) == [True, True, True, False]


def test_only_true_is_a_yes(shop, page):
    shop()

    page.evaluate("kapsel.save({statistics: 'false', marketing: 1, functional: null})")

    assert set(page.evaluate("kapsel.get().choices").values()) == {False}


def test_the_receipt_says_where_the_decision_can_be_seen(shop, world, page):
    shop()
    assert page.evaluate("kapsel.receipt()") is None
    page.evaluate("kapsel.rejectAll()")

    receipt = page.evaluate("kapsel.receipt()")

    address = world.url(f"/w/shop/consents/{receipt['id']}", "consent.agency.example")
    assert receipt["url"] == address


def test_the_banner_speaks_another_language_at_once(shop, page):
    shop()
    page.get_by_role("button", name="Choose").click()
    page.get_by_role("switch", name="Statistics").check()

    assert page.evaluate("kapsel.setLanguage('nb-NO')") is True
    assert page.evaluate("kapsel.setLanguage('tlh')") is False

    expect(page.get_by_role("dialog", name="Innstillinger for informasjonskapsler")).to_be_visible()
    expect(page.get_by_role("switch", name="Statistikk")).to_be_checked()


def test_reset_forgets_and_asks_again(shop, world, page, until):
    shop()
    page.get_by_role("button", name="Accept all").click()
    until(lambda: world.decisions)

    page.evaluate("kapsel.reset()")

    expect(page.get_by_role("region")).to_be_visible()
    until(lambda: page.context.cookies() == [])


def test_hide_is_no_answer(shop, world, page):
    shop()

    page.evaluate("kapsel.hide()")

    expect(page.get_by_role("region")).to_have_count(0)
    assert page.evaluate("kapsel.get().action") is None
    assert page.context.cookies() == []


def test_a_second_copy_does_nothing(shop, world, page, until):
    lines = []
    page.on("console", lambda message: lines.append(message.text))
    shop()

    page.add_script_tag(url=world.url("/w/shop.js", "consent.agency.example"))

    expect(page.get_by_role("region")).to_have_count(1)
    until(lambda: any("on the page twice" in line for line in lines))


def test_a_call_that_fails_is_a_line_in_the_console_and_the_next_one_is_made(shop, page, until):
    lines = []
    page.on("console", lambda message: lines.append(message.text))
    shop()

    page.evaluate("kapsel.push(['dance'], null, () => {}, ['save', null], ['hide'])")

    until(lambda: sum("a call failed" in line for line in lines) == 4)
    expect(page.get_by_role("region")).to_have_count(0)


def test_a_copy_that_the_site_serves_itself_sends_decisions_to_the_server(shop, world, page, until):
    world.tag = f"data-server='{world.url('/w/shop.js', 'consent.agency.example')}'"
    page.route(
        "**/w/shop.js",
        lambda route: route.fulfill(body=world.script(), content_type="text/javascript"),
    )
    world.script_host = SHOP
    shop()

    page.get_by_role("button", name="Accept all").click()

    until(lambda: world.decisions)
    assert "consent.agency.example/w/shop.js" not in world.asked


def test_a_button_of_the_sites_own_works_where_the_page_stops_its_clicks(shop, world, page, until):
    world.body = (
        "<div onclick='event.stopPropagation()'><button data-kapsel=reject>No</button></div>"
    )
    shop()

    page.get_by_role("button", name="No", exact=True).click()

    until(lambda: world.decisions)
