import datetime as dt

import pytest

from scanner import cloaking
from scanner.model import (
    Category,
    Kind,
    Observation,
    PageRead,
    SignalKind,
    Site,
    State,
    Verdict,
    Visit,
)

SITE = Site(key="shop", url="https://www.butikk.no/")
NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


def read(*hosts):
    visit = Visit(url=SITE.url, final_url=SITE.url, state=State.BEFORE, status=200)
    asked = tuple(
        Observation(
            kind=Kind.REQUEST,
            name=host,
            domain=host,
            page=SITE.url,
            state=State.BEFORE,
            seen_at=NOON,
        )
        for host in hosts
    )
    return PageRead(visit=visit, observations=asked)


def judge(subject):
    tracker = subject.name == "in.tracker.example"
    return Verdict(category=Category.MARKETING if tracker else Category.UNCLASSIFIED)


def told(chain):
    reads = [read("a.butikk.no")]
    return list(cloaking.signals(reads, {"a.butikk.no": chain}, site=SITE, judge=judge))


def test_only_the_sites_own_names_are_looked_up():
    found = cloaking.own_hosts([read("a.butikk.no", "cdn.other.example", "a.butikk.no")], SITE)

    assert found == ("a.butikk.no",)


def test_an_alias_of_a_known_company_is_told():
    (signal,) = told(("b.butikk.no", "butikk.eulerian.net"))

    assert (signal.kind, signal.host, signal.states) == (
        SignalKind.CLOAKING,
        "a.butikk.no",
        (State.BEFORE,),
    )
    assert signal.facts == {
        "company": "Eulerian",
        "how": "an alias of butikk.eulerian.net (Eulerian)",
        "target": "butikk.eulerian.net",
    }


def test_an_alias_of_a_host_that_the_knowledge_calls_a_tracker_is_told():
    assert told(("in.tracker.example",))[0].facts["company"] == "in.tracker.example"


@pytest.mark.parametrize(
    "chain", [("d111.cdn.example",), ("b.butikk.no",), ("noteulerian.net",), ()]
)
def test_other_aliases_are_the_owners_business(chain):
    assert told(chain) == []


@pytest.mark.parametrize(
    ("path", "parameters", "product"),
    [
        ("/g/collect", ["v", "tid", "cid"], "Google Analytics, by a server-side container"),
        ("/sgtm/gtm.js", ["id"], "Google Tag Manager, by a server-side container"),
        ("/g/collect", ["v"], None),
        ("/collect", ["q"], None),
        ("/", [], None),
    ],
)
def test_what_passes_on_is_known_by_its_path_and_parameters(path, parameters, product):
    assert cloaking.passes_on(path, parameters) == product
