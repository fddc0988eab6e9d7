# All of the daily work. A fresh machine needs Python >= 3.11 and make: `make run`.
.DEFAULT_GOAL := help
SHELL := /bin/bash
VENV := .venv/bin
READY := .venv/.ready
TESTS ?= tests
ARGS ?=
JOBS ?= 2
SEEDS ?= 1000
FROM ?= 0
MINUTES ?= 60
ONLY ?=
PICTURES ?=

.PHONY: help setup run test test-peers test-browser simulate faults lint types format bench audit docs requirements clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

$(READY): requirements/dev.txt pyproject.toml scripts/setup_venv.sh
	@scripts/setup_venv.sh
	@touch $@

setup: $(READY) ## Make .venv with pinned, hash-checked libraries (the others do it when needed)

run: $(READY) ## The gateway with a simulated hotline ringing it; board on http://127.0.0.1:8470
	@exec $(VENV)/hotline-gateway demo $(ARGS)

test: $(READY) ## All tests that need no Debian packages
	@$(VENV)/python -m pytest -n $(JOBS) --dist worksteal -m "not peers and not browser" $(TESTS)

test-peers: $(READY) ## Tests with a real Asterisk, SIPp and Chromium (installs them: needs root and apt)
	@scripts/install_peers.sh
	@$(VENV)/python -m pytest -m "peers or browser" $(TESTS)

test-browser: $(READY) ## The console in a real Chromium; PICTURES=docs/images keeps the docs' pictures
	@command -v chromium >/dev/null || scripts/install_peers.sh
	@PICTURES=$(PICTURES) $(VENV)/python -m pytest -m browser tests/browser

simulate: $(READY) ## The whole service in virtual time under faults: make simulate SEEDS=1000 FROM=0
	@$(VENV)/python -m tests.simulation --seeds $(SEEDS) --from $(FROM)

faults: $(READY) ## Strike the real process: kill -9, full disks, lost peers, false clocks (some need root and apt)
	@$(VENV)/python -m tests.faults $(ARGS)

fuzz: $(READY) ## Readers of foreign bytes, guided by coverage: make fuzz MINUTES=60 ONLY="hook config"
	@$(VENV)/python -c "import atheris" 2>/dev/null || $(VENV)/python -m pip install -q "atheris>=3"
	@$(VENV)/python -m tests.fuzz --minutes $(MINUTES) $(if $(ONLY),--only $(ONLY))

hostile: $(READY) ## Hostile load on the real process: slow, huge and broken requests, floods; on loopback
	@$(VENV)/python -m tests.hostile $(ARGS)

lint: $(READY) ## Style and format
	@$(VENV)/ruff check --no-cache
	@$(VENV)/ruff format --no-cache --check

types: $(READY) ## Types, strict, of code and tests
	@$(VENV)/mypy

format: $(READY) ## Let ruff put the code into shape
	@$(VENV)/ruff check --fix
	@$(VENV)/ruff format

bench: $(READY) ## Measure all, compare with the last run: benchmarks/README.md
	@$(VENV)/python -m benchmarks $(ARGS)

audit: $(READY) ## Bill of materials (CycloneDX), known vulnerabilities, the service's exposure
	@scripts/audit.sh

docs: $(READY) ## Write docs/CONFIGURATION.md anew from the settings
	@$(VENV)/hotline-gateway show-config --reference > docs/CONFIGURATION.md.new
	@mv docs/CONFIGURATION.md.new docs/CONFIGURATION.md

requirements: $(READY) ## Pin all libraries anew, with hashes
	@test -x .cache/pip-tools/bin/pip-compile || { $(VENV)/python -m venv .cache/pip-tools && .cache/pip-tools/bin/pip install -q pip-tools; }
	@scripts/compile_requirements.sh .cache/pip-tools/bin/pip-compile

clean: ## Remove everything that was made here, the environment too
	@rm -rf .venv .cache build dist var *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
