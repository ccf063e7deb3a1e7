"""Wrong use leaves with status 2 and a line that says what to do, never with a traceback."""

import pytest

MISTAKES = [
    (["scan", "finnes-ikke"], "there is no site 'finnes-ikke' in the list"),
    (["scan", "--sites", "nowhere.yaml"], "nowhere.yaml: there is no such file"),
    (["scan", "--sites", "nowhere.yaml", "www.example.no"], "begins with https://"),
    (["scan", "www.example.no"], "an address begins with https://"),
    (["scan", "fjellbua", "--state", "sometimes"], "'sometimes' is not one of"),
    (["scan", "fjellbua", "--max-pages", "none"], "'none' is not a valid integer"),
    (["scan", "fjellbua", "--resolve", "nonsense"], "nonsense"),
    (["scan", "fjellbua", "--format", "xml"], "'xml' is not one of"),
    (["sites", "check", "wrong.yaml"], "wrong.yaml:3: "),
    (["declaration", "finnes-ikke"], "there is no site 'finnes-ikke' in the list"),
    (["declaration", "fjellbua", "--lang", "klingon"], "klingon"),
    (["catalogue", "show", "finnes-ikke"], "there is no site 'finnes-ikke' in the list"),
    (["embed", "finnes-ikke"], "there is no site 'finnes-ikke' in the list"),
    (["embed", "fjellbua", "--server", "consent.example.org"], "write https://consent.example"),
    (["log", "find", "--from", "yesterday"], "'from' is neither a day"),
    (["log", "find", "--category", "necessary"], "'necessary' is not one of"),
    (["log", "find", "--granted"], "category"),
    (["log", "find", "--limit", "-1"], "limit"),
    (["serve", "--port", "99999"], "99999 is not in the range"),
    (["serve", "--host-name", "https://consent.example.org"], "is no name of a host"),
    (["serve", "--host-name", "consent.example.org:443"], "is no name of a host"),
    (["serve", "--sites", "nowhere.yaml"], "nowhere.yaml: there is no such file"),
    (["demo", "--port", "1"], "1 is not in the range"),
    (["frobnicate"], "No such command 'frobnicate'"),
]


@pytest.mark.parametrize(
    ("arguments", "words"), MISTAKES, ids=[" ".join(arguments) for arguments, _ in MISTAKES]
)
def test_a_mistake_is_named(kapsel, arguments, words):
    (kapsel.folder / "wrong.yaml").write_text(
        "sites:\n  shop:\n    url: not an address\n    colour: blue\n"
    )

    done = kapsel.run(*arguments, status=2)

    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_all_mistakes_in_the_list_of_sites_are_named_at_once(kapsel):
    (kapsel.folder / "wrong.yaml").write_text(
        "sites:\n  shop:\n    url: not an address\n    colour: blue\n    max_pages: many\n"
    )

    done = kapsel.run("sites", "check", "wrong.yaml", status=2)

    places = [line.split(": ")[1] for line in done.stderr.splitlines()]
    assert places == ["wrong.yaml:3", "wrong.yaml:4", "wrong.yaml:5"]
