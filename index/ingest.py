"""Brings the catalogue up to date with the files: plans by hash, embeds, commits in batches."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from index.catalogue import Catalogue
from index.changes import Commit
from index.chunk import Draft, chunk, embedding_text
from index.errors import ReadError
from index.exclusions import REASON
from index.folder import Found, Left, Rules, is_mounted, read_file, walk
from index.plan import Plan
from index.readers import media_type, parse
from index.report import Reports
from index.rows import Hint, SourceRow
from index.types import Document, Embedder, Source, Vectors

BATCH_PASSAGES = 512  # embedded and committed together
# A file that changed this shortly before it was read may have changed again within the same
# tick of the file system's clock: then its time says nothing.
TICK_NS = 2_000_000_000
REMOVED = "; what was indexed from it was removed"
UNMOUNTED = "its folder is empty or not mounted, so nothing was removed; --prune removes it"


@dataclass(frozen=True, slots=True)
class Scope:
    """What is looked at: all of a root, or one file or folder of it."""

    root: Path
    within: Path | None = None

    @property
    def path(self) -> Path:
        return self.within or self.root


@dataclass(frozen=True, slots=True)
class Progress:
    files: int
    of: int
    passages: int


@dataclass(frozen=True, slots=True)
class _Job:
    """One file that waits for its commit: a text with its passages, or one more place of a text."""

    found: Found
    sha256: str
    hint: Hint
    replaces: SourceRow | None
    document: Document | str  # the id, where the text is there already
    drafts: Sequence[Draft] = ()

    @property
    def contents(self) -> set[str]:
        """Hashes of the files that it brings in or takes out: not to be looked up before."""
        return {self.sha256, *([self.replaces.file_sha256] if self.replaces else [])}


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
    reports: Reports = field(default_factory=Reports)
    _jobs: list[_Job] = field(default_factory=list)
    _hints: list[tuple[int, Hint]] = field(default_factory=list)
    _passages: int = 0
    _done: int = 0
    _of: int = 0

    def run(self, scopes: Sequence[Scope]) -> Reports:
        """Indexes what is new or changed in the scopes, removes what is gone from them."""
        plan = Plan()
        try:
            for scope in scopes:
                self._look(plan, scope)
            self._miss(plan, scopes)
            self._of = plan.n_files
            self._settle(plan)
            for todo in plan.todo():
                self._tell()
                self._read(todo.found)
                self._done += 1
                if len(self._hints) >= BATCH_PASSAGES:
                    self._refresh()
            self._commit()
            self._refresh()
        finally:
            plan.close()
        self._tell()
        return self.reports

    # -- looking, with nothing changed ---------------------------------------------

    def _look(self, plan: Plan, scope: Scope) -> None:
        """Notes what is there and whether it may have changed."""
        for each in walk(scope.root, self.rules, scope.within):
            if isinstance(each, Left):
                plan.leave(each)
            elif not plan.saw(each.path):
                continue
            elif str(each.path) in self.excluded:
                plan.leave(Left(each.path, REASON))
            else:
                known = self.catalogue.source_at(str(each.path))
                if known and self._same(each, known):
                    self.reports.add(each.path, "unchanged", document_id=known.document_id)
                else:
                    plan.read(each, is_new=known is None)

    def _same(self, found: Found, known: SourceRow) -> bool:
        """By size and times, where these can be trusted."""
        hint = self.catalogue.hint(known.id)
        if hint is None:
            return False
        now = found.size, found.mtime_ns, found.ctime_ns
        if now != (hint.size, hint.mtime_ns, hint.ctime_ns):
            return False
        return hint.read_ns - max(hint.mtime_ns, hint.ctime_ns) > TICK_NS

    def _miss(self, plan: Plan, scopes: Sequence[Scope]) -> None:
        """Notes what is known and was not seen; of a root that is away, nothing."""
        mounted: dict[Path, bool] = {}
        for scope in scopes:
            for row in self.catalogue.sources_under(str(scope.path)):
                path = _path(row)
                is_left = plan.is_left(str(path))
                if plan.has_seen(str(path)) and not is_left:
                    continue
                roots = {Path(row.source.root)}
                roots |= {one.root for one in scopes if path.is_relative_to(one.root)}
                for root in roots - mounted.keys():
                    mounted[root] = is_mounted(root)
                if self.prune or all(mounted[root] for root in roots):
                    hint = self.catalogue.hint(row.id)
                    plan.forget(str(path), row.file_sha256, hint.size if hint else -1)
                elif plan.saw(path) and not is_left:
                    self.reports.add(path, "skipped", UNMOUNTED, row.document_id)

    def _settle(self, plan: Plan) -> None:
        """What moved and what is gone, in one commit: no document is away between the two."""
        moved: list[tuple[Found, str]] = []
        went: list[tuple[Path, str, bool]] = []
        if next(plan.gone(), None) is not None:
            with self.catalogue.commit() as commit:
                for found, sha256, hint in self._moved(plan):
                    twin = self.catalogue.find_file(sha256, commit.version)
                    if twin is not None:
                        commit.add_source(found.source, twin, sha256, hint)
                        moved.append((found, twin))
                for name in plan.gone():
                    row = self.catalogue.source_at(name)
                    assert row is not None
                    went.append((Path(name), row.document_id, commit.remove_source(row)))
            self.committed()
        for found, twin in moved:
            plan.done(found.path)
            self.reports.add(found.path, "renamed", document_id=twin)
        for path, document_id, last in went:
            if last and not plan.is_left(str(path)):
                self.reports.add(path, "removed", document_id=document_id)
        gone = {str(path) for path, _, _ in went}
        for name, reason in plan.left():
            self.reports.add(name, "skipped", reason + (REMOVED if name in gone else ""))

    def _moved(self, plan: Plan) -> Iterator[tuple[Found, str, Hint]]:
        """New files with the content of one that is gone."""
        for todo in plan.todo(new_only=True):
            wanted = plan.gone_of_size(todo.found.size)
            if wanted:
                try:
                    data, hint = self._bytes(todo.found)
                except ReadError:
                    continue  # said when it is read
                sha256 = hashlib.sha256(data).hexdigest()
                if sha256 in wanted:
                    yield todo.found, sha256, hint

    # -- reading -------------------------------------------------------------------

    def _bytes(self, found: Found) -> tuple[bytes, Hint]:
        read_ns = time.time_ns()
        data = read_file(found.path, self.rules.max_bytes)
        return data, Hint(found.size, found.mtime_ns, found.ctime_ns, read_ns)

    def _read(self, found: Found) -> None:
        known = self.catalogue.source_at(str(found.path))
        try:
            data, hint = self._bytes(found)
            sha256 = hashlib.sha256(data).hexdigest()
            if known and known.file_sha256 == sha256:
                self._hints.append((known.id, hint))
                self._finish(found.path, "unchanged", known.document_id)
                return
            self._wait(self._job(found, known, data, sha256, hint))
        except ReadError as error:
            self._drop(found.path, str(error), known)

    def _job(
        self, found: Found, known: SourceRow | None, data: bytes, sha256: str, hint: Hint
    ) -> _Job:
        if any(sha256 in job.contents for job in self._jobs):
            self._commit()
        twin = self.catalogue.find_file(sha256, self.catalogue.version())
        if twin is not None:
            return _Job(found, sha256, hint, known, twin)
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
        drafts = chunk(parsed.text, parsed.sections, count=embedder.count, window=embedder.window)
        return _Job(found, sha256, hint, known, document, tuple(drafts))

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
        enough = sum(len(one.drafts) for one in self._jobs) >= BATCH_PASSAGES
        if enough or len(self._jobs) >= BATCH_PASSAGES:
            self._commit()

    def _commit(self) -> None:
        """Embeds what waits and makes it visible in one step."""
        if not self._jobs:
            return
        jobs, self._jobs = self._jobs, []
        vectors = self._embed(jobs)
        with self.catalogue.commit() as commit:
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

    def _refresh(self) -> None:
        """Notes the times of files that were read and had not changed."""
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
        for at in range(0, len(texts), BATCH_PASSAGES):
            vectors.append(self.embedder().embed(texts[at : at + BATCH_PASSAGES]))
            self._passages += len(vectors[-1])
            self._tell()
        return np.concatenate(vectors) if vectors else np.zeros((0, 1), np.float32)

    def _write(self, commit: Commit, job: _Job, vectors: Vectors) -> None:
        if job.replaces:
            commit.remove_source(job.replaces)
        id = job.document
        if isinstance(job.document, Document):
            id = job.document.id
            commit.add_document(job.document, job.drafts, vectors)
        commit.add_source(job.found.source, str(id), job.sha256, job.hint)

    def _drop(self, path: Path, reason: str, known: SourceRow | None) -> None:
        """A file that cannot be read any more must not go on answering as it was."""
        if known:
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
        self.progress(Progress(self._done, self._of, self._passages))


def _path(row: SourceRow) -> Path:
    return Path(row.source.root, row.source.path)
