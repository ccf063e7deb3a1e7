"""Other people's lists, in the forms that they come in."""

import datetime as dt
import json

import pytest

from scanner.errors import KnowledgeInvalid
from scanner.knowledge.formats import category, parse
from scanner.knowledge.imported import Line, keep, read
from scanner.model import Category

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


def parsed(text, name="list"):
    return parse(name, text.encode(), now=NOW)


def test_the_open_cookie_database_is_read_with_its_wildcards():
    found = parsed(
        "ID,Platform,Category,Cookie / Data Key name,Domain,Description,Retention period,"
        "Data Controller,User Privacy & GDPR Rights Portals,Wildcard match\n"
        '1,Acme,Functional,acme_id,acme.example,"text, of theirs",2 years,Acme Inc,https://x,0\n'
        "2,Acme,Analytics,acme_,,text,session,Acme Inc,https://x,1\n"
    )

    assert found.format == "open-cookie-database"
    assert found.confidence == 0.55
    assert found.lines == (
        Line(
            name="acme_id", category=Category.FUNCTIONAL, domain="acme.example", vendor="Acme",
            lifetime=63072000,
        ),
        Line(name="acme_", category=Category.STATISTICS, prefix=True, vendor="Acme"),
    )  # fmt: skip


def test_a_declaration_as_csv_is_read_whatever_its_sign_between_fields():
    found = parsed("Cookie name;Provider;Category;Expiry\n_x;shop.example;Markedsføring;90 days\n")

    assert found.format == "declaration"
    assert [(line.name, line.category, line.lifetime) for line in found.lines] == [
        ("_x", "marketing", 7776000)
    ]


def test_groups_of_a_declaration_give_their_category_to_their_cookies():
    groups = {
        "Groups": [
            {
                "CustomGroupId": "C0002",
                "GroupName": "Performance",
                "FirstPartyCookies": [{"Name": "_p", "Host": "shop.example", "Length": "365"}],
                "Hosts": [
                    {"HostName": "t.example", "Cookies": [{"Name": "_q", "Host": "t.example"}]}
                ],
            },
            {"CustomGroupId": "C0001", "FirstPartyCookies": [{"Name": "_n"}]},
        ]
    }

    found = parsed(json.dumps(groups))

    assert [(line.name, str(line.category), line.domain) for line in found.lines] == [
        ("_p", "statistics", "shop.example"),
        ("_q", "statistics", "t.example"),
        ("_n", "necessary", None),
    ]


def test_labelled_cookies_are_read():
    found = parsed(
        json.dumps(
            {"a;x.example;/": {"name": "a", "domain": ".x.example", "path": "/", "label": 3}}
        )
    )

    assert found.format == "labels"
    assert found.lines == (Line(name="a", category=Category.MARKETING, domain="x.example"),)


def test_a_disclosure_tells_by_its_purposes():
    found = parsed(
        json.dumps(
            {
                "disclosures": [
                    {"identifier": "uid", "type": "cookie", "maxAgeSeconds": 7776000,
                     "domains": ["*.ads.example"], "purposes": [1, 3, 4]},
                    {"identifier": "m_*", "type": "cookie", "purposes": [1, 8]},
                    {"identifier": "only-storage", "type": "cookie", "purposes": [1]},
                ]
            }
        )
    )  # fmt: skip

    assert found.lines == (
        Line(
            name="uid", category=Category.MARKETING, domain="ads.example", lifetime=7776000
        ),
        Line(name="m_", category=Category.STATISTICS, prefix=True),
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "[Adblock Plus 2.0]\n! a list\n||ads.example^$third-party\n||x.example/path\n##.banner\n",
        "# hosts\n127.0.0.1 localhost\n0.0.0.0 ads.example # of Acme\n",
    ],
)
def test_lists_of_trackers_give_their_hosts(text):
    assert parsed(text).hosts == ("ads.example",)


@pytest.mark.parametrize("text", ["", "nothing,here\n1,2\n", "{}", "[1, 2]"])
def test_what_says_nothing_is_refused_with_the_forms_that_are_known(text):
    with pytest.raises(KnowledgeInvalid, match="known forms are"):
        parsed(text)


def test_broken_json_is_refused():
    with pytest.raises(KnowledgeInvalid, match=r"^list: "):
        parsed('{"a": ')


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Strictly Necessary Cookies", "necessary"),
        ("C0004", "marketing"),
        ("Nødvendige", "necessary"),
        ("Targeting", "marketing"),
        ("analytics", "statistics"),
        ("Preferences", "functional"),
        ("other", None),
        ("", None),
    ],
)
def test_categories_are_understood_in_anybodys_words(text, meant):
    assert category(text) == meant


def test_what_was_imported_is_there_the_next_time(tmp_path):
    found = parsed("0.0.0.0 ads.example\n", name="My Hosts.txt")

    path = keep(found, tmp_path / "own")
    keep(found, tmp_path / "own")

    assert path.name == "my-hosts-txt.json"
    assert read(tmp_path / "own") == [found]


def test_a_damaged_import_is_named(tmp_path):
    (tmp_path / "x.json").write_text("{}")

    with pytest.raises(KnowledgeInvalid, match="import it again"):
        read(tmp_path)


def test_a_translated_description_does_not_hide_a_cookie():
    found = parsed(
        json.dumps(
            [
                {
                    "slug": "analytics",
                    "cookies": [
                        {"cookie_id": "_v", "duration": "1 year", "description": {"en": "x"}}
                    ],
                },
                {"slug": "uncategorized", "cookies": [{"cookie_id": "_u"}]},
            ]
        )
    )

    assert [(line.name, line.category) for line in found.lines] == [("_v", "statistics")]


@pytest.mark.parametrize(
    ("declared", "name", "prefix"),
    [
        ("_ga_#", "_ga_", True),
        ("_hjSession_*", "_hjSession_", True),
        ("_pk_id.<id>", "_pk_id.", True),
        ("_gat_UA-XXXXXXX-1", "_gat_UA-", True),
        ("lax_xx", "lax_xx", False),
        ("C#", "C#", False),  # too little is left
        ("_gid", "_gid", False),
    ],
)
def test_a_placeholder_in_a_declared_name_makes_it_the_beginning_of_many(declared, name, prefix):
    found = parsed(f"name,category\n{declared},Statistics\n")

    assert [(line.name, line.prefix) for line in found.lines] == [(name, prefix)]


@pytest.mark.parametrize(
    ("facts", "lifetime"),
    [
        ({"IsSession": False, "Length": "365"}, 31536000),
        ({"IsSession": True, "Length": "365"}, None),
        ({"IsSession": False, "Length": "0"}, None),
        ({"Expiry": "2 days"}, 172800),
    ],
)
def test_a_length_beside_is_session_counts_days(facts, lifetime):
    found = parsed(json.dumps([{"Name": "_x", "Category": "Statistics", **facts}]))

    assert [line.lifetime for line in found.lines] == [lifetime]


def test_a_cookie_that_may_lie_on_the_sites_own_host_is_bound_to_none():
    found = parsed(
        "Cookie / Data Key name,Category,Domain\n"
        "acme_a,Analytics,acme.example (3rd party) or advertiser's website domain (1st party)\n"
        "acme_b,Analytics,acme.example (3rd party)\n"
    )

    assert [line.domain for line in found.lines] == [None, "acme.example"]


def test_labelled_cookies_may_come_as_a_list():
    found = parsed(json.dumps([{"name": "_x", "domain": "shop.example", "label": 2}]))

    assert found.format == "labels"
    assert [line.category for line in found.lines] == ["statistics"]
