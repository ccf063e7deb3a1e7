"""The sources and the public types agree, as the TypeScript compiler sees them."""

import shutil
import subprocess
from pathlib import Path

import pytest

import widget

FOLDER = Path(widget.__file__).parent
COMPILER = FOLDER / "node_modules" / ".bin" / "tsc"

#: How a site that is written in TypeScript uses the widget, and what it must not be able to do.
SAMPLE = """
import type { Detail, Kapsel } from './types/kapsel'

window.kapsel = window.kapsel || []
window.kapsel.push(['on', 'change', (detail: Detail) => detail.choices.statistics])
const kapsel = window.kapsel as Kapsel
const granted: boolean = kapsel.has('statistics')
kapsel.save({ statistics: true })
document.addEventListener('kapsel:consent', (event) => event.detail.changed.includes('marketing'))
// @ts-expect-error there is no such event
kapsel.on('dance', () => {})
// @ts-expect-error a choice is yes or no
kapsel.save({ statistics: 'yes' })
"""

pytestmark = pytest.mark.skipif(
    not shutil.which("node") or not COMPILER.exists(),
    reason="only where the widget's developers have run 'make widget'",
)


def check(*arguments, folder):
    return subprocess.run(
        [COMPILER, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


def test_the_sources_have_the_types_that_they_say():
    done = check("--project", "jsconfig.json", folder=FOLDER)

    assert done.stdout == ""


def test_a_site_in_typescript_can_use_the_widget(tmp_path):
    shutil.copytree(FOLDER / "types", tmp_path / "types")
    (tmp_path / "sample.ts").write_text(SAMPLE, encoding="utf-8")

    done = check("--noEmit", "--strict", "--skipLibCheck", "sample.ts", folder=tmp_path)

    assert done.stdout == ""
