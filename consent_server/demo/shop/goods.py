"""What the shop sells, read from ``goods.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import msgspec


class Shelf(msgspec.Struct, frozen=True, kw_only=True):
    """A category page."""

    slug: str
    name: str
    text: str


class Article(msgspec.Struct, frozen=True, kw_only=True):
    """Something for sale."""

    slug: str
    shelf: str
    name: str
    price: int  # kroner, with tax
    line: str
    text: str
    weight: str


class Goods(msgspec.Struct, frozen=True, kw_only=True):
    """All shelves and articles."""

    shelves: tuple[Shelf, ...]
    articles: tuple[Article, ...]

    def shelf(self, slug: str) -> Shelf | None:
        """Return the shelf with that *slug*."""
        return next((shelf for shelf in self.shelves if shelf.slug == slug), None)

    def article(self, slug: str) -> Article | None:
        """Return the article with that *slug*."""
        return next((article for article in self.articles if article.slug == slug), None)

    def on(self, shelf: Shelf) -> tuple[Article, ...]:
        """Return what lies on *shelf*."""
        return tuple(article for article in self.articles if article.shelf == shelf.slug)


@cache
def load() -> Goods:
    """Return the shop's goods."""
    text = Path(__file__).with_name("goods.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), Goods)
