"""What a site shows of the consent that it has: read before and after a press, and compared."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import msgspec
from playwright.async_api import Error

from scanner.answer.kept import agrees, granted
from scanner.answer.look import FRAME_PATIENCE, script
from scanner.answer.platforms import Platform, platform, platforms

if TYPE_CHECKING:
    from playwright.async_api import Frame, Page

    from scanner.model import Category


#: Where something is kept: a cookie's domain, path and name, or a frame's address and the key.
Place: TypeAlias = tuple[str, ...]


class _FrameTraces(msgspec.Struct, frozen=True, kw_only=True):
    storage: tuple[tuple[str, str], ...] = ()
    tcf: tuple[str, int] | None = None  # the string, and how many purposes have consent
    gpp: str | None = None
    consent: tuple[str, ...] = ()  # entries of the data layer that speak of consent


class Traces(msgspec.Struct, frozen=True, kw_only=True):
    """One moment's traces of consent, in a page and its frames. Lives no longer than the answer."""

    cookies: frozenset[tuple[str, str, str, str]]  # name, domain, path, value
    storage: frozenset[tuple[str, str, str]]  # frame, key, value
    tcf: frozenset[tuple[str, int]]
    gpp: frozenset[str]
    consent: tuple[str, ...]

    @property
    def entries(self) -> dict[Place, str]:
        """What is kept, by place: cookies have three parts, storage has two."""
        cookies: dict[Place, str] = {(d, p, name): value for name, d, p, value in self.cookies}
        return cookies | {(frame, key): value for frame, key, value in self.storage}

    def differ(self, earlier: Traces) -> bool:
        """Whether the site keeps, or says, something that it did not *earlier*."""
        return (
            self.cookies != earlier.cookies
            or self.storage != earlier.storage
            or self.tcf != earlier.tcf
            or self.gpp != earlier.gpp
            or self.consent != earlier.consent
        )

    def record_of(self, name: str) -> Literal["yes", "no"] | None:
        """Return the answer that the platform *name* keeps; None: none, or it cannot be read."""
        known = platform(name)
        return self.heard(known, self) if known else None

    def heard(self, known: Platform | None, earlier: Traces) -> Literal["yes", "no"] | None:
        """
        Return the answer that the site took, as far as it can be read; None: it cannot.

        A platform's own record is believed first, then IAB's TCF, then Google's consent mode.
        """
        names = [(name, value) for name, _, _, value in self.cookies]
        keys = [(key, value) for _, key, value in self.storage]
        changed = {n for n, _, _, _ in self.cookies ^ earlier.cookies}
        changed |= {key for _, key, _ in self.storage ^ earlier.storage}
        candidates = (known,) if known else platforms()
        for candidate in candidates:
            answer = candidate.heard(
                cookies=[pair for pair in names if known or pair[0] in changed],
                storage=[pair for pair in keys if known or pair[0] in changed],
            )
            if answer:
                return answer
        if self.tcf != earlier.tcf and self.tcf:
            return "yes" if any(purposes for _, purposes in self.tcf) else "no"
        return _consent_mode(self.consent[len(earlier.consent) :])

    def kept(self, answer: Literal["yes", "no"] | Category, earlier: Traces) -> bool | None:
        """Return whether what was kept since says the same as *answer*; None: it does not say."""
        values = [value for _, _, _, value in self.cookies - earlier.cookies]
        values += [value for _, _, value in self.storage - earlier.storage]
        return agrees(granted(values), answer)


async def read_traces(page: Page) -> Traces:
    """Return the traces of consent that *page* has now."""
    jar, told = await asyncio.gather(
        _cookies(page),
        asyncio.gather(*(_frame_traces(frame) for frame in page.frames)),
    )
    frames = [(frame, traces) for frame, traces in told if traces is not None]
    return Traces(
        cookies=frozenset((c["name"], c["domain"], c["path"], c["value"]) for c in jar),
        storage=frozenset(
            (frame.url.split("?")[0], key, value)
            for frame, traces in frames
            for key, value in traces.storage
        ),
        tcf=frozenset(traces.tcf for _, traces in frames if traces.tcf),
        gpp=frozenset(traces.gpp for _, traces in frames if traces.gpp),
        consent=tuple(entry for _, traces in frames for entry in traces.consent),
    )


async def _cookies(page: Page) -> list[dict[str, Any]]:
    """Return the cookies of the page's own jar, which Playwright may take for another's."""
    session = await page.context.new_cdp_session(page)
    try:
        jar: dict[str, Any] = await session.send("Network.getAllCookies")
    finally:
        await session.detach()
    cookies: list[dict[str, Any]] = jar["cookies"]
    return cookies


async def _frame_traces(frame: Frame) -> tuple[Frame, _FrameTraces | None]:
    try:
        async with asyncio.timeout(FRAME_PATIENCE):
            told = await frame.evaluate(script("traces.js"))
    except (Error, TimeoutError):  # gone, navigating or too busy
        return frame, None
    return frame, msgspec.convert(told, _FrameTraces)


def _consent_mode(entries: tuple[str, ...]) -> Literal["yes", "no"] | None:
    """Return the answer in Google's ``gtag('consent', 'update', {…})``; None: there is none."""
    for entry in reversed(entries):
        try:
            words = json.loads(entry)
        except json.JSONDecodeError:  # cut short: too long to be a signal
            continue
        if not isinstance(words, list) or words[:2] != ["consent", "update"] or len(words) < 3:
            continue
        if not isinstance(words[2], dict):
            continue
        signals = [words[2].get(s) for s in ("ad_storage", "analytics_storage") if s in words[2]]
        if signals:
            return "yes" if "granted" in signals else "no"
    return None
