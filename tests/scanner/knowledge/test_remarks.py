"""What is told of a name beside its verdict."""

import datetime as dt

from scanner.knowledge import load
from scanner.knowledge.remarks import Owned, remarks


def test_of_a_known_misspelling_the_right_name_and_the_end_are_told():
    told = remarks("_utma", "knowledge:google-analytics/_utma", load())

    assert told.misspelling_of == "__utma"
    assert told.ended == dt.date(2023, 7, 1)
    assert told.alike == ()


def test_where_nothing_decided_names_like_it_are_told():
    told = remarks("ASP.NET SessionId", None, load())

    assert told.alike == (Owned(name="ASP.NET_SessionId", vendor="ASP.NET"),)
    assert told.service is None


def test_a_name_that_needs_its_host_is_told_with_the_host():
    told = remarks("uvc", None, load())

    assert Owned(name="uvc", vendor="AddThis", hosts=("addthis.com",)) in told.elsewhere


def test_a_vendor_with_two_entries_for_a_name_is_told_once():
    told = remarks("purechat_expanded", None, load())

    assert told.elsewhere == (Owned(name="purechat_expanded", vendor="Pure Chat"),)


def test_a_service_that_stands_for_its_cookies_is_told_with_what_it_stored():
    told = remarks("AddThis", None, load()).service

    assert told is not None
    assert told.ended == dt.date(2023, 5, 31)
    assert "__atuvc" in told.stores
    assert "_atuvc" not in told.stores
