# Running, testing and checking aktar; `make help` lists what can be asked for. Needs Python 3.11, pip and make.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
ORDERS ?= 2000
AKTAR_TEST_POSTGRES_URL ?= postgresql://postgres@127.0.0.1:5432/aktar

BIN := .venv/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet
# Half of a test's time is waiting for other processes; the tests of one file stay together.
PYTEST := $(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist loadfile
RUN := .venv/.installed-run
DEV := .venv/.installed-dev

.PHONY: help run port test compiled test-sqlite test-postgres lint types openapi messages bench bench-exchange bench-planning bench-stock bench-webhooks soak lock clean
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' Makefile | expand -t 16

run: export AKTAR_PUBLIC_URL ?= http://$(HOST):$(PORT)
run: port $(RUN) ## install, make the tables and the demo data, serve (HOST, PORT, ORDERS)
	@$(BIN)/aktar migrate
	@$(BIN)/aktar workflow load
	@$(BIN)/aktar demo --orders $(ORDERS)
	@exec $(BIN)/aktar serve --host $(HOST) --port $(PORT)

port:
	@[ '$(PORT)' -ge 1 ] 2>/dev/null && [ '$(PORT)' -le 65535 ] || \
		{ echo "PORT must be a number from 1 to 65535, not '$(PORT)'." >&2; exit 2; }

test: test-sqlite test-postgres ## every test on SQLite, then on PostgreSQL if there is one

# Where Python may not keep what it compiled, each of the tests' many processes would compile all of it again.
compiled: $(DEV)
	@$(BIN)/python -m compileall -q src tests

test-sqlite: $(DEV) compiled
	@echo "== tests on SQLite"
	@DATABASE_URL= $(PYTEST) $(SELECTION)

test-postgres: $(DEV) compiled
	@if $(BIN)/python -m tests.postgres "$(AKTAR_TEST_POSTGRES_URL)"; then \
		echo "== tests on PostgreSQL"; \
		DATABASE_URL="$(AKTAR_TEST_POSTGRES_URL)" $(PYTEST) $(SELECTION); \
	elif [ -n "$$AKTAR_TEST_REQUIRE" ]; then \
		echo "PostgreSQL is required (AKTAR_TEST_REQUIRE) and does not answer." >&2; exit 1; \
	else \
		echo "PostgreSQL: skipped. Start one, and name it by AKTAR_TEST_POSTGRES_URL=postgresql://user:password@host:5432/name"; \
	fi

lint: $(DEV) ## style, import rules, what was forgotten: migrations, the OpenAPI document
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@$(BIN)/python -m django makemigrations --check --dry-run --settings tests.settings
	@$(BIN)/python -m tests.openapi.committed --check

types: $(DEV) ## types, strictly
	@$(BIN)/mypy

openapi: $(DEV) ## write the OpenAPI document and its examples anew (docs/openapi.yaml, docs/openapi.json)
	@$(BIN)/python -m tests.openapi.committed

messages: $(DEV) ## collect what is said to people, and compile its Turkish (src/aktar/locale)
	@$(BIN)/pybabel -q extract -k gettext_lazy --no-location --project aktar \
		--msgid-bugs-address "see CONTRIBUTING.md" -o .venv/messages.pot src/aktar
	@$(BIN)/pybabel -q update -D django -d src/aktar/locale -l tr -i .venv/messages.pot \
		--no-fuzzy-matching --ignore-pot-creation-date
	@$(BIN)/pybabel -q compile -D django -d src/aktar/locale

bench: $(DEV) ## how fast it is beside an idiomatic implementation; writes docs/benchmarks (ORDERS)
	@AKTAR_BENCH_ORDERS=$(if $(filter command line,$(origin ORDERS)),$(ORDERS),100000) $(BIN)/python -m benchmarks

bench-webhooks: $(DEV) ## how fast it delivers beside bare aiohttp and dj-whisperer (ONLY="throughput claims")
	@$(BIN)/python -m benchmarks.webhooks $(ONLY)

bench-stock: $(DEV) ## how fast stock is set and adjusted in bulk
	@$(BIN)/python -m benchmarks.stock

bench-planning: $(DEV) ## how fast orders are planned, one by one and in a batch, over few and many locations
	@$(BIN)/python -m benchmarks.planning

bench-exchange: $(DEV) ## how fast tables come in and go out
	@$(BIN)/python -m benchmarks.exchange

soak: SELECTION = -m soak
soak: test-sqlite test-postgres ## the long tests, on the same databases

lock: LOCK = uv pip compile --quiet --python-version 3.11 --universal --generate-hashes \
	--no-emit-index-url --no-header --no-annotate
lock: ## pin the dependencies anew (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs the program uv." >&2; exit 1; }
	@$(LOCK) pyproject.toml --extra postgres --extra plan -o requirements.lock
	@$(LOCK) pyproject.toml --extra postgres --extra plan --group dev -c requirements.lock -o requirements-dev.lock
	@$(LOCK) --group build -c requirements-dev.lock -o requirements-build.lock

clean: ## remove what was installed and cached; the data folder stays
	@rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.env.example: src/aktar/site/environment.py $(RUN)
	@$(BIN)/python -m aktar.site.environment > $@

.venv/bin/pip:
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || \
		{ echo "aktar needs Python 3.11 or newer: make PYTHON=python3.11 …" >&2; exit 1; }
	@$(PYTHON) -m venv .venv

$(RUN): requirements.lock requirements-build.lock pyproject.toml | .venv/bin/pip
	@echo "Installing into .venv …"
	@$(PIP) install --require-hashes -r requirements-build.lock
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): requirements-dev.lock $(RUN)
	@echo "Installing what the tests need …"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@
