"""What teachers say of the pairs: ``python -m rag.training.soften PAIRS_PREFIX OUT_PREFIX DIR...``

Writes OUT_PREFIX.train.jsonl, the training pairs with the mean logit of the trained readers
in the folders DIR as "soft", and OUT_PREFIX.stop.jsonl as it was. With --focus only the questions
that have pairs of some kinds or sources, and a share --others of as many others; of those the
labels alone count, for they are what the teachers do not know: so a reader learns what a new rule
makes without beginning anew, and is held to what it knew. Without teachers only the labels count.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random

import numpy as np
import torch
from numpy.typing import NDArray

from rag.errors import SettingsError
from rag.reader.cross_encoder import batches_of, network_of
from rag.reader.files import ReaderFile, read_reader, tokenizer_file
from rag.reader.network import pack
from rag.reader.pair_input import Encoded, Encoder
from rag.training.batches import read_examples
from rag.training.learner import fast_products
from rag.types import Json

SEED = 20260101
BATCH_TOKENS = {"cpu": 3_072, "cuda": 65_536}


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m rag.training.soften",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("pairs", metavar="PAIRS_PREFIX")
    parser.add_argument("out", metavar="OUT_PREFIX")
    parser.add_argument("teachers", metavar="DIR", type=Path, nargs="*")
    parser.add_argument("--focus", nargs="+", default=[], metavar="KIND")
    parser.add_argument("--others", type=float, default=1.0)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    asked = parser.parse_args(arguments)
    try:
        soften(asked.pairs, asked.out, asked.teachers, asked.device, asked.focus, asked.others)
    except (SettingsError, OSError) as error:
        sys.exit(f"soften: {error}")


def soften(
    pairs: str,
    out: str,
    teachers: Sequence[Path],
    device: str,
    focus: Sequence[str] = (),
    others: float = 1.0,
) -> None:
    """Raises SettingsError where the pairs or a teacher cannot be used; OSError."""
    source, train = Path(f"{pairs}.train.jsonl"), Path(f"{out}.train.jsonl")
    if source.resolve() == train.resolve():
        raise SettingsError(f"{out} are the pairs themselves: name another prefix to write to")
    with source.open(encoding="utf-8") as file:
        rows = focused([json.loads(line) for line in file], focus, others)
    _write(train, rows)  # where the teachers read them
    if teachers:
        _write(train, taught(rows, train, teachers, device, focus))
    shutil.copyfile(f"{pairs}.stop.jsonl", f"{out}.stop.jsonl")


def taught(
    rows: Sequence[Json], file: Path, teachers: Sequence[Path], device: str, focus: Sequence[str]
) -> list[Json]:
    """The rows, which stand in the file too, with what the teachers say of them."""
    readers = [read_reader(folder) for folder in teachers]
    inputs = _encoded(file, readers)
    soft = np.mean([logits(reader, inputs, device) for reader in readers], axis=0)
    return [
        row if _is_of(row, focus) else row | {"soft": round(float(value), 3)}
        for row, value in zip(rows, soft, strict=True)
    ]


def focused(rows: Sequence[Json], kinds: Sequence[str], share: float = 1.0) -> list[Json]:
    """Those of the questions that have pairs of these kinds or sources, and of a ``share`` of as
    many others; of no kinds, all. Raises SettingsError where there are none of them."""
    if not kinds:
        return list(rows)
    wanted = {_asked(row) for row in rows if _is_of(row, kinds)}
    if not wanted:
        raise SettingsError(f"no pair is of the kinds {', '.join(kinds)}")
    others = sorted({_asked(row) for row in rows} - wanted)
    wanted.update(Random(SEED).sample(others, min(round(share * len(wanted)), len(others))))
    return [row for row in rows if _asked(row) in wanted]


def _is_of(row: Json, kinds: Sequence[str]) -> bool:
    return row["kind"] in kinds or row["source"] in kinds


def _asked(row: Json) -> tuple[str, str, str]:
    return row["question"], row["source"], row["group"]


def _write(path: Path, rows: Sequence[Json]) -> None:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text(text, encoding="utf-8")


def _encoded(pairs: Path, teachers: Sequence[ReaderFile]) -> list[Encoded]:
    """Raises SettingsError where the teachers do not read windows of one size."""
    windows = {one.max_tokens for one in teachers}
    if len(windows) > 1:
        raise SettingsError("the teachers read windows of different sizes: train them anew")
    examples = read_examples(pairs, Encoder.open(tokenizer_file(), windows.pop()), wide=True)
    return [one.encoded for one in examples]


def logits(reader: ReaderFile, inputs: Sequence[Encoded], device: str) -> NDArray[np.float64]:
    """(inputs,): how well each sentence answers, as the reader says."""
    network = network_of(reader).to(device)
    kind = torch.device(device)
    found = np.zeros(len(inputs))
    for places in batches_of([len(one.ids) for one in inputs], BATCH_TOKENS[kind.type]):
        batch = pack([inputs[at] for at in places], kind)
        with torch.inference_mode(), fast_products(kind):
            found[[places[at] for at in batch.order]] = network(batch).answers.cpu().numpy()
    return found


if __name__ == "__main__":
    main()
