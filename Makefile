# Every target sets up what it needs: a fresh machine wants Python >= 3.11, git and make.
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
unexport PYTHONPATH
unexport PYTHONHOME
# Where nothing that was compiled is kept, each of the hundreds of processes of a test run compiles the engine anew.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?=
BIN := .venv/bin
PY := $(BIN)/python
READY := .venv/ready
# Two workers: more gain nothing on two cores, and every worker starts a PostgreSQL of its own.
WORKERS ?= 2
SEEDS ?= 100000
ARGS ?=
# What reaches the lines in minutes: thousands of seeds and kills reach the same ones again, slower when watched.
COVERING := tests/unit tests/property tests/integration tests/acceptance --ignore=tests/acceptance/test_kill.py \
    --ignore=tests/acceptance/test_rivals.py --ignore=tests/acceptance/test_fuzz.py --ignore=tests/acceptance/test_hostile.py

# What tells most for its time: everything without a database, rules and the shape of the house among it, and 20 seeds.
SOME_SEEDS := test_c2_c5_network_in_which_people_do_what_examiners_found_missing_ends_as_both_judges_say[40]
QUICK := tests/unit --deselect tests/unit/test_soak.py 'tests/simulation/test_seeds.py::$(SOME_SEEDS)'

.PHONY: help setup demo quick test check lint types docs-complete soak coverage mutation bench bench-sections bench-peers format docs lock clean

help: ## show the targets
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | awk -F '\t' '{printf "  make %-14s %s\n", $$1, $$2}'

setup: $(READY) ## make .venv (all other targets do it by themselves)

$(READY): requirements/lock.txt pyproject.toml scripts/setup.sh
	@PYTHON='$(PYTHON)' scripts/setup.sh

demo: $(READY) ## show the whole story on invented Volkshochschulen
	@$(BIN)/koop-es demo $(ARGS)

quick: lint types ## what daily work asks for, in less than a minute
	@$(PY) -m pytest --no-header -q -n $(WORKERS) --dist worksteal $(QUICK) $(ARGS)

# Types need one core for half a minute where nothing is known of them yet: beside the tests nobody waits for them.
test: lint ## check, and every test but the soak
	@$(PY) -m mypy --no-error-summary >.venv/types.log 2>&1 & types=$$!; \
	$(PY) -m pytest --no-header -n $(WORKERS) --dist worksteal $(ARGS); tests=$$?; \
	wait $$types || { cat .venv/types.log; tests=1; }; exit $$tests

check: lint types docs-complete ## style, types, and whether the reference is complete

lint: $(READY)
	@$(PY) -m ruff check --quiet
	@$(PY) -m ruff format --check --quiet || { $(PY) -m ruff format --check; exit 1; }

types: $(READY)
	@$(PY) -m mypy --no-error-summary

docs-complete: $(READY)
	@$(PY) -m pytest --no-header -q tests/unit/test_docs.py tests/unit/test_rules.py tests/unit/test_architecture.py

soak: $(READY) ## the long run: seeds, every test at soak size, a report (SEEDS=100000)
	@$(PY) -m scripts.soak --seeds $(SEEDS) --workers $(WORKERS) $(ARGS)

coverage: $(READY) ## branch coverage of domain, ingest and store, at least 95 % of each
	@$(PY) -m pytest --no-header -q -n $(WORKERS) --cov --cov-report= $(or $(ARGS),$(COVERING))
	@for package in domain ingest store; do \
	    $(PY) -m coverage report --include="src/koop_es/$$package/*" --fail-under=95 || failed=1; done; exit $${failed:-0}

mutation: $(READY) ## mutation score of the domain, at least 90 % (ARGS='koop_es.domain.merges.*' for a part)
	@$(PY) -m scripts.mutation --workers $(WORKERS) $(ARGS)

bench: $(READY) ## speed, as ratios to raw controls (ARGS=--json for machines)
	@$(PY) -m tests.benchmarks $(ARGS)

bench-sections: $(READY) ## where the time goes (ARGS='--size small --database sqlite')
	@$(PY) -m tests.benchmarks.sections $(ARGS)

bench-peers: $(READY) ## koop-es beside other engines, which it installs into .peers (ARGS='--size medium')
	@scripts/peers.sh
	@$(PY) -m tests.benchmarks.peers $(ARGS)

format: $(READY) ## put the source in shape
	@$(PY) -m ruff check --quiet --fix-only
	@$(PY) -m ruff format --quiet

docs: $(READY) ## rewrite the generated parts of docs/reference
	@$(PY) -m scripts.gen_commands --write
	@$(PY) -m scripts.gen_errors --write
	@$(PY) -m scripts.gen_events --write
	@$(PY) -m scripts.gen_rules --write
	@$(PY) -m scripts.gen_transcripts --write
	@$(PY) -m scripts.gen_corpus --write

lock: ## resolve the dependencies again
	@PYTHON='$(or $(PYTHON),python3)' scripts/lock.sh

clean: ## remove everything make has made
	@rm -rf .venv .peers build dist mutants soak .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks .coverage
	@find src tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +
