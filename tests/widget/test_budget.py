"""What every page view carries stays small."""

import brotli
import msgspec

import widget
from consent_server.banner import config
from scanner.model import Category, Kind
from tests.widget.conftest import DECLARATION, item

GOAL = 12 * 1024  # bytes of brotli: script, style, one language, configuration

#: As many items as a shop with the usual tags has.
NAMES = {
    Category.NECESSARY: ("ASP.NET_SessionId", "basket", "csrf", "login", "consent"),
    Category.FUNCTIONAL: ("lang", "theme", "chat_open", "chat_id", "recently_viewed"),
    Category.STATISTICS: ("_ga", "_ga_AB12CD34", "_gid", "_gat", "__utma", "__utmb", "__utmc",
                          "__utmt", "__utmz", "_hjSession_1", "_hjSessionUser_1", "_clck", "_clsk"),
    Category.MARKETING: ("_fbp", "_fbc", "_gcl_au", "IDE", "NID", "_uetsid", "_uetvid"),
}  # fmt: skip


def test_script_style_language_and_configuration_fit_the_budget():
    items = tuple(
        item(name, category, kind=Kind.COOKIE, vendor=f"Vendor {name[:4]}", country="US")
        for category, names in NAMES.items()
        for name in names
    )
    declaration = msgspec.structs.replace(DECLARATION, languages=("nb",), items=items)

    script = widget.compose(msgspec.json.encode(config(declaration)))

    assert len(items) == 30
    assert len(brotli.compress(script, quality=11)) <= GOAL


def test_the_first_layer_needs_none_of_the_costly_tools_of_the_browser(shop, page):
    # the first ListFormat of a page reads so much that a slow phone stands still for it
    page.add_init_script(
        """window.costly = []
        for (const [name, Tool] of Object.entries(Object.getOwnPropertyDescriptors(Intl))) {
          if (!/Format|Rules|Segmenter|Names/.test(name)) continue
          Intl[name] = function (...values) {
            costly.push(name)
            return new Tool.value(...values)
          }
        }"""
    )

    shop()

    assert page.evaluate("costly") == []
