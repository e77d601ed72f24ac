"""Documents, hits and the index's state in the form that leaves the program."""

from __future__ import annotations

from collections.abc import Sequence, Set

from index.passages.outline import columns, place
from index.search.snapshot import Snapshot
from index.types import About, Document, Hit, Passage
from rag.types import IndexState, Json

NAMED = 5  # paths in a warning
LISTED = 20  # documents named in an answer about the collection
OPENINGS = {  # of the reply to small talk
    "greeting": "Hello.",
    "thanks": "You are welcome.",
    "goodbye": "Goodbye.",
    "agreed": "Good.",
}
TOPICS = (*OPENINGS, "documents", "updated")  # of ``about_collection``


def describe_hits(hits: Sequence[Hit], read: Sequence[tuple[Document, Passage]]) -> list[Json]:
    """Ranked hits with the place and text of their passages."""
    described = []
    for rank, (hit, (document, passage)) in enumerate(zip(hits, read, strict=True), start=1):
        where = place(document, passage.span)
        described.append(
            {
                "rank": rank,
                "score": round(hit.score, 6),
                "source": hit.source,
                "passage_id": passage.id,
                "document_id": document.id,
                "document_title": document.title,
                "path": document.path,
                "page": where.page,
                "unit": where.unit,
                "section": where.section,
                "columns": columns(document, passage.span),  # of the row that it begins with
                "speaker": where.speaker,
                "date": where.date,
                "start_char_index": passage.span.start,
                "end_char_index": passage.span.end,
                "text": document[passage.span],
                "text_sha256": document.text_sha256,
            }
        )
    return described


def describe_document(document: Document) -> Json:
    """What is known of a document, without its text."""
    return {
        "id": document.id,
        "title": document.title,
        "path": document.path,
        "sources": [{"root": one.root, "path": one.path} for one in document.sources],
        "media_type": document.media_type,
        "date": document.date,
        "date_from": document.about.date_from,
        "language": document.about.language,
        "coverage": coverage_of(document.about),
        "characters": len(document.text),
        "text_sha256": document.text_sha256,
        "file_sha256": document.file_sha256,
        "warnings": list(document.warnings),
    }


def coverage_of(about: About) -> Json | None:
    """How much of a file was read; None where it has no pages, slides or the like."""
    if not about.unit:
        return None
    return {
        "unit": about.unit,
        "total": about.total,
        "unread": list(about.unread),
        "recognised": list(about.recognised),
    }


def partly_read(snapshot: Snapshot) -> tuple[str, ...]:
    """A warning where pages of documents gave no text: what is asked for may stand there."""
    found = snapshot.catalogue.partly_read(snapshot.version)
    if not found:
        return ()
    named = [
        f"{snapshot.names.get(path, path)} ({_unread(about)})" for path, about in found[:NAMED]
    ]
    more = f" and {len(found) - NAMED} more documents" if len(found) > NAMED else ""
    return (f"not all could be read, and the answer may stand there: {', '.join(named)}{more}",)


def in_other_languages(languages: Set[str]) -> tuple[str, ...]:
    """A warning for what is not English, where there is any."""
    if not languages:
        return ()
    return (
        f"Text in {' and '.join(sorted(languages))} was read for this. How often an answer from "
        "such text is wrong is not known: it was measured on English texts only.",
    )


def _unread(about: About) -> str:
    return f"{len(about.unread)} of {counted(about.total, about.unit or 'page')}"


def counted(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"


def state_of(snapshot: Snapshot) -> IndexState:
    return IndexState(
        snapshot.fingerprint, snapshot.version, snapshot.n_documents, snapshot.n_passages
    )


def left_out(snapshot: Snapshot) -> tuple[str, ...]:
    """A warning where documents were found damaged and are not answered from."""
    if not snapshot.left_out:
        return ()
    names = ", ".join(snapshot.left_out[:NAMED])
    more = f" and {len(snapshot.left_out) - NAMED} more" if len(snapshot.left_out) > NAMED else ""
    return (
        f"damaged on disk and left out: {names}{more}; 'citewell index' on their folder reads "
        "them again",
    )


def collection_text(topic: str, snapshot: Snapshot) -> str:
    """What is said of the collection at a version, from the catalogue alone; ``topic`` is one of
    ``TOPICS``."""
    documents, passages = snapshot.n_documents, counted(snapshot.n_passages, "passage")
    count = counted(documents, "document")
    if topic in OPENINGS:
        return (
            f"{OPENINGS[topic]} Ask a question about the {count} in this index; "
            "the answer is quoted from them, or you are told that they do not say."
        )
    if not documents:
        return "The index holds no documents yet. Run 'citewell index FOLDER' first."
    if topic == "updated":
        changed = snapshot.changed
        when = f"was last changed on {changed}" if changed else "does not say when it was changed"
        return f"The index {when}. It holds {count} in {passages}."
    page = snapshot.documents(LISTED)
    names = [one.path if one.title in one.path else f"{one.title} ({one.path})" for one in page]
    more = f" and {documents - len(page)} more" if documents > len(page) else ""
    return f"The index holds {count} in {passages}: {', '.join(names)}{more}."
