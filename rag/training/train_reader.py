"""Trains the cross-encoder: ``python -m rag.training.train_reader PAIRS_PREFIX OUT_DIR``

PAIRS_PREFIX.train.jsonl and PAIRS_PREFIX.stop.jsonl are made by ``python -m
rag.training.pairs``. Writes reader.safetensors, reader.json, README.md, log.jsonl and
checkpoint.safetensors, from which --resume goes on. With --start it learns on from the weights of
another reader and keeps the share --keep of them.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import fields, replace
from pathlib import Path

import torch

from index.home.durable import make_folder, sha256_of
from rag.errors import SettingsError
from rag.reader.files import PINS, read_reader, tokenizer_file
from rag.reader.network import Network
from rag.reader.pair_input import Encoder
from rag.training.base import read_base
from rag.training.batches import read_examples
from rag.training.checkpoint import CHECKPOINT
from rag.training.fitting import Data, Fitting, total_steps
from rag.training.learner import Learner, Recipe, multiplies_bf16


def main(arguments: list[str] | None = None) -> None:
    asked = _parser().parse_args(arguments)
    recipe = Recipe(**{one.name: getattr(asked, one.name) for one in fields(Recipe)})
    try:
        train(asked, recipe)
    except (SettingsError, OSError) as error:
        sys.exit(f"train_reader: {error}")


def train(asked: argparse.Namespace, recipe: Recipe) -> None:
    out: Path = asked.out
    make_folder(out)
    if not asked.resume and ((out / CHECKPOINT).exists() or (out / PINS).exists()):
        raise SettingsError(
            f"{out} holds a run already: give --resume to go on with it, or name another folder"
        )
    torch.set_num_threads(asked.threads)
    torch.manual_seed(recipe.seed)
    data = read(asked.pairs, recipe.max_tokens, asked.limit)
    if asked.start is None:
        base = read_base(asked.base, asked.layers)
        network = Network(base.shape, recipe.dropout)
        missing, _ = network.load_state_dict(dict(base.weights), strict=False)
        data = replace(data, sha256=data.sha256 | ({"base": base.sha256} if base.sha256 else {}))
        print(f"{len(data.train):,} pairs; new in the network: {', '.join(missing)}")
    else:
        start = read_reader(asked.start)
        network = Network(start.shape, recipe.dropout)
        network.load_state_dict(dict(start.weights))
        files = data.sha256 | {"start": start.sha256}
        data = replace(data, sha256=files, start=start.weights, before=start.recipe)
        print(f"{len(data.train):,} pairs; goes on from {asked.start}")
    device = torch.device(asked.device)
    learner = Learner(
        network, recipe, total_steps(data, recipe), device, bf16=multiplies_bf16(device)
    )
    fitting = Fitting(learner, data, recipe, out, log=lambda line: print(line, flush=True))
    if asked.resume:
        fitting.resume()
    fitting.run(None if asked.budget_minutes is None else asked.budget_minutes * 60)


def read(pairs: str, max_tokens: int, limit: int | None) -> Data:
    """``limit``: questions of each file. Raises SettingsError, OSError."""
    encoder = Encoder.open(tokenizer_file(), max_tokens)
    paths = {side: Path(f"{pairs}.{side}.jsonl") for side in ("train", "stop")}
    train, stop = (read_examples(path, encoder, limit) for path in paths.values())
    if not train or not stop:
        raise SettingsError(f"{pairs}: a file is empty; make them with -m rag.training.pairs")
    hashes = {side: sha256_of(path) for side, path in paths.items()}
    return Data(train, stop, hashes | ({} if limit is None else {"questions": str(limit)}))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m rag.training.train_reader",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("pairs", metavar="PAIRS_PREFIX")
    parser.add_argument("out", metavar="OUT_DIR", type=Path)
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    parser.add_argument("--budget-minutes", type=float, help="stop in time, ready to go on")
    parser.add_argument(
        "--base", type=Path, help="begin with the BERT or MPNet in this folder, not with MiniLM"
    )
    parser.add_argument("--layers", type=int, help="the lowest so many layers of that base")
    parser.add_argument("--start", type=Path, help="go on from the weights in this folder")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--limit", type=int, help="the first so many questions of each file")
    for one in fields(Recipe):
        option = f"--{one.name.replace('_', '-')}"
        parser.add_argument(option, type=type(one.default), default=one.default)
    return parser


if __name__ == "__main__":
    main()
