# Everything starts from a machine with Python 3.11+ and make.
PYTHON ?= python3
# What was compiled once need not be compiled by each process anew.
unexport PYTHONDONTWRITEBYTECODE
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.installed
# A soaked test may work for hours.
LONG   := -o faulthandler_timeout=14400

.PHONY: help setup demo static compiled check test soak nights mutants lint types imports bench lock clean

help:                ## what there is to do
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(READY)      ## install the locked packages into .venv

$(READY): requirements-dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; $$($(PYTHON) --version) was found. Name one: make PYTHON=python3.12 ..."; exit 2; }
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python sandbox/install_packages.py requirements-dev.lock
	@touch $@

demo: $(READY)       ## start the sandbox, load a believable pay database, run the jobs on it
	@$(BIN)/python invoke_jobs.py sandbox demo

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

# mypy's helpers give up after three seconds on a busy machine (2); one process does it then.
types: $(READY)
	$(BIN)/mypy --num-workers 2 || { [ $$? -eq 2 ] && echo "Once more, by one process:" && $(BIN)/mypy; }

imports: $(READY)
	$(BIN)/lint-imports

static: $(READY)       ## format, lint, types and import direction, side by side
	@$(MAKE) --no-print-directory --jobs=3 --output-sync=target lint types imports

# What the tests import is compiled once, while mypy works, and not by each worker; what fails here the tests show.
compiled: $(READY)
	@$(BIN)/python -m pytest --collect-only -qq >/dev/null 2>&1 || true

check: static        ## the quick part: format, lint, types, import direction, quick tests
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not slow and not parts"

test: $(READY)         ## everything
	@$(MAKE) --no-print-directory --jobs=4 --output-sync=target compiled lint types imports
	$(BIN)/python -m pytest -n 3 --dist worksteal

soak: $(READY)       ## the long proofs: ten thousand races with others at work (RACES), 60 faults of each kind a job (FAULTS), 5,000 flipped cells (FLIPS), a year closed day by day (NIGHTS), 10,000 undos (UNDOS), 20 rounds of new examples (ROUNDS)
	$(BIN)/python -m tests.soak all --races $(or $(RACES),10000) --faults $(or $(FAULTS),60) --flips $(or $(FLIPS),5000)
	SOAK_STOPS=$(or $(FAULTS),60) $(BIN)/python -m pytest $(LONG) -m slow -k "stopped or killed" tests/tasks tests/tools tests/connectors
	$(BIN)/python -m tests.soak year --nights $(or $(NIGHTS),365)
	PLANTED_INVOICES=$(or $(INVOICES),200000) $(BIN)/python -m pytest $(LONG) tests/tools/close/test_planted.py
	SOAK_SEEDS=$(or $(SEEDS),1000) $(BIN)/python -m pytest $(LONG) tests/tasks/pad_reconcile/test_fuse.py tests/tasks/pad_reconcile/test_fuse_weighing.py tests/tasks/pad_reconcile/test_large_night.py
	SOAK_SEEDS=$(or $(UNDOS),10000) $(BIN)/python -m pytest $(LONG) -k apply_then_undo tests/tools/repair_wrong_freeze/test_undo.py
	for round in $$(seq $(or $(ROUNDS),20)); do $(BIN)/python -m pytest $(LONG) -m hypothesis --hypothesis-profile=soak || exit 1; done

nights: $(READY)     ## nights with faults, two worlds at a time, until you stop it (or WORLDS are played); nights.md tells what came up
	$(BIN)/python -m tests.soak nights --count $(or $(WORLDS),1000000)

mutants: $(READY)    ## change one thing of a job at a time; a mutant that no test notices is shown (PACKAGES, SAMPLE, SEED)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-mutants.lock
	$(BIN)/python -m tests.mutants $(PACKAGES) $(if $(SAMPLE),--sample $(SAMPLE)) --seed $(or $(SEED),1) \
		--first-changed-since $(or $(SINCE),HEAD)

bench: $(READY)      ## measure, and print the table of docs/benchmarks.md (YEARS=10: what a day touches after ten years)
	$(BIN)/python -m benchmarks $(if $(YEARS),--years $(YEARS))

lock:                ## renew the locks from pyproject.toml
	$(PYTHON) -m venv .lock-venv && .lock-venv/bin/pip install --quiet uv
	.lock-venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --upgrade pyproject.toml --group console -o requirements.lock
	.lock-venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --upgrade pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock
	.lock-venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --upgrade --group mutants -c requirements-dev.lock -o requirements-mutants.lock
	rm -rf .lock-venv

clean:               ## forget the environment and the sandbox
	-$(BIN)/python invoke_jobs.py sandbox down
	rm -rf $(VENV) .sandbox .mypy_cache .ruff_cache .pytest_cache .hypothesis
