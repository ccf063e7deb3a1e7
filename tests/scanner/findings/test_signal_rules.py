"""Each rule about signals, on the smallest scan that breaks it and on one that does not."""

import pytest

from scanner.findings import find
from scanner.model import (
    BannerAnswer,
    Carried,
    Category,
    Kind,
    Party,
    SetBy,
    Signal,
    SignalKind,
    State,
    Visit,
)
from tests.scanner.findings.test_findings import entry

PAGE = "https://www.shop.example/vare?kunde=kari"
SCRIPT = SetBy(kind="script", url="https://cdn.prints.example/fp.js?v=1", line=3)
ANSWERED = BannerAnswer(found=True, accepted=True, rejected=True)
TOLD = (Carried(name="cid", content="identifier"), Carried(name="dl", content="page"))


def signal(kind, name, state=State.BEFORE, **facts):
    return Signal(
        kind=kind,
        name=name,
        host="www.shop.example",
        facts={key.replace("_", " ") if " " in key else key: value for key, value in facts.items()},
        states=(state,),
        pages=(PAGE,),
    )


def found(*signals, entries=(), banner=ANSWERED, visits=()):
    findings = find(visits=visits, banner=banner, entries=entries, signals=signals)
    return {finding.rule: finding for finding in findings}


def mode(name, state=State.BEFORE, early="yes", **facts):
    told = signal(SignalKind.CONSENT_MODE, name, state, **facts)
    told.facts["before first tag"] = early
    return told


def tcf(state, consents="none", interests="none", applies="yes"):
    told = signal(SignalKind.TCF, "state", state, applies=applies)
    told.facts.update(
        {"purposes consented": consents, "purposes by legitimate interest": interests}
    )
    return told


def beacon(**facts):
    values = {
        "kind": Kind.BEACON,
        "party": Party.THIRD,
        "domain": "ads.example",
        "category": Category.UNCLASSIFIED,
        "states": (State.BEFORE,),
        "carries": TOLD,
    }
    return entry("ads.example/pixel", **(values | facts))


def test_a_pixel_that_says_who_reads_what_is_told_by_names_only():
    finding = found(entries=[beacon()])["pre-consent-pixel-beacon"]

    assert finding.items == ("ads.example/pixel",)
    assert finding.evidence == (
        "ads.example/pixel is told identifier (cid), page (dl), sent by https://tags.example/ga.js",
    )


@pytest.mark.parametrize(
    "facts",
    [
        {"party": Party.FIRST},
        {"states": (State.ACCEPT,)},
        {"category": Category.NECESSARY},
        {"carries": (Carried(name="sr", content="screen"),)},
    ],
)
def test_other_messages_are_no_finding(facts):
    assert "pre-consent-pixel-beacon" not in found(entries=[beacon(**facts)])


def test_one_script_that_reads_two_things_is_fingerprinting():
    read = [
        Signal(kind=SignalKind.FINGERPRINTING, name=name, by=SCRIPT, states=(State.BEFORE,))
        for name in ("canvas", "audio")
    ]

    finding = found(*read)["pre-consent-fingerprinting"]

    assert finding.items == ("cdn.prints.example",)
    assert finding.evidence == ("https://cdn.prints.example/fp.js reads audio, canvas",)
    assert "pre-consent-fingerprinting" not in found(read[0])


def test_a_tag_without_a_default_before_it():
    tag = signal(SignalKind.CONSENT_MODE, "tag", layer="dataLayer")

    assert "gcm-default-missing" in found(tag)
    assert "gcm-default-missing" in found(tag, mode("default", early="no", ad_storage="denied"))
    assert "gcm-default-missing" not in found(tag, mode("default", ad_storage="denied"))


def test_a_default_that_grants():
    granted = found(mode("default", ad_storage="denied", analytics_storage="granted"))

    assert granted["gcm-default-granted"].items == ("analytics_storage",)
    assert "gcm-default-granted" not in found(mode("default", ad_storage="denied"))
    assert "gcm-default-granted" not in found(
        mode("default", ad_storage="granted", region="some only")
    )


def test_consent_mode_after_a_refusal():
    update = mode("update", State.REJECT, ad_storage="granted")
    yes = signal(SignalKind.CONSENT_MODE, "hit", State.REJECT, gcs="G111")
    no = signal(SignalKind.CONSENT_MODE, "hit", State.REJECT, gcs="G100")

    assert found(update)["gcm-update-mismatch"].items == ("ad_storage",)
    assert "gcm-update-mismatch" not in found(update, banner=BannerAnswer())
    assert {"gcm-hit-mismatch", "post-reject-cookieless-ping"} & found(yes).keys() == {
        "gcm-hit-mismatch"
    }
    assert {"gcm-hit-mismatch", "post-reject-cookieless-ping"} & found(no).keys() == {
        "post-reject-cookieless-ping"
    }


def test_the_framework_before_and_after_the_answer():
    assert "tcf-positive-before-choice" in found(tcf(State.BEFORE, consents="1 7"))
    assert "tcf-positive-before-choice" not in found(tcf(State.BEFORE, interests="2"))
    assert "tcf-positive-before-choice" not in found(tcf(State.BEFORE, consents="1", applies="no"))
    assert "tcf-positive-after-reject" in found(tcf(State.REJECT, interests="2"))
    assert "tcf-positive-after-reject" not in found(tcf(State.REJECT))


def test_what_travels_unencrypted():
    plain = Visit(
        url="http://shop.example/", final_url="http://shop.example/", state=State.BEFORE, status=200
    )
    here = Visit(
        url="http://127.0.0.1/", final_url="http://127.0.0.1/", state=State.BEFORE, status=200
    )
    mixed = signal(SignalKind.MIXED_CONTENT, "/one.js")

    assert found(visits=[plain])["insecure-transport"].items == ("http://shop.example/",)
    assert "insecure-transport" not in found(visits=[here])
    assert found(mixed)["insecure-transport"].evidence == (
        "http://www.shop.example/one.js is asked for by https://www.shop.example/vare",
    )
    upgraded = signal(SignalKind.MIXED_CONTENT, "/one.png", outcome="upgraded")
    assert "insecure-transport" not in found(upgraded)


def test_who_is_told_the_whole_address_and_who_hides_behind_the_sites_own_name():
    assert "referrer-leak" in found(signal(SignalKind.REFERRER, "Referer"))
    cloaked = signal(SignalKind.CLOAKING, "alias", how="alias of x.tracker.example")
    assert found(cloaked)["cname-cloaked-tracker"].evidence == (
        "www.shop.example: alias of x.tracker.example",
    )


def test_a_site_that_promises_nothing_to_those_who_send_the_signal():
    def promise(said):
        return signal(SignalKind.PRIVACY_CONTROL, "well-known", State.GPC, honoured=said)

    assert found(promise("nothing"))["gpc-wellknown-missing"].evidence == (
        "www.shop.example/.well-known/gpc.json says nothing",
    )
    assert "gpc-wellknown-missing" not in found(promise("yes"))
