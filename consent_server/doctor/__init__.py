"""Look over an installation and say in plain words what is wrong, and what to do about it."""

from consent_server.doctor.check import Check, State

__all__ = ["Check", "State"]
