.DEFAULT_GOAL := help
SHELL := /bin/sh
BIN := .venv/bin
UV_VERSION := 0.13.9

.PHONY: help setup run test lint format schema screenshots bench

help: ## Show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | sort

setup: .venv/.done ## Make .venv from uv.lock

.venv/.done: uv.lock pyproject.toml
	test -x $(BIN)/python || python3 -m venv .venv
	test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	VIRTUAL_ENV="$(CURDIR)/.venv" $(BIN)/uv sync --quiet --frozen --active --inexact
	touch $@
