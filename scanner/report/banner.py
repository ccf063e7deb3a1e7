"""What was found of a site's banner, in words. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scanner.model import BannerAnswer
    from scanner.wording import Words


def banner_in_words(banner: BannerAnswer, words: Words) -> str:
    """Say what was found of the site's banner."""
    if banner.found is None:
        return words.text("banner.unsure" if banner.doubts else "banner.not_looked_for")
    if not banner.found:
        return words.text("banner.none")
    facts = [banner.platform or words.text("banner.found")]
    if banner.page is not None:
        facts.append(words.text("banner.elsewhere", page=banner.page))
    for answer, did in (
        (banner.accepted, "accepted"),
        (banner.rejected, "refused"),
        (banner.withdrawn, "withdrawn"),
    ):
        if answer is not None:
            facts.append(words.text(f"banner.{did}" if answer else f"banner.not_{did}"))
    for category, took in banner.chosen.items():
        name = words.term("categories", category)
        facts.append(words.text("banner.alone" if took else "banner.not_alone", category=name))
    said = ", ".join(facts)
    if not banner.method:
        return said
    return words.text("banner.by", facts=said, method=words.term("methods", banner.method))
