"""Which blocks of a PDF are headings, and of which level; which are a table of contents."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from index.readers.pdf.blocks import LEADER, Block
from index.readers.pdf.tables import is_bullet
from index.structure import shapes

_ADDRESS = re.compile(r"\d{5}|\d-\d{3}|@|://")
_MONEY = re.compile(r"[$€£¥%=|]|\d[.,]\d|\A\W|\d\Z")
_LONGEST = 200
_DEEPEST = 6


def with_contents(blocks: Sequence[Block], pages: int) -> list[Block]:
    """Lines with leaders to numbers that rise, as those of pages do, are a table of contents."""
    found = list(blocks)
    run: list[int] = []
    for at, block in enumerate([*blocks, None]):
        leads = block is not None and block.kind == "text" and LEADER.search(block.text[-60:])
        if leads:
            run.append(at)
        elif run and block is not None and len(block.text) < 200 and at - run[-1] < 3:
            continue  # a title or a page's edge between the lines
        else:
            if len(run) > 2 and _rise([blocks[i] for i in run], pages):
                for i in run:
                    found[i] = replace(blocks[i], kind="contents")
            run = []
    return found


def _rise(blocks: Sequence[Block], pages: int) -> bool:
    ends = [LEADER.search(block.text[-60:]) for block in blocks]
    numbers = [int(end[1]) for end in ends if end and end[1].isdigit()]
    falls = sum(a > b for a, b in pairwise(numbers))
    return 10 * falls <= len(numbers) and all(one <= 2 * pages + 50 for one in numbers)


def body_size(blocks: Iterable[Block]) -> float:
    """The size in which most is written."""
    letters: Counter[float] = Counter()
    for block in blocks:
        for line in block.lines:
            letters[round(2 * line.size) / 2] += sum([len(word.text) for word in line.words])
        for row in block.rows:
            for word in (word for cell in row for word in cell):
                letters[round(2 * word.size) / 2] += len(word.text)
    return max(letters, key=lambda size: (letters[size], size), default=0.0)


def with_headings(blocks: Sequence[Block], outline: Mapping[str, int]) -> list[Block]:
    """Blocks that stand over others told by size, weight, or the file's outline of titles and
    their levels; the levels of the others by size."""
    body = body_size(blocks)
    bold = _share_of_bold(blocks)
    heads = {
        i: block
        for i, block in enumerate(blocks)
        if block.kind == "text"
        and not block.is_aside
        and _may_head(block, blocks[i + 1] if i + 1 < len(blocks) else None, body, bold, outline)
    }
    styles = {i: (round(2 * block.size) / 2, block.lines[0].bold) for i, block in heads.items()}
    ranks = {one: rank for rank, one in enumerate(sorted(set(styles.values()), reverse=True), 1)}
    found = list(blocks)
    for i, block in heads.items():
        level = outline.get(title_key(block.text)) or ranks[styles[i]]
        found[i] = replace(block, kind="heading", level=min(level, _DEEPEST))
    return found


def title_key(text: str) -> str:
    """A title without what outlines often leave away: its number, white space and case."""
    return "".join(re.sub(r"\A\W*(?:\d+\W+)*", "", text[:400]).split()).casefold()


def _share_of_bold(blocks: Iterable[Block]) -> float:
    lines = [line for block in blocks for line in block.lines]
    return sum(line.bold for line in lines) / max(1, len(lines))


def _may_head(
    block: Block, below: Block | None, body: float, bold: float, outline: Mapping[str, int]
) -> bool:
    text = block.text
    if len(text) > _LONGEST or len(block.lines) > 4 or not any(map(str.isalpha, text)):
        return False
    if any(word.is_filled for line in block.lines for word in line.words):
        return False
    if title_key(text) in outline:
        return True
    if any(map(str.isdigit, text.partition(":")[2])):  # "Date: 3 May"
        return False
    if below is None or (shapes.ends_sentence(text) and not text.endswith("?")):
        return False
    if text.endswith((",", ";")) or is_bullet(text[:2]):
        return False
    if block.size >= 1.15 * body:
        return not _ADDRESS.search(text)
    if len(block.lines) > 2 or block.size < 0.9 * body or _MONEY.search(text):
        return False
    is_bold = all(line.bold for line in block.lines) and bold < 0.4
    return (is_bold and len(text) <= 120) or shapes.is_strong(text) or _is_capitals(text)


def _is_capitals(text: str) -> bool:
    return shapes.is_capitals(text) and shapes.words(text, 15) <= 15
