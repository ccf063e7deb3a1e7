"""Who asks, when a proxy stands between: believed only from the addresses of proxies of ours."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, MutableMapping

#: As some proxies write an address: with the port that it came from, IPv6 in brackets.
_WITH_PORT = re.compile(r"(?:\[(?P<six>[^\]]*)\]|(?P<four>\d+\.\d+\.\d+\.\d+))(?::\d+)?")
_COUNTRY = re.compile(rb"[A-Za-z]{2}")
_NOWHERE = frozenset((b"XX", b"T1"))  # how proxies say that they do not know, or that it is Tor


class Proxies:
    """
    The proxies at the addresses *trusted*, that name the country in the header *country*.

    An address may be a network too, such as 172.16.0.0/12.
    """

    def __init__(self, trusted: Collection[str] = (), *, country: str | None = None) -> None:
        self._trusted = frozenset(trusted)
        self._networks = [ipaddress.ip_network(each) for each in trusted if "/" in each]
        self._country = None if country is None else country.lower().encode()

    def look_through(self, scope: MutableMapping[str, Any], headers: Mapping[bytes, bytes]) -> None:
        """Put the visitor in the place of the proxy in *scope*: address, scheme, country."""
        if scope["client"] is None or not self.trusts(scope["client"][0]):
            return
        if self.over_tls(scope["client"][0], headers):
            scope["scheme"] = "https"
        address, country = self.behind(scope["client"][0], headers)
        if b"x-forwarded-for" in headers:
            scope["client"] = (address, 0)
        if country is not None:
            scope["country"] = country

    def behind(
        self, address: str | None, headers: Mapping[bytes, bytes]
    ) -> tuple[str | None, str | None]:
        """Return the visitor's address, and country, where *address* sends *headers*."""
        if address is None or not self.trusts(address):
            return address, None
        chain = headers.get(b"x-forwarded-for")
        if chain is not None:
            address = self._visitor(chain.decode("latin-1"))
        if self._country is None:
            return address, None
        told = headers.get(self._country, b"").upper()
        known = _COUNTRY.fullmatch(told) is not None and told not in _NOWHERE
        return address, told.decode() if known else None

    def over_tls(self, address: str | None, headers: Mapping[bytes, bytes]) -> bool:
        """Return whether a proxy at *address* says that the visitor has come over TLS."""
        told = headers.get(b"x-forwarded-proto") == b"https"
        return told and address is not None and self.trusts(address)

    def trusts(self, address: str) -> bool:
        """Return whether *address* is one of the proxies'."""
        if address in self._trusted or not self._networks:
            return address in self._trusted
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(parsed in each for each in self._networks)

    def _visitor(self, chain: str) -> str:
        """Return the last address in *chain* that is no proxy of ours: who is before it may lie."""
        if "," not in chain:
            return _bare(chain.strip())
        addresses = [_bare(address.strip()) for address in chain.split(",")]
        strangers = [address for address in addresses if not self.trusts(address)]
        return (strangers or addresses)[-1]


def _bare(address: str) -> str:
    """Return *address* without its port; one of IPv4 that is written as IPv6 as itself."""
    if ":" not in address:
        return address
    found = _WITH_PORT.fullmatch(address)
    if found is not None:
        address = found["six"] or found["four"] or ""
    if not address.lower().startswith("::ffff:"):
        return address
    try:
        return str(ipaddress.IPv6Address(address).ipv4_mapped or address)
    except ValueError:
        return address


def network(address: str | None) -> str | None:
    """Return the /24 or /48 of *address*; None: it is no address."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return None
    bits = 24 if parsed.version == 4 else 48
    return str(ipaddress.ip_network((parsed, bits), strict=False))
