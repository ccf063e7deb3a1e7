"""The languages that the pages under /admin, the reports and the messages to owners speak."""

SPOKEN = ("en", "nb", "nn", "sv", "da", "fi", "de")
