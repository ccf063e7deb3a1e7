"""Names with a random part: what of them is the same for every visitor."""

import pytest

from scanner.model import Kind, State
from scanner.naming import made_anew, pattern, tells
from tests.scanner.folded import entries, seen

UUIDS = ("01a202e4-f873-7b31-8f56-e581f2ee571e", "9e107d9d-3721-4b6a-a7c1-0242ac120002")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (f"check_{UUIDS[0]}", "check_*"),
        (f"{UUIDS[0]}:{UUIDS[1]}:test", "*:*:test"),
        ("test1732270000000", "test*"),
        ("test_1732270000000_ok", "test_*_ok"),
        ("probe-0.8234234234", "probe-*"),
        ("wp_3f2504e04f8911d39a0c", "wp_*"),
        ("Sun Nov 22 2026 11:54:49 GMT+0100 (Central European Standard Time)", "* GMT*"),
        ("seen 2026-11-22T11:54:49.123Z", "seen *"),
        ("_hjSession_4711", "_hjSession_4711"),
        ("ASP.NET_SessionId", "ASP.NET_SessionId"),
        ("basket2024summer", "basket2024summer"),
        ("cart_*", "cart_*"),
    ],
)
def test_a_star_stands_for_each_part_that_looks_random(name, expected):
    assert pattern(name) == expected


def test_a_pattern_with_nothing_of_the_name_left_tells_nothing():
    assert all(map(tells, ("check_*", "* GMT*")))
    assert not any(map(tells, ("*", "*:*", "x_*")))


def test_names_are_made_anew_if_no_fresh_profile_has_seen_one_of_another():
    apart = [seen("t_1", state=State.BEFORE), seen("t_2", state=State.ACCEPT)]
    recurring = [*apart, seen("t_1", state=State.ACCEPT)]

    assert made_anew(apart)
    assert not made_anew(recurring)


def test_in_one_state_names_are_made_anew_if_each_page_has_its_own():
    apart = [seen("t_1", page="https://shop.example/a"), seen("t_2", page="https://shop.example/b")]
    together = [seen("t_1"), seen("t_2")]

    assert made_anew(apart)
    assert not made_anew(together)
    assert not made_anew(apart[:1])


def test_a_catalogue_has_one_entry_for_names_that_are_made_anew():
    one, other = (f"check_{uuid}" for uuid in UUIDS)

    (entry,) = entries(
        seen(one, state=State.BEFORE, kind=Kind.LOCAL_STORAGE),
        seen(other, state=State.REJECT, kind=Kind.LOCAL_STORAGE),
    )

    assert entry.name == "check_*"
    assert entry.states == (State.BEFORE, State.REJECT)


def test_a_catalogue_keeps_names_apart_that_only_look_alike():
    one, other = (f"store_{uuid}" for uuid in UUIDS)
    both = (State.BEFORE, State.REJECT)

    found = entries(*(seen(name, state=state) for name in (one, other) for state in both))

    assert {entry.name for entry in found} == {one, other}


def test_hosts_are_never_made_a_pattern():
    hosts = ("d1a2b3c4d5e6f7.cdn.example", "d9z8y7x6w5v4u3.cdn.example")

    found = entries(
        seen(hosts[0], domain=hosts[0], kind=Kind.REQUEST, state=State.BEFORE),
        seen(hosts[1], domain=hosts[0], kind=Kind.REQUEST, state=State.REJECT),
    )

    assert {entry.name for entry in found} == set(hosts)
