"""Sentence splitters on text with known ends: ``python -m evals.bench.sentences DATA``.

``DATA`` holds ``clapnq``, ``qed`` and ``selqa`` as published. The libraries that are compared
are no dependencies of Citewell: ``pip install pysbd nupunkt sentencex blingfire`` brings
all four; one that is missing is left out.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from evals.bench.sentence_cases import HELD_OUT, OPEN, Case
from index.passages.sentences import split_sentences
from index.types import Span

Splitter = Callable[[str], Sequence[Span]]
LIBRARIES = ("pysbd", "nupunkt", "sentencex", "blingfire")
SPEED_CHARS = 5_000_000
TIME_LIMIT_S = 60.0


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of one splitter on one set; F1 over boundaries and over exact sentences."""

    boundaries: Counter[str]
    sentences: Counter[str]

    @property
    def boundary_f1(self) -> float:
        return f1(self.boundaries)

    @property
    def sentence_f1(self) -> float:
        return f1(self.sentences)


def f1(counts: Counter[str]) -> float:
    total = counts["found"] + counts["true"]
    return 2 * counts["both"] / total if total else 1.0


def splitters() -> dict[str, Splitter]:
    """Citewell's own first, then each library that is installed, as it comes."""
    found: dict[str, Splitter] = {"citewell": own}
    found |= {name: RAW[name] for name in LIBRARIES if find_spec(name)}
    return found


def own(text: str) -> Sequence[Span]:
    return split_sentences(text, Span(0, len(text)))


def _library(name: str) -> Any:
    """Imported by name, as type checkers must not need what users need not have."""
    return import_module(name)


def with_pysbd(text: str) -> Sequence[Span]:
    pysbd = _library("pysbd")
    segmenter = pysbd.Segmenter(language="en", clean=False, char_span=True)
    return [Span(part.start, part.end) for part in segmenter.segment(text)]


def with_nupunkt(text: str) -> Sequence[Span]:
    nupunkt = _library("nupunkt")
    return [Span(start, end) for start, end in nupunkt.sent_spans(text)]


def with_sentencex(text: str) -> Sequence[Span]:
    sentencex = _library("sentencex")
    parts = sentencex.get_sentence_boundaries("en", text)
    return [Span(part["start_index"], part["end_index"]) for part in parts]


def with_blingfire(text: str) -> Sequence[Span]:
    blingfire = _library("blingfire")
    _, offsets = blingfire.text_to_sentences_and_offsets(text)
    return [Span(start, end) for start, end in offsets]


RAW: dict[str, Splitter] = {
    "pysbd": with_pysbd,
    "nupunkt": with_nupunkt,
    "sentencex": with_sentencex,
    "blingfire": with_blingfire,
}


def trimmed(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    """The spans without white space at their ends; empty ones are dropped."""
    for span in spans:
        part = span.of(text)
        start = span.start + len(part) - len(part.lstrip())
        end = span.start + len(part.rstrip())
        if start < end:
            yield Span(start, end)


def score(split: Splitter, cases: Sequence[Case]) -> Score:
    """A boundary is the end of a sentence that is not the text's last one."""
    boundaries: Counter[str] = Counter()
    sentences: Counter[str] = Counter()
    for case in cases:
        spans = set(trimmed(case.text, split(case.text)))
        count(sentences, spans, set(case.sentences))
        count(boundaries, inner_ends(spans), inner_ends(case.sentences))
    return Score(boundaries, sentences)


def count(counts: Counter[str], found: set[Any], true: set[Any]) -> None:
    counts.update(found=len(found), true=len(true), both=len(found & true))


def inner_ends(spans: Iterable[Span]) -> set[int]:
    return set(sorted(span.end for span in spans)[:-1])


def joined(kind: str, sentences: Iterable[str]) -> Case:
    text, spans = "", []
    for sentence in filter(None, map(str.strip, sentences)):
        text += " " if text else ""
        spans.append(Span(len(text), len(text) + len(sentence)))
        text += sentence
    return Case(kind, text, tuple(spans))


def detokenised(text: str) -> str:
    """Natural Questions' tokens put back together, roughly: quotes, hyphens, no space at marks."""
    text = text.replace("``", '"').replace("''", '"').replace(" -- ", "–").replace(" - ", "-")
    text = re.sub(r'" ([^"]*?) ?"', r'"\1"', text)
    text = re.sub(r" (?=[.,;:!?%)\]]|'\w|n't\b|\.\.\.)", "", text)
    return re.sub(r"(?<=[(\[$£]) ", "", text)


def clapnq(folder: Path) -> Iterator[list[str]]:
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield from (passage["sentences"] for passage in json.loads(line)["passages"])


def qed(folder: Path) -> Iterator[list[str]]:
    for path in sorted(folder.glob("*.jsonlines"))[-2:]:
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            text, starts = row["paragraph_text"], row["sentence_starts"]
            ends = [*starts[1:], len(text)]
            yield [text[start:end] for start, end in zip(starts, ends, strict=True)]


def selqa(folder: Path) -> Iterator[list[str]]:
    """Sections whose sentences are given; each section once."""
    rows = json.loads((folder / "ass_selqa-ass-dev.json").read_text(encoding="utf-8"))
    yield from map(list, dict.fromkeys(tuple(row["candidates"]) for row in rows))


def data_sets(data: Path) -> dict[str, list[Case]]:
    """By name; Natural Questions both as published (spaces between tokens) and put together."""
    sets: dict[str, list[Case]] = {}
    for name, rows in (("clapnq", list(clapnq(data / "clapnq"))), ("qed", list(qed(data / "qed")))):
        sets[name] = [joined(name, map(detokenised, row)) for row in rows]
        sets[f"{name} tokens"] = [joined(name, row) for row in rows]
    sets["selqa"] = [joined("selqa", row) for row in selqa(data / "selqa")]
    return sets


def speed_texts(cases: Sequence[Case]) -> dict[str, str]:
    """Five megabytes each: paragraphs, and single lines that give a splitter trouble."""
    prose = "\n\n".join(case.text for case in cases)
    kinds = {
        "prose": prose + "\n\n",
        "prose, one line": prose.replace("\n\n", " ") + " ",
        "no end": "word after word ",
        "no space": "x",
        "initials": "A. B. ",
        "dots": "a.b.",
        "quotes": 'he said "so ',
        "brackets": "(see ",
    }
    times = {name: SPEED_CHARS // len(seed) + 1 for name, seed in kinds.items()}
    return {name: (seed * times[name])[:SPEED_CHARS] for name, seed in kinds.items()}


def seconds(split: Splitter, text: str) -> float | None:
    """Wall seconds in a process of its own, None past the time limit or when it dies."""
    queue: multiprocessing.Queue[float] = multiprocessing.Queue()
    process = multiprocessing.Process(target=_timed, args=(split, text, queue))
    process.start()
    process.join(TIME_LIMIT_S)
    if process.is_alive():
        process.kill()
        process.join()
        return None
    return queue.get() if process.exitcode == 0 else None


def _timed(split: Splitter, text: str, queue: multiprocessing.Queue[float]) -> None:
    split("Warm up. Then go.")
    start = time.perf_counter()
    split(text)
    queue.put(time.perf_counter() - start)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare sentence splitters.")
    parser.add_argument("data", type=Path, help="folder that holds clapnq, qed and selqa")
    parser.add_argument("--no-speed", action="store_true", help="leave the timings out")
    parser.add_argument("--misses", metavar="SET", help="print own misses on this set, and stop")
    options = parser.parse_args()
    sets = data_sets(options.data) | {"hard (open)": list(OPEN), "hard (held out)": list(HELD_OUT)}
    if options.misses:
        print_misses(sets[options.misses])
        return
    candidates = splitters()
    print("Boundary F1 / exact-sentence F1\n")
    scores = {
        name: {key: score(split, cases) for key, cases in sets.items()}
        for name, split in candidates.items()
    }
    print(
        table(
            ["", *sets],
            (
                [name, *(f"{s.boundary_f1:.3f} / {s.sentence_f1:.3f}" for s in row.values())]
                for name, row in scores.items()
            ),
        )
    )
    if options.no_speed:
        return
    texts = speed_texts(sets["qed"])
    print(f"\nSeconds for {SPEED_CHARS:,} characters (– : over {TIME_LIMIT_S:.0f} s)\n")
    print(
        table(
            ["", *texts],
            (
                [name, *(shown(seconds(split, text)) for text in texts.values())]
                for name, split in candidates.items()
            ),
        )
    )


def shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def print_misses(cases: Sequence[Case]) -> None:
    for case in cases:
        found, true = set(own(case.text)), set(case.sentences)
        if found != true:
            print(f"{case.kind}:")
            for span in sorted(found ^ true):
                print(f"  {'-' if span in true else '+'} {span.of(case.text)!r}")


if __name__ == "__main__":
    main()
