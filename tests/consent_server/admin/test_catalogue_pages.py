"""The catalogue: what changed, what is to be sorted, and what a word of the owner does at once."""

import re

import pytest

from scanner.sites import load
from scanner.store import Store
from tests.consent_server.admin.found import BEFORE, NEWEST, entry, scan
from tests.consent_server.admin.test_overview import words

CATALOGUE, SORT, ITEM = (f"/admin/shop/catalogue{rest}" for rest in ("", "/sort", "/item"))
NAMED = {"kind": "cookie", "item": "mystery_77", "domain": ".shop.example", "path": "/"}
SORTED = NAMED | {
    "category": "statistics",
    "vendor": "Måling AS",
    "purpose-nb": "Teller  besøk",
    "purpose-en": "",
}


@pytest.fixture
def scanned(client):
    store = Store(client.app.state.engine)
    store.save(BEFORE)
    store.save(NEWEST)
    return store


def test_the_catalogue_tells_what_there_is_and_what_changed(scanned, enter):
    told = words(enter("kari", shop="reader").get(CATALOGUE).text)

    assert "new mystery_77 on .shop.example" in told
    assert "gone old_one on .shop.example" in told
    assert "changed _ga on .shop.example: lifetime: 30 days → 3 months" in told
    assert "Tells visitors apart." in told
    assert "2 unclassified" in told


def test_a_site_without_scans_says_so(enter):
    kari = enter("kari", shop="reader")

    assert "has not been scanned yet" in kari.get(CATALOGUE).text
    assert "has not been scanned yet" in kari.get("/admin/shop/findings").text


def test_an_item_is_shown_with_everything_and_its_reason(scanned, enter):
    kari = enter("kari", shop="reader")
    told = words(kari.get(ITEM, **NAMED | {"item": "_ga"}).text)

    assert "the knowledge base (_ga), 99% sure" in told
    assert "a script: https://www.shop.example/app.js, line 12" in told
    assert "Skiller besøkende fra hverandre." in told
    assert "Say what it is for" not in told
    assert kari.get(ITEM, **NAMED | {"item": "nothing"}).status_code == 404


def test_a_word_of_an_editor_is_served_at_once_and_written_down(scanned, enter, client, sites_file):
    sites_file.write_text("# ours\n" + sites_file.read_text("utf-8"), encoding="utf-8")
    before = client.get("/w/shop.json").json()
    kari = enter("kari", shop="editor")

    answer = kari.post(SORT, form=SORTED, page=CATALOGUE)

    assert answer.status_code == 303
    facts = client.get("/w/shop.json").json()
    (item,) = [each for each in facts["items"] if each["name"] == "mystery_77"]
    assert (item["category"], item["vendor"]) == ("statistics", "Måling AS")
    assert item["purpose"] == {"nb": "Teller besøk"}
    assert facts["revision"] != before["revision"]
    assert '"mystery_77"' in client.get("/w/shop.js").text
    text = sites_file.read_text("utf-8")
    assert text.startswith("# ours\n")
    assert '{name: "mystery_77", category: statistics, vendor: "Måling AS"' in text
    told = words(kari.get(CATALOGUE, done="mystery_77").text)
    assert "1 unclassified" in told
    assert "Saved in sites.yaml." in told
    trail = client.app.state.trail.page(sites={"shop"})
    assert [(deed.actor, deed.detail) for deed in trail] == [("kari", "mystery_77: statistics")]


def test_a_word_can_hold_for_all_names_alike_and_for_one_domain(scanned, enter, sites_file):
    kari = enter("kari", shop="editor")

    kari.post(SORT, form=SORTED | {"name": "mystery_*", "only-domain": "yes"}, page=CATALOGUE)

    (override,) = load(sites_file)[0].overrides
    assert (override.name, override.domain) == ("mystery_*", "shop.example")


def test_a_name_with_signs_of_a_pattern_is_taken_as_it_is(client, enter, sites_file):
    odd = entry("a[1]*")
    Store(client.app.state.engine).save(scan(odd, entry("a1x")))
    kari = enter("kari", shop="editor")

    form = NAMED | {"item": "a[1]*", "category": "functional"}
    assert kari.post(SORT, form=form, page=CATALOGUE).status_code == 303

    items = {each["name"]: each["category"] for each in client.get("/w/shop.json").json()["items"]}
    assert items["a[1]*"] == "functional"
    assert items["a1x"] == "unclassified"


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"category": "king"}, "Choose a category."),
        ({"category": ""}, "Choose a category."),
        ({"name": "other_*"}, "does not fit"),
        ({"vendor": "x" * 501}, "at most 500"),
    ],
)
def test_what_cannot_be_written_is_said_and_what_was_typed_stays(
    scanned, enter, sites_file, wrong, reason
):
    text = sites_file.read_text("utf-8")

    answer = enter("kari", shop="editor").post(SORT, form=SORTED | wrong, page=CATALOGUE)

    assert answer.status_code == 400
    assert reason in answer.text
    assert 'value="Teller  besøk"' in answer.text
    assert sites_file.read_text("utf-8") == text


def test_a_file_with_mistakes_or_without_room_for_an_override_is_left_alone(
    scanned, enter, sites_file
):
    kari = enter("kari", shop="editor")
    broken = sites_file.read_text("utf-8").replace("languages:", "langages:")
    sites_file.write_text(broken, encoding="utf-8")

    answer = kari.post(SORT, form=SORTED, page=CATALOGUE)

    assert answer.status_code == 400
    assert "langages" in answer.text
    assert sites_file.read_text("utf-8") == broken

    aliased = "sites:\n  other: &o {url: 'https://www.shop.example/'}\n  shop: *o\n"
    sites_file.write_text(aliased, encoding="utf-8")
    answer = kari.post(SORT, form=SORTED, page=CATALOGUE)
    assert answer.status_code == 400
    assert "add this under overrides of shop yourself" in answer.text
    assert "mystery_77" in answer.text
    assert sites_file.read_text("utf-8") == aliased


def test_who_may_read_only_sorts_nothing(scanned, enter, sites_file):
    text = sites_file.read_text("utf-8")
    kari = enter("kari", shop="reader")

    assert SORT not in kari.get(CATALOGUE).text
    assert kari.post(SORT, form=SORTED, page=CATALOGUE).status_code == 403
    assert sites_file.read_text("utf-8") == text


def test_what_a_scanned_site_has_set_cannot_act_on_the_page(client, enter):
    evil = entry('"><script>alert(1)</script>', vendor="</table><script>")
    Store(client.app.state.engine).save(scan(evil))

    page = enter("kari", shop="editor").get(CATALOGUE).text

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert len(re.findall("<script", page)) == 1


def test_findings_are_told_with_evidence_rule_and_careful_words(scanned, enter):
    kari = enter("kari", shop="reader")

    page = kari.get("/admin/shop/findings").text
    told = words(page)

    assert "Cookies that need consent are set before the visitor has chosen" in told
    assert "Potential breach" in told
    assert "illegal" not in told.lower()
    assert "_ga" in told
    rule = re.search(r"/admin/shop/findings/rule\?id=[\w-]+", page)[0]
    assert "--fail-on" in kari.get(rule).text
    assert kari.get("/admin/shop/findings/rule", id="none").status_code == 404


def test_findings_follow_the_owner_s_word_at_once(scanned, enter):
    kari = enter("kari", shop="editor")
    assert "pre-consent-cookie" in kari.get("/admin/shop/findings").text

    form = NAMED | {"item": "_ga", "category": "necessary"}
    kari.post(
        SORT, form=form, page=f"{CATALOGUE}/item?kind=cookie&item=_ga&domain=.shop.example&path=/"
    )

    page = kari.get("/admin/shop/findings").text
    assert "What the scan of" in page
    assert "pre-consent-cookie" not in page
