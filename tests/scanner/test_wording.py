"""What the people who run sites are told, in every language that they are spoken to."""

import datetime as dt
import re
import zoneinfo
from html.parser import HTMLParser
from importlib.resources import files

import msgspec
import pytest
from babel import Locale
from jinja2 import Environment, nodes
from markupsafe import Markup

from scanner.findings import RULES, told
from scanner.model import Kind, Site
from scanner.spoken import SPOKEN
from scanner.wording import SCANS, ZoneUnknown, words, words_for, zone

FOLDERS = ("consent_server/locale", SCANS)
PLURALS = {"zero", "one", "two", "few", "many", "other"}
OTHERS = [language for language in SPOKEN if language != "en"]
OSLO = zoneinfo.ZoneInfo("Europe/Oslo")

#: Templates of people's pages and of reports, all of whose words lie in texts.
TEMPLATES = sorted(
    path
    for package, pattern in (
        ("consent_server", "admin/*.html"),
        ("consent_server", "preview/page.html"),
        ("scanner", "report.*"),
    )
    for path in (files(package) / "templates").glob(pattern)
    if path.suffix in (".html", ".md")
)


def read(folder, language):
    package, _, below = folder.partition("/")
    return msgspec.json.decode((files(package) / below / f"{language}.json").read_bytes())


def flat(texts, path=""):
    for key, value in texts.items():
        if isinstance(value, dict) and not (value.keys() <= PLURALS):
            yield from flat(value, f"{path}{key}/")
        else:
            yield f"{path}{key}", value


def forms(text):
    return text if isinstance(text, dict) else {"": text}


def facts(text):
    return {frozenset(re.findall(r"\{(\w*)\}", form)) for form in forms(text).values()}


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("folder", FOLDERS)
def test_each_language_has_every_text_with_the_same_facts(folder, language):
    english, own = dict(flat(read(folder, "en"))), dict(flat(read(folder, language)))

    assert own.keys() == english.keys()
    assert {key for key in own if facts(own[key]) != facts(english[key])} == set()


@pytest.mark.parametrize("language", SPOKEN)
def test_a_text_has_the_plural_forms_of_its_language(language):
    needed = Locale.parse(language).plural_form.tags | {"other"}

    for folder in FOLDERS:
        for key, text in flat(read(folder, language)):
            if isinstance(text, dict):
                assert text.keys() == needed, key


CAREFUL = {
    "nb": "Mulig brudd",
    "nn": "Mogleg brot",
    "sv": "Möjlig överträdelse",
    "da": "Mulig overtrædelse",
    "fi": "Mahdollinen rikkomus",
    "de": "Möglicher Verstoß",
}
JUDGING = (
    "ulovlig|olaglig|illegal|lovbrot|lovbrudd|lagbrott"
    "|laiton|lainvastai|rechtswidrig|gesetzeswidrig|rechtsbruch"
)


@pytest.mark.parametrize("language", OTHERS)
def test_each_rule_is_told_and_none_judges(language):
    own = read("scanner/locale/rules", language)

    assert own.keys() == {rule.id for rule in RULES}
    assert {frozenset(each) for each in own.values()} == {frozenset(("title", "help", "advice"))}
    for english, rule in zip(RULES, told(language), strict=True):
        assert (rule.id, rule.severity) == (english.id, english.severity)
        assert rule.advice != english.advice
        assert rule.advice.startswith(CAREFUL[language]) is english.advice.startswith(
            "Potential breach"
        )
        whole = f"{rule.title} {rule.help} {rule.advice}".casefold()
        assert not re.search(JUDGING, whole)


class Bare(HTMLParser):
    """Collects what a template says by itself: text, and attributes that are read to people."""

    def __init__(self):
        super().__init__()
        self.said = []
        self.silent = []

    def handle_starttag(self, tag, attrs):
        if tag in ("style", "script", "code"):
            self.silent.append(tag)
        self.said += [
            value
            for name, value in attrs
            if name in ("aria-label", "title", "placeholder", "alt") and value
        ]

    def handle_endtag(self, tag):
        if self.silent and self.silent[-1] == tag:
            self.silent.pop()

    def handle_data(self, data):
        if not self.silent:
            self.said.append(data)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_says_anything_by_itself(path):
    source = path.read_text(encoding="utf-8")
    bare = Bare()
    bare.feed(re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", source, flags=re.DOTALL))
    constants = [
        node.value
        for node in Environment(autoescape=True).parse(source).find_all(nodes.Const)
        if isinstance(node.value, str)
    ]

    written = [text for text in bare.said if re.search(r"[^\W\d_]{2,}", text)]
    named = {"Kapsel", "API"}
    assert {text.strip(" ·\n") for text in written if "/" not in text} <= named
    assert [text for text in constants if re.search(r"[^\W\d_]{2,} |^[A-Z][a-z]+", text)] == []


def test_a_text_counts_and_escapes_and_takes_markup_as_it_is():
    nb = words("nb", "consent_server/locale")

    assert nb.text("people.sessions", count=1) == "1 åpen økt."
    assert nb.text("people.sessions", count=1200) == "1\u00a0200 åpne økter."
    assert nb.html("people.sure", name="<b>") == (
        "Jeg er sikker på at &lt;b&gt; ikke skal ha noen konto lenger."
    )
    assert "<a>katalogen</a>" in nb.html(
        "scans.see", catalogue=Markup("<a>katalogen</a>"), findings=""
    )
    with pytest.raises(KeyError):
        nb.text("people.nothing")


def test_times_and_numbers_are_of_the_language_and_the_zone():
    night = dt.datetime(2026, 7, 31, 22, 30, tzinfo=dt.UTC)

    assert words("nb", zone=OSLO).moment(night) == "1. aug. 2026 00:30 CEST"
    assert words("sv", zone=OSLO).day(night) == "1 aug. 2026"
    assert words("da").minute(night) == "31. jul. 2026 22.30"
    assert words("en").moment(night) == "31 Jul 2026 22:30 UTC"
    assert words("sv").percent(0.1234) == "12,3\u00a0%"
    assert words("en").percent(0.99, "0") == "99%"
    assert words("nn").lifetime(86400.0 * 365, Kind.COOKIE) == "1 år"
    assert words("nb", zone=OSLO).zone_name == "Europe/Oslo"


def test_a_word_of_programs_is_named_and_one_that_is_not_known_stays():
    sv = words("sv")

    assert sv.terms("states", ["before", "reject", "new one"]) == "före svar, nekat, new one"
    assert sv.term("categories", "marketing") == "marknadsföring"


@pytest.mark.parametrize(
    ("languages", "asked", "spoken"),
    [
        (("nb", "en"), None, "nb"),
        (("fr", "nb"), None, "en"),
        (("no",), None, "nb"),
        (("nb",), "sv", "sv"),
    ],
)
def test_a_site_is_spoken_to_in_its_first_language(languages, asked, spoken):
    site = Site(
        key="shop", url="https://shop.example/", languages=languages, time_zone="Europe/Oslo"
    )

    found = words_for(site, language=asked, zone_name="UTC")

    assert (found.language, found.zone_name) == (spoken, "Europe/Oslo")


def test_who_has_no_site_is_spoken_to_in_english_in_the_zone_that_is_told():
    found = words_for(None, zone_name="Europe/Stockholm")

    assert (found.language, found.zone_name) == ("en", "Europe/Stockholm")


@pytest.mark.parametrize("name", ["", "Oslo", "../etc/passwd", "Europe/Nowhere"])
def test_a_zone_that_there_is_not_is_refused(name):
    with pytest.raises(ZoneUnknown, match="Europe/Oslo"):
        zone(name)
