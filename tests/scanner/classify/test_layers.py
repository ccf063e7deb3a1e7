"""What each layer says by itself."""

import pytest

from scanner.classify import classify, explain
from scanner.classify.features import features
from scanner.classify.guess import guessed
from scanner.classify.named import lifetime_agrees, named
from scanner.classify.structure import formed, words_of
from scanner.knowledge import Knowledge, files, load
from scanner.knowledge.imported import Collection, Imports, Line
from scanner.knowledge.weights import Weights
from scanner.model import Category, Kind, Party, SetBy, Subject, ValueShape

DAY = 86400


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("isLoggedIn", "is_logged_in"),
        ("__RequestVerificationToken", "_request_verification_token"),
        ("cookie-consent.v2", "cookie_consent_v2"),
        ("SESSIONID", "sessionid"),
    ],
)
def test_a_name_falls_into_words(name, words):
    assert words_of(name) == words


@pytest.mark.parametrize(
    ("name", "facts", "rule"),
    [
        ("app_csrf", {}, "forgery-token"),
        ("my-cookie-consent", {}, "consent-choice"),
        ("app_session", {"http_only": True}, "server-session"),
        ("app_session", {"http_only": False}, None),
        ("shop_currency", {}, "currency"),
        ("siteLanguage", {}, "language"),
        ("test", {"http_only": False}, "cookie-support-alone"),
        ("test", {"http_only": False, "lifetime": 30 * DAY}, None),
        ("test", {"http_only": False, "party": Party.THIRD}, None),
        ("utm_campaign", {}, "campaign"),
        ("partner_uid", {"party": Party.THIRD}, "third-party-id"),
        ("zz", {"party": Party.THIRD, "lifetime": 400 * DAY}, "third-party-long"),
        ("zz", {"party": Party.FIRST, "lifetime": 400 * DAY}, None),
        ("client_id", {"lifetime": 400 * DAY}, "long-lived-number"),
        ("client_id", {"lifetime": 60}, None),
        (
            "client_id",
            {"lifetime": 400 * DAY, "value_shape": ValueShape(length=1, entropy=0, kind="flag")},
            None,
        ),
    ],
)
def test_the_form_of_an_item_speaks(name, facts, rule):
    word = formed(Subject(name=name, **facts))

    assert (word.entry if word else None) == rule


def test_only_a_subject_whose_flags_were_seen_can_end_with_the_session():
    assert formed(Subject(name="xsess_sessid")) is None
    assert formed(Subject(name="xsess_sessid", http_only=False)).entry == "session-name"


@pytest.mark.parametrize(
    ("observed", "documented", "agrees"),
    [
        (400 * DAY, 730 * DAY, True),  # the browser's limit
        (730 * DAY, 730 * DAY, True),
        (85 * DAY, 90 * DAY, True),
        (30 * DAY, 90 * DAY, False),
        (None, 90 * DAY, False),
        (90 * DAY, None, False),
    ],
)
def test_a_lifetime_confirms_what_is_documented(observed, documented, agrees):
    assert lifetime_agrees(Subject(name="x", lifetime=observed), documented) is agrees


def test_a_short_name_may_be_confirmed_by_its_lifetime_alone():
    told = explain(Subject(name="_y", lifetime=365 * DAY), knowledge=load()).verdict

    assert told.vendor == "Shopify"
    assert told.confidence < 0.8


def test_a_known_name_on_a_strange_host_is_less_sure():
    known = explain(Subject(name="everest_g_v2", domain="everesttech.net"), knowledge=load())
    strange = explain(Subject(name="everest_g_v2", domain="shop.example"), knowledge=load())

    assert known.verdict.confidence > strange.verdict.confidence


def test_an_explanation_tells_who_says_what_and_why():
    told = explain(
        Subject(
            name="_ga",
            lifetime=400 * DAY,
            set_by=SetBy(kind="script", url="https://www.googletagmanager.com/gtag/js?id=G-1"),
        ),
        knowledge=load(),
    )

    assert told.because[0].layer == "knowledge"
    assert "the vendor's script set it" in told.because[0].reason
    assert told.documented_lifetime == 63115200
    assert told.evidence == ("https://support.google.com/analytics/answer/11397207",)
    assert told.knowledge.startswith("sha256:")


@pytest.mark.parametrize(
    ("name", "ended"),
    [("__atuvc", "2023-05-31"), ("__utma", "2023-07-01"), ("_gaexp", "2023-09-30")],
)
def test_what_serves_a_closed_service_is_told_so(name, ended):
    word = explain(Subject(name=name), knowledge=load()).because[0]

    assert word.reason.endswith(f"the service ended on {ended}")


def test_a_platforms_session_on_a_trackers_host_is_contested():
    told = explain(
        Subject(name="JSESSIONID", domain="ads.pubmatic.com", party=Party.THIRD), knowledge=load()
    )

    assert told.contested
    assert told.verdict.category is Category.MARKETING
    assert [word.category for word in told.against if word.layer == "knowledge"] == ["necessary"]


def test_web_storage_of_another_kind_than_documented_is_less_sure():
    cookie = explain(Subject(name="_fbp"), knowledge=load()).verdict
    storage = explain(Subject(name="_fbp", kind=Kind.LOCAL_STORAGE), knowledge=load()).verdict

    assert storage.vendor == "Meta"
    assert storage.confidence < cookie.confidence


@pytest.mark.parametrize(
    ("facts", "vendor"),
    [
        ({"name": "SyncRTB4"}, "pubmatic"),
        ({"name": "SyncRTB4", "domain": "ads.pubmatic.com"}, "pubmatic"),
        ({"name": "SyncRTB4", "domain": "www.shop.example"}, None),
        ({"name": "SyncRTB4", "site": "shop.example"}, None),
        ({"name": "__Secure-basket"}, None),
        ({"name": "put_2"}, None),
    ],
)
def test_a_telling_beginning_needs_no_host_where_only_the_name_is_told(facts, vendor):
    word = named(Subject(**facts), load())

    assert (word and word.vendor_id) == vendor


def test_features_see_no_ids():
    one, other = (
        set(features(Subject(name=name), load())) for name in ("_abc_123456", "_abc_987654")
    )
    mixed, another = (
        set(features(Subject(name=name), load())) for name in ("_abc_x7k2q9", "_abc_9zz41w")
    )

    assert one == other
    assert mixed == another


def test_features_tell_whose_the_host_of_a_third_party_is():
    third = Subject(name="x", domain="px.ads.linkedin.com", party=Party.THIRD)
    first = Subject(name="x", domain="www.linkedin.com", party=Party.FIRST)

    assert {"owner=marketing", "vendor=linkedin"} <= set(features(third, load()))
    assert not {one for one in features(first, load()) if one.startswith(("owner", "vendor"))}


def test_features_tell_where_on_the_site_an_item_lies_and_whether_it_bears_its_name():
    site = "acme.example"
    whole = Subject(name="acmeBox", domain=".acme.example", site=site, http_only=False)
    server = Subject(name="box", domain="www.acme.example", site=site)
    below = Subject(name="box", domain="shop.acme.example", site=site)

    assert {"place=domain", "place=domain/False", "own=True"} <= set(features(whole, load()))
    assert {"place=www", "own=False"} <= set(features(server, load()))
    assert "place=below" in set(features(below, load()))
    assert not {
        one for one in features(Subject(name="box"), load()) if one.startswith(("place", "own="))
    }


def test_features_tell_what_names_that_begin_alike_are_known_for():
    told = set(features(Subject(name="_hjUnheardOf"), load()))

    assert {"kin=statistics", "kin:hotjar"} <= told
    assert "kin=None" in set(features(Subject(name="zzqxj"), load()))


@pytest.mark.parametrize(
    ("facts", "category"),
    [
        ({"site": "shop.example"}, Category.MARKETING),
        ({"site": "facebook.com"}, Category.FUNCTIONAL),
        ({}, Category.FUNCTIONAL),  # no site is told: it may be the vendor's own
    ],
)
def test_a_setting_of_a_trackers_service_serves_the_tracker_on_other_sites(facts, category):
    subject = Subject(name="locale", domain=".facebook.com", **facts)

    word = named(subject, load())

    assert word.entry == "meta/locale"
    assert word.category is category
    assert (word.contested is not None) is (category is Category.MARKETING)
    assert load().vocabulary.category(word.purposes) is category


def test_a_setting_of_a_portal_that_people_visit_stays_one_on_other_sites():
    subject = Subject(name="lang", domain="ads.linkedin.com", site="shop.example")

    assert named(subject, load()).category is Category.FUNCTIONAL


def test_a_choice_about_consent_is_necessary_wherever_it_lies():
    subject = Subject(name="li_gc", domain="linkedin.com", site="shop.example")

    assert named(subject, load()).category is Category.NECESSARY


def test_a_name_with_an_id_at_its_end_is_known_by_what_stands_before():
    plain = named(Subject(name="_fathom"), load())
    longer = named(Subject(name="_fathom_cr78t6"), load())

    assert (longer.entry, longer.category) == (plain.entry, plain.category)
    assert longer.confidence < plain.confidence
    assert "without the id at its end" in longer.reason


@pytest.mark.parametrize("name", ["lang_4cxlzr", "_fathom_elsewhere", "_y_4cxlzr"])
def test_what_stands_before_an_id_must_tell_something_by_itself(name):
    assert named(Subject(name=name), load()) is None


def test_a_guess_adds_up_weights():
    weights = Weights(
        classes=(Category.NECESSARY, Category.STATISTICS, Category.MARKETING),
        scale=100,
        bias=(0, 0, 0),
        features={"n:^ac": (0, 0, 0), "n:acm": (0, 0, 0), "w=acme": (0, 0, 300)},
    )

    knowledge = Knowledge((), files.load().vocabulary, weights=weights)

    word = guessed(Subject(name="acme"), knowledge)

    assert word.category is Category.MARKETING
    assert word.confidence == pytest.approx(0.909, abs=0.001)  # e³ / (e³ + 2)
    assert guessed(Subject(name="zzzzzz"), knowledge) is None
    assert guessed(Subject(name="acme"), Knowledge((), files.load().vocabulary)) is None


def test_a_name_alone_is_not_that_of_a_service_on_other_hosts():
    alone = classify(Subject(name="JSESSIONID"), knowledge=load())
    there = classify(
        Subject(name="JSESSIONID", domain=".www.linkedin.com", party=Party.THIRD), knowledge=load()
    )

    assert alone.rule == "knowledge:java/JSESSIONID"
    assert there.rule == "knowledge:linkedin/JSESSIONID"


@pytest.mark.parametrize(("exemption", "guess"), [(0.5, "marketing"), (0.4, "functional")])
def test_a_guess_exempts_only_what_is_likely_enough(exemption, guess):
    weights = Weights(
        classes=(Category.FUNCTIONAL, Category.STATISTICS, Category.MARKETING),
        scale=100,
        bias=(80, 0, 40),  # 0.47 : 0.21 : 0.32
        features={},
        exemption=exemption,
    )
    subject = Subject(name="acme", http_only=True)

    word = guessed(subject, Knowledge((), files.load().vocabulary, weights=weights))

    assert word.category == guess


@pytest.mark.parametrize(("party", "guess"), [("first", "functional"), ("third", "marketing")])
def test_a_guess_exempts_items_of_third_parties_later(party, guess):
    weights = Weights(
        classes=(Category.FUNCTIONAL, Category.STATISTICS, Category.MARKETING),
        scale=100,
        bias=(80, 0, 40),  # 0.47 : 0.21 : 0.32
        features={},
        exemption=0.4,
        exemption_third=0.6,
    )
    subject = Subject(name="acme", http_only=True, party=Party(party))

    word = guessed(subject, Knowledge((), files.load().vocabulary, weights=weights))

    assert word.category == guess


def test_the_shipped_weights_are_whole_numbers_that_fit_their_classes():
    weights = load().weights

    assert set(weights.classes) == set(Category) - {Category.UNCLASSIFIED}
    assert all(len(numbers) == len(weights.classes) for numbers in weights.features.values())
    assert weights.recipe["rows"] > 2000


def knowledge_with(*collections):
    contents = files.load()
    return Knowledge(contents.vendors, contents.vocabulary, imports=Imports(collections))


def collection(**facts):
    import datetime as dt

    now = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
    return Collection(source="list.txt", imported_at=now, **facts)


def test_an_imported_line_speaks_where_the_built_in_knowledge_is_silent():
    lines = (
        Line(name="zz_x", category=Category.STATISTICS, vendor="Zz"),
        Line(name="zz_", category=Category.MARKETING, prefix=True, domain="zz.example"),
        Line(name="_ga", category=Category.NECESSARY),
    )
    own = knowledge_with(collection(format="declaration", confidence=0.65, lines=lines))

    def told(name, **facts):
        verdict = explain(Subject(name=name, **facts), knowledge=own).verdict
        return (str(verdict.category), verdict.rule)

    assert told("zz_x") == ("statistics", "imported:list.txt/zz_x")
    assert told("zz_y", domain="a.zz.example") == ("marketing", "imported:list.txt/zz_*")
    assert told("zz_y", domain="shop.example") == ("unclassified", None)
    assert told("_ga")[0] == "statistics"


def test_an_imported_tracker_list_speaks_of_third_parties_only():
    own = knowledge_with(collection(format="hosts", confidence=0.85, hosts=("ads.example",)))

    def category(**facts):
        return explain(Subject(name="zz", **facts), knowledge=own).verdict.category

    assert category(domain="x.ads.example", party=Party.THIRD) == "marketing"
    assert category(domain="x.ads.example", party=Party.FIRST) == "unclassified"
    assert category(domain="notads.example", party=Party.THIRD) == "unclassified"


def test_a_verdict_is_the_one_that_is_explained():
    knowledge = load()

    for vendor in knowledge.vendors[::5]:
        for cookie in vendor.cookie:
            for name in cookie.examples or (cookie.text,):
                for domain in (None, *cookie.hosts[:1], "ads.pubmatic.com"):
                    subject = Subject(name=name, domain=domain, lifetime=cookie.lifetime)
                    told = explain(subject, knowledge=knowledge).verdict
                    assert classify(subject, knowledge=knowledge) == told
