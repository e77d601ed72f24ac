"""Sets whose right sentences people selected: QED, SelQA, SciFact's rationales."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from evals.fields import as_object, at, decode, json_lines, parse, read_bytes, text, typed
from rag.training.pairs.overlap import Overlap
from rag.training.pairs.texts import holds, natural, resplit
from rag.training.pairs.types import Labelled, Text
from rag.types import Json

# A rationale is one of several sentences of an abstract that say much the same: those that
# share this much with the claim, against the rationale, are not taken for wrong.
UNSURE = 0.4


def read_qed(path: Path) -> Iterator[Labelled]:
    """Natural Questions whose answer one sentence gives ("single_sentence")."""
    for place, row in json_lines(path, read_bytes(path)):
        if row.get("answer_type") == "single_sentence":
            with at(place):
                labelled = _qed(row)
            if labelled.right:
                yield labelled


def _qed(row: Json) -> Labelled:
    paragraph, title = text(row, "paragraph_text"), natural(text(row, "title_text"))
    starts = sorted({0, *typed(row, "sentence_starts", list, "a list")})
    ends = [*starts[1:], len(paragraph)]
    parts = [natural(paragraph[start:end]) for start, end in zip(starts, ends, strict=True)]
    spans = typed(row, "answer_spans", list, "a list")
    gold = {
        number
        for number, (start, end) in enumerate(zip(starts, ends, strict=True))
        if any(start <= span[0] < end for span in spans)
    }
    # An answer may lie outside the sentence that gives it ("she"): QED then marks the bridge.
    bridge = row.get("answer_bridge_span")
    if bridge and bridge[0] >= 0:
        gold = {max(n for n, start in enumerate(starts) if start <= bridge[0])}
    answers = tuple(natural(one) for one in typed(row, "answer_text", list, "a list"))
    sentences, found = resplit(parts, sorted(gold))
    held = [n for n in found if holds(sentences[n], answers)]
    right = tuple(held or found)
    unsure = _others(sentences, right, answers)
    where = Text(sentences, ((title,),) * len(sentences))
    asked = natural(text(row, "question_text"))
    return Labelled(asked, where, right, answers, True, "qed", title, unsure)


def _others(
    sentences: tuple[str, ...], right: tuple[int, ...], answers: tuple[str, ...]
) -> tuple[int, ...]:
    return tuple(
        n for n, sentence in enumerate(sentences) if n not in right and holds(sentence, answers)
    )


def read_selqa(path: Path) -> Iterator[Labelled]:
    """Questions over the sentences of a Wikipedia section; the answering words are not marked."""
    with at(str(path)):
        rows = [as_object(row) for row in parse(decode(read_bytes(path)))]
    for number, row in enumerate(rows):
        with at(f"{path}, question {number}"):
            parts = [natural(part) for part in typed(row, "candidates", list, "a list")]
            sentences, right = resplit(parts, typed(row, "answers", list, "a list"))
            title, section = text(row, "article"), text(row, "section")
            headings = (title,) if section == "Abstract" else (title, section)
            asked = " ".join(text(row, "question").split())
        where = Text(sentences, (headings,) * len(sentences))
        if right:
            yield Labelled(asked, where, right, (), True, "selqa", title)


def read_scifact(claims: Path, corpus: Path) -> Iterator[Labelled]:
    """Claims with the rationale sentences of each abstract.

    A claim is no question; its right pairs are of the kind "claim" where the abstract
    supports it and "claim_refuted" where it contradicts. A claim without evidence is
    unanswerable in the abstracts it was written for.
    """
    abstracts = {text(row, "_id"): row for _, row in json_lines(corpus, read_bytes(corpus))}
    rationales: defaultdict[tuple[str, str, str], set[int]] = defaultdict(set)
    with at(str(claims)):
        for row in csv.DictReader(decode(read_bytes(claims)).splitlines()):
            label = row["evidence_label"]
            cited = [row["evidence_doc_id"]] if label else map(str, _list(row["cited_doc_ids"]))
            for document in cited:
                key = (row["claim"], document, label)
                rationales[key].update(_list(row["evidence_sentences"]))
    for (claim, document, label), gold in rationales.items():
        if document in abstracts:
            with at(f"{corpus}, document {document}"):
                yield _scifact(claim, abstracts[document], label, gold)


def _scifact(claim: str, abstract: Json, label: str, gold: set[int]) -> Labelled:
    parts = typed(abstract, "sentences", list, "a list")
    sentences, right = resplit(parts, sorted(gold))
    where = Text(sentences, ((text(abstract, "title"),),) * len(sentences))
    overlap = Overlap(sentences)
    scores = [overlap.score(claim, sentence) for sentence in sentences]
    enough = UNSURE * max((scores[at] for at in right), default=0.0)
    unsure = tuple(
        at for at, score in enumerate(scores) if right and at not in right and score >= enough
    )
    kind = "claim_refuted" if label == "CONTRADICT" else "claim"
    group = text(abstract, "_id")
    return Labelled(claim, where, right, (), bool(label), "scifact", group, unsure, "claim", kind)


def _list(value: str) -> list[int]:
    """Numbers as the file has them: "[4]", "[4, 5]" or "[4 5]"."""
    return [int(number) for number in re.findall(r"\d+", value)]
