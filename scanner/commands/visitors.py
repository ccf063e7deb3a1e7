"""The options of a scan that say as whom it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from scanner.commands.options import Line

if TYPE_CHECKING:
    from collections.abc import Callable

    from scanner.model import Location, Visitor

#: As in scanner.sites.visitor; written out so that ``--help`` imports nothing.
DEVICES = ("desktop", "phone", "tablet")

OPTIONS = (
    click.option("--device", type=click.Choice(DEVICES), help="What the visitor holds in hand."),
    click.option("--locale", metavar="nb-NO", help="Language and region of the visitor."),
    click.option("--time-zone", metavar="Europe/Oslo", help="Where the visitor's clock is."),
    click.option(
        "--location", metavar="LAT,LON", help="What the browser tells sites that ask where it is."
    ),
    click.option(
        "--header",
        "headers",
        multiple=True,
        type=Line(),
        metavar="'NAME: VALUE'",
        help="Sent to the site's own servers only; ${NAME} stands for a variable; repeatable.",
    ),
    click.option(
        "--cookie",
        "cookies",
        multiple=True,
        type=Line(),
        metavar="NAME=VALUE",
        help="Brought along to the site; ${NAME} stands for a variable; repeatable.",
    ),
)


def read_visitor(
    *,
    device: str | None,
    locale: str | None,
    time_zone: str | None,
    location: str | None,
    headers: tuple[str, ...],
    cookies: tuple[str, ...],
) -> Visitor:
    """Return what the options say of the visitor; wrong ones are wrong use."""
    from scanner.model import GivenCookie, Visitor
    from scanner.sites import visitor

    if locale is not None:
        _right(visitor.locale_fault(locale), "--locale")
    if time_zone is not None:
        _right(visitor.time_zone_fault(time_zone), "--time-zone")
    given = [_parted(text, "=", "--cookie", visitor.cookie_fault) for text in cookies]
    own = [_parted(text, ":", "--header", visitor.header_fault) for text in headers]
    return Visitor(
        device=device,  # type: ignore[arg-type]  # one of DEVICES
        locale=locale,
        time_zone=time_zone,
        location=None if location is None else _location(location),
        headers=dict(own),
        cookies=tuple(GivenCookie(name=name, value=value) for name, value in given),
    )


def _parted(
    text: str, sign: str, option: str, find_fault: Callable[[str, str], str | None]
) -> tuple[str, str]:
    name, found, value = (part.strip() for part in text.partition(sign))
    _right(None if found else f"'{name}' has no '{sign}' after its name", option)
    _right(find_fault(name, value), option)
    return name, value


def _location(text: str) -> Location:
    from scanner.model import Location

    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError:
        raise click.BadParameter(
            f"'{text}' is no place: write 59.91,10.75", param_hint="--location"
        ) from None
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        raise click.BadParameter(f"'{text}' is not on the earth", param_hint="--location")
    return Location(latitude=latitude, longitude=longitude)


def _right(fault: str | None, option: str) -> None:
    if fault is not None:
        raise click.BadParameter(fault, param_hint=option)
