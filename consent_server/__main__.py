"""``python -m consent_server`` is ``kapsel``."""

from consent_server.cli import main

main()
