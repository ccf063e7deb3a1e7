"""What items are for: a controlled vocabulary, and one sentence for each word and language.

``purposes/codes.toml`` lists the codes by category; ``purposes/<language>.toml`` has the
sentences. In a sentence ``{vendor}`` is always the subject of a clause, so that no language
has to inflect a name.
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import msgspec

from scanner.model import Category

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scanner.knowledge.model import Vendor

#: From the least to the most invasive: the most invasive purpose decides what an item is.
INVASIVENESS = (
    Category.NECESSARY,
    Category.FUNCTIONAL,
    Category.STATISTICS,
    Category.MARKETING,
)


class Phrases(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The sentences of one language."""

    site: str  # "this website", where nobody but the site itself stands behind an item
    platform: str  # "this website ({name})", where its software does
    elision: str = ""  # letters before which "que" loses its last one
    purposes: dict[str, str]  # code -> sentence with {vendor}


class Vocabulary(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All codes with their categories, and the sentences by language."""

    codes: dict[str, Category]
    phrases: dict[str, Phrases]

    def category(self, codes: Iterable[str]) -> Category:
        """Return the category of the most invasive of *codes*.

        Raises:
            KeyError: a code is not in the vocabulary.
            ValueError: there are no codes.
        """
        return max((self.codes[code] for code in codes), key=INVASIVENESS.index)

    def texts(self, codes: Iterable[str], vendor: Vendor) -> dict[str, str]:
        """Say in every language what an item of *vendor* with these *codes* is for."""
        told = tuple(codes)
        return {
            language: " ".join(self._sentence(phrases, code, vendor) for code in told)
            for language, phrases in self.phrases.items()
        }

    @staticmethod
    def _sentence(phrases: Phrases, code: str, vendor: Vendor) -> str:
        match vendor.kind:
            case "generic":
                subject = phrases.site
            case "platform":
                subject = phrases.platform.replace("{name}", vendor.name)
            case _:
                subject = vendor.name
        sentence = phrases.purposes[code]
        if subject and subject[0] in phrases.elision:
            sentence = sentence.replace("que {vendor}", "qu’{vendor}")
        sentence = sentence.replace("{vendor}", subject)
        return sentence[:1].upper() + sentence[1:]


def read(sources: Mapping[str, bytes]) -> Vocabulary:
    """Return the vocabulary of the files in *sources*: file name -> contents.

    Raises:
        tomllib.TOMLDecodeError, msgspec.ValidationError: a file is not what it should be.
    """
    by_category = tomllib.loads(sources["codes.toml"].decode())
    return Vocabulary(
        codes={
            code: Category(category) for category, codes in by_category.items() for code in codes
        },
        phrases={
            name.removesuffix(".toml"): msgspec.convert(tomllib.loads(text.decode()), Phrases)
            for name, text in sources.items()
            if name != "codes.toml"
        },
    )
