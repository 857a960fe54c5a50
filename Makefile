PORT ?= 8000
PY := .venv/bin/python
LOCK := .venv/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
  --no-header --no-annotate --python-version 3.11 pyproject.toml

.PHONY: help run test long check format screenshots docs lock

help:
	@echo "make run          installe le nécessaire et démarre le portail de démonstration (PORT=$(PORT))"
	@echo "make test         toutes les épreuves, sur SQLite puis sur PostgreSQL"
	@echo "make long         les chiffres complets des preuves (long)"
	@echo "make check        style, types, étages, migrations, réglages de production, verrous"
	@echo "make format       met le code en forme"
	@echo "make screenshots  une image de chaque page, aux deux largeurs"
	@echo "make docs         réécrit les tableaux de docs/ tirés du code"
	@echo "make lock         recompile requirements.txt et requirements-dev.txt"

run:
	@bin/setup
	@exec $(PY) manage.py serve --port $(PORT)

test:
	@bin/setup --tests
	@exec bin/test

long:
	@bin/setup --tests
	@exec bin/with-postgresql $(PY) -m pytest -m "long or once"

check:
	@bin/setup --tests
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	.venv/bin/djlint templates --lint --quiet
	$(PY) manage.py makemigrations --check --dry-run
	bin/with-sample-env $(PY) manage.py check --deploy --fail-level WARNING
	$(PY) -m pytest tests/test_structure.py tests/test_consistency.py

format:
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .
	bin/typography

screenshots:
	@bin/setup --tests
	@exec $(PY) bin/screenshots --print

docs:
	@bin/setup
	$(PY) manage.py write_state_tables

# Needs uv in the virtual environment (pip install uv). The locks hold versions and hashes, never an address.
lock:
	$(LOCK) --output-file requirements.txt
	$(LOCK) --output-file requirements-dev.txt --extra dev --constraint requirements.txt
