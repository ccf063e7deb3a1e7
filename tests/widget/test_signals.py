"""The tags of others are told what is granted, in their own words."""

import msgspec
import pytest

import widget
from scanner.model import Category
from tests.widget.conftest import ITEMS, item

DENIED = {
    "ad_storage": "denied",
    "ad_user_data": "denied",
    "ad_personalization": "denied",
    "analytics_storage": "denied",
    "functionality_storage": "denied",
    "personalization_storage": "denied",
    "security_storage": "granted",
}


def calls(page, name="dataLayer"):
    return page.evaluate(f"(window.{name} || []).map((e) => e.length === undefined ? e : [...e])")


def decide(page, world, until, script):
    before = len(world.decisions)
    page.evaluate(script)
    until(lambda: len(world.decisions) > before)


def test_google_is_told_that_all_is_refused_then_what_is_granted(shop, world, page, until):
    shop()
    assert calls(page) == [["consent", "default", DENIED]]

    decide(page, world, until, "kapsel.save({statistics: true})")

    assert calls(page)[1:] == [
        ["consent", "update", {**DENIED, "analytics_storage": "granted"}],
        {
            "event": "kapsel_consent",
            "kapsel_functional": False,
            "kapsel_statistics": True,
            "kapsel_marketing": False,
        },
    ]


def test_google_is_told_before_a_tag_runs(shop, world, page, until):
    world.body = (
        "<script type=text/plain data-category=marketing>window.seen = dataLayer.length</script>"
    )
    shop()

    decide(page, world, until, "kapsel.acceptAll()")
    page.wait_for_function("window.seen")

    assert page.evaluate("seen") == 3


def test_a_default_that_the_page_has_set_stands(shop, world, page):
    world.head = """<script>
      window.dataLayer = []
      function gtag() { dataLayer.push(arguments) }
      gtag('consent', 'default', { ad_storage: 'denied' })
    </script>"""

    shop()

    assert calls(page) == [["consent", "default", {"ad_storage": "denied"}]]


def test_a_returning_visitor_is_told_at_once(shop, world, page, until):
    shop()
    decide(page, world, until, "kapsel.acceptAll()")

    shop("/again", banner=False)

    assert calls(page)[1][:2] == ["consent", "update"]
    assert set(calls(page)[1][2].values()) == {"granted"}


def test_nobody_is_told_who_is_not_on_the_site(shop, world, page, until):
    world.declare(items=())
    shop()

    decide(page, world, until, "kapsel.acceptAll()")

    assert (
        page.evaluate(
            "['dataLayer', 'uetq', 'clarity', '_paq', 'wp_consent_type'].filter((n) => n in window)"
        )
        == []
    )


def test_microsoft_is_told(shop, world, page, until):
    vendors = ("Microsoft Advertising", "Microsoft Clarity")
    world.declare(items=tuple(item(v, Category.MARKETING, vendor=v) for v in vendors))
    shop()
    decide(page, world, until, "kapsel.save({statistics: true})")

    assert page.evaluate("uetq") == [
        "consent", "default", {"ad_storage": "denied"},
        "consent", "update", {"ad_storage": "denied"},
    ]  # fmt: skip
    assert page.evaluate("clarity.q.map((call) => [...call])") == [
        ["consentv2", {"ad_Storage": "denied", "analytics_Storage": "denied"}],
        ["consentv2", {"ad_Storage": "denied", "analytics_Storage": "granted"}],
    ]


def test_matomo_waits_for_consent_and_forgets_it(shop, world, page, until):
    world.head = "<script>window._paq = []</script>"
    shop()
    decide(page, world, until, "kapsel.acceptAll()")
    decide(page, world, until, "kapsel.withdraw()")

    assert calls(page, "_paq") == [["requireConsent"], ["setConsentGiven"], ["forgetConsentGiven"]]


def test_word_press_is_told(shop, world, page, until):
    world.head = """<script>
      window.told = []
      window.wp_set_consent = (...values) => told.push(values)
      document.addEventListener('wp_consent_type_defined', () => told.push(wp_consent_type))
    </script>"""
    shop()
    assert page.evaluate("told") == ["optin"]

    decide(page, world, until, "kapsel.save({statistics: true})")

    assert page.evaluate("window.wp_consent_type") == "optin"
    assert page.evaluate("told.slice(1)") == [
        ["preferences", "deny"],
        ["statistics", "allow"],
        ["statistics-anonymous", "allow"],
        ["marketing", "deny"],
    ]


def test_running_vendors_are_told_to_stop_and_may_go_on(shop, world, page, until):
    world.head = """<script>
      window.told = []
      window.fbq = (...values) => told.push(['fbq', ...values])
      window.mixpanel = {
        opt_out_tracking: () => told.push(['mixpanel', 'out']),
        opt_in_tracking: () => told.push(['mixpanel', 'in']),
      }
      window.DD_RUM = { setTrackingConsent: (word) => told.push(['datadog', word]) }
    </script>"""
    world.declare(items=(*ITEMS, item("_ga_AB12", Category.STATISTICS)))
    shop()
    decide(page, world, until, "kapsel.acceptAll()")
    assert page.evaluate("told") == []

    decide(page, world, until, "kapsel.withdraw()")
    assert page.evaluate("window['ga-disable-G-AB12']") is True
    decide(page, world, until, "kapsel.acceptAll()")

    assert page.evaluate("window['ga-disable-G-AB12']") is False
    assert page.evaluate("told") == [
        ["fbq", "consent", "revoke"],
        ["mixpanel", "out"],
        ["datadog", "not-granted"],
        ["fbq", "consent", "grant"],
        ["mixpanel", "in"],
        ["datadog", "granted"],
    ]


@pytest.mark.parametrize("name", ["dataLayer", "uetq", "_paq"])
def test_a_vendors_fault_does_not_reach_the_visitor(shop, world, page, until, name):
    world.head = f"<script>window.{name} = {{ push() {{ throw new Error('theirs') }} }}</script>"
    shop()

    decide(page, world, until, "kapsel.acceptAll()")

    assert page.evaluate("kapsel.has('statistics')") is True


def test_nothing_but_the_answer_is_in_the_events(shop, world, page, until):
    shop()
    decide(page, world, until, "kapsel.acceptAll()")

    assert world.decisions[0]["id"] not in msgspec.json.encode(calls(page)).decode()


def test_the_snippet_refuses_everything_before_any_tag_and_the_widget_lets_it_stand(
    shop, world, page
):
    snippet = widget.consent_mode_defaults(regions=("NO", "SE"), url_passthrough=True)
    world.head = f"<script>{snippet.decode()}</script>"

    shop()

    assert calls(page) == [
        ["consent", "default", {**DENIED, "wait_for_update": 500, "region": ["NO", "SE"]}],
        ["set", "ads_data_redaction", True],
        ["set", "url_passthrough", True],
    ]


def test_the_snippet_refuses_microsofts_tag_too_where_the_site_has_it(shop, world, page):
    world.declare(items=(item("_uetsid", Category.MARKETING, vendor="Microsoft Advertising"),))
    world.head = f"<script>{widget.consent_mode_defaults(uet=True).decode()}</script>"

    shop()

    assert page.evaluate("uetq.slice(0, 3)") == ["consent", "default", {"ad_storage": "denied"}]


def test_the_snippet_is_small():
    assert len(widget.consent_mode_defaults()) < 700
