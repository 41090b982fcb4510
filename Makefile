# `make help` lists what can be asked for. Everything runs inside .venv, which the first target that needs it makes.

PYTHON ?= python3
ARGS ?=

# Relative on purpose: the checkout may live in a folder with a space in its name.
BIN := .venv/bin
LOCK := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links --no-strip-extras --quiet

.DEFAULT_GOAL := help
.PHONY: help demo test cover check lint types contracts templates format lock docs pictures wheel bench clean run-environment test-environment

help: ## list what can be asked for
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/  make \1	\2/p' Makefile | expand -t 20

demo: run-environment ## build the demo season and serve it on this machine (ARGS='--stage judging --port 8001')
	@$(BIN)/python -m heroes demo $(ARGS)

test: test-environment ## run the whole suite on SQLite, PostgreSQL and a real browser (a part: ARGS='tests/domain -k marks')
	@$(BIN)/python -m pytest -n auto $(ARGS)

cover: test-environment ## the same, and which lines no test has run; a fifth slower
	@$(BIN)/python -m pytest -n auto --cov --cov-report=term $(ARGS)

check: lint types contracts templates ## everything that can be judged without running the program

lint: test-environment ## style, likely bugs and formatting
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check --quiet || { $(BIN)/ruff format --check; echo "make format mends this"; exit 1; }

types: test-environment ## types; strict from services down
	@$(BIN)/mypy

contracts: test-environment ## the floors: imports go down only, and never in a circle
	@$(BIN)/lint-imports

templates: test-environment ## every HTML template
	@$(BIN)/djlint --lint --allow-empty-input --quiet templates

format: test-environment ## format the code and sort its imports
	@$(BIN)/ruff check --quiet --fix --exit-zero
	@$(BIN)/ruff format

lock: test-environment ## renew both lock files from pyproject.toml (ARGS=--upgrade, or ARGS='--upgrade-package flask')
	@$(LOCK) $(ARGS) --group build -o requirements.lock
	@$(LOCK) $(ARGS) --group build --group test --constraint requirements.lock -o requirements-test.lock

docs: run-environment ## write the generated pages of docs/ again
	@$(BIN)/python -m heroes docs

pictures: test-environment ## do what "Your first season" says in a demo and a real browser, and take its pictures again
	@$(BIN)/python scripts/guide_pictures.py

wheel: run-environment ## pack the program into dist/
	@$(BIN)/python -m hatchling build -t wheel

bench: test-environment ## measure speed and memory; the numbers are ratios within one run
	@$(BIN)/python -m benchmarks $(ARGS)

clean: ## remove .venv and what the tools left; never touches instance/
	rm -rf .venv dist htmlcov .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

run-environment:
	@command -v $(PYTHON) >/dev/null || { echo "heroes needs Python 3.11 or later; there is no $(PYTHON) here." >&2; exit 1; }
	@$(PYTHON) scripts/environment.py run

test-environment:
	@command -v $(PYTHON) >/dev/null || { echo "heroes needs Python 3.11 or later; there is no $(PYTHON) here." >&2; exit 1; }
	@$(PYTHON) scripts/environment.py test
