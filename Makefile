# `make demo` and `make test` need only Python 3.11+, pip and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
UV_VERSION := 0.13.9

.PHONY: demo test test-long mutants month lint format run dashboard dev docs bench lock clean

demo: $(READY)  ## run the pipeline on a synthetic agency of 1,200 clients
	$(BIN)/caseload demo --data data --identity-dirt --returned-workbooks

test: $(READY)  ## run the test suite, except the tests of test-long
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

test-long: $(READY)  ## run slow tests: CRASH_POINTS=10 kills per stage, the same agency in every format, files of ../shared/real
	$(BIN)/pytest -m long -n 2 --dist loadfile

mutants: $(READY)  ## change one rule at a time and print changes that no example detects (SAMPLE=200 SEED=1 MODELS="int_task__safety …")
	$(BIN)/python -m tests.mutants.run $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(SEED),--seed $(SEED)) \
		$(if $(MODELS),--models $(MODELS))

month: $(READY)  ## simulate thirty days of lists and returned workbooks, with the models of `make demo` (DAYS=30 CLIENTS=60 SEED=1)
	$(BIN)/python -m tests.simulation.month --built data --days $(or $(DAYS),30) --clients $(or $(CLIENTS),60) --seed $(or $(SEED),1)

lint: $(READY)  ## check Python, SQL and import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/sqlfluff lint --disable-progress-bar --processes 2 dbt_project/models dbt_project/tests

format: $(READY)  ## apply the linters' automatic fixes
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/sqlfluff fix --disable-progress-bar --processes 2 dbt_project/models dbt_project/tests

run: $(READY)  ## run the pipeline from landing/ into data/ (settings: caseload.toml)
	$(BIN)/caseload run

dashboard: $(READY)  ## serve the leaders' pages of the current release
	$(BIN)/caseload dashboard

# DAGSTER_HOME contains the run history and must be an absolute path; `caseload run` with the same value adds to it.
dev: export DAGSTER_HOME := $(or $(DAGSTER_HOME),$(CURDIR)/data/dagster)
dev: $(READY)  ## start Dagster: assets, runs, schedule, sensor (docs/reference/dagster.md)
	umask 077 && mkdir -p "$$DAGSTER_HOME"
	test -e "$$DAGSTER_HOME/dagster.yaml" || cp dagster.yaml "$$DAGSTER_HOME/"
	$(BIN)/dagster dev -h 127.0.0.1

docs: $(READY)  ## generate dbt sources, feed pages, commands, settings, data dictionary, measure book, DATA_QUALITY.md
	$(BIN)/python -m sources.dictionary
	$(BIN)/python -m sources.reference
	$(BIN)/python -m orchestration.reference

bench: $(READY)  ## compare the pipeline with the reference baseline (CLIENTS=100000 for the large agency)
	$(BIN)/caseload bench --clients $(or $(CLIENTS),10000)

lock: $(READY)  ## resolve the versions of pyproject.toml with hashes, without index URLs
	$(BIN)/uv pip compile --upgrade --quiet --generate-hashes --no-emit-index-url --python-version 3.11 \
		--extra dev pyproject.toml -o requirements.lock

clean:  ## remove the demo's data and all caches, but not .venv
	rm -rf data dbt_project/target dbt_project/logs .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -not -path './.venv/*' -exec rm -rf {} +

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Python 3.11 or later is needed; this is " + sys.version.split()[0])'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	test -x $(BIN)/uv || $(BIN)/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	$(BIN)/uv pip sync --quiet --compile-bytecode --require-hashes --python $(BIN)/python requirements.lock
	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python -e .
	@# Parse the dbt project now: it takes 15 CPU seconds and would slow down the first run.
	$(BIN)/python -c 'from orchestration import dbt_project; dbt_project.manifest()'
	touch $@
