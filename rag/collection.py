"""The documents of a home: brought up to date, listed, taken out, and proof of what they say."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path

from index.errors import ReadError
from index.folder.exclusions import Exclusions
from index.folder.files import read_file
from index.folder.survey import Scope
from index.folder.uploads import Upload, Uploads, named
from index.folder.walk import UPLOADS, Rules, is_utf8, resolve
from index.home.rows import SourceRow
from index.ingest import Progress
from index.report import Summary
from index.sandbox.recognise import Ocr
from index.store import Index
from index.types import Document, Origin, Span
from rag.answer.describe import TOPICS, collection_text, describe_document, state_of
from rag.answer.places import PLACE_SCHEMA, found_again, pages_of, spots
from rag.answer.proof import Stored, hash_of_file, verify
from rag.errors import QuestionError
from rag.question.requests import is_named
from rag.reader.cache import DocumentCache
from rag.settings import Settings
from rag.types import IndexState, Json

KEPT_DOCUMENTS = 64
AT_A_TIME = 64  # documents in memory while all are gone through
MOST_RECOGNISED = 3  # pages of a scan, to find one quote's place


def ocr_of(settings: Settings) -> Ocr:
    """How text in pictures is recognised, where it is."""
    return Ocr(settings.ocr_languages, settings.threads)


class Collection:
    """What is indexed in a home. It loads no reader; indexing loads the embedder."""

    def __init__(self, index: Index, settings: Settings) -> None:
        self.index = index
        self.settings = settings
        self._documents = DocumentCache(KEPT_DOCUMENTS)

    def close(self) -> None:
        self.index.close()

    def follow(self) -> None:
        """Makes new versions ready beside the questions, for a program that goes on for long."""
        self.index.follow()

    def documents(self, limit: int = 100, after: str | None = None) -> Json:
        """A page of the documents in the order of their ids."""
        snapshot = self.index.snapshot()
        page = snapshot.documents(limit + 1, after)
        return {
            "schema": "citewell.documents/1",
            "documents": [
                describe_document(one)
                | {"passages": len(snapshot.catalogue.passage_ids([one.id], snapshot.version))}
                for one in page[:limit]
            ],
            "next": page[limit - 1].id if len(page) > limit else None,
            "index": state_of(snapshot).to_dict(),
        }

    def document(self, id: str) -> Document | None:
        snapshot = self.index.snapshot()
        return self._documents.find(snapshot, id)

    def texts(self) -> Iterator[str]:
        """The text of every document of one version, in the order of their ids."""
        snapshot = self.index.snapshot()
        after = None
        while page := snapshot.documents(AT_A_TIME, after):
            yield from (document.text for document in page)
            after = page[-1].id

    def path_of(self, document_id: str) -> str:
        document = self.document(document_id)
        return "" if document is None else document.path

    def index_paths(
        self,
        paths: Sequence[Path],
        progress: Callable[[Progress], None] = lambda _: None,
        *,
        prune: bool = False,
        first: Sequence[Scope] = (),
    ) -> Summary:
        """Brings the index up to date with the files, ``first`` before the others. Raises
        index.errors."""
        roots = [self._root(path, prune=prune) for path in paths]
        scopes = [*first, *(Scope(root) for root in roots)]
        return self.index_scopes(scopes, progress, prune=prune)

    def index_scopes(
        self,
        scopes: Sequence[Scope],
        progress: Callable[[Progress], None] = lambda _: None,
        *,
        prune: bool = False,
    ) -> Summary:
        """The same for parts of folders, such as what a watcher saw change."""
        reports = self.index.update(
            scopes, self.rules, prune=prune, progress=progress, ocr=self.ocr
        )
        return Summary(reports, self._state().to_dict())

    @property
    def rules(self) -> Rules:
        """Which files are taken."""
        settings = self.settings
        return Rules(settings.max_file_mb * 1_000_000, settings.hidden, self.index.home)

    @property
    def ocr(self) -> Ocr | None:
        """None where text in pictures is not asked for."""
        return ocr_of(self.settings) if self.settings.ocr else None

    def _root(self, path: Path, *, prune: bool) -> Path:
        """Raises ReadError for what is not there, unless it was indexed and is to be pruned, and
        for what lies in the home: the catalogue would stand among the files it is made from."""
        try:
            root = resolve(path)
        except ReadError:
            gone = path.expanduser().resolve()
            if gone.exists() or not is_utf8(str(gone)) or not self._knows(gone):
                raise
            if prune:
                return gone
            raise ReadError(
                f"{path} is not there; what was indexed from it is kept. Mount it again, or "
                "take its documents out of the index with --prune"
            ) from None
        home = self.index.home.resolve()
        if root.is_relative_to(home) and not root.is_relative_to(home / UPLOADS):
            raise ReadError(
                f"{path} cannot be indexed: {home} is the home of the index, and nothing in it is "
                "read. Name another home with --home or CITEWELL_HOME"
            )
        return root

    def _knows(self, path: Path) -> bool:
        return next(self.index.catalogue.sources_under(str(path)), None) is not None

    def upload(
        self, sent: Upload, progress: Callable[[Progress], None] = lambda _: None
    ) -> tuple[Document, bool]:
        """Takes in a file that was sent; its document, and whether that is a new one.

        Raises ReadError for one that cannot be read, of which nothing is kept, and what
        ``Index.upload`` raises.
        """
        before = self.index.catalogue.version()
        path = Uploads(self.index.home).path_of(sent)
        known = self.index.catalogue.source_at(str(path))
        warnings: tuple[str, ...] = ()
        if known is not None and path.exists() and not self._may_read_more(known.document_id):
            id = known.document_id
        else:
            report = self.index.upload(sent, self.rules, progress, self.ocr)
            if report.document_id is None or report.status == "skipped":
                raise ReadError(report.reason or "the file was not indexed: send it again")
            id, warnings = report.document_id, report.warnings
        document = self._stored(id)
        is_new = self.index.catalogue.document(id, before) is None
        return replace(document, warnings=warnings or document.warnings), is_new

    def _may_read_more(self, document_id: str) -> bool:
        """Whether text in pictures is asked for, and there are pages without text."""
        return self.ocr is not None and bool(self._stored(document_id).about.unread)

    def delete(self, document_id: str) -> bool:
        """Takes a document out of the index; whether there was one.

        Its upload is deleted; its files that are in a folder are excluded from now on.
        """
        rows = self.index.catalogue.files_of(document_id)
        if rows:
            self.index.remove(rows)
        return bool(rows)

    def locate(self, document_id: str, span: Span) -> Json | None:
        """Where in its file a stretch of a document stands; None where there is no document.

        The file is read again for it. Of one that changed, only what the index knows is said.
        Raises QuestionError for a stretch that is not the document's.
        """
        document = self.document(document_id)
        if document is None:
            return None
        if not 0 <= span.start < span.end <= len(document.text):
            raise QuestionError(
                f"start and end must be a stretch of the text's {len(document.text)} characters"
            )
        origins = self._origins(document, span)
        return {
            "schema": PLACE_SCHEMA,
            "document_id": document.id,
            "path": document.path,
            "file_changed": origins is None,
            "places": [one.to_dict() for one in spots(document, span, origins or ())],
        }

    def _origins(self, document: Document, span: Span) -> Sequence[Origin] | None:
        """From the first of its files that is as it was; None where none is, and none where
        it is not read as it was."""
        for source in document.sources:
            with suppress(ReadError):
                data = read_file(source.file, self.settings.max_file_mb * 1_000_000)
                if hashlib.sha256(data).hexdigest() == document.file_sha256:
                    return self._read_again(document, span, data, source.name)
        return None

    def _read_again(
        self, document: Document, span: Span, data: bytes, name: str
    ) -> Sequence[Origin]:
        """Of a scan only the span's own pages are recognised anew, which takes seconds each."""
        pages = pages_of(document, span)
        scanned = sorted(pages.intersection(document.about.recognised))[:MOST_RECOGNISED]
        with suppress(ReadError):
            parsed = self.index.locate(data, name, ocr_of(self.settings), scanned)
            if parsed.text == document.text:
                return parsed.origins
            if document.about.recognised:
                return found_again(document, span, parsed, pages)
        return ()

    def _stored(self, document_id: str) -> Document:
        """As it was committed last, whatever version questions are answered from."""
        catalogue = self.index.catalogue
        document = catalogue.document(document_id, catalogue.version())
        if document is None:
            raise ReadError("the file was taken out of the index again meanwhile: send it again")
        return named(document, Uploads(self.index.home).names_or_none())

    def include(self, paths: Sequence[Path]) -> list[str]:
        """Takes back the exclusions of files, or of all below folders; which these were."""
        exclusions = Exclusions(self.index.home)
        return [one for path in paths for one in exclusions.lift(path.expanduser().resolve())]

    def remove(self, names: Sequence[str]) -> Json:
        """Takes documents out of the index by id, path or pattern of paths.

        Files that are still in their folder are excluded from now on; uploads are deleted.
        Raises QuestionError for a name that is nothing's.
        """
        catalogue = self.index.catalogue
        uploads = Uploads(self.index.home).names()
        rows: dict[int, SourceRow] = {}
        for name in names:
            at = catalogue.source_at(str(Path(name).expanduser().absolute()))
            found = [at] if at else []
            found += [
                row
                for row in catalogue.sources(catalogue.version())
                if is_named(row, name, uploads)
            ]
            if not found:
                raise QuestionError(
                    f"no document is called {name!r}: give its file, its path below the folder "
                    "that was indexed, a pattern such as '*/notes.md', or its id"
                )
            rows |= {row.id: row for row in found}
        self.index.remove(list(rows.values()))
        places = [row.source.file for row in rows.values()]
        return {
            "schema": "citewell.rm/1",
            "removed": [
                {
                    "path": uploads.get(place.name, str(place)),
                    "document_id": row.document_id,
                    "excluded": place.exists(),
                }
                for row, place in zip(rows.values(), places, strict=True)
            ],
            "index": self._state().to_dict(),
        }

    def verify(self, answer: Json) -> Json:
        """Whether each citation of an answer object holds against the stored text."""
        snapshot = self.index.snapshot()

        @cache
        def find(id: str) -> Stored | None:
            document = snapshot.document(id)
            if document is None:
                return None
            ever = snapshot.catalogue.sources_of(id, None)
            now = hash_of_file(document.sources, self.settings.max_file_mb * 1_000_000)
            return Stored(document, ever, now)

        def info() -> list[str]:
            return [collection_text(topic, snapshot) for topic in TOPICS]

        return verify(answer, find, info)

    def _state(self) -> IndexState:
        state = self.index.catalogue.state()
        return IndexState(self.index.fingerprint, state.version, state.documents, state.passages)
