"""Engines over documents of a test's own, and the rule that every answer must keep."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from index.store import Index
from index.types import Embedder
from rag.engine import Engine
from rag.reader.kit import similarity
from rag.settings import Settings
from rag.types import Json, Writer


def no_writer(settings: Settings) -> Writer:
    raise AssertionError(f"nothing here may ask an LLM: {settings.llm_model}")


def open_engine(
    home: Path,
    embedder: Embedder,
    *,
    settings: Settings | None = None,
    threshold: float | None = None,
    writer: Callable[[Settings], Writer] = no_writer,
) -> Engine:
    """An engine over a home; with threshold 0 it answers whatever it finds."""
    kit = similarity()
    if threshold is not None:
        kit = similarity(replace(kit.model, threshold=threshold))
    return Engine(Index.open(home, lambda: embedder), settings or Settings(), kit, writer)


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    return folder


def is_exact(engine: Engine, citation: Json) -> bool:
    """Whether a citation, or a hit, is the stored text, by nothing but the stored text."""
    document = engine.document(citation["document_id"])
    assert document is not None
    here = document.text[citation["start_char_index"] : citation["end_char_index"]]
    quote = citation.get("cited_text", citation.get("text"))
    sha256 = hashlib.sha256(document.text.encode()).hexdigest()
    paths = {source.path for source in document.sources}
    return bool(
        quote
        and here == quote
        and sha256 == citation["text_sha256"]
        and citation["path"] in paths
        and citation["document_title"] == document.title
    )


def faults(engine: Engine, answer: Json) -> list[str]:
    """What of an answer does not keep the rules of every extractive answer."""
    citations, sentences, reason = answer["citations"], answer["sentences"], answer["reason"]
    nearest = reason["nearest"] if reason else []
    quotes = [citation["cited_text"] for citation in citations]
    texts = [sentence["text"] for sentence in sentences]
    rules = {
        "citations exact": all(is_exact(engine, one) for one in citations),
        "nearest exact": all(is_exact(engine, one) for one in nearest),
        "nearest numbered": _numbers(nearest) == list(range(1, len(nearest) + 1)),
        "citations numbered": _numbers(citations) == list(range(1, len(citations) + 1)),
        "sentences are quotes": texts == quotes,
        "sentences name their quote": [one["citations"] for one in sentences]
        == [[one["number"]] for one in citations],
        "not too many": len(sentences) <= engine.settings.max_sentences,
        "no question quoted": not any(quote.rstrip().endswith("?") for quote in quotes),
        "no quote twice": len(set(quotes)) == len(quotes),
        "highlights inside": all(_inside(one["highlight"], one["text"]) for one in sentences),
        "text is that of the sentences": bool(not sentences and answer["status"] == "info")
        or answer["text"] == " ".join(f"{text} [{n}]" for n, text in enumerate(texts, start=1)),
        "chances": all(0 <= one["confidence"] <= 1 for one in (answer, *sentences)),
        "verified": engine.verify(answer)["holds"],
    }
    return [name for name, kept in rules.items() if not kept]


def _numbers(citations: Iterable[Json]) -> list[int]:
    return [citation["number"] for citation in citations]


def _inside(mark: Json | None, text: str) -> bool:
    if mark is None:
        return True
    marked = text[mark["start"] : mark["end"]]
    return 0 <= mark["start"] < mark["end"] <= len(text) and marked == marked.strip()
