"""The script that sites embed, as built from ``src/`` by esbuild."""

from __future__ import annotations

import base64
import functools
import hashlib
import importlib.resources
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

#: What JSON may hold and a script may not, or not everywhere: the end of its own element, and
#: the two characters that older browsers take for the end of a line.
ESCAPES = (
    (b"</", rb"<\/"),
    (b"<!--", rb"\u003c!--"),
    ("\u2028".encode(), rb"\u2028"),
    ("\u2029".encode(), rb"\u2029"),
)


def compose(config: bytes) -> bytes:
    """
    Return the script of one site: the engine with *config* in it.

    Args:
        config: The site's configuration as JSON, from `consent_server.banner.config`.
    """
    told = json.loads(config)
    marked = told.get("banner", {}).get("blocking", "marked") == "marked"
    told.pop("scanned_at", None)  # for who reads the facts: the engine does not
    if told.get("controller"):
        told["controller"] = {"policy": told["controller"]["policy"]}
    packed = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    return _filled("kapsel.js" if marked else "guarded.js", b"KAPSEL_CONFIG", packed)


def consent_mode_defaults(
    *,
    regions: Sequence[str] = (),
    wait_for_update: int = 500,
    ads_data_redaction: bool = True,
    url_passthrough: bool = False,
    uet: bool = False,
) -> bytes:
    """
    Return the inline script that must stand before the tags of Google (Consent Mode v2).

    It refuses everything until the widget, which is loaded without blocking the page, has told
    what the visitor has answered.

    Args:
        regions: ISO 3166-2 codes where it holds; none: everywhere.
        wait_for_update: Milliseconds that the tags wait for the widget.
        ads_data_redaction: Whether advertising hits lose their identifiers while refused.
        url_passthrough: Whether links carry identifiers in their addresses while refused.
        uet: Whether the tag of Microsoft Advertising is refused beforehand, too.
    """
    settings = {"ads_data_redaction": ads_data_redaction, "url_passthrough": url_passthrough}
    options = {
        "regions": list(regions),
        "wait": wait_for_update,
        "settings": [name for name, wanted in settings.items() if wanted],
        "uet": uet,
    }
    return _filled("defaults.js", b"KAPSEL_DEFAULTS", json.dumps(options).encode())


def integrity(script: bytes) -> str:
    """Return the value of a tag's ``integrity`` attribute that lets only *script* run."""
    return "sha384-" + base64.b64encode(hashlib.sha384(script).digest()).decode()


def _filled(name: str, placeholder: bytes, value: bytes) -> bytes:
    """Return a built file with *value*, which is JSON, where the placeholder stands."""
    script = _built(name)
    assert script.count(placeholder) == 1, "widget/dist was not built from widget/src"
    for harmful, harmless in ESCAPES:
        value = value.replace(harmful, harmless)
    return script.replace(placeholder, value)


@functools.cache
def _built(name: str) -> bytes:
    """Return a file of ``dist/`` without the line that says what it was built from."""
    file = importlib.resources.files("widget").joinpath("dist", name).read_bytes()
    return file.split(b"\n", 1)[1]
