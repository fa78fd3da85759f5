# One word is the loop: `make nightly` runs the product, `make test` proves it. Both set up what they need, once.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export LINKWATCH_HOME ?= $(CURDIR)/.linkwatch
unexport PYTHONDONTWRITEBYTECODE
# uv trusts what this machine trusts, as pip does.
export UV_SYSTEM_CERTS ?= true
export PYTHONWARNINGS ?= ignore

COMPILE = $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-annotate --python-version 3.11 \
	--custom-compile-command "make requirements" pyproject.toml --extra warc

.PHONY: help setup nightly up test unit bench year truth rules spikes lint format requirements clean

help: ## what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

setup: $(VENV)/.runtime ## create .venv with everything that runs linkwatch

nightly: $(VENV)/.runtime ## run tonight (no settings file: three nights of the example world)
	@$(BIN)/linkwatch nightly

up: $(VENV)/.runtime ## Airflow with its web interface on http://127.0.0.1:8080; Ctrl-C stops all of it
	@$(BIN)/linkwatch up

test: $(VENV)/.dev lint ## every check and every test
	@$(BIN)/python -m pytest -n 4 --dist loadfile

unit: $(VENV)/.dev ## the fast tests
	@$(BIN)/python -m pytest tests/unit

bench: $(VENV)/.dev ## measure every hot path beside its rivals
	@$(BIN)/python -m bench

year: $(VENV)/.dev ## a simulated year: how long a loss goes untold, beside rival ways of planning
	@$(BIN)/python -m bench year

truth: $(VENV)/.dev ## 40 nights of a hostile web: every verdict beside what really happened
	@$(BIN)/python -m truth

rules: $(VENV)/.dev ## every rule of suspicion on real pages with planted faults, beside their innocent twins
	@$(BIN)/python -m trials

spikes: $(VENV)/.dev ## simulated nights: false alarms and power of our spike tests beside their rivals
	@$(BIN)/python -m bench spikes

lint: $(VENV)/.dev ## style, types and layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: $(VENV)/.dev ## let ruff mend what it can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

requirements: $(VENV)/.uv ## compile the pinned requirements after a change of pyproject.toml
	@$(COMPILE) --group setup --group test --group bench --extra render --output-file requirements/dev.txt
	@$(COMPILE) --group setup --constraints requirements/dev.txt --output-file requirements/runtime.txt

clean: ## remove .venv and the local home
	@rm -rf $(VENV) .linkwatch

# --- set-up, skipped when done ---------------------------------------------------------------------------------------

$(VENV)/.uv: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "linkwatch needs Python 3.11 or newer; got " + sys.version.split()[0] + "; name another with: make PYTHON=python3.12")'
	@echo "setting up .venv (once)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

$(VENV)/.runtime: $(VENV)/.uv requirements/runtime.txt pyproject.toml
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r requirements/runtime.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements/dev.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r requirements/dev.txt
	@touch $@
