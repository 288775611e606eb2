# Every target sets up what it needs first; a second run skips what has not changed.
PYTHON ?= python3
BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help run test test-real check bench shots format clean

help: ## list these targets
	@sed -n 's/^\([a-z-]*\): .*## /  make \1\t/p' $(MAKEFILE_LIST)

run: ## start everything on SQLite with demo data (PORT=8000 to choose the port)
	@$(PYTHON) tools/setup.py run
	@exec $(BIN)/quorum serve --demo

test: ## run every test, on SQLite and PostgreSQL, with a browser where there is one
	@$(PYTHON) tools/setup.py test
	@QUORUM_REQUIRE_POSTGRES=1 $(BIN)/python -m pytest -n 2 --dist worksteal $(TESTS)

test-real: ## run the tests against a real Bluesky server on this machine (built once, 600 MB, a few minutes)
	@$(PYTHON) tools/setup.py test
	@$(BIN)/python -m tools.testbed install
	@QUORUM_REQUIRE_TESTBED=1 $(BIN)/python -m pytest -m real_server $(TESTS)

check: ## formatting, lint, types, layers, sizes, words, documents
	@$(PYTHON) tools/setup.py check
	@$(BIN)/python tools/check.py

bench: ## measure the hot paths
	@$(PYTHON) tools/setup.py test
	@$(BIN)/python -m benchmarks

shots: ## take the pictures of the README again, from a demo of its own
	@$(PYTHON) tools/setup.py test
	@$(BIN)/python tools/shots.py

format: ## put the code into the house format
	@$(PYTHON) tools/setup.py check
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

clean: ## remove everything set-up and the tools made
	rm -rf .venv .testbed node_modules storefront/static/dist build quorum.egg-info
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
