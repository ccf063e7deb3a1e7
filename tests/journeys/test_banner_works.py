"""The next scan comes as visitors who accept and who refuse: the banner keeps its promise."""

import json
import shutil

import pytest

from consent_server.app import create_app
from consent_server.demo.shop.opening import under_names
from consent_server.demo.shop.site import Dress
from consent_server.settings import Settings
from tests.journeys.conftest import SITES, Kapsel
from tests.sites import truth

SENT = {"request", "beacon"}


@pytest.fixture(scope="module")
def week(tmp_path_factory):
    """The shop with the banner, scanned by the real command under its own name."""
    kapsel = Kapsel(tmp_path_factory.mktemp("week"))
    shutil.copyfile(SITES, kapsel.folder / "sites.yaml")
    settings = Settings(
        database=str(kapsel.folder / "kapsel.db"), sites_file=kapsel.folder / "sites.yaml"
    )
    with under_names(Dress.WITH_KAPSEL, consent=create_app(settings)) as shop:
        rules = [word for rule in shop.resolve for word in ("--resolve", rule)]
        done = kapsel.run("scan", "fjellbua", *rules, "--insecure", "--format", "json")
    (kapsel.scan,) = json.loads(done.stdout)["scans"]
    return kapsel


def met(scan, state):
    """What was stored in *state*, and what was asked of other companies."""
    found = [entry for entry in scan["entries"] if state in entry["states"]]
    stored = {(e["kind"], e["name"], e["domain"]) for e in found if e["kind"] not in SENT}
    asked = {e["name"] for e in found if e["kind"] == "request" and e["party"] == "third"}
    return stored, asked


def true(state):
    return {
        (stored.kind, stored.name, stored.domain)
        for stored in (*truth.COOKIES, *truth.STORAGE, *truth.BANNER)
        if state in stored.with_kapsel
    }


def test_the_banner_is_recognised_and_answered_both_ways(week):
    assert week.scan["status"] == "complete"
    banner = week.scan["banner"]
    facts = ("found", "platform", "accepted", "rejected", "withdrawn", "method")
    assert [banner[fact] for fact in facts] == [True, "kapsel", True, True, None, "own"]
    assert [press["label"] for press in banner["presses"]] == ["Godta alle", "Avvis alle"]


@pytest.mark.parametrize("state", ["before", "reject"])
def test_without_consent_only_the_necessary_is_stored_and_nobody_else_learns_of_it(week, state):
    assert met(week.scan, state) == (true(state), set())


def test_with_consent_everything_runs(week):
    assert met(week.scan, "accept") == (true("accept"), truth.THIRD_PARTIES)


def test_nothing_breaks_a_rule_of_consent(week):
    broken = {finding["rule"] for finding in week.scan["findings"]}

    assert not broken & {
        "pre-consent-cookie",
        "pre-consent-third-party-cookie",
        "pre-consent-web-storage",
        "pre-consent-tracker-request",
        "post-reject-cookie",
        "post-reject-storage",
        "post-reject-tracker-request",
    }
