# The one vocabulary for people, hooks and CI.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Tests that need a CUDA device run where there is one.
GPU := $(shell command -v nvidia-smi >/dev/null 2>&1 && echo 'gpu or not gpu' || echo 'not gpu')
CHOSEN := not soak and ($(GPU))
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
# Tests start processes by the thousand, which read their modules compiled, as users' do.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo serve-demo test check setup format lint types imports tests stories soak bench clean

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

demo: $(STAMP) ## Judge a pull-request branch of a sample repository, from nothing
	@rm -rf demo
	@$(BIN)/python tests/samples/digits/build.py demo/digits
	@echo 'Judging the branch "regression" of demo/digits against its main ...'
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/seedgate local --repo demo/digits --base main --head regression \
	  --json demo/report.json --report demo/report || test $$? -le 2
	@echo
	@echo 'What to try next:'
	@echo '  $(BIN)/seedgate local --repo demo/digits --head improvement'
	@echo '  $(BIN)/seedgate local --repo demo/digits --head refactor'
	@echo '  cd your/repository && $(CURDIR)/$(BIN)/seedgate init'

serve-demo: $(STAMP) ## Walk through a pull request's life, with a GitHub of its own
	@$(BIN)/python -m tests.demo

test: check stories ## Everything that CI runs

check: format lint types imports tests ## Format, lint, types, import contracts, tests, coverage

setup: $(STAMP) ## Create .venv and install everything into it

$(STAMP): pyproject.toml constraints.txt deploy/install_torch.py
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python deploy/install_torch.py --constraints constraints.txt
	$(BIN)/pip install --quiet --disable-pip-version-check \
	  --constraint constraints.txt --editable '.[bot,workers,dev]'
	touch $@

format: $(STAMP)
	$(BIN)/ruff format --check .

lint: $(STAMP)
	$(BIN)/ruff check .

types: $(STAMP)
	$(BIN)/mypy

imports: $(STAMP)
	$(BIN)/lint-imports

# Workers enough for two cores: threads of numpy beside them would only be in the way.
tests stories soak: export OMP_NUM_THREADS := 1
tests stories soak: export OPENBLAS_NUM_THREADS := 1
tests: $(STAMP) ## Unit, adapter and worker tests, with coverage
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -m '$(CHOSEN)' --ignore=tests/app --ignore=tests/e2e \
	  -n 3 --dist worksteal
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --include='bot/domain/*,bot/presentation/*' --fail-under=100
	$(BIN)/coverage report --fail-under=90

# Stories wait for processes as often as they work: more of them than there are cores.
stories: $(STAMP) ## End-to-end stories on real trials, and of the App
	$(BIN)/pytest -m '$(CHOSEN)' tests/app tests/e2e -n 5 --dist loadgroup

soak: $(STAMP) ## More stories, more seeds and more moments to kill at
	$(BIN)/pytest -m 'soak and ($(GPU))' tests/e2e tests/app

bench: $(STAMP) ## Print every figure that the project states (takes a while)
	for name in boundaries operating_characteristics error_rates warm_baseline ablation side_rules judgement \
	  probe fingerprint startup overhead deliveries app demo; do echo "== $$name"; $(BIN)/python -m tests.benchmarks.$$name; done
	for name in deliveries app; do echo "== $$name, PostgreSQL"; $(BIN)/python -m tests.benchmarks.$$name --postgres; done

clean: ## Remove what was built here
	rm -rf $(VENV) demo .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache
