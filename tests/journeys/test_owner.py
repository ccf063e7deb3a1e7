"""The owner's first day: from a list of one site to its catalogue, declaration and tag."""

import json
import shutil

import pytest

from consent_server.demo.shop.opening import under_names
from consent_server.demo.shop.site import Dress
from tests.journeys.conftest import SITES, Kapsel
from tests.sites import truth

SLACK = 60  # seconds between a cookie's being set and its being read
SENT = {"request", "beacon"}


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    """The shop as found, scanned by the real command under its own name."""
    kapsel = Kapsel(tmp_path_factory.mktemp("owner"))
    shutil.copyfile(SITES, kapsel.folder / "sites.yaml")
    with under_names(Dress.AS_FOUND) as shop:
        rules = [word for rule in shop.resolve for word in ("--resolve", rule)]
        done = kapsel.run("scan", "fjellbua", *rules, "--insecure", "--format", "json")
    (kapsel.scan,) = json.loads(done.stdout)["scans"]
    kapsel.requests = shop.requests
    return kapsel


def entries(scan, *, kind=None):
    """The items of *scan* that are stored, by kind, name and domain."""
    return {
        (entry["kind"], entry["name"], entry["domain"]): entry
        for entry in scan["entries"]
        if entry["kind"] not in SENT and (kind is None or entry["kind"] == kind)
    }


AS_FOUND = {
    (stored.kind, stored.name, stored.domain): stored
    for stored in (*truth.COOKIES, *truth.STORAGE)
    if stored.as_found
}


def test_the_list_of_sites_is_in_order(day):
    done = day.run("sites", "check")

    assert "fjellbua" in done.stdout


def test_the_scan_visits_every_page_and_none_that_is_forbidden(day):
    visits = day.scan["visits"]

    before = {visit["url"] for visit in visits if visit["state"] == "before"}
    assert before == {truth.SHOP + path for path in truth.PAGES}
    assert {visit["failure"] for visit in visits} == {None}
    assert {visit["status"] for visit in visits} == {200}
    assert day.scan["status"] == "complete"
    asked = {request.partition("/") for request in day.requests}
    own = {"/" + path for host, _, path in asked if host == "www.fjellbua.example"}
    assert own >= truth.PAGES
    assert not own & truth.FORBIDDEN


def test_the_scan_finds_no_banner(day):
    assert day.scan["banner"]["found"] is False


def test_the_scan_finds_every_item_of_the_truth_and_no_other(day):
    assert entries(day.scan).keys() == AS_FOUND.keys()


@pytest.mark.parametrize("key", AS_FOUND, ids=lambda key: f"{key[0]}-{key[1]}")
def test_each_item_is_described_as_it_is(day, key):
    stored, entry = AS_FOUND[key], entries(day.scan)[key]

    assert entry["party"] == stored.party
    assert entry["set_by"]["kind"] == stored.setter
    assert entry["set_by"]["url"].startswith(stored.setter_url)
    assert "before" in entry["states"]
    if stored.kind == "cookie":
        assert entry["path"] == "/"
        assert entry["http_only"] == stored.http_only
        assert entry["secure"] == stored.secure
        assert entry["same_site"] == stored.same_site
        assert not entry["partitioned"]
    if stored.declared is None:
        assert entry["lifetime"] is None
        assert entry["declared_lifetime"] is None
    else:
        assert entry["lifetime"] == pytest.approx(stored.lifetime, abs=SLACK)
        assert entry["declared_lifetime"] == pytest.approx(stored.declared, abs=SLACK)


def test_an_inline_script_is_named_with_its_page_and_line(day):
    entry = entries(day.scan)["cookie", "vindkast", "www.fjellbua.example"]

    assert entry["set_by"]["url"] == truth.SHOP + "/"
    assert entry["set_by"]["line"] > 1


def test_every_other_company_that_learns_of_the_visit_is_named(day):
    third = {
        entry["name"]
        for entry in day.scan["entries"]
        if entry["kind"] == "request" and entry["party"] == "third"
    }

    assert third == truth.THIRD_PARTIES


def test_what_is_known_is_sorted_and_what_nobody_knows_is_work_for_the_owner(day):
    categories = {name: entry["category"] for (_, name, _), entry in entries(day.scan).items()}

    assert categories == {
        stored.name: truth.CATEGORIES[stored.name] for stored in AS_FOUND.values()
    }
    (work,) = [f for f in day.scan["findings"] if f["rule"] == "unclassified-cookie"]
    assert work["items"] == ["vindkast"]


def test_everything_that_fires_before_an_answer_is_a_finding(day):
    (finding,) = [f for f in day.scan["findings"] if f["rule"] == "pre-consent-cookie"]

    assert finding["severity"] == "critical"
    assert {"__utma", "_ga", "_fbp", "nord_uid"} <= set(finding["items"])
    assert not {"ASP.NET_SessionId", ".ASPXANONYMOUS"} & set(finding["items"])


def test_no_value_of_a_cookie_is_kept(day):
    text = (day.folder / "kapsel.db").read_bytes() + json.dumps(day.scan).encode()

    assert b"GA1.1." not in text
    assert b"utmcsr=" not in text
    assert b"fb.1." not in text


def test_the_catalogue_is_what_was_scanned(day):
    shown = json.loads(day.run("catalogue", "show", "fjellbua", "--format", "json").stdout)

    assert entries(shown).keys() == AS_FOUND.keys()
    assert day.run("catalogue", "show", "fjellbua").stdout.count("__utma") == 1


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nb", ("2 år", "30 minutter", "10 minutter", "til du lukker nettleseren")),
        ("sv", ("2 år", "30 minuter", "10 minuter")),
        ("da", ("2 år", "30 minutter", "10 minutter")),
        ("en", ("2 years", "30 minutes", "10 minutes", "until you close the browser")),
    ],
)
def test_the_declaration_says_it_in_the_visitors_language(day, language, words):
    text = day.run(
        "declaration", "fjellbua", "--lang", language, "--format", "markdown"
    ).stdout.replace("\N{NBSP}", " ")

    for name in ("__utma", "_fbp", "ASP.NET_SessionId", "nord\\_uid", "vindkast"):
        assert name in text or name.replace("_", "\\_") in text
    for word in words:
        assert word in text.lower()


def test_the_tag_to_paste_is_one_line(day):
    done = day.run("embed", "fjellbua", "--server", "https://samtykke.fjellbua.example")

    assert done.stdout == (
        '<script async src="https://samtykke.fjellbua.example/w/fjellbua.js"></script>\n'
    )
