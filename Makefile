# Every command sets up what it needs the first time and is quick after that.
PYTHON ?= python3
PLENARY = .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help demo test check bench faults docs lock clean

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## Run everything in one process with the demonstration conference (PORT, HOST, DATA, DATE)
	@$(PYTHON) deploy/setup run
	@$(PLENARY) -m services allinone

test: ## Run the whole suite, also on PostgreSQL and RabbitMQ (ARGS for pytest)
	@$(PYTHON) deploy/setup test
	@$(PLENARY) -m pytest $(ARGS)

check: ## Check style, types, architecture, migrations, contracts and generated documents
	@$(PYTHON) deploy/setup check
	$(PLENARY) -m ruff check
	$(PLENARY) -m ruff format --check
	$(PLENARY) -m mypy
	.venv/bin/lint-imports
	$(PLENARY) -m services docs --check
	$(PLENARY) -m pytest -q tests/contracts tests/architecture -k "not deployed"

bench: ## Measure how long an event takes from its commit to its effect, on both set-ups
	@$(PYTHON) deploy/setup test
	@$(PLENARY) -m tests.benchmarks.latency

faults: ## Kill the process at random under load, then compare commits with effects (KILLS=20, SEED)
	@$(PYTHON) deploy/setup test
	@$(PLENARY) -m tests.faults.kills --kills $(or $(KILLS),20) $(if $(SEED),--seed $(SEED))

docs: ## Write the OpenAPI documents and the event catalogue again
	@$(PYTHON) deploy/setup run
	@$(PLENARY) -m services docs

lock: ## Pin all packages anew, with hashes, from pyproject.toml and package.json
	@$(PYTHON) deploy/setup check
	$(PLENARY) -m piptools compile $(LOCKING) -o requirements/run.txt pyproject.toml
	$(PLENARY) -m piptools compile $(LOCKING) --extra test -c requirements/run.txt -o requirements/test.txt pyproject.toml
	$(PLENARY) -m piptools compile $(LOCKING) -o requirements/npm.txt requirements/npm.in
	npm install --package-lock-only

LOCKING = --quiet --upgrade --generate-hashes --strip-extras --allow-unsafe --no-header \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host

clean: ## Remove what the commands installed or made; data in var/ stays
	rm -rf .venv node_modules shared/web/static/vendor .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
