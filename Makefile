# Every command sets up what it needs the first time and is quick after that.
PYTHON ?= python3
PLENARY = .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help demo test check bench faults simulate defects up docs lock clean

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## Run everything in one process with the demonstration conference (PORT, HOST, DATA, DATE)
	@$(PYTHON) deploy/setup run
	@$(PLENARY) -m services allinone

test: ## Run the whole suite, also on PostgreSQL and RabbitMQ (ARGS for pytest)
	@$(PYTHON) deploy/setup test
	@$(PLENARY) -m pytest $(or $(ARGS),--numprocesses 2 --dist loadfile --no-loadscope-reorder)

check: ## Check style, types, architecture, migrations, contracts and generated documents
	@$(PYTHON) deploy/setup check
	$(PLENARY) -m ruff check
	$(PLENARY) -m ruff format --check
	$(PLENARY) -m mypy
	.venv/bin/lint-imports
	$(PLENARY) -m services docs --check
	$(PLENARY) -m pytest -q tests/contracts tests/architecture -k "not deployed"

bench: ## Measure what events, scans, badges, viewers, agenda, editor, releases, imports and idling take
	@$(PYTHON) deploy/setup test
	@$(PLENARY) -m tests.benchmarks.latency
	@$(PLENARY) -m tests.benchmarks.relay
	@$(PLENARY) -m tests.benchmarks.rebuild 20000
	@$(PLENARY) -m tests.benchmarks.outage --minutes 1
	@$(PLENARY) -m tests.benchmarks.idle
	@$(PLENARY) -m tests.benchmarks.scan
	@$(PLENARY) -m tests.benchmarks.badges_pdf
	@$(PLENARY) -m tests.benchmarks.viewers
	@$(PLENARY) -m tests.benchmarks.release
	@$(PLENARY) -m tests.benchmarks.calendar
	@$(PLENARY) -m tests.benchmarks.large_release
	@$(PLENARY) -m tests.benchmarks.importing
	@$(PLENARY) -m tests.benchmarks.editor
	@$(PLENARY) -m tests.benchmarks.agenda

faults: ## Inject the faults of the matrix, then compare commits with effects (ROWS=F2,F4, KILLS, SEED, QUICK=1)
	@$(PYTHON) deploy/setup test
	@$(PLENARY) -m tests.faults $(if $(QUICK),--quick) $(if $(ROWS),--rows $(ROWS)) $(if $(KILLS),--kills $(KILLS)) $(if $(SEED),--seed $(SEED))

simulate: ## Live through seeded histories of the bus in one thread (SEEDS, SEED)
	@$(PYTHON) deploy/setup test
	@$(PLENARY) -m tests.simulator $(if $(SEED),--seed $(SEED),--seeds $(or $(SEEDS),1000))

defects: ## Switch seeded defects of the bus on, one at a time; each has to be caught
	@$(PYTHON) deploy/setup test
	@$(PLENARY) -m tests.faults.defects

up: .env ## Build and start the deployment with Docker Compose; deploy/runbook.md says how to go on
	docker compose up --detach --build
	@echo "Plenary is up where PLENARY_BASE_URL of .env says. A sign-in link for the first organiser:"
	@docker compose exec registration-worker python -m services invite-organiser organiser@plenary.example

.env:
	docker build --quiet --target operator --tag plenary-operator:local --file deploy/Dockerfile .
	@umask 077; { cat deploy/env/example.env; echo; docker run --rm plenary-operator:local generate-secrets; } > .env.new
	@mv .env.new .env

docs: ## Write the OpenAPI documents and the event catalogue again
	@$(PYTHON) deploy/setup run
	@$(PLENARY) -m services docs

lock: ## Pin all packages anew, with hashes, from pyproject.toml and package.json
	@$(PYTHON) deploy/setup check
	$(PLENARY) -m piptools compile $(LOCKING) -o requirements/run.txt pyproject.toml
	$(PLENARY) -m piptools compile $(LOCKING) --extra test -c requirements/run.txt -o requirements/test.txt pyproject.toml
	$(PLENARY) -m piptools compile $(LOCKING) -o requirements/npm.txt requirements/npm.in
	npm install --package-lock-only
	@$(PYTHON) deploy/setup/lock_file.py

LOCKING = --quiet --upgrade --generate-hashes --strip-extras --allow-unsafe --no-header \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host

clean: ## Remove what the commands installed or made; data in var/ stays
	rm -rf .venv node_modules shared/web/static/vendor .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
