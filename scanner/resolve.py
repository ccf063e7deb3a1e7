"""Where host names lead: the rules of ``--resolve``, for the browser and for our own fetching."""

from __future__ import annotations

import fnmatch
import ipaddress
import re

import msgspec

from scanner.errors import ResolveInvalid

_HOST = re.compile(r"\*|(\*\.)?[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]+\]", re.IGNORECASE)


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A name, or pattern of names, and the address that it leads to."""

    host: str  # in lower case; "*" and "*.example" are patterns
    port: int | None  # None: any
    address: str
    address_port: int | None  # None: the port that was asked for

    def matches(self, host: str, port: int) -> bool:
        """Tell whether this rule speaks of *host* at *port*."""
        return (self.port is None or self.port == port) and fnmatch.fnmatchcase(
            host.lower().rstrip("."), self.host
        )


class Resolution(msgspec.Struct, frozen=True, kw_only=True):
    """Rules in the order given; the first that speaks of a name decides."""

    rules: tuple[Rule, ...] = ()

    @classmethod
    def parse(cls, rules: tuple[str, ...] | list[str]) -> Resolution:
        """
        Read rules as the command line takes them.

        Args:
            rules: Each ``HOST[:PORT]=ADDRESS[:PORT]`` or, as curl has it, ``HOST:PORT:ADDRESS``.

        Raises:
            ResolveInvalid: If one is malformed; the text says which, and what is expected.
        """
        return cls(rules=tuple(_parse(text.strip()) for text in rules))

    def lookup(self, host: str, port: int) -> tuple[str, int]:
        """Return the address and port to connect to for *host* at *port*."""
        for rule in self.rules:
            if rule.matches(host, port):
                return rule.address, rule.address_port or port
        return host, port

    def covers(self, host: str) -> bool:
        """Tell whether a rule speaks of *host*, at whichever port."""
        return any(rule.matches(host, rule.port or 443) for rule in self.rules)

    def chromium_rules(self) -> str | None:
        """Return the rules as Chromium's ``--host-resolver-rules`` takes them; None: no rules."""
        if not self.rules:
            return None
        return ", ".join(
            f"MAP {rule.host}{_port(rule.port)} "
            f"{_bracketed(rule.address)}{_port(rule.address_port)}"
            for rule in self.rules
        )


def _parse(text: str) -> Rule:
    if "=" in text:
        source, _, target = text.partition("=")
        host, port = _split(source, text)
        address, address_port = _split(target, text)
    else:
        parts = text.lstrip("+").split(":", 2)
        if len(parts) != 3:
            raise _malformed(text)
        host, port = _split(f"{parts[0]}:{parts[1]}", text)
        address, address_port = _split(_bracketed(parts[2].strip("[]")), text)
    if "*" in address:
        raise _malformed(text)
    return Rule(host=host, port=port, address=address.strip("[]"), address_port=address_port)


def _split(place: str, rule: str) -> tuple[str, int | None]:
    """Return the host (in lower case) and the port of *place*."""
    host, colon, port = place.strip().rpartition(":")
    if not colon or place.endswith("]"):
        host, port = place.strip(), ""
    if not _HOST.fullmatch(host) or (colon and not place.endswith("]") and not port.isdigit()):
        raise _malformed(rule)
    if port and not 0 < int(port) < 65536:
        raise _malformed(rule)
    return host.lower().rstrip("."), int(port) if port else None


def _port(port: int | None) -> str:
    return "" if port is None else f":{port}"


def _bracketed(address: str) -> str:
    try:
        return f"[{address}]" if ipaddress.ip_address(address).version == 6 else address
    except ValueError:
        return address


def _malformed(rule: str) -> ResolveInvalid:
    return ResolveInvalid(
        f"--resolve {rule!r} is not HOST=ADDRESS; write for example "
        "'www.example.no=127.0.0.1:8443' or '*.example.no=127.0.0.1'"
    )
