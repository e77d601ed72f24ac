"""MTRAG: conversations over documents, with each question rewritten by people to stand alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from evals.data.files import as_stored, file_named, files_in, sha256_of, unique
from evals.fields import as_object, at, decode, json_lines, objects, parse, read_bytes, text, typed
from evals.types import EvalError, EvalSet, FollowUp, SetInfo
from rag.types import Json, Turn

TASKS = "retrieval_tasks"
# Ours is a copy of the second, under another name.
HUMAN = ("human_subset.json", "evaluations/reference_subset_with_human_evaluations.json")


def load_mtrag(path: Path, split: str | None = None) -> EvalSet[FollowUp]:  # noqa: ARG001
    """The folder ``human`` of the data set, or one of the files of its ``evaluations``.

    Such a file holds tasks (a conversation up to a question of the user), and for each the
    passages that answer. The rewrites stand in ``retrieval_tasks``. The four corpora are not
    needed: the texts are the passages that the tasks of the file name. Tasks without one
    (unanswerable, or small talk) are left out, as in the data set's own retrieval tasks.
    """
    file, folder = _places(path)
    data = read_bytes(file)
    rewrites, hashed = _rewrites(folder)
    with at(str(file)):
        whole = as_object(parse(decode(data)))
        documents, tasks = objects(whole, "documents"), objects(whole, "tasks")
    paths, texts = _pool(file, documents)
    found = list(_follow_ups(file, tasks, paths, rewrites))
    if not found:
        raise EvalError(f"{file} holds no question with passages that answer it")
    note = (
        f"Searched: the {len(texts)} passages that this file's tasks name, and not the data "
        "set's corpora; only differences can be compared with figures in print."
    )
    info = SetInfo(file.stem, "mtrag", sha256_of(data, *hashed))
    return EvalSet(info, unique(found), texts, (note,))


def _places(path: Path) -> tuple[Path, Path]:
    """The file with the tasks, and the folder with the rewrites."""
    if not path.is_dir():
        near = [folder / TASKS for folder in path.absolute().parents[:2]]
        return path, next((one for one in near if one.is_dir()), near[0])
    file = next((path / name for name in HUMAN if (path / name).is_file()), None)
    if file is None:
        raise EvalError(f"{path} holds neither {HUMAN[0]} nor {HUMAN[1]}; give one of them")
    return file, path / TASKS


def _rewrites(folder: Path) -> tuple[dict[str, str], list[bytes]]:
    files = files_in(folder, "*/*_rewrite.jsonl")
    if not files:
        raise EvalError(f"{folder} holds no */*_rewrite.jsonl: the questions rewritten by people")
    data = [read_bytes(file) for file in files]
    found: dict[str, str] = {}
    for file, content in zip(files, data, strict=True):
        for place, row in json_lines(file, content):
            with at(place):
                found[text(row, "_id")] = text(row, "text").removeprefix("|user|:").strip()
    return found, data


def _pool(file: Path, documents: Sequence[Json]) -> tuple[dict[str, str], dict[str, str]]:
    """Id -> path and path -> text; passages with the very same text share one file."""
    by_text: dict[str, str] = {}
    paths: dict[str, str] = {}
    for number, row in enumerate(documents):
        with at(f"{file}, document {number}"):
            name, stored = text(row, "document_id"), as_stored(text(row, "text"))
        paths[name] = by_text.setdefault(stored, file_named(name))
    return paths, {path: stored for stored, path in by_text.items()}


def _follow_ups(
    file: Path, tasks: Sequence[Json], paths: dict[str, str], rewrites: dict[str, str]
) -> Iterator[tuple[str, FollowUp]]:
    for number, row in enumerate(tasks):
        place = f"{file}, task {number}"
        with at(place):
            name = text(row, "task_id")
            turns = [_turn(one) for one in objects(row, "input")]
            wanted = [text(one, "document_id") for one in objects(row, "contexts")]
            if unknown := next((one for one in wanted if one not in paths), None):
                raise ValueError(f'the passage "{unknown}" is not among the documents')
            if not wanted:
                continue
            if not turns or turns[-1].role != "user":
                raise ValueError("the conversation does not end with the user")
            if name not in rewrites:
                raise ValueError(f'"{name}" has no rewrite in {TASKS}')
        relevant = frozenset(paths[one] for one in wanted)
        *history, last = turns
        group = name.partition("<::>")[0]
        task = FollowUp(name, group, last.content, rewrites[name], tuple(history), relevant)
        yield place, task


def _turn(row: Json) -> Turn:
    speaker, said = text(row, "speaker"), typed(row, "text", str, "a text")
    if speaker not in ("user", "agent"):
        raise ValueError(f'"speaker" is "{speaker}"; it can be "user" or "agent"')
    return Turn("user" if speaker == "user" else "assistant", said)
