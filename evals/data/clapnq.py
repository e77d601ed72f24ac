"""ClapNQ: long answers whose sentences people selected, and questions without an answer."""

from __future__ import annotations

import re
from pathlib import Path

from evals.data.files import as_stored, file_named, files_in, sha256_of, text_sha256, unique
from evals.fields import as_object, at, json_lines, objects, read_bytes, text, typed
from evals.types import EvalError, EvalSet, Question, Selected, SetInfo
from index.types import Span
from rag.types import Json


def load_clapnq(path: Path, split: str | None = None) -> EvalSet[Selected]:
    """JSON lines, one file or a folder of them (of a split, if given: "dev", "train").

    Every passage, of questions with and without an answer, becomes one text: its title, a
    blank line and the passage as it is published, in tokens with blanks between. A question
    whose annotators all skipped it, or wrote an answer and selected nothing, is left out.
    """
    files = _files(path, split)
    data = [read_bytes(file) for file in files]
    paths: dict[str, str] = {}  # text -> path; questions may share a passage
    found: list[tuple[str, Selected]] = []
    unjudged = 0
    for file, content in zip(files, data, strict=True):
        for place, row in json_lines(file, content):
            with at(place):
                passage = _passage(row)
                selected = _selected(row, passage)
                stored = _stored(passage)
                paths.setdefault(stored, file_named(text(row, "id")))
                if selected is None:
                    unjudged += 1
                else:
                    found.append((place, _question(row, passage, stored, selected)))
    if not found:
        raise EvalError(f"{path} holds no question")
    notes = (f"{unjudged} left out: answered, but nobody selected a sentence.",) * bool(unjudged)
    info = SetInfo(path.resolve().stem, "clapnq", sha256_of(*data), split)
    texts = {file: stored for stored, file in paths.items()}
    return EvalSet(info, unique(found), texts, notes)


def _files(path: Path, split: str | None) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = files_in(path, "*.jsonl")
    chosen = [one for one in files if split is None or split in one.stem.split("_")]
    if not chosen:
        names = ", ".join(file.name for file in files) or "no JSON lines"
        raise EvalError(f"{path} holds {names}; give a folder or a file of ClapNQ's *.jsonl")
    return chosen


def _passage(row: Json) -> Json:
    passages = objects(row, "passages")
    if len(passages) != 1:
        raise ValueError(f'"passages" holds {len(passages)} passages, not one')
    return passages[0]


def _stored(passage: Json) -> str:
    return as_stored(f"{text(passage, 'title')}\n\n{text(passage, 'text')}")


def _selected(row: Json, passage: Json) -> tuple[frozenset[int], ...] | None:
    """The selected sentences of each annotator who selected any; None where that says nothing."""
    sentences = _texts(passage, "sentences")
    chosen: list[frozenset[int]] = []
    answered = judged = False
    for output in objects(row, "output"):
        if as_object(output.get("meta", {})).get("skip"):
            continue
        judged = True
        answered |= bool(typed(output, "answer", str, "a text").strip())
        selected = _texts(output, "selected_sentences")
        if unknown := next((one for one in selected if one not in sentences), None):
            raise ValueError(f'"{unknown[:60]}" is selected, but no sentence of the passage')
        chosen.append(frozenset(n for n, one in enumerate(sentences) if one in selected))
    kept = tuple(one for one in chosen if one)
    return kept if kept or (judged and not answered) else None


def _question(
    row: Json, passage: Json, stored: str, selected: tuple[frozenset[int], ...]
) -> Selected:
    title = text(passage, "title")
    question = Question(
        id=text(row, "id"),
        question=text(row, "input"),
        answerable=bool(selected),
        kind="answerable" if selected else "unanswerable",
        group=title,
        text_sha256=text_sha256(stored),
    )
    return Selected(question, _spans(_texts(passage, "sentences"), stored, len(title)), selected)


def _spans(sentences: list[str], stored: str, start: int) -> tuple[Span, ...]:
    """Where the sentences stand, one after the other from ``start`` on, whatever the blanks."""
    spans: list[Span] = []
    for sentence in sentences:
        pattern = r"\s+".join(map(re.escape, as_stored(sentence).split()))
        match = re.compile(pattern).search(stored, start)
        if not match:
            raise ValueError(f'the sentence "{sentence[:60]}" does not stand in the passage')
        spans.append(Span(*match.span()))
        start = match.end()
    return tuple(spans)


def _texts(row: Json, name: str) -> list[str]:
    values = typed(row, name, list, "a list")
    if not all(isinstance(value, str) for value in values):
        raise ValueError(f'"{name}" must be a list of texts')
    return values
