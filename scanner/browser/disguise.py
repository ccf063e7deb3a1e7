"""Look like a person's browser: what it says of itself, in headers and to scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from scanner.model import Visitor

VIEWPORT = (1366, 768)  # a common laptop


class Device(NamedTuple):
    """What a visitor holds in hand."""

    viewport: tuple[int, int]
    scale: float  # of its screen's pixels to the page's
    mobile: bool  # whether it is touched, and what it says of itself
    system: str  # in the User-Agent
    platform: str  # navigator.platform


DESKTOP = Device(VIEWPORT, 1, mobile=False, system="X11; Linux x86_64", platform="Linux x86_64")
#: By the name that sites.yaml has for it.
DEVICES = {
    "desktop": DESKTOP,
    "phone": Device(
        (412, 915), 2.625, mobile=True, system="Linux; Android 10; K", platform="Linux armv81"
    ),
    "tablet": Device(
        (800, 1280), 2, mobile=True, system="Linux; Android 10; K", platform="Linux armv81"
    ),
}
TIME_ZONE = "Europe/Oslo"
FINGERS = 5  # that telephones and tablets tell apart
#: Of what a page draws to what nobody looks at. The page cannot tell; only presses would miss.
TINY = 0.05
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


def user_agent(version: str, *, device: Device = DESKTOP) -> str:
    """Return the User-Agent of a Chrome of *version* ("156.0.8078.79") on *device*."""
    major = version.split(".", 1)[0]
    phone = "Mobile " if device is DEVICES["phone"] else ""
    return (
        f"Mozilla/5.0 ({device.system}) AppleWebKit/537.36 (KHTML, like Gecko) "
        f"Chrome/{major}.0.0.0 {phone}Safari/537.36"
    )


def metrics(visitor: Visitor, *, scale: float = 1) -> dict[str, Any]:
    """
    Return the parameters of ``Emulation.setDeviceMetricsOverride`` for the device of *visitor*.

    Args:
        scale: Of what is drawn: a page that nobody presses on needs no pixels. To the page, and
            in pictures of it, all is as large as ever.
    """
    device = DEVICES[visitor.device or "desktop"]
    width, height = device.viewport
    upright = {"screenOrientation": {"type": "portraitPrimary", "angle": 0}}
    return {
        **dict.fromkeys(("width", "screenWidth"), width),
        **dict.fromkeys(("height", "screenHeight"), height),
        "deviceScaleFactor": device.scale,
        "mobile": device.mobile,
        "scale": scale,
        **(upright if device.mobile else {}),
    }


def emulation(visitor: Visitor) -> tuple[tuple[str, dict[str, Any]], ...]:
    """Return the commands of DevTools that make a page look as it does to *visitor*."""
    device = DEVICES[visitor.device or "desktop"]
    commands: list[tuple[str, dict[str, Any]]] = [
        ("Emulation.setDeviceMetricsOverride", metrics(visitor, scale=TINY)),
        ("Emulation.setFocusEmulationEnabled", {"enabled": True}),
    ]
    if device.mobile:
        touch = {"enabled": True, "maxTouchPoints": FINGERS}
        commands.append(("Emulation.setTouchEmulationEnabled", touch))
    if visitor.time_zone:
        commands.append(("Emulation.setTimezoneOverride", {"timezoneId": visitor.time_zone}))
    if visitor.location is not None:
        position = {"latitude": visitor.location.latitude, "longitude": visitor.location.longitude}
        commands.append(("Emulation.setGeolocationOverride", {**position, "accuracy": 10}))
    return tuple(commands)


def accept_language(languages: tuple[str, ...]) -> str:
    """Return the languages of a reader of *languages*, as navigator.languages lists them."""
    listed: list[str] = []
    for language in (*languages, "en"):
        base = language.split("-", 1)[0]
        full = language if "-" in language else f"{base}-{_REGIONS.get(base, base.upper())}"
        listed += [tag for tag in (full, base) if tag not in listed]
    return ",".join(listed)


def override(
    version: str, *, languages: tuple[str, ...], device: Device = DESKTOP
) -> dict[str, Any]:
    """Return the parameters of ``Emulation.setUserAgentOverride`` for a person's Chrome."""
    major = version.split(".", 1)[0]
    return {
        "userAgent": user_agent(version, device=device),
        "acceptLanguage": accept_language(languages),
        "platform": device.platform,
        "userAgentMetadata": {
            "brands": _brands(major, grease="8"),
            "fullVersionList": _brands(version, grease="8.0.0.0"),
            "fullVersion": version,
            "platform": "Android" if device.mobile else "Linux",
            "platformVersion": "14.0.0" if device.mobile else "6.8.0",
            "architecture": "" if device.mobile else "x86",
            "bitness": "" if device.mobile else "64",
            "model": "",
            "mobile": device is DEVICES["phone"],
            "wow64": False,
        },
    }


def _brands(version: str, *, grease: str) -> list[dict[str, str]]:
    return [
        {"brand": "Chromium", "version": version},
        {"brand": "Google Chrome", "version": version},
        {"brand": _GREASE, "version": grease},
    ]
