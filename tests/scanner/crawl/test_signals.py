"""What pages do and say beside storing things: told to whom, read by which script."""

import hashlib

import pytest

from scanner.model import Carried, Kind, SignalKind, State
from tests.sites import telling
from tests.sites.paths import Answer, Host, script
from tests.sites.telling import SHOP

pytestmark = pytest.mark.anyio


async def test_what_a_page_tells_to_others_is_told_by_names_and_kinds(look):
    found = await look(telling.hosts())

    (read,) = [read for read in found.crawl.reads if read.visit.url == SHOP + "vare"]
    beacons = found.of(Kind.BEACON)
    pixel = beacons["cdn.tracker.example/pixel"]
    assert pixel.set_by.url == "https://cdn.tracker.example/tag.js"
    assert set(pixel.carries) == {
        Carried(name="cid", content="identifier"),
        Carried(name="dl", content="page"),
        Carried(name="em", content="email_hash"),
        Carried(name="sr", content="screen"),
    }
    assert beacons["cdn.tracker.example/beacon"].carries == (Carried(name="mail", content="email"),)
    assert beacons["sync.partner.example/match"].carries == (
        Carried(name="uid", content="identifier"),
    )

    told = {}
    for signal in read.signals:
        told.setdefault(signal.kind, []).append(signal)
    prints = told[SignalKind.FINGERPRINTING]
    assert {signal.name for signal in prints} == {"canvas", "fonts", "audio", "devices"}
    assert {signal.by.url for signal in prints} == {"https://cdn.prints.example/fp.js"}
    shared = {
        (s.name, s.facts["of"], s.host, s.facts["parameter"]) for s in told[SignalKind.SHARING]
    }
    assert shared == {
        ("visitor", "www.shop.example", "cdn.tracker.example", "cid"),
        ("visitor", "www.shop.example", "sync.partner.example", "uid"),
    }
    assert [signal.host for signal in told[SignalKind.REFERRER]] == ["sync.partner.example"]
    assert [signal.host for signal in told[SignalKind.MIXED_CONTENT]] == [
        "pictures.partner.example"
    ]
    mode = {signal.name: signal.facts for signal in told[SignalKind.CONSENT_MODE]}
    assert mode == {
        "tag": {"layer": "dataLayer"},
        "default": {
            "ad_storage": "denied",
            "analytics_storage": "granted",
            "before first tag": "yes",
        },
        "update": {"ad_storage": "granted", "before first tag": "no"},
        "hit": {"gcs": "G110"},
    }
    (tcf,) = told[SignalKind.TCF]
    assert (tcf.facts["purposes consented"], tcf.facts["cmp"], tcf.facts["string"]) == (
        "1 7",
        "10",
        "yes",
    )
    assert told[SignalKind.GPP][0].facts["sections"] == "2"
    headers = {signal.name: signal.facts for signal in told[SignalKind.SECURITY_HEADER]}
    assert headers["strict-transport-security"] == {"sent": "yes", "value": "max-age=31536000"}
    assert headers["content-security-policy"] == {"sent": "no"}
    assert {signal.states for signal in read.signals} == {(State.BEFORE,)}

    # Nothing of it holds a value.
    for secret in ("8f14e45fceea167a5a36dedd4bea2543", "kari@", "CPsecret", "DBsecret", "0cc175b9"):
        assert secret not in repr(found.crawl)


ASKING = """<title>x</title><script>
window.__tcfapi = (command, version, done) => done({eventStatus: "tcloaded"}, true);
window.__gpp = (command, done) => done({}, true);
</script><script src="https://cdn.tracker.example/tag.js"></script><script>
window.__tcfapi = (command, version, done) => done({eventStatus: "useractioncomplete"}, true);
</script><script src="https://cdn.tracker.example/later.js"></script>"""
TAG = """navigator.globalPrivacyControl;
__tcfapi("addEventListener", 2, () => {});
__gpp("ping", () => {});
document.requestStorageAccess().catch(() => {});
const held = navigator.credentials.get({password: true, mediation: 'silent'}).catch(() => {});
new Image().attributionSrc = '';
fetch('/pixel');"""


async def test_who_asks_what_the_visitor_wants_is_told(look):
    shop = Host({"/": ASKING})
    later = script("window.__tcfapi('getTCData', 2, () => {})")
    registers = {"attribution-reporting-register-trigger": "{}"}
    tracker = Host({"/tag.js": script(TAG), "/later.js": later})
    shop.answers["/pixel"] = Answer("", headers=registers)

    found = await look(
        {"www.shop.example": shop, "cdn.tracker.example": tracker},
        states=(State.BEFORE, State.GPC),
    )

    before, signal = found.crawl.reads
    assert asked(before) == {
        ("tcf", "addEventListener", "https://cdn.tracker.example/tag.js"),
        ("gpp", "ping", "https://cdn.tracker.example/tag.js"),
        ("tcf", "getTCData", "https://cdn.tracker.example/later.js"),
    }
    read = ("privacy_control", None, "https://cdn.tracker.example/tag.js")
    assert asked(signal) == {*asked(before), read}

    tag, pixel = "https://cdn.tracker.example/tag.js", SHOP + "pixel"
    adverts = [told for told in before.signals if told.kind is SignalKind.ADVERTISING]
    assert {(told.name, told.by.kind, told.by.url) for told in adverts} >= {
        ("storage_access", "script", tag),
        ("attribution", "http", pixel),
    }
    assert {told.name for told in adverts} <= {"storage_access", "attribution"}


def asked(read):
    return {
        (signal.kind.value, signal.facts.get("command"), signal.by.url)
        for signal in read.signals
        if signal.name in ("call", "read")
    }


async def test_what_an_encrypted_page_asks_for_unencrypted_is_told(look):
    parts = """<img src=http://cdn.part.example/dot.png>
    <link rel=stylesheet href=http://cdn.part.example/s.css>
    <iframe src=http://cdn.part.example/frame></iframe>
    <form action=http://cdn.part.example/form></form>
    <script>try { new WebSocket("ws://cdn.part.example/socket") } catch {}</script>"""
    found = await look({"www.shop.example": Host({"/": parts})})

    (read,) = found.crawl.reads
    mixed = [signal for signal in read.signals if signal.kind is SignalKind.MIXED_CONTENT]
    assert {(signal.host, signal.name, signal.facts["outcome"]) for signal in mixed} == {
        ("cdn.part.example", "/dot.png", "upgraded"),
        ("cdn.part.example", "/s.css", "blocked"),
        ("cdn.part.example", "/frame", "blocked"),
        ("cdn.part.example", "/form", "sent"),
        ("cdn.part.example", "/socket", "blocked"),
    }


HASHING = """crypto.subtle.digest("SHA-256", new TextEncoder().encode("ola@example.no"))
  .then((made) => {
    const x = [...new Uint8Array(made)].map((one) => one.toString(16).padStart(2, "0")).join("");
    new Image().src = `https://cdn.tracker.example/pixel?x=${x}`;
  });"""


async def test_the_hash_of_an_address_is_one_under_any_name(look):
    typed = hashlib.md5(b"kari@example.no", usedforsecurity=False).hexdigest()
    other = hashlib.md5(b"something else", usedforsecurity=False).hexdigest()
    sent = f"fetch('https://cdn.tracker.example/hit?y={typed}&z={other}', {{mode: 'no-cors'}})"
    page = f"<input value=Kari@Example.no><script>{HASHING}{sent}</script>"
    found = await look({"www.shop.example": Host({"/": page})})

    beacons = found.of(Kind.BEACON)
    assert beacons["cdn.tracker.example/pixel"].carries == (
        Carried(name="x", content="email_hash"),
    )
    assert set(beacons["cdn.tracker.example/hit"].carries) == {
        Carried(name="y", content="email_hash"),
        Carried(name="z", content="identifier"),
    }
    for secret in ("kari@", "Kari@", "ola@", typed):
        assert secret not in repr(found.crawl)
