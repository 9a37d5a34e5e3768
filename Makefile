# The two commands of the README are `make run` and `make test`; each makes .venv from uv.lock by itself.
.DEFAULT_GOAL := help
SHELL := /bin/sh
BIN := .venv/bin
UV_VERSION := 0.13.9
PYTHON ?= python3

.PHONY: help setup run test lint format schema channels screenshots places bench

help: ## Show what can be made
	@sed -n 's/^\([a-z]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST)

setup: .venv/.done ## Make .venv from uv.lock

.venv/.done: uv.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	VIRTUAL_ENV="$(CURDIR)/.venv" $(BIN)/uv sync --quiet --frozen --active --inexact
	touch $@

run: setup ## Start everything that is configured; without any token, the web chat on http://127.0.0.1:8080
	$(BIN)/hoidap serve

test: setup ## Run every test
	$(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist worksteal

lint: setup ## Format, lint, types, migrations, knowledge base, Dockerfile
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	rm -f .venv/lint.db && for step in "upgrade head" check; do \
		$(BIN)/alembic -x url=sqlite+aiosqlite:///.venv/lint.db $$step || exit 1; done
	$(BIN)/hoidap kb check
	$(BIN)/hadolint Dockerfile

format: setup ## Put code in the one format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

schema: setup ## Write knowledge/schema.json anew from the models
	$(BIN)/hoidap kb schema > knowledge/schema.json.new && mv knowledge/schema.json.new knowledge/schema.json

channels: setup ## Write the conversations of docs/channels.md anew
	$(BIN)/python docs/channels.py

screenshots: setup ## Take the pictures of README and guide anew (needs Chromium)
	$(BIN)/python docs/screenshots.py

places: setup ## Write the table of provinces, districts and communes anew from its library
	VIRTUAL_ENV="$(CURDIR)/.venv" $(BIN)/uv sync --quiet --frozen --active --inexact --group places
	$(BIN)/python -m bot.places.build

bench: setup ## Measure matching beside what people use otherwise (CLINC=file adds CLINC150, SCALE="3000 15000" speed)
	$(BIN)/python -m bench --plot docs/images/coverage.svg $(if $(CLINC),--clinc $(CLINC))
	$(if $(SCALE),$(BIN)/python -m bench --scale $(SCALE))
