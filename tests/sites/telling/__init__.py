"""A page that tells other companies who visits it, in as many ways as there are signals."""

from pathlib import Path

from tests.sites.paths import Answer, Host, script

SHOP = "https://www.shop.example/"


def read(name):
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def hosts():
    """Return the hosts of the site; its home only links to the page."""
    protected = {"strict-transport-security": "max-age=31536000", "referrer-policy": "origin"}
    return {
        "www.shop.example": Host(
            {
                "/": Answer('<a href="/vare">x</a>'),
                "/vare": Answer(read("page.html"), headers=protected),
            }
        ),
        "cdn.tracker.example": Host(
            {"/tag.js": script(read("tag.js")), "/pixel": "", "/beacon": Answer(status=204)}
        ),
        "cdn.prints.example": Host({"/fp.js": script(read("fp.js"))}),
        "sync.partner.example": Host({"/match": ""}),
        "pictures.partner.example": Host({"/one.js": ""}),
    }
