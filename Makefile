# Each target sets up by itself all that it needs, on a fresh Debian 12 with git, make and Python 3.11; a second run
# does only what has changed.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory

PYTHON ?=
ONCE ?=
HOST ?=
CALLS ?=
UPGRADE ?=
PYTEST_ARGS ?=
export PYTHON UPGRADE

BIN := .venv/bin
INSTALLED := .venv/installed
NODE_MODULES := guest_page/node_modules/.installed
PAGE := teleconnect_bot/web/static/.built
# Directories count too, so that a removed file is noticed.
PAGE_SOURCES := $(shell find guest_page -mindepth 1 \( -name node_modules -o -name dist -o -name '*.timestamp-*' \) -prune -o -print 2>/dev/null)

# Tests that start a homeserver or a browser come after the others.
STARTING_PROGRAMS := tests/acceptance tests/demo tests/gateway tests/matrix
PROCESSES ?= 2
PYTEST_PARTS := scripts/pytest-parts $(PROCESSES) "$(STARTING_PROGRAMS)"

# Node comes with the locked Python packages; no other one is needed or used.
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" npm

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: page ## one whole session on an embedded homeserver, then hands-on use (ONCE=1: stop after it; HOST=<address>: guests from the network; CALLS=jitsi)
	@exec $(BIN)/teleconnect-bot demo $(if $(filter-out 0,$(ONCE)),--once) $(if $(HOST),--host $(HOST)) $(if $(CALLS),--calls $(CALLS))

.PHONY: test
test: page lint page-test ## lint and every test but the long ones
	@$(PYTEST_PARTS) -m "not long" $(PYTEST_ARGS)

.PHONY: test-long
test-long: page lint page-test ## lint and all tests, with the full matrices
	@$(PYTEST_PARTS) $(PYTEST_ARGS)

.PHONY: bench
bench: page ## the benchmarks: a table here, and bench-output/results.json
	@$(BIN)/python -m tests.bench

.PHONY: page
page: $(PAGE) ## the guest page, built into teleconnect_bot/web/static

.PHONY: page-test
page-test: $(PAGE) ## the guest page's own unit tests
	@cd guest_page && $(NPM) test --if-present --silent

.PHONY: lint
lint: $(INSTALLED) ## ruff, mypy --strict, import-linter
	@$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: install
install: $(INSTALLED) ## system packages and .venv only

.PHONY: lock
lock: $(INSTALLED) ## both lock files anew (UPGRADE=1: newest versions)
	@scripts/lock

.PHONY: system-packages
system-packages:
	@scripts/system-packages

$(INSTALLED): requirements.lock pyproject.toml | system-packages
	@scripts/install
	touch $@

$(NODE_MODULES): guest_page/package.json guest_page/package-lock.json $(INSTALLED)
	@cd guest_page
	$(NPM) ci --no-audit --no-fund --loglevel=error
	touch ../$@

$(PAGE): $(PAGE_SOURCES) $(NODE_MODULES)
	@cd guest_page
	$(NPM) run build --silent
	touch ../$@
