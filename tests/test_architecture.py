"""Who may import whom."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

PLAYWRIGHT = (
    "scanner/browser/",
    "scanner/crawl/course.py",
    "scanner/crawl/visit.py",
    "scanner/crawl/login.py",
    "scanner/crawl/walk.py",
    "scanner/crawl/settle.py",
    "scanner/collectors/",
    "scanner/answer/",
    "consent_server/demo/visitor.py",
)
SQLALCHEMY = (
    "scanner/database.py",
    "scanner/tables.py",
    "scanner/migrations/",
    "scanner/store.py",
    "scanner/unfinished.py",
    "scanner/deeds.py",
    "consent_server/admin/accounts.py",
    "consent_server/admin/attempts.py",
    "consent_server/admin/jobs.py",
    "consent_server/admin/sessions.py",
    "consent_server/admin/trail.py",
    "consent_server/given.py",
    "consent_server/log/clocks.py",
    "consent_server/log/counting.py",
    "consent_server/log/ledger.py",
    "consent_server/log/measures.py",
    "consent_server/log/__init__.py",
    "consent_server/log/offers.py",
    "consent_server/log/readiness.py",
    "consent_server/log/recount.py",
    "consent_server/log/releases.py",
    "consent_server/rights/inbox.py",
    "consent_server/log/rows.py",
    "consent_server/log/selection.py",
    "consent_server/log/signing.py",
    "consent_server/log/stream.py",
    "consent_server/log/totals.py",
    "consent_server/log/tree.py",
    "consent_server/log/verify.py",
    "consent_server/tokens.py",
)
STARLETTE = (
    "consent_server/app.py",
    "consent_server/addressed.py",
    "consent_server/answers.py",
    "consent_server/api.py",
    "consent_server/declarations.py",
    "consent_server/forms.py",
    "consent_server/exchange.py",
    "consent_server/front.py",
    "consent_server/hidden.py",
    "consent_server/decisions.py",
    "consent_server/scans.py",
    "consent_server/script.py",
    "consent_server/preview_page.py",
    "consent_server/receipts.py",
    "consent_server/rights/routes.py",
    "consent_server/admin/",
    "consent_server/demo/",
)


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def modules(*packages):
    return sorted(
        path.relative_to(ROOT).as_posix()
        for package in packages
        for path in (ROOT / package).rglob("*.py")
    )


def imported(module, *names):
    return [n for n in imports(ROOT / module) if n.split(".")[0] in names]


@pytest.mark.parametrize("module", modules("scanner"))
def test_the_scanner_does_not_know_the_server(module):
    assert not imported(module, "consent_server", "widget", "starlette", "uvicorn")


@pytest.mark.parametrize("module", modules("widget"))
def test_the_widget_imports_nothing_of_ours(module):
    assert not imported(module, "consent_server", "scanner")


@pytest.mark.parametrize("module", modules("scanner", "consent_server"))
def test_each_library_with_effects_lives_in_its_few_modules(module):
    for library, homes in (
        ("playwright", PLAYWRIGHT),
        ("sqlalchemy", SQLALCHEMY),
        ("alembic", SQLALCHEMY),
        ("starlette", STARLETTE),
    ):
        if not module.startswith(homes):
            assert not imported(module, library)


@pytest.mark.parametrize(
    ("command", "library"),
    [
        (["--help"], "playwright"),
        (["--help"], "sqlalchemy"),
        (["log", "find", "--help"], "playwright"),
        (["scan", "--help"], "starlette"),
    ],
)
def test_a_command_imports_only_what_it_needs(command, library):
    script = (
        "import sys\n"
        "from consent_server.cli import cli\n"
        f"cli({command!r}, standalone_mode=False)\n"
        f"sys.exit({library!r} in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
