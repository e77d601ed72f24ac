"""The index: opened on a home and brought up to date. How it is read is in search/versions.py."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from index.errors import DamageError, HomeError
from index.folder.exclusions import Exclusions
from index.folder.survey import Scope
from index.folder.uploads import Upload, Uploads
from index.folder.walk import Rules, is_mounted
from index.home.catalogue import Catalogue
from index.home.lock import writer_lock
from index.home.repair import Damage, mend_lists
from index.home.rows import SourceRow
from index.ingest import Ingest, Progress
from index.report import FileReport, Reports
from index.sandbox.box import Sandbox
from index.sandbox.recognise import MOST_PAGES, SCANNED, Ocr, parse_with, words_on
from index.search.versions import PARTS, Versions
from index.types import Embedder, Parsed
from index.writer import Writer

Parse = Callable[[bytes, str], Parsed]

LOCK_WAIT_S = 1.0  # a reader that brings the BM25 index up holds the lock for a moment


class Index(Versions):
    """A home folder. Opening it loads no model; the first search or new file does."""

    def __init__(
        self,
        home: Path,
        catalogue: Catalogue,
        load_embedder: Callable[[], Embedder],
        parse: Parse | None = None,
    ) -> None:
        super().__init__(home, catalogue, load_embedder)
        self._parse = parse
        self._lists_checked = False

    @classmethod
    def open(
        cls, home: Path, load_embedder: Callable[[], Embedder], parse: Parse | None = None
    ) -> Index:
        """``parse`` reads files in this process; without it a process of its own does.

        Raises HomeError (and MismatchError, NewerFormatError) where the home cannot be used.
        """
        index = cls(home, Catalogue.open(home), load_embedder, parse)
        index._check()
        return index

    def update(
        self,
        scopes: Sequence[Scope],
        rules: Rules,
        *,
        prune: bool = False,
        progress: Callable[[Progress], None] = lambda _: None,
        ocr: Ocr | None = None,
    ) -> Reports:
        """Makes the index what the files in ``scopes`` are now; with ``ocr`` also what pictures
        of pages show, of files too that were indexed without it.

        Raises LockedError while another process writes, HomeError where the disk is full,
        WorkerError where the process that reads files does not start, OcrError where the program
        that recognises text is missing.
        What was committed before an error or an interruption stays.
        """
        with self._writing() as writer:
            return self._update(writer, scopes, rules, prune=prune, progress=progress, ocr=ocr)

    def upload(
        self,
        upload: Upload,
        rules: Rules,
        progress: Callable[[Progress], None] = lambda _: None,
        ocr: Ocr | None = None,
    ) -> FileReport:
        """Stores a file that was sent, and indexes it; nothing is kept of one that is skipped.

        Raises what ``update`` does.
        """
        uploads = Uploads(self.home)
        path = uploads.path_of(upload)
        with self._writing() as writer:
            try:
                uploads.store(upload)
                reports = self._update(writer, (), rules, progress=progress, ocr=ocr)
            finally:
                known = writer.catalogue.source_at(str(path))
                if known is None:
                    uploads.delete(path)
            for one in reports:
                if one.path == str(path):
                    return one
        return FileReport(str(path), "unchanged", document_id=known.document_id if known else None)

    def _update(
        self,
        writer: Writer,
        scopes: Sequence[Scope],
        rules: Rules,
        *,
        prune: bool = False,
        progress: Callable[[Progress], None] = lambda _: None,
        ocr: Ocr | None = None,
    ) -> Reports:
        with self._reading(ocr) as parse:

            def ingest() -> Reports:
                again = _unread(writer.catalogue) if ocr else {}
                run = Ingest(
                    writer.catalogue,
                    lambda: self._embedder_of_home(writer.catalogue),
                    rules,
                    frozenset(Exclusions(self.home).all()),
                    prune,
                    progress,
                    writer.after_commit,
                    parse,
                    again,
                )
                return run.run([*self._unsettled(writer.catalogue, again), *scopes])

            try:
                try:
                    reports = ingest()
                except DamageError:
                    writer.mend()
                    reports = ingest()
                self._find_again(writer, scopes)
                return reports
            except (OSError, sqlite3.Error) as error:  # of what a run notes in temporary files
                raise HomeError(
                    f"the run was ended by an error ({error}): see that the disk of the home "
                    f"and that of temporary files ({tempfile.gettempdir()}) have room, then run "
                    "'citewell index' again"
                ) from error

    def _unsettled(self, catalogue: Catalogue, again: Container[str]) -> list[Scope]:
        """Uploads that an earlier run did not come to the end of, or that are read again."""
        uploads = Uploads(self.home)
        rows = list(catalogue.sources_under(str(uploads.folder)))
        paths = uploads.unsettled({row.source.file for row in rows})
        paths = [*paths, *(row.source.file for row in rows if row.document_id in again)]
        return [Scope(uploads.folder, path) for path in paths]

    def locate(
        self, data: bytes, name: str, ocr: Ocr | None = None, pages: Sequence[int] = ()
    ) -> Parsed:
        """A file's text with its origins, by ``ocr`` also that in the pictures of these pages.
        Raises ReadError, WorkerError."""
        if self._parse is not None:
            return self._parse(data, name)
        with Sandbox() as box:
            words = words_on(box, ocr, data, name, pages)[0] if ocr and pages else None
            return box.locate(data, name, words)

    @contextmanager
    def _reading(self, ocr: Ocr | None) -> Iterator[Parse]:
        """Its process starts with the first file that has to be read."""
        if self._parse is not None:
            yield self._parse
            return
        with Sandbox() as box:
            yield parse_with(box, ocr)

    def _find_again(self, writer: Writer, scopes: Sequence[Scope]) -> None:
        """Folders that had lost their last changes and were looked at as a whole."""
        lost = writer.catalogue.lost_roots()
        seen = [scope.root for scope in scopes if scope.within is None and is_mounted(scope.root)]
        found = [one for one in lost if any(Path(one).is_relative_to(root) for root in seen)]
        if found or (lost == [""] and seen):
            with writer.catalogue.commit() as commit:
                commit.find_again(found)

    def remove(self, rows: Sequence[SourceRow]) -> None:
        """Takes files out of the index; uploads are deleted, what is still there in a folder is
        excluded from now on."""
        exclusions, uploads = Exclusions(self.home), Uploads(self.home)
        with self._writing() as writer:
            now = datetime.now(UTC).isoformat(timespec="seconds")
            for row in rows:
                path = row.source.file
                if uploads.holds(path):
                    uploads.delete(path)
                elif path.exists():
                    exclusions.add(path, now)
            with writer.catalogue.commit() as commit:
                for row in rows:
                    commit.remove_source(row)

    def mend(self) -> list[Damage]:
        """Looks at every row; what is damaged is set aside and named. Raises LockedError,
        HomeError where the file itself is broken."""
        with self._lock:
            with self._writing(tidy=False) as writer:
                damages = writer.mend()
            if self._follower is not None and self._snapshot is not None:
                self._bring_up(wait=False)  # else the next question would meet the damage again
        return damages

    @contextmanager
    def _writing(self, *, tidy: bool = True) -> Iterator[Writer]:
        """Holds the writer's lock; what an earlier fault took from the catalogue is mended."""
        with writer_lock(self.home, wait_s=LOCK_WAIT_S), Writer.open(self.home) as writer:
            with self._lock:
                self._reopen()
            if not self._lists_checked:
                mend_lists(writer.catalogue, "sources")
                self._lists_checked = True
            if writer.has_lost_commits():
                writer.mend()
            yield writer
            if tidy:
                self._tidy(writer)

    def _tidy(self, writer: Writer) -> None:
        """Derived indexes brought up; what nobody reads any more cleared away."""
        writer.bring_up(self._dimension())
        if self._snapshot is not None:  # else it would keep alive what it was made from
            with self._lock:
                self._bring_up(wait=False)
        writer.collect()

    def _embedder_of_home(self, catalogue: Catalogue) -> Embedder:
        """The embedder, its fingerprint and ours written into a home that has none."""
        embedder = self.embedder
        if catalogue.meta("embedder") is None:
            with catalogue.commit() as commit:
                commit.set_meta("embedder", embedder.fingerprint)
                commit.set_meta("dimension", str(embedder.dimension))
                commit.set_meta("chunker", PARTS["chunker"])
                commit.set_meta("readers", "")  # until there are files
        return embedder


def _unread(catalogue: Catalogue) -> dict[str, tuple[int, ...]]:
    """Pages without text, by document, that recognising may still give a text."""
    found = catalogue.partly_read_of(SCANNED, catalogue.version())
    return {id: about.unread for id, about in found.items() if len(about.recognised) < MOST_PAGES}
