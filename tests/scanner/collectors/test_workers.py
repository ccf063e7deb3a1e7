from scanner.collectors.evidence import Evidence
from scanner.collectors.workers import Workers
from scanner.model import SetBy

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
    home = Evidence()
    home.made[blob] = TAG

    noted = Workers().evidence(blob, pages=[home])

    assert noted.made[blob] == TAG
    assert home.has_workers
