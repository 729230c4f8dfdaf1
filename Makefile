# Everything that CI runs, a person can run. `make demo` and `make test` are all a newcomer needs.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: demo test check lint types test-slow ecosystem lock clean

demo: $(VENV)/ready
	@$(BIN)/python examples/demo.py

# The suite: 95 % of the branches, and all of them where bytes become events and errors.
test: $(VENV)/ready
	@rm -f .coverage*
	$(BIN)/coverage run -m pytest -n auto
	@$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --fail-under 95
	$(BIN)/coverage report --fail-under 100 \
		--include '*/client/sse.py,*/client/request.py,*/client/response.py'

check: lint types test

lint: $(VENV)/ready
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports

types: $(VENV)/ready
	$(BIN)/mypy
	$(BIN)/pyright --pythonpath $(BIN)/python

test-slow: $(VENV)/ready
	$(BIN)/python -m pytest -m slow --timeout 600 --ignore tests/ecosystem

# Libraries that import `mistralai`, each installed with this project in an environment of its own.
ecosystem: $(VENV)/ready
	$(BIN)/python -m pytest -m slow tests/ecosystem -o faulthandler_timeout=0

# The environment: pinned packages, then this project itself, editable.
$(VENV)/ready: requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --use-pep517 --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

LOCK = uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-header --quiet --upgrade

lock:
	$(LOCK) --output-file requirements/dev.txt requirements/dev.in
	$(LOCK) --output-file requirements/lowest.txt requirements/lowest.in

clean:
	rm -rf $(VENV) build dist .coverage* .hypothesis .mypy_cache .ruff_cache
