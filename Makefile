# The one vocabulary for people, hooks and CI.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test check format lint types imports tests coverage bench clean setup

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt deploy/install_torch.py
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python deploy/install_torch.py --constraints constraints.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[bot,workers,dev]'
	touch $@
