"""What is known of cookies: one TOML file per vendor, and purposes in the words of people."""

from scanner.knowledge.base import Knowledge, load
from scanner.knowledge.model import Cookie, Vendor

__all__ = ["Cookie", "Knowledge", "Vendor", "load"]
