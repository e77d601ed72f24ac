"""Brings the catalogue up to date with the files: plans by hash, embeds, commits in batches."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

import numpy as np

from index.errors import ReadError
from index.folder.plan import Plan
from index.folder.survey import UNMOUNTED, Scope, Survey, read_with_hint
from index.folder.walk import Found, Rules, is_mounted
from index.home.catalogue import Catalogue
from index.home.changes import Commit
from index.home.rows import Hint, SourceRow
from index.passages.chunk import Draft, chunk, embedding_text
from index.passages.language import language
from index.readers import parse, told_type
from index.readers.formats import with_types
from index.report import Reports
from index.types import Document, Embedder, Parsed, Source, Vectors

BATCH_PASSAGES = 512  # embedded and committed together
BATCH_CHARACTERS = 20_000_000  # of texts that wait: some are long and have few passages
REMOVED = "; what was indexed from it was removed"


@dataclass(frozen=True, slots=True)
class Progress:
    files: int
    of: int
    passages: int
    of_passages: int = 0  # of the files that have been read


@dataclass(frozen=True, slots=True)
class _Job:
    """One file that waits for its commit: a text with its passages, or one more place of a text."""

    found: Found
    sha256: str
    hint: Hint
    replaces: SourceRow | None
    document: Document | str  # the id, where the text is there already
    drafts: Sequence[Draft] = ()
    also: Sequence[SourceRow] = ()  # other files of the document whose text this is now

    @property
    def characters(self) -> int:
        return len(self.document.text) if isinstance(self.document, Document) else 0

    def concerns(self, sha256: str, replaced: SourceRow | None) -> bool:
        """Whether what the catalogue says of a content, or of one that is to be replaced, is true
        only after this job's commit."""
        out = self.replaces and self.replaces.file_sha256
        brought = self.sha256 if isinstance(self.document, Document) else None
        if sha256 in (out, brought):
            return True
        return replaced is not None and replaced.file_sha256 in (out, self.sha256)


@dataclass(slots=True)
class Ingest:
    """One run over some folders; the caller holds the writer's lock."""

    catalogue: Catalogue
    embedder: Callable[[], Embedder]
    rules: Rules
    excluded: frozenset[str] = frozenset()
    prune: bool = False  # also what was in a root that is missing or empty
    progress: Callable[[Progress], None] = lambda _: None
    committed: Callable[[], None] = lambda: None  # after each commit
    parse: Callable[[bytes, str], Parsed] = parse
    # Documents that are read again though their files did not change, with pages without text.
    # Each is taken out when it is read.
    again: dict[str, tuple[int, ...]] = field(default_factory=dict)
    reports: Reports = field(default_factory=Reports)
    _jobs: list[_Job] = field(default_factory=list)
    _hints: list[tuple[int, Hint]] = field(default_factory=list)
    _passages: int = 0
    _of_passages: int = 0
    _done: int = 0
    _of: int = 0

    def run(self, scopes: Sequence[Scope]) -> Reports:
        """Indexes what is new or changed in the scopes, removes what is gone from them."""
        plan = Plan()
        try:
            self._survey(plan).run(scopes)
            self._settle(plan)
            self._of = plan.n_files
            for todo in plan.todo():
                self._tell()
                self._read(todo)
                self._done += 1
            self._commit()
            self._refresh()
        finally:
            plan.close()
        self._tell()
        return self.reports

    def _survey(self, plan: Plan) -> Survey:
        return Survey(
            plan,
            self.catalogue,
            self.rules,
            self.excluded,
            self.prune,
            self.reports,
            self._unchanged,
            self.again,
        )

    # -- moving and removing -----------------------------------------------------

    def _settle(self, plan: Plan) -> None:
        """What moved and what is gone, in one commit: no document is away between the two."""
        if plan.has_moved_or_gone():
            with self.catalogue.commit() as commit:
                for path in chain(plan.gone(), plan.moved()):
                    known = self.catalogue.source_at(path)
                    if known is not None:
                        commit.remove_source(known)
                for move in plan.moves():
                    commit.add_source(move.source, move.document_id, move.sha256, move.hint)
            self.committed()
        for move in plan.moves():
            status = "renamed" if plan.take_lost(move.sha256) else "indexed"
            self._finish(move.source.file, status, move.document_id)
        for path, document_id in plan.removed():
            if not plan.is_left(path):
                self._finish(Path(path), "removed", document_id)
        for path, reason in plan.left():
            self._finish(Path(path), "skipped", reason=reason + (REMOVED * plan.is_gone(path)))

    # -- reading -------------------------------------------------------------------

    def _read(self, found: Found) -> None:
        known = self.catalogue.source_at(str(found.path))
        try:
            data, hint = read_with_hint(found, self.rules)
            sha256 = hashlib.sha256(data).hexdigest()
            if known and known.file_sha256 == sha256:
                self._same(found, known, data, hint)
                return
            self._wait(self._job(found, known, data, sha256, hint))
        except ReadError as error:
            self._drop(found.path, str(error), known)

    def _same(self, found: Found, known: SourceRow, data: bytes, hint: Hint) -> None:
        """A content that is known: of one that is to be read again, more may be read now."""
        if self._commit_what_concerns(known.file_sha256, known):
            known = self.catalogue.source_at(str(found.path)) or known
        document: Document | None = None
        before = self.again.pop(known.document_id, None)
        if before is not None:
            with suppress(ReadError):
                kind = told_type(data, found.path.name)
                document, drafts = self._document(
                    found, kind, data, known.file_sha256, known.document_id
                )
        if document is None:
            self._unchanged(known, hint)
        elif document.about.unread == before:
            self._unchanged(known, hint, document.warnings)
        else:
            files = self.catalogue.files_of(known.document_id)
            also = [one for one in files if one.id != known.id]
            self._wait(_Job(found, known.file_sha256, hint, known, document, drafts, also))

    def _commit_what_concerns(self, sha256: str, known: SourceRow | None) -> bool:
        """So that the catalogue tells the truth of a content; whether there was anything."""
        waits = any(job.concerns(sha256, known) for job in self._jobs)
        if waits:
            self._commit()
        return waits

    def _unchanged(self, known: SourceRow, hint: Hint, warnings: tuple[str, ...] = ()) -> None:
        """Notes the times of a file that was read and is as it was."""
        self._hints.append((known.id, hint))
        if len(self._hints) >= BATCH_PASSAGES:
            self._refresh()
        self._finish(known.source.file, "unchanged", known.document_id, warnings)

    def _job(
        self, found: Found, known: SourceRow | None, data: bytes, sha256: str, hint: Hint
    ) -> _Job:
        self._commit_what_concerns(sha256, known)
        kind = told_type(data, found.path.name)
        twin = self.catalogue.find_file(sha256, kind, self.catalogue.version())
        if twin is not None:
            return _Job(found, sha256, hint, known, twin)
        id = self._id(found.source, known, sha256)
        document, drafts = self._document(found, kind, data, sha256, id)
        return _Job(found, sha256, hint, known, document, drafts)

    def _document(
        self, found: Found, kind: str, data: bytes, sha256: str, id: str
    ) -> tuple[Document, tuple[Draft, ...]]:
        parsed = self.parse(data, found.path.name)
        embedder = self.embedder()
        document = Document(
            id=id,
            sources=(found.source,),
            title=parsed.title or "",  # then its file's name, whatever that is later
            media_type=kind,
            text=parsed.text,
            sections=parsed.sections,
            date=parsed.date,
            file_sha256=sha256,
            text_sha256=hashlib.sha256(parsed.text.encode()).hexdigest(),
            warnings=parsed.warnings,
            about=replace(parsed.about, language=language(parsed.text) or parsed.about.language),
        )
        drafts = chunk(parsed.text, parsed.sections, count=embedder.count, window=embedder.window)
        return document, tuple(drafts)

    def _id(self, source: Source, known: SourceRow | None, sha256: str) -> str:
        """The known document's id where it is this source's alone, else one that is not in use."""
        version = self.catalogue.version()
        if known and len(self.catalogue.sources_of(known.document_id, version)) == 1:
            return known.document_id
        for salt in range(1_000_000):
            name = f"{source.path}\0{sha256}\0{salt}".encode()
            new = hashlib.sha256(name).hexdigest()[:16]
            if not self.catalogue.knows_document(new):
                return new
        raise AssertionError("a million ids are taken")

    # -- committing ----------------------------------------------------------------

    def _wait(self, job: _Job) -> None:
        self._jobs.append(job)
        passages = sum(len(one.drafts) for one in self._jobs)
        characters = sum(one.characters for one in self._jobs)
        if max(passages, len(self._jobs)) >= BATCH_PASSAGES or characters >= BATCH_CHARACTERS:
            self._commit()

    def _commit(self) -> None:
        """Embeds what waits and makes it visible in one step."""
        if not self._jobs:
            return
        jobs, self._jobs = self._jobs, []
        vectors = self._embed(jobs)
        with self.catalogue.commit() as commit:
            self._note_formats(commit, jobs)
            at = 0
            for job in jobs:
                self._write(commit, job, vectors[at : at + len(job.drafts)])
                at += len(job.drafts)
        self.committed()
        for job in jobs:
            warnings: tuple[str, ...] = ()
            document_id = job.document
            if isinstance(job.document, Document):
                document_id, warnings = job.document.id, job.document.warnings
                if not job.drafts:
                    warnings = (*warnings, "no sentence in it can be quoted")
            self._finish(job.found.path, "indexed", str(document_id), warnings)
        self._tell()

    def _note_formats(self, commit: Commit, jobs: Sequence[_Job]) -> None:
        """The home names the readers that its texts came from, with their versions."""
        kinds = {job.document.media_type for job in jobs if isinstance(job.document, Document)}
        before = self.catalogue.meta("readers") or ""
        if (now := with_types(before, kinds)) != before:
            commit.set_meta("readers", now)

    def _refresh(self) -> None:
        if self._hints:
            self.catalogue.set_hints(self._hints)
            self._hints = []

    def _embed(self, jobs: Sequence[_Job]) -> Vectors:
        texts = [
            embedding_text(draft.headings, draft.span.of(job.document.text))
            for job in jobs
            if isinstance(job.document, Document)
            for draft in job.drafts
        ]
        vectors = []
        self._of_passages += len(texts)
        self._tell()
        for at in range(0, len(texts), BATCH_PASSAGES):
            vectors.append(self.embedder().embed(texts[at : at + BATCH_PASSAGES]))
            self._passages += len(vectors[-1])
            self._tell()
        return np.concatenate(vectors) if vectors else np.zeros((0, 1), np.float32)

    def _write(self, commit: Commit, job: _Job, vectors: Vectors) -> None:
        for row in (job.replaces, *job.also):
            if row is not None:
                commit.remove_source(row)
        id = job.document
        if isinstance(job.document, Document):
            id = job.document.id
            commit.add_document(job.document, job.drafts, vectors)
        commit.add_source(job.found.source, str(id), job.sha256, job.hint)
        for row in job.also:
            hint = self.catalogue.hint(row.id) or job.hint
            commit.add_source(row.source, str(id), job.sha256, hint)

    def _drop(self, path: Path, reason: str, known: SourceRow | None) -> None:
        """A file that cannot be read any more must not go on answering as it was, unless its
        whole folder went away during the run."""
        if known and not self.prune and not is_mounted(Path(known.source.root)):
            self._finish(path, "skipped", known.document_id, reason=UNMOUNTED)
            return
        if known:
            self._commit()  # what waits may be another name of the same document
            with self.catalogue.commit() as commit:
                commit.remove_source(known)
            self.committed()
            reason += REMOVED
        self._finish(path, "skipped", reason=reason)

    # -- telling -------------------------------------------------------------------

    def _finish(
        self,
        path: Path,
        status: str,
        document_id: str | None = None,
        warnings: tuple[str, ...] = (),
        reason: str | None = None,
    ) -> None:
        self.reports.add(path, status, reason, document_id, warnings)

    def _tell(self) -> None:
        self.progress(Progress(self._done, self._of, self._passages, self._of_passages))
