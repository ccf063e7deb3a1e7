"""The names in the shop's world, and where each of them is found."""

from __future__ import annotations

import msgspec

SHOP = "www.fjellbua.example"
STATIC = "static.fjellbua.example"  # the shop's pictures and styles
CONSENT = "samtykke.fjellbua.example"  # the shop's consent server
STATISTICS = "stats.tellekontoret.example"
SOCIAL = "piksel.nabolaget.example"
ADVERTISING = "ads.nordannonse.example"
SHARE = "del.knapperad.example"
CHAT = "chat.praterom.example"
MAP = "kart.turkart.example"

OTHERS = (STATIC, STATISTICS, SOCIAL, ADVERTISING, SHARE, CHAT, MAP)


class Addresses(msgspec.Struct, frozen=True, kw_only=True):
    """
    Where to find each host: under its own name, or on ports of this machine.

    Under their own names the hosts speak TLS, and the browser must be told where they are. On
    ports they speak plain HTTP, so that anybody's browser opens them without a warning; the
    others then share one origin, each below a path of its own.
    """

    shop: str = f"https://{SHOP}"  # an origin, without a slash at its end
    others: str | None = None  # origin that all the others share; None: under their own names
    consent: str = f"https://{CONSENT}"  # where the consent server is

    def of(self, host: str) -> str:
        """Return the address of *host*, without a slash at its end."""
        if host == SHOP:
            return self.shop
        if host == CONSENT:
            return self.consent
        return f"https://{host}" if self.others is None else f"{self.others}/{host}"

    @property
    def secure(self) -> bool:
        """Whether the shop speaks TLS."""
        return self.shop.startswith("https:")
