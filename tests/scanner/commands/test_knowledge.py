"""``kapsel knowledge``, run as a command."""

import csv
import io
import json
import resource
import subprocess
import sys

import pytest


@pytest.fixture
def kapsel(tmp_path):
    def run(*arguments, given="", status=0):
        done = subprocess.run(
            [sys.executable, "-m", "consent_server", "knowledge", *arguments],
            input=given,
            capture_output=True,
            text=True,
            env={"KAPSEL_KNOWLEDGE": str(tmp_path / "own"), "COLUMNS": "200"},
        )
        assert done.returncode == status, done.stderr
        return done.stdout, done.stderr

    return run


def test_explain_tells_verdict_words_and_version(kapsel):
    told, _ = kapsel("explain", "_fbp", "--lang", "nb")

    assert told.startswith("_fbp: Markedsføring (marketing), ")
    assert "Meta" in told
    assert "3 måneder" in told
    assert "sha256:" in told


def test_explain_in_json_takes_host_setter_and_lifetime(kapsel):
    told, _ = kapsel(
        "explain", "uid", "--domain", ".adform.net", "--setter", "https://track.adform.net/x.js",
        "--lifetime", "5184000", "--format", "json",
    )  # fmt: skip
    explanation = json.loads(told)

    assert explanation["verdict"]["vendor"] == "Adform"
    assert explanation["verdict"]["category"] == "marketing"
    assert [word["layer"] for word in explanation["because"]][:2] == ["knowledge", "setter"]


def test_explain_says_what_is_only_guessed(kapsel):
    told, _ = kapsel("explain", "xq_7731", "--domain", "shop.example", "--site", "shop.example")

    assert told.startswith("xq_7731: perhaps ")
    assert "stays unclassified until you say what it is" in told


def test_explain_says_when_nobody_knows(kapsel):
    told, _ = kapsel("explain", "xq_7731")

    assert "unclassified" in told
    assert "classify it by hand" in told


@pytest.mark.parametrize(
    ("option", "value", "mistake"),
    [
        ("--domain", "https://shop.example/", "is not a host"),
        ("--setter", "tag.js", "is not an address"),
        ("--lifetime", "-5", "x>=0"),
    ],
)
def test_explain_refuses_what_cannot_be_true(kapsel, option, value, mistake):
    _, said = kapsel("explain", "_ga", option, value, status=2)

    assert mistake in said


def test_explain_tells_a_lifetime_only_where_one_is_documented(kapsel):
    endless, _ = kapsel("explain", "plausible_ignore", "--kind", "local_storage")
    untold, _ = kapsel("explain", "browserupdateorg")

    assert "documented lifetime: until it is deleted" in endless
    assert "documented lifetime" not in untold


def test_classify_keeps_the_order_and_forgives_what_is_not_known(kapsel):
    session = {
        "name": "PHPSESSID", "domain": "shop.example", "site": "https://shop.example/",
        "kind": "cookie", "party": "first", "lifetime": None, "http_only": True, "secure": True,
        "same_site": "lax", "set_by": {"kind": "http", "url": None},
        "value_shape": {"length": 26, "entropy": 4.1, "kind": "text"}, "extra": 1,
    }  # fmt: skip
    unknown = {"name": "zz", "party": None, "lifetime": "session"}
    given = "\n".join(['{"name": "_ga"}', "", json.dumps(session), json.dumps(unknown)])

    told, _ = kapsel("classify", "--format", "json", given=given)
    rows = [json.loads(line) for line in told.splitlines()]

    assert [row["name"] for row in rows] == ["_ga", "PHPSESSID", "zz"]
    assert [row["category"] for row in rows] == ["statistics", "necessary", "unclassified"]
    assert set(rows[0]) >= {"category", "vendor", "purposes", "rule", "confidence"}


@pytest.mark.parametrize("line", ["{", "[]", '{"domain": "x"}', '{"name": "x", "party": "fourth"}'])
def test_classify_names_the_line_that_is_wrong_and_answers_the_others(kapsel, line):
    given = f'{{"name": "_ga"}}\n{line}\n{{"name": "_fbp"}}\n'

    told, error = kapsel("classify", given=given, status=2)

    first, wrong, last = (json.loads(row) for row in told.splitlines())
    assert (first["name"], last["name"]) == ("_ga", "_fbp")
    assert wrong["line"] == 2
    assert f"line 2: {wrong['error']}" in error
    assert "1 line is not read: write one JSON object a line" in error


def test_ten_thousand_rows_take_a_few_seconds_of_processor(kapsel):
    given = "".join(f'{{"name": "row_{number}_ga", "lifetime": 60}}\n' for number in range(10_000))
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime

    told, _ = kapsel("classify", given=given)

    assert len(told.splitlines()) == 10_000
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 20


def test_check_finds_no_mistake_in_what_is_built_in(kapsel):
    _, error = kapsel("check")

    assert "no mistake" in error


def test_check_tells_in_json_how_much_there_is(kapsel):
    told, error = kapsel("check", "--format", "json")

    facts = json.loads(told)
    assert (facts["mistakes"], error) == ([], "")
    assert facts["cookies"] > facts["vendors"] > 250


def test_check_tells_mistakes_in_own_files(kapsel, tmp_path):
    (tmp_path / "own" / "vendors").mkdir(parents=True)
    (tmp_path / "own" / "vendors" / "zz.toml").write_text(
        'id = "zz"\nname = "Zz"\ncategory = "statistics"\n'
        '[[cookie]]\nname = "zz_a"\ncategory = "necessary"\npurposes = ["visits.visitor"]\n'
    )

    told, error = kapsel("check", "--format", "json", status=2)
    assert [mistake in error for mistake in json.loads(told)["mistakes"]] == [True]

    assert error == "kapsel: zz/zz_a: its purposes make it statistics\n"


def test_what_an_import_leaves_out_is_told_with_its_line(kapsel, tmp_path):
    rows = "".join(f"odd_{number},Other\n" for number in range(12))
    (tmp_path / "list.csv").write_text(f"name,category\n_x,Statistikk\n{rows}")

    _, error = kapsel("import", str(tmp_path / "list.csv"))

    told = error.splitlines()
    assert told[0] == ("list.csv:3: 'odd_0' is skipped: 'Other' is none of the four categories")
    assert told[10] == f"{tmp_path}/list.csv: 2 more are skipped"
    assert told[11].startswith(f"{tmp_path}/list.csv: declaration, 1 entry, kept in ")


def test_what_is_imported_is_used_and_counted(kapsel, tmp_path):
    listed = tmp_path / "My list.csv"
    listed.write_text("name,category\nzz_visit,Analytics\n")

    _, error = kapsel("import", str(listed))
    told, _ = kapsel("explain", "zz_visit", "--format", "json")
    counted, _ = kapsel("stats", "--format", "json")

    assert "declaration, 1 entry" in error
    assert json.loads(told)["verdict"]["rule"] == "imported:My list.csv/zz_visit"
    assert json.loads(counted)["imported"] == {"My list.csv": 1}


def test_what_cannot_be_imported_is_refused_and_the_rest_is_kept(kapsel, tmp_path):
    (tmp_path / "x.txt").write_text("hello")
    (tmp_path / "y.txt").write_text("0.0.0.0 ads.example\n")

    _, error = kapsel("import", str(tmp_path / "x.txt"), str(tmp_path / "y.txt"), status=2)

    assert "x.txt: no cookie and no host found" in error
    assert "y.txt: hosts, 1 entry" in error


def test_export_holds_every_cookie_in_both_forms(kapsel):
    table, _ = kapsel("export", "--format", "csv")
    document, _ = kapsel("export", "--format", "json")

    rows = list(csv.DictReader(io.StringIO(table)))
    cookies = json.loads(document)["cookies"]
    assert len(rows) == len(cookies) > 915
    assert [row["name"] for row in rows] == [cookie["name"] for cookie in cookies]
    assert {"fi", "nn", "fr"} <= set(cookies[0]["purpose"])


def test_stats_count(kapsel):
    told, _ = kapsel("stats")

    assert "vendors" in told
    assert "NO " in told
