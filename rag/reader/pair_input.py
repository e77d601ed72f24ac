"""A question and a sentence in its context, as the tokens that the cross-encoder reads.

``[CLS] question [SEP] headings : before # sentence # after [SEP]``
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.types import Span

MAX_TOKENS = 128
FIXED = 6  # [CLS], twice [SEP], the colon and the two marks
# A sentence longer than the window must not push out what is asked of it.
QUESTION_FLOOR = 24


@dataclass(frozen=True, slots=True)
class Item:
    """``headings`` from the outermost on; ``before`` and ``after`` may be empty."""

    question: str
    headings: tuple[str, ...]
    before: str
    sentence: str
    after: str


@dataclass(frozen=True, slots=True)
class Encoded:
    """``ids`` of the whole input, where the second part begins, and where the sentence stands.

    ``offsets`` (tokens of the sentence, 2): their code points in ``Item.sentence``;
    ``words`` (tokens of the sentence,): which word of the sentence each belongs to.
    """

    ids: NDArray[np.int32]
    second: int
    sentence: Span
    offsets: NDArray[np.int32]
    words: NDArray[np.int32]

    def tokens_of(self, span: Span) -> Span | None:
        """The sentence's tokens of all words that ``span`` of the sentence touches, if any."""
        start, end = self.offsets.T
        touched = self.words[(start < span.end) & (end > span.start)]
        if not len(touched):
            return None
        inside = np.flatnonzero((self.words >= touched[0]) & (self.words <= touched[-1]))
        return Span(int(inside[0]), int(inside[-1]) + 1)

    def text_of(self, tokens: Span) -> Span:
        """Code points of the sentence from the first of its ``tokens`` to the last."""
        return Span(int(self.offsets[tokens.start, 0]), int(self.offsets[tokens.end - 1, 1]))


@dataclass(frozen=True, slots=True)
class Room:
    """How many tokens each part may keep."""

    question: int
    headings: int  # so many, from the innermost outwards
    innermost: int  # of the innermost heading; the others are kept whole or not at all
    before: int
    sentence: int
    after: int


def share_out(
    question: int, headings: Sequence[int], before: int, sentence: int, after: int, window: int
) -> Room:
    """Who keeps how many tokens of ``window``, given how many each has.

    The outer headings go first, then the far ends of the context, then the innermost
    heading, then the question's end down to ``QUESTION_FLOOR``; the sentence goes last.
    """
    room = window - FIXED
    sentence = min(sentence, room - min(question, QUESTION_FLOOR))
    room -= sentence
    question = min(question, room)
    room -= question
    innermost = min(headings[-1], room) if headings else 0
    room -= innermost
    wanted = after
    after = min(after, max(room // 2, room - before))
    before = min(before, max(room - room // 2, room - wanted))
    room -= before + after
    kept = 1 if headings else 0
    while kept < len(headings) and headings[-kept - 1] <= room:
        room -= headings[-kept - 1]
        kept += 1
    return Room(question, kept, innermost, before, sentence, after)


class Encoder:
    """Items to tokens; ``tokenizer`` is one of the ``tokenizers`` package."""

    def __init__(self, tokenizer: Any, window: int = MAX_TOKENS) -> None:
        tokenizer.no_truncation()
        tokenizer.no_padding()
        tokenizer.encode_special_tokens = True  # "[SEP]" in a text is text
        self._tokenizer = tokenizer
        self._window = window
        named = {name: tokenizer.token_to_id(name) for name in ("[CLS]", "[SEP]", ":", "#")}
        self._cls, self._sep, self._colon, self._mark = named.values()

    @classmethod
    def open(cls, file: Path, window: int = MAX_TOKENS) -> Encoder:
        from tokenizers import Tokenizer

        return cls(Tokenizer.from_file(str(file)), window)

    def encode(self, items: Sequence[Item]) -> list[Encoded]:
        ids = self._ids(_beside(items))
        texts = list(dict.fromkeys(item.sentence for item in items))
        found = self._tokenizer.encode_batch(texts, add_special_tokens=False)
        sentences = dict(zip(texts, found, strict=True))
        return [self._join(item, ids, sentences[item.sentence]) for item in items]

    def _ids(self, texts: Iterable[str]) -> dict[str, list[int]]:
        """Tokens of each of the texts, each text once."""
        distinct = list(dict.fromkeys(texts))
        found = self._tokenizer.encode_batch_fast(distinct, add_special_tokens=False)
        return {text: one.ids for text, one in zip(distinct, found, strict=True)}

    def _join(self, item: Item, ids: dict[str, list[int]], sentence: Any) -> Encoded:
        headings = [ids[heading] for heading in item.headings]
        question, before, after = ids[item.question], ids[item.before], ids[item.after]
        room = share_out(
            len(question),
            [len(heading) for heading in headings],
            len(before),
            len(sentence.ids),
            len(after),
            self._window,
        )
        kept = headings[len(headings) - room.headings :]
        first = [self._cls, *question[: room.question], self._sep]
        context = [
            *(token for heading in kept[:-1] for token in heading),
            *(kept[-1][: room.innermost] if kept else ()),
            self._colon,
            *before[len(before) - room.before :],
            self._mark,
        ]
        start = len(first) + len(context)
        rest = [*sentence.ids[: room.sentence], self._mark, *after[: room.after], self._sep]
        return Encoded(
            np.array([*first, *context, *rest], np.int32),
            len(first),
            Span(start, start + room.sentence),
            np.array(sentence.offsets[: room.sentence], np.int32).reshape(-1, 2),
            np.array(sentence.word_ids[: room.sentence], np.int32),
        )


def _beside(items: Sequence[Item]) -> Iterable[str]:
    for item in items:
        yield from (item.question, *item.headings, item.before, item.after)
