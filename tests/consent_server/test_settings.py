"""What a server is told reaches the processes that it starts, its secrets apart."""

import os
from pathlib import Path

from consent_server.settings import HANDED_ON, Settings


def test_settings_are_handed_on_whole_and_without_a_secret_among_them(monkeypatch):
    for name in (HANDED_ON, "KAPSEL_API_TOKEN"):
        monkeypatch.setenv(name, "")
    settings = Settings(
        api_token="hush",
        sites_file=Path("elsewhere/sites.yaml"),
        checkpoints=Path("c"),
        hosts=("a.example", "b.example"),
        keep_network=True,
    )

    settings.hand_on()

    assert Settings.handed_on() == settings
    assert "hush" not in os.environ[HANDED_ON]
