import datetime as dt

from scanner.collectors import trail
from scanner.model import SetBy, Writer

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
PAGE, MANAGER, TAG = (f"https://www.shop.example/{name}" for name in ("", "gtm.js", "tag.js"))


def script(url, line=None):
    return SetBy(kind="script", url=url, line=line)


def test_the_chain_ends_at_the_tag_in_the_page():
    brought = {TAG: script(MANAGER, 7), MANAGER: SetBy(kind="http", url=PAGE, line=3)}

    assert trail.initiators(script(TAG, 1), brought) == (
        script(MANAGER, 7),
        SetBy(kind="http", url=PAGE, line=3),
    )
    assert trail.initiators(script(PAGE, 1), brought) == ()
    assert trail.initiators(None, brought) == ()


def test_scripts_that_bring_each_other_are_told_once():
    assert trail.initiators(script(TAG), {TAG: script(MANAGER), MANAGER: script(TAG)}) == (
        script(MANAGER),
    )


def test_a_chain_without_end_is_cut():
    brought = {f"https://a.example/{n}": script(f"https://a.example/{n + 1}") for n in range(100)}

    assert len(trail.initiators(script("https://a.example/0"), brought)) == trail.MAX_STEPS


def test_each_later_writer_is_told_once_and_the_first_never():
    first = script(TAG, 1)
    writes = [Writer(kind="script", url=url, line=1) for url in (TAG, MANAGER, TAG, MANAGER, PAGE)]

    assert [writer.url for writer in trail.later(first, writes)] == [MANAGER, PAGE]
    many = [Writer(kind="script", url=PAGE, line=n) for n in range(50)]
    assert len(trail.later(first, many)) == trail.MAX_LATER


def test_scripts_are_timed_by_the_pages_clock_and_responses_by_ours():
    start = trail.Start(page=NOON + dt.timedelta(hours=1), network=NOON)
    at = NOON + dt.timedelta(hours=1, seconds=2)

    assert start.until(script(TAG), at) == 2.0
    assert start.until(SetBy(kind="http", url=PAGE), at) == 3602.0
    assert start.until(script(TAG), NOON) is None
    assert trail.Start().until(script(TAG), at) is None


def test_what_the_answer_before_brought_has_no_time_of_this_page():
    start = trail.Start(page=NOON)

    assert start.until(script(TAG), NOON - dt.timedelta(seconds=3)) is None
    assert start.until(script(TAG), NOON - dt.timedelta(milliseconds=20)) == 0.0
