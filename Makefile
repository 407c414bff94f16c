# Needs Python 3.11+, venv and make; everything else is installed into .venv by pip.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= 2

.PHONY: demo test docs lint format lint-python lint-c benchmark scaling cycles clean

demo: $(VENV)/.demo
	$(BIN)/kinglet demo

test: $(VENV)/.test
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal -q

# The page of steps and models, from their records.
docs: $(VENV)/.test
	$(BIN)/python docs/generate.py

lint: lint-python lint-c

lint-python: $(VENV)/.test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

# Every step and model under the warnings that ARCHITECTURE.md names, as errors, for every core.
lint-c: $(VENV)/.test
	$(BIN)/python -m tests.lint_c

format: $(VENV)/.test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Quality on real data against desktop methods, and the search, which takes hours; needs the data
# folder beside the checkout.
benchmark: $(VENV)/.benchmark
	$(BIN)/python -m benchmarks.classification
	$(BIN)/python -m benchmarks.anomaly
	$(BIN)/python -m benchmarks.outlier
	$(BIN)/python -m benchmarks.extrapolation
	$(BIN)/python -m benchmarks.evt
	$(BIN)/python -m benchmarks.play
	$(BIN)/python -m benchmarks.convert
	$(BIN)/python -m benchmarks.convert_onnx
	$(BIN)/python -m benchmarks.search

# What more workers bring; needs no data.
scaling: $(VENV)/.benchmark
	$(BIN)/python -m benchmarks.scaling

# Cycles per operation of every step and model, counted on the emulated core.
cycles: $(VENV)/.test
	$(BIN)/python -m kinglet.costs.calibrate

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install -q -e '.[examples,board]'
	touch $@

$(VENV)/.test: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install -q -e '.[examples,board,cluster,test,lint]'
	touch $@

$(VENV)/.benchmark: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install -q -e '.[examples,board,cluster,benchmark]'
	touch $@

clean:
	rm -rf $(VENV) build dist kinglet-demo
