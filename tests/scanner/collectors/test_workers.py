import datetime as dt

from scanner.collectors.evidence import Evidence, StoredItem
from scanner.collectors.workers import Workers
from scanner.model import Kind, SetBy

WORKER = "https://www.shop.example/sw.js"
HOME, OTHER = "https://www.shop.example/", "https://www.shop.example/other"
TAG = SetBy(kind="script", url="https://cdn.tracker.example/tag.js", line=1)


def page(*started):
    evidence = Evidence()
    evidence.planned.update(dict.fromkeys(started, TAG))
    return evidence


def test_what_a_worker_does_is_told_with_the_page_that_started_it():
    workers, home, other = Workers(), page(WORKER), page()
    noted = workers.evidence(WORKER, pages=[other, home])

    assert workers.told_with(other, page=OTHER, others=[home]) == []
    assert workers.told_with(home, page=HOME, others=[other]) == [(HOME, noted)]


def test_what_it_does_later_is_still_that_pages():
    workers, home = Workers(), page(WORKER)
    noted = workers.evidence(WORKER, pages=[home])
    workers.told_with(home, page=HOME, others=[])

    assert workers.told_with(page(), page=OTHER, others=[]) == [(HOME, noted)]


def test_a_worker_that_nobody_started_is_told_with_the_page_that_is_left():
    workers = Workers()
    noted = workers.evidence(WORKER, pages=[page()])

    assert workers.told_with(page(), page=OTHER, others=[]) == [(OTHER, noted)]


def test_a_script_without_an_address_keeps_its_maker():
    blob = "blob:https://www.shop.example/3f9a"
    workers = Workers()
    home = Evidence(workers.noted)
    home.made[blob] = TAG

    noted = workers.evidence(blob, pages=[home])

    assert noted.made[blob] == TAG
    assert home.has_workers


def test_its_maker_is_named_also_when_we_hear_of_the_maker_last():
    blob = "blob:https://www.shop.example/3f9a"
    workers, home = Workers(), Evidence()
    noted = workers.evidence(blob, pages=[home])
    at = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
    by = SetBy(kind="script", url=blob, line=1)
    noted.stored.append(
        StoredItem(kind=Kind.INDEXED_DB, name="x", host="www.shop.example", at=at, by=by)
    )

    home.made[blob] = TAG
    workers.told_with(home, page=HOME, others=[])

    assert [item.by for item in noted.stored] == [TAG]


def test_a_page_waits_for_the_worker_that_it_registers_and_for_its_timers():
    workers = Workers()
    home, other = Evidence(workers.noted), Evidence(workers.noted)
    home.registered.add(WORKER)
    home.planned[WORKER] = TAG
    assert (home.has_workers, home.expects_worker) == (True, True)

    noted = workers.evidence(WORKER, pages=[home])
    noted.due = noted.attached_at + 2

    assert (home.has_workers, home.expects_worker) == (True, False)
    assert home.waits_until == noted.due
    assert (other.has_workers, other.waits_until) == (False, 0.0)

    home.clear()

    assert not home.has_workers  # it was there before the next page began
