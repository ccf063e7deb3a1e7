"""Texts for the people who run sites: in their language, with plurals, dates and numbers by CLDR.

Visitors are spoken to in more languages (``scanner/languages.py``); those here are the languages
that the pages under /admin, the reports and the messages to owners have.
"""

from __future__ import annotations

import datetime as dt
import functools
import zoneinfo
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from scanner.languages import choose, lifetime_in_words, texts
from scanner.spoken import SPOKEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scanner.model import Kind, Site

#: Where their texts lie: what is said of a scan, wherever it is told.
SCANS = "scanner/locale/report"

UTC = zoneinfo.ZoneInfo("UTC")

#: By which the dates and numbers of a language are written, where it is not the language itself.
_LOCALES = {"en": "en_GB"}


class ZoneUnknown(ValueError):
    """There is no such time zone; the text says how one is written."""


class Words:
    """What is said to somebody: in one language, with times of one zone."""

    def __init__(self, language: str, said: Mapping[str, Any], *, zone: dt.tzinfo = UTC) -> None:
        self.language = language
        self.zone = zone
        self._said = said
        self._locale = _LOCALES.get(language, language)

    def text(self, key: str, /, **facts: object) -> str:
        """Return the text with this dotted *key*; its form follows the fact *count*."""
        return self._raw(key, facts).format(**self._written(facts))

    def html(self, key: str, /, **facts: object) -> Markup:
        """Return the same as HTML; facts that are not Markup are escaped."""
        return escape(self._raw(key, facts)).format(**self._written(facts))

    def term(self, kind: str, value: object) -> str:
        """Return what *value*, a word of programs, is called; itself if it has no other name."""
        return self.named(kind).get(str(value), str(value))

    def terms(self, kind: str, values: Iterable[object]) -> str:
        """Return what *values* are called, one after the other."""
        return ", ".join(self.term(kind, value) for value in values)

    def named(self, kind: str) -> Mapping[str, str]:
        """Return all words of programs of this *kind* with what they are called."""
        names: Mapping[str, str] = self._said["terms"][kind]
        return names

    def minute(self, moment: dt.datetime) -> str:
        """Return *moment* in the zone, to the minute."""
        from babel.dates import format_time

        time = format_time(moment.astimezone(self.zone).time(), "short", locale=self._locale)
        return f"{self.day(moment)} {time}"

    def moment(self, moment: dt.datetime) -> str:
        """Return *moment* to the minute, and the name of its zone."""
        return f"{self.minute(moment)} {moment.astimezone(self.zone).tzname()}"

    def day(self, moment: dt.datetime | dt.date) -> str:
        """Return a day, or the day of *moment* in the zone."""
        from babel.dates import format_date

        at = moment.astimezone(self.zone) if isinstance(moment, dt.datetime) else moment
        return format_date(at, "medium", locale=self._locale)

    def day_of_year(self, day: dt.date) -> str:
        """Return *day* without its year."""
        from babel.dates import format_skeleton

        return format_skeleton("MMMd", day, locale=self._locale)

    def number(self, number: float, pattern: str | None = None) -> str:
        """Return *number* with the signs of the language."""
        from babel.numbers import format_decimal

        return format_decimal(number, pattern, locale=self._locale)

    def percent(self, share: float, digits: str = "0.0") -> str:
        """Return *share*, from 0 to 1, in hundredths, with as many *digits*."""
        from babel import Locale
        from babel.numbers import format_percent

        usual: str = Locale.parse(self._locale).percent_formats[None].pattern
        return format_percent(share, usual.replace("#,##0", digits), locale=self._locale)

    def lifetime(self, seconds: float | None, kind: Kind) -> str:
        """Say how long an item of this *kind* stays."""
        return lifetime_in_words(seconds, kind, self.language)

    @property
    def zone_name(self) -> str:
        """The name of the zone, as IANA spells it."""
        return str(self.zone)

    def _raw(self, key: str, facts: Mapping[str, object]) -> str:
        found: Any = self._said
        for part in key.split("."):
            found = found[part]
        if isinstance(found, str):
            return found
        count = facts["count"]
        assert isinstance(count, int)
        form: str = found.get(_plural_form(self._locale, count), found["other"])
        return form

    def _written(self, facts: Mapping[str, object]) -> dict[str, object]:
        return {
            name: self.number(fact) if type(fact) is int else fact for name, fact in facts.items()
        }


def words(language: str, *folders: str, zone: dt.tzinfo = UTC) -> Words:
    """
    Return what is said in *language*, or in the one of `SPOKEN` that stands in for it.

    Args:
        folders: Where the texts lie; those of a scan are always among them.
        zone: In which times are told.
    """
    spoken = choose([language], SPOKEN)
    return Words(spoken, _merged(spoken, (SCANS, *folders)), zone=zone)


def words_for(
    site: Site | None, *folders: str, language: str | None = None, zone_name: str = "UTC"
) -> Words:
    """
    Return how to speak to the owner of *site*: in its first language, with times in its zone.

    Args:
        site: None: one that is not listed.
        language: Wins over the site's.
        zone_name: Where the site names no zone.
    """
    spoken = language or choose(site.languages[:1] if site else ("en",), SPOKEN)
    named = (site and site.time_zone) or zone_name
    return words(spoken, *folders, zone=zone(named))


def zone(name: str) -> zoneinfo.ZoneInfo:
    """
    Return the time zone *name*.

    Raises:
        ZoneUnknown: If there is none.
    """
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as exc:
        raise ZoneUnknown(f"'{name}' is no time zone: write one as Europe/Oslo") from exc


@functools.cache
def _merged(language: str, folders: tuple[str, ...]) -> dict[str, Any]:
    """Return the texts of all *folders*; their terms stand together."""
    merged: dict[str, Any] = {"terms": {}}
    for folder in folders:
        own = texts(language, of=folder)
        merged |= {**own, "terms": merged["terms"] | own.get("terms", {})}
    return merged


@functools.cache
def _plural_form(locale: str, count: int) -> str:
    from babel import Locale

    return Locale.parse(locale).plural_form(count)
