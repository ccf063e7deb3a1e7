"""The policy names what may be asked, and nothing else."""

import msgspec

from tests.widget.enforce.conftest import EVERYTHING, NOTHING, STATISTICS
from widget.enforce.policy import policy
from widget.enforce.rules import Rules

OWN = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:"


def hosts(*names):
    return " ".join(f"{name} *.{name} wss://{name} wss://*.{name}" for name in names)


def test_before_consent_only_what_the_page_needs_may_be_asked(rules):
    needed = hosts("shop.example", "cdn.example", "maps.example")

    assert policy(rules, NOTHING) == f"{OWN} https://consent.example {needed}"


def test_a_grant_adds_the_hosts_that_need_no_other(rules):
    added = set(policy(rules, STATISTICS).split()) - set(policy(rules, NOTHING).split())

    assert added == set(hosts("stats.example").split())


def test_who_has_granted_everything_has_no_policy(rules):
    assert policy(rules, EVERYTHING) is None


def test_one_frame_may_be_asked_for_once(rules):
    [everything, frames] = policy(rules, NOTHING, frames=["ads.example"]).split("; ")

    assert "ads.example" not in everything
    assert frames == everything.replace("default-src", "frame-src") + f" {hosts('ads.example')}"


def test_a_site_on_a_port_of_its_own_has_neighbours_on_any(rules):
    wanted = policy(msgspec.structs.replace(rules, any_port=True), NOTHING)

    assert "cdn.example:* *.cdn.example:*" in wanted


def test_nothing_is_known_and_nothing_is_allowed():
    assert policy(Rules(site="shop", server=""), NOTHING) == OWN


def test_no_host_can_end_its_directive():
    hostile = Rules(site="shop", server="", hosts={"a;script-src *": ("necessary",)})

    assert policy(hostile, NOTHING) == OWN
