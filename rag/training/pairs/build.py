"""The pairs of all sets and of made tables, in three files that share no group.

``python -m rag.training.pairs SHARED OUT.jsonl`` writes ``OUT.train.jsonl``,
``OUT.stop.jsonl`` (for early stopping) and ``OUT.calibration.jsonl``.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random

from rag.text.words import fold
from rag.training.pairs.asked import read_asked
from rag.training.pairs.corpora import CALIBRATION, family, group_key, read_all
from rag.training.pairs.inventory import Inventory, take_stock
from rag.training.pairs.mining import Miner
from rag.training.pairs.recipe import FAR, Around, pairs_of, unlabelled
from rag.training.pairs.restated import Restated, read_restated
from rag.training.pairs.tables import make_tables, read_things
from rag.training.pairs.types import Labelled, Pair, Place, Text, places

SIDES = ("train", "stop", "calibration")
STOP_SHARE = 0.05  # of each set's groups, one at least
SEED = 20260101


def split(labelled: Iterable[Labelled], seed: int = SEED) -> dict[str, str]:
    """The side of every group, by its family's key; an article is on one side in all sets."""
    families: defaultdict[str, set[str]] = defaultdict(set)
    sides: dict[str, str] = {}
    for one in labelled:
        key = family(one.group)
        families[one.source].add(key)
        held = group_key(one.group) in CALIBRATION
        if held or key not in sides:
            sides[key] = "calibration" if held else "train"
    for source in sorted(families):
        free = sorted(key for key in families[source] if sides[key] == "train")
        stop = Random(f"{seed} {source}").sample(free, min(len(free), _share(len(free))))
        sides.update(dict.fromkeys(stop, "stop"))
    return sides


def _share(n: int) -> int:
    return max(1, round(n * STOP_SHARE)) if n > 1 else 0


def make(labelled: Sequence[Labelled], seed: int = SEED) -> Iterator[tuple[str, Pair]]:
    """Every pair with its side. The same seed gives the same pairs."""
    sides, restated = split(labelled, seed), read_restated()
    labelled = [*labelled, *read_asked(labelled)]  # none of it moves an article to another side
    for side in SIDES:
        here = [one for one in labelled if sides[family(one.group)] == side]
        for source in sorted({one.source for one in here}):
            members = [one for one in here if one.source == source]
            for pair in _of_source(members, restated, seed, wide=side == "train"):
                yield side, pair
    yield from make_tables(read_things(), seed)


def _of_source(
    labelled: Sequence[Labelled], restated: Restated, seed: int, *, wide: bool
) -> Iterator[Pair]:
    """``wide``: with the unlabelled pairs, which only training has a use for."""
    groups: defaultdict[str, list[Labelled]] = defaultdict(list)
    answering: defaultdict[str, set[str]] = defaultdict(set)
    for one in labelled:
        groups[one.group].append(one)
        answering[fold(one.question)].update(one.text.sentences[at] for at in one.right)
    source = labelled[0].source
    far = Miner(_places(labelled)) if source in FAR else None
    stock = _stock(labelled)
    for group, members in groups.items():
        beside: defaultdict[Text, list[Labelled]] = defaultdict(list)
        for one in members:
            beside[one.text].append(one)
        stocks = (_stock(members), stock)
        around = Around(Miner(_places(members)), far, stocks, beside, answering, restated)
        for number, one in enumerate(members):
            made = pairs_of(one, around, Random(f"{seed} {source} {group} {number}"))
            more = unlabelled(one, around) if wide else ()
            yield from distinct(itertools.chain(made, more))


def distinct(pairs: Iterable[Pair]) -> Iterator[Pair]:
    """The first of the pairs with the same question and sentence in the same context."""
    seen: set[tuple[str, str, str]] = set()
    for pair in pairs:
        key = (pair.question, pair.before, pair.sentence)
        if key not in seen:
            seen.add(key)
            yield pair


def _texts(labelled: Iterable[Labelled]) -> list[Text]:
    return list(dict.fromkeys(one.text for one in labelled))


def _places(labelled: Iterable[Labelled]) -> list[Place]:
    return places(_texts(labelled))


def _stock(labelled: Sequence[Labelled]) -> Inventory:
    texts = _texts(labelled)
    return take_stock(
        # Meetings are full of capitals that are no names ("Yeah"); their speakers are.
        (one for text in texts for one in text.sentences if labelled[0].source != "qmsum"),
        (answer for one in labelled for answer in one.answers),
        (
            heading[-1]
            for text in texts
            for heading in text.headings
            if heading and labelled[0].source == "qmsum"
        ),
    )


def write(pairs: Iterable[tuple[str, Pair]], out: Path, seed: int, limit: int | None) -> Counts:
    """The shuffled files; with ``limit`` the first so many pairs of each. Returns the counts."""
    lines: dict[str, list[str]] = {side: [] for side in SIDES}
    for side, pair in pairs:
        lines[side].append(json.dumps(pair.to_dict(), ensure_ascii=False))
    counts: Counts = {}
    for side, rows in lines.items():
        Random(f"{seed} {side}").shuffle(rows)
        kept = rows[:limit]
        path = out.with_suffix(f".{side}.jsonl")
        path.write_text("".join(f"{row}\n" for row in kept), encoding="utf-8")
        counts[side] = Counter(map(_kind_of, kept))
    return counts


Counts = dict[str, Counter[tuple[str, str, int]]]


def _kind_of(row: str) -> tuple[str, str, int]:
    pair = json.loads(row)
    return pair["source"], pair["kind"], pair["label"]


def report(counts: Mapping[str, Counter[tuple[str, str, int]]]) -> str:
    """A table of counts by kind, label and source, for each side."""
    rows: list[str] = []
    for side, counter in counts.items():
        right = sum(n for (_, _, label), n in counter.items() if label)
        rows.append(f"{side}: {counter.total():,} pairs, {right:,} of them right")
        sources = sorted({source for source, _, _ in counter})
        rows.append("  " + " " * 26 + "".join(f"{source:>9}" for source in sources) + "      all")
        for kind, label in sorted({(kind, label) for _, kind, label in counter}):
            found = [counter[source, kind, label] for source in sources]
            cells = "".join(f"{n:>9}" for n in [*found, sum(found)])
            rows.append(f"  {label} {kind:<24}{cells}")
    return "\n".join(rows)


def build(shared: Path, out: Path, seed: int = SEED, limit: int | None = None) -> Counts:
    return write(make(list(read_all(shared)), seed), out, seed, limit)
