"""Several runs made one."""

import datetime as dt

import msgspec

from scanner.catalogue import Folded
from scanner.model import BannerAnswer, Category, State, Visit
from scanner.repetition import differences, marked, visits_of
from tests.scanner.entries import plain

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
HOME = "https://shop.example/"


def entry(name, *states):
    return plain(name, states=states)


def visit(state=State.BEFORE, *, failure=None):
    return Visit(url=HOME, final_url=HOME, state=state, status=200, failure=failure)


def test_what_was_not_there_each_time_is_marked_with_its_number_and_states():
    both = (State.BEFORE, State.ACCEPT)
    runs = [
        Folded((entry("steady", *both), entry("rare", State.ACCEPT), entry("late", *both)), ()),
        Folded((entry("steady", *both), entry("late", State.ACCEPT)), ()),
    ]
    together = Folded(
        (entry("steady", *both), entry("rare", State.ACCEPT), entry("late", *both)),
        (),
    )

    steady, rare, late = marked(together, runs).entries

    assert (steady.runs, steady.of_runs, steady.unsteady, steady.steadiness) == (2, 2, (), None)
    assert (rare.runs, rare.unsteady) == (1, (State.ACCEPT,))
    assert rare.steadiness == "in 1 of 2 runs"
    assert (late.runs, late.unsteady) == (2, (State.BEFORE,))
    assert late.steadiness == "not in every run: before"


def test_of_each_page_and_state_the_visit_that_failed_is_kept():
    runs = [[visit(), visit(State.ACCEPT)], [visit(failure="it broke"), visit(State.ACCEPT)]]

    assert visits_of(runs) == (visit(failure="it broke"), visit(State.ACCEPT))


def test_what_of_banner_and_pages_differs_is_told():
    sure = BannerAnswer(found=True, rejected=True, chosen={Category.STATISTICS: True})
    unsure = msgspec.structs.replace(sure, rejected=None)
    runs = [[visit()], [visit(failure="it broke"), visit(State.GPC)]]

    assert differences([sure, unsure], runs) == (
        "banner rejected: yes in 1, not told in 1 of 2 runs",
        f"{HOME} (before): failed in 1 of 2 runs",
        f"{HOME} (gpc): visited in 1 of 2 runs",
    )
    assert differences([sure, sure], [[visit()], [visit()]]) == ()
