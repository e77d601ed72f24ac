"""QMSum: queries to the transcript of a meeting, with the turns that are relevant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from evals.data.files import as_stored, file_named, files_in, sha256_of, text_sha256, unique
from evals.fields import as_object, at, decode, objects, parse, read_bytes, text, typed
from evals.types import EvalError, EvalSet, MeetingQuery, Question, SetInfo
from index.types import Span
from rag.types import Json

COMMITTEES = "committees"  # parliaments' committees, in the files of these names
_COMMITTEE = re.compile(r"(?:covid|education)_\d+")
SPLITS = {COMMITTEES: ("train", "val"), "train": ("train",), "val": ("val",), "test": ("test",)}


def load_qmsum(path: Path, split: str | None = None) -> EvalSet[MeetingQuery]:
    """A folder with the meetings of ``train``, ``val`` and ``test``, or the file of a meeting.

    ``split`` is one of these folders, or "committees" (the default): the committees among the
    meetings of train and val. Each meeting becomes one text, a paragraph a turn, "Name: what
    was said"; what the transcript adds to a name in parentheses (riding, party) is left out,
    as it is there at the first of a speaker's turns only. Queries about the whole meeting
    have no turns and are not asked.
    """
    split = (split or COMMITTEES) if path.is_dir() else None
    files = _files(path, split)
    data = [read_bytes(file) for file in files]
    texts: dict[str, str] = {}
    found: list[tuple[str, MeetingQuery]] = []
    for file, content in zip(files, data, strict=True):
        with at(str(file)):
            meeting = as_object(parse(decode(content)))
            stored, turns = _transcript(objects(meeting, "meeting_transcripts"))
            queries = objects(meeting, "specific_query_list")
        texts[file_named(file.stem)] = stored
        for number, row in enumerate(queries):
            place = f"{file}, query {number}"
            with at(place):
                found.append((place, _query(row, f"{file.stem}:{number}", stored, turns)))
    if not found:
        raise EvalError(f"{path} holds no query")
    info = SetInfo(path.resolve().stem, "qmsum", sha256_of(*data), split)
    return EvalSet(info, unique(found), texts)


def _files(path: Path, split: str | None) -> list[Path]:
    if split is None:
        return [path]
    if split not in SPLITS:
        raise EvalError(f'--split is "{split}"; of QMSum it can be {" or ".join(SPLITS)}')
    files = [file for folder in SPLITS[split] for file in files_in(path, f"{folder}/*.json")]
    if split == COMMITTEES:
        files = [file for file in files if _COMMITTEE.fullmatch(file.stem)]
    if not files:
        raise EvalError(
            f"{path} holds no {split} of QMSum; give the folder that train, val and test are in"
        )
    return files


def _transcript(turns: Sequence[Json]) -> tuple[str, list[Span]]:
    """The meeting as a text that the readers know as talk, and where each turn stands in it."""
    paragraphs: list[str] = []
    spans: list[Span] = []
    start = 0
    for turn in turns:
        name = " ".join(text(turn, "speaker").split())
        name = re.sub(r"\s*\(.*", "", name) or name
        said = " ".join(as_stored(typed(turn, "content", str, "a text")).split())
        paragraphs.append(f"{as_stored(name)}: {said}")
        spans.append(Span(start, start + len(paragraphs[-1])))
        start += len(paragraphs[-1]) + 2
    return "\n\n".join(paragraphs), spans


def _query(row: Json, id: str, stored: str, turns: Sequence[Span]) -> MeetingQuery:
    asked = " ".join(text(row, "query").split())
    gold = [turns[n] for n in _numbers(row, len(turns))]
    question = Question(
        id=id,
        question=asked,
        answerable=True,
        kind="question" if asked.endswith("?") else "summary",
        group=id.rpartition(":")[0],
        text_sha256=text_sha256(stored),
    )
    return MeetingQuery(question, tuple(gold))


def _numbers(row: Json, n: int) -> list[int]:
    """The relevant turns: ranges of numbers from 0, both ends included, as texts."""
    numbers: set[int] = set()
    for pair in typed(row, "relevant_text_span", list, "a list"):
        ends = [str(end) for end in pair] if isinstance(pair, list) else []
        if len(ends) != 2 or not all(re.fullmatch("[0-9]+", end) for end in ends):
            raise ValueError('"relevant_text_span" must hold pairs of turn numbers')
        first, last = map(int, ends)
        if not first <= last < n:
            raise ValueError(f"the turns {first} to {last} are not among the meeting's {n}")
        numbers.update(range(first, last + 1))
    if not numbers:
        raise ValueError('"relevant_text_span" is empty')
    return sorted(numbers)
