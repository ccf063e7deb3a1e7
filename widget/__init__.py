"""The script that sites embed, as built from ``src/`` by esbuild."""

from __future__ import annotations

import base64
import functools
import hashlib
import importlib.resources

PLACEHOLDER = b"KAPSEL_CONFIG"

#: What JSON may hold and a script may not, or not everywhere: the end of its own element, and
#: the two characters that older browsers take for the end of a line.
ESCAPES = (
    (b"</", rb"<\/"),
    (b"<!--", rb"\u003c!--"),
    ("\u2028".encode(), rb"\u2028"),
    ("\u2029".encode(), rb"\u2029"),
)


@functools.cache
def engine() -> bytes:
    """Return the built script, without the line that says what it was built from."""
    built = importlib.resources.files("widget").joinpath("dist/kapsel.js").read_bytes()
    _, script = built.split(b"\n", 1)
    assert script.count(PLACEHOLDER) == 1, "widget/dist was not built from widget/src"
    return script


def compose(config: bytes) -> bytes:
    """
    Return the script of one site: the engine with *config* in it.

    Args:
        config: The site's configuration as JSON, from `consent_server.banner.config`.
    """
    for harmful, harmless in ESCAPES:
        config = config.replace(harmful, harmless)
    return engine().replace(PLACEHOLDER, config)


def integrity(script: bytes) -> str:
    """Return the value of a tag's ``integrity`` attribute that lets only *script* run."""
    return "sha384-" + base64.b64encode(hashlib.sha384(script).digest()).decode()
