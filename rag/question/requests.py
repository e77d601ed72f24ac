"""What comes in, made fit to work with, or refused with a word on what to write instead."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

import numpy as np

from index.home.rows import SourceRow
from index.search.snapshot import Snapshot
from index.types import Ids
from rag.errors import QuestionError
from rag.settings import LIMITS
from rag.types import Json

MAX_QUESTION = 4_000  # code points
MAX_HITS = 1_000  # passages that a search may ask for


def clean_question(question: str) -> str:
    """The question without what no text can hold. Raises QuestionError."""
    return _cleaned(question, "question", "what you want to know")


def clean_query(query: str) -> str:
    """The same for what is searched for."""
    return _cleaned(query, "query", "what to look for")


def _cleaned(text: str, name: str, wanted: str) -> str:
    if len(text) > MAX_QUESTION:
        raise QuestionError(f"the {name} is longer than {MAX_QUESTION} characters; shorten it")
    clean = scrub(text).strip()
    if not any(map(str.isalnum, clean)):
        raise QuestionError(f"the {name} is empty: write {wanted}")
    return clean


def scrub(text: str) -> str:
    """NUL and lone surrogates, which no text can hold, become U+FFFD."""
    return (
        text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "\ufffd")
    )


def check_mode(mode: str) -> str:
    if mode not in {"extractive", "llm"}:
        raise QuestionError('mode must be "extractive" or "llm"')
    return mode


def check_max_error(max_error: float) -> float:
    low, high = LIMITS["max_error"]
    if not low <= max_error <= high:
        raise QuestionError(f"max_error must be from {low:g} (off) to {high:g}")
    return max_error


def passages_of(filter: Json | None, snapshot: Snapshot) -> Ids | None:
    """Ids of the passages that a filter lets through; None for all. Raises QuestionError."""
    if filter is None:
        return None
    wanted = filter.get("documents") if isinstance(filter, dict) else None
    if (
        not isinstance(wanted, list)
        or set(filter) != {"documents"}
        or not all(isinstance(one, str) for one in wanted)
    ):
        raise QuestionError('a filter is {"documents": ["an id, a path or a pattern of paths", …]}')
    chosen = {
        row.document_id
        for row in snapshot.catalogue.sources(snapshot.version)
        if any(is_named(row, one, snapshot.names) for one in wanted)
    }
    return np.array(snapshot.catalogue.passage_ids(sorted(chosen), snapshot.version), np.int64)


def is_named(row: SourceRow, name: str, uploads: Mapping[str, str]) -> bool:
    """Whether a name is a document's id, its path, or a pattern of its path; of an upload, in
    place of its path, the name that ``uploads`` has for it."""
    path = row.source.path
    shown = uploads.get(path, path)
    if name in (row.document_id, path, shown) or fnmatchcase(shown, name):
        return True
    return name.startswith("/") and name == f"{row.source.root.rstrip('/')}/{path}"
