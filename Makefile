# Everything from a fresh clone: needs only Python 3.11 or newer (and apt, or a download, for a browser).
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint types pytest widget clean

demo: .venv/.installed          ## scan the bundled shop, serve its banner; DEMO_ONCE=1: do it and leave
	$(BIN)/kapsel demo $(if $(DEMO_ONCE),--once)

test: lint types pytest         ## everything, browser tests included

lint: .venv/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/.installed
	$(BIN)/mypy

pytest: .venv/.installed
	$(BIN)/kapsel browser install
	$(BIN)/pytest -n auto

widget:                         ## rebuild widget/dist from widget/src (its developers only; needs Node)
	cd widget && npm ci --ignore-scripts --no-audit --no-fund && npm run build

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache

.venv/.installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@
