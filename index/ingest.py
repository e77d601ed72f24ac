"""Brings the catalogue up to date with the files: plans by hash, embeds, commits in batches."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from index.catalogue import Catalogue, SourceRow
from index.chunk import Draft, chunk, embedding_text
from index.errors import ReadError
from index.folder import Found, Scan, read_file, scan
from index.readers import media_type, parse
from index.types import Document, Embedder, Source

BATCH_PASSAGES = 256  # embedded and committed together


@dataclass(frozen=True, slots=True)
class FileReport:
    path: str
    status: str  # "indexed", "unchanged", "renamed", "removed", "skipped"
    reason: str | None = None
    document_id: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    files: int
    of: int
    passages: int


@dataclass(slots=True)
class _Job:
    """One file's text, cut and waiting to be embedded."""

    document: Document
    drafts: list[Draft]
    row: SourceRow
    replaces: SourceRow | None

    @property
    def contents(self) -> set[str]:
        """Hashes of the files that it brings in or takes out: not to be looked up before."""
        return {self.row.file_sha256, *([self.replaces.file_sha256] if self.replaces else [])}


@dataclass(slots=True)
class Ingest:
    """One run over some paths; the caller holds the writer's lock."""

    catalogue: Catalogue
    embedder: Callable[[], Embedder]
    max_bytes: int
    progress: Callable[[Progress], None] = lambda _: None
    reports: list[FileReport] = field(default_factory=list)
    _jobs: list[_Job] = field(default_factory=list)
    _passages: int = 0

    def run(self, paths: Sequence[Path]) -> list[FileReport]:
        """Indexes what is new or changed under ``paths``, removes what is gone from them."""
        files = scan(paths, self.max_bytes)
        known = dict(self._known(paths))
        for done, found in enumerate(files.found):
            self.progress(Progress(done, len(files.found), self._passages))
            self._take(found, known.get(found.path))
            if sum(len(job.drafts) for job in self._jobs) >= BATCH_PASSAGES:
                self._commit()
        self._commit()
        self._leave(files, known, paths)
        self.progress(Progress(len(files.found), len(files.found), self._passages))
        return self.reports

    def _known(self, paths: Sequence[Path]) -> Iterator[tuple[Path, SourceRow]]:
        """What the catalogue has from under ``paths``, by absolute path."""
        for row in self.catalogue.sources(self.catalogue.version()):
            where = Path(row.source.root, row.source.path)
            if any(where == path or where.is_relative_to(path) for path in paths):
                yield where, row

    def _take(self, found: Found, known: SourceRow | None) -> None:
        if known and (known.size, known.mtime_ns) == (found.size, found.mtime_ns):
            self._report(found.path, "unchanged", document_id=known.document_id)
            return
        try:
            data = read_file(found.path, self.max_bytes)
            sha256 = hashlib.sha256(data).hexdigest()
            if known and known.file_sha256 == sha256:
                self._report(found.path, "unchanged", document_id=known.document_id)
            elif not self._add_twin(found, known, sha256):
                self._prepare(found, known, data, sha256)
        except ReadError as error:
            self._skip(found.path, str(error), known)

    def _add_twin(self, found: Found, known: SourceRow | None, sha256: str) -> bool:
        """Whether the same content is there already: one document, one more source."""
        if any(sha256 in job.contents for job in self._jobs):
            self._commit()
        twin = self.catalogue.find_file(sha256, self.catalogue.version())
        if twin is None:
            return False
        with self.catalogue.commit() as version:
            if known:
                self._remove_source(known, version)
            self.catalogue.add_source(_row(found, twin, sha256), version)
        others = self.catalogue.sources_of(twin, self.catalogue.version())
        gone = any(not Path(one.root, one.path).exists() for one in others)
        self._report(found.path, "renamed" if gone else "indexed", document_id=twin)
        return True

    def _prepare(self, found: Found, known: SourceRow | None, data: bytes, sha256: str) -> None:
        parsed = parse(data, found.path.name)
        embedder = self.embedder()
        document = Document(
            id=self._id(found.source, known, sha256),
            sources=(found.source,),
            title=parsed.title or found.path.name,
            media_type=media_type(found.path.name) or "",
            text=parsed.text,
            sections=parsed.sections,
            date=parsed.date,
            file_sha256=sha256,
            text_sha256=hashlib.sha256(parsed.text.encode()).hexdigest(),
            warnings=parsed.warnings,
        )
        drafts = list(
            chunk(parsed.text, parsed.sections, count=embedder.count, window=embedder.window)
        )
        self._jobs.append(_Job(document, drafts, _row(found, document.id, sha256), known))

    def _id(self, source: Source, known: SourceRow | None, sha256: str) -> str:
        """The known document's id where it is this source's alone, else one never given before."""
        version = self.catalogue.version()
        if known and len(self.catalogue.sources_of(known.document_id, version)) == 1:
            return known.document_id
        for salt in range(1_000_000):
            name = f"{source.path}\0{sha256}\0{salt}".encode()
            new = hashlib.sha256(name).hexdigest()[:16]
            if not self.catalogue.knows_document(new):
                return new
        raise AssertionError("a million ids are taken")

    def _commit(self) -> None:
        """Embeds what waits and makes it visible in one step."""
        if not self._jobs:
            return
        texts = [
            embedding_text(draft.headings, draft.span.of(job.document.text))
            for job in self._jobs
            for draft in job.drafts
        ]
        vectors = self.embedder().embed(texts)
        with self.catalogue.commit() as version:
            at = 0
            for job in self._jobs:
                if job.replaces:
                    self._remove_source(job.replaces, version)
                chosen = vectors[at : at + len(job.drafts)]
                self.catalogue.add_document(job.document, job.drafts, chosen, version)
                self.catalogue.add_source(job.row, version)
                at += len(job.drafts)
        for job in self._jobs:
            where = Path(job.row.source.root, job.row.source.path)
            warnings = job.document.warnings
            if not job.drafts:
                warnings = (*warnings, "no sentence in it can be quoted")
            self._report(where, "indexed", document_id=job.document.id, warnings=warnings)
        self._passages += len(texts)
        self._jobs.clear()

    def _leave(self, files: Scan, known: dict[Path, SourceRow], paths: Sequence[Path]) -> None:
        """What is not read, and what is no longer there."""
        for left in files.left:
            self._skip(left.path, left.reason, known.get(left.path))
        present = {found.path for found in files.found} | {left.path for left in files.left}
        seen = (path for path in present if not path.name.startswith("."))
        not_empty = {folder for path in seen for folder in (path, *path.parents)}
        for path, row in known.items():
            if path in present:
                continue
            roots = {Path(row.source.root), *(one for one in paths if path.is_relative_to(one))}
            if not roots <= not_empty:
                reason = "its folder is empty or not mounted, so nothing was removed"
                self._report(path, "skipped", reason, row.document_id)
                continue
            with self.catalogue.commit() as version:
                self._remove_source(row, version)
            if not self.catalogue.sources_of(row.document_id, self.catalogue.version()):
                self._report(path, "removed", document_id=row.document_id)

    def _skip(self, path: Path, reason: str, known: SourceRow | None) -> None:
        """A file that cannot be read any more must not go on answering as it was."""
        if known:
            with self.catalogue.commit() as version:
                self._remove_source(known, version)
            reason += "; what was indexed from it was removed"
        self._report(path, "skipped", reason=reason)

    def _remove_source(self, row: SourceRow, version: int) -> None:
        """Takes a source away, and its document with the last one."""
        self.catalogue.remove_source(row.source, version)
        if not self.catalogue.sources_of(row.document_id, version):
            self.catalogue.remove_document(row.document_id, version)

    def _report(
        self,
        path: Path,
        status: str,
        reason: str | None = None,
        document_id: str | None = None,
        warnings: tuple[str, ...] = (),
    ) -> None:
        name = os.fsencode(path).decode("utf-8", "replace")  # some names are of no encoding
        self.reports.append(FileReport(name, status, reason, document_id, warnings))


def _row(found: Found, document_id: str, sha256: str) -> SourceRow:
    return SourceRow(found.source, document_id, sha256, found.size, found.mtime_ns)
