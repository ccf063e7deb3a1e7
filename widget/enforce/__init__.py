"""The enforced level, in the site's own application: nothing optional leaves with a page unasked.

    visitor's cookie ─ answer ─ granted ─┬─ policy ── Content-Security-Policy
    consent server ─ source ─ Rules ─────┼─ rewrite ─ the page's tags, held back as marked ones
                                         └─ clearing, headers ─ Set-Cookie, Link, ETag …

All of it but `source`, `asgi` and `wsgi` is pure. The package needs nothing else of Kapsel's.
"""

from widget.enforce.asgi import EnforcedASGI
from widget.enforce.rules import Rules
from widget.enforce.source import RulesFile, RulesServer
from widget.enforce.wsgi import EnforcedWSGI

__all__ = ["EnforcedASGI", "EnforcedWSGI", "Rules", "RulesFile", "RulesServer"]
