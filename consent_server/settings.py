"""What a consent server is told when it starts."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How one consent server runs."""

    database: str = "kapsel.db"  # a file's path, or a postgresql:// URL
    sites_file: Path = Path("sites.yaml")
    api_token: str | None = None  # lets into the read API, beside those in the database

    @classmethod
    def from_environment(cls) -> Settings:
        """Return the settings that `to_environment` left for this process."""
        return cls(
            database=os.environ["KAPSEL_DATABASE"],
            sites_file=Path(os.environ["KAPSEL_SITES"]),
            api_token=os.environ.get("KAPSEL_API_TOKEN"),
        )

    def to_environment(self) -> None:
        """Leave the settings for the worker processes that this process starts."""
        os.environ["KAPSEL_DATABASE"] = self.database
        os.environ["KAPSEL_SITES"] = str(self.sites_file)
        if self.api_token is not None:
            os.environ["KAPSEL_API_TOKEN"] = self.api_token
