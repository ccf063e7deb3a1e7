import pytest

from scanner.model import Fate, Kind, SetBy
from tests.sites import attribution
from tests.sites.attribution import FRAME, LOADED, MOVED, SHOP, TAG

pytestmark = pytest.mark.anyio

#: Who is named, by the first letter of what was written.
WRITERS = {
    "p": SHOP,
    "a": SHOP + "app.js",
    "t": TAG,
    "l": LOADED,
    "f": FRAME,
    "m": SHOP + "module.js",
    "o": SHOP + "tag-own-page.js",
    "i": "https://cdn.tracker.example/in-worker.js",
    "h": "https://cdn.tracker.example/hop",
    "r": MOVED,
}
COOKIES = {
    *("p_http", "p_inline", "p_onload", "p_onerror", "p_link", "p_module", "p_srcdoc", "p_string"),
    "p_reaching",
    *("p_late", "a_plain", "a_eval", "a_indirect", "a_function", "a_string", "a_handler"),
    *("a_attribute", "a_href", "a_async", "a_then", "a_micro", "a_frame", "a_observer", "a_data"),
    *("a_blob", "a_deep", "a_each", "a_parse", "a_replace", "a_reflect", "a_event", "a_message"),
    *("a_bound", "a_about", "a_injected", "t_patched", "t_prototype", "t_store", "t_written"),
    *("t_blank", "t_srcdoc", "t_javascript", "t_trusted", "t_renamed", "t_called", "t_element"),
    *("l_loaded", "f_frame", "m_module", "o_written", "h_hop"),
    *("t_attribute", "t_namespace", "t_node", "t_parsed", "t_shadow", "t_module", "t_pieces"),
    *("t_listener", "t_settled", "t_painted", "t_told", "t_passed", "t_lent"),
    *("t_led", "t_inside", "t_counted", "t_vouched", "r_moved"),
    *("t_resolved", "t_evaluated", "t_whole", "t_appended"),
    *("t_inserted", "t_filled", "t_poured", "t_shaped"),
    *("a_fetched", "t_fetched", "f_built", "t_placed", "a_routed"),
    "t_nested",
}
STORED = {
    *("p_named", "p_bracket", "p_defined", "p_assigned", "a_realm", "a_borrowed", "t_item"),
    *(
        "f_item",
        "a_database",
        "a_cache",
        "a_worker_blob",
        "folder/a_file",
        "folder/a_moved",
        "t_legacy",
        "t_old/t_deep",
        "i_sync",
    ),
    *("i_worker", "t_lent_area", "t_lent_item", "t_empty", "t_full/t_within"),
    *("t_bucket", "t_bucket_database", "t_bucket_cache", "t_bucket_file"),
}


def steps(observation):
    return [(step.url, step.line) for step in observation.initiators]


async def test_each_way_of_writing_is_put_down_to_who_asked_for_it(look):
    found = await look(attribution.hosts())

    seen = {(o.kind, o.name): o for o in found.observations}
    named = {name: o.set_by.url for (_, name), o in seen.items() if o.set_by}
    expected = {name: WRITERS[name.rsplit("/", 1)[-1][0]] for name in COOKIES | STORED}
    assert {name: named.get(name) for name in expected} == expected

    assert named["transport.tracker.example"] == TAG

    cookies = found.cookies()
    lines = {name: cookies[name].set_by.line for name in COOKIES}
    assert (lines["a_string"], lines["a_handler"], lines["a_attribute"]) == (13, 14, 16)
    assert (lines["a_bound"], lines["a_blob"], lines["l_loaded"]) == (34, 25, 3)

    # The chain from the script, or the response, to the tag in the page.
    assert steps(cookies["l_loaded"]) == [(TAG, 7), (SHOP, 9)]
    assert steps(cookies["h_hop"]) == [
        ("https://cdn.tracker.example/pixel", None),
        (TAG, 8),
        (SHOP, 9),
    ]
    assert steps(cookies["f_frame"]) == [(SHOP, 15)]
    assert steps(cookies["p_inline"]) == []

    # All who wrote the same cookie, and when; virtual seconds are the page's own.
    assert cookies["shared"].set_by == SetBy(kind="script", url=SHOP, line=5)
    assert [(by.url, by.line) for by in cookies["shared"].later] == [
        (SHOP + "app.js", 9),
        (SHOP, 19),
    ]
    assert cookies["noticed_nothing"].after < 4.5  # though its tab has lived for longer
    assert 1.9 < cookies["p_late"].after - cookies["p_inline"].after < 5

    # What workers store, with the worker and who started it.
    for name, script in (
        ("w_database", "worker.js"),
        ("w_cache", "worker.js"),
        ("w_file", "worker.js"),
        ("w_shared", "shared.js"),
        ("w_cookie", "sw.js"),
        ("w_sw_cache", "sw.js"),
    ):
        assert named[name] == SHOP + script
    assert steps(seen[Kind.INDEXED_DB, "w_database"]) == [(SHOP + "app.js", 41), (SHOP, 8)]

    # What was called off, and a folder that is no item beside its file, are none.
    assert not {"t_cancelled", "t_full"} & {name for _, name in seen}
    assert cookies["t_led"].set_by.line == 54
    assert 3500 < cookies["t_placed"].lifetime <= 3600

    # What is taken away at once is told, and not as kept.
    gone = {name for (_, name), o in seen.items() if o.fate is Fate.GONE}
    files = {"a_moving", "a_removed", "a_box/a_boxed"}
    assert gone == {"probe", "probe2", "a_gone", "n_k", "a_undone", SHOP + "off/", *files}
    assert cookies["a_routed"].path == "/"  # a page that calls itself otherwise moves no cookie
    assert found.of(Kind.WINDOW_NAME)["window.name"].set_by.url == SHOP
    assert "visitor-3f9a1c77d2" not in repr(found.crawl)

    # And nothing of it can be noticed by a page.
    assert [name for name in cookies if name.startswith("noticed")] == ["noticed_nothing"]
