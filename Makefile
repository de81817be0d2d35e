# `make demo` and `make test` need Python 3.11 and nothing else first.
.DELETE_ON_ERROR:
.PHONY: soc-figure setup demo run services drill test covered check lint format types imports django-checks pages conversation link study bench peers chaos mutants machine hostile clean

PYTHON ?= python3
WORKERS ?= 2
FOR ?= 60
SEASONS ?= 200
EXAMPLES ?= 5
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
CODE := manage.py rootfield sampling estimates benchmarks tests

# What production mode asks for, so that its checks can run anywhere; none of it is used to connect.
PRODUCTION := ROOTFIELD_MODE=production SITE_URL=https://rootfield.example \
	ALLOWED_HOSTS=rootfield.example SECRET_KEY=0123456789abcdefghijklmnopqrstuvwxyz-0123456789-for-the-gate \
	DATABASE_URL=postgresql://rootfield@localhost/rootfield REDIS_URL=redis://localhost:6379/0

setup: $(INSTALLED)

$(INSTALLED): requirements.txt requirements-dev.txt constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt -c constraints.txt
	touch $@

demo: $(INSTALLED)
	$(BIN)/python manage.py demo $(ARGS)

run: $(INSTALLED)
	$(BIN)/python manage.py run $(ARGS)

services: $(INSTALLED)
	$(BIN)/python manage.py services

# Loses a day of a fleet of tablets, restores the backup before it, and compares what comes back.
drill: $(INSTALLED)
	$(BIN)/python manage.py drill $(ARGS)

test: $(INSTALLED)
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

# The same tests with coverage, which takes longer, and what it has to be.
covered: $(INSTALLED)
	mkdir -p var
	$(MAKE) test ARGS="--cov --cov-report=term --cov-fail-under=95 $(ARGS)"
	$(BIN)/coverage json -q --include='sampling/rules/*,estimates/science/*' -o var/coverage.json
	$(BIN)/python -m tests.house.coverage_gate var/coverage.json

# The whole gate.
check: lint django-checks
	$(MAKE) covered

lint: format types imports

format: $(INSTALLED)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)

types: $(INSTALLED)
	$(BIN)/mypy

imports: $(INSTALLED)
	$(BIN)/lint-imports

django-checks: $(INSTALLED)
	mkdir -p var
	$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py spectacular --validate --fail-on-warn --file var/openapi.yaml
	diff -u docs/api/openapi.yaml var/openapi.yaml

# Writes the pages that the gate compares with the code.
pages: $(INSTALLED)
	$(BIN)/python manage.py spectacular --validate --fail-on-warn --file docs/api/openapi.yaml
	$(BIN)/python -m tests.house.error_page > var/errors.md
	mv var/errors.md docs/errors.md
	$(BIN)/python -m tests.house.record_page > var/records.md
	mv var/records.md docs/sync/records.md

# Draws RothC against the long-term experiments, and prints the table docs/science/soc.md holds.
soc-figure: $(INSTALLED)
	$(BIN)/python -m tests.science.soc.long_term_page

# Writes docs/study: winter wheat with and without a cover crop, by every method and SOC model.
study: $(INSTALLED)
	$(BIN)/python manage.py study $(ARGS)

# Writes docs/sync/conversation.md from a conversation of today.
conversation: $(INSTALLED)
	ROOTFIELD_WRITE=conversation $(BIN)/python -m pytest -n 0 -q tests/sync/test_recorded_conversation.py

# A day's work and two scans of 50 MB over links that break; figures in var/link.jsonl.
link: $(INSTALLED)
	ROOTFIELD_LINK=full $(BIN)/python -m pytest -n 0 -q tests/journeys/test_faulty_link.py --timeout 3600

bench: $(INSTALLED)
	$(BIN)/python -m benchmarks $(ONLY)

# Installs what is measured beside us into an environment of its own, and measures it.
peers: $(INSTALLED)
	test -x var/peers/bin/kinto || { $(PYTHON) -m venv var/peers && \
		var/peers/bin/pip install --quiet --disable-pip-version-check -r benchmarks/requirements-peers.txt; }
	$(BIN)/python -m benchmarks.peers

# Kills servers, databases and connections under tablets for FOR seconds, then judges what is left.
chaos: $(INSTALLED)
	$(BIN)/python -m tests.chaos --seconds $(FOR) $(ARGS)

# Breaks the server on purpose, in nine ways, and shows that the attack finds each of them.
mutants: $(INSTALLED)
	$(BIN)/python -m tests.chaos.mutants $(ARGS)

# Lives many long seasons of three tablets and their faults, in every order Hypothesis can think of.
machine: $(INSTALLED)
	ROOTFIELD_MACHINE_EXAMPLES=$(SEASONS) ROOTFIELD_MACHINE_STEPS=50 \
		$(BIN)/python -m pytest tests/sync/machine -n 0 $(ARGS)

# Sends what no client would: to every operation as every role, and to a server whose memory is watched.
hostile: $(INSTALLED)
	$(BIN)/python -m tests.chaos.hostile
	ROOTFIELD_HOSTILE_EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest tests/api/test_hostile.py -n $(WORKERS) $(ARGS)

clean:
	rm -rf var .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
