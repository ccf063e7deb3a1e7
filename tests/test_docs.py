"""The documents say what the code does: every command, option, route, setting and dependency."""

import importlib.util
import re
import shlex
import tomllib
from pathlib import Path

import msgspec
import pytest

from scanner import model

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]


def page(name):
    return (DOCS / name).read_text(encoding="utf-8")


def generator():
    spec = importlib.util.spec_from_file_location("generate", DOCS / "reference" / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_of_the_command_line_is_what_the_commands_say():
    assert page("reference/cli.md") == generator().render(), "run docs/reference/generate.py"


def examples(path):
    """Yield the commands that *path* shows, without what a shell makes of their ends."""
    text = re.sub(r"\\\n\s*", "", path.read_text(encoding="utf-8"))
    for line in re.findall(r"^(?:    |\$ )(?:[A-Z_]+=\S+ )*kapsel ([a-z].*)$", text, re.MULTILINE):
        yield shlex.split(re.split(r"\s(?:[|<>#;]|&&)", line)[0])


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_command_that_a_page_shows_is_one(path):
    from click import Choice, Context, Group

    from consent_server.cli import cli

    for words in [] if path.name == "cli.md" else examples(path):
        command, context, rest = cli, Context(cli, info_name="kapsel"), list(words)
        while isinstance(command, Group):
            name, command, rest = command.resolve_command(context, rest)
            context = Context(command, info_name=name, parent=context)
        values, extra, _ = command.make_parser(context).parse_args(rest)
        assert extra == [], words
        for parameter in command.params:
            value = values.get(parameter.name)
            assert value or not parameter.required, words
            if isinstance(parameter.type, Choice) and value is not None:
                parameter.type_cast_value(context, value)


def test_the_examples_of_a_page_are_read(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "kapsel is a word\n    kapsel scan shop \\\n      --due  # at once\n"
        "```console\n$ KAPSEL_SITES=a.yaml kapsel log find --site 'a b' | head\n```\n"
    )

    assert list(examples(page)) == [["scan", "shop", "--due"], ["log", "find", "--site", "a b"]]


def test_every_option_has_a_help_text():
    from click import Context, Option

    from consent_server.cli import cli

    silent = [
        f"{name} {parameter.name}"
        for name, command in generator().commands(cli, ("kapsel",))
        for parameter in command.get_params(Context(command))
        if isinstance(parameter, Option) and not parameter.help
    ]

    assert silent == []


def routes():
    from starlette.routing import Mount, Route

    from consent_server.app import ROUTES

    def walk(prefix, items):
        for item in items:
            if isinstance(item, Mount):
                yield from walk(prefix + item.path, item.routes)
            elif isinstance(item, Route):
                yield re.sub(r":\w+}", "}", prefix + item.path)

    return sorted(set(walk("", ROUTES)))


def test_every_route_is_documented():
    text = page("reference/http.md")

    assert [route for route in routes() if route not in text] == []


@pytest.mark.parametrize(
    "struct", [model.Site, model.Controller, model.Banner, model.Override], ids=lambda s: s.__name__
)
def test_every_key_of_sites_yaml_is_documented(struct):
    text = page("reference/sites-yaml.md")

    names = [field.encode_name for field in msgspec.structs.fields(struct)]

    assert [name for name in names if f"`{name}`" not in text] == []


def test_every_dependency_is_named_with_its_reason_and_licence():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = project["dependencies"] + [
        line for extra in project["optional-dependencies"].values() for line in extra
    ]
    names = {re.match(r"[A-Za-z0-9-]+", line)[0].lower() for line in lines} - {"kapsel"}
    rows = re.findall(
        r"^\| `([a-z0-9-]+)`[^|]*\| [^|]+ \| [^|]+ \|$", page("why.md").lower(), re.MULTILINE
    )

    assert sorted(names - set(rows)) == []


def test_every_rule_of_the_findings_is_documented():
    from scanner.findings import RULES

    text = page("reference/findings.md")

    assert [rule.id for rule in RULES if f"`{rule.id}`" not in text] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_link_between_the_documents_leads_somewhere(path):
    text = path.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", text)

    assert [link for link in links if not (path.parent / link).exists()] == []


def test_every_page_can_be_reached_from_the_readme():
    seen, waiting = set(), [ROOT / "README.md"]
    while waiting:
        path = waiting.pop().resolve()
        if path in seen or path.suffix != ".md":
            continue
        seen.add(path)
        links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", path.read_text(encoding="utf-8"))
        waiting.extend(path.parent / link for link in links)

    assert [p for p in PAGES if p.resolve() not in seen] == []


def test_the_changelog_knows_the_version():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "version"
    ]
    headings = re.findall(
        r"^## \[([^\]]+)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE
    )

    assert headings[0] in ("Unreleased", version)
