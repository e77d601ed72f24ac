# The same targets for people and for CI. `make` alone lists them.
PYTHON ?= python3
PORT ?= 8000
SHARED ?= ../shared/data
BIN := .venv/bin
SEEDS_HOME := .citewell
TRAINING := training
STAMP := .venv/.installed

.PHONY: help install run test check eval bench bench-store faults train pairs reader clean
.DEFAULT_GOAL := help

help:
	@echo "make run      install, index seeds/, serve the chat page on http://127.0.0.1:$(PORT)"
	@echo "make test     install, run the tests"
	@echo "make install  environment with the citewell command in $(BIN)"
	@echo "make check    ruff and mypy"
	@echo "make eval     ask the questions of evals/sets/seeds.jsonl"
	@echo "make bench    speed and memory, as ratios in one run"
	@echo "make bench-store  the store with up to a million passages, half an hour"
	@echo "make faults   kill, fill the disk, flip bits: the long form, most of an hour"
	@echo "make train    fit the reader's numbers on SQuAD 2.0 (SHARED=folder with squad/)"
	@echo "make pairs    questions and sentences to train a reader on, in $(TRAINING)/"
	@echo "make reader   train it: some hours on two cores, goes on with --resume"

$(STAMP): requirements.lock pyproject.toml
	@echo "Installing into .venv (about 1 GB with torch; some minutes the first time)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

install: $(STAMP)

run: install
	@$(BIN)/citewell serve seeds --home $(SEEDS_HOME) --port $(PORT)

test: install
	@$(BIN)/python -m pytest

check: install
	@$(BIN)/ruff check --no-cache .
	@$(BIN)/ruff format --check --no-cache .
	@$(BIN)/mypy

eval: install
	@$(BIN)/citewell index seeds --home $(SEEDS_HOME)
	@$(BIN)/citewell eval --home $(SEEDS_HOME)

bench: install
	@$(BIN)/python -m evals.bench
	@$(BIN)/python -m evals.embed_bench

bench-store: install
	@$(BIN)/python -m evals.store_bench

faults: install
	@$(BIN)/python -m tests.faults

train: install
	@$(BIN)/python -m rag.training.similarity $(SHARED)/squad/train-v2.0-part.json

pairs: install
	@mkdir -p $(TRAINING)
	@$(BIN)/python -m rag.training.pairs $(SHARED) $(TRAINING)/pairs.jsonl

reader: pairs
	@$(BIN)/python -m rag.training.train_reader $(TRAINING)/pairs $(TRAINING)/reader

clean:
	rm -rf .venv $(SEEDS_HOME) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
