# What is done while developing, one word each. `make` alone lists them; PYTHON=python3.13 takes another Python.
PYTHON ?= python3
BIN = .venv/bin
SEED ?= 1
TIMES ?= 10
PYTEST = $(BIN)/pytest -n auto --dist worksteal

.PHONY: help test-fast test lint docs site bench fuzz ci
help:
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --editable '.[test,dev,postgres,web,docs]'
	touch $@

test-fast: .venv/installed ## what needs no database and no process, with fewer examples: under a minute
	WATCHER_EXAMPLES=0.2 $(PYTEST) -q -p no:randomly tests/unit tests/parsers tests/docs tests/test_house.py

test: .venv/installed ## everything, on all cores
	$(PYTEST) -p no:randomly

lint: .venv/installed ## style, format, types, which room may import which
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: .venv/installed ## make what is generated (schema, help, warnings, walks of some minutes), then test the documentation
	$(BIN)/watcher schema > watcher.schema.json
	$(BIN)/python -m tests.docs.commands > docs/commands.md
	$(BIN)/python -m tests.docs.manual > deploy/man/watcher.1
	$(BIN)/python -m tests.docs.warnings > docs/warnings.md
	$(BIN)/python -m tests.docs.decisions > docs/decisions/index.md
	$(BIN)/python -m tests.docs.laptop > docs/laptop-walk.md
	$(BIN)/python -m tests.docs.lab > docs/lab-walk.md
	$(BIN)/python -m tests.docs.reader > docs/reader-walk.md
	$(PYTEST) -q -p no:randomly tests/docs

site: .venv/installed ## the documentation as a site, in site/index.html
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict
	$(BIN)/python -m tests.docs.site site

bench: .venv/installed ## what starting costs; the other benchmarks: benchmarks/README.md
	$(BIN)/python benchmarks/startup.py

fuzz: .venv/installed ## TIMES=10 as many examples, drawn by SEED=1, in an order of its own
	WATCHER_EXAMPLES=$(TIMES) $(PYTEST) --timeout=3600 --randomly-seed=$(SEED) --hypothesis-seed=$(SEED)

ci: ## all that has to hold before a change is taken, from a fresh copy
	.ci/run
