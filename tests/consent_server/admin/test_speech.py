"""The pages speak the language, and tell the time, of who reads them."""

import datetime as dt
from html.parser import HTMLParser

import pytest

from consent_server.admin.jobs import Status
from consent_server.rights.inbox import Inbox
from consent_server.rights.model import Right, RightsRequest
from scanner.spoken import SPOKEN
from scanner.store import Store
from scanner.wording import words
from tests.consent_server.admin.conftest import Somebody
from tests.consent_server.admin.found import BEFORE, NEWEST
from tests.consent_server.conftest import decision, send
from tests.scanner.test_wording import flat, read

REQUEST = "5f0a4e6c-0d0f-4a5b-9a57-0f6d3a0c1f11"
ITEM = "catalogue/item?kind=cookie&item=mystery_77&domain=.shop.example&path=/"
RECORD = f"log/record?id={decision(1)['id']}"

#: Every page, also as it looks when something is wrong.
PAGES = (
    *("", "/account?done=password", "/tokens?done=removed", "/trail", "/accounts?done=role"),
    *("/accounts/change?name=kari", "/accounts/change?name=nobody", "/speech?done=kept"),
    *("/nowhere", "/nowhere/log", "/shop/catalogue", "/shop/catalogue?done=x", f"/shop/{ITEM}"),
    *("/shop/catalogue/item?item=none", "/other/catalogue", "/other/findings", "/shop/findings"),
    *("/shop/findings/rule?id=pre-consent-cookie", "/shop/findings/rule?id=none"),
    *("/shop/rates", "/shop/rates?by=language", "/shop/rates?from=x", "/shop/rates?by=x"),
    *("/shop/rates?from=2020-01-01&to=2024-12-01", "/shop/rates?by=layout", "/other/rates"),
    *("/shop/log", "/shop/log?from=x", "/shop/log?granted=false", "/shop/log?done=erased"),
    *(f"/shop/{RECORD}", f"/shop/{RECORD.replace('?', '/erase?')}", "/shop/log/record?id=none"),
    *("/shop/requests?done=answered", "/shop/requests?closed=1", "/other/requests"),
    *(f"/shop/requests/one?id={REQUEST}", "/shop/requests/one?id=none"),
    *("/shop/scans", "/shop/scans?done=running", "/other/scans"),
)


@pytest.fixture
def everything(client, enter):
    """An owner of all sites, and at the shop something of everything that pages show."""
    kari = enter("kari", everywhere="owner")
    app = client.app.state
    Store(app.engine).save(BEFORE)
    Store(app.engine).save(NEWEST)
    revision = client.get("/w/shop.json").json()["revision"]
    for number in (1, 2):
        body = decision(number, revision=revision if number == 1 else "never")
        assert send(client, body).status_code == 201
    Inbox(app.engine).add(
        RightsRequest(
            id=REQUEST,
            site="shop",
            right=Right.ACCESS,
            contact="ola@example.no",
            message="?",
            receipt=None,
            language="nb",
            received_at=dt.datetime.now(dt.UTC) - dt.timedelta(days=35),
        )
    )
    job = app.jobs.add("other", asked_by="kari")
    app.jobs.end(job.id, Status.LOST, detail="the server that ran it has ended")
    app.jobs.seen(
        app.jobs.add("shop", asked_by="kari").id,
        progress={"state": "before", "url": "x", "visited": 1, "known": 2},
    )
    return kari


class Page(HTMLParser):
    """What a page says, without what it marks as the words of another language."""

    def __init__(self, html):
        super().__init__()
        self.language = None
        self.said = []
        self._foreign = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "html":
            self.language = attributes["lang"]
        elif tag not in ("input", "br", "meta", "link", "rect", "line"):
            self._foreign.append("lang" in attributes or tag in ("code", "script", "style"))
        self.said += [text for name, text in attrs if name in ("aria-label", "title") and text]

    def handle_endtag(self, tag):
        if self._foreign and tag != "html":
            self._foreign.pop()

    def handle_data(self, data):
        if not any(self._foreign):
            self.said.append(data)


def english(language):
    """The English texts that are said otherwise in *language*."""
    found = set()
    for folder in ("consent_server/locale", "scanner/locale/report"):
        own = dict(flat(read(folder, language)))
        for key, text in flat(read(folder, "en")):
            if isinstance(text, str) and text != own[key] and len(text) > 6:
                found.add(text)
    return found


@pytest.mark.parametrize("language", SPOKEN)
def test_every_page_speaks_one_language(everything, client, language):
    kari = everything
    foreign = english(language) if language != "en" else set()
    with_form = {"language": language, "zone": "Europe/Oslo"}
    assert kari.post("/admin/speech", form=with_form, page="/admin/speech").status_code == 303
    stranger = Somebody(client)
    stranger.client.headers["Accept-Language"] = f"{language}-XX;q=0.9, fr;q=0.8"
    answers = [(path, kari.get(f"/admin{path}")) for path in PAGES]
    answers += [("/w/shop/preview", kari.get("/w/shop/preview?accent=%23fff&accent-text=%23eee"))]
    answers += [("sign-in", stranger.get("/admin")), ("speech", stranger.get("/admin/speech"))]

    for path, answer in answers:
        page = Page(answer.text)

        assert answer.status_code < 500, path
        assert page.language == language, path
        assert not [said.strip() for said in page.said if said.strip() in foreign], path
        assert not [said for said in page.said if "{" in said], path


def test_the_language_is_the_one_chosen_else_the_browser_s_else_english(client, enter):
    kari = enter("kari", shop="reader")
    kari.client.headers["Accept-Language"] = "fr, sv;q=0.5"

    assert '<html lang="sv">' in kari.get("/admin").text
    kari.post("/admin/speech", form={"language": "nn", "zone": ""}, page="/admin/speech")
    assert '<html lang="nn">' in kari.get("/admin").text
    kari.post("/admin/speech", form={"language": "", "zone": ""}, page="/admin/speech")
    assert '<html lang="sv">' in kari.get("/admin").text
    kari.client.headers["Accept-Language"] = "fr"
    assert '<html lang="en">' in kari.get("/admin").text


def test_the_choice_is_kept_in_a_cookie_of_this_host_alone(client, enter):
    kari = enter("kari", shop="reader")

    kept = kari.post(
        "/admin/speech", form={"language": "da", "zone": "Asia/Tokyo"}, page="/admin/speech"
    )

    cookie = kept.headers["set-cookie"]
    assert cookie.startswith('__Host-kapsel_speech="da|Asia/Tokyo"')
    assert "HttpOnly" in cookie
    assert "Secure" in cookie


def test_what_cannot_be_chosen_is_refused_and_a_spoilt_cookie_is_as_none(client, enter):
    kari = enter("kari", shop="reader")

    for form in ({"language": "xx", "zone": ""}, {"language": "", "zone": "Oslo"}):
        assert kari.post("/admin/speech", form=form, page="/admin/speech").status_code == 400
    assert kari.client.post("/admin/speech", data={"language": "nb"}).status_code == 403
    kari.client.cookies.set("__Host-kapsel_speech", "xx|../etc")
    assert '<html lang="en">' in kari.get("/admin").text


def test_times_are_told_in_the_person_s_zone_else_in_the_server_s(client, enter):
    Store(client.app.state.engine).save(NEWEST)
    kari = enter("kari", shop="reader")
    tokyo = words("en", zone=dt.timezone(dt.timedelta(hours=9)))

    assert "Times are in UTC" in kari.get("/admin").text
    client.app.state.time_zone = "Europe/Oslo"
    assert "Times are in Europe/Oslo" in kari.get("/admin").text
    kari.post("/admin/speech", form={"language": "", "zone": "Asia/Tokyo"}, page="/admin/speech")
    page = kari.get("/admin/shop/findings").text
    assert f"{tokyo.minute(NEWEST.started_at)} JST" in page
    assert f'datetime="{NEWEST.started_at.isoformat()}"' in page


def test_a_day_that_the_log_is_asked_for_is_the_person_s(client, enter):
    kari = enter("kari", shop="reader")
    late = "2026-11-20T23:30:00Z"  # 00:30 the next day in Oslo
    send(client, decision(1, decided_at=late))
    kari.post("/admin/speech", form={"language": "", "zone": "Europe/Oslo"}, page="/admin/speech")

    there = kari.get("/admin/shop/log", **{"from": "2026-11-21", "to": "2026-11-21"}).text
    before = kari.get("/admin/shop/log", **{"from": "2026-11-20", "to": "2026-11-20"}).text

    assert "21 Nov 2026 00:30" in there
    assert "No decision answers to this." in before
    assert late.replace("Z", ".000Z") in kari.get("/admin/shop/log/export?format=csv").text
