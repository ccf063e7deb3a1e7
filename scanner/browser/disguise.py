"""Look like a person's browser: what it says of itself, in headers and to scripts."""

from __future__ import annotations

from typing import Any

VIEWPORT = (1366, 768)  # a common laptop
#: The parameters of ``Emulation.setDeviceMetricsOverride`` for it.
METRICS = {
    **dict.fromkeys(("width", "screenWidth"), VIEWPORT[0]),
    **dict.fromkeys(("height", "screenHeight"), VIEWPORT[1]),
    "deviceScaleFactor": 1,
    "mobile": False,
}
TIME_ZONE = "Europe/Oslo"
_GREASE = "Not)A;Brand"  # Chromium adds a made-up brand, so that nobody relies on the list

#: The regions that browsers name with a language, where they do.
_REGIONS = {
    "nb": "NO",
    "nn": "NO",
    "sv": "SE",
    "da": "DK",
    "en": "US",
    "cs": "CZ",
    "el": "GR",
    "et": "EE",
    "uk": "UA",
}


def user_agent(version: str) -> str:
    """Return the User-Agent of a Chrome of *version* ("156.0.8078.79") on Linux."""
    major = version.split(".", 1)[0]
    return (
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
        f"Chrome/{major}.0.0.0 Safari/537.36"
    )


def accept_language(languages: tuple[str, ...]) -> str:
    """Return the languages of a reader of *languages*, as navigator.languages lists them."""
    listed: list[str] = []
    for language in (*languages, "en"):
        base = language.split("-", 1)[0]
        full = language if "-" in language else f"{base}-{_REGIONS.get(base, base.upper())}"
        listed += [tag for tag in (full, base) if tag not in listed]
    return ",".join(listed)


def override(version: str, *, languages: tuple[str, ...]) -> dict[str, Any]:
    """Return the parameters of ``Emulation.setUserAgentOverride`` for a person's Chrome."""
    major = version.split(".", 1)[0]
    return {
        "userAgent": user_agent(version),
        "acceptLanguage": accept_language(languages),
        "platform": "Linux x86_64",
        "userAgentMetadata": {
            "brands": _brands(major, grease="8"),
            "fullVersionList": _brands(version, grease="8.0.0.0"),
            "fullVersion": version,
            "platform": "Linux",
            "platformVersion": "6.8.0",
            "architecture": "x86",
            "bitness": "64",
            "model": "",
            "mobile": False,
            "wow64": False,
        },
    }


def _brands(version: str, *, grease: str) -> list[dict[str, str]]:
    return [
        {"brand": "Chromium", "version": version},
        {"brand": "Google Chrome", "version": version},
        {"brand": _GREASE, "version": grease},
    ]
