# Two commands: `make run` and `make test`. Everything else is for those who change the code.
# the first Python of the right version that really runs (a name on the PATH may be a launcher with nothing behind it)
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
  $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
export DIDIMDOL_DEVELOPMENT := 1
export DIDIMDOL_VAR ?= $(CURDIR)/var

.PHONY: run test check fmt lock shots bench aihub clean help

help:
	@sed -n 's/^## //p' Makefile

## make run          start everything at http://127.0.0.1:8000 (PORT=8001, FRESH=1 to start anew)
run: .venv/.product
	@exec $(BIN)/python -m didimdol.conf.run $(if $(PORT),--port $(PORT)) $(if $(FRESH),--fresh)

## make test         the whole suite: unit, property, database, browser
test: .venv/.everything
	@$(BIN)/python -m didimdol.conf.testing $(TESTS)

## make check        format, lint, types, order of the rooms, migrations, dependencies
check: .venv/.everything
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy decide/src lab/src server/src/didimdol
	$(BIN)/lint-imports --no-logo
	@for part in decide lab server; do (cd $$part && ../$(BIN)/deptry src) || exit 1; done
	DIDIMDOL_VAR=$(DIDIMDOL_VAR) $(BIN)/python -m didimdol.conf.testing --migrations

## make shots        walk the whole way as every role and save pictures under var/shots
shots: .venv/.everything
	@$(BIN)/python -m didimdol.conf.testing e2e/shots.py

## make aihub        .venv-aihub, to measure through Qualcomm AI Hub
aihub: .venv/.product
	@PYTHON="$(PYTHON)" sh scripts/install.sh aihub

## make fmt          format and sort imports
fmt: .venv/.everything
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format .

## make bench        the measured claims, as ratios
bench: .venv/.everything
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

## make lock         write the hashed locks under requirements/ anew
lock: .venv/.everything
	@for name in server lab runtimes dev aihub; do echo $$name; $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate requirements/$$name.in -o requirements/$$name.txt || exit 1; done
	@for name in models corpus; do $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-deps --generate-hashes \
	  --no-emit-index-url --no-annotate requirements/$$name.in -o requirements/$$name.txt || exit 1; done

clean:
	rm -rf .venv .venv-aihub .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/.product: requirements/server.txt requirements/lab.txt requirements/models.txt decide/pyproject.toml lab/pyproject.toml server/pyproject.toml
	@PYTHON="$(PYTHON)" sh scripts/install.sh product
	@touch $@

.venv/.everything: .venv/.product requirements/runtimes.txt requirements/corpus.txt requirements/dev.txt requirements/aihub.txt
	@PYTHON="$(PYTHON)" sh scripts/install.sh everything
	@touch $@
