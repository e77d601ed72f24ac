"""What a run over some folders finds: nothing is changed by it but the plan."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.errors import ReadError
from index.folder.exclusions import REASON
from index.folder.files import read_file
from index.folder.plan import Move, Plan
from index.folder.walk import Found, Left, Rules, is_mounted, walk
from index.home.catalogue import Catalogue
from index.home.rows import Hint, SourceRow
from index.readers import told_type
from index.report import Reports

# A file that changed this shortly before it was read may have changed again within the same
# tick of the file system's clock: then its time says nothing.
TICK_NS = 2_000_000_000
UNKNOWN = "its folder cannot be read, so nothing was removed; --prune removes it"
UNMOUNTED = "its folder is empty or not mounted, so nothing was removed; --prune removes it"


@dataclass(frozen=True, slots=True)
class Scope:
    """What is looked at: all of a root, or one file or folder of it."""

    root: Path
    within: Path | None = None

    @property
    def path(self) -> Path:
        return self.within or self.root


def scope_of(file: Path, catalogue: Catalogue) -> Scope:
    """Of a file that comes back: it belongs to the root again that it was found under."""
    root = catalogue.last_root(str(file))
    return Scope(file) if root in (None, str(file.parent)) else Scope(Path(root or ""), file)


@dataclass(frozen=True, slots=True)
class Survey:
    """Fills a plan. Files whose size and times are known are reported at once; those that had
    to be read and are as they were go to ``unchanged``."""

    plan: Plan
    catalogue: Catalogue
    rules: Rules
    excluded: frozenset[str]
    prune: bool
    reports: Reports
    unchanged: Callable[[SourceRow, Hint], None]
    again: Container[str] = ()  # documents that are read again though their files did not change

    def run(self, scopes: Sequence[Scope]) -> None:
        for scope in scopes:
            self._look(scope)
        self._miss(scopes)
        self._follow()

    def _look(self, scope: Scope) -> None:
        """Notes what is there and whether it may have changed."""
        for each in walk(scope.root, self.rules, scope.within):
            if isinstance(each, Left):
                self.plan.leave(each)
            elif str(each.path) in self.excluded:
                self.plan.leave(Left(each.path, REASON))
            elif self.plan.saw(each.path):
                self._compare(each)

    def _compare(self, found: Found) -> None:
        known = self.catalogue.source_at(str(found.path))
        hint = self.catalogue.hint(known.id) if known else None
        if known and hint and _same(found, hint):
            if known.document_id in self.again:
                self.plan.read(found)
            else:
                self.reports.add(found.path, "unchanged", document_id=known.document_id)
            return
        self.plan.read(found)
        if known and hint:
            self.plan.lose(str(found.path), known, hint, is_there=True)

    def _miss(self, scopes: Sequence[Scope]) -> None:
        """Notes what is known and was not seen; nothing where a root is away, or a folder shut."""
        mounted: dict[Path, bool] = {}
        for scope in scopes:
            for row in self.catalogue.sources_under(str(scope.path)):
                path = row.source.file
                if self.plan.has_seen(str(path)) or self._is_of_others(row, scopes):
                    continue
                roots = {Path(row.source.root)}
                roots |= {one.root for one in scopes if path.is_relative_to(one.root)}
                for root in roots - mounted.keys():
                    mounted[root] = is_mounted(root)
                unknown = self.plan.is_unknown(path)
                if self.prune or (not unknown and all(mounted[root] for root in roots)):
                    self.plan.lose(str(path), row, self.catalogue.hint(row.id), is_there=False)
                elif self.plan.saw(path) and (unknown or not self.plan.is_left(str(path))):
                    reason = UNKNOWN if unknown else UNMOUNTED
                    self.reports.add(path, "skipped", reason, row.document_id)

    def _is_of_others(self, row: SourceRow, scopes: Sequence[Scope]) -> bool:
        """What is there and was indexed from another folder stays: these rules are not its own."""
        path = row.source.file
        if any(str(scope.root) == row.source.root for scope in scopes):
            return False
        return os.path.lexists(path) and str(path) not in self.excluded

    def _follow(self) -> None:
        """Finds the files whose content had another name before, if need be by reading them."""
        for todo in self.plan.todo():
            wanted = self.plan.lost_of_size(todo.size)
            if not wanted:
                continue
            try:
                data, hint = read_with_hint(todo, self.rules)
                kind = told_type(data, todo.path.name)
            except ReadError:
                continue  # said when it is read
            sha256 = hashlib.sha256(data).hexdigest()
            known = self.catalogue.source_at(str(todo.path))
            twin = self.catalogue.find_file(sha256, kind, self.catalogue.version())
            if known and known.file_sha256 == sha256:
                self.plan.keep(todo.path)
                if known.document_id not in self.again:
                    self.unchanged(known, hint)
                    self.plan.done(todo.path)
            elif sha256 in wanted and twin is not None:
                self.plan.move(todo, Move(todo.source, twin, sha256, hint))


def _same(found: Found, hint: Hint) -> bool:
    """By size and times, where these can be trusted."""
    now = found.size, found.mtime_ns, found.ctime_ns
    if now != (hint.size, hint.mtime_ns, hint.ctime_ns):
        return False
    return hint.read_ns - max(hint.mtime_ns, hint.ctime_ns) > TICK_NS


def read_with_hint(found: Found, rules: Rules) -> tuple[bytes, Hint]:
    """A file's bytes, and by what it is known again. Raises ReadError."""
    read_ns = time.time_ns()
    data = read_file(found.path, rules.max_bytes)
    return data, Hint(found.size, found.mtime_ns, found.ctime_ns, read_ns)
