"""A tiny cross-encoder and toy pairs."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import torch

from rag.reader.files import tokenizer_file
from rag.reader.network import Network, Shape
from rag.reader.pair_input import Encoder, Item

TINY = Shape(positions=128, width=32, layers=2, heads=4, inner=64)


def encoder(window: int = 128) -> Encoder:
    return Encoder.open(tokenizer_file(), window)


def network(seed: int = 0, dropout: float = 0.0, spread: float = 0.02) -> Network:
    """Random; with a wide ``spread`` its scores differ much from item to item."""
    torch.manual_seed(seed)
    made = Network(TINY, dropout)
    with torch.no_grad():
        for name, value in made.named_parameters():
            if value.dim() > 1 or name == "mark":
                value.normal_(std=spread)
    return made


def item(sentence: str, **parts: Any) -> Item:
    full = {"question": "Who?", "headings": ("Head",), "before": "Before.", "after": "After."}
    return Item(sentence=sentence, **(full | parts))


COLOURS = ("red", "green", "blue", "black", "white", "pink")
OTHERS = ("old", "new", "small", "heavy", "cheap", "broken")
THINGS = ("car", "house", "door", "hat", "boat", "tree", "book", "shoe")


def toy_rows(questions: int, seed: int) -> list[dict[str, Any]]:
    """Three pairs of each question: right is a sentence that names a colour; every other
    question has one."""
    random = Random(seed)
    return [
        _toy_row(number, THINGS[number % len(THINGS)], random, right=bool(number % 2) and at == 0)
        for number in range(questions)
        for at in range(3)
    ]


def _toy_row(number: int, thing: str, random: Random, *, right: bool) -> dict[str, Any]:
    start = f"The {thing} is "
    named = random.choice(COLOURS if right else OTHERS)
    return {
        "question": f"What colour is the {thing}?",
        "headings": ["Colours"],
        "before": "",
        "sentence": f"{start}{named}.",
        "after": "",
        "label": int(right),
        "span": [len(start), len(start) + len(named)] if right else None,
        "kind": "answer" if right else "mined",
        "source": "toy",
        "group": f"g{number}",
    }


def write_rows(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
