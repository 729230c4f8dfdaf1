# Everything that CI runs, a person can run. `make demo` and `make test` are all a newcomer needs.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: demo test check lint types test-slow test-ray test-relay bench ecosystem docs docs/reach.md lock clean

# The command line, with the simulator in place of the API where nothing says which server to ask;
# paced, so that it can be seen to stream.
demo: $(VENV)/ready
	@$(BIN)/mistralai chat --no-save --stats $(if $(MISTRAL_API_KEY)$(MISTRAL_SERVER_URL),,--simulate examples/demo.toml) \
		"Write a short poem about coding." < /dev/null

# The suite: 95 % of the branches, and all of them where bytes become events, answers and errors.
test: $(VENV)/ready
	@rm -f .coverage*
	$(BIN)/coverage run -m pytest -n auto
	@$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --fail-under 95
	$(BIN)/coverage report --fail-under 100 \
		--include '*/client/sse.py,*/client/_answer/accumulate.py,*/client/_call/attempts.py,*/client/_call/bodies.py,*/client/_call/faults.py,*/client/_call/flow.py,*/client/_call/incoming.py,*/client/_call/reader.py,*/client/_call/redirects.py,*/client/_call/request.py,*/client/_call/response.py,*/client/_call/retry.py,*/client/_call/timeouts.py'

check: lint types test

lint: $(VENV)/ready
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports

types: $(VENV)/ready
	$(BIN)/mypy
	$(BIN)/pyright --pythonpath $(BIN)/python

test-slow: $(VENV)/ready
	$(BIN)/python -m pytest -m slow --timeout 600 --ignore tests/ecosystem --ignore tests/on_ray --ignore tests/on_relay

# Libraries that import `mistralai`, each installed with this project in an environment of its own, and
# HTTP servers of many kinds, in another one.
# The environments are kept in .ecosystem; `make clean` makes the next run begin with new ones.
ecosystem: $(VENV)/ready
	$(BIN)/python -m pytest -m slow tests/ecosystem -o faulthandler_timeout=0

# Bulk runs with workers on Ray, in an environment with it, which is kept in .ray: two minutes.
test-ray: .ray/ready
	.ray/bin/python -m pytest -m slow tests/on_ray

.ray/ready: requirements/ray.txt pyproject.toml
	$(PYTHON) -m venv --clear .ray
	.ray/bin/python -m pip install --quiet --disable-pip-version-check --use-pep517 --require-hashes -r requirements/ray.txt
	.ray/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# The relay and its page beside real servers, clients, browsers and Redis, in an environment with them,
# which is kept in .relay. What is not installed on this machine is left out, and said.
test-relay: .relay/ready
	.relay/bin/python -m pytest -m slow tests/on_relay

.relay/ready: requirements/relay.txt pyproject.toml
	$(PYTHON) -m venv --clear .relay
	.relay/bin/python -m pip install --quiet --disable-pip-version-check --use-pep517 --require-hashes -r requirements/relay.txt
	.relay/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# What a token costs, here and with others: three quarters of an hour. `make bench ARGS="--only A,L --quick"`
# for a part; ARGS=--help for more.
bench:
	$(PYTHON) -m benchmarks $(ARGS)

# The environment: pinned packages, then this project itself, editable.
$(VENV)/ready: requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --use-pep517 --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# The documentation as a site, in `site/`: every warning is an error, such as a link to nowhere.
docs: .docs/ready
	NO_MKDOCS_2_WARNING=1 .docs/bin/mkdocs build --strict

.docs/ready: requirements/docs.txt
	$(PYTHON) -m venv --clear .docs
	.docs/bin/python -m pip install --quiet --no-compile --disable-pip-version-check --require-hashes -r requirements/docs.txt
	@touch $@

LOCK = uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-header --quiet --upgrade

# The picture of a session in the documentation.
docs/session.svg: $(VENV)/ready tests/support/session.py
	PYTHONPATH=tests $(BIN)/python -m support.session > $@

# The table of every endpoint, with what is typed: after a method was added.
docs/reach.md: $(VENV)/ready
	PYTHONPATH=tests $(BIN)/python -m support.reach

# The outputs that are stored in the notebook of the examples.
examples/notebook.ipynb: $(VENV)/ready tests/support/notebooks.py
	PYTHONPATH=tests $(BIN)/python -m support.notebooks

lock:
	$(LOCK) --output-file requirements/dev.txt requirements/dev.in
	$(LOCK) --output-file requirements/lowest.txt requirements/lowest.in
	$(LOCK) --output-file requirements/docs.txt requirements/docs.in
	$(LOCK) --output-file requirements/ray.txt requirements/ray.in
	$(LOCK) --output-file requirements/relay.txt requirements/relay.in

clean:
	rm -rf $(VENV) .bench .docs .ecosystem .ray .relay build dist site .coverage* .hypothesis .mypy_cache .ruff_cache
