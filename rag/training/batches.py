"""Pairs read from a file, as tokens, and which of them lie in one batch."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from index.errors import why
from index.types import Span
from rag.errors import SettingsError
from rag.reader.pair_input import Encoded, Encoder, Item
from rag.training.pairs.mining import UNLABELLED

AT_ONCE = 4_096  # pairs that are tokenised together


@dataclass(frozen=True, slots=True)
class Example:
    """``span`` is in tokens of the sentence. Pairs of one question share ``question``.

    ``soft`` is the mean logit of teachers, where there were any. Of a pair that is not
    ``labelled`` only they say whether it is right.
    """

    encoded: Encoded
    right: bool
    span: Span | None
    text_span: Span | None  # in code points
    question: int
    kind: str
    source: str
    soft: float | None = None

    @property
    def labelled(self) -> bool:
        return self.kind != UNLABELLED


@dataclass(frozen=True, slots=True)
class Asked:
    """The examples of one question, as places in the list that was read."""

    right: tuple[int, ...]
    wrong: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.right) + len(self.wrong)


def read_examples(
    path: Path, encoder: Encoder, limit: int | None = None, *, wide: bool = False
) -> list[Example]:
    """Of all questions, or of the first ``limit``. Raises SettingsError.

    Pairs of which neither the data nor a teacher says anything are kept only with ``wide``.
    """
    try:
        with path.open(encoding="utf-8") as file:
            return list(_examples(file, encoder, limit, wide))
    except (OSError, KeyError, ValueError) as error:
        raise SettingsError(
            f"{path} cannot be used ({why(error)}): make it with 'python -m rag.training.pairs'"
        ) from error


def _examples(
    lines: Iterator[str], encoder: Encoder, limit: int | None, wide: bool
) -> Iterator[Example]:
    numbers: dict[tuple[str, str, str], int] = {}
    for some in _runs(lines):
        kept = []
        for line in some:
            row = json.loads(line)
            if not wide and row["kind"] == UNLABELLED and "soft" not in row:
                continue
            key = (row["question"], row["source"], row["group"])
            if key in numbers or limit is None or len(numbers) < limit:
                kept.append((row, numbers.setdefault(key, len(numbers))))
        encoded = encoder.encode([_item(row) for row, _ in kept])
        for (row, number), one in zip(kept, encoded, strict=True):
            yield _example(row, number, one)


def _runs(lines: Iterator[str]) -> Iterator[list[str]]:
    while some := list(itertools.islice(lines, AT_ONCE)):
        yield some


def _item(row: dict[str, Any]) -> Item:
    headings = tuple(row["headings"])
    return Item(row["question"], headings, row["before"], row["sentence"], row["after"])


def _example(row: dict[str, Any], number: int, encoded: Encoded) -> Example:
    span = Span(*row["span"]) if row["span"] is not None else None
    return Example(
        encoded,
        bool(row["label"]),
        None if span is None else encoded.tokens_of(span),
        span,
        number,
        row["kind"],
        row["source"],
        row.get("soft"),
    )


def by_question(examples: Sequence[Example]) -> list[Asked]:
    found: dict[int, tuple[list[int], list[int]]] = {}
    for at, example in enumerate(examples):
        right, wrong = found.setdefault(example.question, ([], []))
        (right if example.right else wrong).append(at)
    return [Asked(tuple(right), tuple(wrong)) for right, wrong in found.values()]


def sampled(asked: Asked, most: int, random: Random) -> list[int]:
    """At most ``most`` of a question's pairs; right ones give way only beyond half of them."""
    if len(asked) <= most:
        return [*asked.right, *asked.wrong]
    right = min(len(asked.right), max(most // 2, most - len(asked.wrong)))
    return [*random.sample(asked.right, right), *random.sample(asked.wrong, most - right)]


def epoch(
    questions: Sequence[Asked], lengths: Sequence[int], tokens: int, most: int, random: Random
) -> list[list[int]]:
    """Batches of about ``tokens`` tokens, each question's pairs in one of them.

    Only a question that is longer than this by itself makes a longer batch.
    """
    batches: list[list[int]] = []
    total = tokens
    for asked in random.sample(questions, len(questions)):
        pairs = sampled(asked, most, random)
        size = sum(lengths[at] for at in pairs)
        if total + size > tokens:
            batches.append([])
            total = 0
        batches[-1].extend(pairs)
        total += size
    return batches


def epochs(
    examples: Sequence[Example], tokens: int, most: int, seed: int
) -> Iterator[list[list[int]]]:
    """The batches of one epoch after another, without end; the same for the same seed."""
    questions = by_question(examples)
    lengths = [len(one.encoded.ids) for one in examples]
    for number in itertools.count():
        yield epoch(questions, lengths, tokens, most, Random(f"{seed} epoch {number}"))
