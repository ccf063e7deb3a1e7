"""What Fjellbua stores, written out by hand: the measure for every scan of it."""

from typing import Literal, NamedTuple

MINUTE = 60
DAY = 24 * 60 * MINUTE
CAP = 400 * DAY  # Chromium keeps nothing for longer

SHOP = "https://www.fjellbua.example"
STATISTICS = "https://stats.tellekontoret.example"


class Stored(NamedTuple):
    """One item, and when the shop in each dress has it stored."""

    name: str
    domain: str
    party: Literal["first", "third"]
    declared: int | None  # seconds; None: a session
    setter: Literal["http", "script"]
    setter_url: str  # how the address of the setter begins
    as_found: frozenset[str]  # states in which the scan meets it
    with_kapsel: frozenset[str]
    kind: str = "cookie"
    http_only: bool = False
    secure: bool = False
    same_site: str | None = None

    @property
    def lifetime(self) -> int | None:
        """Seconds that the browser really keeps it."""
        return None if self.declared is None else min(self.declared, CAP)


AT_ONCE = frozenset({"before", "accept", "reject"})
ALWAYS = frozenset({"before", "accept", "reject"})
AFTER_YES = frozenset({"accept"})
AFTER_ANSWER = frozenset({"accept", "reject"})
NEVER: frozenset[str] = frozenset()

GA = f"{STATISTICS}/ga.js"
GTAG = f"{STATISTICS}/gtag.js?id=G-FJELLBUA1"
PIXEL = "https://piksel.nabolaget.example/piksel.js"
SHARE = "https://del.knapperad.example/knapper.js"
CHAT = "https://chat.praterom.example/boks.js"
MAP = "https://kart.turkart.example/kart.js"
SEEN = f"{SHOP}/skript/sist-sett.js"

COOKIES = (
    Stored(
        "ASP.NET_SessionId",
        "www.fjellbua.example",
        "first",
        None,
        "http",
        SHOP,
        AT_ONCE,
        ALWAYS,
        http_only=True,
        same_site="Lax",
    ),
    Stored(
        ".ASPXANONYMOUS",
        "www.fjellbua.example",
        "first",
        6_000_000,
        "http",
        SHOP,
        AT_ONCE,
        ALWAYS,
        http_only=True,
        same_site="Lax",
    ),
    Stored(
        "ARRAffinity",
        "static.fjellbua.example",
        "first",
        None,
        "http",
        "https://static.fjellbua.example/",
        AT_ONCE,
        ALWAYS,
        http_only=True,
        same_site="Lax",
    ),
    Stored("__utma", ".fjellbua.example", "first", 730 * DAY, "script", GA, AT_ONCE, AFTER_YES),
    Stored("__utmb", ".fjellbua.example", "first", 30 * MINUTE, "script", GA, AT_ONCE, AFTER_YES),
    Stored("__utmc", ".fjellbua.example", "first", None, "script", GA, AT_ONCE, AFTER_YES),
    Stored("__utmz", ".fjellbua.example", "first", 15_768_000, "script", GA, AT_ONCE, AFTER_YES),
    Stored("__utmt", ".fjellbua.example", "first", 10 * MINUTE, "script", GA, AT_ONCE, AFTER_YES),
    Stored("__utmv", ".fjellbua.example", "first", 730 * DAY, "script", GA, AT_ONCE, AFTER_YES),
    Stored(
        "_ga",
        ".fjellbua.example",
        "first",
        730 * DAY,
        "script",
        GTAG,
        AT_ONCE,
        AFTER_YES,
        same_site="Lax",
    ),
    Stored(
        "_ga_FJELLBUA1",
        ".fjellbua.example",
        "first",
        730 * DAY,
        "script",
        GTAG,
        AT_ONCE,
        AFTER_YES,
        same_site="Lax",
    ),
    Stored(
        "_gcl_au",
        ".fjellbua.example",
        "first",
        90 * DAY,
        "script",
        f"{STATISTICS}/konvertering.js",
        AT_ONCE,
        AFTER_YES,
        same_site="Lax",
    ),
    Stored(
        "_fbp",
        ".fjellbua.example",
        "first",
        90 * DAY,
        "script",
        PIXEL,
        AT_ONCE,
        AFTER_YES,
        same_site="Lax",
    ),
    Stored(
        "__atuvc",
        "www.fjellbua.example",
        "first",
        34_187_400,
        "script",
        SHARE,
        AT_ONCE,
        AFTER_YES,
        same_site="Lax",
    ),
    Stored(
        "__atuvs",
        "www.fjellbua.example",
        "first",
        30 * MINUTE,
        "script",
        SHARE,
        AT_ONCE,
        AFTER_YES,
        same_site="Lax",
    ),
    Stored(
        "vindkast",
        "www.fjellbua.example",
        "first",
        14 * DAY,
        "script",
        f"{SHOP}/",
        AT_ONCE,
        AFTER_YES,
        same_site="Lax",
    ),
    Stored(
        "nord_uid",
        "ads.nordannonse.example",
        "third",
        390 * DAY,
        "http",
        "https://ads.nordannonse.example/annonse.gif",
        AT_ONCE,
        AFTER_YES,
        http_only=True,
        secure=True,
        same_site="None",
    ),
    Stored(
        "turkart_utsnitt",
        "kart.turkart.example",
        "third",
        30 * DAY,
        "script",
        MAP,
        AT_ONCE,
        AFTER_YES,
        secure=True,
        same_site="None",
    ),
    Stored(
        "kapsel_consent",
        ".fjellbua.example",
        "first",
        180 * DAY,
        "script",
        "https://samtykke.fjellbua.example/w/fjellbua.js",
        NEVER,
        AFTER_ANSWER,
        secure=True,
        same_site="Lax",
    ),
)

STORAGE = (
    Stored(
        "purechat_expanded",
        "www.fjellbua.example",
        "first",
        None,
        "script",
        CHAT,
        AT_ONCE,
        AFTER_YES,
        kind="local_storage",
    ),
    Stored(
        "fjellbua.sistSett",
        "www.fjellbua.example",
        "first",
        None,
        "script",
        SEEN,
        AT_ONCE,
        AFTER_YES,
        kind="local_storage",
    ),
    Stored(
        "fjellbua.inngang",
        "www.fjellbua.example",
        "first",
        None,
        "script",
        SEEN,
        AT_ONCE,
        AFTER_YES,
        kind="session_storage",
    ),
    Stored(
        "turkart.lag",
        "kart.turkart.example",
        "third",
        None,
        "script",
        MAP,
        AT_ONCE,
        AFTER_YES,
        kind="local_storage",
    ),
)

#: What the banner itself keeps beside its cookie: a decision until the server has it. It is gone
#: soon; what is gone after a refusal was not kept after it.
BANNER = (
    Stored(
        "kapsel_queue",
        "www.fjellbua.example",
        "first",
        None,
        "script",
        "https://samtykke.fjellbua.example/w/fjellbua.js",
        NEVER,
        AFTER_YES,
        kind="local_storage",
    ),
)

#: Hosts that the pages ask for something; all of them of other companies.
THIRD_PARTIES = frozenset(
    {
        "stats.tellekontoret.example",
        "piksel.nabolaget.example",
        "ads.nordannonse.example",
        "del.knapperad.example",
        "chat.praterom.example",
        "kart.turkart.example",
    }
)

#: Pages that a scan must visit: the links, and the one that only the sitemap knows.
PAGES = frozenset(
    {
        "/",
        "/kategori/telt",
        "/kategori/ryggsekker",
        "/vare/tindra-2",
        "/vare/vidda-3",
        "/vare/rallar-45",
        "/vare/dagstur-22",
        "/handlekurv",
        "/logg-inn",
        "/kontakt",
        "/personvern",
        "/kampanje/vintersalg",
    }
)

#: What robots.txt forbids, though pages and the sitemap lead there.
FORBIDDEN = frozenset({"/kasse", "/logg-ut"})

#: What each is for, by the knowledge base and the owner's word in the demo's sites.yaml.
CATEGORIES = {
    "ASP.NET_SessionId": "necessary",
    ".ASPXANONYMOUS": "necessary",
    "ARRAffinity": "necessary",
    "kapsel_consent": "necessary",
    "kapsel_queue": "necessary",
    "__utma": "statistics",
    "__utmb": "statistics",
    "__utmc": "statistics",
    "__utmz": "statistics",
    "__utmt": "statistics",
    "__utmv": "statistics",
    "_ga": "statistics",
    "_ga_FJELLBUA1": "statistics",
    "_gcl_au": "marketing",
    "_fbp": "marketing",
    "__atuvc": "marketing",
    "__atuvs": "marketing",
    "nord_uid": "marketing",
    "turkart_utsnitt": "functional",
    "turkart.lag": "functional",
    "purechat_expanded": "functional",
    "fjellbua.sistSett": "functional",
    "fjellbua.inngang": "functional",
    "vindkast": "unclassified",
}
