"""Other people's lists, in the forms that they come in."""

import datetime as dt
import gzip
import json

import pytest

from scanner.errors import KnowledgeInvalid
from scanner.knowledge.formats import parse
from scanner.knowledge.imported import Line, keep, read
from scanner.model import Category

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


def parsed(text, name="list"):
    return parse(name, text.encode(), now=NOW).collection


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


@pytest.mark.parametrize(
    "text",
    [
        "[Adblock Plus 2.0]\n! a list\n||ads.example^$third-party\n||x.example/path\n##.banner\n",
        "# hosts\n127.0.0.1 localhost\n0.0.0.0 ads.example # of Acme\n",
    ],
)
def test_lists_of_trackers_give_their_hosts(text):
    assert parsed(text).hosts == ("ads.example",)


@pytest.mark.parametrize("text", ["nothing,here\n1,2\n", "{}", "[1, 2]"])
def test_what_says_nothing_is_refused_with_the_forms_that_are_known(text):
    with pytest.raises(KnowledgeInvalid, match="known forms are"):
        parsed(text)


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ('{"a": ', "list:1: Input data was truncated"),
        ('{"a": 1,\n\n "b": 2,}\n', "list:3: JSON is malformed: trailing comma in object"),
    ],
)
def test_broken_json_is_refused_with_its_line(text, mistake):
    with pytest.raises(KnowledgeInvalid) as refused:
        parsed(text)

    assert refused.value.mistakes == [mistake]


def test_what_is_no_text_is_refused():
    with pytest.raises(KnowledgeInvalid, match="list: not a text file"):
        parsed("\x89PNG\r\n\x1a\n\0\0")


def test_a_disclosure_is_told_by_its_key():
    found = parsed(json.dumps({"disclosures": [{"identifier": "uid", "purposes": [1, 3]}]}))

    assert found.format == "disclosure"
    assert found.lines == (Line(name="uid", category=Category.MARKETING),)


def test_a_report_with_patterns_of_names_is_read():
    cookie = {"NamePattern": "_ga_#", "Provider": "Google", "Category": "Statistics",
              "ExpireSeconds": 63072000, "TrackerType": "HTTP"}  # fmt: skip

    found = parsed(json.dumps({"culture": "nb", "cookies": [cookie]}))

    assert found.lines == (
        Line(
            name="_ga_", category=Category.STATISTICS, prefix=True, vendor="Google",
            lifetime=63072000,
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "Navn;Kategori;Varighet;Leverandør\n_ga;Statistikk;2 år;Google\n",
        "Namn;Kategori;Varaktighet;Leverantör\n_ga;Statistik;2 år;Google\n",
        "Cookienavn;Kategori;Varighed;Udbyder\n_ga;Statistiske;2 år;Google\n",
        "Nimi;Luokka;Kesto;Palveluntarjoaja\n_ga;Tilastolliset;2 vuotta;Google\n",
    ],
)
def test_a_list_in_a_nordic_language_is_read(text):
    assert parsed(text).lines == (
        Line(name="_ga", category=Category.STATISTICS, vendor="Google", lifetime=63072000),
    )


def test_rows_that_are_left_out_are_told_with_their_line():
    text = "Name,Category\n_ga,Statistics\nx,Unclassified\n,Marketing\ny,\n"

    told = parse("list.csv", text.encode(), now=NOW).skipped

    assert told == (
        "list.csv:3: 'x' is skipped: 'Unclassified' is none of the four categories",
        "list.csv:4: no name",
        "list.csv:5: 'y' has no category",
    )


def test_cookies_in_json_that_are_left_out_are_told():
    text = json.dumps({"cookies": [{"Name": "a", "Category": "Marketing"},
                                   {"Name": "b", "Category": "Unclassified"}]})  # fmt: skip

    told = parse("list.json", text.encode(), now=NOW).skipped

    assert told == ("list.json: 'b' is skipped: 'Unclassified' is none of the four categories",)


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


NORWEGIAN = (
    "Navn;Formål;Utløper;Kategori\n"
    "kurv_ø;Handlekurv;Økt;Nødvendig\n"
    "_x;Målrettede annonser;90 dager;Markedsføring\n"
)


@pytest.mark.parametrize(
    ("encoding", "remarks"),
    [
        ("utf-8", ()),
        ("utf-8-sig", ()),
        ("cp1252", ("list.csv: not UTF-8, read as Windows-1252",)),
        ("utf-16", ("list.csv: not UTF-8, read as UTF-16",)),
    ],
)
def test_a_list_that_a_spreadsheet_saved_is_read_in_its_encoding(encoding, remarks):
    found = parse("list.csv", NORWEGIAN.encode(encoding), now=NOW)

    assert [(line.name, line.category) for line in found.collection.lines] == [
        ("kurv_ø", "necessary"),
        ("_x", "marketing"),
    ]
    assert found.skipped == remarks


def test_a_packed_list_is_read_and_takes_the_place_of_the_same_list_unpacked():
    found = parse("list.csv.gz", gzip.compress(NORWEGIAN.encode()), now=NOW)

    assert found.collection.source == "list.csv"
    assert [line.name for line in found.collection.lines] == ["kurv_ø", "_x"]


@pytest.mark.parametrize(
    ("content", "mistake"),
    [
        (b"", "list: the file is empty"),
        (b"\xef\xbb\xbf \r\n", "list: the file is empty"),
        (gzip.compress(b" ", mtime=0), "list: the file is empty"),
        (
            gzip.compress(NORWEGIAN.encode(), mtime=0)[:40],
            "list: cannot be unpacked: Compressed file ended",
        ),
    ],
)
def test_a_file_without_a_text_is_refused(content, mistake):
    with pytest.raises(KnowledgeInvalid) as refused:
        parse("list", content, now=NOW)

    assert refused.value.mistakes[0].startswith(mistake)


def test_a_packed_file_that_unfolds_too_far_is_refused(monkeypatch):
    monkeypatch.setattr("scanner.knowledge.decoding.MAX_UNPACKED", 1024**2)

    with pytest.raises(KnowledgeInvalid, match="unpacked it has more than 1 MB"):
        parse("list", gzip.compress(b"a" * (1024**2 + 1)), now=NOW)


def test_one_object_a_line_is_read_and_a_bad_line_is_told():
    text = '{"name": "a_1", "category": "marketing"}\nnonsense\n{"name": "b_2", "category": "x"}\n'

    found = parse("list.ndjson", text.encode(), now=NOW)

    assert found.collection.lines == (Line(name="a_1", category=Category.MARKETING),)
    assert found.skipped == (
        "list.ndjson:2: no JSON object",
        "list.ndjson: 'b_2' is skipped: 'x' is none of the four categories",
    )


def test_a_list_without_the_columns_says_which_are_not_there():
    with pytest.raises(KnowledgeInvalid) as failure:
        parsed("_ga,statistics\n_fbp,marketing\n", "list.csv")

    assert failure.value.mistakes[0] == (
        "list.csv:1: no column for the name and no category; the first line has _ga, statistics"
    )


def test_a_quotation_mark_that_is_not_closed_is_told():
    with pytest.raises(KnowledgeInvalid) as failure:
        parsed('name,category\n"_a,statistics\n_b,marketing\n', "list.csv")

    assert failure.value.mistakes[0] == "list.csv:3: a quotation mark is opened and not closed"


def test_json_that_is_nested_too_deeply_is_refused():
    with pytest.raises(KnowledgeInvalid, match="list: nested too deeply"):
        parsed("[" * 100_000 + "]" * 100_000)


def test_rules_of_a_filter_list_that_are_left_out_are_counted():
    found = parse("list", b"||a.example^\n||b.example/x\n##.ad\n! why\n", now=NOW)

    assert found.collection.hosts == ("a.example",)
    assert found.skipped == ("list: left out, not for a whole host: 2 rules",)


def test_a_group_that_only_its_name_tells_gives_its_category_too():
    found = parsed(
        json.dumps(
            {
                "DomainData": {
                    "Groups": [
                        {
                            "OptanonGroupId": "7",
                            "GroupName": "Targeting Cookies",
                            "FirstPartyCookies": [{"Name": "_t", "Host": ".shop.example"}],
                        }
                    ]
                }
            }
        )
    )

    assert found.lines == (
        Line(name="_t", category=Category.MARKETING, domain="shop.example", lifetime=None),
    )


def test_a_cookie_of_a_group_without_a_category_is_told():
    groups = {
        "Groups": [
            {"GroupName": "Ours", "FirstPartyCookies": [{"Name": "_o", "Length": "1"}]},
            {"GroupName": "Performance", "FirstPartyCookies": [{"Name": "_p", "Length": "1"}]},
        ]
    }

    read = parse("list", json.dumps(groups).encode(), now=NOW)

    assert [line.name for line in read.collection.lines] == ["_p"]
    assert read.skipped == ("list: '_o' has no category",)


def test_how_often_a_name_was_found_is_no_part_of_it():
    found = parsed(json.dumps({"statistics": [{"name": "_g [x2]"}, {"name": "_g_# [x12]"}]}))

    assert [(line.name, line.prefix) for line in found.lines] == [("_g", False), ("_g_", True)]


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"disclosures": [], "domains": []}, "it discloses that nothing is stored on devices"),
        (
            {"gvlSpecificationVersion": 3, "vendors": {"1": {"name": "A", "purposes": [1]}}},
            "the vendor list of IAB's TCF names no cookies",
        ),
    ],
)
def test_what_names_no_cookie_is_refused_with_the_reason(document, reason):
    with pytest.raises(KnowledgeInvalid) as refused:
        parsed(json.dumps(document))

    assert reason in refused.value.mistakes[0]
